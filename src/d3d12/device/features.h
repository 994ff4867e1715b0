/* SPDX-License-Identifier: MIT */
/*
 * What the device answers about itself and about resources that do not exist yet.
 */
#ifndef NT_D3D12_FEATURES_H
#define NT_D3D12_FEATURES_H

#include "d3d12/device/device.h"

/* The highest feature level that D3D12CreateDevice accepts. */
#define NT_D3D_MAX_FEATURE_LEVEL D3D_FEATURE_LEVEL_11_0

/** nt_d3d_features_check() - ID3D12Device::CheckFeatureSupport */
HRESULT nt_d3d_features_check(const struct nt_d3d_device *device, D3D12_FEATURE feature, void *data,
                              UINT size);

/* Of one format each: what it can, how many planes it has, how many samples a texel. */
HRESULT nt_d3d_features_format(D3D12_FEATURE_DATA_FORMAT_SUPPORT *answer);
HRESULT nt_d3d_features_planes(D3D12_FEATURE_DATA_FORMAT_INFO *answer);
HRESULT nt_d3d_features_samples(D3D12_FEATURE_DATA_MULTISAMPLE_QUALITY_LEVELS *answer);

/** nt_d3d_allocation_info() - ID3D12Device::GetResourceAllocationInfo; @infos may be NULL */
D3D12_RESOURCE_ALLOCATION_INFO nt_d3d_allocation_info(struct nt_d3d_device *device,
                                                      UINT visible_mask, UINT n,
                                                      const D3D12_RESOURCE_DESC *descs,
                                                      D3D12_RESOURCE_ALLOCATION_INFO1 *infos);

/** nt_d3d_footprints() - ID3D12Device::GetCopyableFootprints; every output may be NULL */
void nt_d3d_footprints(const D3D12_RESOURCE_DESC *desc, UINT first, UINT n, uint64_t base,
                       D3D12_PLACED_SUBRESOURCE_FOOTPRINT *layouts, UINT *n_rows, UINT64 *row_sizes,
                       UINT64 *total);

/** nt_d3d_luid() - a number for the adapter that is the same in every process */
LUID nt_d3d_luid(const struct nt_d3d_device *device);

#endif
