"""Written answers with tags in tags, thousands of formulas, and thousands of beginnings of formulas
for whose ends a parser looks again and again."""

from nbformat import v4

ANSWERS = {"c1-report": "<div>" * 20_000}


def tamper(notebook):
    texts = ["<div>" * 20_000, "$a$ " * 25_000, r"\begin{a}" * 20_000, r"\\[ " * 30_000]
    texts += [r"\begin{a}x\end{a} " * 10_000, "[" * 100_000, "> " * 50_000]
    notebook.cells += [v4.new_markdown_cell(text) for text in texts]
