"""What of a MyST page is prose, for the checks of what prose may say."""

import re

import yaml

FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_CODE_CELL = re.compile(r"^```\{code-cell\}[^\n]*\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_CODE_BLOCK = re.compile(r"^(```+|~~~+)(?!\{)[^\n]*\n.*?^\1$", re.DOTALL | re.MULTILINE)
_DIRECTIVE_FENCE = re.compile(r"^(```+|:::+)(\{[^}\n]*\})?", re.MULTILINE)
_MATH = re.compile(r"\$\$.*?\$\$|(?<![\\$])\$(?!\s)(?:\\.|[^$\\])+?\$", re.DOTALL)
# A claim's sentence is prose; its name is not.
_CLAIM = re.compile(r"\{claim\}(`+)(?P<sentence>.*?)\s*<[^<>]+>\1", re.DOTALL)
_ROLE = re.compile(r"\{[\w:.+-]+\}(`+).*?\1", re.DOTALL)
_INLINE_CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)
_LINK_TARGET = re.compile(r"\]\([^)]*\)|<https?:[^>]*>")
_DECIMAL = re.compile(r"(?<![\w.,])\d[\d,]*\.\d+")


def _caption(cell: re.Match) -> str:
    """A figure's caption stands in its code cell's options, and is prose all the same."""
    options = re.match(r"---\n(.*?)\n---\n", cell.group(1), re.DOTALL)
    metadata = yaml.safe_load(options.group(1)) if options else None
    return ((metadata or {}).get("mystnb", {}).get("figure", {}) or {}).get("caption", "") + "\n"


def prose(text: str) -> str:
    """The page without its front matter, code, mathematics, links and roles (citations too);
    claims keep their sentences."""
    text = FRONT_MATTER.sub("", text)
    text = _CODE_CELL.sub(_caption, text)
    text = _CLAIM.sub(lambda claim: claim["sentence"], text)
    for pattern in (_CODE_BLOCK, _DIRECTIVE_FENCE, _MATH, _ROLE, _INLINE_CODE, _LINK_TARGET):
        text = pattern.sub(" ", text)
    return text


def decimals(text: str) -> list[str]:
    """The decimal numbers in a page's prose, in order; ``1,000`` is a whole number."""
    return _DECIMAL.findall(prose(text))
