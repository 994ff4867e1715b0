#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the compiled samples as a user would and looks at what they print.

usage: run_examples.py --readme PROGRAM --workers PROGRAM [--blackbox PROGRAM --tool NTSHM
                       --vulkan PROGRAM --texture PROGRAM --heap PROGRAM]

Each sample gets a broker of its own, in a private directory.
"""
import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

DEADLINE = 120
results = {"passed": 0, "failed": 0}


def check(name, condition, detail=""):
    results["passed" if condition else "failed"] += 1
    print(f"{'pass' if condition else 'FAIL'}  {name}{'' if condition else ': ' + str(detail)}")


def run(*command):
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=DEADLINE, text=True)


def start(program):
    return subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


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
    parser.add_argument("--blackbox")
    parser.add_argument("--tool")
    parser.add_argument("--vulkan")
    parser.add_argument("--texture")
    parser.add_argument("--heap")
    options = parser.parse_args()
    directory = tempfile.mkdtemp(prefix="ntshm-examples-")
    os.environ["NTSHM_BROKER"] = os.path.join(directory, "broker")
    os.mkdir(os.environ["NTSHM_BROKER"], 0o700)
    readme(options.readme)
    workers(options.workers)
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
