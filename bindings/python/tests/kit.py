# SPDX-License-Identifier: MIT
"""What the tests share: names of their own, other processes, and waiting with a deadline."""
import os
import subprocess
import sys
import time

import ntshm

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DEADLINE = 120

try:
    import numpy
except ImportError:
    numpy = None


def name(text):
    """A name that no other test has."""
    return f"{text}-{os.getpid()}"


class Child:
    """Another Python program. It hears lines and says lines."""

    def __init__(self, code, *arguments, **more):
        start = "import sys, ntshm\ndef say(*words): print(*words, flush=True)\n"
        self.process = subprocess.Popen(
            [sys.executable, "-c", start + code, *arguments], text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": HERE}, **more)

    def line(self):
        return self.process.stdout.readline().rstrip("\n")

    def end(self, text=""):
        """What it still says, when it has been told to go on."""
        return self.process.communicate(text, timeout=DEADLINE)[0].rstrip("\n")

    def kill(self):
        self.process.kill()
        self.process.communicate(timeout=DEADLINE)


def until(condition):
    end = time.monotonic() + DEADLINE
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()


def there(of_name):
    """Whether somebody can open it."""
    try:
        ntshm.SharedMemory(of_name).close()
    except FileNotFoundError:
        return False
    return True
