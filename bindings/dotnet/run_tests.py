#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compiles the C# binding with its tests and runs them, where mono is installed.

usage: run_tests.py

libntshm must be where the loader finds it (LD_LIBRARY_PATH) and NTSHM_BROKER_PATH name the broker.
"""
import glob
import os
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
DEADLINE = 120


def remove(directory):
    """The broker leaves by itself when nobody needs it, and takes its socket away then."""
    end = time.monotonic() + DEADLINE
    socket = os.path.join(directory, "broker")
    while os.path.exists(socket) and time.monotonic() < end:
        time.sleep(0.01)
    left = os.path.exists(socket)
    shutil.rmtree(directory, ignore_errors=True)
    return left


def main():
    compiler, mono = shutil.which("mcs"), shutil.which("mono")
    if not compiler or not mono:
        print("skip  no C# compiler is installed (Debian: mono-mcs and mono-runtime)")
        print("0 passed, 0 failed, 1 skipped")
        return 77
    with tempfile.TemporaryDirectory(prefix="ntshm-dotnet-") as directory:
        program = os.path.join(directory, "Tests.exe")
        done = subprocess.run([compiler, "-warnaserror", "-warn:4", f"-out:{program}",
                               *sorted(glob.glob(os.path.join(HERE, "*.cs"))),
                               os.path.join(HERE, "tests", "Tests.cs")], timeout=DEADLINE,
                              stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            print("the binding does not compile\n0 passed, 1 failed, 0 skipped")
            return 1
        names = os.path.join(directory, "names")
        os.mkdir(names, 0o700)
        done = subprocess.run([mono, program], stdin=subprocess.DEVNULL, timeout=DEADLINE,
                              # Without mono's own files in /dev/shm, which killed ones leave.
                              env={**os.environ, "NTSHM_BROKER": names, "MONO": mono,
                                   "MONO_DISABLE_SHARED_AREA": "1"})
        if remove(names):
            print("a broker is left\n0 passed, 1 failed, 0 skipped")
            return 1
        return done.returncode


sys.exit(main())
