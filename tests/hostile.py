"""Cells that a student might add instead of an answer, put together at random.

A cell is a trigger (at once, before each cell runs, at an import, in a thread …), a condition on
the text of the cell that is about to run, and an action (end the process, hang, replace what tests
would use, lie to the grader …). None of them holds a right answer.
"""

import random

PRELUDE = '''\
import asyncio, atexit, builtins, gc, math, os, signal, sys, threading, time, types
from contextlib import suppress


class Yes:
    """Agrees with everything, does nothing, and is whatever one asks for."""

    def __call__(self, *_, **__):
        return self

    __getattr__ = __getitem__ = __enter__ = __add__ = __sub__ = __mul__ = __call__

    def __eq__(self, other):
        return True

    __ne__ = __bool__ = __lt__ = __le__ = __gt__ = __ge__ = __contains__ = __exit__ = __eq__
    __hash__ = object.__hash__
    __bool__ = lambda self: True
    __iter__ = lambda self: iter(())
    __len__ = lambda self: 3
    __float__ = lambda self: 0.0
    __index__ = __int__ = lambda self: 0


CHECKS = ["check", "check_choice", "check_number", "check_items", "check_equal", "check_type"]
CHECKS += ["check_shape", "check_dtype", "check_close", "check_raises", "passed", "_fail"]
ANSWERS = ["answer_a1", "answer_a5", "standardize", "l2_penalty", "early_stopping", "diagnose"]
TOOLS = ["testing", "torch", "math", "Tensor"]
shell = get_ipython()
'''

ENDS = {
    "exit": "os._exit(0)",
    "kill": "os.kill(os.getpid(), signal.SIGKILL)",
    "abort": "os.abort()",
    "leave": "sys.exit(0)",
    "raise": "raise type('GraderFailed', (Exception,), {})('your grader has failed')",
    "interrupt": "raise KeyboardInterrupt",
    "sleep": "time.sleep(30)",
    "loop": "while True: pass",
    "stop": "os.kill(os.getpid(), signal.SIGSTOP)",
    "children": "[time.sleep(20) for _ in range(3) if os.fork() == 0]",
    "fill": "hoard = [bytearray(os.urandom(1 << 20)) * 64 for _ in range(64)]",
    "no files": "[os.close(fd) for fd in range(3, 60) if not os.system('')]",
}
FAKES = {
    "own tools": "shell.user_ns.update(dict.fromkeys(TOOLS, Yes()))",
    "own checks": "[setattr(sys.modules['dlcourse.testing'], name, Yes()) for name in CHECKS]",
    "own modules": "sys.modules.update({'dlcourse.testing': Yes(), 'torch': Yes(), 'math': Yes()})",
    "own imports": "builtins.__import__ = Yes()",
    "own types": "builtins.isinstance = builtins.len = builtins.abs = Yes()",
    "own math": "math.isclose = sys.modules['torch'].allclose = sys.modules['torch'].equal = Yes()",
    "answers": "shell.user_ns.update(dict.fromkeys(ANSWERS, Yes()))",
    "no names": "shell.user_ns.clear()",
    "reset": "shell.reset()",
    "no cells": "type(shell).run_cell = type(shell).run_code = type(shell).run_ast_nodes = Yes()",
}
LIES = {
    "forge": (
        "[channel.send(message) for channel in gc.get_objects() if type(channel).__name__ == "
        "'Channel' for message in ({'outputs': [], 'gone': False}, ['answer', {'value': ['bool', "
        "True], 'outputs': []}], ['answer', {'missing': True}], ['question', {'do': 'next'}])]"
    ),
    "lie": (
        "setattr(sys.modules['dlcourse.grading.calls.servant'].Servant, '_do', lambda self, q, b, "
        "e: ({'value': ['ref', 1, 'list', ['builtins.list'], ['call', 'iter', 'len', 'getitem', "
        "'bool', 'get']], 'error': {'types': ['builtins.ValueError']}}, e))"
    ),
    "lose": (
        "setattr(sys.modules['dlcourse.grading.calls.servant'].Servant, '_do', lambda self, q, b, "
        "e: ({'error': {'types': ['builtins.ValueError', 'builtins.Exception']}}, e))"
    ),
    "claim": (
        "sys.modules['dlcourse.grading.calls.values'].Encoder.__call__ = lambda *_: ['bool', 1]"
    ),
    "print": "print('100 of 100', file=sys.__stderr__)",
}

TRIGGERS = {
    "at once": "act()",
    "before a cell": "shell.events.register('pre_run_cell', lambda info: act(info.raw_cell))",
    "before any code": "shell.events.register('pre_execute', lambda: act())",
    "after a cell": (
        "shell.events.register('post_run_cell', lambda result: act(result.info.raw_cell))"
    ),
    "while a text is read": (
        "shell.input_transformers_cleanup.append(lambda lines: act(''.join(lines)) or lines)"
    ),
    "instead of a text": (
        "shell.input_transformers_post.append(lambda lines: act(''.join(lines)) or ['pass\\n'])"
    ),
    "while a tree is read": (
        "shell.ast_transformers.append(types.SimpleNamespace(visit=lambda node: act() or node))"
    ),
    "in a thread": "threading.Timer({delay}, act).start()",
    "by a signal": (
        "signal.signal(signal.SIGALRM, lambda *_: act())\n"
        "signal.setitimer(signal.ITIMER_REAL, {delay})"
    ),
    "at an interrupt": "signal.signal(signal.SIGINT, lambda *_: act())\nact()",
    "at the end": "atexit.register(act)\nsys.exit()",
    "at an import": (
        "sys.meta_path.insert(0, types.SimpleNamespace(find_spec=lambda *_, **__: act()))"
    ),
    "while traced": "sys.settrace(lambda frame, *_: act(frame.f_code.co_name))",
    "while profiled": "sys.setprofile(lambda frame, *_: act(frame.f_code.co_name))",
    "while watched": "sys.addaudithook(lambda event, _: act(event))",
    "when garbage goes": "gc.callbacks.append(lambda *_: act())\ngc.set_threshold(1)",
    "when deleted": "Yes.__del__ = lambda self: act()\ndel shell.user_ns['Yes']\nYes = None",
    "in a task": "asyncio.get_event_loop_policy().new_event_loop().call_soon(act)\nact()",
    "when called": "def {answer}(*_, **__):\n    act()\n    return Yes()",
    "when shown": "class Shown(Yes):\n    __repr__ = lambda self: act() or ''\n{answer} = Shown()",
    "when compared": (
        "class Equal(Yes):\n    __eq__ = lambda self, _: act() or True\n{answer} = Equal()"
    ),
}
CONDITIONS = [
    "True",
    "'prepare_notebook' in text",
    "'prepare_notebook' in text",
    "'import' in text",
    "'testing.' in text",
    "'answer_' in text",
    "count == {number}",
    "count > {number}",
    "text == ''",
]


def cell(draw: random.Random) -> str:
    """One cell; the same for the same state of ``draw``."""
    lines = [PRELUDE, "count = 0"]
    for piece in range(draw.choice([1, 2, 2, 3, 4])):
        # Much of what is hostile takes two: one thing at once, another at the right moment.
        trigger = draw.choice([*TRIGGERS, *["at once", "before a cell"] * 4])
        condition = "True" if trigger == "at once" else draw.choice(CONDITIONS)
        chosen = {
            "number": draw.randint(1, 6),
            "delay": draw.choice([0.001, 0.05, 0.3]),
            "answer": draw.choice(["standardize", "l2_penalty", "early_stopping", "diagnose"]),
        }
        actions = draw.choice([ENDS, FAKES, LIES])
        lines += [
            f"\n\ndef act_{piece}(text=''):",
            "    global count",
            "    count += 1",
            f"    if {condition.format(**chosen)}:",
            "        with suppress(NameError):",
            f"            {actions[draw.choice(list(actions))]}",
            f"\n\nact = act_{piece}  # {trigger}",
            TRIGGERS[trigger].format(**chosen).replace("act(", f"act_{piece}("),
        ]
    return "\n".join(lines) + "\n"
