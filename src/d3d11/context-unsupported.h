/* SPDX-License-Identifier: MIT */
/*
 * The methods of the immediate context that are not built, for context.c: state, drawing, views,
 * tiles. There is no way to report; each says so once in the log.
 */
#ifndef NT_D3D11_CONTEXT_UNSUPPORTED_H
#define NT_D3D11_CONTEXT_UNSUPPORTED_H

#include "d3d11/object.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"

#define NOTHING(method, parameters)                           \
    static void STDMETHODCALLTYPE context_##method parameters \
    {                                                         \
        nt_d3d11_refuse("ID3D11DeviceContext::" #method);     \
    }
#define REFUSED(method, parameters)                              \
    static HRESULT STDMETHODCALLTYPE context_##method parameters \
    {                                                            \
        nt_d3d11_refuse("ID3D11DeviceContext::" #method);        \
        return E_NOTIMPL;                                        \
    }

NOTHING(VSSetConstantBuffers, (ID3D11DeviceContext4 * self, UINT StartSlot, UINT NumBuffers,
                               ID3D11Buffer *const *ppConstantBuffers))
NOTHING(PSSetShaderResources, (ID3D11DeviceContext4 * self, UINT StartSlot, UINT NumViews,
                               ID3D11ShaderResourceView *const *ppShaderResourceViews))
NOTHING(PSSetShader, (ID3D11DeviceContext4 * self, ID3D11PixelShader *pPixelShader,
                      ID3D11ClassInstance *const *ppClassInstances, UINT NumClassInstances))
NOTHING(PSSetSamplers, (ID3D11DeviceContext4 * self, UINT StartSlot, UINT NumSamplers,
                        ID3D11SamplerState *const *ppSamplers))
NOTHING(VSSetShader, (ID3D11DeviceContext4 * self, ID3D11VertexShader *pVertexShader,
                      ID3D11ClassInstance *const *ppClassInstances, UINT NumClassInstances))
NOTHING(DrawIndexed, (ID3D11DeviceContext4 * self, UINT IndexCount, UINT StartIndexLocation,
                      INT BaseVertexLocation))
NOTHING(Draw, (ID3D11DeviceContext4 * self, UINT VertexCount, UINT StartVertexLocation))
NOTHING(PSSetConstantBuffers, (ID3D11DeviceContext4 * self, UINT StartSlot, UINT NumBuffers,
                               ID3D11Buffer *const *ppConstantBuffers))
NOTHING(IASetInputLayout, (ID3D11DeviceContext4 * self, ID3D11InputLayout *pInputLayout))
NOTHING(IASetVertexBuffers,
        (ID3D11DeviceContext4 * self, UINT StartSlot, UINT NumBuffers,
         ID3D11Buffer *const *ppVertexBuffers, const UINT *pStrides, const UINT *pOffsets))
NOTHING(IASetIndexBuffer,
        (ID3D11DeviceContext4 * self, ID3D11Buffer *pIndexBuffer, DXGI_FORMAT Format, UINT Offset))
NOTHING(DrawIndexedInstanced,
        (ID3D11DeviceContext4 * self, UINT IndexCountPerInstance, UINT InstanceCount,
         UINT StartIndexLocation, INT BaseVertexLocation, UINT StartInstanceLocation))
NOTHING(DrawInstanced, (ID3D11DeviceContext4 * self, UINT VertexCountPerInstance,
                        UINT InstanceCount, UINT StartVertexLocation, UINT StartInstanceLocation))
NOTHING(GSSetConstantBuffers, (ID3D11DeviceContext4 * self, UINT StartSlot, UINT NumBuffers,
                               ID3D11Buffer *const *ppConstantBuffers))
NOTHING(GSSetShader, (ID3D11DeviceContext4 * self, ID3D11GeometryShader *pShader,
                      ID3D11ClassInstance *const *ppClassInstances, UINT NumClassInstances))
NOTHING(IASetPrimitiveTopology, (ID3D11DeviceContext4 * self, D3D11_PRIMITIVE_TOPOLOGY Topology))
NOTHING(VSSetShaderResources, (ID3D11DeviceContext4 * self, UINT StartSlot, UINT NumViews,
                               ID3D11ShaderResourceView *const *ppShaderResourceViews))
NOTHING(VSSetSamplers, (ID3D11DeviceContext4 * self, UINT StartSlot, UINT NumSamplers,
                        ID3D11SamplerState *const *ppSamplers))
NOTHING(SetPredication,
        (ID3D11DeviceContext4 * self, ID3D11Predicate *pPredicate, BOOL PredicateValue))
NOTHING(GSSetShaderResources, (ID3D11DeviceContext4 * self, UINT StartSlot, UINT NumViews,
                               ID3D11ShaderResourceView *const *ppShaderResourceViews))
NOTHING(GSSetSamplers, (ID3D11DeviceContext4 * self, UINT StartSlot, UINT NumSamplers,
                        ID3D11SamplerState *const *ppSamplers))
NOTHING(OMSetRenderTargets, (ID3D11DeviceContext4 * self, UINT NumViews,
                             ID3D11RenderTargetView *const *ppRenderTargetViews,
                             ID3D11DepthStencilView *pDepthStencilView))
NOTHING(OMSetRenderTargetsAndUnorderedAccessViews,
        (ID3D11DeviceContext4 * self, UINT NumRTVs,
         ID3D11RenderTargetView *const *ppRenderTargetViews,
         ID3D11DepthStencilView *pDepthStencilView, UINT UAVStartSlot, UINT NumUAVs,
         ID3D11UnorderedAccessView *const *ppUnorderedAccessViews, const UINT *pUAVInitialCounts))
NOTHING(OMSetBlendState, (ID3D11DeviceContext4 * self, ID3D11BlendState *pBlendState,
                          const FLOAT BlendFactor[4], UINT SampleMask))
NOTHING(OMSetDepthStencilState,
        (ID3D11DeviceContext4 * self, ID3D11DepthStencilState *pDepthStencilState, UINT StencilRef))
NOTHING(SOSetTargets, (ID3D11DeviceContext4 * self, UINT NumBuffers,
                       ID3D11Buffer *const *ppSOTargets, const UINT *pOffsets))
NOTHING(DrawAuto, (ID3D11DeviceContext4 * self))
NOTHING(DrawIndexedInstancedIndirect,
        (ID3D11DeviceContext4 * self, ID3D11Buffer *pBufferForArgs, UINT AlignedByteOffsetForArgs))
NOTHING(DrawInstancedIndirect,
        (ID3D11DeviceContext4 * self, ID3D11Buffer *pBufferForArgs, UINT AlignedByteOffsetForArgs))
NOTHING(Dispatch, (ID3D11DeviceContext4 * self, UINT ThreadGroupCountX, UINT ThreadGroupCountY,
                   UINT ThreadGroupCountZ))
NOTHING(DispatchIndirect,
        (ID3D11DeviceContext4 * self, ID3D11Buffer *pBufferForArgs, UINT AlignedByteOffsetForArgs))
NOTHING(RSSetState, (ID3D11DeviceContext4 * self, ID3D11RasterizerState *pRasterizerState))
NOTHING(RSSetViewports,
        (ID3D11DeviceContext4 * self, UINT NumViewports, const D3D11_VIEWPORT *pViewports))
NOTHING(RSSetScissorRects, (ID3D11DeviceContext4 * self, UINT NumRects, const D3D11_RECT *pRects))
NOTHING(CopyStructureCount, (ID3D11DeviceContext4 * self, ID3D11Buffer *pDstBuffer,
                             UINT DstAlignedByteOffset, ID3D11UnorderedAccessView *pSrcView))
NOTHING(ClearRenderTargetView,
        (ID3D11DeviceContext4 * self, ID3D11RenderTargetView *pRenderTargetView,
         const FLOAT ColorRGBA[4]))
NOTHING(ClearUnorderedAccessViewUint,
        (ID3D11DeviceContext4 * self, ID3D11UnorderedAccessView *pUnorderedAccessView,
         const UINT Values[4]))
NOTHING(ClearUnorderedAccessViewFloat,
        (ID3D11DeviceContext4 * self, ID3D11UnorderedAccessView *pUnorderedAccessView,
         const FLOAT Values[4]))
NOTHING(ClearDepthStencilView,
        (ID3D11DeviceContext4 * self, ID3D11DepthStencilView *pDepthStencilView, UINT ClearFlags,
         FLOAT Depth, UINT8 Stencil))
NOTHING(GenerateMips, (ID3D11DeviceContext4 * self, ID3D11ShaderResourceView *pShaderResourceView))
NOTHING(SetResourceMinLOD, (ID3D11DeviceContext4 * self, ID3D11Resource *pResource, FLOAT MinLOD))
NOTHING(ResolveSubresource,
        (ID3D11DeviceContext4 * self, ID3D11Resource *pDstResource, UINT DstSubresource,
         ID3D11Resource *pSrcResource, UINT SrcSubresource, DXGI_FORMAT Format))
NOTHING(ExecuteCommandList,
        (ID3D11DeviceContext4 * self, ID3D11CommandList *pCommandList, BOOL RestoreContextState))
NOTHING(HSSetShaderResources, (ID3D11DeviceContext4 * self, UINT StartSlot, UINT NumViews,
                               ID3D11ShaderResourceView *const *ppShaderResourceViews))
NOTHING(HSSetShader, (ID3D11DeviceContext4 * self, ID3D11HullShader *pHullShader,
                      ID3D11ClassInstance *const *ppClassInstances, UINT NumClassInstances))
NOTHING(HSSetSamplers, (ID3D11DeviceContext4 * self, UINT StartSlot, UINT NumSamplers,
                        ID3D11SamplerState *const *ppSamplers))
NOTHING(HSSetConstantBuffers, (ID3D11DeviceContext4 * self, UINT StartSlot, UINT NumBuffers,
                               ID3D11Buffer *const *ppConstantBuffers))
NOTHING(DSSetShaderResources, (ID3D11DeviceContext4 * self, UINT StartSlot, UINT NumViews,
                               ID3D11ShaderResourceView *const *ppShaderResourceViews))
NOTHING(DSSetShader, (ID3D11DeviceContext4 * self, ID3D11DomainShader *pDomainShader,
                      ID3D11ClassInstance *const *ppClassInstances, UINT NumClassInstances))
NOTHING(DSSetSamplers, (ID3D11DeviceContext4 * self, UINT StartSlot, UINT NumSamplers,
                        ID3D11SamplerState *const *ppSamplers))
NOTHING(DSSetConstantBuffers, (ID3D11DeviceContext4 * self, UINT StartSlot, UINT NumBuffers,
                               ID3D11Buffer *const *ppConstantBuffers))
NOTHING(CSSetShaderResources, (ID3D11DeviceContext4 * self, UINT StartSlot, UINT NumViews,
                               ID3D11ShaderResourceView *const *ppShaderResourceViews))
NOTHING(CSSetUnorderedAccessViews,
        (ID3D11DeviceContext4 * self, UINT StartSlot, UINT NumUAVs,
         ID3D11UnorderedAccessView *const *ppUnorderedAccessViews, const UINT *pUAVInitialCounts))
NOTHING(CSSetShader, (ID3D11DeviceContext4 * self, ID3D11ComputeShader *pComputeShader,
                      ID3D11ClassInstance *const *ppClassInstances, UINT NumClassInstances))
NOTHING(CSSetSamplers, (ID3D11DeviceContext4 * self, UINT StartSlot, UINT NumSamplers,
                        ID3D11SamplerState *const *ppSamplers))
NOTHING(CSSetConstantBuffers, (ID3D11DeviceContext4 * self, UINT StartSlot, UINT NumBuffers,
                               ID3D11Buffer *const *ppConstantBuffers))
NOTHING(VSSetConstantBuffers1, (ID3D11DeviceContext4 * self, UINT StartSlot, UINT NumBuffers,
                                ID3D11Buffer *const *ppConstantBuffers, const UINT *pFirstConstant,
                                const UINT *pNumConstants))
NOTHING(HSSetConstantBuffers1, (ID3D11DeviceContext4 * self, UINT StartSlot, UINT NumBuffers,
                                ID3D11Buffer *const *ppConstantBuffers, const UINT *pFirstConstant,
                                const UINT *pNumConstants))
NOTHING(DSSetConstantBuffers1, (ID3D11DeviceContext4 * self, UINT StartSlot, UINT NumBuffers,
                                ID3D11Buffer *const *ppConstantBuffers, const UINT *pFirstConstant,
                                const UINT *pNumConstants))
NOTHING(GSSetConstantBuffers1, (ID3D11DeviceContext4 * self, UINT StartSlot, UINT NumBuffers,
                                ID3D11Buffer *const *ppConstantBuffers, const UINT *pFirstConstant,
                                const UINT *pNumConstants))
NOTHING(PSSetConstantBuffers1, (ID3D11DeviceContext4 * self, UINT StartSlot, UINT NumBuffers,
                                ID3D11Buffer *const *ppConstantBuffers, const UINT *pFirstConstant,
                                const UINT *pNumConstants))
NOTHING(CSSetConstantBuffers1, (ID3D11DeviceContext4 * self, UINT StartSlot, UINT NumBuffers,
                                ID3D11Buffer *const *ppConstantBuffers, const UINT *pFirstConstant,
                                const UINT *pNumConstants))
NOTHING(ClearView, (ID3D11DeviceContext4 * self, ID3D11View *pView, const FLOAT Color[4],
                    const D3D11_RECT *pRect, UINT NumRects))
NOTHING(CopyTiles, (ID3D11DeviceContext4 * self, ID3D11Resource *pResource,
                    const D3D11_TILED_RESOURCE_COORDINATE *pStartCoordinate,
                    const D3D11_TILE_REGION_SIZE *pSize, ID3D11Buffer *pBuffer, UINT64 StartOffset,
                    UINT Flags))
NOTHING(UpdateTiles,
        (ID3D11DeviceContext4 * self, ID3D11Resource *pDstResource,
         const D3D11_TILED_RESOURCE_COORDINATE *pDstStartCoordinate,
         const D3D11_TILE_REGION_SIZE *pDstRegionSize, const void *pSrcData, UINT Flags))
NOTHING(TiledResourceBarrier, (ID3D11DeviceContext4 * self, ID3D11DeviceChild *pBeforeBarrier,
                               ID3D11DeviceChild *pAfterBarrier))
REFUSED(UpdateTileMappings,
        (ID3D11DeviceContext4 * self, ID3D11Resource *pResource, UINT RegionCount,
         const D3D11_TILED_RESOURCE_COORDINATE *pRegionStartCoordinates,
         const D3D11_TILE_REGION_SIZE *pRegionSizes, ID3D11Buffer *pPool, UINT RangeCount,
         const UINT *pRangeFlags, const UINT *pPoolStartOffsets, const UINT *pRangeTileCounts,
         UINT Flags))
REFUSED(CopyTileMappings,
        (ID3D11DeviceContext4 * self, ID3D11Resource *pDstResource,
         const D3D11_TILED_RESOURCE_COORDINATE *pDstStartCoordinate, ID3D11Resource *pSrcResource,
         const D3D11_TILED_RESOURCE_COORDINATE *pSrcStartCoordinate,
         const D3D11_TILE_REGION_SIZE *pRegionSize, UINT Flags))
REFUSED(ResizeTilePool, (ID3D11DeviceContext4 * self, ID3D11Buffer *pPool, UINT64 Size))

#undef NOTHING
#undef REFUSED
#pragma GCC diagnostic pop

#endif
