#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The Python binding with real processes, beside multiprocessing.shared_memory where they compare.

usage: run_tests.py [test_MODULE[.CLASS[.test_NAME]]...]

libntshm must be where the loader finds it (LD_LIBRARY_PATH) and NTSHM_BROKER_PATH name the broker.
The names live in a private directory, which is gone at the end.
"""
import gc
import glob
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = [os.path.basename(path)[:-3] for path in glob.glob(os.path.join(HERE, "tests", "test_*.py"))]

sys.dont_write_bytecode = True
os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
sys.path[:0] = [HERE, os.path.join(HERE, "tests")]


def remove(directory):
    """The broker leaves by itself when nobody needs it, and takes its socket away then."""
    from kit import until
    from ntshm import _library
    gc.collect()
    _library._library.ntshm_quiesce()
    gone = until(lambda: not os.path.exists(os.path.join(directory, "broker")))
    shutil.rmtree(directory, ignore_errors=True)
    return gone


def find_numpy():
    """Go on under the system's Python where that one has numpy and this one has not."""
    system = "/usr/bin/python3"
    if importlib.util.find_spec("numpy") or "NTSHM_NO_OTHER_PYTHON" in os.environ:
        return
    if not os.path.exists(system):
        return
    if subprocess.run([system, "-c", "import numpy"], stderr=subprocess.DEVNULL).returncode == 0:
        os.environ["NTSHM_NO_OTHER_PYTHON"] = "1"
        os.execv(system, [system, *sys.argv])


def main():
    find_numpy()
    directory = tempfile.mkdtemp(prefix="ntshm-python-")
    os.environ["NTSHM_BROKER"] = directory
    arguments = [sys.argv[0], "-v", *(sys.argv[1:] or sorted(TESTS))]
    done = unittest.main(module=None, argv=arguments, exit=False).result
    gone = remove(directory)
    if not gone:
        print(f"{directory} is left")
    for case, reason in done.skipped:
        print(f"skip  {case.id()}: {reason}")
    failed = len(done.failures) + len(done.errors) + (not gone)
    print(f"{done.testsRun - failed - len(done.skipped) + (not gone)} passed, {failed} failed, "
          f"{len(done.skipped)} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
