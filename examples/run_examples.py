#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the compiled samples as a user would and looks at what they print.

usage: run_examples.py --readme PROGRAM --workers PROGRAM --guarded-reader PROGRAM
                       --singleton PROGRAM --prices PROGRAM --handover PROGRAM
                       [--blackbox PROGRAM --tool NTSHM --vulkan PROGRAM --texture PROGRAM
                       --heap PROGRAM]

They have a broker of their own, in a private directory. Root's prices are read by another user,
of a broker for all users.
"""
import argparse
import glob
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
DEADLINE = 120
LONGEST = 149  # lines of a sample
BROKER, SELLER, BUYER, GROUP = 60001, 60002, 60003, 60010  # users, and who may make Global\ names
results = {"passed": 0, "failed": 0}


def check(name, condition, detail=""):
    results["passed" if condition else "failed"] += 1
    print(f"{'pass' if condition else 'FAIL'}  {name}{'' if condition else ': ' + str(detail)}",
          flush=True)


def run(*command):
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=DEADLINE, text=True)


def start(*command, **more):
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                            **more)


def finish(process, text=""):
    """What it still says when it has heard @text and the end of it."""
    return process.communicate(text, timeout=DEADLINE)[0]


def are_short():
    """A sample is read at one sitting."""
    for pattern in ("*.c", "*.cpp", "*.h", "handover-plain.py"):
        for path in glob.glob(os.path.join(HERE, pattern)):
            with open(path, encoding="utf-8") as file:
                length = len(file.readlines())
            if length > LONGEST:
                check(f"{os.path.basename(path)} is short", False, length)
    with open(os.path.join(HERE, "README.md"), encoding="utf-8") as file:
        told = file.read()
    missing = [os.path.basename(path) for path in glob.glob(os.path.join(HERE, "*.c*"))
               if os.path.basename(path) not in told]
    check("examples/README.md tells of every program", not missing, missing)


def readme(program):
    """Two visitors share a page; the name goes with the last of them."""
    first = start(program)
    check("the first makes the section", first.stdout.readline() == "made the section; visitor 1\n")
    second = start(program)
    check("the second finds it", second.stdout.readline() == "found the section; visitor 2\n")
    first.kill()
    first.wait(DEADLINE)
    third = start(program)
    check("kill -9 of its maker leaves the name to those who hold it",
          third.stdout.readline() == "found the section; visitor 3\n")
    for process in (second, third):
        process.communicate("\n", timeout=DEADLINE)
        check("a visitor leaves in good order", process.returncode == 0, process.returncode)
    again = start(program)
    check("nobody is left, so the name is free",
          again.stdout.readline() == "made the section; visitor 1\n")
    again.communicate("\n", timeout=DEADLINE)


def workers(program):
    """Workers share what they inherit; one is killed with the mutex, and no job is lost."""
    done = run(program)
    check("the workers end in good order", done.returncode == 0, done.stdout)
    check("the killed one's exit code is what it was killed with",
          "worker 0 ended with 77\n" in done.stdout, done.stdout)
    check("another one is told, once", done.stdout.count("a worker died") == 1, done.stdout)
    check("each job is done once", "200 jobs, each done once: yes\n" in done.stdout, done.stdout)


def write_records(path, records, count=None):
    """A file of guarded-reader.c: header, table, texts; the table may lie."""
    at = 16 + 8 * len(records)
    table = texts = b""
    for text, offset, size in records:
        table += struct.pack("=II", at + len(texts) if offset is None else offset,
                             len(text) if size is None else size)
        texts += text
    with open(path, "wb") as file:
        file.write(b"records1" + struct.pack("=II", len(records) if count is None else count, 0)
                   + table + texts)


def guarded_reader(program, directory):
    """Whatever is in the file, and whatever happens to it: an answer, never a crash."""
    path = os.path.join(directory, "records")
    good = [(b"one", None, None), (b"two\x1b[2J", None, None)]
    write_records(path, good)
    done = run(program, path)
    check("a good file is read", done.returncode == 0 and done.stdout.startswith(
        "0: one\n1: two?[2J\nthe sum of 42 bytes is "), done)
    lies = {"an offset behind the end": [(b"x", 0xFFFFFFF0, None)],
            "a size behind the end": [(b"x", None, 100)],
            "a size that is too large for the reader": [(b"x" * 5000, None, None)],
            "an offset and a size that overflow": [(b"x", 0xFFFFFFFF, 0xFFFFFFFF)]}
    for lie, records in lies.items():
        write_records(path, records)
        done = run(program, path)
        check(f"{lie} is found out", done.returncode == 2, done)
    write_records(path, good, 0xFFFFFFFF)
    check("a table behind the end is found out", run(program, path).returncode == 2)
    open(path, "wb").close()
    check("an empty file cannot be mapped", run(program, path).returncode == 1)
    write_records(path, [(b"x" * 4000, None, None)] * 5)
    reader = start(program, path, "wait")
    check("a reader has mapped the file", reader.stdout.readline() == "5 records\n")
    os.truncate(path, 8192)
    told = finish(reader, "\n")
    check("a file that is cut meanwhile is an error, and no SIGBUS", reader.returncode == 3
          and told.endswith("the file is cut meanwhile\n"), (reader.returncode, told))
    os.truncate(path, 20004)  # the table tells of five, the bytes are there, but only as zeros
    check("what is there again is read again", run(program, path).returncode in (0, 2))


def singleton(program):
    """The second instance asks the first to come, also when that one is killed and made anew."""
    for _ in range(2):
        first = start(program, "3")
        said = first.stdout.readline()
        check("the first instance runs", said == f"process {first.pid} is the first\n", said)
        other = start(program)
        check("the second finds it", finish(other) == "it runs already\n", other.returncode)
        said = first.stdout.readline()
        check("the first hears of it", said == f"process {other.pid} wants me in front\n", said)
        first.kill()
        finish(first)


def others_can_run(program):
    """Whether this is root, and the build where other users reach it."""
    try:
        return os.geteuid() == 0 and subprocess.run(
            [program], user=BUYER, group=BUYER, extra_groups=[], stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, timeout=DEADLINE).returncode == 2
    except PermissionError:
        return False


def prices(program, ntshmd, directory):
    """A service's memory is read by another user, who cannot write it."""
    seller, buyer, broker, environment = {}, {}, None, dict(os.environ)
    if others_can_run(program):
        place = os.path.join(directory, "machine")
        os.mkdir(place)
        os.chown(place, BROKER, BROKER)
        os.chmod(place, 0o755)
        os.chmod(directory, 0o755)
        ready, told = os.pipe()
        broker = subprocess.Popen([ntshmd, "--system", f"--directory={place}", f"--ready={told}",
                                   f"--global-group={GROUP}"], user=BROKER, group=BROKER,
                                  extra_groups=[], pass_fds=[told], stdin=subprocess.DEVNULL)
        os.close(told)
        check("a broker for all users runs", os.read(ready, 1) != b"")
        os.close(ready)
        environment["NTSHM_BROKER"] = "system:" + place
        seller = {"user": SELLER, "group": SELLER, "extra_groups": [GROUP]}
        buyer = {"user": BUYER, "group": BUYER, "extra_groups": []}
    try:
        sell(program, environment, seller, buyer)
    finally:
        if broker:
            broker.terminate()
            broker.wait(DEADLINE)
            check("the broker of all users ends", broker.returncode == 0, broker.returncode)


def sell(program, environment, seller, buyer):
    service = start(program, "publish", env=environment, **seller)
    said = service.stdout.readline()
    check("the service publishes", said == "published\n", said)
    service.stdin.write("1.50\n")
    service.stdin.flush()
    reader = start(program, "read", env=environment, **buyer)
    if buyer:
        said = reader.stdout.readline()
        check("another user cannot write", said == "writing is refused: error 5\n", said)
    said = reader.stdout.readline()
    check("but reads", said == "1.50\n", said)
    service.stdin.write("2.75\n")
    service.stdin.flush()
    said = reader.stdout.readline()
    check("and hears of what is new", said == "2.75\n", said)
    service.kill()
    finish(service)
    check("and of the service's end, however it ends", finish(reader) == "the service has ended\n")
    check("in good order", reader.returncode == 0, reader.returncode)


def handover(program, directory):
    """A program without the library gets named memory of ours as a descriptor."""
    path = os.path.join(directory, "socket")
    plain = start(sys.executable, os.path.join(HERE, "handover-plain.py"), path)
    check("a program without the library listens", plain.stdout.readline() == "listening\n")
    ours = start(program, path)
    said = finish(ours)
    check("it reads what ours wrote, and cannot write", ours.returncode == 0 and said ==
          f"the other program says: from process {ours.pid}, and I cannot write there\n", said)
    finish(plain)
    check("both end in good order", plain.returncode == 0, plain.returncode)


def wait_for(path):
    end = time.monotonic() + DEADLINE
    while not os.path.exists(path) and time.monotonic() < end:
        time.sleep(0.01)
    return os.path.exists(path)


def blackbox(program, tool, directory):
    """An engine that ends well leaves nothing, one that is killed leaves a dump."""
    dump = os.path.join(directory, "engine.dump")
    done = run(program, dump)
    check("the engine ends in good order", done.returncode == 0 and "nothing was lost" in done.stdout,
          done.stdout)
    check("and there is no dump", not os.path.exists(dump))
    done = run(program, dump, "crash")
    check("the engine is killed", done.returncode == -9, done)
    check("its keeper saves a dump", wait_for(dump))
    told = run(tool, "blackbox", "read", "--json", dump)
    check("the dump can be read", told.returncode == 0, told.stdout)
    told = json.loads(told.stdout)
    check("the dump is the engine's", told["program"] == "example engine", told)
    check("frame 100 was cut off", told["queues"][0]["fence_completed"] == 99
          and told["queues"][0]["fence_submitted"] == 100, told["queues"])
    check("the passes of 99 frames are finished", 297 <= told["passes_finished"] < 300,
          told["passes_finished"])


def vulkan(program, tool, directory):
    """The same of a program that draws with Vulkan: the passes are in its own command buffers."""
    dump = os.path.join(directory, "vulkan.dump")
    done = run(program, dump)
    check("the Vulkan program ends in good order",
          done.returncode == 0 and "nothing was lost" in done.stdout, done.stdout)
    check("and leaves no dump", not os.path.exists(dump))
    done = run(program, dump, "crash")
    check("the Vulkan program is killed", done.returncode == -9, done)
    check("its keeper saves a dump too", wait_for(dump))
    told = run(tool, "blackbox", "read", "--json", dump)
    check("that dump can be read", told.returncode == 0, told.stdout)
    told = json.loads(told.stdout)
    check("frame 100 of Vulkan's was cut off", told["queues"][0]["fence_completed"] == 99
          and told["queues"][0]["fence_submitted"] == 100, told["queues"])
    check("and nothing of its last two passes ended", 297 <= told["passes_finished"] < 300,
          told["passes_finished"])


def texture(program):
    """Sixty frames go from one process's GPU to another's, and not a pixel is wrong."""
    painter = subprocess.Popen([program, "painter"], stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, text=True)
    check("the painter shares its texture", painter.stdout.readline() == "shared\n")
    viewer = run(program, "viewer")
    check("the viewer sees each frame", "60 frames were seen, 0 pixels of them wrong\n"
          in viewer.stdout and viewer.returncode == 0, viewer.stdout)
    if viewer.returncode != 0:
        painter.kill()
    painted, _ = painter.communicate(timeout=DEADLINE)
    check("the painter ends when the last was seen",
          painter.returncode == 0 and painted == "60 frames were painted\n", painted)
    late = run(program, "viewer")
    check("the names go with the painter", late.returncode == 1 and "0x80070002" in late.stdout,
          late.stdout)


def heap(program):
    """A child process's device works on a heap that it inherited."""
    done = run(program)
    check("the child squares the numbers", done.returncode == 0
          and "1000 of 1000 squares are right; the child ended with 0\n" in done.stdout, done.stdout)


def remove(directory):
    """The broker leaves by itself when nobody needs it, and takes its files away then."""
    end = time.monotonic() + DEADLINE
    while os.path.exists(directory) and time.monotonic() < end:
        shutil.rmtree(directory, ignore_errors=True)
    check("nothing is left", not os.path.exists(directory))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--readme", required=True)
    parser.add_argument("--workers", required=True)
    parser.add_argument("--guarded-reader", required=True)
    parser.add_argument("--singleton", required=True)
    parser.add_argument("--prices", required=True)
    parser.add_argument("--handover", required=True)
    parser.add_argument("--blackbox")
    parser.add_argument("--tool")
    parser.add_argument("--vulkan")
    parser.add_argument("--texture")
    parser.add_argument("--heap")
    options = parser.parse_args()
    directory = tempfile.mkdtemp(prefix="ntshm-examples-")
    os.environ["NTSHM_BROKER"] = os.path.join(directory, "broker")
    os.mkdir(os.environ["NTSHM_BROKER"], 0o700)
    are_short()
    readme(options.readme)
    workers(options.workers)
    guarded_reader(options.guarded_reader, directory)
    singleton(options.singleton)
    prices(options.prices, os.environ["NTSHM_BROKER_PATH"], directory)
    handover(options.handover, directory)
    if options.blackbox:
        blackbox(options.blackbox, options.tool, directory)
    if options.vulkan:
        vulkan(options.vulkan, options.tool, directory)
    if options.texture:
        texture(options.texture)
    if options.heap:
        heap(options.heap)
    remove(directory)
    print(f"{results['passed']} passed, {results['failed']} failed, 0 skipped")
    return 1 if results["failed"] else 0


sys.exit(main())
