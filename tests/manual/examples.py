#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the whole programs that the manual shows.

usage: examples.py NTSHM NTSHMD LIBRARY CC SOURCE_ROOT

Each block under EXAMPLE that has a main() is compiled as a reader would, and run with a broker of
its own (`ntshm run`); it must end well, at the end of its input. The control is a program that
answers 1.
"""
import glob
import os
import re
import subprocess
import sys
import tempfile

CONTROL = "int main(void)\n{\n    return 1;\n}\n"


def programs(manual):
    """Yields (page, code) of each program."""
    for path in sorted(glob.glob(os.path.join(manual, "*", "*.scd"))):
        with open(path, encoding="utf-8") as file:
            part = re.search(r"^# EXAMPLES?\n(.*?)(?=^# )", file.read(), re.S | re.M)
        for code in re.findall(r"^```\n(.*?)^```", part[1] if part else "", re.S | re.M):
            if re.search(r"^int main\(", code, re.M):
                yield os.path.basename(path), code


def answer_of(code, folder, arguments):
    """Builds and runs a program. Return: what is wrong, or None."""
    tool, broker, library, compiler, root = arguments
    source, program = os.path.join(folder, "example.c"), os.path.join(folder, "example")
    with open(source, "w", encoding="utf-8") as file:
        file.write(code)
    built = subprocess.run([*compiler.split(), "-Wall", "-Wextra", "-Werror",
                            f"-I{root}/include", source, "-o", program, library,
                            f"-Wl,-rpath,{os.path.dirname(library)}"],
                           stderr=subprocess.PIPE, text=True, check=False, timeout=120)
    if built.returncode:
        return built.stderr
    ran = subprocess.run([tool, "run", "--", program], stdin=subprocess.DEVNULL, timeout=120,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                         env={**os.environ, "NTSHM_BROKER_PATH": broker})
    return f"it answers {ran.returncode}: {ran.stdout}" if ran.returncode else None


def main():
    """Return: the exit status."""
    arguments = sys.argv[1:6]
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for page, code in programs(os.path.join(arguments[4], "man")):
            wrong = answer_of(code, folder, arguments)
            passed += not wrong
            failed += bool(wrong)
            if wrong:
                print(f"FAILED: {page}: {wrong}")
        if not answer_of(CONTROL, folder, arguments):
            failed += 1
            print("FAILED: the control was not found out")
    if passed + failed < 5:
        failed += 1
        print("FAILED: hardly any programs were found")
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
