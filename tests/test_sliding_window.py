"""The sliding window shows the right numbers, and the animation needs nobody's motion."""

import io
from itertools import pairwise

import numpy as np
import pytest
import torch
from bs4 import BeautifulSoup
from PIL import Image
from torch.nn import functional as F

from dlcourse import datasets, plotting

IMAGE = torch.tensor([[0, 1, 2, 1], [3, 1, 0, 2], [1, 1, 2, 0], [0, 2, 1, 3]])
KERNEL = torch.tensor([[1, 2], [0, -1]])
ALT = "A window slides."


def draw(*args, **options):
    return plotting.sliding_window(*args, alt=ALT, **options)


@pytest.mark.parametrize(
    "options", [{}, {"stride": 2}, {"padding": 1}, {"dilation": 2}, {"padding": 2, "stride": 3}]
)
def test_outputs_are_those_of_torch(options):
    expected = F.conv2d(IMAGE[None, None].float(), KERNEL[None, None].float(), **options)[0, 0]
    table = draw(IMAGE, KERNEL, step=0, **options).table()
    assert table["value"].tolist() == expected.flatten().tolist()
    rows, columns = expected.shape
    assert list(zip(table["row"], table["column"], strict=True)) == [
        (i, j) for i in range(rows) for j in range(columns)
    ]


def test_pooling_is_that_of_torch():
    image = IMAGE[None].float()
    for operation, pool in (("max", F.max_pool2d), ("mean", F.avg_pool2d)):
        table = draw(IMAGE, 2, stride=2, operation=operation, step=3).table()
        assert table["value"].tolist() == pool(image, 2).flatten().tolist()


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts + figure.texts]


def test_a_frame_shows_what_is_known_so_far_and_how_it_came():
    figure = draw(IMAGE, KERNEL, step=4)
    assert "1·1 + 0·2 + 1·0 + 2·(−1) = −1" in texts(figure)
    cells = [text for text in texts(figure) if text.lstrip("−").isdigit()]
    assert len(cells) == 16 + 4 + 5
    assert "max of 1, 0, 1, 2 = 2" in texts(draw(IMAGE, 2, operation="max", step=4))


def test_a_long_formula_stays_inside():
    kernel = torch.full((3, 3), -1.25)
    figure = draw(IMAGE[:3, :3] * 1.11, kernel, step=0)
    picture = np.asarray(Image.open(io.BytesIO(figure._render("png"))).convert("L"))
    assert (picture[:, -4:] == 255).all()


@pytest.fixture(scope="module")
def animation():
    return draw(IMAGE, KERNEL)


def test_the_animation_has_a_frame_for_each_position_of_equal_size(animation, tmp_path):
    assert len(animation.frames) == 9
    assert animation.table()["value"].tolist() == animation.frames[0].table()["value"].tolist()
    gif = Image.open(animation.save(tmp_path / "window.gif"))
    assert gif.n_frames == 9
    assert gif.info["duration"] == 900
    assert gif.info["loop"] == 0  # again and again
    pictures = []
    for number in range(9):
        gif.seek(number)
        pictures.append(np.asarray(gif.convert("RGB")).copy())
    assert all((a != b).any() for a, b in pairwise(pictures))
    assert (pictures[3][0] == 255).all()  # white stays white


def test_a_page_gets_movement_that_can_be_stopped_and_a_still(animation):
    data, metadata = animation._repr_mimebundle_()
    page = BeautifulSoup(data["text/html"], "html.parser")
    assert page.details.has_attr("open")
    assert page.summary.get_text()
    still = page.picture.source
    assert still["media"] == "(prefers-reduced-motion: reduce)"
    assert still["srcset"] == f"data:image/png;base64,{data['image/png']}"
    image = page.picture.img
    assert image["src"].startswith("data:image/gif;base64,R0lGOD")
    assert image["alt"] == metadata["image/png"]["alt"] == data["text/plain"] == ALT
    assert len(data["text/html"]) < 200_000
    assert "http" not in data["text/html"]


def test_equal_data_make_equal_animations(animation):
    assert draw(IMAGE, KERNEL)._repr_mimebundle_() == animation._repr_mimebundle_()


def test_alt_is_written_as_text():
    animation = plotting.Animation([draw(IMAGE, KERNEL, step=0)], alt='a < b & "c"')
    page = BeautifulSoup(animation._repr_mimebundle_()[0]["text/html"], "html.parser")
    assert page.img["alt"] == 'a < b & "c"'


def test_bad_input_is_refused_by_name():
    for options, message in [
        ({"stride": 0}, "stride must be a whole number of at least 1, got 0"),
        ({"dilation": 5}, "does not fit into 4 pixels"),
        ({"operation": "median"}, "operation must be one of sum, max, mean"),
        ({"operation": "max"}, "kernel is the window's size, a whole number, not Tensor"),
        ({"step": 9}, r"step must be in 0\.\.8"),
        ({"padding": 4}, "at most 64 positions, not 121"),
    ]:
        with pytest.raises(ValueError, match=message):
            draw(IMAGE, KERNEL, **options)
    with pytest.raises(ValueError, match="padding goes with 'sum' only"):
        draw(IMAGE, 2, operation="mean", padding=1)
    with pytest.raises(ValueError, match="must have 2 dimensions"):
        draw(IMAGE[None], KERNEL)


def test_an_animation_needs_figures_of_one_size_and_time_to_read(tmp_path):
    one, other = draw(IMAGE, KERNEL, step=0), draw(IMAGE, KERNEL, step=0, padding=1)
    for frames, options, message in [
        ([], {}, "there is no figure"),
        ([one, other], {}, "must have one size"),
        ([one], {"still": 1}, "still must be in"),
        ([one], {"seconds": 0.1}, "at least 0.4"),
    ]:
        with pytest.raises(ValueError, match=message):
            plotting.Animation(frames, ALT, **options)
    with pytest.raises(ValueError, match=r"end it in \.gif"):
        plotting.Animation([one], ALT).save(tmp_path / "a.png")


def test_the_photograph():
    image = datasets.photo()
    assert image.shape == (3, 427, 640)
    assert image.dtype == torch.uint8
    assert image.is_contiguous()
    red, _, blue = image[:, :50].float().mean(dim=(1, 2))
    assert blue > red  # the sky


def test_a_missing_photograph_is_named(monkeypatch):
    from sklearn import datasets as sklearn_datasets

    def missing(name):
        raise AttributeError(name)

    monkeypatch.setattr(sklearn_datasets, "load_sample_image", missing)
    with pytest.raises(RuntimeError, match=r"china\.jpg cannot be read"):
        datasets.photo()
    monkeypatch.setattr(
        sklearn_datasets, "load_sample_image", lambda name: np.zeros((2, 3, 3), np.uint8)
    )
    with pytest.raises(RuntimeError, match="has shape"):
        datasets.photo()
