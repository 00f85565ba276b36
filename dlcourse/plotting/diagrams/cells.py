"""Recurrent cells gate by gate, and a recurrent network unrolled in time.

Each function adds parts to a drawing and returns them as a group; a part of the cell ``"gru"`` has
a key such as ``"gru.reset"``, so that an author can add arrows and texts of their own.
"""

from collections.abc import Sequence

from dlcourse.plotting.diagrams.drawing import Drawing
from dlcourse.plotting.diagrams.parts import Group


def rnn_cell(d: Drawing, key: str = "rnn") -> Group:
    """A plain recurrent cell: two products, a sum, tanh.

    Args:
        d: the drawing.
        key: begins the keys: ``.h``, ``.x``, ``.wh``, ``.wx``, ``.sum``, ``.tanh``, ``.next``,
            ``.frame``.
    """
    h, x = d.label(f"{key}.h", "$h_{t-1}$"), d.label(f"{key}.x", "$x_t$")
    w_h, w_x = d.box(f"{key}.wh", "$W_{hh}$"), d.box(f"{key}.wx", "$W_{xh}$")
    plus = d.operator(f"{key}.sum", "+", say="add, with the bias")
    tanh = d.operator(f"{key}.tanh", "tanh", color="pink")
    after = d.label(f"{key}.next", "$h_t$")
    d.row(h, w_h, plus, tanh, after, gap=34)
    w_x.below(plus, 26)
    x.below(w_x, 34)
    d.chain(h, w_h, plus, tanh, after)
    d.chain(x, w_x, plus)
    d.frame(f"{key}.frame", [w_h, w_x, plus, tanh], "")
    return Group(key, [h, x, w_h, w_x, plus, tanh, after])


def gru_cell(d: Drawing, key: str = "gru") -> Group:
    """The gated recurrent unit: reset and update gate, candidate, the mix of old and new.

    As in torch, its update gate keeps the old state where it is 1, and its reset gate stands
    behind the product with the old state.

    Args:
        d: the drawing.
        key: begins the keys: ``.h``, ``.x``, ``.reset``, ``.update``, ``.candidate``,
            ``.product`` (of the candidate's weights and the state), ``.forget`` (reset × product),
            ``.keep`` (update × state), ``.inverse`` (1 − update), ``.take``,
            ``.sum``, ``.next``, ``.frame``.
    """
    h, x = d.label(f"{key}.h", "$h_{t-1}$"), d.label(f"{key}.x", "$x_t$")
    reset = d.box(f"{key}.reset", "σ", note="reset $r_t$", color="blue")
    update = d.box(f"{key}.update", "σ", note="update $z_t$", color="green")
    candidate = d.box(f"{key}.candidate", "tanh", note="candidate", color="pink")
    product = d.box(f"{key}.product", "$W_{hn}$")
    forget = d.operator(f"{key}.forget", "×", say="reset × product")
    keep = d.operator(f"{key}.keep", "×", say="update × state")
    inverse = d.operator(f"{key}.inverse", "1−", say="1 − update")
    take = d.operator(f"{key}.take", "×", say="(1 − update) × candidate")
    plus = d.operator(f"{key}.sum", "+")
    after = d.label(f"{key}.next", "$h_t$")
    split, branch = d.dot(f"{key}.split"), d.dot(f"{key}.branch")
    place = [
        [None, keep, None, plus, after],
        [product, branch, inverse, take],
        [forget],
        [reset, update, None, candidate],
    ]
    d.grid(place, gap=(38, 22))
    keep.at(update.x, keep.y)
    split.left_of(reset, 36).at(split.x, keep.y)
    h.left_of(split, 36)
    x.below(reset, 46).move(h.x - x.x, 0)
    d.arrow(h, split, color="blue", width=2.4, heads="none", say=False)
    d.arrow(split, keep, color="blue", width=2.4, say=False)
    d.chain(keep, plus, after, color="blue", width=2.4)
    d.arrow(split, product, leave="right", enter="top")
    d.arrow(product, forget)
    for gate in (reset, update):
        d.arrow(split, gate, leave="bottom", enter=("bottom", 0.35), say=False)
    for number, gate in enumerate((reset, update, candidate)):
        d.arrow(x, gate, leave="right", enter=("bottom", 0.65), say=number == 0)
    d.arrow(reset, forget)
    d.arrow(forget, candidate, leave="right", enter="left")
    d.arrow(update, branch, heads="none", say=False)
    d.arrow(branch, keep, say=False)
    d.arrow(branch, inverse, say=False)
    d.arrow(inverse, take)
    d.arrow(candidate, take)
    d.arrow(take, plus)
    inside = [reset, update, candidate, product, forget, keep, inverse, take, plus]
    d.frame(f"{key}.frame", inside, "", padding=24)
    return Group(key, [h, x, *inside, after])


def lstm_cell(d: Drawing, key: str = "lstm") -> Group:
    """The long short-term memory: forget, input and output gate, candidate, cell and state.

    Args:
        d: the drawing.
        key: begins the keys: ``.c``, ``.h``, ``.x``, ``.forget``, ``.input``, ``.candidate``,
            ``.output``, ``.keep``, ``.take``, ``.sum``, ``.tanh``, ``.show``, ``.cell``,
            ``.next``, ``.frame``.
    """
    c, h = d.label(f"{key}.c", "$c_{t-1}$"), d.label(f"{key}.h", "$h_{t-1}$")
    x = d.label(f"{key}.x", "$x_t$")
    forget = d.box(f"{key}.forget", "σ", note="forget $f_t$", color="blue")
    take_in = d.box(f"{key}.input", "σ", note="input $i_t$", color="green")
    candidate = d.box(f"{key}.candidate", "tanh", note="candidate", color="pink")
    output = d.box(f"{key}.output", "σ", note="output $o_t$", color="gold")
    keep = d.operator(f"{key}.keep", "×", say="forget × cell")
    take = d.operator(f"{key}.take", "×", say="input × candidate")
    plus = d.operator(f"{key}.sum", "+")
    tanh = d.operator(f"{key}.tanh", "tanh", color="pink", say="tanh of the cell")
    show = d.operator(f"{key}.show", "×", say="output × tanh of the cell")
    cell, after = d.label(f"{key}.cell", "$c_t$"), d.label(f"{key}.next", "$h_t$")
    d.grid(
        [
            [c, keep, None, plus, None, cell],
            [None, None, None, take, tanh, None],
            [None, None, None, None, show, after],
            [None, forget, take_in, candidate, output],
        ],
        gap=(44, 26),
    )
    h.below(c, 0, "left").move(0, forget.bottom + 28 - h.top)
    x.below(h, 16)
    for start, end in ((c, keep), (keep, plus), (plus, cell)):
        d.arrow(start, end, color="orange", width=2.4)
    d.arrow(plus, tanh, leave="right", enter="top")
    for number, gate in enumerate((forget, take_in, candidate, output)):
        d.arrow(h, gate, leave="right", enter=("bottom", 0.35), say=number == 0)
        d.arrow(x, gate, leave="right", enter=("bottom", 0.65), say=number == 0)
    d.arrow(forget, keep)
    d.arrow(take_in, take, leave="top", enter="left")
    d.arrow(candidate, take)
    d.arrow(take, plus)
    d.arrow(tanh, show)
    d.arrow(output, show)
    d.arrow(show, after, color="blue", width=2.4)
    inside = [forget, take_in, candidate, output, keep, take, plus, tanh, show]
    d.frame(f"{key}.frame", inside, "")
    return Group(key, [c, h, x, *inside, cell, after])


def unrolled(
    d: Drawing,
    key: str,
    inputs: Sequence[str],
    outputs: Sequence[str] = (),
    *,
    cell: str = "RNN",
    states: Sequence[str] = (),
    cuts: Sequence[int] = (),
    color: str | None = "blue",
    gap: float = 44,
) -> Group:
    """A recurrent network, a copy of its cell for each step.

    Args:
        d: the drawing.
        key: begins the keys ``.0`` (the first copy), ``.x0``, ``.y0``, ``.1`` and so on.
        inputs: the text below each copy; "" for none.
        outputs: the text above each copy; empty for none.
        cell: the text in each copy.
        states: the text at the arrow from each copy to the next.
        cuts: steps after which the gradient is cut: the arrow is dashed.
        color: of the copies.
        gap: between copies in CSS pixels.

    Returns:
        The copies, in order.
    """
    copies = [d.box(f"{key}.{t}", cell, color=color) for t in range(len(inputs))]
    d.row(*copies, gap=gap)
    for t, text in enumerate(inputs):
        if text:
            d.arrow(d.label(f"{key}.x{t}", text).below(copies[t], 30), copies[t], say=t == 0)
    for t, text in enumerate(outputs):
        if text:
            d.arrow(copies[t], d.label(f"{key}.y{t}", text).above(copies[t], 30), say=t == 0)
    for t in range(len(copies) - 1):
        text = states[t] if t < len(states) else ""
        look = {"color": "orange", "dashed": True} if t in cuts else {}
        d.arrow(copies[t], copies[t + 1], text, say=t in cuts or t == 0, **look)
    return Group(key, copies)
