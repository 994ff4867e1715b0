#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares the manual's pages about the programs with what these say of themselves.

usage: options.py NTSHM NTSHMD MAN_FOLDER

Each command that `ntshm --help` lists is in ntshm(1) and has a page, in whose NAME it stands as
ntshm-COMMAND. A page's OPTIONS are those that --help of its commands tells, word for word
(`-s, --sort=KEY`), no more and no fewer; no page is about a command that there is not. The same
holds for ntshmd(8). A page that was changed on purpose is the control: it must be found out.
"""
import os
import re
import subprocess
import sys

COMMON = {"-?, --help", "--usage", "-V, --version"}  # in ntshm(1), once for all
passed, failed, compared = 0, 0, 0


def check(condition, message):
    """Counts a case, and says which one failed."""
    global passed, failed
    passed += bool(condition)
    failed += not condition
    if not condition:
        print("FAILED:", message)


def read(path):
    """A file's text."""
    with open(path, encoding="utf-8") as file:
        return file.read()


def help_of(tool, words):
    """What a command says of itself."""
    done = subprocess.run([tool, *words, "--help"], stdout=subprocess.PIPE, timeout=60, text=True,
                          check=True, env={**os.environ, "LC_ALL": "C.UTF-8"})
    return done.stdout


def commands_in(text):
    """The commands of a command's own that its help lists."""
    listed = re.search(r"^Commands:\n((?:  \S.*\n)+)", text, re.M)
    return re.findall(r"^  (\S+)", listed[1], re.M) if listed else []


def options_in(text):
    """The heads of options in a help text."""
    return set(re.findall(r"^(?:  | {6})((?:-\S, )?--[\w-]+(?:\[?=\S+)?)", text, re.M)) - COMMON


def options_told(page):
    """The heads of options in a page's OPTIONS."""
    part = re.search(r"^# OPTIONS\n(.*?)(?=^# |\Z)", page, re.S | re.M)
    heads = re.findall(r"^\*(-.*)\*$", part[1] if part else "", re.M)
    return {head.replace("\\", "") for head in heads}


def commands_named(page):
    """The commands that a page's NAME lists."""
    name = re.search(r"^# NAME\n\n(.*?)\n\n", page, re.S | re.M)[1].partition(" - ")[0]
    return [n[len("ntshm-"):] for n in re.split(r",\s*", name) if n.startswith("ntshm-")]


def all_options(tool, words):
    """The options of a command and of those below it."""
    text = help_of(tool, words)
    found = options_in(text)
    for word in commands_in(text):
        found |= all_options(tool, [*words, word])
    return found


def compare(path, told, had):
    """One page against its commands."""
    global compared
    compared += len(had)
    check(not had - told, f"{path} does not tell of {', '.join(sorted(had - told))}")
    check(not told - had, f"{path} tells of {', '.join(sorted(told - had))}, which is not there")


def check_controls(page, text):
    """Both readers see a change of one word."""
    check(options_told(page.replace("--sort=KEY", "--sort=WORD")) != options_in(text),
          "a page that was changed was not found out")
    check(options_told(page) - {"-s, --sort=KEY"} != options_in(text),
          "an option that is missing was not found out")


def main():
    """Return: the exit status."""
    tool, broker, manual = sys.argv[1:4]
    folder = os.path.join(manual, "1")
    overview = read(os.path.join(folder, "ntshm.scd"))
    commands = commands_in(help_of(tool, []))
    named = set()
    for name in sorted(os.listdir(folder)):
        page = read(os.path.join(folder, name))
        about = commands_named(page)
        named |= set(about)
        if about:
            compare(name, options_told(page),
                    set().union(*(all_options(tool, [word]) for word in about)))
        if "ls" in about:
            check_controls(page, help_of(tool, ["ls"]))
    for word in commands:
        check(word in named, f"{word} has no page")
        check(re.search(rf"^\*.*\b{word}\b.*\*$", overview, re.M), f"ntshm(1) does not name {word}")
    compare("ntshm.scd", options_told(overview), COMMON)
    compare("ntshmd.scd", options_told(read(os.path.join(manual, "8", "ntshmd.scd"))),
            options_in(help_of(broker, [])))
    check(compared > 90, f"only {compared} options were seen")  # 116 of 19 commands
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
