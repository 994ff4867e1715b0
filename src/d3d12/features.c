// SPDX-License-Identifier: MIT
/*
 * CheckFeatureSupport and the other questions. An answer says what is built: no tiled
 * resources (D4.9), no shaders, existing heaps only when the trial import succeeded (D15.1).
 */
#include "d3d12/features.h"

#include <string.h>

#include "d3d12/resource.h"
#include "util/log.h"
#include "util/macro.h"

static void answer_options(const struct nt_d3d_device *device,
                           D3D12_FEATURE_DATA_D3D12_OPTIONS *options)
{
    (void)device;
    *options = (D3D12_FEATURE_DATA_D3D12_OPTIONS){
        .TiledResourcesTier = D3D12_TILED_RESOURCES_TIER_NOT_SUPPORTED,
        .ResourceBindingTier = D3D12_RESOURCE_BINDING_TIER_1,
        .MaxGPUVirtualAddressBitsPerResource = 40,
        .ResourceHeapTier = D3D12_RESOURCE_HEAP_TIER_2};
}

static HRESULT answer_architecture(const struct nt_d3d_device *device,
                                   D3D12_FEATURE_DATA_ARCHITECTURE *architecture)
{
    if (architecture->NodeIndex)
        return E_INVALIDARG;
    architecture->TileBasedRenderer = FALSE;
    architecture->UMA = device->vulkan.uma;
    architecture->CacheCoherentUMA = device->vulkan.cache_coherent;
    return S_OK;
}

static HRESULT answer_architecture1(const struct nt_d3d_device *device,
                                    D3D12_FEATURE_DATA_ARCHITECTURE1 *architecture)
{
    if (architecture->NodeIndex)
        return E_INVALIDARG;
    architecture->TileBasedRenderer = FALSE;
    architecture->UMA = device->vulkan.uma;
    architecture->CacheCoherentUMA = device->vulkan.cache_coherent;
    architecture->IsolatedMMU = TRUE;
    return S_OK;
}

static HRESULT answer_levels(D3D12_FEATURE_DATA_FEATURE_LEVELS *levels)
{
    bool is_found = false;

    if (!levels->NumFeatureLevels || !levels->pFeatureLevelsRequested)
        return E_INVALIDARG;
    for (UINT i = 0; i < levels->NumFeatureLevels; i++) {
        D3D_FEATURE_LEVEL level = levels->pFeatureLevelsRequested[i];

        if (level <= NT_D3D_MAX_FEATURE_LEVEL &&
            (!is_found || level > levels->MaxSupportedFeatureLevel)) {
            levels->MaxSupportedFeatureLevel = level;
            is_found = true;
        }
    }
    return is_found ? S_OK : DXGI_ERROR_UNSUPPORTED;
}

static HRESULT answer_priority(D3D12_FEATURE_DATA_COMMAND_QUEUE_PRIORITY *priority)
{
    switch (priority->CommandListType) {
    case D3D12_COMMAND_LIST_TYPE_DIRECT:
    case D3D12_COMMAND_LIST_TYPE_COMPUTE:
    case D3D12_COMMAND_LIST_TYPE_COPY:
        priority->PriorityForTypeIsSupported =
            priority->Priority == (UINT)D3D12_COMMAND_QUEUE_PRIORITY_NORMAL ||
            priority->Priority == (UINT)D3D12_COMMAND_QUEUE_PRIORITY_HIGH;
        return S_OK;
    default:
        return E_INVALIDARG;
    }
}

static void answer_options3(D3D12_FEATURE_DATA_D3D12_OPTIONS3 *options)
{
    *options = (D3D12_FEATURE_DATA_D3D12_OPTIONS3){
        .WriteBufferImmediateSupportFlags =
            D3D12_COMMAND_LIST_SUPPORT_FLAG_DIRECT | D3D12_COMMAND_LIST_SUPPORT_FLAG_BUNDLE |
            D3D12_COMMAND_LIST_SUPPORT_FLAG_COMPUTE | D3D12_COMMAND_LIST_SUPPORT_FLAG_COPY};
}

/* The size of the structure of a feature that is answered; 0 for all others. */
static UINT size_of_feature(D3D12_FEATURE feature)
{
    switch ((int)feature) {
    case D3D12_FEATURE_D3D12_OPTIONS:
        return sizeof(D3D12_FEATURE_DATA_D3D12_OPTIONS);
    case D3D12_FEATURE_ARCHITECTURE:
        return sizeof(D3D12_FEATURE_DATA_ARCHITECTURE);
    case D3D12_FEATURE_FEATURE_LEVELS:
        return sizeof(D3D12_FEATURE_DATA_FEATURE_LEVELS);
    case D3D12_FEATURE_GPU_VIRTUAL_ADDRESS_SUPPORT:
        return sizeof(D3D12_FEATURE_DATA_GPU_VIRTUAL_ADDRESS_SUPPORT);
    case D3D12_FEATURE_D3D12_OPTIONS1:
        return sizeof(D3D12_FEATURE_DATA_D3D12_OPTIONS1);
    case D3D12_FEATURE_ARCHITECTURE1:
        return sizeof(D3D12_FEATURE_DATA_ARCHITECTURE1);
    case D3D12_FEATURE_D3D12_OPTIONS2:
        return sizeof(D3D12_FEATURE_DATA_D3D12_OPTIONS2);
    case D3D12_FEATURE_COMMAND_QUEUE_PRIORITY:
        return sizeof(D3D12_FEATURE_DATA_COMMAND_QUEUE_PRIORITY);
    case D3D12_FEATURE_D3D12_OPTIONS3:
        return sizeof(D3D12_FEATURE_DATA_D3D12_OPTIONS3);
    case D3D12_FEATURE_EXISTING_HEAPS:
        return sizeof(D3D12_FEATURE_DATA_EXISTING_HEAPS);
    case D3D12_FEATURE_D3D12_OPTIONS4:
        return sizeof(D3D12_FEATURE_DATA_D3D12_OPTIONS4);
    case D3D12_FEATURE_D3D12_OPTIONS5:
        return sizeof(D3D12_FEATURE_DATA_D3D12_OPTIONS5);
    default:
        return 0;
    }
}

HRESULT nt_d3d_features_check(const struct nt_d3d_device *device, D3D12_FEATURE feature, void *data,
                              UINT size)
{
    if (!data || !size || size != size_of_feature(feature))
        return E_INVALIDARG;
    switch ((int)feature) {
    case D3D12_FEATURE_D3D12_OPTIONS:
        answer_options(device, data);
        return S_OK;
    case D3D12_FEATURE_ARCHITECTURE:
        return answer_architecture(device, data);
    case D3D12_FEATURE_ARCHITECTURE1:
        return answer_architecture1(device, data);
    case D3D12_FEATURE_FEATURE_LEVELS:
        return answer_levels(data);
    case D3D12_FEATURE_GPU_VIRTUAL_ADDRESS_SUPPORT:
        *(D3D12_FEATURE_DATA_GPU_VIRTUAL_ADDRESS_SUPPORT *)data =
            (D3D12_FEATURE_DATA_GPU_VIRTUAL_ADDRESS_SUPPORT){
                .MaxGPUVirtualAddressBitsPerResource = 40,
                .MaxGPUVirtualAddressBitsPerProcess = 48};
        return S_OK;
    case D3D12_FEATURE_COMMAND_QUEUE_PRIORITY:
        return answer_priority(data);
    case D3D12_FEATURE_D3D12_OPTIONS3:
        answer_options3(data);
        return S_OK;
    case D3D12_FEATURE_EXISTING_HEAPS:
        ((D3D12_FEATURE_DATA_EXISTING_HEAPS *)data)->Supported =
            device->vulkan.imports_shared && device->vulkan.imports_private;
        return S_OK;
    default:
        /* OPTIONS1, 2, 4 and 5: shaders, samples, 16-bit types, tracing: none of it is here. */
        memset(data, 0, size);
        return S_OK;
    }
}

D3D12_RESOURCE_ALLOCATION_INFO nt_d3d_allocation_info(UINT visible_mask, UINT n,
                                                      const D3D12_RESOURCE_DESC *descs,
                                                      D3D12_RESOURCE_ALLOCATION_INFO1 *infos)
{
    const D3D12_RESOURCE_ALLOCATION_INFO invalid = {
        .SizeInBytes = UINT64_MAX, .Alignment = D3D12_DEFAULT_RESOURCE_PLACEMENT_ALIGNMENT};
    D3D12_RESOURCE_ALLOCATION_INFO total = {.SizeInBytes = 0, .Alignment = 1};

    if (visible_mask > 1 || (n && !descs))
        return invalid;
    for (UINT i = 0; i < n; i++) {
        uint64_t size = 0;

        if (FAILED(nt_d3d_buffer_check(&descs[i], &size)) || size > UINT64_MAX - total.SizeInBytes)
            return invalid;
        if (infos)
            infos[i] = (D3D12_RESOURCE_ALLOCATION_INFO1){
                .Offset = total.SizeInBytes,
                .Alignment = D3D12_DEFAULT_RESOURCE_PLACEMENT_ALIGNMENT,
                .SizeInBytes = size};
        total.SizeInBytes += size;
        total.Alignment = D3D12_DEFAULT_RESOURCE_PLACEMENT_ALIGNMENT;
    }
    return total;
}

/* An invalid description makes every output all ones (D3.6). */
static void footprints_invalid(UINT n, D3D12_PLACED_SUBRESOURCE_FOOTPRINT *layouts, UINT *n_rows,
                               UINT64 *row_sizes, UINT64 *total)
{
    if (layouts)
        memset(layouts, 0xff, n * sizeof(*layouts));
    if (n_rows)
        memset(n_rows, 0xff, n * sizeof(*n_rows));
    if (row_sizes)
        memset(row_sizes, 0xff, n * sizeof(*row_sizes));
    if (total)
        *total = UINT64_MAX;
}

void nt_d3d_footprints(const D3D12_RESOURCE_DESC *desc, UINT first, UINT n, uint64_t base,
                       D3D12_PLACED_SUBRESOURCE_FOOTPRINT *layouts, UINT *n_rows, UINT64 *row_sizes,
                       UINT64 *total)
{
    uint64_t size = 0;

    if (FAILED(nt_d3d_buffer_check(desc, &size)) || first || n > 1) {
        footprints_invalid(n, layouts, n_rows, row_sizes, total);
        return;
    }
    if (n && layouts)
        *layouts = (D3D12_PLACED_SUBRESOURCE_FOOTPRINT){
            .Offset = base,
            .Footprint = {.Format = DXGI_FORMAT_UNKNOWN,
                          .Width = (UINT)desc->Width,
                          .Height = 1,
                          .Depth = 1,
                          .RowPitch =
                              (UINT)nt_align_up(desc->Width, D3D12_TEXTURE_DATA_PITCH_ALIGNMENT)}};
    if (n && n_rows)
        *n_rows = 1;
    if (n && row_sizes)
        *row_sizes = desc->Width;
    if (total)
        *total = n ? desc->Width : 0;
}

LUID nt_d3d_luid(const struct nt_d3d_device *device)
{
    const VkPhysicalDeviceIDProperties *id = &device->vulkan.id;
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    LUID luid;

    if (id->deviceLUIDValid) {
        memcpy(&luid, id->deviceLUID, sizeof(luid));
        return luid;
    }
    /* FNV-1a over the device's UUID. */
    for (size_t i = 0; i < VK_UUID_SIZE; i++)
        hash = (hash ^ id->deviceUUID[i]) * UINT64_C(0x100000001b3);
    luid.LowPart = (DWORD)hash;
    luid.HighPart = (LONG)(hash >> 32);
    return luid;
}
