#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compiles and runs the C example of README.md, exactly as it is printed there.

usage: check_readme.py README CC INCLUDE_DIR LIBRARY EXAMPLE

The text must also be that of EXAMPLE below its licence line, which is built and run as a sample.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

DEADLINE = 60
MAX_LINES = 20

readme, compiler, include, library, example = sys.argv[1:6]
results = {"passed": 0, "failed": 0}


def check(name, condition, detail=""):
    results["passed" if condition else "failed"] += 1
    print(f"{'pass' if condition else 'FAIL'}  {name}{'' if condition else ': ' + str(detail)}")
    return condition


def compile_and_run(code, directory):
    source = os.path.join(directory, "visitors.c")
    program = os.path.join(directory, "visitors")
    with open(source, "w", encoding="utf-8") as file:
        file.write(code)
    folder = os.path.dirname(library)
    done = subprocess.run([*compiler.split(), "-Wall", "-Wextra", "-Werror", "-I", include, source, "-o",
                           program, library, f"-Wl,-rpath,{folder}"],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if not check("the example compiles without a warning", done.returncode == 0, done.stdout):
        return
    broker = os.path.join(directory, "broker")
    os.mkdir(broker, 0o700)
    done = subprocess.run([program], input="\n", stdout=subprocess.PIPE, text=True, timeout=DEADLINE,
                          env={**os.environ, "NTSHM_BROKER": broker})
    check("and runs", done.returncode == 0 and done.stdout == "made the section; visitor 1\n", done)


def remove(directory):
    """The broker of the example leaves by itself, and may be taking its files away right now."""
    end = time.monotonic() + DEADLINE
    while os.path.exists(directory) and time.monotonic() < end:
        shutil.rmtree(directory, ignore_errors=True)
    check("nothing is left", not os.path.exists(directory))


with open(readme, encoding="utf-8") as file:
    blocks = re.findall(r"^```c\n(.*?)^```$", file.read(), re.M | re.S)
with open(example, encoding="utf-8") as file:
    sample = file.read().split("\n", 1)[1]
if check("README has one C example", len(blocks) == 1, len(blocks)):
    check(f"of {MAX_LINES} lines at most", blocks[0].count("\n") <= MAX_LINES, blocks[0].count("\n"))
    check("which is the sample in examples/", blocks[0] == sample)
    scratch = tempfile.mkdtemp(prefix="ntshm-readme-")
    compile_and_run(blocks[0], scratch)
    remove(scratch)
print(f"{results['passed']} passed, {results['failed']} failed, 0 skipped")
sys.exit(1 if results["failed"] else 0)
