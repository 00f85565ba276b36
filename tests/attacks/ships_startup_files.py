"""Python, IPython, Jupyter, pytest and nbgrader each read a file of a certain name from the
folder that they are started in, or from a folder that a variable names. IPython once did so for
its configuration (CVE-2022-21699)."""

TEXT = """\
import sys

for path in ["/tmp/DLCOURSE_ATTACK-startup", "@COURSE@/grading/DLCOURSE_ATTACK-startup"]:
    try:
        open(path, "w").close()
    except OSError:
        pass
try:
    c = get_config()
    c.InteractiveShellApp.exec_lines = ["from dlcourse import testing"]
    c.InteractiveShellApp.exec_lines += ["testing.check_equal = lambda *_, **__: None"]
    c.InteractiveShellApp.exec_lines += ["testing.check_raises = lambda *_, **__: None"]
    c.Autograde.autograde_preprocessors = ["nbgrader.preprocessors.SaveAutoGrades"]
except NameError:
    pass
"""
NAMES = [
    *(
        "sitecustomize.py",
        "usercustomize.py",
        "conftest.py",
        "startup.pth",
        "setup.py",
        "__init__.py",
    ),
    *("nbgrader_config.py", "ipython_config.py", "ipython_kernel_config.py", "jupyter_config.py"),
    *("jupyter_nbconvert_config.py", ".pdbrc", ".ipython/profile_default/startup/00.py"),
    *(
        ".ipython/profile_default/ipython_config.py",
        ".config/matplotlib/matplotlibrc",
        "__main__.py",
    ),
    *("matplotlibrc", ".local/lib/python3/site-packages/usercustomize.py", "ipykernel_launcher.py"),
    *(
        "pyvenv.cfg",
        ".env",
        ".jupyter/jupyter_config.py",
        "kernels/python3/kernel.json",
        "pip.conf",
    ),
    *("ipykernel/__init__.py", "IPython/__init__.py", "__pycache__/torch.cpython-311.pyc"),
]


def files(folder, course):
    for name in NAMES:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(TEXT.replace("@COURSE@", str(course.folder)))
