/* SPDX-License-Identifier: MIT */
/*
 * The VkImage of a texture, where the driver has one for it.
 */
#ifndef NT_D3D12_SURFACE_IMAGE_H
#define NT_D3D12_SURFACE_IMAGE_H

#include "d3d12/resource/surface.h"

/**
 * nt_d3d_image_need() - what images of @desc need, on memory of any kind
 * @ret_need: size 0 when the driver has none
 *
 * Return: S_OK; E_OUTOFMEMORY; DXGI_ERROR_DEVICE_REMOVED.
 */
HRESULT nt_d3d_image_need(struct nt_d3d_device *device, const D3D12_RESOURCE_DESC *desc,
                          struct nt_d3d_need *ret_need);

/**
 * nt_d3d_image_make() - the image of @surface, bound to its memory
 *
 * Return: S_OK; S_FALSE when there is no such image on such memory, and rows must do;
 * E_OUTOFMEMORY; DXGI_ERROR_DEVICE_REMOVED.
 */
HRESULT nt_d3d_image_make(struct nt_d3d_surface *surface);

#endif
