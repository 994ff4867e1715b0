// SPDX-License-Identifier: MIT
/*
 * CheckFeatureSupport and the other questions. An answer says what is built: tiled
 * resources of all dimensions or none (D4.9), no shaders, existing heaps only when the trial import
 * succeeded (D15.1).
 */
#include "d3d12/device/features.h"

#include <string.h>

#include "d3d12/device/adapter.h"
#include "d3d12/tiles/tiles.h"
#include "util/macro.h"

static void answer_options(const struct nt_d3d_device *device,
                           D3D12_FEATURE_DATA_D3D12_OPTIONS *options)
{
    *options = (D3D12_FEATURE_DATA_D3D12_OPTIONS){
        .TiledResourcesTier = nt_d3d_tiles_are_possible(device)
                                  ? D3D12_TILED_RESOURCES_TIER_3
                                  : D3D12_TILED_RESOURCES_TIER_NOT_SUPPORTED,
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

static void answer_options3(const struct nt_d3d_device *device,
                            D3D12_FEATURE_DATA_D3D12_OPTIONS3 *options)
{
    *options = (D3D12_FEATURE_DATA_D3D12_OPTIONS3){
        .CopyQueueTimestampQueriesSupported = device->vulkan.timestamp_bits != 0,
        .WriteBufferImmediateSupportFlags =
            D3D12_COMMAND_LIST_SUPPORT_FLAG_DIRECT | D3D12_COMMAND_LIST_SUPPORT_FLAG_BUNDLE |
            D3D12_COMMAND_LIST_SUPPORT_FLAG_COMPUTE | D3D12_COMMAND_LIST_SUPPORT_FLAG_COPY};
}

/*
 * The sizes of the structures of all features that are answered. Those without a function above
 * say no to everything with zeros: shaders, samples, tracing, meshes, protected sessions.
 */
static const UINT sizes[] = {
    [D3D12_FEATURE_D3D12_OPTIONS] = sizeof(D3D12_FEATURE_DATA_D3D12_OPTIONS),
    [D3D12_FEATURE_ARCHITECTURE] = sizeof(D3D12_FEATURE_DATA_ARCHITECTURE),
    [D3D12_FEATURE_FEATURE_LEVELS] = sizeof(D3D12_FEATURE_DATA_FEATURE_LEVELS),
    [D3D12_FEATURE_FORMAT_SUPPORT] = sizeof(D3D12_FEATURE_DATA_FORMAT_SUPPORT),
    [D3D12_FEATURE_MULTISAMPLE_QUALITY_LEVELS] =
        sizeof(D3D12_FEATURE_DATA_MULTISAMPLE_QUALITY_LEVELS),
    [D3D12_FEATURE_FORMAT_INFO] = sizeof(D3D12_FEATURE_DATA_FORMAT_INFO),
    [D3D12_FEATURE_GPU_VIRTUAL_ADDRESS_SUPPORT] =
        sizeof(D3D12_FEATURE_DATA_GPU_VIRTUAL_ADDRESS_SUPPORT),
    [D3D12_FEATURE_D3D12_OPTIONS1] = sizeof(D3D12_FEATURE_DATA_D3D12_OPTIONS1),
    [D3D12_FEATURE_PROTECTED_RESOURCE_SESSION_SUPPORT] =
        sizeof(D3D12_FEATURE_DATA_PROTECTED_RESOURCE_SESSION_SUPPORT),
    [D3D12_FEATURE_ARCHITECTURE1] = sizeof(D3D12_FEATURE_DATA_ARCHITECTURE1),
    [D3D12_FEATURE_D3D12_OPTIONS2] = sizeof(D3D12_FEATURE_DATA_D3D12_OPTIONS2),
    [D3D12_FEATURE_SHADER_CACHE] = sizeof(D3D12_FEATURE_DATA_SHADER_CACHE),
    [D3D12_FEATURE_COMMAND_QUEUE_PRIORITY] = sizeof(D3D12_FEATURE_DATA_COMMAND_QUEUE_PRIORITY),
    [D3D12_FEATURE_D3D12_OPTIONS3] = sizeof(D3D12_FEATURE_DATA_D3D12_OPTIONS3),
    [D3D12_FEATURE_EXISTING_HEAPS] = sizeof(D3D12_FEATURE_DATA_EXISTING_HEAPS),
    [D3D12_FEATURE_D3D12_OPTIONS4] = sizeof(D3D12_FEATURE_DATA_D3D12_OPTIONS4),
    [D3D12_FEATURE_SERIALIZATION] = sizeof(D3D12_FEATURE_DATA_SERIALIZATION),
    [D3D12_FEATURE_CROSS_NODE] = sizeof(D3D12_FEATURE_DATA_CROSS_NODE),
    [D3D12_FEATURE_D3D12_OPTIONS5] = sizeof(D3D12_FEATURE_DATA_D3D12_OPTIONS5),
    [D3D12_FEATURE_D3D12_OPTIONS6] = sizeof(D3D12_FEATURE_DATA_D3D12_OPTIONS6),
    [D3D12_FEATURE_D3D12_OPTIONS7] = sizeof(D3D12_FEATURE_DATA_D3D12_OPTIONS7),
    [D3D12_FEATURE_D3D12_OPTIONS8] = sizeof(D3D12_FEATURE_DATA_D3D12_OPTIONS8),
    [D3D12_FEATURE_D3D12_OPTIONS9] = sizeof(D3D12_FEATURE_DATA_D3D12_OPTIONS9),
    [D3D12_FEATURE_D3D12_OPTIONS10] = sizeof(D3D12_FEATURE_DATA_D3D12_OPTIONS10),
    [D3D12_FEATURE_D3D12_OPTIONS11] = sizeof(D3D12_FEATURE_DATA_D3D12_OPTIONS11),
};

HRESULT nt_d3d_features_check(const struct nt_d3d_device *device, D3D12_FEATURE feature, void *data,
                              UINT size)
{
    if (!data || !size || (unsigned)feature >= NT_ARRAY_SIZE(sizes) || size != sizes[feature])
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
    case D3D12_FEATURE_PROTECTED_RESOURCE_SESSION_SUPPORT:
    case D3D12_FEATURE_SERIALIZATION:
        /* Both begin with the node that is asked about; there is one. */
        if (*(const UINT *)data)
            return E_INVALIDARG;
        memset(data, 0, size);
        return S_OK;
    case D3D12_FEATURE_COMMAND_QUEUE_PRIORITY:
        return answer_priority(data);
    case D3D12_FEATURE_D3D12_OPTIONS3:
        answer_options3(device, data);
        return S_OK;
    case D3D12_FEATURE_EXISTING_HEAPS:
        ((D3D12_FEATURE_DATA_EXISTING_HEAPS *)data)->Supported =
            device->vulkan.imports_shared && device->vulkan.imports_private;
        return S_OK;
    case D3D12_FEATURE_FORMAT_SUPPORT:
        return nt_d3d_features_format(data);
    case D3D12_FEATURE_FORMAT_INFO:
        return nt_d3d_features_planes(data);
    case D3D12_FEATURE_MULTISAMPLE_QUALITY_LEVELS:
        return nt_d3d_features_samples(data);
    default:
        memset(data, 0, size);
        return S_OK;
    }
}

LUID nt_d3d_luid(const struct nt_d3d_device *device)
{
    return nt_d3d_adapter_luid(&device->vulkan);
}
