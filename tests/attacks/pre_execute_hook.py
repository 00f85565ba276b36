"""A hook that runs before and after each cell puts the checks out of action again and again,
however often they are put back."""

CODE = """\
def replace(*_):
    from dlcourse import testing

    for name in vars(testing):
        if name.startswith("check_") and name not in ("check_choice", "check_number"):
            setattr(testing, name, lambda *arguments, **options: None)


for event in ["pre_execute", "pre_run_cell", "post_execute", "post_run_cell"]:
    get_ipython().events.register(event, replace)
"""
