"""A display may hold scripts, which run in the browser of whoever opens the graded notebook or
its feedback page: the instructor's, logged in to the formgrader."""

from nbformat import v4

from tests.attacks._base import cell

PAGE = (
    "<script>DLCOURSE_ATTACK()</script><svg onload='DLCOURSE_ATTACK()'></svg>"
    "<img src=x onerror='DLCOURSE_ATTACK()'><iframe srcdoc='DLCOURSE_ATTACK'></iframe>"
    "<a href='javascript:DLCOURSE_ATTACK()'>a</a><a href='jAva\tscript:DLCOURSE_ATTACK()'>b</a>"
    "<a href='data:text/html,DLCOURSE_ATTACK'>c</a><base href='//DLCOURSE_ATTACK.example'>"
    "<form action='//DLCOURSE_ATTACK.example'><input name=x autofocus onfocus='DLCOURSE_ATTACK()'>"
    "<meta http-equiv=refresh content='0;url=//DLCOURSE_ATTACK.example'>"
    "<object data=DLCOURSE_ATTACK></object>"
    "<link rel=stylesheet href='//DLCOURSE_ATTACK.example'><embed src='//DLCOURSE_ATTACK.example'>"
    "<style>@import '//DLCOURSE_ATTACK.example';</style><math><mi xlink:href='javascript:"
    "DLCOURSE_ATTACK()'>x</mi></math><details open ontoggle='DLCOURSE_ATTACK()'>"
    "<template><script>DLCOURSE_ATTACK()</script></template></title></textarea><!-- --!><script>"
    "DLCOURSE_ATTACK()</script><noscript>"
    "<p title='</noscript><img src=x onerror=DLCOURSE_ATTACK()>'>"
)
CODE = f"""\
PAGE = {PAGE!r}


class Shown:
    def _repr_mimebundle_(self, **_):
        kinds = ["text/html", "text/latex", "text/markdown", "image/svg+xml", "image/png"]
        kinds += ["application/vnd.jupyter.widget-view+json", "application/vnd.x+json"]
        kinds += ["application/javascript"]
        return {{kind: PAGE for kind in kinds}}, {{"text/html": {{"isolated": PAGE}}}}

    def __repr__(self):
        return PAGE


try:
    from IPython.display import display

    display(Shown(), metadata={{"text/html": {{"isolated": True}}}}, display_id=PAGE)
    display({{"text/html": [PAGE, PAGE], "text/plain": 7}}, raw=True)
except ImportError:
    pass
print(PAGE, "\\x1b]8;;javascript:DLCOURSE_ATTACK()\\x07link\\x1b]8;;\\x07")
print("\\x1b[31m" + PAGE + "\\x1b[38;2;1;1;1;\\"onclick=\\"DLCOURSE_ATTACK()m")
raise type("Error" + PAGE, (Exception,), {{}})(PAGE)
"""
ANSWERS = {
    "b7-diagnose": """\
def diagnose(*_, **__):
    print(PAGE)
    return PAGE
""",
    "c1-report": f"{PAGE}\n\n[d](javascript:DLCOURSE_ATTACK()) ![e](//DLCOURSE_ATTACK.example/f)\n"
    f"$\\href{{javascript:DLCOURSE_ATTACK()}}{{x}}$ <{PAGE}>\n\n```{PAGE}\n{PAGE}\n```\n",
}


def tamper(notebook):
    notebook.cells.append(v4.new_markdown_cell(ANSWERS["c1-report"]))
    cell(notebook, "c1-report").attachments = {
        "p.png": {"image/png": PAGE, "text/html": PAGE},
        "p.svg": {"image/svg+xml": PAGE},
    }
    notebook.metadata["title"] = PAGE
    notebook.metadata["authors"] = [{"name": PAGE}]
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": PAGE}}
