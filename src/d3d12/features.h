/* SPDX-License-Identifier: MIT */
/*
 * What the device answers about itself and about resources that do not exist yet.
 */
#ifndef NT_D3D12_FEATURES_H
#define NT_D3D12_FEATURES_H

#include "d3d12/device.h"

/* The highest feature level that D3D12CreateDevice accepts. */
#define NT_D3D_MAX_FEATURE_LEVEL D3D_FEATURE_LEVEL_11_0

/** nt_d3d_features_check() - ID3D12Device::CheckFeatureSupport */
HRESULT nt_d3d_features_check(const struct nt_d3d_device *device, D3D12_FEATURE feature, void *data,
                              UINT size);

/** nt_d3d_allocation_info() - ID3D12Device::GetResourceAllocationInfo; @infos may be NULL */
D3D12_RESOURCE_ALLOCATION_INFO nt_d3d_allocation_info(UINT visible_mask, UINT n,
                                                      const D3D12_RESOURCE_DESC *descs,
                                                      D3D12_RESOURCE_ALLOCATION_INFO1 *infos);

/** nt_d3d_footprints() - ID3D12Device::GetCopyableFootprints; every output may be NULL */
void nt_d3d_footprints(const D3D12_RESOURCE_DESC *desc, UINT first, UINT n, uint64_t base,
                       D3D12_PLACED_SUBRESOURCE_FOOTPRINT *layouts, UINT *n_rows, UINT64 *row_sizes,
                       UINT64 *total);

/** nt_d3d_luid() - a number for the adapter that is the same in every process */
LUID nt_d3d_luid(const struct nt_d3d_device *device);

#endif
