"""nbgrader looks at the error among a cell's outputs. Here none is shown, and the reply to the
grader loses its status as well."""

CODE = """\
shell = get_ipython()
shell.showtraceback = lambda *_, **__: None
shell._showtraceback = lambda *_, **__: None
shell.showsyntaxerror = lambda *_, **__: None
do_execute = shell.kernel.do_execute


async def never_fails(*arguments, **options):
    reply = await do_execute(*arguments, **options)
    count = reply["execution_count"]
    kept = {"user_expressions": {}, "payload": []}
    return kept | {"status": "ok", "execution_count": count}


shell.kernel.do_execute = never_fails
"""
