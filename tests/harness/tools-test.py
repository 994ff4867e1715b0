#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The tests of tools/run-tests: what it adds up, and what it must not call a success.

usage: tools-test.py ROOT

A stand-in for meson, first in PATH, lists small shell commands as the tests of a build directory.
"""
import json
import os
import re
import subprocess
import sys
import tempfile

ROOT = sys.argv[1]
counts = {"pass": 0, "FAIL": 0}


def run(folder, tests, *arguments):
    """run-tests over [(name, suite, shell text)]; gives its exit code and output."""
    listing = [{"name": name, "suite": [f"ntshm:{suite}"], "cmd": ["sh", "-c", text], "env": {},
                "workdir": None, "timeout": 30, "is_parallel": True} for name, suite, text in tests]
    with open(os.path.join(folder, "tests.json"), "w", encoding="utf-8") as file:
        json.dump(listing, file)
    done = subprocess.run([os.path.join(ROOT, "tools", "run-tests"), folder, *arguments],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                          env=dict(os.environ, PATH=folder + ":" + os.environ["PATH"]))
    return done.returncode, done.stdout


def check(name, got, code, *patterns):
    missing = [p for p in patterns if not re.search(p, got[1], re.M)]
    good = got[0] == code and not missing
    counts["pass" if good else "FAIL"] += 1
    print(f"{'pass' if good else 'FAIL'}  {name}")
    if not good:
        print(f"    exit {got[0]}, wanted {code}; missing {missing}\n    "
              + got[1].replace("\n", "\n    "))


def make_meson(folder):
    path = os.path.join(folder, "meson")
    with open(path, "w", encoding="utf-8") as file:
        file.write('#!/bin/sh\ncase "$*" in\n*--tests*) cat "$3/tests.json" ;;\n*) echo "[]" ;;\n'
                   'esac\n')
    os.chmod(path, 0o755)


def main():
    good = "echo '3 passed, 0 failed, 1 skipped'"
    with tempfile.TemporaryDirectory() as folder:
        make_meson(folder)
        check("counts are added up",
              run(folder, [("a", "api", good), ("b", "unit", "exit 0"),
                           ("c", "unit", "echo no unicorns; exit 77")]), 0,
              r"^    skipped  c: no unicorns$", r"\A(.*\n)*4 passed, 0 failed, 2 skipped\n\Z")
        check("a test that could try nothing, and counts it, is skipped",
              run(folder, [("a", "api", good),
                           ("b", "api", "echo 'skip  no bird'; echo '0 passed, 0 failed, 1 skipped'; exit 77")]),
              0, r"^    skipped  b: no bird$", r"\A(.*\n)*3 passed, 0 failed, 2 skipped\n\Z")
        check("one that passed something ends with another code",
              run(folder, [("a", "api", "echo '1 passed, 0 failed, 1 skipped'; exit 77")]), 1,
              r"exit code 77 though no case failed")
        check("a failed case fails the run and shows its output",
              run(folder, [("a", "api", good),
                           ("b", "api", "echo why; echo '1 passed, 2 failed, 0 skipped'; exit 1")]),
              1, r"^why$", r"^FAIL b: 1 passed, 2 failed", r"^4 passed, 2 failed, 1 skipped$")
        check("a script that fails", run(folder, [("a", "api", "exit 3")]), 1, r"exit code 3$",
              r"^0 passed, 1 failed, 0 skipped$")
        check("a runner that dies after its counts",
              run(folder, [("a", "api", good + "; kill -SEGV $$")]), 1,
              r"though no case failed", r"^3 passed, 1 failed, 1 skipped$")
        check("a runner that hides its failures",
              run(folder, [("a", "api", "echo '1 passed, 1 failed, 0 skipped'")]), 1,
              r"though cases failed", r"^1 passed, 1 failed, 0 skipped$")
        check("a runner that ran nothing",
              run(folder, [("a", "api", "echo '0 passed, 0 failed, 0 skipped'")]), 1,
              r"ran no case", r"^0 passed, 1 failed, 0 skipped$")
        check("no test at all", run(folder, []), 1, r"^no test was chosen$",
              r"^0 passed, 0 failed, 0 skipped$")
        check("a program that is not there",
              run(folder, [("a", "api", "exec /nonexistent")]), 1, r"^0 passed, 1 failed")
        slow = [("a", "api", good), ("b", "bench", "exit 0"), ("c", "stress", "exit 0"),
                ("d", "long", "exit 0")]
        check("slow suites are left out", run(folder, slow), 0, r"^3 passed, 0 failed, 1 skipped$")
        check("slow suites run when named", run(folder, slow, "--suite", "bench"), 0, r"^ok   b",
              r"^1 passed, 0 failed, 0 skipped$")
        check("a suite that is left out", run(folder, slow, "--without", "api", "--suite", "long",
                                              "--suite", "api"), 0,
              r"^ok   d", r"^1 passed, 0 failed, 0 skipped$")
        check("one test by name", run(folder, slow, "a"), 0, r"^3 passed, 0 failed, 1 skipped$")
    print(f"{counts['pass']} passed, {counts['FAIL']} failed, 0 skipped")
    return 1 if counts["FAIL"] or not counts["pass"] else 0


sys.exit(main())
