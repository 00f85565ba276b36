"""Browsers ignore control characters and white space in the scheme of an address, and so do not see
what a check sees; and a link within the course's server acts with the instructor's rights."""

LINKS = (
    "<a href='\x01data:text/html,DLCOURSE_ATTACK'>a</a><a href='da\tta:text/html,DLCOURSE_ATTACK'>"
    "b</a><a href='da&Tab;ta:text/html,DLCOURSE_ATTACK'>c</a><a href='&#1;data:,DLCOURSE_ATTACK'>d"
    "</a><a href='java&NewLine;script:DLCOURSE_ATTACK()'>e</a><a href='\x1f\u00a0vbscript:"
    "DLCOURSE_ATTACK()'>f</a><a href='/formgrader?path=DLCOURSE_ATTACK'>g</a>"
    "<a href='../DLCOURSE_ATTACK'>h</a><a href='//DLCOURSE_ATTACK.example'>i</a>"
)
CODE = f"""\
LINKS = {LINKS!r}
try:
    from IPython.display import HTML, Markdown, display

    display(HTML(LINKS), Markdown(LINKS + "[x](<\\x01data:text/html,DLCOURSE_ATTACK>)"))
except ImportError:
    pass
"""
ANSWERS = {"c1-report": f"{LINKS} [a](da\tta:DLCOURSE_ATTACK) [b](/logout?DLCOURSE_ATTACK)"}
