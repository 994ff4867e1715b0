/* SPDX-License-Identifier: MIT */
/*
 * What tests of sharing need: heaps and buffers that are shared, of a kind of memory that the test
 * chooses.
 */
#ifndef NT_TESTS_D3D12_SHARE_KIT_H
#define NT_TESTS_D3D12_SHARE_KIT_H

#include "d3d12/kit.h"

#include <ntshm/shared.h>

/* Which kind of memory is shared by devices made from now on; NULL: what the library chooses. */
void share_kind(const char *kind);
/* NTSHM_D3D12_MEMORY_ of a heap or resource. */
UINT share_kind_of(void *child);

/* A heap of @size bytes for sharing between devices of one driver. */
ID3D12Heap *share_heap(ID3D12Device5 *device, UINT64 size);
/* A heap that may be shared across adapters. */
ID3D12Heap *share_cross_heap(ID3D12Device5 *device, UINT64 size);
/* A buffer on a heap, with the flags that the heap asks for. */
ID3D12Resource *share_place(ID3D12Device5 *device, ID3D12Heap *heap, UINT64 offset, UINT64 size);
/* A committed buffer that is shared. */
ID3D12Resource *share_buffer(ID3D12Device5 *device, UINT64 size);

/* A handle of anything, without a name; ends the case when there is none. */
HANDLE share_handle(ID3D12Device5 *device, void *child);
/* The heap behind a handle, or the error; NULL comes with every error. */
HRESULT share_open_heap(ID3D12Device5 *device, HANDLE handle, ID3D12Heap **ret_heap);
HRESULT share_open_buffer(ID3D12Device5 *device, HANDLE handle, ID3D12Resource **ret_buffer);

/* Fills @buffer by the device of @kit with words that @seed makes. */
void share_fill(struct kit *kit, ID3D12Resource *buffer, uint32_t seed);
/* Asserts that the device of @kit reads those words from @buffer. */
bool share_has(struct kit *kit, ID3D12Resource *buffer, uint32_t seed);

#endif
