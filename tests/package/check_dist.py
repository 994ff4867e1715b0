#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The tarball of `meson dist` builds without git, and within somebody else's Meson project.

usage: check_dist.py SOURCE MESON CC CXX

What would be committed now is committed to a repository of this test's own, and `meson dist` makes
the tarball from that. It is unpacked as the subproject `ntshm` of a project that has README's
example; that is built, and run with the broker of the same build.
"""
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time

sys.dont_write_bytecode = True
SOURCE, MESON, CC, CXX = sys.argv[1:5]
DEADLINE = 1200
results = {"passed": 0, "failed": 0}
CONSUMER = """project('visitors', 'c', version: '1', meson_version: '>=1.0')
ntshm = dependency('ntshm')
executable('visitors', 'visitors.c', dependencies: ntshm)
"""
WRAP = """[wrap-file]
directory = ntshm

[provide]
dependency_names = ntshm, ntshm-d3d12
"""
# Nothing of the machine's own git settings, and no hooks.
GIT = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null",
       "GIT_AUTHOR_NAME": "a test", "GIT_AUTHOR_EMAIL": "test@localhost",
       "GIT_COMMITTER_NAME": "a test", "GIT_COMMITTER_EMAIL": "test@localhost"}


def check(name, condition, detail=""):
    results["passed" if condition else "failed"] += 1
    print(f"{'pass' if condition else 'FAIL'}  {name}{'' if condition else ': ' + str(detail)}")
    return condition


def run(*command, **more):
    environment = {**os.environ, "CC": CC, "CXX": CXX, **more.pop("env", {})}
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.STDOUT, timeout=DEADLINE, env=environment, **more)


def project_files():
    """What git has or would have; of an unpacked tarball, all but build directories."""
    top = run("git", "rev-parse", "--show-toplevel", cwd=SOURCE)
    if top.returncode == 0 and os.path.samefile(top.stdout.strip(), SOURCE):
        listed = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard",
                     cwd=SOURCE).stdout.split("\0")
    else:
        listed = [os.path.relpath(os.path.join(folder, name), SOURCE)
                  for folder, _, names in os.walk(SOURCE) for name in names]
        listed = [name for name in listed if not name.startswith("build")]
    return [name for name in listed if name and os.path.isfile(os.path.join(SOURCE, name))]


def commit(repository):
    """A repository with the project's files as they are."""
    for name in project_files():
        os.makedirs(os.path.dirname(os.path.join(repository, name)), exist_ok=True)
        shutil.copy2(os.path.join(SOURCE, name), os.path.join(repository, name))
    for command in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "-m", "all"]):
        done = run("git", *command, cwd=repository, env=GIT)
        if done.returncode:
            return done.stdout
    return None


def make_tarball(directory):
    """Returns the tarball that `meson dist` makes, or None."""
    repository, build = f"{directory}/repository", f"{directory}/build"
    os.mkdir(repository)
    if not check("a repository is made", not (why := commit(repository)), why):
        return None
    done = run(MESON, "setup", build, repository, "-Dtests=false", env=GIT)
    if not check("it is set up", done.returncode == 0, done.stdout):
        return None
    done = run(MESON, "dist", "-C", build, "--no-tests", "--formats", "gztar", env=GIT)
    tarballs = [name for name in os.listdir(f"{build}/meson-dist") if name.endswith(".tar.gz")] \
        if done.returncode == 0 else []
    check("meson dist makes a tarball", len(tarballs) == 1, done.stdout)
    return f"{build}/meson-dist/{tarballs[0]}" if tarballs else None


def use(directory, tarball):
    """A project with the tarball as its subproject: set up, built, run."""
    project = f"{directory}/visitors"
    os.makedirs(f"{project}/subprojects")
    with tarfile.open(tarball) as archive:
        archive.extractall(f"{project}/subprojects")
    unpacked, = os.listdir(f"{project}/subprojects")
    check("it unpacks into one folder", unpacked.startswith("ntshm-"), unpacked)
    os.rename(f"{project}/subprojects/{unpacked}", f"{project}/subprojects/ntshm")
    check("no git is in it", not os.path.exists(f"{project}/subprojects/ntshm/.git"))
    for name, text in (("meson.build", CONSUMER), ("subprojects/ntshm.wrap", WRAP)):
        with open(f"{project}/{name}", "w", encoding="utf-8") as file:
            file.write(text)
    shutil.copy(f"{SOURCE}/examples/readme.c", f"{project}/visitors.c")

    # Neither git nor an installed ntshm may help.
    alone = {"GIT_DIR": "/nonexistent", "PKG_CONFIG_PATH": ""}
    done = run(MESON, "setup", f"{project}/build", project, "--force-fallback-for=ntshm",
               env=alone)
    if not check("a project has it as a subproject", done.returncode == 0, done.stdout):
        return
    check("which builds no tests there", "tests/unit" not in run(
        "ninja", "-C", f"{project}/build", "-t", "targets", "all").stdout)
    done = run("ninja", "-C", f"{project}/build", "visitors", "subprojects/ntshm/src/broker/ntshmd",
               env=alone)
    if not check("it builds", done.returncode == 0, done.stdout[-3000:]):
        return
    done = run(MESON, "devenv", "-C", f"{project}/build", f"{project}/build/visitors")
    check("and the program runs, with the broker of its build", done.returncode == 0
          and "made the section; visitor 1" in done.stdout, done)


def remove(directory):
    """The broker leaves by itself when nobody needs it, and takes its files away then."""
    end = time.monotonic() + 60
    while os.path.exists(directory) and time.monotonic() < end:
        shutil.rmtree(directory, ignore_errors=True)
    check("nothing is left", not os.path.exists(directory))


def main():
    if not shutil.which("git"):
        print("git is not installed\n0 passed, 0 failed, 1 skipped")
        return 77
    directory = tempfile.mkdtemp(prefix="ntshm-dist-")
    os.environ["NTSHM_BROKER"] = os.path.join(directory, "names")
    os.mkdir(os.environ["NTSHM_BROKER"], 0o700)
    os.environ.pop("NTSHM_BROKER_PATH", None)
    tarball = make_tarball(directory)
    if tarball:
        use(directory, tarball)
    remove(directory)
    print(f"{results['passed']} passed, {results['failed']} failed, 0 skipped")
    return 1 if results["failed"] else 0


sys.exit(main())
