"""What tests of many modules share."""

import pytest

from tests.browser import chromium


@pytest.fixture(scope="session")
def browser():
    """Headless Chromium, started once by each of pytest's workers that looks at a page."""
    with chromium("no page was looked at in a browser") as running:
        yield running
