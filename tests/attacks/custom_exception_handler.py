"""IPython lets code handle exceptions in its place, and this handler shows none."""

CODE = """\
def quiet(shell, kind, value, traceback, tb_offset=None):
    return []


get_ipython().set_custom_exc((Exception,), quiet)
"""
