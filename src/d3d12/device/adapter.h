/* SPDX-License-Identifier: MIT */
/*
 * Choosing a Vulkan device (see adapter.c for the order).
 */
#ifndef NT_D3D12_ADAPTER_H
#define NT_D3D12_ADAPTER_H

#include "d3d12/device/vulkan.h"

/* More than any machine has. */
#define NT_D3D_MAX_ADAPTERS 64

/**
 * nt_d3d_adapter_choose() - the physical device to use, and what it can do
 * @vulkan:   its instance is made; filled on success
 * @identity: this one and no other; NULL: what the environment asks for, or the best
 *
 * Return: S_OK; DXGI_ERROR_UNSUPPORTED when no adapter fits.
 */
HRESULT nt_d3d_adapter_choose(struct nt_d3d_vulkan *vulkan, const struct nt_d3d_identity *identity);

/**
 * nt_d3d_adapter_examine() - what is known of @physical, without its index
 *
 * Return: false when it cannot do what is required; @vulkan may be changed nevertheless.
 */
bool nt_d3d_adapter_examine(struct nt_d3d_vulkan *vulkan, VkPhysicalDevice physical);

/** nt_d3d_adapter_rank() - how good it is: discrete 4, integrated 3, virtual 2, any other 1 */
int nt_d3d_adapter_rank(const struct nt_d3d_vulkan *vulkan);

/** nt_d3d_adapter_identity() - what tells it from others */
struct nt_d3d_identity nt_d3d_adapter_identity(const struct nt_d3d_vulkan *vulkan);

/** nt_d3d_adapter_luid() - a number for it that is the same in every process */
LUID nt_d3d_adapter_luid(const struct nt_d3d_vulkan *vulkan);

#endif
