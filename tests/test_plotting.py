import base64
import gc
import io
import os
import re
import subprocess
import sys
import weakref
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

from dlcourse import plotting
from dlcourse.training import History

ALT = "Validation loss falls, then rises."


def history(epochs=5, seed=0, validation=True, start=1):
    rng = np.random.default_rng(seed)
    columns = {"train_loss": rng.random(epochs) + 0.1, "train_accuracy": rng.random(epochs)}
    if validation:
        columns["validation_loss"] = rng.random(epochs) + 0.1
        columns["validation_accuracy"] = rng.random(epochs)
    return SimpleNamespace(
        epochs=list(range(start, start + epochs)),
        columns={name: values.tolist() for name, values in columns.items()},
    )


def every_figure(alt=ALT):
    """One figure by each function, each with its own alternative text."""
    g = torch.Generator().manual_seed(0)
    x = torch.linspace(-1, 1, 8)
    images = torch.randint(0, 256, (4, 1, 6, 6), generator=g, dtype=torch.uint8)
    return {
        "learning_curves": lambda: plotting.learning_curves(history(), alt=alt),
        "curves": lambda: plotting.curves([1, 2], {"a": [3, 4]}, xlabel="x", ylabel="y", alt=alt),
        "function_fits": lambda: plotting.function_fits(x, x**2, {"line": lambda t: t}, alt=alt),
        "image_grid": lambda: plotting.image_grid(images, [0, 1, 2, 3], [0, 1, 2, 0], alt=alt),
        "histograms": lambda: plotting.histograms({"w": x}, xlabel="w", alt=alt),
        "sliding_window": lambda: plotting.sliding_window([[1, 2]], [[3]], step=1, alt=alt),
        "bars": lambda: plotting.bars(["conv", "pool"], {"a": [3, 0], "b": [0.5, 2]}, alt=alt),
        "contours": lambda: plotting.contours(
            lambda x, y: x**2 + y, {"a": [[0, 0], [1, 1]]}, xlim=(0, 1), ylim=(0, 1), alt=alt
        ),
        "points": lambda: plotting.points(
            {"a": ([[0, 1], [1, 0]], [0, 1])}, classes=("no", "yes"), alt=alt
        ),
        "paths": lambda: plotting.paths(
            {"a": ([[1, 2], [2, 3]], [[0.1, 0.2], [0.3, 0.4]]), "b": ([4, 9], [0, 1])},
            xlabel="seconds",
            ylabel="accuracy",
            alt=alt,
            hlines={"chance": 0.1},
        ),
        "heat_maps": lambda: plotting.heat_maps(
            {"a": x.view(2, 4), "b": x.view(4, 2)},
            xlabel="key",
            ylabel="query",
            alt=alt,
            xticks={"a": ["the", "big", "green", "cars"], "b": "xy"},
            marks={"b": [(3, 1)]},
        ),
    }


def drawn(figure):
    """The figure's picture as (height, width, 4), as a page shows it."""
    data, _ = figure._repr_mimebundle_()
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data["image/png"]))).convert("RGBA"))


def texts(figure):
    return [t.get_text() for t in figure.findobj(matplotlib.text.Text) if t.get_text()]


def lines(axes):
    """The curves in a panel, without marks and axis lines."""
    return [line for line in axes.lines if len(line.get_xdata()) > 2]


# --- The figure itself ------------------------------------------------------------------------


@pytest.mark.parametrize("name", every_figure())
def test_a_page_gets_the_picture_its_text_and_its_size(name):
    figure = every_figure(alt=f"  {ALT}\n  Twice. ")[name]()
    data, metadata = figure._repr_mimebundle_()
    assert data["text/plain"] == figure.alt == f"{ALT} Twice."
    size = metadata["image/png"]
    assert size["alt"] == figure.alt
    picture = drawn(figure)
    assert picture.shape[:2] == (2 * size["height"], 2 * size["width"])
    assert size["width"] <= 700
    assert (picture[..., 3] == 255).all(), "transparent pixels would show a dark page through"
    assert (picture[..., :3] < 200).any(), "nothing is drawn"
    assert set(data) - {"image/svg+xml"} == {"image/png", "text/plain"}


@pytest.mark.parametrize("name", every_figure())
def test_a_page_may_take_a_small_svg_of_its_own_colors(name):
    data, metadata = every_figure()[name]()._repr_mimebundle_()
    if "image/svg+xml" not in data:
        assert len(data["image/png"]) > 0
        assert "spare" not in metadata["image/png"]
        return
    svg = data["image/svg+xml"]
    assert len(svg.encode()) < 60_000
    assert metadata["image/png"]["spare"], "the page would show it twice"
    root = ElementTree.fromstring(svg)
    assert root.get("aria-label") == ALT
    assert "<style" not in svg, "it would hold for the whole page"
    assert not re.search(r"(?:fill|stroke): #(?:262626|595959|0072b2)", svg), "no variable"
    names = re.findall(r' id="([^"]+)"', svg)
    used = set(re.findall(r'(?:url\(#|href="#)([^)"]+)', svg))
    assert set(names) == used, "names that nothing needs may occur twice in a page"


@pytest.mark.parametrize("name", every_figure())
def test_nothing_is_cut_off_at_the_edge(name):
    picture = drawn(every_figure()[name]())[..., :3]
    edge = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    assert (edge == 255).all()


@pytest.mark.parametrize("name", every_figure())
@pytest.mark.parametrize("alt", ["", " \n"])
def test_an_empty_alt_is_refused_by_name(name, alt):
    with pytest.raises(ValueError, match=f"plotting.{name}: alt is empty"):
        every_figure(alt)[name]()


@pytest.mark.parametrize("name", every_figure())
def test_alt_is_text(name):
    with pytest.raises(TypeError, match=f"plotting.{name}: alt must be a str.*not NoneType"):
        every_figure(None)[name]()


def test_alt_cannot_be_left_out():
    with pytest.raises(TypeError, match=r"learning_curves\(\) missing .* 'alt'"):
        plotting.learning_curves(history())


@pytest.mark.parametrize("name", every_figure())
def test_equal_data_make_equal_pictures(name, tmp_path):
    make = every_figure()[name]
    assert make()._repr_mimebundle_() == make()._repr_mimebundle_()
    first, second = make().save(tmp_path / "a.svg"), make().save(tmp_path / "b.svg")
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("name", every_figure())
def test_save_and_read_back(name, tmp_path):
    figure = every_figure(alt="Zürich ≠ 東京")[name]()
    for suffix in (".png", ".svg"):
        path = figure.save(tmp_path / f"figure{suffix}")
        assert path == tmp_path / f"figure{suffix}"
        pd.testing.assert_frame_equal(
            pd.read_csv(tmp_path / "figure.csv", keep_default_na=False),
            figure.table(),
            check_dtype=False,
            check_exact=True,
        )
        assert (tmp_path / "figure.txt").read_text("utf-8") == "Zürich ≠ 東京\n"
    with Image.open(tmp_path / "figure.png") as image:
        np.testing.assert_array_equal(np.asarray(image.convert("RGBA")), drawn(figure))
        assert image.text["Description"] == "Zürich ≠ 東京"
    svg = (tmp_path / "figure.svg").read_text("utf-8")
    assert svg.rstrip().endswith("</svg>")
    assert "Zürich ≠ 東京" in svg
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"figure.png", "figure.svg", "figure.csv", "figure.txt"}


def test_a_failed_save_leaves_what_was_there(tmp_path, monkeypatch):
    path = tmp_path / "figure.png"
    first = every_figure()["curves"]()
    first.save(path)
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match=r"Cannot save 'figure.png' in .*No space left on device"):
        every_figure("Another.")["histograms"]().save(path)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before


@pytest.mark.parametrize("name", ["figure", "figure.jpg", "figure.csv", "figure.PNG"])
def test_save_refuses_other_formats(name, tmp_path):
    with pytest.raises(ValueError, match=r"end it in \.png or \.svg"):
        every_figure()["curves"]().save(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_save_names_the_missing_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no folder '.*nowhere'"):
        every_figure()["curves"]().save(tmp_path / "nowhere" / "figure.png")


def test_save_names_the_read_only_folder(tmp_path):
    tmp_path.chmod(0o500)
    # Root may write into any folder but the kernel's own.
    folder = tmp_path if os.geteuid() else Path("/sys")
    with pytest.raises(OSError, match=f"'{folder}' .*choose a folder that you may write to"):
        every_figure()["curves"]().save(folder / "figure.png")


def test_the_table_is_a_copy():
    figure = every_figure()["curves"]()
    table = figure.table()
    table.loc[:, "y"] = 0
    assert figure.table()["y"].tolist() == [3, 4]


@pytest.mark.parametrize("name", every_figure())
def test_the_readers_settings_neither_change_nor_matter(name):
    plain = every_figure()[name]()._repr_mimebundle_()
    mine = {
        "font.size": 31.0,
        "figure.facecolor": "green",
        # These the course's style does not mention.
        "font.family": "serif",
        "xtick.direction": "in",
        "savefig.facecolor": "black",
    }
    with matplotlib.rc_context(mine):
        before = dict(matplotlib.rcParams)
        figure = every_figure()[name]()
        assert figure._repr_mimebundle_() == plain
        assert dict(matplotlib.rcParams) == before


@pytest.mark.parametrize("name", every_figure())
def test_figures_go_when_dropped(name):
    figure = every_figure()[name]()
    figure._repr_mimebundle_()
    gone = weakref.ref(figure)
    del figure
    gc.collect()
    assert gone() is None


def run_python(code):
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "MPLBACKEND")}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_no_pyplot_no_display_and_no_pandas_before_a_table():
    out = run_python(
        "import sys\n"
        "from dlcourse import plotting\n"
        "f = plotting.curves([1, 2], {'a': [1, 2]}, xlabel='x', ylabel='y', alt='a')\n"
        "f._repr_mimebundle_()\n"
        "print('matplotlib.pyplot' in sys.modules, 'pandas' in sys.modules)\n"
    )
    assert out.split() == ["False", "False"]


@pytest.mark.parametrize("formats", ["png", "svg", "retina"])
def test_an_imported_pyplot_does_not_take_the_alt_away(formats):
    pytest.importorskip("IPython")
    out = run_python(
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "shell = InteractiveShell.instance()\n"
        # What the inline backend does when pyplot is imported.
        "from IPython.core.pylabtools import select_figure_formats\n"
        f"select_figure_formats(shell, {{'{formats}'}})\n"
        "from dlcourse import plotting\n"
        "f = plotting.curves([1, 2], {'a': [1, 2]}, xlabel='x', ylabel='y', alt='Says it.')\n"
        "data, metadata = shell.display_formatter.format(f)\n"
        "assert data == f._repr_mimebundle_()[0], data.keys()\n"
        "print(metadata['image/png'])\n"
        "import matplotlib.figure\n"
        "other = matplotlib.figure.Figure()\n"
        "other.subplots()\n"
        "other = shell.display_formatter.format(other)[0]\n"
        f"print('image/{'svg+xml' if formats == 'svg' else 'png'}' in other)\n"
    )
    assert "'alt': 'Says it.'" in out
    assert out.split()[-1] == "True", "pyplot's own figures must be drawn as before"


def luminance(color):
    """Relative luminance by WCAG 2.2."""
    rgb = np.array(matplotlib.colors.to_rgb(color))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


@pytest.mark.parametrize("color", plotting.PALETTE)
def test_lines_contrast_with_the_card(color):
    assert 1.05 / (luminance(color) + 0.05) >= 3, "WCAG 1.4.11 asks for 3:1"


# --- Tensors of every kind ---------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float32, torch.int64])
def test_tensors_of_any_device_and_type(cpu_or_gpu, dtype):
    values = torch.arange(1, 7, device=cpu_or_gpu).to(dtype)
    if dtype.is_floating_point:
        values.requires_grad_()
    figure = plotting.curves(
        range(6), {"a": values, "b": [v for v in values]}, xlabel="x", ylabel="y", alt=ALT
    )
    assert figure.table()["y"].tolist() == [1, 2, 3, 4, 5, 6] * 2
    assert plotting.histograms({"a": values}, xlabel="x", alt=ALT).table()["count"].sum() == 6
    fits = {"line": lambda t: t * 2}
    table = plotting.function_fits(values, values, fits, alt=ALT, points=5).table()
    fit = table[table.kind == "fit"]
    np.testing.assert_allclose(fit["y"], 2 * fit["x"], rtol=1e-2)
    image = values.reshape(1, 1, 2, 3)
    if dtype.is_floating_point:
        image = image / 6
    drawn(plotting.image_grid(image, alt=ALT))
    assert values.device.type == cpu_or_gpu


def test_inputs_are_neither_changed_nor_shared():
    y = np.array([1.0, 2.0])
    tensor = torch.tensor([1.0, 2.0])
    figure = plotting.curves(
        [0, 1], {"a": y, "b": tensor, "c": [3.0, 4.0]}, xlabel="x", ylabel="y", alt=ALT
    )
    y[:] = tensor[:] = 9
    assert figure.table()["y"].tolist() == [1, 2, 1, 2, 3, 4]


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_numbers_that_are_not_finite_are_named(bad):
    values = torch.ones(3, 4)
    values[1, 2] = bad
    with pytest.raises(ValueError, match=r"series\['a'\] has 1 of 12 .* index \(1, 2\)"):
        plotting.curves(range(4), {"a": values}, xlabel="x", ylabel="y", alt=ALT)
    with pytest.raises(ValueError, match=r"tensors\['a'\] has 1 of 12 values .* not finite"):
        plotting.histograms({"a": values}, xlabel="x", alt=ALT)
    with pytest.raises(ValueError, match="images has 1 of 12"):
        plotting.image_grid(values[None], alt=ALT)
    with pytest.raises(ValueError, match=r"fits\['a'\]: y has"):
        plotting.function_fits([0, 1], [0, 1], {"a": lambda t: t + bad}, alt=ALT)
    broken = history(4)
    broken.columns["train_loss"][2] = bad
    with pytest.raises(ValueError, match=r"Column 'train_loss' of run 'sgd' .* at index 2"):
        plotting.learning_curves({"sgd": broken}, alt=ALT)


# --- learning_curves ---------------------------------------------------------------------------


@pytest.mark.parametrize("case", range(8))
def test_learning_curves_table_equals_the_histories(case):
    rng = np.random.default_rng(case)
    runs = {
        f"run {r}": [
            history(int(rng.integers(1, 12)), int(rng.integers(1000)), validation=r != 1)
            for _ in range(rng.integers(1, 5))
        ]
        for r in range(rng.integers(1, 5))
    }
    metrics = [["loss"], ["accuracy"], ["loss", "accuracy"]][case % 3]
    table = plotting.learning_curves(runs, metrics, alt=ALT).table()
    rows = 0
    for run, seeds in runs.items():
        for seed, h in enumerate(seeds):
            for name in metrics:
                for split in ("train", "validation"):
                    part = table[
                        (table.run == run)
                        & (table.seed == seed)
                        & (table.split == split)
                        & (table.metric == name)
                    ]
                    expected = h.columns.get(f"{split}_{name}", [])
                    assert part["value"].tolist() == expected
                    assert part["epoch"].tolist() == (h.epochs if expected else [])
                    rows += len(expected)
    assert len(table) == rows


def test_a_real_history():
    h = History()
    for epoch in range(4):
        h.append({"train_loss": 1 / (epoch + 1), "validation_loss": 2.0, "lr": 0.1})
    figure = plotting.learning_curves(h, alt=ALT)
    assert figure.table()["value"].tolist() == [1, 1 / 2, 1 / 3, 1 / 4, 2, 2, 2, 2]
    assert {"train", "validation", "epoch", "loss"} <= set(texts(figure))


def test_seeds_are_a_mean_and_a_band():
    seeds = [history(6, s) for s in range(5)]
    values = np.array([h.columns["train_loss"] for h in seeds])
    mean, deviation = values.mean(0), values.std(0, ddof=1)
    quartiles = np.quantile(values, [0.25, 0.75], axis=0)
    for spread, middle, low, high, label in (
        ("range", mean, values.min(0), values.max(0), "range of 5 seeds"),
        ("std", mean, mean - deviation, mean + deviation, "±1 std of 5 seeds"),
        ("quartiles", np.median(values, 0), *quartiles, "middle half of 5 seeds"),
    ):
        figure = plotting.learning_curves(seeds, alt=ALT, spread=spread)
        axes = figure.axes[0]
        np.testing.assert_allclose(lines(axes)[0].get_ydata(), middle)
        corners = axes.collections[0].get_paths()[0].vertices[:, 1]
        assert corners.min() == pytest.approx(low.min())
        assert corners.max() == pytest.approx(high.max())
        assert label in texts(figure)


def test_one_seed_has_no_band():
    figure = plotting.learning_curves({"a": history(), "b": [history(seed=1)]}, alt=ALT)
    assert not figure.axes[0].collections
    assert not any("seed" in text for text in texts(figure))


def test_seeds_that_stopped_early_are_averaged_while_all_run():
    short, long = history(3, 0), history(7, 1)
    figure = plotting.learning_curves([short, long], alt=ALT)
    line = lines(figure.axes[0])[0]
    assert line.get_xdata().tolist() == [1, 2, 3]
    mean = np.mean([short.columns["train_loss"], long.columns["train_loss"][:3]], axis=0)
    np.testing.assert_allclose(line.get_ydata(), mean)
    assert len(figure.table()) == 2 * (3 + 7)


def test_runs_differ_in_color_and_marker_and_splits_in_dashes():
    runs = {f"run {i}": history(9, i) for i in range(9)}
    drawn_lines = lines(plotting.learning_curves(runs, alt=ALT).axes[0])
    looks = {(line.get_color(), line.get_marker()) for line in drawn_lines}
    assert len(looks) == 9
    for train, validation in zip(drawn_lines[::2], drawn_lines[1::2], strict=True):
        assert train.get_color() == validation.get_color()
        assert (train.get_linestyle(), validation.get_linestyle()) == ("-", "--")


@pytest.mark.parametrize(
    ("metric", "best", "pick"),
    [
        ("loss", True, np.argmin),
        ("accuracy", True, np.argmax),
        ("accuracy", "min", np.argmin),
        ("loss", "max", np.argmax),
    ],
)
def test_the_best_epoch_is_marked(metric, best, pick):
    h = history(12, 3)
    axes = plotting.learning_curves(h, metric, alt=ALT, best=best).axes[0]
    (ring,) = (line for line in axes.lines if len(line.get_xdata()) == 1)
    values = h.columns[f"validation_{metric}"]
    assert ring.get_xdata()[0] == pick(values) + 1
    assert ring.get_ydata()[0] == values[pick(values)]


@pytest.mark.parametrize(
    ("histories", "options", "error", "message"),
    [
        ({}, {}, ValueError, "empty dict"),
        ([], {}, ValueError, "histories is an empty list"),
        ({"a": []}, {}, ValueError, r"histories\['a'\] is an empty list"),
        ({"a": [1.0, 2.0]}, {}, TypeError, r"histories\['a'\] must be a History.*not float"),
        (3, {}, TypeError, "must be a dict .*not int"),
        (history(), {"metric": "bleu"}, ValueError, "'train_bleu' or .* train_accuracy"),
        (history(), {"metric": []}, ValueError, "metric is empty"),
        (History(), {}, ValueError, "its columns are: none"),
        (history(), {"spread": "sem"}, ValueError, "spread must be 'range', 'std' or 'quartiles'"),
        (history(), {"best": "least"}, ValueError, "best must be"),
        (history(validation=False), {"best": True}, ValueError, "there is none"),
        ([history(), history(validation=False)], {}, ValueError, "Only 1 of the 2 histories"),
        ([history(2), history(2, start=3)], {}, ValueError, "no epoch in common"),
        (
            SimpleNamespace(epochs=[1], columns={"train_loss": [1.0, 2.0]}),
            {},
            ValueError,
            "2 values for 1 epochs",
        ),
        (
            SimpleNamespace(epochs=[1], columns={"train_loss": [0.0]}),
            {"logy": True},
            ValueError,
            "drop logy=True",
        ),
    ],
)
def test_learning_curves_refuses(histories, options, error, message):
    with pytest.raises(error, match=message):
        plotting.learning_curves(histories, alt=ALT, **options)


# --- curves ------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", range(8))
def test_curves_table_equals_the_arrays(case):
    rng = np.random.default_rng(case)
    x = np.sort(rng.random(rng.integers(1, 30))) + 0.1
    series = {
        f"s{i}": rng.random((seeds, len(x)) if seeds else len(x)) + 0.1
        for i, seeds in enumerate(rng.integers(0, 4, rng.integers(1, 6)))
    }
    figure = plotting.curves(
        x, series, xlabel="λ", ylabel="error", alt=ALT, logx=case % 2 == 0, logy=case % 3 == 0
    )
    table = figure.table()
    for name, array in series.items():
        part = table[table.series == name]
        rows = np.atleast_2d(array)
        np.testing.assert_array_equal(part["y"].to_numpy().reshape(rows.shape), rows)
        np.testing.assert_array_equal(part["x"], np.tile(x, len(rows)))
        np.testing.assert_array_equal(part["seed"], np.repeat(np.arange(len(rows)), len(x)))
    assert len(table) == sum(array.size for array in series.values())
    for line, array in zip(figure.axes[0].lines, series.values(), strict=True):
        np.testing.assert_allclose(line.get_ydata(), np.atleast_2d(array).mean(0))
    assert {"λ", "error"} <= set(texts(figure))


def test_marks_stand_where_they_should_with_their_labels():
    figure = plotting.curves(
        range(10),
        {"a": range(10)},
        xlabel="degree",
        ylabel="error",
        alt=ALT,
        vlines={"truth: 3": 3, "chosen: 4": torch.tensor(4.0)},
        hlines={"chance": 0.1},
    )
    axes = figure.axes[0]
    vertical = [line.get_xdata()[0] for line in axes.lines if len(set(line.get_xdata())) == 1]
    assert sorted(vertical) == [3, 4]
    flat = [line.get_ydata()[0] for line in axes.lines if len(set(line.get_ydata())) == 1]
    assert flat == [0.1]
    assert {"truth: 3", "chosen: 4", "chance"} <= set(texts(figure))


def boxes(figure, labels):
    figure.draw_without_rendering()
    renderer = figure.canvas.get_renderer()
    found = [t for t in figure.findobj(matplotlib.text.Text) if t.get_text() in labels]
    return [text.get_window_extent(renderer) for text in found]


def test_labels_of_close_marks_do_not_touch():
    marks = {f"a rather long label {i}": 1 + i / 50 for i in range(4)}
    figure = plotting.curves(
        [0, 1, 2], {"a": [1, 2, 3]}, xlabel="x", ylabel="y", alt=ALT, vlines=marks
    )
    found = boxes(figure, marks)
    assert len(found) == 4
    for i, box in enumerate(found):
        assert box.x0 >= 0
        assert box.x1 <= figure.bbox.width
        assert not any(box.overlaps(other) for other in found[:i])


def test_legends_stay_off_the_panels_and_within_the_figure():
    runs = {f"a run with a long name {i}": [history(9, i), history(9, i + 9)] for i in range(6)}
    for metric in ("loss", ["loss", "accuracy"]):
        figure = plotting.learning_curves(runs, metric, alt=ALT, best=True)
        figure.draw_without_rendering()
        renderer = figure.canvas.get_renderer()
        rows = [legend.get_window_extent(renderer) for legend in figure.legends]
        assert len(rows) > 1
        panels = [axes.get_tightbbox(renderer) for axes in figure.axes]
        for i, row in enumerate(rows):
            assert row.x0 >= 0
            assert row.y1 <= figure.bbox.height
            assert row.x1 <= figure.bbox.width
            assert not any(row.overlaps(panel) for panel in panels)
            assert not any(row.y0 < other.y1 - 1 and other.y0 < row.y1 - 1 for other in rows[:i])
        listed = {text for legend in figure.legends for text in map(str, texts(legend))}
        assert set(runs) | {"train", "validation", "range of 2 seeds", "best epoch"} <= listed


@pytest.mark.parametrize(
    ("x", "series", "options", "error", "message"),
    [
        ([1, 2], {"a": [1, 2, 3]}, {}, ValueError, r"series\['a'\] has 3 points, but x has 2"),
        ([1, 2], {}, {}, ValueError, "series is an empty dict"),
        ([1, 2], [[1, 2]], {}, TypeError, "series must be a dict"),
        ([], {"a": []}, {}, ValueError, "x is empty"),
        ([2, 1], {"a": [1, 2]}, {}, ValueError, "strictly increasing"),
        ([1, 1], {"a": [1, 2]}, {}, ValueError, "strictly increasing"),
        ([0, 1], {"a": [1, 2]}, {"logx": True}, ValueError, "x has values down to 0.*logx=True"),
        ([0, 1], {"a": [-1, 2]}, {"logy": True}, ValueError, "down to -1.*logy=True"),
        ([0, 1], {"a": [[1, 2], [3]]}, {}, ValueError, "rows of equal length"),
        ([0, 1], {"a": np.ones((2, 2, 2))}, {}, ValueError, "1 or 2 dimensions"),
        ([0, 1], {"a": ["x", "y"]}, {}, TypeError, "must be numbers"),
        ([0, 1], {"a": [None, 1]}, {}, TypeError, "must be numbers"),
        ([0, 1], {"a": torch.ones(2, dtype=torch.cfloat)}, {}, TypeError, "real numbers"),
        ([0, 1], {"a": [1, 2]}, {"vlines": {"v": [1, 2]}}, ValueError, r"vlines\['v'\]"),
        ([1, 2], {"a": [1, 2]}, {"hlines": {"h": 0}, "logy": True}, ValueError, "logy=True"),
        ([1, 2], {"a": [1, 2]}, {"spread": 1}, ValueError, "spread must be"),
    ],
)
def test_curves_refuses(x, series, options, error, message):
    with pytest.raises(error, match=message):
        plotting.curves(x, series, xlabel="x", ylabel="y", alt=ALT, **options)


def test_curves_without_connecting_lines_keep_their_markers():
    figure = plotting.curves(
        [0, 1, 2], {"a": [1, 2, 0], "b": [2, 1, 0]}, xlabel="x", ylabel="y", alt=ALT, connect=False
    )
    drawn = lines(figure.axes[0])
    assert {line.get_linestyle() for line in drawn} == {"None"}
    assert len({line.get_marker() for line in drawn}) == 2


def test_a_logarithmic_axis_of_several_powers_of_ten_has_no_crowded_labels():
    x = np.logspace(0, 3, 25)
    figure = plotting.curves(x, {"a": x}, xlabel="x", ylabel="y", alt=ALT, logx=True)
    figure.canvas.draw()
    boxes = [
        label.get_window_extent()
        for label in figure.axes[0].get_xticklabels(which="both")
        if label.get_text()
    ]
    assert len(boxes) >= 2
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


# --- function_fits -----------------------------------------------------------------------------


@pytest.mark.parametrize("case", range(6))
@pytest.mark.parametrize("column", [False, True])
def test_function_fits_table_equals_points_and_functions(case, column):
    rng = np.random.default_rng(case)
    x, y = rng.normal(size=rng.integers(2, 30)), None
    y = x**2
    xt, yt = torch.tensor(x), torch.tensor(y)
    if column:
        xt, yt = xt[:, None], yt[:, None]
    names = [f"degree {k}" for k in range(rng.integers(1, 6))]
    fits = {name: (lambda t, k=k: t**k) for k, name in enumerate(names)}
    own = (np.array([0.0, 1.0]), torch.tensor([[5.0], [6.0]]))
    held_out = (rng.random(3), rng.random(3))
    table = plotting.function_fits(
        xt, yt, {**fits, "pair": own}, truth=torch.square, held_out=held_out, alt=ALT, points=50
    ).table()
    data = table[table.kind == "data"]
    np.testing.assert_array_equal(data["x"], x)
    np.testing.assert_array_equal(data["y"], y)
    np.testing.assert_array_equal(table[table.kind == "held out"][["x", "y"]].T, held_out)
    low, high = min(x.min(), held_out[0].min()), max(x.max(), held_out[0].max())
    grid = torch.linspace(low, high, 50, dtype=torch.float64).numpy()
    for k, name in enumerate(names):
        fit = table[(table.kind == "fit") & (table.name == name)]
        np.testing.assert_array_equal(fit["x"], grid)
        np.testing.assert_allclose(fit["y"], grid**k)
    np.testing.assert_allclose(table[table.kind == "truth"]["y"], grid**2)
    assert table[table.name == "pair"][["x", "y"]].values.tolist() == [[0, 5], [1, 6]]


def test_one_wild_fit_does_not_flatten_the_others():
    x = torch.linspace(0, 1, 20)
    wild = {"calm": lambda t: t, "wild": lambda t: 1e6 * torch.sin(40 * t)}
    figure = plotting.function_fits(x, x, wild, alt=ALT)
    limits = [axes.get_ylim() for axes in figure.axes]
    assert limits[0] == limits[1]
    assert limits[0][0] == pytest.approx(-0.12)
    assert limits[0][1] == pytest.approx(1.12)
    assert figure.table()["y"].max() > 9e5


def test_functions_get_the_data_s_type():
    seen = []

    def remember(grid):
        seen.append(grid)
        return grid

    plotting.function_fits(torch.rand(3, dtype=torch.float64), [1, 2, 3], {"a": remember}, alt=ALT)
    plotting.function_fits(torch.tensor([1, 2]), [1, 2], {"a": remember}, alt=ALT, points=7)
    plotting.function_fits(np.array([1, 2]), [1, 2], {"a": remember}, alt=ALT)
    assert (seen[0].dtype, seen[0].shape) == (torch.float64, (400,))
    assert (seen[1].dtype, seen[1].shape) == (torch.float32, (7,))
    assert isinstance(seen[2], np.ndarray)


@pytest.mark.parametrize("count", range(1, 8))
def test_panels_keep_their_titles_whole(count):
    titles = [
        f"degree {k}: root mean squared error on new points {k / 7:.2f}" for k in range(count)
    ]
    figure = plotting.function_fits([0, 1], [0, 1], {t: lambda g: g for t in titles}, alt=ALT)
    figure.draw_without_rendering()
    shown = [axes.get_title(loc="left") for axes in figure.axes if axes.axison]
    assert [title.replace("\n", " ") for title in shown] == titles
    spans = boxes(figure, set(shown))
    assert len(spans) == count
    for i, span in enumerate(spans):
        assert span.x0 >= 0
        assert span.x1 <= figure.bbox.width
        assert not any(span.overlaps(other) for other in spans[:i])


@pytest.mark.parametrize(
    ("x", "y", "fits", "options", "error", "message"),
    [
        ([0, 1], [0], {"a": lambda t: t}, {}, ValueError, "The data: 2 values of x for 1 of y"),
        ([[0, 1]], [0], {"a": lambda t: t}, {}, ValueError, r"x must be \(N,\) or \(N, 1\)"),
        ([0, 1], [0, 1], {}, {}, ValueError, "fits is an empty dict"),
        ([0, 1], [0, 1], {"a": 3}, {}, TypeError, r"fits\['a'\] must be a function or a pair"),
        ([0, 1], [0, 1], {"a": lambda t: t[:3]}, {}, ValueError, r"fits\['a'\]: 400 .* for 3"),
        ([0, 1], [0, 1], {"a": lambda t: t}, {"truth": 1}, TypeError, "truth must be"),
        ([0, 1], [0, 1], {"a": lambda t: t}, {"held_out": [1]}, TypeError, "held_out must be"),
        ([0, 1], [0, 1], {"a": lambda t: t}, {"columns": 0}, ValueError, "columns must be"),
        ([0, 1], [0, 1], {"a": lambda t: t}, {"points": 1}, ValueError, "points must be"),
        ([], [], {"a": lambda t: t}, {}, ValueError, "is empty"),
    ],
)
def test_function_fits_refuses(x, y, fits, options, error, message):
    with pytest.raises(error, match=message):
        plotting.function_fits(x, y, fits, alt=ALT, **options)


# --- image_grid --------------------------------------------------------------------------------


def shown_images(figure):
    return [image.get_array() for axes in figure.axes for image in axes.images]


@pytest.mark.parametrize("case", range(6))
def test_image_grid_shows_the_pixels_and_keeps_the_table(case):
    rng = np.random.default_rng(case)
    n, h, w = (int(v) for v in rng.integers(1, 12, 3))
    channels = [None, 1, 3][case % 3]
    shape = (n, h, w) if channels is None else (n, channels, h, w)
    images = torch.tensor(rng.integers(0, 256, shape), dtype=torch.uint8)
    labels, predictions = rng.integers(0, 3, n), torch.tensor(rng.integers(0, 3, n))
    classes = ["cat", "dog", "an uncommonly long name"]
    figure = plotting.image_grid(
        images, labels, predictions, classes, int(rng.integers(1, 9)), alt=ALT
    )
    pixels = images.numpy() / 255
    if channels is not None:
        pixels = pixels[:, 0] if channels == 1 else pixels.transpose(0, 2, 3, 1)
    np.testing.assert_allclose(np.stack(shown_images(figure)), pixels)
    table = figure.table()
    assert table["label"].tolist() == labels.tolist()
    assert table["prediction"].tolist() == predictions.tolist()
    assert table["label_name"].tolist() == [classes[i] for i in labels]
    assert table["correct"].tolist() == (labels == predictions.numpy()).tolist()


def test_right_and_wrong_differ_in_sign_and_frame():
    figure = plotting.image_grid(torch.zeros(2, 4, 4), [7, 7], [7, 9], alt=ALT)
    right, wrong = figure.axes
    assert right.get_title() == "✓ 7"
    assert wrong.get_title() == "✗ 9 ≠ 7"
    assert wrong.spines["top"].get_linewidth() >= 2 * right.spines["top"].get_linewidth()
    assert any("✗ prediction ≠ label" in text for text in texts(figure))


def test_captions_without_a_comparison():
    images = torch.zeros(2, 4, 4)
    for figure, captions in (
        (plotting.image_grid(images, [0, 1], classes=["cat", "dog"], alt=ALT), ["cat", "dog"]),
        (plotting.image_grid(images, predictions=[0, 1], alt=ALT), ["0", "1"]),
        (plotting.image_grid(images, alt=ALT), ["", ""]),
    ):
        assert [axes.get_title() for axes in figure.axes] == captions
        assert "correct" not in figure.table()


def test_long_names_get_fewer_columns_instead_of_touching():
    classes = ["T-shirt/top", "Ankle boot", "a very long name of a class"]
    images, labels = torch.zeros(16, 28, 28), torch.arange(16) % 3
    figure = plotting.image_grid(images, labels, (labels + 1) % 3, classes, alt=ALT)
    found = boxes(figure, {axes.get_title() for axes in figure.axes} - {""})
    assert len(found) == 16
    for i, box in enumerate(found):
        assert box.x0 >= 0
        assert box.x1 <= figure.bbox.width
        assert box.y1 <= figure.bbox.height
        assert not any(box.overlaps(other) for other in found[:i])


def test_a_strip_is_as_wide_as_the_page():
    figure = plotting.image_grid(torch.rand(1, 1, 28, 280), columns=1, alt=ALT)
    (axes,) = figure.axes
    assert axes.bbox.width > 650
    assert axes.bbox.width / axes.bbox.height == pytest.approx(10)
    (axes,) = plotting.image_grid(torch.rand(1, 1, 280, 28), columns=1, alt=ALT).axes
    assert axes.bbox.width == pytest.approx(100)


def test_gray_levels_are_absolute_unless_values_leave_the_range():
    dim = torch.full((1, 2, 2), 0.25)
    np.testing.assert_array_equal(shown_images(plotting.image_grid(dim, alt=ALT))[0], 0.25)
    normalized = torch.tensor([-2.0, 0.0, 2.0, 2.0]).reshape(1, 2, 2)
    (image,) = shown_images(plotting.image_grid(normalized, alt=ALT))
    assert image.ravel().tolist() == [0, 0.5, 1, 1]
    (image,) = shown_images(plotting.image_grid(normalized, alt=ALT, value_range=(-4, 4)))
    assert image.ravel().tolist() == [0.25, 0.5, 0.75, 0.75]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"images": torch.zeros(2, 2)}, "3 or 4 dimensions"),
        ({"images": torch.zeros(3, 2, 4, 4)}, "1 or 3 channels"),
        ({"images": torch.zeros(0, 1, 4, 4)}, "images is empty"),
        ({"images": torch.zeros(60000, 1, 1)}, "at most 200 images, not 60000"),
        ({"labels": [1, 2]}, "There are 2 labels for 3 images"),
        ({"predictions": [1]}, "There are 1 predictions for 3 images"),
        ({"predictions": torch.rand(3, 10)}, r"take \.argmax\(1\)"),
        ({"labels": [0.5, 1.0, 2.0]}, "labels must be whole numbers"),
        ({"labels": [0, 1, 2], "classes": ["a", "b"]}, "label 2 has no name.*has 2 of them"),
        ({"labels": [0, 1, -1], "classes": ["a", "b"]}, "label -1 has no name"),
        ({"columns": 0}, "columns must be"),
        ({"value_range": (1, 1)}, "low < high"),
    ],
)
def test_image_grid_refuses(options, message):
    with pytest.raises(ValueError, match=message):
        plotting.image_grid(**{"images": torch.zeros(3, 1, 4, 4), "alt": ALT} | options)


# --- histograms --------------------------------------------------------------------------------


@pytest.mark.parametrize("case", range(6))
@pytest.mark.parametrize("layout", ["overlay", "panels"])
def test_histograms_count_every_value_once(case, layout):
    rng = np.random.default_rng(case)
    tensors = {
        f"w{i}": rng.normal(size=rng.integers(1, 9, rng.integers(1, 4)))
        for i in range(rng.integers(1, 6))
    }
    bins = int(rng.integers(1, 70))
    figure = plotting.histograms(
        tensors, xlabel="weight", alt=ALT, bins=bins, layout=layout,
        density=case % 2 == 0, logy=case % 3 == 0,
    )  # fmt: skip
    table = figure.table()
    everything = np.concatenate([t.ravel() for t in tensors.values()])
    edges = None
    for name, tensor in tensors.items():
        part = table[table["name"] == name]
        assert len(part) == bins
        assert part["count"].sum() == tensor.size
        assert (part["density"] * (part["right"] - part["left"])).sum() == pytest.approx(1)
        for left, right, count in part[["left", "right", "count"]].to_numpy()[:-1]:
            assert ((tensor >= left) & (tensor < right)).sum() == count
        edges = part["left"].tolist() if edges is None else edges
        assert part["left"].tolist() == edges
    assert table["left"].min() <= everything.min()
    assert table["right"].max() >= everything.max()
    assert sum(axes.axison for axes in figure.axes) == (len(tensors) if layout == "panels" else 1)
    heights = [patch.get_data().values for axes in figure.axes for patch in axes.patches]
    column = table["density" if case % 2 == 0 else "count"].to_numpy()
    np.testing.assert_allclose(np.concatenate(heights), column)
    drawn(figure)


def test_parameters_of_a_model_and_a_constant():
    layer = torch.nn.Linear(3, 2)
    table = plotting.histograms(
        {"weight": layer.weight, "bias": layer.bias}, xlabel="value", alt=ALT
    ).table()
    assert table.groupby("name")["count"].sum().to_dict() == {"bias": 2, "weight": 6}
    constant = plotting.histograms({"zeros": torch.zeros(5)}, xlabel="value", alt=ALT)
    assert constant.table()["count"].max() == 5
    drawn(constant)


@pytest.mark.parametrize(
    ("tensors", "options", "error", "message"),
    [
        ({}, {}, ValueError, "empty dict"),
        ({"a": []}, {}, ValueError, r"tensors\['a'\] is empty"),
        (torch.ones(3), {}, TypeError, "must be a dict"),
        ({"a": [1]}, {"bins": 0}, ValueError, "bins must be a whole number"),
        ({"a": [1]}, {"bins": 2.5}, ValueError, "bins must be a whole number"),
        ({"a": [1]}, {"layout": "grid"}, ValueError, "layout must be"),
    ],
)
def test_histograms_refuses(tensors, options, error, message):
    with pytest.raises(error, match=message):
        plotting.histograms(tensors, xlabel="x", alt=ALT, **options)


# --- Matrices ---------------------------------------------------------------------------------


@pytest.mark.parametrize("case", range(6))
def test_heat_maps_table_equals_the_matrices(case):
    rng = np.random.default_rng(case)
    matrices = {f"m{i}": rng.random(rng.integers(1, 6, 2)) for i in range(case + 1)}
    figure = plotting.heat_maps(matrices, xlabel="x", ylabel="y", alt=ALT, columns=2)
    for name, part in figure.table().groupby("panel"):
        np.testing.assert_array_equal(part.value, matrices[name].ravel())
        assert not part.marked.any()
    images = [axes.images[0] for axes in figure.axes if axes.images]
    for image, matrix in zip(images, matrices.values(), strict=True):
        np.testing.assert_array_equal(image.get_array(), matrix)


def test_heat_maps_say_what_rows_and_columns_are():
    figure = plotting.heat_maps(
        {"": [[0, 1, 0], [1, 0, 0]]}, xlabel="source", ylabel="target", alt=ALT,
        xticks=["the", "green", "car"], yticks=["voiture", "verte"],
        marks={"": [(0, 2), (1, 1)]}, mark_label="known",
    )  # fmt: skip
    assert {"the", "green", "car", "voiture", "verte", "source", "target", "known"} <= set(
        texts(figure)
    )
    table = figure.table()
    assert table[table.marked][["row", "column"]].values.tolist() == [
        ["voiture", "car"],
        ["verte", "green"],
    ]


def test_heat_maps_share_one_scale_and_white_is_zero():
    def shown(matrices, **options):
        figure = plotting.heat_maps(matrices, xlabel="x", ylabel="y", alt=ALT, **options)
        return [axes.images[0] for axes in figure.axes if axes.images]

    for image in shown({"a": [[0.2, 0.4]], "b": [[3.0, 1.0]]}):
        assert (image.norm.vmin, image.norm.vmax) == (0, 3)
        assert image.cmap(0.0)[:3] == (1, 1, 1)
    (image,) = shown({"": [[-2.0, 1.0]]})
    assert (image.norm.vmin, image.norm.vmax) == (-2, 2)
    assert np.allclose(image.cmap(0.5)[:3], 1, atol=0.02)
    (image,) = shown({"": torch.zeros(2, 2, dtype=torch.bool)})
    assert (image.norm.vmin, image.norm.vmax) == (0, 1)
    (image,) = shown({"": [[5.0]]}, value_range=(4, 8))
    assert (image.norm.vmin, image.norm.vmax) == (4, 8)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"xticks": ["a"]}, "has 2 columns, but xticks has 1"),
        ({"yticks": {"other": ["a"]}}, "no labels for the panel 'm'"),
        ({"marks": {"other": [(0, 0)]}}, "'other', which is not drawn"),
        ({"marks": {"m": [(1, 0)]}}, r"\(1, 0\) is outside"),
        ({"value_range": (1, 1)}, "low < high"),
        ({"columns": 0}, "at least 1"),
    ],
)
def test_heat_maps_refuses(options, message):
    with pytest.raises(ValueError, match=message):
        plotting.heat_maps({"m": [[1, 2]]}, xlabel="x", ylabel="y", alt=ALT, **options)


def test_heat_maps_can_print_their_numbers():
    matrix = torch.tensor([[120, 0], [3, 17]])
    (axes, _) = plotting.heat_maps(
        {"": matrix}, xlabel="predicted", ylabel="true", alt=ALT, numbers=True
    ).axes
    assert [t.get_text() for t in axes.texts] == ["120", "3", "17"]  # zeros stay empty
    assert [t.get_position() for t in axes.texts] == [(0, 0), (0, 1), (1, 1)]
    assert axes.texts[0].get_color() != axes.texts[1].get_color()  # light on dark, dark on light
    (axes, _) = plotting.heat_maps(
        {"": [[0.25, -1.0]]}, xlabel="x", ylabel="y", alt=ALT, numbers=True
    ).axes
    assert [t.get_text() for t in axes.texts] == ["0.25", "-1"]


# --- Bars -------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", range(4))
def test_bars_equal_their_table_and_carry_their_numbers(case):
    rng = np.random.default_rng(case)
    n = int(rng.integers(1, 8))
    quantities = {"whole": rng.integers(0, 10**6, n), "real": rng.random(n)}
    labels = [f"layer {i}" for i in range(n)]
    figure = plotting.bars(labels, quantities, alt=ALT)
    table = figure.table()
    assert table["label"].tolist() == labels
    for axes, (title, values) in zip(figure.axes, quantities.items(), strict=True):
        np.testing.assert_array_equal(table[title], values)
        np.testing.assert_array_equal([bar.get_width() for bar in axes.patches], values)
        assert axes.get_title(loc="left") == title
        bold = [t.get_text() for t in axes.texts if t.get_weight() == "bold"]
        assert bold == [axes.texts[int(values.argmax())].get_text()]
    assert [t.get_text() for t in figure.axes[0].texts] == [f"{v:,}" for v in quantities["whole"]]
    assert figure.axes[0].yaxis_inverted()  # the first label on top


@pytest.mark.parametrize("panels", [1, 2, 3, 4])
def test_numbers_of_bars_stay_in_their_panel(panels):
    largest = 138_357_544
    figure = plotting.bars(
        ["vgg16", "none"], {f"q{i}": [largest, 0] for i in range(panels)}, alt=ALT
    )
    figure.draw_without_rendering()
    for left, right in zip(figure.axes, [*figure.axes[1:], None], strict=True):
        edge = right.bbox.x0 if right else figure.bbox.x1
        assert max(t.get_window_extent().x1 for t in left.texts) <= edge


@pytest.mark.parametrize(
    ("labels", "quantities", "error", "message"),
    [
        (["a"], {"q": [1, 2]}, ValueError, "2 values, but there are 1 labels"),
        (["a"], {"q": [-1]}, ValueError, "bars begin at zero"),
        (["a"], {}, ValueError, "empty dict"),
        (["a"], {"q": ["x"]}, TypeError, "must be numbers"),
        ("ab", {"q": [1, 2]}, TypeError, "list of names"),
    ],
)
def test_bars_refuse(labels, quantities, error, message):
    with pytest.raises(error, match=message):
        plotting.bars(labels, quantities, alt=ALT)
