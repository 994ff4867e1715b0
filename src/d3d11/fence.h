/* SPDX-License-Identifier: MIT */
/*
 * ID3D11Fence: an ID3D12Fence in the clothes of Direct3D 11.
 */
#ifndef NT_D3D11_FENCE_H
#define NT_D3D11_FENCE_H

#include "d3d11/object.h"

/** nt_d3d11_fence_create() - ID3D11Device5::CreateFence */
HRESULT nt_d3d11_fence_create(struct nt_d3d11_device *device, UINT64 value, D3D11_FENCE_FLAG flags,
                              REFIID riid, void **ret);

/** nt_d3d11_fence_open() - ID3D11Device5::OpenSharedFence */
HRESULT nt_d3d11_fence_open(struct nt_d3d11_device *device, HANDLE handle, REFIID riid, void **ret);

/** nt_d3d11_fence_from() - the Direct3D 12 fence behind a fence of @device; NULL when foreign */
ID3D12Fence *nt_d3d11_fence_from(const struct nt_d3d11_device *device, const void *pointer);

#endif
