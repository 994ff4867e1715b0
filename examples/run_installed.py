#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Builds the samples that Microsoft's documentation teaches as a user of an installed ntshm does.

usage: run_installed.py MESON BUILD CC

The build is installed into a private directory; the samples are compiled there with what
`pkg-config --cflags --libs ntshm` says and nothing else, with narrow text, with wide text, and
with wide text of 16 bits; and they run as real processes.
"""
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
MESON, BUILD, CC = sys.argv[1], sys.argv[2], sys.argv[3:]
DEADLINE = 60
VARIANTS = [("narrow text", []),
            ("wide text", ["-DUNICODE", "-D_UNICODE"]),
            ("16-bit text", ["-DUNICODE", "-D_UNICODE", "-fshort-wchar"])]
PROGRAMS = ["named-memory-first", "named-memory-second", "view-within-file", "ring-writer",
            "ring-reader"]
MORE = ["readme", "workers", "guarded-reader", "singleton", "prices", "handover"]
CROSS = ["x86_64-w64-mingw32-gcc", "-D_WIN32_WINNT=0x0A00", "-DNTDDI_VERSION=0x0A000006",
         "-D__USE_MINGW_ANSI_STDIO=1"]
results = {"passed": 0, "failed": 0}


def check(name, condition, detail=""):
    results["passed" if condition else "failed"] += 1
    print(f"{'pass' if condition else 'FAIL'}  {name}{'' if condition else ': ' + str(detail)}")
    return condition


def run(*command, **more):
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=DEADLINE, text=True, **more)


def find(top, name):
    return next((folder for folder, _, files in os.walk(top) if name in files), None)


def install(directory):
    """The environment in which the installed library is found, or None."""
    done = run(MESON, "install", "-C", BUILD, "--no-rebuild", "--quiet",
               env={**os.environ, "DESTDIR": directory})
    package, broker = find(directory, "ntshm.pc"), find(directory, "ntshmd")
    if not check("the build installs", done.returncode == 0 and package and broker, done.stdout):
        return None
    return {**os.environ, "PKG_CONFIG_PATH": package, "NTSHM_BROKER_PATH": f"{broker}/ntshmd",
            "LD_LIBRARY_PATH": os.path.dirname(package)}


def flags(directory, environment):
    """What pkg-config says, for the place where the files are now."""
    prefix = run("pkg-config", "--variable=prefix", "ntshm", env=environment).stdout.strip()
    done = run("pkg-config", f"--define-variable=prefix={directory}{prefix}", "--cflags", "--libs",
               "ntshm", env=environment)
    check("pkg-config knows the flags", done.returncode == 0, done.stdout)
    return done.stdout.split()


def compile_all(directory, flags_given, variant):
    folder = tempfile.mkdtemp(dir=directory)
    for program in PROGRAMS + ([] if variant else MORE):
        done = run(*CC, "-Wall", "-Wextra", "-Werror", *variant,
                   os.path.join(HERE, f"{program}.c"), "-o", os.path.join(folder, program),
                   *flags_given)
        if not check(f"{program}.c compiles and links", done.returncode == 0, done.stdout):
            return None
    return folder


def named_memory(folder, environment):
    """Two processes: a message one way, an answer the other way, and then the name is free."""
    first = subprocess.Popen([os.path.join(folder, PROGRAMS[0])], env=environment, text=True,
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    line = first.stdout.readline()
    check("the first process shares the memory",
          line == "256 bytes are shared as Global\\ExampleNamedMemory. Press a key to end.\n", line)
    second = run(os.path.join(folder, PROGRAMS[1]), env=environment)
    check("the second process finds the message", second.returncode == 0
          and "Message from the first process." in second.stdout, second)
    rest, _ = first.communicate("x", timeout=DEADLINE)
    check("the first process finds the answer", first.returncode == 0
          and "Now it says: Answer from the second process.\n" in rest, (first.returncode, rest))
    second = run(os.path.join(folder, PROGRAMS[1]), env=environment)
    check("nobody is left, so the name is free", second.returncode == 1
          and second.stdout == "OpenFileMapping failed (2).\n", second)


def view_within_file(folder, environment):
    done = run(os.path.join(folder, PROGRAMS[2]), env=environment, cwd=folder)
    want = ["fmtest.txt has     262144 bytes.",
            "The view begins at 131072 and has 8192 bytes; the data is 7168 bytes inside.",
            "The number at the pointer is 34560, which is right.",
            "ReadFile finds 4711 there."]
    check("the view is of the right part of the file",
          done.returncode == 0 and done.stdout.splitlines() == want, done)
    check("and the file is gone", not os.path.exists(os.path.join(folder, "fmtest.txt")))


def start_ring(folder, environment, program, *arguments):
    return subprocess.Popen([os.path.join(folder, program), *arguments], env=environment, text=True,
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)


def ring(folder, environment, reader_first):
    """64 MiB of messages through a ring of 64 KiB; either side may come first."""
    programs = ["ring-reader", "ring-writer"] if reader_first else ["ring-writer", "ring-reader"]
    sides = {program: start_ring(folder, environment, program) for program in programs}
    said = {program: side.communicate(timeout=DEADLINE)[0] for program, side in sides.items()}
    written = re.match(r"(\d+) messages are written; their sum is ([0-9a-f]{8})\.\n$",
                       said["ring-writer"])
    check("the ring carries every byte", written and int(written.group(1)) > 10000 and
          said["ring-reader"] == f"{written.group(1)} messages are read; their sum is "
          f"{written.group(2)}, which is right.\n", said)
    check("both sides end in good order", not any(side.returncode for side in sides.values()))


def kill_sides(folder, environment, size):
    """The two sides of which each was killed again and again, at any moment, and the next one goes
    on in its place; how often; and whether that was over before the messages were.  A reader that
    dies at its very end takes along what it knows, and nobody writes for the next one."""
    sides = {"ring-reader": start_ring(folder, environment, "ring-reader"),
             "ring-writer": start_ring(folder, environment, "ring-writer", size)}
    rng, kills = random.Random(7), 0
    for victim in ["ring-reader", "ring-writer"] * 6:
        time.sleep(rng.uniform(0, 0.02))  # no moment is as good as another: any must do
        if any(side.poll() is not None for side in sides.values()):
            return sides, kills, False
        sides[victim].kill()
        sides[victim].communicate()
        kills += 1
        arguments = [size] if victim == "ring-writer" else []
        sides[victim] = start_ring(folder, environment, victim, *arguments)
    try:
        sides["ring-writer"].wait(0.2)
    except subprocess.TimeoutExpired:
        return sides, kills, True
    return sides, kills, False


def killed_ring(folder, environment):
    """More and more messages, until they are enough for all of the kills."""
    for size in ("512", "2048", "8192"):
        sides, kills, in_time = kill_sides(folder, environment, size)
        if in_time:
            break
        for side in sides.values():
            side.kill()
            side.communicate()
    if not check("sides of the ring were killed", in_time and kills >= 4, kills):
        return
    read = sides["ring-reader"].communicate(timeout=5 * DEADLINE)[0]
    sides["ring-writer"].communicate(timeout=DEADLINE)
    # A reader that was never killed amid its work has read all of them, and knows the sum.
    check("no message is lost, torn or out of order", sides["ring-reader"].returncode == 0
          and read.endswith(("messages are read to the end; each is right.\n",
                             ", which is right.\n")), read)
    check("the last writer ends in good order", sides["ring-writer"].returncode == 0)


def cross_compile(directory):
    """The ring is a Windows program as it is: mingw's headers are all that it needs."""
    if not shutil.which(CROSS[0]):
        return
    for program in ("ring-writer", "ring-reader"):
        done = run(*CROSS, "-O2", "-Wall", "-Wextra", "-Werror", "-c",
                   os.path.join(HERE, f"{program}.c"), "-o", os.path.join(directory, "cross.o"))
        check(f"{program}.c compiles for Windows", done.returncode == 0, done.stdout)


def remove(directory):
    """The broker leaves by itself when nobody needs it, and takes its files away then."""
    end = time.monotonic() + DEADLINE
    while os.path.exists(directory) and time.monotonic() < end:
        shutil.rmtree(directory, ignore_errors=True)
    check("nothing is left", not os.path.exists(directory))


def main():
    if not shutil.which("pkg-config"):
        print("pkg-config is not installed\n0 passed, 0 failed, 1 skipped")
        return 77
    directory = tempfile.mkdtemp(prefix="ntshm-installed-")
    os.environ["NTSHM_BROKER"] = os.path.join(directory, "names")
    os.mkdir(os.environ["NTSHM_BROKER"], 0o700)
    environment = install(os.path.join(directory, "root"))
    if environment:
        given = flags(os.path.join(directory, "root"), environment)
        for name, variant in VARIANTS:
            print(f"-- {name}")
            folder = compile_all(directory, given, variant)
            if folder:
                named_memory(folder, environment)
                view_within_file(folder, environment)
                ring(folder, environment, not variant)
                if not variant:
                    killed_ring(folder, environment)
        cross_compile(directory)
    remove(directory)
    print(f"{results['passed']} passed, {results['failed']} failed, 0 skipped")
    return 1 if results["failed"] else 0


sys.exit(main())
