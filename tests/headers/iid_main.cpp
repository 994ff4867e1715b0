// SPDX-License-Identifier: MIT
/*
 * The second C++ file: the values are those that Microsoft publishes, one object each in the
 * whole program, and __uuidof gives the same by name.
 */
#include <d3d12.h>

#include "iid.h"

#include <cstdio>

struct declared_here {
};
__CRT_UUID_DECL(declared_here, 0x01020304, 0x0506, 0x0708, 9, 10, 11, 12, 13, 14, 15, 16)

/* A control plants a wrong value here, which must be noticed. */
#ifndef HEAP_DATA1
#    define HEAP_DATA1 0x6b3b2502
#endif

static const IID known[IID_COUNT] = {
    {0x00000000, 0x0000, 0x0000, {0xc0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x46}},
    {HEAP_DATA1, 0x6e51, 0x45b3, {0x90, 0xee, 0x98, 0x84, 0x26, 0x5e, 0x8d, 0xf3}},
    {0x81dadc15, 0x2bad, 0x4392, {0x93, 0xc5, 0x10, 0x13, 0x45, 0xc4, 0xaa, 0x98}},
    {0x8b4f173b, 0x2fea, 0x4b80, {0x8f, 0x58, 0x43, 0x07, 0x19, 0x1a, 0xb9, 0x5d}},
};

static int failed;

static void check(bool good, const char *what, int which)
{
    if (good)
        return;
    std::printf("FAILED %s, IID number %d\n", what, which);
    failed = 1;
}

int main()
{
    static const IID *const here[IID_COUNT] = IID_LIST;
    const IID *by_name[IID_COUNT] = {&__uuidof(IUnknown), &__uuidof(ID3D12Heap),
                                     &__uuidof(ID3D12Device3), &__uuidof(ID3D12Device5)};
    const ID3D12Heap *heap = nullptr;

    for (int i = 0; i < IID_COUNT; i++) {
        check(*here[i] == known[i], "value", i);
        check(*iid_seen_by_c_one[i] == known[i], "value in C", i);
        check(*by_name[i] == known[i], "__uuidof", i);
        check(here[i] == iid_seen_by_cxx[i], "one object in C++", i);
        check(here[i] == iid_seen_by_c_one[i], "one object in C and C++", i);
        check(here[i] == iid_seen_by_c_two[i], "one object with INITGUID", i);
    }
    check(__uuidof(heap) == known[1] && __uuidof(*heap) == known[1], "__uuidof of a variable", 1);
    check(__uuidof(declared_here).Data1 == 0x01020304, "__CRT_UUID_DECL", 0);
    check(!IsEqualGUID(known[0], known[1]) && IsEqualGUID(known[1], *here[1]), "IsEqualGUID", 1);
    if (!failed)
        std::puts("all IIDs agree");
    return failed;
}
