#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Completion, typed into the real shells.

usage: completion.py --ntshm FILE --ntshmd FILE --folder FOLDER

Each command's --help is read here once more, by another reader than the tool's own: whatever it
lists must be offered, and nothing else.  Then bash, zsh and fish get the script of FOLDER and keys
with a tab in them, each on a terminal of its own; names are those of a live name space.  A shell
that is not installed is skipped.
"""
import argparse
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

DEADLINE = 60
HOSTILE = "Global\\wolf'; echo $(id) `id` \"x"
passed = failed = skipped = 0


def check(what, ok, seen=""):
    global passed, failed
    if ok:
        passed += 1
    else:
        failed += 1
        print(f"FAILED: {what}: {seen!r}")


# --- what is offered is what --help lists ----------------------------------------------------------

def offered(ntshm, *words):
    out = subprocess.run([ntshm, "complete", "--", *words], capture_output=True, timeout=DEADLINE,
                         check=False).stdout.decode()
    return [line.split("\t")[0] for line in out.splitlines() if not line.startswith("\t")]


def parity(ntshm, *way):
    """The options of a command, and of the commands below it."""
    text = subprocess.run([ntshm, *way, "--help"], capture_output=True, timeout=DEADLINE,
                          check=True).stdout.decode()
    listed = set(re.findall(r"^ {1,6}(?:-., |    )(--[a-z0-9-]+)", text, re.M))
    if re.search(r"^Usage:.* \[?-- ", text, re.M):
        listed.add("--")
    got = set(offered(ntshm, *way, "-"))
    check(f"options of {' '.join(way) or 'ntshm'}", listed == got and listed, listed ^ got)
    below = text.split("Commands:\n")
    commands = re.findall(r"^  ([a-z]+) ", below[1], re.M) if len(below) > 1 else []
    if commands:
        check(f"commands of {' '.join(way) or 'ntshm'}", offered(ntshm, *way, "") == commands)
    for command in commands:
        parity(ntshm, *way, command)


# --- shells ------------------------------------------------------------------------------------------

class Shell:
    """An interactive shell on a terminal."""

    def __init__(self, arguments, environment):
        self.out = b""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.clear()
            os.environ.update(environment)
            os.execvp(arguments[0], arguments)

    def until(self, text):
        """Whether @text comes, forgetting what was before and is behind it."""
        end = time.monotonic() + DEADLINE
        while text not in self.out and time.monotonic() < end:
            if select.select([self.fd], [], [], 1)[0]:
                try:
                    self.out += os.read(self.fd, 65536)
                except OSError:
                    break
        return text in self.out

    def type(self, keys, text):
        """Types @keys, and whether @text comes of them."""
        self.out = b""
        os.write(self.fd, keys.encode())
        return self.until(text.encode())

    def close(self):
        os.close(self.fd)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


def in_shell(name, arguments, setup, environment, keys):
    """@keys: what to type, and what the command then prints: a shell that completed wrongly runs
    something else."""
    global skipped
    if not shutil.which(name):
        skipped += len(keys)
        return
    shell = Shell(arguments, environment)
    check(f"{name} begins", shell.type(setup + "; echo rea''dy\n", "ready\r\n"), shell.out)
    for typed, printed in keys:
        check(f"{name}: {typed!r} gives {printed!r}", shell.type(typed + "\n", printed), shell.out)
    shell.close()


def shells(folder, environment):
    """The command that is typed is a stand-in that prints its arguments, and completes as ntshm."""
    keys = [
        ("ntshm doct\t", "<doctor>"),
        ("ntshm broker sta\t", "<broker><status>"),
        ("ntshm wait --timeout-\t 5", "<--timeout-code><5>"),
        ("ntshm wait --color=al\t", "<wait><--color=always>"),
        ("ntshm create sem\t", "<create><semaphore>"),
        ("ntshm wait Global\\\\zeb\t", "<wait><Global\\zebra one>"),
        ("ntshm wait 'Global\\qua\t", "<wait><Global\\quagga>"),
        ("ntshm dump -o /etc/host\tna\t", "<dump><-o></etc/hostname>"),
        ("ntshm run -- whoa\t", "<run><--><whoami>"),
    ]
    # A name is what somebody else chose: it stays one word, whatever quotes it was begun in.
    keys += [(f"ntshm wait {begin}wol\t", f"<wait><{HOSTILE}>")
             for begin in ("Global\\\\", "'Global\\")]
    quoted = [('ntshm wait "Global\\wol\t', f"<wait><{HOSTILE}>")]
    in_shell("bash", ["bash", "--norc", "--noprofile", "-i"],
             f"bind 'set bell-style none'; source {folder}/ntshm.bash", environment,
             keys + quoted)
    in_shell("zsh", ["zsh", "-f", "-i"],
             f"fpath=({folder} $fpath); autoload -U compinit; compinit -u -D; unsetopt LIST_BEEP",
             environment, keys)


def fish(folder, environment):
    """fish has a way to ask without a terminal."""
    global skipped
    keys = [
        ("ntshm doct", "doctor"),
        ("ntshm broker sta", "status"),
        ("ntshm wait --timeout-", "--timeout-code"),
        ("ntshm wait --color=al", "--color=always"),
        ("ntshm create sem", "semaphore"),
        ("ntshm wait Global\\\\zeb", "Global\\zebra one"),
        ("ntshm wait 'Global\\qua", "Global\\quagga"),
        ("ntshm dump -o /etc/hostna", "/etc/hostname"),
        ("ntshm run -- whoa", "whoami"),
    ]
    if not shutil.which("fish"):
        skipped += len(keys)
        return
    for typed, wanted in keys:
        out = subprocess.run(["fish", "-N", "-c", f"source {folder}/ntshm.fish; complete -C $TYPED"],
                             env=dict(environment, TYPED=typed), capture_output=True,
                             timeout=DEADLINE, check=False).stdout.decode()
        check(f"fish: {typed!r} gives {wanted!r}",
              wanted in [line.split("\t")[0] for line in out.splitlines()], out)


STAND_IN = """#!/bin/sh
[ "$1" = complete ] && exec {ntshm} "$@"
printf '<%s>' "$@"
echo
"""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--ntshm", required=True)
    parser.add_argument("--ntshmd", required=True)
    parser.add_argument("--folder", required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.mkdir(f"{home}/bin")
        os.mkdir(f"{home}/broker", 0o700)
        with open(f"{home}/bin/ntshm", "w", encoding="utf-8") as file:
            file.write(STAND_IN.format(ntshm=options.ntshm))
        os.chmod(f"{home}/bin/ntshm", 0o755)
        os.environ.update(NTSHM_BROKER=f"{home}/broker", NTSHM_BROKER_PATH=options.ntshmd)
        environment = dict(os.environ, PATH=f"{home}/bin:{os.environ['PATH']}", HOME=home,
                           TERM="dumb", XDG_CONFIG_HOME=home, XDG_DATA_HOME=home, LC_ALL="C.UTF-8")
        keepers = [int(subprocess.run([options.ntshm, "create", "event", name, "--detach"],
                                      capture_output=True, timeout=DEADLINE, check=True).stdout)
                   for name in ("Global\\zebra one", "Global\\quagga", HOSTILE)]
        try:
            parity(options.ntshm)
            shells(options.folder, environment)
            fish(options.folder, environment)
        finally:
            for keeper in keepers:
                os.kill(keeper, signal.SIGTERM)
            subprocess.run([options.ntshm, "broker", "stop", "--force"], capture_output=True,
                           timeout=DEADLINE, check=False)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


sys.exit(main())
