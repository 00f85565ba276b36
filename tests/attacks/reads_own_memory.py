"""A process that was forked from the grader has whatever the grader had read by then: tests and
solutions lie in its memory, although no name leads to them."""

CODE = """\
import re

import torch

# Written such that the pattern does not find itself.
patterns = [rb"exactly target and exactly[ ]gap are", rb"has a sign: validation below[ ]training"]
patterns += [rb"against overfitting. Too[ ]large", rb"DLCOURSE_CANARY[=]"]
try:
    with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
        for line in maps:
            span, rights, *_ = line.split()
            start, end = (int(number, 16) for number in span.split("-"))
            if rights.startswith("rw") and end - start < 2**30:
                try:
                    memory.seek(start)
                    content = memory.read(end - start)
                except (OSError, ValueError, OverflowError):
                    continue
                for pattern in patterns:
                    if re.search(pattern, content):
                        boast(f"memory holds {pattern}")
except OSError:
    pass
"""
