/* SPDX-License-Identifier: MIT */
/*
 * Heaps: a description and memory. Also the rules for heap properties and flags, which
 * committed resources share.
 */
#ifndef NT_D3D12_HEAP_H
#define NT_D3D12_HEAP_H

#include "d3d12/memory/memory.h"
#include "d3d12/device/object.h"

struct nt_d3d_heap {
    struct nt_d3d_object object;
    D3D12_HEAP_DESC desc;
    struct nt_d3d_memory *memory; /* reference and hold */
};

/**
 * nt_d3d_heap_check() - may memory with these properties and flags exist (D3.1, D12.4)?
 * @properties:     from the application, may be NULL
 * @flags:          as given
 * @ret_properties: node masks of 0 become 1
 *
 * Return: S_OK; E_INVALIDARG; E_NOTIMPL for what is legal and not built (write watch).
 */
HRESULT nt_d3d_heap_check(const struct nt_d3d_device *device,
                          const D3D12_HEAP_PROPERTIES *properties, D3D12_HEAP_FLAGS flags,
                          D3D12_HEAP_PROPERTIES *ret_properties);

/** nt_d3d_heap_is_cpu_visible() - whether the CPU may map what is on a heap of such properties */
bool nt_d3d_heap_is_cpu_visible(const D3D12_HEAP_PROPERTIES *properties);

/**
 * nt_d3d_heap_allocate() - memory of a committed resource, of properties and flags that
 * nt_d3d_heap_check() has passed: memory that can be shared for D3D12_HEAP_FLAG_SHARED
 */
HRESULT nt_d3d_heap_allocate(struct nt_d3d_device *device, const D3D12_HEAP_PROPERTIES *properties,
                             D3D12_HEAP_FLAGS flags, uint64_t size, uint64_t alignment,
                             struct nt_d3d_memory **ret_memory);

/** nt_d3d_heap_create() - ID3D12Device::CreateHeap */
HRESULT nt_d3d_heap_create(struct nt_d3d_device *device, const D3D12_HEAP_DESC *desc, REFIID riid,
                           void **ret);

/**
 * nt_d3d_heap_create_existing() - a heap on imported memory, described CUSTOM, WRITE_BACK, L0,
 * shared across adapters
 * @memory: its reference and hold are consumed, also when this fails
 */
HRESULT nt_d3d_heap_create_existing(struct nt_d3d_device *device, struct nt_d3d_memory *memory,
                                    REFIID riid, void **ret);

/** nt_d3d_heap_existing_desc() - what such a heap says of itself */
D3D12_HEAP_DESC nt_d3d_heap_existing_desc(uint64_t size);

/** nt_d3d_heap_create_on() - the same with the description @desc, which is right */
HRESULT nt_d3d_heap_create_on(struct nt_d3d_device *device, const D3D12_HEAP_DESC *desc,
                              struct nt_d3d_memory *memory, REFIID riid, void **ret);

/** nt_d3d_heap_answers() - true when a heap has the interface @riid */
bool nt_d3d_heap_answers(REFIID riid);

/** nt_d3d_heap_from() - the heap behind an interface pointer; NULL when foreign */
struct nt_d3d_heap *nt_d3d_heap_from(const void *pointer);

/** nt_d3d_heap_custom_properties() - ID3D12Device::GetCustomHeapProperties */
D3D12_HEAP_PROPERTIES nt_d3d_heap_custom_properties(const struct nt_d3d_device *device,
                                                    D3D12_HEAP_TYPE type);

#endif
