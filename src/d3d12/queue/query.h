/* SPDX-License-Identifier: MIT */
/*
 * ID3D12QueryHeap for timestamps; a device that draws nothing has nothing else to count.
 *
 * The results are in memory of the heap's own, eight bytes for each query and zero until it was
 * ended. EndQuery writes a timestamp and copies it there at once, in the place of the list where it
 * stands, and ResolveQueryData is an ordinary copy from there. So resolving what was never ended
 * waits for nothing, and lists, queues and chunks have no states of queries between them.
 */
#ifndef NT_D3D12_QUERY_H
#define NT_D3D12_QUERY_H

#include "d3d12/list/list.h"

/** nt_d3d_query_heap_create() - ID3D12Device::CreateQueryHeap */
HRESULT nt_d3d_query_heap_create(struct nt_d3d_device *device, const D3D12_QUERY_HEAP_DESC *desc,
                                 REFIID riid, void **ret);

/** nt_d3d_query_memory() - results of @n timestamps; one reference and one hold */
HRESULT nt_d3d_query_memory(struct nt_d3d_device *device, uint32_t n,
                            struct nt_d3d_memory **ret_memory);

/** nt_d3d_query_is_pageable() - whether @pointer is a query heap of @device */
bool nt_d3d_query_is_pageable(const struct nt_d3d_device *device, const void *pointer);

/** nt_d3d_record_end_query() - ID3D12GraphicsCommandList::EndQuery */
void nt_d3d_record_end_query(struct nt_d3d_list *list, ID3D12QueryHeap *heap, D3D12_QUERY_TYPE type,
                             UINT index);

/** nt_d3d_record_resolve() - ID3D12GraphicsCommandList::ResolveQueryData */
void nt_d3d_record_resolve(struct nt_d3d_list *list, ID3D12QueryHeap *heap, D3D12_QUERY_TYPE type,
                           UINT first, UINT n, ID3D12Resource *buffer, uint64_t offset);

/** nt_d3d_query_calibrate() - the same moment in ticks of the device and of the CPU */
HRESULT nt_d3d_query_calibrate(struct nt_d3d_device *device, UINT64 *ret_gpu, UINT64 *ret_cpu);

#endif
