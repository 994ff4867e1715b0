// SPDX-License-Identifier: MIT
/*
 * Making devices, what they answer about themselves, and the methods that they do not have.
 */
#include "d3d12/kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TEST(device_answers_up_to_device5, "D4.10 D13.2")
{
    static const IID *const iids[] = {&IID_ID3D12Device,  &IID_ID3D12Device1, &IID_ID3D12Device2,
                                      &IID_ID3D12Device3, &IID_ID3D12Device4, &IID_ID3D12Device5,
                                      &IID_ID3D12Object,  &IID_IUnknown};
    ID3D12Device5 *device = kit_device();

    for (size_t i = 0; i < sizeof(iids) / sizeof(iids[0]); i++) {
        IUnknown *other = NULL;

        ok_hr(QUERY(device, *iids[i], &other), S_OK);
        ok_ptr_eq(other, device);
        IUnknown_Release(other);
    }
    kit_release_last(device);
}

TEST(foreign_interface_is_refused_and_pointer_cleared, "D3.1")
{
    ID3D12Device5 *device = kit_device();
    void *other = device;

    ok_hr(QUERY(device, IID_ID3D12Device6, &other), E_NOINTERFACE);
    ok_ptr_eq(other, NULL);
    ok_hr(QUERY(device, IID_ID3D12DeviceChild, &other), E_NOINTERFACE);
    ok_hr(QUERY(device, IID_ID3D12Pageable, &other), E_NOINTERFACE);
    ok_hr(IUnknown_QueryInterface((IUnknown *)device, &IID_IUnknown, NULL), E_POINTER);
    kit_release_last(device);
}

TEST(create_device_checks_its_arguments, "D7.1")
{
    void *device = (void *)1;

    kit_environment();
    ok_hr(D3D12CreateDevice(NULL, D3D_FEATURE_LEVEL_11_0, &IID_ID3D12Device, NULL), S_FALSE);
    ok_hr(D3D12CreateDevice(NULL, (D3D_FEATURE_LEVEL)0, &IID_ID3D12Device, &device), E_INVALIDARG);
    ok_ptr_eq(device, NULL);
    device = (void *)1;
    ok_hr(D3D12CreateDevice(NULL, D3D_FEATURE_LEVEL_12_0, &IID_ID3D12Device, &device),
          DXGI_ERROR_UNSUPPORTED);
    ok_ptr_eq(device, NULL);
    device = (void *)1;
    ok_hr(D3D12CreateDevice(NULL, D3D_FEATURE_LEVEL_11_0, &IID_ID3D12Heap, &device), E_NOINTERFACE);
    ok_ptr_eq(device, NULL);
}

TEST(adapter_is_chosen_by_name_or_index, "D7.1")
{
    struct ntshm_d3d12_adapter adapter = {.size = sizeof(adapter)};
    ID3D12Device5 *device = kit_device();
    char index[16];

    ok_hr(ntshm_d3d12_get_adapter((ID3D12Device *)device, &adapter), S_OK);
    ok(strlen(adapter.device_name) > 0);
    ok_eq(adapter.validation_layer, 1);
    kit_release_last(device);

    snprintf(index, sizeof(index), "%u", adapter.index);
    setenv("NTSHM_D3D12_ADAPTER", index, 1);
    device = kit_device();
    kit_release_last(device);

    setenv("NTSHM_D3D12_ADAPTER", "no such adapter", 1);
    ok_hr(D3D12CreateDevice(NULL, D3D_FEATURE_LEVEL_11_0, &IID_ID3D12Device, (void **)&device),
          DXGI_ERROR_UNSUPPORTED);
    ok_ptr_eq(device, NULL);
    setenv("NTSHM_D3D12_ADAPTER", "99", 1);
    ok_hr(D3D12CreateDevice(NULL, D3D_FEATURE_LEVEL_11_0, &IID_ID3D12Device, NULL),
          DXGI_ERROR_UNSUPPORTED);
}

TEST(adapter_question_is_checked, "D7.1")
{
    struct ntshm_d3d12_adapter adapter = {.size = sizeof(adapter)};
    ID3D12Device5 *device = kit_device();
    ID3D12Fence *fence = kit_fence(device, 0);

    ok_hr(ntshm_d3d12_get_adapter(NULL, &adapter), E_INVALIDARG);
    ok_hr(ntshm_d3d12_get_adapter((ID3D12Device *)fence, &adapter), E_INVALIDARG);
    adapter.size--;
    ok_hr(ntshm_d3d12_get_adapter((ID3D12Device *)device, &adapter), E_INVALIDARG);
    kit_release_last(fence);
    kit_release_last(device);
}

TEST(every_call_makes_a_device_of_its_own, "D8")
{
    ID3D12Device5 *first = kit_device();
    ID3D12Device5 *second = kit_device();
    LUID one = ID3D12Device_GetAdapterLuid(first);
    LUID two = ID3D12Device_GetAdapterLuid(second);

    ok_ptr_ne(first, second);
    ok_mem_eq(&one, &two, sizeof(one));
    ok(one.LowPart || one.HighPart);
    ok_eq(ID3D12Device_GetNodeCount(first), 1);
    kit_release_last(first);
    ok_hr(ID3D12Device_GetDeviceRemovedReason(second), S_OK);
    kit_release_last(second);
}

TEST(feature_structures_have_one_size, "D4.8")
{
    ID3D12Device5 *device = kit_device();
    D3D12_FEATURE_DATA_EXISTING_HEAPS heaps = {0};

    ok_hr(ID3D12Device_CheckFeatureSupport(device, D3D12_FEATURE_EXISTING_HEAPS, &heaps,
                                           sizeof(heaps) + 1),
          E_INVALIDARG);
    ok_hr(
        ID3D12Device_CheckFeatureSupport(device, D3D12_FEATURE_EXISTING_HEAPS, NULL, sizeof(heaps)),
        E_INVALIDARG);
    ok_hr(ID3D12Device_CheckFeatureSupport(device, (D3D12_FEATURE)12345, &heaps, sizeof(heaps)),
          E_INVALIDARG);
    ok_hr(ID3D12Device_CheckFeatureSupport(device, D3D12_FEATURE_SHADER_MODEL, &heaps, 0),
          E_INVALIDARG);
    kit_release_last(device);
}

TEST(features_say_what_is_built, "D4.8 D4.9 D15.1 D2.1")
{
    struct ntshm_d3d12_adapter adapter = {.size = sizeof(adapter)};
    D3D12_FEATURE_DATA_D3D12_OPTIONS options;
    D3D12_FEATURE_DATA_D3D12_OPTIONS3 options3;
    D3D12_FEATURE_DATA_ARCHITECTURE1 architecture = {0};
    D3D12_FEATURE_DATA_EXISTING_HEAPS heaps = {0};
    D3D12_FEATURE_DATA_GPU_VIRTUAL_ADDRESS_SUPPORT address;
    ID3D12Device5 *device = kit_device();

    memset(&options, 0xff, sizeof(options));
    ok_hr(ID3D12Device_CheckFeatureSupport(device, D3D12_FEATURE_D3D12_OPTIONS, &options,
                                           sizeof(options)),
          S_OK);
    ok_eq(options.TiledResourcesTier, D3D12_TILED_RESOURCES_TIER_3);
    ok_eq(options.ResourceHeapTier, D3D12_RESOURCE_HEAP_TIER_2);
    ok_eq(options.CrossAdapterRowMajorTextureSupported, FALSE);
    ok_hr(ID3D12Device_CheckFeatureSupport(device, D3D12_FEATURE_D3D12_OPTIONS3, &options3,
                                           sizeof(options3)),
          S_OK);
    ok(options3.WriteBufferImmediateSupportFlags & D3D12_COMMAND_LIST_SUPPORT_FLAG_COPY);
    ok_eq(options3.CopyQueueTimestampQueriesSupported, TRUE);
    ok_hr(ID3D12Device_CheckFeatureSupport(device, D3D12_FEATURE_ARCHITECTURE1, &architecture,
                                           sizeof(architecture)),
          S_OK);
    architecture.NodeIndex = 1;
    ok_hr(ID3D12Device_CheckFeatureSupport(device, D3D12_FEATURE_ARCHITECTURE1, &architecture,
                                           sizeof(architecture)),
          E_INVALIDARG);
    ok_hr(ID3D12Device_CheckFeatureSupport(device, D3D12_FEATURE_GPU_VIRTUAL_ADDRESS_SUPPORT,
                                           &address, sizeof(address)),
          S_OK);

    /* The answer is what the trial import found. */
    ok_hr(ID3D12Device_CheckFeatureSupport(device, D3D12_FEATURE_EXISTING_HEAPS, &heaps,
                                           sizeof(heaps)),
          S_OK);
    ok_hr(ntshm_d3d12_get_adapter((ID3D12Device *)device, &adapter), S_OK);
    ok_eq(heaps.Supported, adapter.imports_sections && adapter.imports_private);
    ok_eq(heaps.Supported, TRUE);
    kit_release_last(device);
}

TEST(highest_wanted_feature_level_is_found, "D4.8")
{
    static const D3D_FEATURE_LEVEL wanted[] = {D3D_FEATURE_LEVEL_12_1, D3D_FEATURE_LEVEL_11_0,
                                               D3D_FEATURE_LEVEL_12_0, D3D_FEATURE_LEVEL_1_0_CORE};
    D3D12_FEATURE_DATA_FEATURE_LEVELS levels = {.NumFeatureLevels = 4,
                                                .pFeatureLevelsRequested = wanted};
    ID3D12Device5 *device = kit_device();

    ok_hr(ID3D12Device_CheckFeatureSupport(device, D3D12_FEATURE_FEATURE_LEVELS, &levels,
                                           sizeof(levels)),
          S_OK);
    ok_eq(levels.MaxSupportedFeatureLevel, D3D_FEATURE_LEVEL_11_0);
    levels.NumFeatureLevels = 1;
    ok_hr(ID3D12Device_CheckFeatureSupport(device, D3D12_FEATURE_FEATURE_LEVELS, &levels,
                                           sizeof(levels)),
          DXGI_ERROR_UNSUPPORTED);
    levels.NumFeatureLevels = 0;
    ok_hr(ID3D12Device_CheckFeatureSupport(device, D3D12_FEATURE_FEATURE_LEVELS, &levels,
                                           sizeof(levels)),
          E_INVALIDARG);
    kit_release_last(device);
}

#define MAKES_NOTHING(call)       \
    do {                          \
        out = (void *)1;          \
        ok_hr((call), E_NOTIMPL); \
        ok_ptr_eq(out, NULL);     \
    } while (0)

TEST(what_is_not_there_says_so, "D4.3")
{
    ID3D12Device5 *d = kit_device();
    void *out;

    MAKES_NOTHING(
        ID3D12Device_CreateGraphicsPipelineState(d, NULL, &IID_ID3D12PipelineState, &out));
    MAKES_NOTHING(ID3D12Device_CreateComputePipelineState(d, NULL, &IID_ID3D12PipelineState, &out));
    MAKES_NOTHING(ID3D12Device_CreateDescriptorHeap(d, NULL, &IID_ID3D12DescriptorHeap, &out));
    MAKES_NOTHING(ID3D12Device_CreateRootSignature(d, 0, NULL, 0, &IID_ID3D12RootSignature, &out));
    MAKES_NOTHING(
        ID3D12Device_CreateCommandSignature(d, NULL, NULL, &IID_ID3D12CommandSignature, &out));
    MAKES_NOTHING(
        ID3D12Device1_CreatePipelineLibrary(d, NULL, 0, &IID_ID3D12PipelineLibrary, &out));
    MAKES_NOTHING(ID3D12Device2_CreatePipelineState(d, NULL, &IID_ID3D12PipelineState, &out));
    MAKES_NOTHING(ID3D12Device4_CreateProtectedResourceSession(
        d, NULL, &IID_ID3D12ProtectedResourceSession, &out));
    MAKES_NOTHING(ID3D12Device5_CreateLifetimeTracker(d, NULL, &IID_ID3D12LifetimeTracker, &out));
    MAKES_NOTHING(ID3D12Device5_CreateStateObject(d, NULL, &IID_ID3D12StateObject, &out));
    ok_hr(ID3D12Device_SetStablePowerState(d, FALSE), E_NOTIMPL);
    ok_eq(ID3D12Device_GetDescriptorHandleIncrementSize(d, D3D12_DESCRIPTOR_HEAP_TYPE_RTV), 0);
    kit_release_last(d);
}

TEST(debug_layers_are_reported_missing, "D4.3")
{
    void *out = (void *)1;

    ok_hr(D3D12GetDebugInterface(&IID_ID3D12Debug, &out), DXGI_ERROR_SDK_COMPONENT_MISSING);
    ok_ptr_eq(out, NULL);
}

TEST(queue_descriptions_are_checked_and_normalised, "D4.1 D4.4")
{
    D3D12_COMMAND_QUEUE_DESC desc = {.Type = D3D12_COMMAND_LIST_TYPE_COMPUTE, .Priority = 100};
    ID3D12Device5 *device = kit_device();
    ID3D12CommandQueue *queue = NULL;
    UINT64 frequency = 0;

    ok_hr(ID3D12Device_CreateCommandQueue(device, &desc, &IID_ID3D12CommandQueue, (void **)&queue),
          S_OK);
    desc = ID3D12CommandQueue_GetDesc(queue);
    ok_eq(desc.NodeMask, 1);
    ok_eq(desc.Type, D3D12_COMMAND_LIST_TYPE_COMPUTE);
    ok_eq(desc.Priority, 100);
    ok_hr(ID3D12CommandQueue_GetTimestampFrequency(queue, &frequency), S_OK);
    ok_ne(frequency, 0);
    kit_release_last(queue);

    desc.Type = D3D12_COMMAND_LIST_TYPE_BUNDLE;
    queue = (void *)1;
    ok_hr(ID3D12Device_CreateCommandQueue(device, &desc, &IID_ID3D12CommandQueue, (void **)&queue),
          E_INVALIDARG);
    ok_ptr_eq(queue, NULL);
    ok_hr(ID3D12Device_CreateCommandQueue(device, NULL, &IID_ID3D12CommandQueue, NULL),
          E_INVALIDARG);
    desc.Type = D3D12_COMMAND_LIST_TYPE_COPY;
    desc.NodeMask = 2;
    ok_hr(ID3D12Device_CreateCommandQueue(device, &desc, &IID_ID3D12CommandQueue, NULL),
          E_INVALIDARG);
    desc.NodeMask = 0;
    ok_hr(ID3D12Device_CreateCommandQueue(device, &desc, &IID_ID3D12CommandQueue, NULL), S_FALSE);
    kit_release_last(device);
}

#define ASK(data, feature) ID3D12Device_CheckFeatureSupport(device, feature, &data, sizeof(data))

/* What there is nothing of is answered with a no, not with an error. */
TEST(missing_features_are_answered_with_no, "D4.8 D6.5")
{
    D3D12_FEATURE_DATA_PROTECTED_RESOURCE_SESSION_SUPPORT session = {0};
    D3D12_FEATURE_DATA_SERIALIZATION serialization = {0};
    D3D12_FEATURE_DATA_D3D12_OPTIONS4 options4;
    D3D12_FEATURE_DATA_D3D12_OPTIONS5 options5;
    D3D12_FEATURE_DATA_D3D12_OPTIONS7 options7;
    D3D12_FEATURE_DATA_SHADER_CACHE cache;
    D3D12_FEATURE_DATA_CROSS_NODE cross;
    D3D12_FEATURE_DATA_SHADER_MODEL model = {D3D_SHADER_MODEL_5_1};
    ID3D12Device5 *device = kit_device();

    memset(&options4, 0xff, sizeof(options4));
    memset(&options5, 0xff, sizeof(options5));
    memset(&options7, 0xff, sizeof(options7));
    memset(&cache, 0xff, sizeof(cache));
    memset(&cross, 0xff, sizeof(cross));
    ok_hr(ASK(options4, D3D12_FEATURE_D3D12_OPTIONS4), S_OK);
    ok_eq(options4.SharedResourceCompatibilityTier, D3D12_SHARED_RESOURCE_COMPATIBILITY_TIER_0);
    ok_hr(ASK(options5, D3D12_FEATURE_D3D12_OPTIONS5), S_OK);
    ok_eq(options5.RaytracingTier, D3D12_RAYTRACING_TIER_NOT_SUPPORTED);
    ok_hr(ASK(options7, D3D12_FEATURE_D3D12_OPTIONS7), S_OK);
    ok_eq(options7.MeshShaderTier, D3D12_MESH_SHADER_TIER_NOT_SUPPORTED);
    ok_hr(ASK(cache, D3D12_FEATURE_SHADER_CACHE), S_OK);
    ok_eq(cache.SupportFlags, D3D12_SHADER_CACHE_SUPPORT_NONE);
    ok_hr(ASK(cross, D3D12_FEATURE_CROSS_NODE), S_OK);
    ok_eq(cross.SharingTier, D3D12_CROSS_NODE_SHARING_TIER_NOT_SUPPORTED);
    ok_hr(ASK(session, D3D12_FEATURE_PROTECTED_RESOURCE_SESSION_SUPPORT), S_OK);
    ok_eq(session.Support, D3D12_PROTECTED_RESOURCE_SESSION_SUPPORT_FLAG_NONE);
    session.NodeIndex = 1;
    ok_hr(ASK(session, D3D12_FEATURE_PROTECTED_RESOURCE_SESSION_SUPPORT), E_INVALIDARG);
    ok_hr(ASK(serialization, D3D12_FEATURE_SERIALIZATION), S_OK);
    ok_hr(ASK(model, D3D12_FEATURE_SHADER_MODEL), E_INVALIDARG);
#undef ASK
    kit_release_last(device);
}
