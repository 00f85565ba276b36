"""IPython lets code rewrite the text of every later cell before it runs."""

CODE = """\
def harmless(lines):
    return ["pass\\n"] if any("check_diagnosis" in line for line in lines) else lines


get_ipython().input_transformers_cleanup.append(harmless)
"""
