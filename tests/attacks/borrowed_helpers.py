"""A test's own helper, local or loop variable may have a name that the student has, too: his is
never asked for, whatever he does to the process in between."""

LOSES = {"b5-early-stopping", "b7-diagnose"}
CODE = """\
class Agreeable:
    def __eq__(self, other):
        return True

    def __call__(self, *arguments, **_):
        boast(f"a helper of the student's was told {arguments}")


check_stop = check_diagnosis = check_penalty = expected = hint = testing = Agreeable()
"""
