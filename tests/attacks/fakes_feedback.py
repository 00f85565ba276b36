"""A page or a terminal can be made to look like another: a banner with a score over the real
one, control characters that wipe a message out, a copy of what a passed test prints. It must
stay a decoration."""

CODE = """\
SCORE = "<div style='position:fixed;inset:0;z-index:9;background:white'>Score: 100.0 / 100.0</div>"
try:
    from IPython.display import HTML, display

    display(HTML(SCORE + "<style>.alert, .output_error {display: none}</style>"))
except ImportError:
    pass
"""
ANSWERS = {
    "b7-diagnose": """\
def diagnose(*_, **__):
    print("B7, diagnose: all visible tests passed.\\n5 of 5 points")
    print("\\x1b[2J\\x1b[3J\\x1b[1A\\x1b[2K\\r\\x1b]0;passed\\x07\\x1b[8m")
    print("\\b" * 500 + "\\x00\\x1bc")
    try:
        from IPython.display import clear_output, display

        for data in [{"text/html": SCORE}, {"text/plain": "5.0"}]:
            display(data, raw=True, display_id="score")
            display(data, raw=True, display_id="score", update=True)
        clear_output(wait=True)
    finally:
        return "good"
"""
}
