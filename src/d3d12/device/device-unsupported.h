/* SPDX-License-Identifier: MIT */
/*
 * The methods of a device that a memory device does not have. Those
 * that create something set the pointer to NULL and return E_NOTIMPL; those without a return
 * value do nothing. Each says so to the log.
 *
 * Included by device.c alone, which puts NT_D3D_DEVICE_UNSUPPORTED_SLOTS into its vtable.
 */
#ifndef NT_D3D12_DEVICE_UNSUPPORTED_H
#define NT_D3D12_DEVICE_UNSUPPORTED_H

#include <d3d12.h>

#include "util/log.h"

static HRESULT unsupported(const char *method)
{
    nt_log(NT_LOG_WARNING, "d3d12: ID3D12Device::%s is not there in a memory device", method);
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE device_CreateGraphicsPipelineState(
    ID3D12Device5 *self, const D3D12_GRAPHICS_PIPELINE_STATE_DESC *pDesc, REFIID riid,
    void **ppPipelineState)
{
    (void)self, (void)pDesc, (void)riid, (void)ppPipelineState;
    if (ppPipelineState)
        *ppPipelineState = NULL;
    return unsupported("CreateGraphicsPipelineState");
}

static HRESULT STDMETHODCALLTYPE device_CreateComputePipelineState(
    ID3D12Device5 *self, const D3D12_COMPUTE_PIPELINE_STATE_DESC *pDesc, REFIID riid,
    void **ppPipelineState)
{
    (void)self, (void)pDesc, (void)riid, (void)ppPipelineState;
    if (ppPipelineState)
        *ppPipelineState = NULL;
    return unsupported("CreateComputePipelineState");
}

static HRESULT STDMETHODCALLTYPE device_CreateDescriptorHeap(
    ID3D12Device5 *self, const D3D12_DESCRIPTOR_HEAP_DESC *pDescriptorHeapDesc, REFIID riid,
    void **ppvHeap)
{
    (void)self, (void)pDescriptorHeapDesc, (void)riid, (void)ppvHeap;
    if (ppvHeap)
        *ppvHeap = NULL;
    return unsupported("CreateDescriptorHeap");
}

static UINT STDMETHODCALLTYPE device_GetDescriptorHandleIncrementSize(
    ID3D12Device5 *self, D3D12_DESCRIPTOR_HEAP_TYPE DescriptorHeapType)
{
    (void)self, (void)DescriptorHeapType;
    return 0;
}

static HRESULT STDMETHODCALLTYPE device_CreateRootSignature(ID3D12Device5 *self, UINT nodeMask,
                                                            const void *pBlobWithRootSignature,
                                                            SIZE_T blobLengthInBytes, REFIID riid,
                                                            void **ppvRootSignature)
{
    (void)self, (void)nodeMask, (void)pBlobWithRootSignature, (void)blobLengthInBytes, (void)riid,
        (void)ppvRootSignature;
    if (ppvRootSignature)
        *ppvRootSignature = NULL;
    return unsupported("CreateRootSignature");
}

static void STDMETHODCALLTYPE
device_CreateConstantBufferView(ID3D12Device5 *self, const D3D12_CONSTANT_BUFFER_VIEW_DESC *pDesc,
                                D3D12_CPU_DESCRIPTOR_HANDLE DestDescriptor)
{
    (void)self, (void)pDesc, (void)DestDescriptor;
    unsupported("CreateConstantBufferView");
}

static void STDMETHODCALLTYPE device_CreateShaderResourceView(
    ID3D12Device5 *self, ID3D12Resource *pResource, const D3D12_SHADER_RESOURCE_VIEW_DESC *pDesc,
    D3D12_CPU_DESCRIPTOR_HANDLE DestDescriptor)
{
    (void)self, (void)pResource, (void)pDesc, (void)DestDescriptor;
    unsupported("CreateShaderResourceView");
}

static void STDMETHODCALLTYPE device_CreateUnorderedAccessView(
    ID3D12Device5 *self, ID3D12Resource *pResource, ID3D12Resource *pCounterResource,
    const D3D12_UNORDERED_ACCESS_VIEW_DESC *pDesc, D3D12_CPU_DESCRIPTOR_HANDLE DestDescriptor)
{
    (void)self, (void)pResource, (void)pCounterResource, (void)pDesc, (void)DestDescriptor;
    unsupported("CreateUnorderedAccessView");
}

static void STDMETHODCALLTYPE device_CreateRenderTargetView(
    ID3D12Device5 *self, ID3D12Resource *pResource, const D3D12_RENDER_TARGET_VIEW_DESC *pDesc,
    D3D12_CPU_DESCRIPTOR_HANDLE DestDescriptor)
{
    (void)self, (void)pResource, (void)pDesc, (void)DestDescriptor;
    unsupported("CreateRenderTargetView");
}

static void STDMETHODCALLTYPE device_CreateDepthStencilView(
    ID3D12Device5 *self, ID3D12Resource *pResource, const D3D12_DEPTH_STENCIL_VIEW_DESC *pDesc,
    D3D12_CPU_DESCRIPTOR_HANDLE DestDescriptor)
{
    (void)self, (void)pResource, (void)pDesc, (void)DestDescriptor;
    unsupported("CreateDepthStencilView");
}

static void STDMETHODCALLTYPE device_CreateSampler(ID3D12Device5 *self,
                                                   const D3D12_SAMPLER_DESC *pDesc,
                                                   D3D12_CPU_DESCRIPTOR_HANDLE DestDescriptor)
{
    (void)self, (void)pDesc, (void)DestDescriptor;
    unsupported("CreateSampler");
}

static void STDMETHODCALLTYPE device_CopyDescriptors(
    ID3D12Device5 *self, UINT NumDestDescriptorRanges,
    const D3D12_CPU_DESCRIPTOR_HANDLE *pDestDescriptorRangeStarts,
    const UINT *pDestDescriptorRangeSizes, UINT NumSrcDescriptorRanges,
    const D3D12_CPU_DESCRIPTOR_HANDLE *pSrcDescriptorRangeStarts,
    const UINT *pSrcDescriptorRangeSizes, D3D12_DESCRIPTOR_HEAP_TYPE DescriptorHeapsType)
{
    (void)self, (void)NumDestDescriptorRanges, (void)pDestDescriptorRangeStarts,
        (void)pDestDescriptorRangeSizes, (void)NumSrcDescriptorRanges,
        (void)pSrcDescriptorRangeStarts, (void)pSrcDescriptorRangeSizes, (void)DescriptorHeapsType;
    unsupported("CopyDescriptors");
}

static void STDMETHODCALLTYPE device_CopyDescriptorsSimple(
    ID3D12Device5 *self, UINT NumDescriptors, D3D12_CPU_DESCRIPTOR_HANDLE DestDescriptorRangeStart,
    D3D12_CPU_DESCRIPTOR_HANDLE SrcDescriptorRangeStart,
    D3D12_DESCRIPTOR_HEAP_TYPE DescriptorHeapsType)
{
    (void)self, (void)NumDescriptors, (void)DestDescriptorRangeStart, (void)SrcDescriptorRangeStart,
        (void)DescriptorHeapsType;
    unsupported("CopyDescriptorsSimple");
}

static HRESULT STDMETHODCALLTYPE device_SetStablePowerState(ID3D12Device5 *self, BOOL Enable)
{
    (void)self, (void)Enable;
    return unsupported("SetStablePowerState");
}

static HRESULT STDMETHODCALLTYPE device_CreateCommandSignature(
    ID3D12Device5 *self, const D3D12_COMMAND_SIGNATURE_DESC *pDesc,
    ID3D12RootSignature *pRootSignature, REFIID riid, void **ppvCommandSignature)
{
    (void)self, (void)pDesc, (void)pRootSignature, (void)riid, (void)ppvCommandSignature;
    if (ppvCommandSignature)
        *ppvCommandSignature = NULL;
    return unsupported("CreateCommandSignature");
}

static HRESULT STDMETHODCALLTYPE device_CreatePipelineLibrary(ID3D12Device5 *self,
                                                              const void *pLibraryBlob,
                                                              SIZE_T BlobLength, REFIID riid,
                                                              void **ppPipelineLibrary)
{
    (void)self, (void)pLibraryBlob, (void)BlobLength, (void)riid, (void)ppPipelineLibrary;
    if (ppPipelineLibrary)
        *ppPipelineLibrary = NULL;
    return unsupported("CreatePipelineLibrary");
}

static HRESULT STDMETHODCALLTYPE
device_CreatePipelineState(ID3D12Device5 *self, const D3D12_PIPELINE_STATE_STREAM_DESC *pDesc,
                           REFIID riid, void **ppPipelineState)
{
    (void)self, (void)pDesc, (void)riid, (void)ppPipelineState;
    if (ppPipelineState)
        *ppPipelineState = NULL;
    return unsupported("CreatePipelineState");
}

static HRESULT STDMETHODCALLTYPE device_CreateProtectedResourceSession(
    ID3D12Device5 *self, const D3D12_PROTECTED_RESOURCE_SESSION_DESC *pDesc, REFIID riid,
    void **ppSession)
{
    (void)self, (void)pDesc, (void)riid, (void)ppSession;
    if (ppSession)
        *ppSession = NULL;
    return unsupported("CreateProtectedResourceSession");
}

static HRESULT STDMETHODCALLTYPE device_CreateLifetimeTracker(ID3D12Device5 *self,
                                                              ID3D12LifetimeOwner *pOwner,
                                                              REFIID riid, void **ppvTracker)
{
    (void)self, (void)pOwner, (void)riid, (void)ppvTracker;
    if (ppvTracker)
        *ppvTracker = NULL;
    return unsupported("CreateLifetimeTracker");
}

static HRESULT STDMETHODCALLTYPE device_EnumerateMetaCommands(ID3D12Device5 *self,
                                                              UINT *pNumMetaCommands,
                                                              D3D12_META_COMMAND_DESC *pDescs)
{
    (void)self, (void)pNumMetaCommands, (void)pDescs;
    if (pNumMetaCommands)
        *pNumMetaCommands = 0;
    return unsupported("EnumerateMetaCommands");
}

static HRESULT STDMETHODCALLTYPE device_EnumerateMetaCommandParameters(
    ID3D12Device5 *self, REFGUID CommandId, D3D12_META_COMMAND_PARAMETER_STAGE Stage,
    UINT *pTotalStructureSizeInBytes, UINT *pParameterCount,
    D3D12_META_COMMAND_PARAMETER_DESC *pParameterDescs)
{
    (void)self, (void)CommandId, (void)Stage, (void)pTotalStructureSizeInBytes,
        (void)pParameterCount, (void)pParameterDescs;
    if (pTotalStructureSizeInBytes)
        *pTotalStructureSizeInBytes = 0;
    if (pParameterCount)
        *pParameterCount = 0;
    return unsupported("EnumerateMetaCommandParameters");
}

static HRESULT STDMETHODCALLTYPE device_CreateMetaCommand(ID3D12Device5 *self, REFGUID CommandId,
                                                          UINT NodeMask,
                                                          const void *pCreationParametersData,
                                                          SIZE_T CreationParametersDataSizeInBytes,
                                                          REFIID riid, void **ppMetaCommand)
{
    (void)self, (void)CommandId, (void)NodeMask, (void)pCreationParametersData,
        (void)CreationParametersDataSizeInBytes, (void)riid, (void)ppMetaCommand;
    if (ppMetaCommand)
        *ppMetaCommand = NULL;
    return unsupported("CreateMetaCommand");
}

static HRESULT STDMETHODCALLTYPE device_CreateStateObject(ID3D12Device5 *self,
                                                          const D3D12_STATE_OBJECT_DESC *pDesc,
                                                          REFIID riid, void **ppStateObject)
{
    (void)self, (void)pDesc, (void)riid, (void)ppStateObject;
    if (ppStateObject)
        *ppStateObject = NULL;
    return unsupported("CreateStateObject");
}

static void STDMETHODCALLTYPE device_GetRaytracingAccelerationStructurePrebuildInfo(
    ID3D12Device5 *self, const D3D12_BUILD_RAYTRACING_ACCELERATION_STRUCTURE_INPUTS *pDesc,
    D3D12_RAYTRACING_ACCELERATION_STRUCTURE_PREBUILD_INFO *pInfo)
{
    (void)self, (void)pDesc, (void)pInfo;
    if (pInfo)
        *pInfo = (D3D12_RAYTRACING_ACCELERATION_STRUCTURE_PREBUILD_INFO){0};
    unsupported("GetRaytracingAccelerationStructurePrebuildInfo");
}

static D3D12_DRIVER_MATCHING_IDENTIFIER_STATUS STDMETHODCALLTYPE
device_CheckDriverMatchingIdentifier(
    ID3D12Device5 *self, D3D12_SERIALIZED_DATA_TYPE SerializedDataType,
    const D3D12_SERIALIZED_DATA_DRIVER_MATCHING_IDENTIFIER *pIdentifierToCheck)
{
    (void)self, (void)SerializedDataType, (void)pIdentifierToCheck;
    return D3D12_DRIVER_MATCHING_IDENTIFIER_UNSUPPORTED_TYPE;
}

#define NT_D3D_DEVICE_UNSUPPORTED_SLOTS                                                           \
    .CreateGraphicsPipelineState = device_CreateGraphicsPipelineState,                            \
    .CreateComputePipelineState = device_CreateComputePipelineState,                              \
    .CreateDescriptorHeap = device_CreateDescriptorHeap,                                          \
    .GetDescriptorHandleIncrementSize = device_GetDescriptorHandleIncrementSize,                  \
    .CreateRootSignature = device_CreateRootSignature,                                            \
    .CreateConstantBufferView = device_CreateConstantBufferView,                                  \
    .CreateShaderResourceView = device_CreateShaderResourceView,                                  \
    .CreateUnorderedAccessView = device_CreateUnorderedAccessView,                                \
    .CreateRenderTargetView = device_CreateRenderTargetView,                                      \
    .CreateDepthStencilView = device_CreateDepthStencilView,                                      \
    .CreateSampler = device_CreateSampler, .CopyDescriptors = device_CopyDescriptors,             \
    .CopyDescriptorsSimple = device_CopyDescriptorsSimple,                                        \
                                                                                                  \
    .SetStablePowerState = device_SetStablePowerState,                                            \
    .CreateCommandSignature = device_CreateCommandSignature,                                      \
                                                                                                  \
    .CreatePipelineLibrary = device_CreatePipelineLibrary,                                        \
    .CreatePipelineState = device_CreatePipelineState,                                            \
    .CreateProtectedResourceSession = device_CreateProtectedResourceSession,                      \
                                                                                                  \
    .CreateLifetimeTracker = device_CreateLifetimeTracker,                                        \
    .EnumerateMetaCommands = device_EnumerateMetaCommands,                                        \
    .EnumerateMetaCommandParameters = device_EnumerateMetaCommandParameters,                      \
    .CreateMetaCommand = device_CreateMetaCommand, .CreateStateObject = device_CreateStateObject, \
    .GetRaytracingAccelerationStructurePrebuildInfo =                                             \
        device_GetRaytracingAccelerationStructurePrebuildInfo,                                    \
    .CheckDriverMatchingIdentifier = device_CheckDriverMatchingIdentifier

#endif
