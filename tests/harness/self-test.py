#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The tests of the test runner: every planted fault must be reported as exactly what it is.

Usage: self-test.py PLANTED [--sanitized]

PLANTED is the executable of planted.c. Prints one line a check and, last, 'N passed, N failed,
N skipped'. It is written in another language than the runner so that both are not wrong together.
"""
import os
import re
import subprocess
import sys
import time

PLANTED = sys.argv[1]
SANITIZED = "--sanitized" in sys.argv[2:]

counts = {"pass": 0, "FAIL": 0, "skip": 0}


def run(*args, env=None):
    done = subprocess.run([PLANTED, *args], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=300,
                          env=dict(os.environ, **(env or {})))
    return done.returncode, done.stdout


def report(name, good, output):
    word = "pass" if good else "FAIL"
    counts[word] += 1
    print(f"{word}  {name}")
    if not good:
        print("    " + output.replace("\n", "\n    "))


def check(name, args, code, *patterns, absent=(), env=None):
    """Runs PLANTED with @args; wants the exit code and every pattern, and none of @absent."""
    got, output = run(*args, env=env)
    missing = [p for p in patterns if not re.search(p, output, re.M)]
    present = [p for p in absent if re.search(p, output, re.M)]
    good = got == code and not missing and not present
    report(name, good, f"exit {got}, wanted {code}; missing {missing}; unwanted {present}\n{output}")
    return output


def fails(case, *patterns, absent=()):
    """A planted fault: the case is the one that failed, with these words."""
    check(case, [case], 1, rf"^FAIL  {case}: ", r"^0 passed, 1 failed, 0 skipped$", *patterns,
          absent=absent)


def gone(pid):
    """A process that ended (or was replaced: the number is not a broker's any more)."""
    try:
        with open(f"/proc/{pid}/comm", encoding="ascii") as file:
            return not file.read().startswith("ntshmd")
    except OSError:
        return True


def check_cases_that_hold():
    output = check("all that holds passes", ["--verbose", "holds*"], 0,
                   r"^\d+ passed, 0 failed, 0 skipped$", absent=[r"^FAIL"])
    broker = re.search(r"^broker (\d+)$", output, re.M)
    report("a broker is ended with its case", bool(broker) and gone(broker[1]), output)
    check("cases run beside each other", ["--jobs", "4", "holds*"], 0,
          r"^\d+ passed, 0 failed, 0 skipped$")
    check("what holds does so under the signal storm", ["--signal-storm", "holds*"], 0,
          r"^\d+ passed, 0 failed, 0 skipped$")
    check("the storm interrupts", ["--signal-storm", "storm_interrupts"], 0, r"^1 passed")
    fails("storm_interrupts", r"nanosleep")


def check_assertions():
    fails("bad_assertions",
          r"planted\.c:\d+: FAILED: 1 > 2: because 12345",
          r"got 5 \(0x5\), expected 255 \(0xff\)",
          r"both are 77 \(0x4d\)",
          r"got 0x1000, expected 0x2000",
          r'got "got this", expected "wanted that"',
          r'got "got wide", expected "wanted wide"',
          r"byte 2 of 3 is 0x63, expected 0x64",
          r"last error == 87: got error 6 \(0x00000006\), expected 87",
          r"got status 3221225506 \(0xc0000022\), expected 3221225524 \(0xc0000034\)",
          r"refuse\(5\): got error 5 \(0x5\), expected 87",
          r"!refuse\(5\) succeeded, expected error 87",
          r"0 failed without setting the last error, expected 87",
          r"refuse\(1455\) failed, last error 1455",
          r"13 of 13 assertions failed")
    fails("bad_require", r"FAILED: false: fatal", absent=["never seen"])
    fails("bad_nothing_asserted", r"asserted nothing")


def check_leaks():
    fails("bad_descriptor", r"leaked descriptor \d+ \(/dev/null\)")
    fails("bad_closed_descriptor", r"descriptor 0 \(.*\) was closed or replaced")
    fails("bad_replaced_descriptor", r"leaked descriptor 0 \(/dev/zero\)")
    fails("bad_thread", r"leaked 1 threads")
    fails("bad_names", r"leaked 3 names")
    fails("bad_child_left", r"left process \d+ \(.*\) running")
    for case in ("bad_mapping", "bad_memfd_mapping"):
        if SANITIZED:
            counts["skip"] += 1
            print(f"skip  {case}: mappings are not compared in a sanitizer build")
    if not SANITIZED:
        fails("bad_mapping", r"leaked mapping 0x[0-9a-f]+-0x[0-9a-f]+ \(64 KiB\) ---p")
        fails("bad_memfd_mapping", r"leaked mapping .* \(4 KiB\) r--s /memfd:planted")


def check_ends():
    fails("bad_crash", r"a sanitizer" if SANITIZED else r"killed by signal 11")
    fails("bad_abort", r"killed by signal 6")
    fails("bad_exit", r"exited before its end")
    fails("bad_exit_handler", r"exited with code 3 after its end")
    started = time.monotonic()
    fails("bad_hang", r"deadline of \d+ s passed", r"thread \d+ \(.*\) in ")
    report("the hang ended near its deadline", time.monotonic() - started < 30, "")
    fails("bad_child_assertion", r"assertions failed in child", r"1 == 2: got 1 \(0x1\)")
    fails("bad_child_deadline", r"no line from child \d+: deadline passed")
    output = check("a broker that does not obey", ["--verbose", "bad_broker"], 1,
                   r"ignored SIGTERM")
    broker = re.search(r"^broker (\d+)$", output, re.M)
    report("it is killed", bool(broker) and gone(broker[1]), output)


def check_words():
    fails("bad_todo_that_holds", r"nothing failed in a todo block")
    fails("bad_todo_case_that_holds", r"marked TEST_TODO, but it passes")
    check("not_done_yet", ["not_done_yet"], 0, r"^skip  not_done_yet: todo",
          r"^0 passed, 0 failed, 1 skipped$")
    check("skipped", ["skipped"], 0, r"^skip  skipped: no unicorns here$",
          r"^0 passed, 0 failed, 1 skipped$")
    check("win_skip_goes_on", ["win_skip_goes_on"], 0, r"^1 passed, 0 failed, 0 skipped$")
    check("no case matches", ["no_such_case"], 1, r"^no case matched$",
          r"^0 passed, 0 failed, 0 skipped$")
    check("list", ["--list", "holds"], 0, r"^holds\t1\.1 1\.2$", absent=["holds_fails"])
    check("filter", ["--filter", "hold?"], 0, r"^1 passed, 0 failed, 0 skipped$")
    check("an unknown option", ["--frob"], 2, r"usage")
    check("one case without fork", ["--no-fork", "holds"], 0, r"^pass  holds ")
    check("one bad case without fork", ["--no-fork", "bad_descriptor"], 1, r"leaked descriptor")
    check("several cases without fork", ["--no-fork", "holds*"], 1, r"runs one case")
    check("a mixture is counted", ["holds", "skipped", "bad_abort", "bad_exit"], 1,
          r"^1 passed, 2 failed, 1 skipped$")


def left_over():
    """Directories of runs of this user that no living run owns."""
    return {entry for entry in os.listdir("/tmp") if entry.startswith("ntshm-test-")}


def main():
    before = left_over()
    check_cases_that_hold()
    check_assertions()
    check_leaks()
    check_ends()
    check_words()
    mine = [d for d in left_over() - before
            if os.stat(os.path.join("/tmp", d)).st_mtime < time.time() - 60]
    report("no directory is left", not mine, f"{mine}")
    print(f"{counts['pass']} passed, {counts['FAIL']} failed, {counts['skip']} skipped")
    return 1 if counts["FAIL"] or not counts["pass"] else 0


sys.exit(main())
