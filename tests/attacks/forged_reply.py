"""Knowing the grader's source, a student's code finds the grader's own objects in its process
and speaks with them: it reports on cells that have not run yet, and more than a notebook should
hold."""

LOSES = {"b3-penalty", "b7-diagnose"}
CODE = """\
def channels():
    import gc

    return [found for found in gc.get_objects() if type(found).__name__ == "Channel"]


def report(text, count):
    output = {"output_type": "stream", "name": "stdout", "text": text}
    points = {"output_type": "execute_result", "data": {"text/plain": "5.0"}, "metadata": {}}
    points |= {"execution_count": 1}
    for channel in channels():
        try:
            channel.send({"outputs": [output] * count + [points], "passed": True, "score": 100})
        except Exception:
            pass
"""
ANSWERS = {
    "b3-penalty": """\
def l2_penalty(parameters, lam):
    report("forged", 1)
    return torch.tensor(0.0)
""",
    "b7-diagnose": """\
def diagnose(*_, **__):
    for channel in channels():
        try:
            channel.send(["answer", {"value": ["str", "good"], "changed": [[0, ["none"]]]}])
        except Exception:
            pass
    report("x" * 5_000_000, 40)
    return "good"
""",
}
