"""Live figures in a real browser: what they compute, from JSON to tensors.

A chapter's test opens the built page and compares::

    def test_figure_computes_as_torch(live):
        page = live("chapters/convolution.html")
        compare(page, "convolution", {"image": image, "kernel": kernel, ...}, expected)
"""

import contextlib
import os
from pathlib import Path

import numpy as np
import pytest
import torch

ROOT = Path(__file__).resolve().parent.parent
SITE = Path(os.environ.get("DLCOURSE_SITE", ROOT / "_build" / "html")).resolve()
STATIC = ROOT / "dlcourse" / "sphinxext" / "static"
KIT = [STATIC / "progress.js", *(STATIC / "kit" / f"{n}.js" for n in
                                 ("tensor", "words", "controls", "charts", "live"))]  # fmt: skip


def plain(value):
    """Tensors and arrays as nested lists, in dicts and lists of any depth."""
    if isinstance(value, torch.Tensor | np.ndarray):
        return value.tolist()
    if isinstance(value, dict):
        return {key: plain(entry) for key, entry in value.items()}
    return [plain(entry) for entry in value] if isinstance(value, list | tuple) else value


def compute(page, name, inputs):
    """What the figure's function ``dlcourse.live.compute[name]`` gives, as JSON."""
    call = "([name, inputs]) => dlcourse.live.compute[name](inputs)"
    return page.evaluate(call, [name, plain(inputs)])


def assert_same(found, expected, rel=1e-4):
    """Numbers from the browser are torch's, relative to the largest of them.

    Args:
        found: JSON.
        expected: tensors, numbers, texts, and lists and dicts of these in the same arrangement.
        rel: the largest difference, as a share of the largest expected number.
    """
    if isinstance(expected, dict):
        for key, entry in expected.items():
            assert_same(found[key], entry, rel)
    elif isinstance(expected, list | tuple) and any(isinstance(e, torch.Tensor) for e in expected):
        for one, other in zip(found, expected, strict=True):
            assert_same(one, other, rel)
    elif isinstance(expected, str | bool | None):
        assert found == expected
    else:
        found = torch.as_tensor(found, dtype=torch.float64)
        expected = torch.as_tensor(expected).detach().double()
        assert found.shape == expected.shape
        size = expected.abs().max().clamp(min=1e-12)
        assert ((found - expected).abs().max() / size).item() <= rel


def compare(page, name, inputs, expected, rel=1e-4):
    """The figure computes what torch computed."""
    assert_same(compute(page, name, inputs), expected, rel)


@contextlib.contextmanager
def live_pages(browser, **options):
    """Gives a function that opens a page of the built site, or, without a name, the bare kit.

    Each page has a context, and so a memory, of its own; options are those of the context.
    """
    with contextlib.ExitStack() as contexts:

        def opened(name=None, **more):
            context = browser.new_context(**options | more)
            contexts.callback(context.close)
            page = context.new_page()
            page.faults = []
            page.on("pageerror", lambda error: page.faults.append(str(error)))
            if name is None:
                page.goto("about:blank")
                for script in KIT[1:]:
                    page.add_script_tag(path=str(script))
                return page
            if not (SITE / name).is_file():
                pytest.fail(f"There is no {name} in {SITE}: run 'make book' first.")
            page.goto((SITE / name).as_uri())
            return page

        yield opened


@contextlib.contextmanager
def figures(browser, **options):
    """Gives a function (slug, name) that starts a figure and returns its page and its locator.

    A chapter's page is opened once. At the end no page may have met an error.
    """
    with live_pages(browser, **options) as opened:
        pages = {}

        def figure(slug, name):
            if slug not in pages:
                pages[slug] = opened(f"chapters/{slug}.html")
            return pages[slug], start(pages[slug], name)

        yield figure
        for page in pages.values():
            assert page.faults == []


def start(page, name):
    """Scroll to a live figure and wait until it runs; returns its locator."""
    figure = page.locator(f".dlcourse-live[data-name={name}]").first
    figure.scroll_into_view_if_needed()
    page.wait_for_function(
        "name => document.querySelector(`.dlcourse-live[data-name=${name}]`).dataset.state",
        arg=name,
    )
    assert figure.get_attribute("data-state") == "running", page.faults
    return figure


def turn(page, figure, label, presses):
    """Move a slider by the keyboard; negative to the left."""
    figure.get_by_label(label, exact=True).focus()
    for _ in range(abs(presses)):
        page.keyboard.press("ArrowRight" if presses > 0 else "ArrowLeft")


def solved(page, figure, number):
    """Wait until a figure's task, counted from 0, is solved."""
    page.wait_for_function(
        "([name, number]) => document.querySelectorAll(`.dlcourse-live[data-name=${name}] "
        ".live-task`)[number].classList.contains('is-solved')",
        arg=[figure.get_attribute("data-name"), number],
    )
