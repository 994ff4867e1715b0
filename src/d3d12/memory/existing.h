/* SPDX-License-Identifier: MIT */
/*
 * Existing heaps: memory that the application made with the Windows memory API becomes a
 * heap, as it is (D15.x). For what must be readable after the device and the process are gone.
 */
#ifndef NT_D3D12_EXISTING_H
#define NT_D3D12_EXISTING_H

#include "d3d12/device/device.h"

/** nt_d3d_existing_from_address() - ID3D12Device3::OpenExistingHeapFromAddress */
HRESULT nt_d3d_existing_from_address(struct nt_d3d_device *device, const void *address, REFIID riid,
                                     void **ret);

/**
 * nt_d3d_existing_from_range() - ID3D12Device13::OpenExistingHeapFromAddress1: a part of what
 * VirtualAlloc or MapViewOfFile made, of whole pages that are committed and writable
 */
HRESULT nt_d3d_existing_from_range(struct nt_d3d_device *device, const void *address, uint64_t size,
                                   REFIID riid, void **ret);

/** nt_d3d_existing_from_mapping() - ID3D12Device3::OpenExistingHeapFromFileMapping */
HRESULT nt_d3d_existing_from_mapping(struct nt_d3d_device *device, HANDLE mapping, REFIID riid,
                                     void **ret);

/**
 * nt_d3d_existing_probe() - try an import of each kind of memory, with a write by the device
 *
 * Sets imports_shared and imports_private of the device. Call it when the engine runs.
 */
void nt_d3d_existing_probe(struct nt_d3d_device *device);

#endif
