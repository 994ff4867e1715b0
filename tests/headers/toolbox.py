# SPDX-License-Identifier: MIT
"""What the header tests share: the compilers that are there, and counted cases.

A case is a name and a truth; each failure prints what the compiler said. The last line is
the sum, and the exit status is 77 (skip) when nothing at all could be tried.
"""

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

STRICT = ["-Wall", "-Wextra", "-Werror", "-pedantic", "-Wundef", "-Wwrite-strings", "-Wvla"]
C_COMPILERS = ["gcc", "clang"]
CXX_COMPILERS = ["g++", "clang++"]


class Cases:
    def __init__(self):
        self.passed = self.failed = 0
        self.skips = []

    def check(self, name, good, detail=""):
        if good:
            self.passed += 1
            return
        self.failed += 1
        print(f"FAILED {name}")
        if detail:
            print("    " + "\n    ".join(detail.splitlines()[:12]))

    def skip(self, reason):
        self.skips.append(reason)
        print(f"skipped: {reason}")

    def finish(self):
        print(f"{self.passed} passed, {self.failed} failed, {len(self.skips)} skipped")
        if self.failed:
            sys.exit(1)
        sys.exit(0 if self.passed else 77)


def present(names, cases):
    """The compilers of @names that are installed; each missing one is a counted skip."""
    found = [name for name in names if shutil.which(name)]
    for name in names:
        if name not in found:
            cases.skip(f"{name} is not installed")
    return found


def has_directx(compiler, include):
    """Whether <directx/d3d12.h> of Microsoft's DirectX-Headers can be found."""
    done = subprocess.run(
        [compiler, f"-I{include}", "-x", "c", "-fsyntax-only", "-"],
        input="#ifndef __has_include\n#error\n#endif\n"
        "#include <windows.h>\n"
        "#if !__has_include(<directx/d3dcommon.h>)\n#error\n#endif\n",
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode == 0


def run(command, **more):
    """Run @command; return (whether it exited 0, what it said)."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, **more)
    return done.returncode == 0, done.stdout + done.stderr


def compile_text(compiler, language, standard, include, text, *flags):
    """Check the syntax of @text; return (success, messages)."""
    command = [compiler, "-x", language, f"-std={standard}", *STRICT, *flags]
    command += [f"-I{include}", "-fsyntax-only", "-"]
    return run(command, input=text)


def in_parallel(function, jobs):
    """Apply @function to each tuple of @jobs, a few at a time; yield (job, result)."""
    with ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool:
        yield from zip(jobs, pool.map(lambda job: function(*job), jobs))
