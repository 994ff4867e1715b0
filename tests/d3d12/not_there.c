// SPDX-License-Identifier: MIT
/*
 * Every method that a memory device does not have is called here: those that create something say
 * E_NOTIMPL and clear the pointer, those that return nothing harm nothing, and a list that was
 * asked for what cannot be recorded says so at Close.
 */
#include <string.h>

#include "d3d12/kit.h"

static void expect_unrecorded(struct kit *kit)
{
    ok_hr(ID3D12GraphicsCommandList_Close(kit->list), E_NOTIMPL);
    ok_hr(ID3D12GraphicsCommandList_Reset(kit->list, kit->allocator, NULL), S_OK);
}

/* Calls a method and closes: whatever its arguments are, they are not looked at. */
#define UNRECORDED(call)                   \
    do {                                   \
        ID3D12GraphicsCommandList2_##call; \
        expect_unrecorded(&kit);           \
    } while (0)

TEST(drawing_cannot_be_recorded, "D4.5")
{
    struct kit kit;
    ID3D12GraphicsCommandList2 *l;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_DIRECT);
    l = kit.list;
    UNRECORDED(DrawInstanced(l, 3, 1, 0, 0));
    UNRECORDED(DrawIndexedInstanced(l, 3, 1, 0, 0, 0));
    UNRECORDED(Dispatch(l, 1, 1, 1));
    UNRECORDED(ExecuteIndirect(l, NULL, 1, NULL, 0, NULL, 0));
    UNRECORDED(ResolveSubresource(l, NULL, 0, NULL, 0, DXGI_FORMAT_R8_UNORM));
    UNRECORDED(ResolveSubresourceRegion(l, NULL, 0, 0, 0, NULL, 0, NULL, DXGI_FORMAT_R8_UNORM,
                                        D3D12_RESOLVE_MODE_AVERAGE));
    UNRECORDED(ClearDepthStencilView(l, (D3D12_CPU_DESCRIPTOR_HANDLE){0}, D3D12_CLEAR_FLAG_DEPTH,
                                     1.0f, 0, 0, NULL));
    UNRECORDED(ClearRenderTargetView(l, (D3D12_CPU_DESCRIPTOR_HANDLE){0}, (FLOAT[4]){0}, 0, NULL));
    UNRECORDED(ClearUnorderedAccessViewUint(l, (D3D12_GPU_DESCRIPTOR_HANDLE){0},
                                            (D3D12_CPU_DESCRIPTOR_HANDLE){0}, NULL, (UINT[4]){0}, 0,
                                            NULL));
    UNRECORDED(ClearUnorderedAccessViewFloat(l, (D3D12_GPU_DESCRIPTOR_HANDLE){0},
                                             (D3D12_CPU_DESCRIPTOR_HANDLE){0}, NULL, (FLOAT[4]){0},
                                             0, NULL));
    kit_close(&kit);
}

TEST(pipeline_state_cannot_be_recorded, "D4.5")
{
    struct kit kit;
    ID3D12GraphicsCommandList2 *l;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_DIRECT);
    l = kit.list;
    UNRECORDED(SetPipelineState(l, NULL));
    UNRECORDED(IASetPrimitiveTopology(l, D3D_PRIMITIVE_TOPOLOGY_TRIANGLELIST));
    UNRECORDED(IASetIndexBuffer(l, NULL));
    UNRECORDED(IASetVertexBuffers(l, 0, 0, NULL));
    UNRECORDED(SOSetTargets(l, 0, 0, NULL));
    UNRECORDED(RSSetViewports(l, 0, NULL));
    UNRECORDED(RSSetScissorRects(l, 0, NULL));
    UNRECORDED(OMSetRenderTargets(l, 0, NULL, FALSE, NULL));
    UNRECORDED(OMSetBlendFactor(l, NULL));
    UNRECORDED(OMSetStencilRef(l, 1));
    UNRECORDED(OMSetDepthBounds(l, 0.0f, 1.0f));
    UNRECORDED(SetSamplePositions(l, 1, 1, NULL));
    UNRECORDED(SetViewInstanceMask(l, 1));
    UNRECORDED(SetPredication(l, NULL, 0, D3D12_PREDICATION_OP_EQUAL_ZERO));
    kit_close(&kit);
}

TEST(root_arguments_cannot_be_recorded, "D4.5")
{
    struct kit kit;
    ID3D12GraphicsCommandList2 *l;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_DIRECT);
    l = kit.list;
    UNRECORDED(SetDescriptorHeaps(l, 0, NULL));
    UNRECORDED(SetComputeRootSignature(l, NULL));
    UNRECORDED(SetGraphicsRootSignature(l, NULL));
    UNRECORDED(SetComputeRootDescriptorTable(l, 0, (D3D12_GPU_DESCRIPTOR_HANDLE){0}));
    UNRECORDED(SetGraphicsRootDescriptorTable(l, 0, (D3D12_GPU_DESCRIPTOR_HANDLE){0}));
    UNRECORDED(SetComputeRoot32BitConstant(l, 0, 1, 0));
    UNRECORDED(SetGraphicsRoot32BitConstant(l, 0, 1, 0));
    UNRECORDED(SetComputeRoot32BitConstants(l, 0, 0, NULL, 0));
    UNRECORDED(SetGraphicsRoot32BitConstants(l, 0, 0, NULL, 0));
    UNRECORDED(SetComputeRootConstantBufferView(l, 0, 0));
    UNRECORDED(SetGraphicsRootConstantBufferView(l, 0, 0));
    UNRECORDED(SetComputeRootShaderResourceView(l, 0, 0));
    UNRECORDED(SetGraphicsRootShaderResourceView(l, 0, 0));
    UNRECORDED(SetComputeRootUnorderedAccessView(l, 0, 0));
    UNRECORDED(SetGraphicsRootUnorderedAccessView(l, 0, 0));
    kit_close(&kit);
}

/* What carries nothing but text for a debugger is allowed everywhere. */
TEST(markers_for_debuggers_do_nothing, "D4.4 D4.5")
{
    struct kit kit;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_DIRECT);
    ID3D12CommandQueue_SetMarker(kit.queue, 0, "x", 2);
    ID3D12CommandQueue_BeginEvent(kit.queue, 0, "x", 2);
    ID3D12CommandQueue_EndEvent(kit.queue);
    ID3D12GraphicsCommandList_SetMarker(kit.list, 0, "x", 2);
    ID3D12GraphicsCommandList_BeginEvent(kit.list, 0, "x", 2);
    ID3D12GraphicsCommandList_EndEvent(kit.list);
    ID3D12GraphicsCommandList_ClearState(kit.list, NULL);
    kit_run(&kit);
    ok_hr(ID3D12Device_GetDeviceRemovedReason(kit.device), S_OK);
    kit_close(&kit);
}

TEST(views_are_made_nowhere, "D4.3")
{
    const D3D12_CPU_DESCRIPTOR_HANDLE nowhere = {0};
    const UINT one = 1;
    D3D12_RAYTRACING_ACCELERATION_STRUCTURE_PREBUILD_INFO info;
    ID3D12Device5 *d = kit_device();

    ID3D12Device_CreateConstantBufferView(d, NULL, nowhere);
    ID3D12Device_CreateShaderResourceView(d, NULL, NULL, nowhere);
    ID3D12Device_CreateUnorderedAccessView(d, NULL, NULL, NULL, nowhere);
    ID3D12Device_CreateRenderTargetView(d, NULL, NULL, nowhere);
    ID3D12Device_CreateDepthStencilView(d, NULL, NULL, nowhere);
    ID3D12Device_CreateSampler(d, NULL, nowhere);
    ID3D12Device_CopyDescriptors(d, 1, &nowhere, &one, 1, &nowhere, &one,
                                 D3D12_DESCRIPTOR_HEAP_TYPE_CBV_SRV_UAV);
    ID3D12Device_CopyDescriptorsSimple(d, 1, nowhere, nowhere, D3D12_DESCRIPTOR_HEAP_TYPE_SAMPLER);
    memset(&info, 0xff, sizeof(info));
    ID3D12Device5_GetRaytracingAccelerationStructurePrebuildInfo(d, NULL, &info);
    ok_eq(info.ResultDataMaxSizeInBytes, 0);
    ok_eq(ID3D12Device5_CheckDriverMatchingIdentifier(
              d, D3D12_SERIALIZED_DATA_RAYTRACING_ACCELERATION_STRUCTURE, NULL),
          D3D12_DRIVER_MATCHING_IDENTIFIER_UNSUPPORTED_TYPE);
    ok_hr(ID3D12Device_GetDeviceRemovedReason(d), S_OK);
    kit_release_last(d);
}

TEST(meta_commands_are_not_there, "D4.3")
{
    ID3D12Device5 *d = kit_device();
    UINT n = 7, size = 7;
    void *out = d;

    ok_hr(ID3D12Device5_EnumerateMetaCommands(d, &n, NULL), E_NOTIMPL);
    ok_eq(n, 0);
    n = 7;
    ok_hr(ID3D12Device5_EnumerateMetaCommandParameters(d, &IID_ID3D12MetaCommand,
                                                       D3D12_META_COMMAND_PARAMETER_STAGE_CREATION,
                                                       &size, &n, NULL),
          E_NOTIMPL);
    ok_eq(n, 0);
    ok_eq(size, 0);
    ok_hr(ID3D12Device5_CreateMetaCommand(d, &IID_ID3D12MetaCommand, 0, NULL, 0,
                                          &IID_ID3D12MetaCommand, &out),
          E_NOTIMPL);
    ok_ptr_eq(out, NULL);
    kit_release_last(d);
}

TEST(protected_sessions_are_not_there, "D4.3")
{
    const D3D12_HEAP_DESC heap_desc = kit_heap_desc(64 * KIB, D3D12_HEAP_TYPE_DEFAULT);
    const D3D12_RESOURCE_DESC desc = kit_buffer_desc(64 * KIB);
    ID3D12Device5 *d = kit_device();
    ID3D12Resource2 *buffer = NULL;
    ID3D12Heap1 *heap = NULL;
    void *out = d;

    ok_hr(ID3D12Device4_CreateHeap1(d, &heap_desc, (ID3D12ProtectedResourceSession *)d,
                                    &IID_ID3D12Heap, &out),
          E_INVALIDARG);
    ok_ptr_eq(out, NULL);
    out = d;
    ok_hr(ID3D12Device4_CreateCommittedResource1(
              d, &heap_desc.Properties, D3D12_HEAP_FLAG_NONE, &desc, D3D12_RESOURCE_STATE_COMMON,
              NULL, (ID3D12ProtectedResourceSession *)d, &IID_ID3D12Resource, &out),
          E_INVALIDARG);
    ok_ptr_eq(out, NULL);
    ok_hr(ID3D12Device4_CreateHeap1(d, &heap_desc, NULL, &IID_ID3D12Heap1, (void **)&heap), S_OK);
    ok_hr(ID3D12Device4_CreateCommittedResource1(d, &heap_desc.Properties, D3D12_HEAP_FLAG_NONE,
                                                 &desc, D3D12_RESOURCE_STATE_COMMON, NULL, NULL,
                                                 &IID_ID3D12Resource2, (void **)&buffer),
          S_OK);
    out = d;
    ok_hr(ID3D12Heap1_GetProtectedResourceSession(heap, &IID_ID3D12ProtectedResourceSession, &out),
          DXGI_ERROR_NOT_FOUND);
    ok_ptr_eq(out, NULL);
    out = d;
    ok_hr(ID3D12Resource1_GetProtectedResourceSession(buffer, &IID_ID3D12ProtectedResourceSession,
                                                      &out),
          DXGI_ERROR_NOT_FOUND);
    ok_ptr_eq(out, NULL);
    ok_eq(ID3D12Resource2_GetDesc1(buffer).Width, 64 * KIB);
    kit_release_last(buffer);
    kit_release_last(heap);
    kit_release_last(d);
}
