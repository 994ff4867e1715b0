/* SPDX-License-Identifier: MIT */
/*
 * What the immediate context says of its state, for context.c: that nothing is bound, since
 * nothing can be.
 */
#ifndef NT_D3D11_CONTEXT_STATE_H
#define NT_D3D11_CONTEXT_STATE_H

#include <string.h>

#include "d3d11/object.h"

/* The application's array becomes zeros; NULL is allowed. */
#define CLEAR(array, n)                                         \
    do {                                                        \
        if (array)                                              \
            memset((array), 0, (size_t)(n) * sizeof(*(array))); \
    } while (0)

static void STDMETHODCALLTYPE context_VSGetConstantBuffers(ID3D11DeviceContext4 *self,
                                                           UINT StartSlot, UINT NumBuffers,
                                                           ID3D11Buffer **ppConstantBuffers)
{
    (void)self;
    (void)StartSlot;
    CLEAR(ppConstantBuffers, NumBuffers);
}

static void STDMETHODCALLTYPE
context_PSGetShaderResources(ID3D11DeviceContext4 *self, UINT StartSlot, UINT NumViews,
                             ID3D11ShaderResourceView **ppShaderResourceViews)
{
    (void)self;
    (void)StartSlot;
    CLEAR(ppShaderResourceViews, NumViews);
}

static void STDMETHODCALLTYPE context_PSGetShader(ID3D11DeviceContext4 *self,
                                                  ID3D11PixelShader **ppPixelShader,
                                                  ID3D11ClassInstance **ppClassInstances,
                                                  UINT *pNumClassInstances)
{
    (void)self;
    (void)ppClassInstances;
    CLEAR(ppPixelShader, 1);
    CLEAR(pNumClassInstances, 1);
}

static void STDMETHODCALLTYPE context_PSGetSamplers(ID3D11DeviceContext4 *self, UINT StartSlot,
                                                    UINT NumSamplers,
                                                    ID3D11SamplerState **ppSamplers)
{
    (void)self;
    (void)StartSlot;
    CLEAR(ppSamplers, NumSamplers);
}

static void STDMETHODCALLTYPE context_VSGetShader(ID3D11DeviceContext4 *self,
                                                  ID3D11VertexShader **ppVertexShader,
                                                  ID3D11ClassInstance **ppClassInstances,
                                                  UINT *pNumClassInstances)
{
    (void)self;
    (void)ppClassInstances;
    CLEAR(ppVertexShader, 1);
    CLEAR(pNumClassInstances, 1);
}

static void STDMETHODCALLTYPE context_PSGetConstantBuffers(ID3D11DeviceContext4 *self,
                                                           UINT StartSlot, UINT NumBuffers,
                                                           ID3D11Buffer **ppConstantBuffers)
{
    (void)self;
    (void)StartSlot;
    CLEAR(ppConstantBuffers, NumBuffers);
}

static void STDMETHODCALLTYPE context_IAGetInputLayout(ID3D11DeviceContext4 *self,
                                                       ID3D11InputLayout **ppInputLayout)
{
    (void)self;
    CLEAR(ppInputLayout, 1);
}

static void STDMETHODCALLTYPE context_IAGetVertexBuffers(ID3D11DeviceContext4 *self, UINT StartSlot,
                                                         UINT NumBuffers,
                                                         ID3D11Buffer **ppVertexBuffers,
                                                         UINT *pStrides, UINT *pOffsets)
{
    (void)self;
    (void)StartSlot;
    CLEAR(ppVertexBuffers, NumBuffers);
    CLEAR(pStrides, NumBuffers);
    CLEAR(pOffsets, NumBuffers);
}

static void STDMETHODCALLTYPE context_IAGetIndexBuffer(ID3D11DeviceContext4 *self,
                                                       ID3D11Buffer **pIndexBuffer,
                                                       DXGI_FORMAT *Format, UINT *Offset)
{
    (void)self;
    CLEAR(pIndexBuffer, 1);
    CLEAR(Format, 1);
    CLEAR(Offset, 1);
}

static void STDMETHODCALLTYPE context_GSGetConstantBuffers(ID3D11DeviceContext4 *self,
                                                           UINT StartSlot, UINT NumBuffers,
                                                           ID3D11Buffer **ppConstantBuffers)
{
    (void)self;
    (void)StartSlot;
    CLEAR(ppConstantBuffers, NumBuffers);
}

static void STDMETHODCALLTYPE context_GSGetShader(ID3D11DeviceContext4 *self,
                                                  ID3D11GeometryShader **ppGeometryShader,
                                                  ID3D11ClassInstance **ppClassInstances,
                                                  UINT *pNumClassInstances)
{
    (void)self;
    (void)ppClassInstances;
    CLEAR(ppGeometryShader, 1);
    CLEAR(pNumClassInstances, 1);
}

static void STDMETHODCALLTYPE context_IAGetPrimitiveTopology(ID3D11DeviceContext4 *self,
                                                             D3D11_PRIMITIVE_TOPOLOGY *pTopology)
{
    (void)self;
    CLEAR(pTopology, 1);
}

static void STDMETHODCALLTYPE
context_VSGetShaderResources(ID3D11DeviceContext4 *self, UINT StartSlot, UINT NumViews,
                             ID3D11ShaderResourceView **ppShaderResourceViews)
{
    (void)self;
    (void)StartSlot;
    CLEAR(ppShaderResourceViews, NumViews);
}

static void STDMETHODCALLTYPE context_VSGetSamplers(ID3D11DeviceContext4 *self, UINT StartSlot,
                                                    UINT NumSamplers,
                                                    ID3D11SamplerState **ppSamplers)
{
    (void)self;
    (void)StartSlot;
    CLEAR(ppSamplers, NumSamplers);
}

static void STDMETHODCALLTYPE context_GetPredication(ID3D11DeviceContext4 *self,
                                                     ID3D11Predicate **ppPredicate,
                                                     BOOL *pPredicateValue)
{
    (void)self;
    CLEAR(ppPredicate, 1);
    CLEAR(pPredicateValue, 1);
}

static void STDMETHODCALLTYPE
context_GSGetShaderResources(ID3D11DeviceContext4 *self, UINT StartSlot, UINT NumViews,
                             ID3D11ShaderResourceView **ppShaderResourceViews)
{
    (void)self;
    (void)StartSlot;
    CLEAR(ppShaderResourceViews, NumViews);
}

static void STDMETHODCALLTYPE context_GSGetSamplers(ID3D11DeviceContext4 *self, UINT StartSlot,
                                                    UINT NumSamplers,
                                                    ID3D11SamplerState **ppSamplers)
{
    (void)self;
    (void)StartSlot;
    CLEAR(ppSamplers, NumSamplers);
}

static void STDMETHODCALLTYPE context_OMGetRenderTargets(
    ID3D11DeviceContext4 *self, UINT NumViews, ID3D11RenderTargetView **ppRenderTargetViews,
    ID3D11DepthStencilView **ppDepthStencilView)
{
    (void)self;
    CLEAR(ppRenderTargetViews, NumViews);
    CLEAR(ppDepthStencilView, 1);
}

static void STDMETHODCALLTYPE context_OMGetRenderTargetsAndUnorderedAccessViews(
    ID3D11DeviceContext4 *self, UINT NumRTVs, ID3D11RenderTargetView **ppRenderTargetViews,
    ID3D11DepthStencilView **ppDepthStencilView, UINT UAVStartSlot, UINT NumUAVs,
    ID3D11UnorderedAccessView **ppUnorderedAccessViews)
{
    (void)self;
    (void)UAVStartSlot;
    CLEAR(ppRenderTargetViews, NumRTVs);
    CLEAR(ppDepthStencilView, 1);
    CLEAR(ppUnorderedAccessViews, NumUAVs);
}

static void STDMETHODCALLTYPE context_OMGetBlendState(ID3D11DeviceContext4 *self,
                                                      ID3D11BlendState **ppBlendState,
                                                      FLOAT BlendFactor[4], UINT *pSampleMask)
{
    (void)self;
    CLEAR(ppBlendState, 1);
    for (int i = 0; BlendFactor && i < 4; i++)
        BlendFactor[i] = 1;
    if (pSampleMask)
        *pSampleMask = UINT32_MAX;
}

static void STDMETHODCALLTYPE context_OMGetDepthStencilState(
    ID3D11DeviceContext4 *self, ID3D11DepthStencilState **ppDepthStencilState, UINT *pStencilRef)
{
    (void)self;
    CLEAR(ppDepthStencilState, 1);
    CLEAR(pStencilRef, 1);
}

static void STDMETHODCALLTYPE context_SOGetTargets(ID3D11DeviceContext4 *self, UINT NumBuffers,
                                                   ID3D11Buffer **ppSOTargets)
{
    (void)self;
    CLEAR(ppSOTargets, NumBuffers);
}

static void STDMETHODCALLTYPE context_RSGetState(ID3D11DeviceContext4 *self,
                                                 ID3D11RasterizerState **ppRasterizerState)
{
    (void)self;
    CLEAR(ppRasterizerState, 1);
}

static void STDMETHODCALLTYPE context_RSGetViewports(ID3D11DeviceContext4 *self,
                                                     UINT *pNumViewports,
                                                     D3D11_VIEWPORT *pViewports)
{
    (void)self;
    (void)pViewports;
    CLEAR(pNumViewports, 1);
}

static void STDMETHODCALLTYPE context_RSGetScissorRects(ID3D11DeviceContext4 *self, UINT *pNumRects,
                                                        D3D11_RECT *pRects)
{
    (void)self;
    (void)pRects;
    CLEAR(pNumRects, 1);
}

static void STDMETHODCALLTYPE
context_HSGetShaderResources(ID3D11DeviceContext4 *self, UINT StartSlot, UINT NumViews,
                             ID3D11ShaderResourceView **ppShaderResourceViews)
{
    (void)self;
    (void)StartSlot;
    CLEAR(ppShaderResourceViews, NumViews);
}

static void STDMETHODCALLTYPE context_HSGetShader(ID3D11DeviceContext4 *self,
                                                  ID3D11HullShader **ppHullShader,
                                                  ID3D11ClassInstance **ppClassInstances,
                                                  UINT *pNumClassInstances)
{
    (void)self;
    (void)ppClassInstances;
    CLEAR(ppHullShader, 1);
    CLEAR(pNumClassInstances, 1);
}

static void STDMETHODCALLTYPE context_HSGetSamplers(ID3D11DeviceContext4 *self, UINT StartSlot,
                                                    UINT NumSamplers,
                                                    ID3D11SamplerState **ppSamplers)
{
    (void)self;
    (void)StartSlot;
    CLEAR(ppSamplers, NumSamplers);
}

static void STDMETHODCALLTYPE context_HSGetConstantBuffers(ID3D11DeviceContext4 *self,
                                                           UINT StartSlot, UINT NumBuffers,
                                                           ID3D11Buffer **ppConstantBuffers)
{
    (void)self;
    (void)StartSlot;
    CLEAR(ppConstantBuffers, NumBuffers);
}

static void STDMETHODCALLTYPE
context_DSGetShaderResources(ID3D11DeviceContext4 *self, UINT StartSlot, UINT NumViews,
                             ID3D11ShaderResourceView **ppShaderResourceViews)
{
    (void)self;
    (void)StartSlot;
    CLEAR(ppShaderResourceViews, NumViews);
}

static void STDMETHODCALLTYPE context_DSGetShader(ID3D11DeviceContext4 *self,
                                                  ID3D11DomainShader **ppDomainShader,
                                                  ID3D11ClassInstance **ppClassInstances,
                                                  UINT *pNumClassInstances)
{
    (void)self;
    (void)ppClassInstances;
    CLEAR(ppDomainShader, 1);
    CLEAR(pNumClassInstances, 1);
}

static void STDMETHODCALLTYPE context_DSGetSamplers(ID3D11DeviceContext4 *self, UINT StartSlot,
                                                    UINT NumSamplers,
                                                    ID3D11SamplerState **ppSamplers)
{
    (void)self;
    (void)StartSlot;
    CLEAR(ppSamplers, NumSamplers);
}

static void STDMETHODCALLTYPE context_DSGetConstantBuffers(ID3D11DeviceContext4 *self,
                                                           UINT StartSlot, UINT NumBuffers,
                                                           ID3D11Buffer **ppConstantBuffers)
{
    (void)self;
    (void)StartSlot;
    CLEAR(ppConstantBuffers, NumBuffers);
}

static void STDMETHODCALLTYPE
context_CSGetShaderResources(ID3D11DeviceContext4 *self, UINT StartSlot, UINT NumViews,
                             ID3D11ShaderResourceView **ppShaderResourceViews)
{
    (void)self;
    (void)StartSlot;
    CLEAR(ppShaderResourceViews, NumViews);
}

static void STDMETHODCALLTYPE
context_CSGetUnorderedAccessViews(ID3D11DeviceContext4 *self, UINT StartSlot, UINT NumUAVs,
                                  ID3D11UnorderedAccessView **ppUnorderedAccessViews)
{
    (void)self;
    (void)StartSlot;
    CLEAR(ppUnorderedAccessViews, NumUAVs);
}

static void STDMETHODCALLTYPE context_CSGetShader(ID3D11DeviceContext4 *self,
                                                  ID3D11ComputeShader **ppComputeShader,
                                                  ID3D11ClassInstance **ppClassInstances,
                                                  UINT *pNumClassInstances)
{
    (void)self;
    (void)ppClassInstances;
    CLEAR(ppComputeShader, 1);
    CLEAR(pNumClassInstances, 1);
}

static void STDMETHODCALLTYPE context_CSGetSamplers(ID3D11DeviceContext4 *self, UINT StartSlot,
                                                    UINT NumSamplers,
                                                    ID3D11SamplerState **ppSamplers)
{
    (void)self;
    (void)StartSlot;
    CLEAR(ppSamplers, NumSamplers);
}

static void STDMETHODCALLTYPE context_CSGetConstantBuffers(ID3D11DeviceContext4 *self,
                                                           UINT StartSlot, UINT NumBuffers,
                                                           ID3D11Buffer **ppConstantBuffers)
{
    (void)self;
    (void)StartSlot;
    CLEAR(ppConstantBuffers, NumBuffers);
}

static void STDMETHODCALLTYPE context_VSGetConstantBuffers1(ID3D11DeviceContext4 *self,
                                                            UINT StartSlot, UINT NumBuffers,
                                                            ID3D11Buffer **ppConstantBuffers,
                                                            UINT *pFirstConstant,
                                                            UINT *pNumConstants)
{
    (void)self;
    (void)StartSlot;
    CLEAR(ppConstantBuffers, NumBuffers);
    CLEAR(pFirstConstant, NumBuffers);
    CLEAR(pNumConstants, NumBuffers);
}

static void STDMETHODCALLTYPE context_HSGetConstantBuffers1(ID3D11DeviceContext4 *self,
                                                            UINT StartSlot, UINT NumBuffers,
                                                            ID3D11Buffer **ppConstantBuffers,
                                                            UINT *pFirstConstant,
                                                            UINT *pNumConstants)
{
    (void)self;
    (void)StartSlot;
    CLEAR(ppConstantBuffers, NumBuffers);
    CLEAR(pFirstConstant, NumBuffers);
    CLEAR(pNumConstants, NumBuffers);
}

static void STDMETHODCALLTYPE context_DSGetConstantBuffers1(ID3D11DeviceContext4 *self,
                                                            UINT StartSlot, UINT NumBuffers,
                                                            ID3D11Buffer **ppConstantBuffers,
                                                            UINT *pFirstConstant,
                                                            UINT *pNumConstants)
{
    (void)self;
    (void)StartSlot;
    CLEAR(ppConstantBuffers, NumBuffers);
    CLEAR(pFirstConstant, NumBuffers);
    CLEAR(pNumConstants, NumBuffers);
}

static void STDMETHODCALLTYPE context_GSGetConstantBuffers1(ID3D11DeviceContext4 *self,
                                                            UINT StartSlot, UINT NumBuffers,
                                                            ID3D11Buffer **ppConstantBuffers,
                                                            UINT *pFirstConstant,
                                                            UINT *pNumConstants)
{
    (void)self;
    (void)StartSlot;
    CLEAR(ppConstantBuffers, NumBuffers);
    CLEAR(pFirstConstant, NumBuffers);
    CLEAR(pNumConstants, NumBuffers);
}

static void STDMETHODCALLTYPE context_PSGetConstantBuffers1(ID3D11DeviceContext4 *self,
                                                            UINT StartSlot, UINT NumBuffers,
                                                            ID3D11Buffer **ppConstantBuffers,
                                                            UINT *pFirstConstant,
                                                            UINT *pNumConstants)
{
    (void)self;
    (void)StartSlot;
    CLEAR(ppConstantBuffers, NumBuffers);
    CLEAR(pFirstConstant, NumBuffers);
    CLEAR(pNumConstants, NumBuffers);
}

static void STDMETHODCALLTYPE context_CSGetConstantBuffers1(ID3D11DeviceContext4 *self,
                                                            UINT StartSlot, UINT NumBuffers,
                                                            ID3D11Buffer **ppConstantBuffers,
                                                            UINT *pFirstConstant,
                                                            UINT *pNumConstants)
{
    (void)self;
    (void)StartSlot;
    CLEAR(ppConstantBuffers, NumBuffers);
    CLEAR(pFirstConstant, NumBuffers);
    CLEAR(pNumConstants, NumBuffers);
}

#undef CLEAR

#endif
