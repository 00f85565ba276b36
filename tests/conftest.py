"""What tests of many modules share."""

import os
import random
import sys
from importlib.metadata import packages_distributions
from pathlib import Path
from types import ModuleType

import pytest

from tests.browser import chromium
from tests.stand_in import cpu_or_gpu, gpu  # noqa: F401, fixtures

# nbgrader_config.py does so in each process that reads it.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])


@pytest.fixture(scope="session")
def browser():
    """Headless Chromium, started once by each of pytest's workers that looks at a page."""
    with chromium("no page was looked at in a browser") as running:
        yield running


@pytest.fixture(params=range(5))
def rng(request):
    """A random configuration that is the same in every run."""
    import torch  # most modules of tests do without

    torch.manual_seed(request.param)
    return random.Random(request.param)


@pytest.fixture(scope="module")
def warm():
    """The warm process of a course stays for all tests of a module that grade in it."""
    from dlcourse.grading.isolation import session  # most modules of tests do without

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "close", lambda: None)
        yield
    session.close()


@pytest.fixture(autouse=True)
def nothing_left_behind():
    """A test leaves the process as it found it, since others run after it in the same worker."""
    modules, folder, variables = dict(sys.modules), os.getcwd(), dict(os.environ)
    yield
    changed = [name for name, module in modules.items() if sys.modules.get(name) is not module]
    assert not changed, f"the test replaced or removed modules: {changed}"
    fakes = [
        name for name, module in sys.modules.items()
        if name not in modules and type(module) is ModuleType and module.__spec__ is None
    ]  # fmt: skip
    installed = packages_distributions() if fakes else {}
    fakes = [name for name in fakes if name in installed]
    assert not fakes, f"the test left modules of its own in the place of packages: {fakes}"
    assert os.getcwd() == folder, "the test changed the folder of the process"
    now = dict(os.environ)
    changed = {k for k in now.keys() | variables.keys() if now.get(k) != variables.get(k)}
    # What pytest and torch.compile write there is theirs.
    changed = [k for k in changed if k != "PYTEST_CURRENT_TEST" and "TORCHINDUCTOR" not in k]
    assert not changed, f"the test changed environment variables: {changed}"
