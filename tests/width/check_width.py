# SPDX-License-Identifier: MIT
"""Programs of both widths of wchar_t, and a program that loads d3d12 at run time.

usage: check_width.py INCLUDE-DIRECTORY LIBNTSHM [LIBNTSHM-D3D12]

Units compiled with -fshort-wchar, in C and C++, are linked with one that has the native width,
with and without -flto, by each compiler that is there, and the program is run.  A control, whose
headers do not send wide calls to the 16-bit twins, must fail.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True  # The source folder stays as it is.
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "headers"))

from toolbox import Cases, has_directx, run

INCLUDE, LIBRARY = (os.path.abspath(path) for path in sys.argv[1:3])
D3D12 = os.path.abspath(sys.argv[3]) if len(sys.argv) > 3 else None
STRICT = ["-Wall", "-Wextra", "-Werror"]
DEADLINE = 120
REFUSED = "linking module flags 'wchar_size': IDs have conflicting values"


def library_flags(d3d12):
    flags = []
    for library in [LIBRARY, D3D12] if d3d12 else [LIBRARY]:
        flags += [library, f"-Wl,-rpath,{os.path.dirname(library)}"]
    return flags


def execute(program, folder):
    """Run it with a folder of its own as the current one."""
    place = tempfile.mkdtemp(dir=folder)
    try:
        return run([program], cwd=place, timeout=DEADLINE)
    except subprocess.TimeoutExpired:
        return False, "not done in time"


def build(folder, c, cxx, include, d3d12, flags, mixed=True):
    """The program of three units, or of the two short ones; (path or None, messages)."""
    define = ["-DWITH_D3D12"] if d3d12 else []
    main = [] if mixed else ["-fshort-wchar", "-DONLY_SHORT"]
    units = [(c, ["-std=c11", *main], "main.c", "main", []),
             (c, ["-std=c11", *main], "unit.c", "unit32", []),
             (c, ["-std=c11", "-fshort-wchar"], "unit.c", "unit16", []),
             (cxx, ["-std=c++17", "-fshort-wchar", "-x", "c++"], "unit.c", "unit16_cxx", [])]
    objects, place = [], tempfile.mkdtemp(dir=folder)
    for compiler, options, source, unit, more in units:
        target = os.path.join(place, f"{unit}.o")
        good, said = run([compiler, *STRICT, "-O2", *flags, f"-I{include}", *define, *more,
                          f"-DUNIT={unit}", *options, "-c", os.path.join(HERE, source), "-o",
                          target])
        if not good:
            return None, said
        objects.append(target)
    program = os.path.join(place, "program")
    good, said = run([cxx, "-O2", *flags, *objects, "-o", program, *library_flags(d3d12)])
    return (program if good else None), said


def can_link(compiler, folder, flags):
    """Whether this compiler can link with these flags at all."""
    source = os.path.join(folder, "empty.c")
    with open(source, "w", encoding="ascii") as file:
        file.write("int main(void) { return 0; }\n")
    return run([compiler, *flags, source, "-o", os.path.join(folder, "empty")])[0]


def programs(cases, folder, d3d12):
    for c, cxx in (("gcc", "g++"), ("clang", "clang++")):
        if not shutil.which(c) or not shutil.which(cxx):
            cases.skip(f"{c} or {cxx} is not installed")
            continue
        for flags in ([], ["-flto"]):
            name = " ".join([c, *flags])
            if flags and not can_link(c, folder, flags):
                cases.skip(f"{name} cannot link here")
                continue
            program, said = build(folder, c, cxx, INCLUDE, d3d12, flags)
            if not program and REFUSED in said:
                # LLVM does not mix the widths in one module; units of one width it links.
                program, said = build(folder, c, cxx, INCLUDE, d3d12, flags, mixed=False)
                cases.check(f"{name}: short units link", program is not None, said)
            else:
                cases.check(f"{name}: units of both widths link", program is not None, said)
            if program:
                good, said = execute(program, folder)
                cases.check(f"{name}: they mean the same", good, said)


def control(cases, folder):
    """Without the twins the program must fail: else it proves nothing."""
    include = os.path.join(folder, "include")
    shutil.copytree(INCLUDE, include)
    path = os.path.join(include, "winnt.h")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    changed = re.sub(r"define NTSHM_WIDE\(name\) __asm__[^\n]*", "define NTSHM_WIDE(name)", text)
    with open(path, "w", encoding="utf-8") as file:
        file.write(changed)
    compiler = ("gcc", "g++") if shutil.which("g++") else ("clang", "clang++")
    program, said = build(folder, *compiler, include, False, [])
    cases.check("control: builds without the twins", changed != text and program, said)
    if program:
        good, said = execute(program, folder)
        wrong = "FAILED unit32 unit16:" in said and "FAILED unit32 unit32:" not in said
        cases.check("control: and is wrong", not good and wrong, said)


def loader(cases, folder):
    compiler = "gcc" if shutil.which("gcc") else "clang"
    program = os.path.join(folder, "loader")
    good, said = run([compiler, "-std=gnu11", *STRICT, "-rdynamic", f"-I{INCLUDE}",
                      *(["-DWITH_D3D12"] if D3D12 else []), os.path.join(HERE, "loader.c"), "-o",
                      program, *library_flags(False)])
    cases.check("the program without d3d12 links", good, said)
    if not good:
        return
    if D3D12:
        os.environ["LD_LIBRARY_PATH"] = os.path.dirname(D3D12)
    good, said = execute(program, folder)
    os.environ.pop("LD_LIBRARY_PATH", None)
    cases.check("modules come and go", good, said)


def remove(directory):
    """The broker leaves by itself when nobody needs it, and takes its files away then."""
    end = time.monotonic() + DEADLINE
    while os.path.exists(directory) and time.monotonic() < end:
        shutil.rmtree(directory, ignore_errors=True)
    return not os.path.exists(directory)


def main():
    cases = Cases()
    folder = tempfile.mkdtemp(prefix="ntshm-width-")
    os.environ["NTSHM_BROKER"] = os.path.join(folder, "broker")
    os.mkdir(os.environ["NTSHM_BROKER"], 0o700)
    compiler = "gcc" if shutil.which("gcc") else "clang"
    d3d12 = bool(D3D12) and has_directx(compiler, INCLUDE)
    if not d3d12:
        cases.skip("Direct3D 12 is not built")
    programs(cases, folder, d3d12)
    control(cases, folder)
    loader(cases, folder)
    cases.check("nothing is left", remove(folder))
    cases.finish()


if __name__ == "__main__":
    main()
