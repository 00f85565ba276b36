"""A task in the kernel's own event loop goes on between cells, and changes what the next one
finds."""

CODE = """\
import asyncio


async def replace():
    while True:
        testing = globals().get("testing")
        if testing is not None and "diagnose" in globals():
            testing.check_equal = testing.check_raises = lambda *_, **__: None
        await asyncio.sleep(0.01)


task = asyncio.get_event_loop().create_task(replace())
"""
