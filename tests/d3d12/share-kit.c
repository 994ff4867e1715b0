// SPDX-License-Identifier: MIT
/*
 * See share-kit.h.
 */
#include "d3d12/share-kit.h"

#include <stdlib.h>

void share_kind(const char *kind)
{
    if (kind)
        setenv("NTSHM_D3D12_SHARE", kind, 1);
    else
        unsetenv("NTSHM_D3D12_SHARE");
}

UINT share_kind_of(void *child)
{
    UINT kind = 99;

    ok_hr(ntshm_d3d12_get_memory_kind(child, &kind), S_OK);
    return kind;
}

static ID3D12Heap *make_heap(ID3D12Device5 *device, UINT64 size, D3D12_HEAP_FLAGS flags)
{
    D3D12_HEAP_DESC desc = kit_heap_desc(size, D3D12_HEAP_TYPE_DEFAULT);
    ID3D12Heap *heap = NULL;

    desc.Flags = flags;
    ok_hr(ID3D12Device_CreateHeap(device, &desc, &IID_ID3D12Heap, (void **)&heap), S_OK);
    require(heap);
    return heap;
}

ID3D12Heap *share_heap(ID3D12Device5 *device, UINT64 size)
{
    return make_heap(device, size, D3D12_HEAP_FLAG_SHARED);
}

ID3D12Heap *share_cross_heap(ID3D12Device5 *device, UINT64 size)
{
    return make_heap(device, size, D3D12_HEAP_FLAG_SHARED | D3D12_HEAP_FLAG_SHARED_CROSS_ADAPTER);
}

ID3D12Resource *share_place(ID3D12Device5 *device, ID3D12Heap *heap, UINT64 offset, UINT64 size)
{
    const D3D12_HEAP_DESC on = ID3D12Heap_GetDesc(heap);
    D3D12_RESOURCE_DESC desc = kit_buffer_desc(size);
    ID3D12Resource *buffer = NULL;

    if ((unsigned)on.Flags & D3D12_HEAP_FLAG_SHARED_CROSS_ADAPTER)
        desc.Flags = D3D12_RESOURCE_FLAG_ALLOW_CROSS_ADAPTER;
    ok_hr(ID3D12Device_CreatePlacedResource(device, heap, offset, &desc,
                                            D3D12_RESOURCE_STATE_COMMON, NULL, &IID_ID3D12Resource,
                                            (void **)&buffer),
          S_OK);
    require(buffer);
    return buffer;
}

ID3D12Resource *share_buffer(ID3D12Device5 *device, UINT64 size)
{
    const D3D12_HEAP_DESC heap = kit_heap_desc(size, D3D12_HEAP_TYPE_DEFAULT);
    const D3D12_RESOURCE_DESC desc = kit_buffer_desc(size);
    ID3D12Resource *buffer = NULL;

    ok_hr(ID3D12Device_CreateCommittedResource(device, &heap.Properties, D3D12_HEAP_FLAG_SHARED,
                                               &desc, D3D12_RESOURCE_STATE_COMMON, NULL,
                                               &IID_ID3D12Resource, (void **)&buffer),
          S_OK);
    require(buffer);
    return buffer;
}

HANDLE share_handle(ID3D12Device5 *device, void *child)
{
    HANDLE handle = (HANDLE)1;

    ok_hr(ID3D12Device_CreateSharedHandle(device, child, NULL, GENERIC_ALL, NULL, &handle), S_OK);
    require(handle != NULL);
    return handle;
}

static HRESULT open_handle(ID3D12Device5 *device, HANDLE handle, REFIID riid, void **ret)
{
    HRESULT hr;

    *ret = (void *)1;
    hr = ID3D12Device_OpenSharedHandle(device, handle, riid, ret);
    ok(SUCCEEDED(hr) == (*ret != NULL), "0x%08x and %p", (unsigned)hr, *ret);
    return hr;
}

HRESULT share_open_heap(ID3D12Device5 *device, HANDLE handle, ID3D12Heap **ret_heap)
{
    return open_handle(device, handle, &IID_ID3D12Heap, (void **)ret_heap);
}

HRESULT share_open_buffer(ID3D12Device5 *device, HANDLE handle, ID3D12Resource **ret_buffer)
{
    return open_handle(device, handle, &IID_ID3D12Resource, (void **)ret_buffer);
}

static uint32_t word(UINT64 i, uint32_t seed)
{
    return (uint32_t)i * 2654435761u + seed;
}

void share_fill(struct kit *kit, ID3D12Resource *buffer, uint32_t seed)
{
    const UINT64 size = ID3D12Resource_GetDesc(buffer).Width;
    ID3D12Resource *upload = kit_buffer(kit->device, D3D12_HEAP_TYPE_UPLOAD, size);
    uint32_t *words = kit_map(upload);

    for (UINT64 i = 0; i < size / 4; i++)
        words[i] = word(i, seed);
    ID3D12GraphicsCommandList_CopyBufferRegion(kit->list, buffer, 0, upload, 0, size);
    kit_run(kit);
    kit_release_last(upload);
}

bool share_has(struct kit *kit, ID3D12Resource *buffer, uint32_t seed)
{
    const UINT64 size = ID3D12Resource_GetDesc(buffer).Width;
    ID3D12Resource *readback = kit_buffer(kit->device, D3D12_HEAP_TYPE_READBACK, size);
    const uint32_t *words = kit_map(readback);
    UINT64 same = 0;

    ID3D12GraphicsCommandList_CopyBufferRegion(kit->list, readback, 0, buffer, 0, size);
    kit_run(kit);
    while (same < size / 4 && words[same] == word(same, seed))
        same++;
    kit_release_last(readback);
    return ok_eq(same, size / 4);
}
