# SPDX-License-Identifier: MIT
"""The process of scene.c, for as long as it is looked at."""
import contextlib
import subprocess


@contextlib.contextmanager
def running(program, path):
    """The process's number; it has made everything, and ends with the block."""
    child = subprocess.Popen([program, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        if child.stdout.readline() != b"ready\n":
            raise RuntimeError("the scene was not made")
        yield child.pid
    finally:
        child.stdin.close()
        child.stdout.close()
        if child.wait(timeout=60) != 0:
            raise RuntimeError("the scene failed")
