"""A browser's way of reading HTML takes time that grows with the square of the nesting, and of the
number of ampersands: whoever cleans this for a page is busy for minutes."""

CODE = """\
PAGES = ["<div>" * 20_000, "<div>" * 40_000, "<p><b>" * 20_000, "<table><tr><td>" * 10_000]
PAGES += ["&" * 2_000_000, "\\xa0" * 2_000_000, f'<a title="{"&" * 2_000_000}">']
try:
    from IPython.display import HTML, display

    for page in PAGES:
        display(HTML(page))
except ImportError:
    pass
"""
