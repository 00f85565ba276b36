"""What a grader's own code in the student's process leans on is replaced: the encoding of what
is returned, the lookup of names, the clock, the garbage collector."""

CODE = """\
import torch  # before nothing can be imported any more
"""
ANSWERS = {
    "b7-diagnose": """\
def diagnose(*_, **__):
    import builtins
    import inspect
    import json
    import pickle
    import socket
    import struct
    import time

    def forged(*_, **__):
        return '{"ok": true, "status": "ok", "error": null, "value": ["str", "overfitting"]}'

    def refuse(*_, **__):
        raise SystemExit(0)

    json.dumps = json.JSONEncoder.encode = json.JSONEncoder.iterencode = forged
    pickle.dumps = lambda *_, **__: forged().encode()
    struct.pack = struct.unpack = refuse
    time.monotonic = time.time = lambda: 0.0
    inspect.signature = refuse
    builtins.isinstance = lambda *_: True
    builtins.type = builtins.getattr = builtins.hasattr = refuse
    builtins.__import__ = refuse
    return "good"
"""
}
