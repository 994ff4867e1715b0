/* SPDX-License-Identifier: MIT */
/*
 * Command allocators. The memory of a recording is the stream's own (stream.h), so what is
 * left of an allocator is its rules: one list records from it at a time, and it cannot be
 * reset while a list records or runs.
 */
#ifndef NT_D3D12_ALLOCATOR_H
#define NT_D3D12_ALLOCATOR_H

#include "d3d12/device/object.h"

struct nt_d3d_allocator {
    struct nt_d3d_object object;
    D3D12_COMMAND_LIST_TYPE type;
    _Atomic uint64_t generation; /* counts resets: lists recorded before one cannot run */
    _Atomic uint32_t n_running;  /* streams in flight */
    _Atomic bool is_recording;
};

/** nt_d3d_allocator_create() - ID3D12Device::CreateCommandAllocator */
HRESULT nt_d3d_allocator_create(struct nt_d3d_device *device, D3D12_COMMAND_LIST_TYPE type,
                                REFIID riid, void **ret);

/** nt_d3d_allocator_from() - the allocator behind an interface pointer; NULL when foreign */
struct nt_d3d_allocator *nt_d3d_allocator_from(const void *pointer);

#endif
