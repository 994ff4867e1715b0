/* SPDX-License-Identifier: MIT */
/*
 * One compiler's view of the Direct3D interface: what it thinks the sizes are, and what comes back
 * when it calls a device. view-body.h is compiled as C and as C++, by gcc and by clang.
 */
#ifndef NT_TESTS_D3D12_ABI_VIEW_H
#define NT_TESTS_D3D12_ABI_VIEW_H

#include <windows.h>

#include <d3d12.h>

#ifdef __cplusplus
extern "C" {
#endif

#define VIEW_SIZES 16
#define VIEW_IIDS  6

struct abi_view {
    size_t sizes[VIEW_SIZES];
    IID iids[VIEW_IIDS];
    long long long_max;
    unsigned long long ulong_max;
    unsigned true_value;
    /* From the device. */
    D3D12_HEAP_DESC heap;
    D3D12_RESOURCE_DESC resource;
    D3D12_RESOURCE_ALLOCATION_INFO info;
    D3D12_HEAP_PROPERTIES properties;
    D3D12_COMMAND_QUEUE_DESC queue;
    LUID luid;
    UINT64 address, fence;
    HRESULT wrong; /* of a QueryInterface for what is not there */
};

struct abi_objects {
    ID3D12Device5 *device;
    ID3D12Heap *heap;
    ID3D12Resource *buffer;
    ID3D12CommandQueue *queue;
    ID3D12Fence *signalled;
};

typedef void abi_look(struct abi_view *view, const struct abi_objects *objects);

abi_look abi_view_c, abi_view_cxx;
#ifdef HAVE_CLANG
abi_look abi_view_clang_c, abi_view_clang_cxx;
#endif

#ifdef __cplusplus
}
#endif

#endif
