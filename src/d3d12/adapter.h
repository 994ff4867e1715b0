/* SPDX-License-Identifier: MIT */
/*
 * Choosing a Vulkan device (see adapter.c for the order).
 */
#ifndef NT_D3D12_ADAPTER_H
#define NT_D3D12_ADAPTER_H

#include "d3d12/vulkan.h"

/**
 * nt_d3d_adapter_choose() - the physical device to use, and what it can do
 * @vulkan: its instance is made; filled on success
 *
 * Return: S_OK; DXGI_ERROR_UNSUPPORTED when no adapter fits.
 */
HRESULT nt_d3d_adapter_choose(struct nt_d3d_vulkan *vulkan);

/** nt_d3d_adapter_has_extension() - true when the device offers the extension @name */
bool nt_d3d_adapter_has_extension(VkPhysicalDevice physical, const char *name);

#endif
