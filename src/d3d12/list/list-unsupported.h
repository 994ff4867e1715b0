/* SPDX-License-Identifier: MIT */
/*
 * The recording methods that a memory device does not have: drawing, dispatching, resolving,
 * views. They return nothing, so they mark the list, and its Close returns E_NOTIMPL.
 *
 * Included by list.c alone, which puts NT_D3D_LIST_UNSUPPORTED_SLOTS into its vtable.
 */
#ifndef NT_D3D12_LIST_UNSUPPORTED_H
#define NT_D3D12_LIST_UNSUPPORTED_H

#include "d3d12/list/list.h"

static void unsupported(ID3D12GraphicsCommandList2 *self, const char *method)
{
    nt_d3d_list_fail((struct nt_d3d_list *)self, E_NOTIMPL, method);
}

static void STDMETHODCALLTYPE list_DrawInstanced(ID3D12GraphicsCommandList2 *self,
                                                 UINT VertexCountPerInstance, UINT InstanceCount,
                                                 UINT StartVertexLocation,
                                                 UINT StartInstanceLocation)
{
    (void)VertexCountPerInstance, (void)InstanceCount, (void)StartVertexLocation,
        (void)StartInstanceLocation;
    unsupported(self, "DrawInstanced");
}

static void STDMETHODCALLTYPE list_DrawIndexedInstanced(ID3D12GraphicsCommandList2 *self,
                                                        UINT IndexCountPerInstance,
                                                        UINT InstanceCount, UINT StartIndexLocation,
                                                        INT BaseVertexLocation,
                                                        UINT StartInstanceLocation)
{
    (void)IndexCountPerInstance, (void)InstanceCount, (void)StartIndexLocation,
        (void)BaseVertexLocation, (void)StartInstanceLocation;
    unsupported(self, "DrawIndexedInstanced");
}

static void STDMETHODCALLTYPE list_Dispatch(ID3D12GraphicsCommandList2 *self,
                                            UINT ThreadGroupCountX, UINT ThreadGroupCountY,
                                            UINT ThreadGroupCountZ)
{
    (void)ThreadGroupCountX, (void)ThreadGroupCountY, (void)ThreadGroupCountZ;
    unsupported(self, "Dispatch");
}

static void STDMETHODCALLTYPE list_ResolveSubresource(ID3D12GraphicsCommandList2 *self,
                                                      ID3D12Resource *pDstResource,
                                                      UINT DstSubresource,
                                                      ID3D12Resource *pSrcResource,
                                                      UINT SrcSubresource, DXGI_FORMAT Format)
{
    (void)pDstResource, (void)DstSubresource, (void)pSrcResource, (void)SrcSubresource,
        (void)Format;
    unsupported(self, "ResolveSubresource");
}

static void STDMETHODCALLTYPE list_IASetPrimitiveTopology(
    ID3D12GraphicsCommandList2 *self, D3D12_PRIMITIVE_TOPOLOGY PrimitiveTopology)
{
    (void)PrimitiveTopology;
    unsupported(self, "IASetPrimitiveTopology");
}

static void STDMETHODCALLTYPE list_RSSetViewports(ID3D12GraphicsCommandList2 *self,
                                                  UINT NumViewports,
                                                  const D3D12_VIEWPORT *pViewports)
{
    (void)NumViewports, (void)pViewports;
    unsupported(self, "RSSetViewports");
}

static void STDMETHODCALLTYPE list_RSSetScissorRects(ID3D12GraphicsCommandList2 *self,
                                                     UINT NumRects, const D3D12_RECT *pRects)
{
    (void)NumRects, (void)pRects;
    unsupported(self, "RSSetScissorRects");
}

static void STDMETHODCALLTYPE list_OMSetBlendFactor(ID3D12GraphicsCommandList2 *self,
                                                    const FLOAT BlendFactor[4])
{
    (void)BlendFactor;
    unsupported(self, "OMSetBlendFactor");
}

static void STDMETHODCALLTYPE list_OMSetStencilRef(ID3D12GraphicsCommandList2 *self,
                                                   UINT StencilRef)
{
    (void)StencilRef;
    unsupported(self, "OMSetStencilRef");
}

static void STDMETHODCALLTYPE list_SetPipelineState(ID3D12GraphicsCommandList2 *self,
                                                    ID3D12PipelineState *pPipelineState)
{
    (void)pPipelineState;
    unsupported(self, "SetPipelineState");
}

static void STDMETHODCALLTYPE
list_SetDescriptorHeaps(ID3D12GraphicsCommandList2 *self, UINT NumDescriptorHeaps,
                        ID3D12DescriptorHeap *const *ppDescriptorHeaps)
{
    (void)NumDescriptorHeaps, (void)ppDescriptorHeaps;
    unsupported(self, "SetDescriptorHeaps");
}

static void STDMETHODCALLTYPE list_SetComputeRootSignature(ID3D12GraphicsCommandList2 *self,
                                                           ID3D12RootSignature *pRootSignature)
{
    (void)pRootSignature;
    unsupported(self, "SetComputeRootSignature");
}

static void STDMETHODCALLTYPE list_SetGraphicsRootSignature(ID3D12GraphicsCommandList2 *self,
                                                            ID3D12RootSignature *pRootSignature)
{
    (void)pRootSignature;
    unsupported(self, "SetGraphicsRootSignature");
}

static void STDMETHODCALLTYPE
list_SetComputeRootDescriptorTable(ID3D12GraphicsCommandList2 *self, UINT RootParameterIndex,
                                   D3D12_GPU_DESCRIPTOR_HANDLE BaseDescriptor)
{
    (void)RootParameterIndex, (void)BaseDescriptor;
    unsupported(self, "SetComputeRootDescriptorTable");
}

static void STDMETHODCALLTYPE
list_SetGraphicsRootDescriptorTable(ID3D12GraphicsCommandList2 *self, UINT RootParameterIndex,
                                    D3D12_GPU_DESCRIPTOR_HANDLE BaseDescriptor)
{
    (void)RootParameterIndex, (void)BaseDescriptor;
    unsupported(self, "SetGraphicsRootDescriptorTable");
}

static void STDMETHODCALLTYPE list_SetComputeRoot32BitConstant(ID3D12GraphicsCommandList2 *self,
                                                               UINT RootParameterIndex,
                                                               UINT SrcData,
                                                               UINT DestOffsetIn32BitValues)
{
    (void)RootParameterIndex, (void)SrcData, (void)DestOffsetIn32BitValues;
    unsupported(self, "SetComputeRoot32BitConstant");
}

static void STDMETHODCALLTYPE list_SetGraphicsRoot32BitConstant(ID3D12GraphicsCommandList2 *self,
                                                                UINT RootParameterIndex,
                                                                UINT SrcData,
                                                                UINT DestOffsetIn32BitValues)
{
    (void)RootParameterIndex, (void)SrcData, (void)DestOffsetIn32BitValues;
    unsupported(self, "SetGraphicsRoot32BitConstant");
}

static void STDMETHODCALLTYPE list_SetComputeRoot32BitConstants(ID3D12GraphicsCommandList2 *self,
                                                                UINT RootParameterIndex,
                                                                UINT Num32BitValuesToSet,
                                                                const void *pSrcData,
                                                                UINT DestOffsetIn32BitValues)
{
    (void)RootParameterIndex, (void)Num32BitValuesToSet, (void)pSrcData,
        (void)DestOffsetIn32BitValues;
    unsupported(self, "SetComputeRoot32BitConstants");
}

static void STDMETHODCALLTYPE list_SetGraphicsRoot32BitConstants(ID3D12GraphicsCommandList2 *self,
                                                                 UINT RootParameterIndex,
                                                                 UINT Num32BitValuesToSet,
                                                                 const void *pSrcData,
                                                                 UINT DestOffsetIn32BitValues)
{
    (void)RootParameterIndex, (void)Num32BitValuesToSet, (void)pSrcData,
        (void)DestOffsetIn32BitValues;
    unsupported(self, "SetGraphicsRoot32BitConstants");
}

static void STDMETHODCALLTYPE
list_SetComputeRootConstantBufferView(ID3D12GraphicsCommandList2 *self, UINT RootParameterIndex,
                                      D3D12_GPU_VIRTUAL_ADDRESS BufferLocation)
{
    (void)RootParameterIndex, (void)BufferLocation;
    unsupported(self, "SetComputeRootConstantBufferView");
}

static void STDMETHODCALLTYPE
list_SetGraphicsRootConstantBufferView(ID3D12GraphicsCommandList2 *self, UINT RootParameterIndex,
                                       D3D12_GPU_VIRTUAL_ADDRESS BufferLocation)
{
    (void)RootParameterIndex, (void)BufferLocation;
    unsupported(self, "SetGraphicsRootConstantBufferView");
}

static void STDMETHODCALLTYPE
list_SetComputeRootShaderResourceView(ID3D12GraphicsCommandList2 *self, UINT RootParameterIndex,
                                      D3D12_GPU_VIRTUAL_ADDRESS BufferLocation)
{
    (void)RootParameterIndex, (void)BufferLocation;
    unsupported(self, "SetComputeRootShaderResourceView");
}

static void STDMETHODCALLTYPE
list_SetGraphicsRootShaderResourceView(ID3D12GraphicsCommandList2 *self, UINT RootParameterIndex,
                                       D3D12_GPU_VIRTUAL_ADDRESS BufferLocation)
{
    (void)RootParameterIndex, (void)BufferLocation;
    unsupported(self, "SetGraphicsRootShaderResourceView");
}

static void STDMETHODCALLTYPE
list_SetComputeRootUnorderedAccessView(ID3D12GraphicsCommandList2 *self, UINT RootParameterIndex,
                                       D3D12_GPU_VIRTUAL_ADDRESS BufferLocation)
{
    (void)RootParameterIndex, (void)BufferLocation;
    unsupported(self, "SetComputeRootUnorderedAccessView");
}

static void STDMETHODCALLTYPE
list_SetGraphicsRootUnorderedAccessView(ID3D12GraphicsCommandList2 *self, UINT RootParameterIndex,
                                        D3D12_GPU_VIRTUAL_ADDRESS BufferLocation)
{
    (void)RootParameterIndex, (void)BufferLocation;
    unsupported(self, "SetGraphicsRootUnorderedAccessView");
}

static void STDMETHODCALLTYPE list_IASetIndexBuffer(ID3D12GraphicsCommandList2 *self,
                                                    const D3D12_INDEX_BUFFER_VIEW *pView)
{
    (void)pView;
    unsupported(self, "IASetIndexBuffer");
}

static void STDMETHODCALLTYPE list_IASetVertexBuffers(ID3D12GraphicsCommandList2 *self,
                                                      UINT StartSlot, UINT NumViews,
                                                      const D3D12_VERTEX_BUFFER_VIEW *pViews)
{
    (void)StartSlot, (void)NumViews, (void)pViews;
    unsupported(self, "IASetVertexBuffers");
}

static void STDMETHODCALLTYPE list_SOSetTargets(ID3D12GraphicsCommandList2 *self, UINT StartSlot,
                                                UINT NumViews,
                                                const D3D12_STREAM_OUTPUT_BUFFER_VIEW *pViews)
{
    (void)StartSlot, (void)NumViews, (void)pViews;
    unsupported(self, "SOSetTargets");
}

static void STDMETHODCALLTYPE
list_OMSetRenderTargets(ID3D12GraphicsCommandList2 *self, UINT NumRenderTargetDescriptors,
                        const D3D12_CPU_DESCRIPTOR_HANDLE *pRenderTargetDescriptors,
                        BOOL RTsSingleHandleToDescriptorRange,
                        const D3D12_CPU_DESCRIPTOR_HANDLE *pDepthStencilDescriptor)
{
    (void)NumRenderTargetDescriptors, (void)pRenderTargetDescriptors,
        (void)RTsSingleHandleToDescriptorRange, (void)pDepthStencilDescriptor;
    unsupported(self, "OMSetRenderTargets");
}

static void STDMETHODCALLTYPE list_ClearDepthStencilView(
    ID3D12GraphicsCommandList2 *self, D3D12_CPU_DESCRIPTOR_HANDLE DepthStencilView,
    D3D12_CLEAR_FLAGS ClearFlags, FLOAT Depth, UINT8 Stencil, UINT NumRects,
    const D3D12_RECT *pRects)
{
    (void)DepthStencilView, (void)ClearFlags, (void)Depth, (void)Stencil, (void)NumRects,
        (void)pRects;
    unsupported(self, "ClearDepthStencilView");
}

static void STDMETHODCALLTYPE list_ClearRenderTargetView(
    ID3D12GraphicsCommandList2 *self, D3D12_CPU_DESCRIPTOR_HANDLE RenderTargetView,
    const FLOAT ColorRGBA[4], UINT NumRects, const D3D12_RECT *pRects)
{
    (void)RenderTargetView, (void)ColorRGBA, (void)NumRects, (void)pRects;
    unsupported(self, "ClearRenderTargetView");
}

static void STDMETHODCALLTYPE list_ClearUnorderedAccessViewUint(
    ID3D12GraphicsCommandList2 *self, D3D12_GPU_DESCRIPTOR_HANDLE ViewGPUHandleInCurrentHeap,
    D3D12_CPU_DESCRIPTOR_HANDLE ViewCPUHandle, ID3D12Resource *pResource, const UINT Values[4],
    UINT NumRects, const D3D12_RECT *pRects)
{
    (void)ViewGPUHandleInCurrentHeap, (void)ViewCPUHandle, (void)pResource, (void)Values,
        (void)NumRects, (void)pRects;
    unsupported(self, "ClearUnorderedAccessViewUint");
}

static void STDMETHODCALLTYPE list_ClearUnorderedAccessViewFloat(
    ID3D12GraphicsCommandList2 *self, D3D12_GPU_DESCRIPTOR_HANDLE ViewGPUHandleInCurrentHeap,
    D3D12_CPU_DESCRIPTOR_HANDLE ViewCPUHandle, ID3D12Resource *pResource, const FLOAT Values[4],
    UINT NumRects, const D3D12_RECT *pRects)
{
    (void)ViewGPUHandleInCurrentHeap, (void)ViewCPUHandle, (void)pResource, (void)Values,
        (void)NumRects, (void)pRects;
    unsupported(self, "ClearUnorderedAccessViewFloat");
}

static void STDMETHODCALLTYPE list_SetPredication(ID3D12GraphicsCommandList2 *self,
                                                  ID3D12Resource *pBuffer,
                                                  UINT64 AlignedBufferOffset,
                                                  D3D12_PREDICATION_OP Operation)
{
    (void)pBuffer, (void)AlignedBufferOffset, (void)Operation;
    unsupported(self, "SetPredication");
}

static void STDMETHODCALLTYPE list_ExecuteIndirect(
    ID3D12GraphicsCommandList2 *self, ID3D12CommandSignature *pCommandSignature,
    UINT MaxCommandCount, ID3D12Resource *pArgumentBuffer, UINT64 ArgumentBufferOffset,
    ID3D12Resource *pCountBuffer, UINT64 CountBufferOffset)
{
    (void)pCommandSignature, (void)MaxCommandCount, (void)pArgumentBuffer,
        (void)ArgumentBufferOffset, (void)pCountBuffer, (void)CountBufferOffset;
    unsupported(self, "ExecuteIndirect");
}

static void STDMETHODCALLTYPE list_OMSetDepthBounds(ID3D12GraphicsCommandList2 *self, FLOAT Min,
                                                    FLOAT Max)
{
    (void)Min, (void)Max;
    unsupported(self, "OMSetDepthBounds");
}

static void STDMETHODCALLTYPE list_SetSamplePositions(ID3D12GraphicsCommandList2 *self,
                                                      UINT NumSamplesPerPixel, UINT NumPixels,
                                                      D3D12_SAMPLE_POSITION *pSamplePositions)
{
    (void)NumSamplesPerPixel, (void)NumPixels, (void)pSamplePositions;
    unsupported(self, "SetSamplePositions");
}

static void STDMETHODCALLTYPE list_ResolveSubresourceRegion(
    ID3D12GraphicsCommandList2 *self, ID3D12Resource *pDstResource, UINT DstSubresource, UINT DstX,
    UINT DstY, ID3D12Resource *pSrcResource, UINT SrcSubresource, D3D12_RECT *pSrcRect,
    DXGI_FORMAT Format, D3D12_RESOLVE_MODE ResolveMode)
{
    (void)pDstResource, (void)DstSubresource, (void)DstX, (void)DstY, (void)pSrcResource,
        (void)SrcSubresource, (void)pSrcRect, (void)Format, (void)ResolveMode;
    unsupported(self, "ResolveSubresourceRegion");
}

static void STDMETHODCALLTYPE list_SetViewInstanceMask(ID3D12GraphicsCommandList2 *self, UINT Mask)
{
    (void)Mask;
    unsupported(self, "SetViewInstanceMask");
}

#define NT_D3D_LIST_UNSUPPORTED_SLOTS                                                             \
    .DrawInstanced = list_DrawInstanced, .DrawIndexedInstanced = list_DrawIndexedInstanced,       \
    .Dispatch = list_Dispatch, .ResolveSubresource = list_ResolveSubresource,                     \
    .IASetPrimitiveTopology = list_IASetPrimitiveTopology, .RSSetViewports = list_RSSetViewports, \
    .RSSetScissorRects = list_RSSetScissorRects, .OMSetBlendFactor = list_OMSetBlendFactor,       \
    .OMSetStencilRef = list_OMSetStencilRef, .SetPipelineState = list_SetPipelineState,           \
    .SetDescriptorHeaps = list_SetDescriptorHeaps,                                                \
    .SetComputeRootSignature = list_SetComputeRootSignature,                                      \
    .SetGraphicsRootSignature = list_SetGraphicsRootSignature,                                    \
    .SetComputeRootDescriptorTable = list_SetComputeRootDescriptorTable,                          \
    .SetGraphicsRootDescriptorTable = list_SetGraphicsRootDescriptorTable,                        \
    .SetComputeRoot32BitConstant = list_SetComputeRoot32BitConstant,                              \
    .SetGraphicsRoot32BitConstant = list_SetGraphicsRoot32BitConstant,                            \
    .SetComputeRoot32BitConstants = list_SetComputeRoot32BitConstants,                            \
    .SetGraphicsRoot32BitConstants = list_SetGraphicsRoot32BitConstants,                          \
    .SetComputeRootConstantBufferView = list_SetComputeRootConstantBufferView,                    \
    .SetGraphicsRootConstantBufferView = list_SetGraphicsRootConstantBufferView,                  \
    .SetComputeRootShaderResourceView = list_SetComputeRootShaderResourceView,                    \
    .SetGraphicsRootShaderResourceView = list_SetGraphicsRootShaderResourceView,                  \
    .SetComputeRootUnorderedAccessView = list_SetComputeRootUnorderedAccessView,                  \
    .SetGraphicsRootUnorderedAccessView = list_SetGraphicsRootUnorderedAccessView,                \
    .IASetIndexBuffer = list_IASetIndexBuffer, .IASetVertexBuffers = list_IASetVertexBuffers,     \
    .SOSetTargets = list_SOSetTargets, .OMSetRenderTargets = list_OMSetRenderTargets,             \
    .ClearDepthStencilView = list_ClearDepthStencilView,                                          \
    .ClearRenderTargetView = list_ClearRenderTargetView,                                          \
    .ClearUnorderedAccessViewUint = list_ClearUnorderedAccessViewUint,                            \
    .ClearUnorderedAccessViewFloat = list_ClearUnorderedAccessViewFloat,                          \
                                                                                                  \
    .SetPredication = list_SetPredication, .ExecuteIndirect = list_ExecuteIndirect,               \
    .OMSetDepthBounds = list_OMSetDepthBounds, .SetSamplePositions = list_SetSamplePositions,     \
    .ResolveSubresourceRegion = list_ResolveSubresourceRegion,                                    \
    .SetViewInstanceMask = list_SetViewInstanceMask

#endif
