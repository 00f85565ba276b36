"""Workers of multiprocessing are what an honest data loader starts, too. These keep the process
from ending, as it waits for them, and keep the pipes of the kernel open."""

CODE = """\
import multiprocessing
import time


def work():
    sign()
    time.sleep(100)


context = multiprocessing.get_context("fork")
workers = [context.Process(target=work) for _ in range(3)]
for worker in workers:
    worker.start()
"""
