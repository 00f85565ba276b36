"""Headless Chromium for the tests that look at pages."""

import contextlib
import os
import shutil

import pytest

REQUIRED = os.environ.get("DLCOURSE_REQUIRE_BROWSER") == "1"


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
