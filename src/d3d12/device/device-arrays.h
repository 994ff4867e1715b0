/* SPDX-License-Identifier: MIT */
/*
 * Arrays of objects from the application, looked at before anything is done with them.
 */
#ifndef NT_D3D12_DEVICE_ARRAYS_H
#define NT_D3D12_DEVICE_ARRAYS_H

#include "d3d12/device/device.h"

struct nt_d3d_fence;

/** nt_d3d_are_pageable() - true when @n pointers, at least one, can be made resident on @device */
bool nt_d3d_are_pageable(const struct nt_d3d_device *device, UINT n,
                         ID3D12Pageable *const *objects);

/**
 * nt_d3d_find_fences() - the fences behind @n interface pointers
 * @ret_fences: room for @n
 *
 * Return: S_OK; E_INVALIDARG when one is no fence of @device.
 */
HRESULT nt_d3d_find_fences(const struct nt_d3d_device *device, ID3D12Fence *const *fences, UINT n,
                           struct nt_d3d_fence **ret_fences);

#endif
