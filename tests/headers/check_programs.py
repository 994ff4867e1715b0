# SPDX-License-Identifier: MIT
"""Build small programs from the public headers, link and run them.

usage: check_programs.py INCLUDE-DIRECTORY

The IIDs in two C and two C++ files of one program, without a library and without -D; every
interface that DirectX-Headers lists, by __uuidof; and COM objects written in C called from
both languages, in all mixes of gcc and clang.
"""

import os
import re
import sys
import tempfile
from itertools import product

sys.dont_write_bytecode = True  # The source folder stays as it is.

from toolbox import C_COMPILERS, CXX_COMPILERS, STRICT, Cases, has_directx, present, run

INCLUDE = sys.argv[1]
HERE = os.path.dirname(os.path.abspath(__file__))
DXGUIDS = "/usr/include/dxguids/dxguids.h"


def build(folder, compiler, source, *flags):
    """Compile one file of this folder; return (object path, messages or None when good)."""
    language = ["-std=c++17"] if source.endswith(".cpp") else ["-std=c11"]
    tag = "_".join([compiler.replace("+", "x"), *flags]).replace("-", "").replace("=", "_")
    target = os.path.join(folder, f"{source}.{tag}.o")
    if os.path.exists(target):
        return target, None
    good, said = run([compiler, *language, *STRICT, *flags, f"-I{INCLUDE}", "-c",
                      os.path.join(HERE, source), "-o", target])
    return target, None if good else said


def program(cases, folder, name, sources, linker, *flags, fails_with=None):
    """Build @sources (compiler, file, flags...), link them with @linker and run the result.

    With @fails_with it is a control: it must build, and fail with that text."""
    objects = []
    for compiler, source, *more in sources:
        path, trouble = build(folder, compiler, source, *flags, *more)
        if trouble is not None:
            cases.check(f"{name}: compile {source} with {compiler}", False, trouble)
            return
        objects.append(path)
    target = os.path.join(folder, "program")
    good, said = run([linker, *flags, *objects, "-o", target])
    if not good:
        cases.check(f"{name}: link", False, said)
        return
    good, said = run([target])
    cases.check(name, good if fails_with is None else not good and fails_with in said, said)


def controls(cases, folder, c, cxx):
    """A wrong IID and a wrong answer must be noticed, else the cases above prove nothing."""
    sources = [(c, "iid_c_one.c"), (c, "iid_c_two.c"), (cxx, "iid_cxx_one.cpp"),
               (cxx, "iid_main.cpp", "-DHEAP_DATA1=0x6b3b2503")]
    program(cases, folder, "control: a wrong IID", sources, cxx, fails_with="FAILED value, IID")
    sources = [(c, "vtable_object.c", "-DHEAP_SIZE=1"), (c, "vtable_from_c.c"),
               (cxx, "vtable_from_cxx.cpp"), (c, "vtable_main.c")]
    program(cases, folder, "control: a wrong answer", sources, cxx, fails_with="2 failed")


def iid_programs(cases, folder, c_compilers, cxx_compilers):
    for c, cxx in product(c_compilers, cxx_compilers):
        for flags in (["-O0"], ["-O2", "-fPIC"], ["-O2", "-ffunction-sections", "-fdata-sections",
                                                  "-Wl,--gc-sections"]):
            flags = [flag for flag in flags if not (c == "clang" and flag.startswith("-Wl"))
                     and not (cxx == "clang++" and flag.startswith("-Wl"))]
            sources = [(c, "iid_c_one.c"), (c, "iid_c_two.c"), (cxx, "iid_cxx_one.cpp"),
                       (cxx, "iid_main.cpp")]
            program(cases, folder, f"IIDs, {c} and {cxx} {' '.join(flags)}", sources, cxx, *flags)


def iid_shared_library(cases, folder, compiler):
    """In a shared library they link without text relocations and are not exported."""
    target = os.path.join(folder, "iid.so")
    path, trouble = build(folder, compiler, "iid_c_one.c", "-fPIC")
    good, said = (False, trouble) if trouble else run(
        [compiler, "-shared", "-Wl,-z,text", path, "-o", target])
    cases.check(f"{compiler}: IIDs link into a shared library", good, said)
    good, said = run(["nm", "-D", "--defined-only", target])
    exported = re.findall(r"\bIID_\w+", said)
    cases.check(f"{compiler}: a shared library exports no IID",
                good and "iid_seen_by_c_one" in said and not exported, said)


def uuidof_everything(cases, folder, compiler):
    """Every interface that Microsoft's own list names, against the value in that list."""
    with open(DXGUIDS, encoding="utf-8") as file:
        rows = re.findall(r"^WINADAPTER_IID\((ID3D12\w+), *(.*?)\);", file.read(), re.M)
    body = ["#include <d3d12.h>", "#include <directx/d3d12video.h>", "#include <cstdio>",
            "int main() { int bad = 0;"]
    for name, numbers in rows:
        body.append(f"#ifdef __{name}_INTERFACE_DEFINED__")
        parts = [part.strip() for part in numbers.split(",")]
        value = f"GUID{{{', '.join(parts[:3])}, {{{', '.join(parts[3:])}}}}}"
        body.append(f'if (__uuidof({name}) != {value} || IID_{name} != {value}) '
                    f'{{ bad++; std::puts("{name}"); }} else std::puts("ok");')
        body.append("#endif")
    body.append("return bad; }")
    source = os.path.join(folder, "uuidof.cpp")
    with open(source, "w", encoding="utf-8") as file:
        file.write("\n".join(body) + "\n")
    target = os.path.join(folder, "uuidof")
    good, said = run([compiler, "-std=c++17", *STRICT, f"-I{INCLUDE}", source, "-o", target])
    if good:
        good, said = run([target])
    agreed = said.split().count("ok")
    cases.check(f"{compiler}: __uuidof of all interfaces ({agreed} agree)",
                good and agreed >= 60, said)


def vtable_programs(cases, folder, c_compilers, cxx_compilers):
    for implement, call, cxx in product(c_compilers, c_compilers, cxx_compilers):
        for flag in ("-O0", "-O2"):
            sources = [(implement, "vtable_object.c"), (call, "vtable_from_c.c"),
                       (cxx, "vtable_from_cxx.cpp"), (call, "vtable_main.c")]
            program(cases, folder, f"objects by {implement}, called by {call} and {cxx} {flag}",
                    sources, cxx, flag)


def main():
    cases = Cases()
    c_compilers = present(C_COMPILERS, cases)
    cxx_compilers = present(CXX_COMPILERS, cases)
    if not c_compilers or not cxx_compilers or not has_directx(c_compilers[0], INCLUDE):
        cases.skip("no <directx/d3d12.h>, or no compiler for C and C++")
        cases.finish()
    with tempfile.TemporaryDirectory(prefix="ntshm-headers-") as folder:
        iid_programs(cases, folder, c_compilers, cxx_compilers)
        vtable_programs(cases, folder, c_compilers, cxx_compilers)
        controls(cases, folder, c_compilers[0], cxx_compilers[0])
        for compiler in c_compilers:
            iid_shared_library(cases, folder, compiler)
        for compiler in cxx_compilers:
            if os.path.exists(DXGUIDS):
                uuidof_everything(cases, folder, compiler)
            else:
                cases.skip(f"{DXGUIDS} is not installed")
    cases.finish()


if __name__ == "__main__":
    main()
