#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares the keys that commands print with --json with those that the manual tells of.

usage: json_keys.py NTSHM NTSHMD MAN_FOLDER

In a name space of its own (`ntshm run`) it makes an object of each kind, asks the commands about
them, and looks whether every key that was printed stands, as *key*, in the JSON part of the page of
that command. The black boxes are those that the fuzzer begins with. The control is a page from which a
key was taken.
"""
import json
import os
import re
import subprocess
import sys

BOXES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../fuzz/corpus/blackbox")
OBJECTS = [["section", "frame", "--size", "8K", "--sd", "D:(A;;GA;;;OW)(A;;GR;;;WD)"],
           ["section", "later", "--size", "64K", "--reserve"], ["event", "ready", "--manual"],
           ["mutex", "one"], ["semaphore", "two", "--maximum", "4"], ["timer", "tick"],
           ["job", "crew"]]
QUESTIONS = [("ls", ["ls"]), ("ls", ["tree"]), ("sd", ["sd", "frame"]),
             ("access", ["access", "frame"]), ("access", ["access", "frame", "S-1-22-1-65534"]),
             ("holders", ["holders", "frame"]), ("dump", ["dump", "frame", "-n", "16"]),
             ("dump", ["dump", "later"]), ("create", ["open", "frame"]),
             ("create", ["create", "event", "other", "--detach"]), ("signal", ["signal", "two"]),
             ("signal", ["signal", "tick", "--due", "1"]), ("signal", ["reset", "ready"]),
             ("wait", ["wait", "two", "-t", "0"]), ("wait", ["wait", "ready", "-t", "0"]),
             ("wait", ["wait", "one", "two", "-t", "0"]), ("broker", ["broker", "status"]),
             ("broker", ["broker", "log"]), ("doctor", ["doctor", "--no-gpu"]),
             ("map", ["map", str(os.getpid())])]
QUESTIONS += [("blackbox", ["blackbox", "read", "-n", "2", "-f", os.path.join(BOXES, name)])
              for name in ("in-flight", "removed", "nested-in-flight")]
QUESTIONS += [("show", ["show", o[1]]) for o in OBJECTS] + [("broker", ["broker", "stop", "-f"])]


def keys_of(value):
    """All keys in what a command printed."""
    if isinstance(value, list):
        return set().union(*map(keys_of, value))
    if isinstance(value, dict):
        return set(value) | set().union(*map(keys_of, value.values()))
    return set()


def ask(tool):
    """Inside of the name space: makes the objects, asks, and prints pages and keys."""
    found = {}
    for kind, name, *options in OBJECTS:
        subprocess.run([tool, "create", kind, name, *options, "--detach"], check=True,
                       stdout=subprocess.DEVNULL, timeout=120)
    for page, words in QUESTIONS:
        said = subprocess.run([tool, *words, "--json"], stdout=subprocess.PIPE, text=True,
                              check=False, timeout=120).stdout
        keys = keys_of(json.loads(said)) if said.strip() else set()
        found.setdefault(page, set()).update(keys)
    print(json.dumps({page: sorted(keys) for page, keys in found.items()}))


def untold(page, keys):
    """The keys that a page's part about JSON does not name."""
    part = re.search(r"^# JSON\n(.*?)(?=^# )", page, re.S | re.M)
    return [key for key in keys if not part or f"*{key}*" not in part[1]]


def main():
    """Return: the exit status."""
    if sys.argv[1] == "--inside":
        return ask(sys.argv[2])
    tool, broker, manual = sys.argv[1:4]
    done = subprocess.run([tool, "run", "--", sys.executable, __file__, "--inside", tool],
                          stdout=subprocess.PIPE, text=True, check=True, timeout=500,
                          env={**os.environ, "NTSHM_BROKER_PATH": broker})
    passed = failed = 0
    for page, keys in json.loads(done.stdout).items():
        with open(os.path.join(manual, "1", f"ntshm-{page}.scd"), encoding="utf-8") as file:
            text = file.read()
        missing = untold(text, keys)
        blind = not keys or keys[0] not in untold(text.replace(f"*{keys[0]}*", ""), keys)
        failed += len(missing) + blind
        passed += len(keys) - len(missing)
        if missing or blind:
            print(f"FAILED: ntshm-{page}(1) does not tell of {', '.join(missing) or 'anything'}")
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
