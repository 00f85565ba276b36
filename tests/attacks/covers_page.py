"""The pages around an answer have Bootstrap's rules: with its classes an answer covers the page, its
score field and its score, or puts a link over everything. So do huge pictures, tags that end
elements of the page, and piles of accents."""

from nbformat import v4

DOT = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="
COVER = (
    "<div class='modal-backdrop in'></div><div class='navbar-fixed-top'>Score: 100.0 / 100.0</div>"
    "<a class='carousel-control navbar-fixed-top navbar-fixed-bottom' href='https://example.org'>a</a>"
    "<div class='affix modal in'><div class='well pull-right score'>Score: 100.0 / 100.0</div></div>"
    f"<img src='{DOT}' width=99999 height=99999 class=navbar-fixed-top><img src='{DOT}' width=900%>"
    "<ul><li><div><li></div></div></div></div></div></div><h1>Score: 100.0 / 100.0</h1></ul>"
    "</td></tr></table></div></div></div></section></main>"
    f"<p>Z{chr(0x300) * 400}</p><span class='label label-success sr-only'>5 of 5</span>"
    "<table class='modal show'><tr class=navbar-fixed-top><td class=dropdown-menu>x</table>"
)
MOVES = r"$\hspace{-900em}x\kern-900em\raise900em{y}\mathop{z}\limits^{\hspace{-999px}a}$"
CODE = f"""\
COVER = {COVER!r}
try:
    from IPython.display import HTML, Markdown, display

    display(HTML(COVER), Markdown(COVER + {MOVES!r}))
except ImportError:
    pass
print(COVER)
"""
ANSWERS = {"c1-report": f"{COVER}\n\n{MOVES}\n"}


def tamper(notebook):
    notebook.cells.append(v4.new_markdown_cell(ANSWERS["c1-report"]))
