# SPDX-License-Identifier: MIT
"""Compare our own headers of Direct3D 11 with mingw-w64's, in the way of compare_abi.py.

usage: compare_d3d11.py INCLUDE-DIRECTORY

Compared are constants, enumerators, sizes and members of structures, the place of every method in
the table of its interface, the types of its result and parameters, and every IID. Controls (two
methods that change places, a parameter of another type, a wrong IID, a swapped member) are planted
in a copy of our headers and must be found.
"""

import os
import re
import shutil
import sys
import tempfile

import compare_abi as abi

HEADERS = ["dxgi.h", "dxgi1_2.h", "d3d11.h", "d3d11_1.h", "d3d11_2.h", "d3d11_3.h", "d3d11_4.h"]
PROLOGUE = "".join(f"#include <{name}>\n" for name in ["windows.h", "d3d11_4.h", "dxgi1_2.h",
                                                       "stddef.h"])
THEIRS = "/usr/share/mingw-w64/include"
METHOD = re.compile(r"STDMETHOD(?:_\(([\w ]+?\*?), (\w+)\)|\((\w+)\))\s*"
                    r"\((THIS_?)\s*([^;]*?)\)\s+PURE;")
CONSTANT = re.compile(r"^#\s*define (D3D11_\w+|DXGI_\w+) +(-?[\w()]+)$", re.M)
GUID = re.compile(r"DEFINE_GUID\((IID_\w+),\s*([^)]*)\)")


def read(include, header):
    with open(os.path.join(include, header), encoding="utf-8") as file:
        return abi.without_comments(file.read())


def methods(include):
    """[(interface, [(result, method, parameters)])], with what is inherited."""
    known, order = {}, []
    for header in ["ntshm/interface.h"] + HEADERS:
        text = re.sub(r"\s*\\\n\s*", " ", read(include, header))
        for name, body in re.findall(r"^#\s*define NTSHM_(\w+)_METHODS\s+(.*)$", text, re.M):
            known[name] = [(a or "HRESULT", b or c, d if this == "THIS_" else "")
                           for a, b, c, this, d in METHOD.findall(body)]
        for name, base in re.findall(r"^NTSHM_INTERFACE\((\w+),\s*(\w+),", text, re.M):
            known[name.upper()] = known[base.upper()] + known[name.upper()]
            order.append((name, known[name.upper()]))
    return order


def asked_of(include):
    asked, seen = [], set()

    def ask(what, expression):
        if what not in seen:
            seen.add(what)
            asked.append((what, expression))

    for header in HEADERS:
        text = read(include, header)
        for name, value in CONSTANT.findall(text):
            ask(name, f"(unsigned long long)({name})")
        structures, enumerators, plain = abi.read_types(text)
        for name in enumerators:
            ask(name, f"(unsigned long long)({name})")
        for name, members in structures:
            ask(f"sizeof {name}", f"sizeof({name})")
            for member in members:
                ask(f"offset of {name}.{member}", f"offsetof({name}, {member})")
        # What is only declared here has no size.
        declared = set(re.findall(r"typedef struct (\w+) \w+;", text))
        for name in plain:
            if name.startswith("D3D11_") and name not in declared:
                ask(f"sizeof {name}", f"sizeof({name})")
    for interface, slots in methods(include):
        ask(f"sizeof {interface}Vtbl", f"sizeof({interface}Vtbl)")
        for _, method, _ in slots:
            ask(f"slot {interface}.{method}", f"offsetof({interface}Vtbl, {method})")
    return asked


def iids(folder):
    found = {}
    for header in HEADERS:
        for name, value in GUID.findall(read(folder, header)):
            found[name] = [int(number, 16) for number in re.findall(r"0x[0-9a-fA-F]+", value)]
    return found


def wrong_prototypes(include, folder):
    checks, names = [], []
    for interface, slots in methods(include):
        for result, method, parameters in slots:
            passed = f"{interface} *This" + (f", {parameters}" if parameters else "")
            theirs = f"__typeof__((({interface}Vtbl *)0)->{method})"
            ours = f"{result} (STDMETHODCALLTYPE *)({passed})"
            checks.append(f'_Static_assert(__builtin_types_compatible_p({theirs}, {ours}), "");')
            names.append(f"{interface}.{method}")
    creator = re.search(r"HRESULT WINAPI D3D11CreateDevice\([^;]*\);",
                        " ".join(read(include, "d3d11.h").split()))
    checks.append(creator[0])
    names.append("D3D11CreateDevice")
    first = PROLOGUE.count("\n") + 1
    wrong = abi.wrong_lines(PROLOGUE + "\n".join(checks) + "\n", folder)
    return len(names), [names[n - first] for n in sorted(wrong) if 0 <= n - first < len(names)]


def compare(include, folder, theirs=None):
    asked = asked_of(include)
    abi.PROLOGUE = PROLOGUE
    # Our IIDs are constants too: the table gets a section of its own.
    ours, missing = abi.table(abi.NATIVE, "objcopy", ".rodata.abi_table", asked, folder,
                              f"-I{include}", "-fdata-sections")
    if missing:
        sys.exit(f"FAILED our own headers do not know: {sorted(missing)}")
    if theirs is None:
        theirs, _ = abi.table(abi.MINGW, "x86_64-w64-mingw32-objcopy", ".rdata", asked, folder)
    n_prototypes, wrong = wrong_prototypes(include, folder)
    our_iids, their_iids = iids(include), iids(THEIRS)
    trouble = [f"{what}: {ours[what]:#x} here, {theirs[what]:#x} there" for what in ours
               if what in theirs and ours[what] != theirs[what]]
    trouble += [f"{what} is not in mingw-w64's headers" for what in ours if what not in theirs]
    trouble += [f"prototype differs: {name}" for name in wrong]
    trouble += [f"IID differs: {name}" for name in our_iids
                if our_iids[name] != their_iids.get(name) or len(our_iids[name]) != 11]
    return len(ours), n_prototypes, len(our_iids), trouble, theirs


CONTROLS = [
    ("d3d11_4.h",
     r"(STDMETHOD\(OpenSharedFence\).*?PURE;)(\s*\\\s*)(STDMETHOD\(CreateFence\).*?PURE;)",
     r"\3\2\1", "slot ID3D11Device5.OpenSharedFence"),
    ("d3d11_3.h", r"(Signal\)\s*\(THIS_ ID3D11Fence \* pFence, )UINT64", r"\1UINT",
     "prototype differs: ID3D11DeviceContext4.Signal"),
    ("d3d11.h", r"(IID_ID3D11Buffer, )0x48570b85", r"\g<1>0x48570b86", "IID_ID3D11Buffer"),
    ("d3d11.h", r"(UINT RowPitch;)(\s+)(UINT DepthPitch;)", r"\3\2\1",
     "offset of D3D11_MAPPED_SUBRESOURCE.RowPitch"),
]


def control(include, folder, theirs, header, before, after, expected):
    copy = os.path.join(folder, "planted")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(include, copy)
    path = os.path.join(copy, header)
    with open(path, encoding="utf-8") as file:
        text = file.read()
    planted = re.sub(before, after, text, count=1, flags=re.S)
    with open(path, "w", encoding="utf-8") as file:
        file.write(planted)
    return planted != text and any(expected in line
                                   for line in compare(copy, folder, theirs)[3])


def main():
    for tool in (abi.NATIVE, "objcopy", abi.MINGW, "x86_64-w64-mingw32-objcopy"):
        if not shutil.which(tool):
            print(f"skipped: {tool} is not installed")
            sys.exit(77)
    if not os.path.exists(os.path.join(THEIRS, "d3d11_4.h")):
        print("skipped: mingw-w64's d3d11_4.h is not installed")
        sys.exit(77)
    with tempfile.TemporaryDirectory(prefix="ntshm-d3d11-") as folder:
        n_values, n_prototypes, n_iids, trouble, theirs = compare(sys.argv[1], folder)
        if n_values < 900 or n_prototypes < 900 or n_iids < 20:
            trouble.append("too little was found to compare")
        for row in CONTROLS:
            if not control(sys.argv[1], folder, theirs, *row):
                trouble.append(f"control: a planted change of {row[3]} was not noticed")
    print(f"{n_values} values, {n_prototypes} prototypes, {n_iids} IIDs, {len(CONTROLS)} controls")
    for line in trouble:
        print(f"FAILED {line}")
    total = n_values + n_prototypes + n_iids + len(CONTROLS)
    print(f"{total - len(trouble)} passed, {len(trouble)} failed, 0 skipped")
    sys.exit(1 if trouble else 0)


if __name__ == "__main__":
    main()
