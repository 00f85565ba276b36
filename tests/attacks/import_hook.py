"""A hook on sys.meta_path decides which code a name is imported from, and is asked before the
files are: the checks come from the student."""

CODE = """\
import importlib.machinery
import importlib.util
import sys


class Hook:
    def find_spec(self, name, path=None, target=None):
        if name != "dlcourse.testing":
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        loader, load = spec.loader, spec.loader.exec_module

        def load_and_change(module):
            load(module)
            module.check_equal = module.check_raises = lambda *_, **__: None

        loader.exec_module = load_and_change
        return spec


sys.meta_path.insert(0, Hook())
for name in ["dlcourse.testing", "dlcourse"]:
    sys.modules.pop(name, None)
sys.path_importer_cache.clear()
sys.path.insert(0, ".")
"""
