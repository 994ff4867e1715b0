#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Walks the same way natively and under Wine, and compares call by call.

usage: replay.py [--steps N] [--seed N]... MODEL-WALK BUILD

The walk is built with mingw in BUILD and makes the old calls alone: Wine 8 has no placeholders.
Every line of both logs, a call with its outcome and with what VirtualQuery says afterwards, must be
the same, but for those where the walk itself found what it excuses in Wine; those reasons are
counted and printed.  What Wine 8 does wrongly with lasting effect is not asked of it in such a walk:

  a page of a copy-on-write view is not written: Wine goes on calling it PAGE_WRITECOPY (8.10)
  a shared view is not made PAGE_WRITECOPY: what is written there reaches the section (9.16)
  no SEC_RESERVE section: pieces committed here and there are accounted for wrongly (6.4)
  no MEM_RESET or MEM_WRITE_WATCH with flags that do not go with it: it takes them all (7.14, 7.15)
  no part of an allocation is released (7.26)

The last line is 'N passed, N failed, N skipped'; 77 without Wine or mingw.
"""
import argparse
import collections
import glob
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
CROSS = "x86_64-w64-mingw32-gcc"
WINE = "/usr/lib/wine/wine64"
SOURCES = ["model.c", "walk.c", "main.c"]
FLAGS = ["-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", "-D__USE_MINGW_ANSI_STDIO=1",
         "-D_WIN32_WINNT=0x0A00", "-DNTDDI_VERSION=0x0A000008", "-I" + os.path.dirname(HERE)]
TIMEOUT = 300


def parse_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=60000)
    parser.add_argument("--seed", type=int, action="append", default=[])
    parser.add_argument("native")
    parser.add_argument("build")
    return parser.parse_args()


def build_program(build):
    program = os.path.join(build, "model-walk.exe")
    sources = [os.path.join(HERE, name) for name in SOURCES]
    sources += sorted(glob.glob(os.path.join(HERE, "call-*.c")))
    done = subprocess.run([CROSS, *FLAGS, "-o", program, *sources], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        sys.exit(f"replay: the walk does not build with mingw\n{done.stdout}")
    return program


def wine_environment(build):
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("NTSHM_", "WINE"))}
    environment.update(WINEPREFIX=os.path.join(build, "prefix"), WINEDEBUG="-all",
                       WINEDLLOVERRIDES="mscoree,mshtml=", WINEARCH="win64", WINELOADER=WINE)
    environment.pop("DISPLAY", None)
    if os.path.exists("/usr/lib/wine/wineserver64"):
        environment["WINESERVER"] = "/usr/lib/wine/wineserver64"
    return environment


def run(command, environment=None):
    done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=TIMEOUT,
                          check=False)
    return done.returncode, done.stdout.decode(errors="replace").replace("\r", "")


def lines_of(path):
    with open(path, encoding="ascii", errors="replace") as log:
        return log.read().replace("\r", "").splitlines()


def compare(ours, wines, excuses):
    """The first line that differs and is not excused, or None."""
    for line in range(max(len(ours), len(wines))):
        native = ours[line] if line < len(ours) else "(nothing)"
        wine = wines[line] if line < len(wines) else "(nothing)"
        reasons = re.findall(r"\[excused: ([^\]]*)\]", wine)
        excuses.update(reasons)
        if native != wine and not reasons:
            return f"    native: {native}\n    Wine:   {wine}"
    return None


def replay(options, program, environment, seed, excuses):
    build = os.path.abspath(options.build)
    ours, wines = (os.path.join(build, name) for name in ("native.log", "wine.log"))
    walk = ["--seed", str(seed), "--steps", str(options.steps)]
    code, output = run([options.native, *walk, "--old-calls", "--log", ours])
    if code:
        return f"native:\n{output}"
    code, output = run([WINE, program, *walk, "--log", "Z:" + wines.replace("/", "\\")],
                       environment)
    if code:
        return f"under Wine:\n{output}"
    return compare(lines_of(ours), lines_of(wines), excuses)


def main():
    options = parse_arguments()
    build = os.path.abspath(options.build)
    if not shutil.which(CROSS) or not os.path.exists(WINE):
        print(f"{CROSS} or {WINE} is not installed\n0 passed, 0 failed, 1 skipped")
        return 77
    os.makedirs(build, exist_ok=True)
    program = build_program(build)
    environment = wine_environment(build)
    if not os.path.exists(os.path.join(build, "prefix", "system.reg")):
        os.makedirs(os.path.join(build, "prefix"), exist_ok=True)
        run([WINE, "wineboot", "--init"], environment)
    passed = failed = 0
    excuses = collections.Counter()
    for seed in options.seed or [1, 2, 3]:
        difference = replay(options, program, environment, seed, excuses)
        print(f"{'FAIL' if difference else 'pass'}  seed {seed}, {options.steps} steps")
        if difference:
            print(difference)
        passed, failed = passed + (not difference), failed + bool(difference)
    for reason, n in excuses.most_common():
        print(f"excused {n} times: {reason}")
    subprocess.run([environment.get("WINESERVER", "wineserver"), "-k"], env=environment,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


sys.exit(main())
