#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes the manual's pages from their scdoc sources.

usage: build-man.py SCDOC VERSION DATE SOURCE_DIR OUT_DIR [DEPFILE]

A source is SECTION/STEM.scd, its first line STEM(SECTION); version and headings are added here.
The NAME section lists everything that the page is about, the stem first.  It is the only list:
`man` finds the page under each of these names, because each gets a file of one line, `.so`, beside
the page.  OUT_DIR/manSECTION is made anew, so that nothing stays behind of a page that has gone.
"""
import calendar
import os
import re
import shutil
import subprocess
import sys
import time

SECTIONS = {"1": "User Commands", "3": "Library Functions Manual", "5": "File Formats Manual",
            "7": "Miscellaneous Information Manual", "8": "System Administration Manual"}


class PageError(Exception):
    """A source that is not a page."""


def sources(folder):
    """Yields (section, stem, path) of each page below a folder, in order."""
    for section in sorted(SECTIONS):
        top = os.path.join(folder, section)
        for name in sorted(os.listdir(top)) if os.path.isdir(top) else []:
            if name.endswith(".scd"):
                yield section, name.removesuffix(".scd"), os.path.join(top, name)


def names_of(text, section, stem):
    """The names that a page's NAME section lists; raises PageError when it is none."""
    head = re.match(r"(\S+)\((\w+)\)\n", text)
    if not head or head.groups() != (stem, section):
        raise PageError(f"the first line must be {stem}({section})")
    found = re.search(r"^# NAME\n\n(.*?)\n\n", text, re.S | re.M)
    listed, dash, purpose = (found[1] if found else "").replace("\n", " ").partition(" - ")
    names = [name.replace("\\", "") for name in re.split(r",\s*", listed.strip())]
    if not dash or not purpose.strip() or not all(re.fullmatch(r"[\w.-]+", n) for n in names):
        raise PageError("NAME must be 'a, b, c - what they do'")
    if names[0] != stem:
        raise PageError(f"the first name must be {stem}")
    if len(set(names)) != len(names):
        raise PageError("a name is listed twice")
    return names


def tidy(roff):
    """scdoc's roff without paragraphs in which nothing stands, which mandoc complains of.

    Prototypes begin at the left margin: there are long ones.
    """
    roff = re.sub(r"^\.SH SYNOPSIS\n.*?(?=^\.SH)", lambda part: re.sub(
        r"^\.nf\n\.RS 4\n(.*?)^\.fi\n\.RE\n", r".nf\n\1.fi\n", part[0], flags=re.S | re.M),
        roff, flags=re.S | re.M)
    # groff hyphenates anew from .TH on (newer ones by the register), and would cut constants' names.
    roff = re.sub(r"^(\.nh\n\.ad l\n)(.*?^\.TH .*?\n)", r"\2\1.nr HY 0\n", roff,
                  flags=re.S | re.M)
    lines = roff.split("\n")
    kept = []
    wanted = False  # whether a distance is wanted before what comes next
    for i, line in enumerate(lines):
        following = lines[i + 1] if i + 1 < len(lines) else ""
        if line == ".P":
            wanted = not kept[-1].startswith((".SH", ".SS", ".TH"))
        elif not line and (not following or following.startswith(".")):
            continue  # the blank line at the end of a list
        else:
            if re.match(r"\.(SH|SS)\b", line):
                wanted = False
            elif wanted and line != ".RE":
                kept.append(".sp" if line.startswith(".") else ".P")
                wanted = False
            kept.append(line)
    # A backslash is \e in roff; \\ is one only as long as nobody reads the text twice.
    return "\n".join(kept).replace("\\\\", "\\e") + "\n"


def roff_of(scdoc, version, date, text, section):
    """The page as roff."""
    # One line, so that no dash in it can begin one and be taken for that of a list.
    text = re.sub(r"^# NAME\n\n(.*?)\n\n", lambda part: "# NAME\n\n{}\n\n".format(
        part[1].replace("\n", " ")), text, count=1, flags=re.S | re.M)
    # Code is written as it is; scdoc would take each backslash for one that hides the next sign.
    text = re.sub(r"^(\t*)```\n.*?^\1```$", lambda part: part[0].replace("\\", "\\\\"), text,
                  flags=re.S | re.M)
    head, _, rest = text.partition("\n")
    text = f'{head} "ntshm {version}" "{SECTIONS[section]}"\n{rest}'
    epoch = calendar.timegm(time.strptime(date, "%Y-%m-%d"))
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(epoch)}
    done = subprocess.run([scdoc], input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env=environment, text=True)
    if done.returncode:
        raise PageError(done.stderr.strip())
    return tidy(done.stdout)


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def build(scdoc, version, date, folder, out):
    """Writes all pages; returns the paths that they were made from."""
    read = []
    owners = {}
    wrong = []
    for section in SECTIONS:
        shutil.rmtree(os.path.join(out, "man" + section), ignore_errors=True)
        os.makedirs(os.path.join(out, "man" + section))
    for section, stem, path in sources(folder):
        read.append(path)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        try:
            for name in names_of(text, section, stem):
                if (section, name) in owners:
                    raise PageError(f"{name} has a page: {owners[section, name]}")
                owners[section, name] = stem
                write(os.path.join(out, f"man{section}", f"{name}.{section}"),
                      roff_of(scdoc, version, date, text, section) if name == stem else
                      f".so man{section}/{stem}.{section}\n")
        except PageError as error:
            wrong.append(f"{path}: {error}")
    if wrong:
        sys.exit("\n".join(wrong))
    return read


def main():
    if len(sys.argv) not in (6, 7):
        sys.exit(__doc__)
    scdoc, version, date, folder, out = sys.argv[1:6]
    read = build(scdoc, version, date, folder, out)
    outputs = [os.path.join(out, "man" + section) for section in sorted(SECTIONS)]
    if len(sys.argv) == 7:
        # A page more or less changes its folder.
        folders = sorted({os.path.dirname(path) for path in read})
        needed = " ".join(p.replace(" ", "\\ ") for p in folders + read)
        write(sys.argv[6], f"{outputs[0]}: {needed}\n")
    for path in outputs:
        os.utime(path)


if __name__ == "__main__":
    main()
