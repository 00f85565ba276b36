"""Headless Chromium for the tests that look at pages."""

import contextlib
import os
import shutil

import pytest

REQUIRED = os.environ.get("DLCOURSE_REQUIRE_BROWSER") == "1"


# Where the pages made by nbconvert put what comes from a notebook.
BOXES = ".output_subarea, .text_cell_render, .input_area"
# Boxes lie between pixels, and are seen a little beside where they are.
STRAYS = """(body, boxes) => {
    const found = [], view = body.ownerDocument.defaultView;
    for (let top = 0; top < body.scrollHeight; top += view.innerHeight) {
        view.scrollTo(0, top);
        for (let y = 3; y < view.innerHeight; y += 11)
            for (let x = 3; x < view.innerWidth; x += 67) {
                const seen = body.ownerDocument.elementFromPoint(x, y);
                const box = seen && seen.closest(boxes);
                const place = box && box.getBoundingClientRect();
                if (place && (x < place.left - 2 || x > place.right + 2 ||
                              y < place.top - 2 || y > place.bottom + 2))
                    found.push(`${seen.outerHTML.slice(0, 100)} at ${x}, ${y}`);
            }
    }
    return [...new Set(found)];
}"""
# What no cleaned text holds, to see whether a box keeps it in.
FLOOD = """(body, boxes) => {
    for (const box of body.querySelectorAll(boxes))
        box.insertAdjacentHTML("beforeend",
            "<div style='position: fixed; inset: 0; z-index: 99999'>fixed</div>" +
            "<div style='position: absolute; top: -999px; left: -999px; width: 9999px; " +
            "height: 9999px; z-index: 99999'>absolute</div>");
}"""


def strays(body, boxes=BOXES):
    """What can be clicked outside of the box that it belongs to.

    Args:
        body: a locator of the page's or frame's body.
        boxes: a selector of the boxes.
    """
    return body.evaluate(STRAYS, boxes)


def flood(body, boxes=BOXES):
    """Put into each box what would cover the page around it."""
    body.evaluate(FLOOD, boxes)


@contextlib.contextmanager
def chromium(lost):
    """A running browser; where there is none, the test is skipped, or fails if one is required.

    Args:
        lost: what was not tested then, for the message.
    """
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    found = found or shutil.which("google-chrome")
    if found is None:
        message = f"no Chromium on this machine: {lost}"
        if REQUIRED:
            pytest.fail(f"{message}, and DLCOURSE_REQUIRE_BROWSER=1 asks for it")
        pytest.skip(message)
    sync_api = pytest.importorskip("playwright.sync_api") if not REQUIRED else None
    if sync_api is None:
        from playwright import sync_api
    # Chromium's own sandbox refuses to run as root, as in many containers.
    arguments = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found, args=arguments)
        yield running
        running.close()
