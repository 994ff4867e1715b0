# SPDX-License-Identifier: MIT
"""Compile the public headers as programs would.

usage: check_headers.py INCLUDE-DIRECTORY HEADER...

Every header alone and twice, all of them in both orders, with UNICODE and without, as C11 and
C++17, with gcc and clang and -Wall -Wextra -Werror -pedantic; the same on both sides of
<directx/d3d12.h>; and what must not compile must not.
"""

import os
import sys

sys.dont_write_bytecode = True  # The source folder stays as it is.

from toolbox import C_COMPILERS, CXX_COMPILERS, Cases, compile_text, has_directx, in_parallel
from toolbox import present

INCLUDE = sys.argv[1]
HEADERS = sys.argv[2:]

# These reach Microsoft's header, which takes much longer; they get cases of their own.
DIRECT3D11 = {"d3d11.h", "d3d11_1.h", "d3d11_2.h", "d3d11_3.h", "d3d11_4.h", "dxgi.h", "dxgi1_2.h"}
DIRECTX = {"d3d12.h", "D3D12.h", "D3d12.h"}
# Likewise, and without Direct3D.
DXCORE = {"dxcore.h"}

LIMITS = """
#include <limits.h>
#include <stdint.h>
#if LONG_MAX != INT64_MAX || ULONG_MAX != UINT64_MAX || INT_MAX != 2147483647
#error a header changed the limits of long
#endif
#if defined(min) || defined(max)
#error a header defines min or max
#endif
"""

CXX_MIN = """
#include <algorithm>
#include <limits>
static_assert(std::numeric_limits<long>::max() == LONG_MAX, "long");
int smaller(int a, int b);
int smaller(int a, int b) { return std::min(a, b) + std::max(a, b); }
"""

WIDTHS = """
#ifdef __cplusplus
#define CHECK(e) static_assert(e, "")
#else
#define CHECK(e) _Static_assert(e, "")
#endif
CHECK(sizeof(LONG) == 4 && sizeof(DWORD) == 4 && sizeof(ULONG) == 4 && sizeof(BOOL) == 4);
CHECK(sizeof(ULONG_PTR) == sizeof(void *) && sizeof(HANDLE) == sizeof(void *));
CHECK(sizeof(WCHAR) == sizeof(wchar_t) && sizeof(UINT64) == 8 && sizeof(HRESULT) == 4);
CHECK((BOOL)-1 < 0 && TRUE == 1 && FALSE == 0);
/* One type on Windows, one type here: pointers to them mix. */
extern UINT64 *mix_a; extern ULONG64 *mix_a; extern ULONGLONG *mix_a; extern uint64_t *mix_a;
extern SIZE_T *mix_b; extern size_t *mix_b; extern ULONG_PTR *mix_b;
"""

GENERIC_WIDE = """
typedef HANDLE (*wide_create)(HANDLE, LPSECURITY_ATTRIBUTES, DWORD, DWORD, DWORD, const wchar_t *);
typedef HANDLE (*wide_open)(DWORD, BOOL, const wchar_t *);
typedef HANDLE (*wide_event)(LPSECURITY_ATTRIBUTES, BOOL, BOOL, const wchar_t *);
typedef HANDLE (*wide_event_ex)(LPSECURITY_ATTRIBUTES, const wchar_t *, DWORD, DWORD);
extern wide_create f1; extern wide_open f2; extern wide_event f3; extern wide_event_ex f4;
extern wide_open f5; extern const TCHAR *text;
wide_create f1 = CreateFileMapping; wide_open f2 = OpenFileMapping;
wide_event f3 = CreateEvent; wide_event_ex f4 = CreateEventEx; wide_open f5 = OpenEvent;
const TCHAR *text = TEXT("wide"); extern const wchar_t *same; const wchar_t *same = _T("wide");
"""
GENERIC_NARROW = GENERIC_WIDE.replace("wchar_t", "char").replace("wide", "narrow")

SDK = """
#include <windows.h>
#include <winternl.h>
#include <ntstatus.h>
#include <tchar.h>
"""

DIRECTX_USE_C = """
#ifdef COBJMACROS
HRESULT use(ID3D12Heap *heap, void **out);
HRESULT use(ID3D12Heap *heap, void **out)
{
    D3D12_HEAP_DESC desc = ID3D12Heap_GetDesc(heap);
    return desc.SizeInBytes ? ID3D12Heap_QueryInterface(heap, &IID_ID3D12Heap, out) : E_FAIL;
}
#endif
"""

DIRECTX_USE_CXX = """
#ifndef CINTERFACE
HRESULT use(IUnknown *object);
HRESULT use(IUnknown *object)
{
    ID3D12Heap *heap = nullptr;
    ID3D12Device5 *device = nullptr;
    HRESULT hr = object->QueryInterface(IID_PPV_ARGS(&heap));
    if (SUCCEEDED(hr))
        hr = heap->GetDevice(__uuidof(ID3D12Device5), reinterpret_cast<void **>(&device));
    return hr == DXGI_ERROR_DEVICE_REMOVED ? E_FAIL : hr;
}
static_assert(__uuidof(ID3D12Heap).Data1 == 0x6b3b2502, "");
#endif
"""

DIRECT3D11_USE_C = """
#ifdef COBJMACROS
HRESULT use11(ID3D11Device5 *device, void **out);
HRESULT use11(ID3D11Device5 *device, void **out)
{
    ID3D11DeviceContext *context;
    ID3D11Device5_GetImmediateContext(device, &context);
    ID3D11DeviceContext_Flush(context);
    return ID3D11Device5_CreateFence(device, 0, D3D11_FENCE_FLAG_SHARED, &IID_ID3D11Fence, out);
}
#endif
"""

DIRECT3D11_USE_CXX = """
#ifndef CINTERFACE
HRESULT use11(IUnknown *object);
HRESULT use11(IUnknown *object)
{
    ID3D11Device5 *device = nullptr;
    ID3D11Fence *fence = nullptr;
    HRESULT hr = object->QueryInterface(IID_PPV_ARGS(&device));
    if (SUCCEEDED(hr))
        hr = device->CreateFence(0, D3D11_FENCE_FLAG_SHARED, IID_PPV_ARGS(&fence));
    return hr;
}
static_assert(__uuidof(ID3D11Fence).Data1 == 0xaffde9d1, "");
#endif
"""

WRONG_ORDER = [
    "#include <windows.h>\n#include <directx/d3d12.h>\n",
    "#include <directx/d3d12.h>\n#include <windows.h>\n",
    "#include <wsl/winadapter.h>\n#include <directx/d3d12.h>\n",
]
WSL_STUBS = "/usr/include/wsl/stubs"


def names(headers):
    return "".join(f"#include <{header}>\n" for header in headers)


def languages(cases):
    """Every (compiler, language, standard) that can be tried."""
    for compiler in present(C_COMPILERS, cases):
        yield compiler, "c", "c11"
    for compiler in present(CXX_COMPILERS, cases):
        yield compiler, "c++", "c++17"


def plain_jobs(compiler, language, standard):
    """(case name, text, flags) of the cases without Microsoft's header."""
    plain = [header for header in HEADERS if header not in DIRECTX | DXCORE | DIRECT3D11]
    tail = LIMITS + (CXX_MIN if language == "c++" else "")
    declare = "extern int declare;\n"

    for header in plain:
        yield f"{header} alone", names([header]) + declare, []
        yield f"{header} twice", names([header, header]) + declare, []
    for flags in ([], ["-DUNICODE", "-D_UNICODE"], ["-DUNICODE"], ["-D_UNICODE"],
                  ["-DWIN32_NO_STATUS"], ["-DINITGUID"], ["-fshort-wchar"],
                  ["-fshort-wchar", "-DUNICODE", "-D_UNICODE"]):
        yield f"all headers {flags}", names(plain) + tail, flags
        yield f"all headers backwards {flags}", names(plain[::-1]) + tail, flags
    yield "widths", SDK + WIDTHS + tail, []
    yield "generic names are wide", SDK + GENERIC_WIDE, ["-DUNICODE", "-D_UNICODE"]
    yield "generic names are wide and short", SDK + GENERIC_WIDE, \
        ["-DUNICODE", "-D_UNICODE", "-fshort-wchar"]
    yield "generic names are narrow", SDK + GENERIC_NARROW, []
    yield "named unions", SDK + "ULONG f(MEM_EXTENDED_PARAMETER *p);\nULONG f(" \
        "MEM_EXTENDED_PARAMETER *p) { return p->u.ULong + (ULONG)p->s.Type; }\n", \
        ["-DNONAMELESSUNION"]


def directx_jobs(language):
    """(case name, text, flags) of the cases with Microsoft's header."""
    use = DIRECTX_USE_CXX if language == "c++" else DIRECTX_USE_C
    tail = LIMITS + (CXX_MIN if language == "c++" else "")
    options = [[], ["-DUNICODE", "-D_UNICODE"], ["-DCOBJMACROS", "-DCINTERFACE"],
               ["-fshort-wchar"]]
    if language == "c":
        options += [["-DCOBJMACROS"], ["-DCOBJMACROS", "-DCONST_VTABLE"], ["-DINITGUID"]]

    for flags in options:
        for order in (["windows.h", "directx/d3d12.h"], ["directx/d3d12.h", "windows.h"]):
            yield f"{order} {flags}", names(order) + use + tail, flags
    for header in sorted(DIRECTX):
        yield f"{header} twice", names([header, header]) + use + tail, []
    for header in sorted(DXCORE):
        yield f"{header} twice", names([header, header]) + tail, []
    use11 = DIRECT3D11_USE_CXX if language == "c++" else DIRECT3D11_USE_C
    for header in sorted(DIRECT3D11):
        yield f"{header} alone and twice", names([header, header]) + tail, []
    for flags in options:
        for order in (["d3d11_4.h", "d3d12.h"], ["d3d12.h", "d3d11_4.h", "dxgi1_2.h"]):
            yield f"{order} {flags}", names(order) + use + use11 + tail, flags
    others = ["directx/d3d12sdklayers.h", "directx/d3d12video.h", "directx/d3d12shader.h"]
    yield "the other DirectX headers", names(others) + use, []
    yield "after all headers", names(HEADERS) + use + use11 + tail, []


def refusals(cases, compiler, language, standard, directx):
    """What must not compile, with the one error that says why."""
    good, said = compile_text(compiler, language, standard, INCLUDE,
                              names(["windows.h"]) + "LONG f(void) { return undeclared; }\n")
    cases.check(f"{compiler}: control, a wrong program is refused", not good)
    if not directx or not os.path.isdir(WSL_STUBS):
        return
    for text in WRONG_ORDER:
        good, said = compile_text(compiler, language, standard, INCLUDE, text,
                                  f"-I{WSL_STUBS}", "-I/usr/include/directx",
                                  "-Wno-pedantic")
        errors = [line for line in said.splitlines() if "error: " in line]
        cases.check(f"{compiler}: wrong order is one error: {text!r}",
                    not good and len(errors) == 2 and "wsl/stubs is before ntshm" in errors[0]
                    and "ntshm-wrong-include-order.h" in errors[1], said)


def check_list(cases):
    """The list that is installed is the list of what is there."""
    there = {name for name in os.listdir(INCLUDE) if name.endswith(".h")}
    listed = set(HEADERS)
    cases.check("every header is listed for installation", there == listed,
                f"not listed: {sorted(there - listed)}; not there: {sorted(listed - there)}")


def main():
    cases = Cases()
    check_list(cases)
    for compiler, language, standard in languages(cases):
        directx = has_directx(compiler, INCLUDE)
        jobs = list(plain_jobs(compiler, language, standard))
        if directx:
            jobs += directx_jobs(language)
        else:
            cases.skip(f"{compiler}: <directx/d3d12.h> is not installed")
        work = [(compiler, language, standard, INCLUDE, text, *flags) for _, text, flags in jobs]
        for (name, _, _), (_, (good, said)) in zip(jobs, in_parallel(compile_text, work)):
            cases.check(f"{compiler} {standard}: {name}", good, said)
        refusals(cases, compiler, language, standard, directx)
    cases.finish()


if __name__ == "__main__":
    main()
