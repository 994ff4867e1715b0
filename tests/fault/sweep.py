#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Which calls behind the OS seam were made to fail, and how often, over all operations.

usage: sweep.py RUNNER OS.H

Runs the fault tests, adds up what their walks met, and prints one line for each function of the
seam's list. A function that no walk met is a failure: its errors are then tested nowhere.
"""
import collections
import os
import re
import subprocess
import sys
import tempfile


def seam_calls(path):
    """The names in NT_OS_CALLS."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    body = re.search(r"#define NT_OS_CALLS\(X\)((?:.*\\\n)*.*)", text).group(1)
    return re.findall(r"\bX\((\w+)\)", body)


def main():
    if len(sys.argv) != 3:
        print(__doc__)
        return 2
    with tempfile.NamedTemporaryFile() as points:
        run = subprocess.run([sys.argv[1]], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                             env={**os.environ, "NTSHM_FAULT_LIST": points.name}, check=False)
        rows = [line.split("\t") for line in points.read().decode().splitlines()]
    counts = collections.Counter()
    operations = collections.defaultdict(set)
    for operation, kind, count in rows:
        counts[kind] += int(count)
        operations[kind].add(operation)
    calls = seam_calls(sys.argv[2])
    unmet = [name for name in calls + ["allocation"] if not counts[name]]
    for name in calls + ["allocation"]:
        print(f"{name:12} {counts[name]:5} failure points in {len(operations[name]):3} operations")
    all_operations = {row[0] for row in rows}
    print(f"sweep: {sum(counts.values())} failure points in {len(all_operations)} operations, "
          f"{len(calls)} calls of the seam, {len(unmet)} never met")
    for name in unmet:
        print(f"sweep: no operation was made to fail at {name}")
    if run.returncode != 0:
        print(run.stdout.decode(errors="replace")[-4000:])
    return 1 if unmet or run.returncode or not calls else 0


sys.exit(main())
