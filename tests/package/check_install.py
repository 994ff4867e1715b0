#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a program's build finds of an installed ntshm: pkg-config, CMake, headers, Debian's lists.

usage: check_install.py SOURCE MESON BUILD [CC...]

The build is installed below a private directory, which is not the prefix that it was configured
for: that it is found there all the same is a test of its own.
"""
import fnmatch
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
SOURCE, MESON, BUILD, CC = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]
DEADLINE = 300
results = {"passed": 0, "failed": 0}
PROJECT = """cmake_minimum_required(VERSION 3.10)
project(visitors C CXX)
set(CMAKE_CXX_STANDARD 17)
find_package(ntshm {asked})
if(NOT ntshm_FOUND)
    message(FATAL_ERROR "NOT FOUND: ${{ntshm_NOT_FOUND_MESSAGE}} ${{ntshm_CONSIDERED_VERSIONS}}")
endif()
message(STATUS "VERSION=${{ntshm_VERSION}} BROKER=${{ntshm_BROKER}}")
{targets}
"""
PROGRAM = """add_executable({name} {source})
target_link_libraries({name} PRIVATE {library})
"""


def check(name, condition, detail=""):
    results["passed" if condition else "failed"] += 1
    print(f"{'pass' if condition else 'FAIL'}  {name}{'' if condition else ': ' + str(detail)}")
    return condition


def run(*command, **more):
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=DEADLINE, text=True, **more)


def installed_files(root):
    return sorted(os.path.relpath(os.path.join(folder, name), root)
                  for folder, _, names in os.walk(root) for name in names)


def prefix_of(files):
    """The prefix below the root, by where the one header is that every program includes."""
    header = next(file for file in files if file.endswith("/ntshm/windows.h"))
    return header.removesuffix("/include/ntshm/windows.h")


def headers(files, prefix):
    """They lie in one directory, and hide none that a system has; but for the one that is meant to."""
    top = prefix + "/include/"
    found = [file.removeprefix(top) for file in files if file.startswith(top)]
    check("there are headers", len(found) > 50, found)
    outside = [file for file in found if not file.startswith("ntshm/")]
    check("all of them lie in include/ntshm", not outside, outside)
    multiarch = run(*CC, "-print-multiarch").stdout.strip()
    hidden = [file for file in found for place in ("/usr/include", f"/usr/include/{multiarch}")
              if os.path.exists(os.path.join(place, file.removeprefix("ntshm/")))]
    check("they hide no header of the system's", set(hidden) <= {"ntshm/directx/d3d12.h"}, hidden)


def moved(root, prefix):
    """pkg-config's environment for an installed tree that lies below a root."""
    folder = os.path.dirname(glob.glob(f"{root}/{prefix}/lib/**/ntshm.pc", recursive=True)[0])
    return {**os.environ, "PKG_CONFIG_PATH": folder,
            "LD_LIBRARY_PATH": os.path.dirname(folder)}


def pkg_config(root, prefix, name):
    environment = moved(root, prefix)
    done = run("pkg-config", "--validate", name, env=environment)
    check(f"{name}.pc is valid", done.returncode == 0, done.stdout)
    done = run("pkg-config", f"--define-variable=prefix={root}/{prefix}", "--cflags", "--libs", name,
               env=environment)
    check(f"pkg-config has flags for {name}", done.returncode == 0, done.stdout)
    return done.stdout.split()


def configure(folder, root, prefix, asked, programs):
    """Configures a project that asks for ntshm as told; returns what CMake said and its code."""
    targets = "".join(PROGRAM.format(name=name, source=source, library=library)
                      for name, source, library in programs)
    os.makedirs(folder)
    with open(os.path.join(folder, "CMakeLists.txt"), "w", encoding="utf-8") as file:
        file.write(PROJECT.format(asked=asked, targets=targets))
    return run("cmake", "-S", folder, "-B", f"{folder}/build", "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON",
               f"-DCMAKE_PREFIX_PATH={root}/{prefix}",
               # The machine's own, should there be one, is another.
               "-DCMAKE_FIND_USE_CMAKE_SYSTEM_PATH=OFF", "-DCMAKE_FIND_USE_PACKAGE_REGISTRY=OFF")


def cmake_builds(directory, root, prefix, version, with_d3d12):
    programs = [("visitors", f"{SOURCE}/examples/readme.c", "ntshm::ntshm")]
    if with_d3d12:
        programs.append(("blackbox", f"{SOURCE}/examples/blackbox.c", "ntshm::d3d12"))
    folder = f"{directory}/cmake"
    done = configure(folder, root, prefix, "0.1 REQUIRED" + " COMPONENTS d3d12" * with_d3d12,
                     programs)
    if not check("CMake finds ntshm", done.returncode == 0, done.stdout):
        return
    check("and its version", f"VERSION={version} " in done.stdout, done.stdout)
    broker = re.search(r"BROKER=(.*)", done.stdout)[1]
    check("and its broker", os.access(broker, os.X_OK) and broker.startswith(root), broker)
    done = run("cmake", "--build", f"{folder}/build", "--verbose")
    if not check("its programs compile and link", done.returncode == 0, done.stdout):
        return
    flags = pkg_config(root, prefix, "ntshm")
    include = next(flag.removeprefix("-I") for flag in flags if flag.startswith("-I"))
    check("with the headers that pkg-config names", include in done.stdout, (include, done.stdout))
    needed = run("readelf", "-d", f"{folder}/build/visitors").stdout
    check("a program needs libntshm.so.0", "[libntshm.so.0]" in needed, needed)
    done = run(f"{folder}/build/visitors",
               env={**moved(root, prefix), "NTSHM_BROKER_PATH": broker})
    check("and runs", done.returncode == 0
          and done.stdout == "made the section; visitor 1\n", done)


def cmake_versions(directory, root, prefix, version):
    """Who asks for another series, or for something that is not there, is told so."""
    major, minor, patch = version.split(".")
    following = f"{major}.{minor}.{int(patch) + 1}"
    for asked, found in [("", True), (major, True), (version, True), (f"{version} EXACT", True),
                         (f"{major}.{minor}...{following}", True), (following, False),
                         (f"{major}.{int(minor) + 1}", False), (f"{int(major) + 1}.0", False),
                         (f"0.0.1...<{version}", False),
                         ("COMPONENTS ntshm", True), ("COMPONENTS sound", False),
                         ("OPTIONAL_COMPONENTS sound", True)]:
        folder = os.path.join(directory, "asked-" + re.sub(r"\W", "-", asked))
        done = configure(folder, root, prefix, asked, [])
        check(f"find_package(ntshm {asked}) {'finds it' if found else 'does not'}",
              (done.returncode == 0) == found and (found or "NOT FOUND" in done.stdout),
              done.stdout)
        if "sound" in asked and not found:
            check("and says what is missing", "component sound" in done.stdout, done.stdout)


def debian_lists(files, prefix):
    """Each installed file goes into one Debian package, and each line of theirs finds one."""
    # Debian's prefix, and the name of a directory that is another on each architecture.
    here = ["usr/" + re.sub(r"^lib/(.*-linux-gnu\w*)/", "lib/MULTIARCH/",
                            file.removeprefix(prefix + "/"))
            for file in files]
    owners = {file: [] for file in here}
    lines = []
    for path in glob.glob(f"{SOURCE}/debian/*.install") + [f"{SOURCE}/debian/not-installed"]:
        with open(path, encoding="utf-8") as file:
            for line in file:
                pattern = line.split()[0] if line.strip() and line[0] != "#" else None
                if not pattern:
                    continue
                hits = [name for name in here if fnmatch.fnmatch(name, pattern)
                        and name.count("/") == pattern.count("/")
                        or name.startswith(pattern + "/")]
                lines.append((os.path.basename(path), pattern, bool(hits)))
                for name in hits:
                    owners[name].append(os.path.basename(path))
    nothing = [line for line in lines if not line[2]]
    check("each line of debian/*.install names something", lines and not nothing, nothing)
    twice = {name: by for name, by in owners.items() if len(by) != 1}
    check("each installed file is in one Debian package", not twice, twice)


def debian(version):
    with open(f"{SOURCE}/debian/changelog", encoding="utf-8") as file:
        head = file.readline()
    check("Debian's version is the project's", f"({version}-" in head, (head, version))
    done = run(sys.executable, f"{SOURCE}/tools/debian-symbols", "--check", SOURCE)
    check("Debian's symbols are what the libraries export", done.returncode == 0, done.stdout)


def remove(directory):
    """The broker leaves by itself when nobody needs it, and takes its files away then."""
    end = time.monotonic() + 60
    while os.path.exists(directory) and time.monotonic() < end:
        shutil.rmtree(directory, ignore_errors=True)
    check("nothing is left", not os.path.exists(directory))


def main():
    if not shutil.which("cmake") or not shutil.which("pkg-config"):
        print("cmake or pkg-config is not installed\n0 passed, 0 failed, 1 skipped")
        return 77
    directory = tempfile.mkdtemp(prefix="ntshm-package-")
    os.environ["NTSHM_BROKER"] = os.path.join(directory, "names")
    os.mkdir(os.environ["NTSHM_BROKER"], 0o700)
    root = os.path.join(directory, "root")
    done = run(MESON, "install", "-C", BUILD, "--no-rebuild", "--quiet",
               env={**os.environ, "DESTDIR": root})
    if check("the build installs", done.returncode == 0, done.stdout):
        files = installed_files(root)
        prefix = prefix_of(files)
        version = run("pkg-config", "--modversion", "ntshm", env=moved(root, prefix)).stdout.strip()
        with_d3d12 = any(file.endswith("/ntshm-d3d12.pc") for file in files)
        headers(files, prefix)
        if with_d3d12:
            pkg_config(root, prefix, "ntshm-d3d12")
        cmake_builds(directory, root, prefix, version, with_d3d12)
        cmake_versions(directory, root, prefix, version)
        if with_d3d12 and any("/share/man/" in file for file in files):
            debian_lists(files, prefix)
        debian(version)
    remove(directory)
    print(f"{results['passed']} passed, {results['failed']} failed, 0 skipped")
    return 1 if results["failed"] else 0


sys.exit(main())
