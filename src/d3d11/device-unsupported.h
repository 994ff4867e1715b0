/* SPDX-License-Identifier: MIT */
/*
 * The methods of the device that are not built, for device.c: whatever draws, runs shaders, is
 * tiled or deferred. Creating ones clear their pointer and return E_NOTIMPL (D4.3).
 */
#ifndef NT_D3D11_DEVICE_UNSUPPORTED_H
#define NT_D3D11_DEVICE_UNSUPPORTED_H

#include "d3d11/object.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"

#define REFUSED(method, parameters, ret)                        \
    static HRESULT STDMETHODCALLTYPE device_##method parameters \
    {                                                           \
        if (ret)                                                \
            *(void **)(ret) = NULL;                             \
        nt_d3d11_refuse("ID3D11Device::" #method);              \
        return E_NOTIMPL;                                       \
    }
#define REFUSED_PLAIN(method, parameters)                       \
    static HRESULT STDMETHODCALLTYPE device_##method parameters \
    {                                                           \
        nt_d3d11_refuse("ID3D11Device::" #method);              \
        return E_NOTIMPL;                                       \
    }
#define NOTHING(method, parameters)                          \
    static void STDMETHODCALLTYPE device_##method parameters \
    {                                                        \
        nt_d3d11_refuse("ID3D11Device::" #method);           \
    }

REFUSED(CreateTexture1D,
        (ID3D11Device5 * self, const D3D11_TEXTURE1D_DESC *pDesc,
         const D3D11_SUBRESOURCE_DATA *pInitialData, ID3D11Texture1D **ppTexture1D),
        ppTexture1D)
REFUSED(CreateTexture3D,
        (ID3D11Device5 * self, const D3D11_TEXTURE3D_DESC *pDesc,
         const D3D11_SUBRESOURCE_DATA *pInitialData, ID3D11Texture3D **ppTexture3D),
        ppTexture3D)
REFUSED(CreateShaderResourceView,
        (ID3D11Device5 * self, ID3D11Resource *pResource,
         const D3D11_SHADER_RESOURCE_VIEW_DESC *pDesc, ID3D11ShaderResourceView **ppSRView),
        ppSRView)
REFUSED(CreateUnorderedAccessView,
        (ID3D11Device5 * self, ID3D11Resource *pResource,
         const D3D11_UNORDERED_ACCESS_VIEW_DESC *pDesc, ID3D11UnorderedAccessView **ppUAView),
        ppUAView)
REFUSED(CreateRenderTargetView,
        (ID3D11Device5 * self, ID3D11Resource *pResource,
         const D3D11_RENDER_TARGET_VIEW_DESC *pDesc, ID3D11RenderTargetView **ppRTView),
        ppRTView)
REFUSED(CreateDepthStencilView,
        (ID3D11Device5 * self, ID3D11Resource *pResource,
         const D3D11_DEPTH_STENCIL_VIEW_DESC *pDesc, ID3D11DepthStencilView **ppDepthStencilView),
        ppDepthStencilView)
REFUSED(CreateInputLayout,
        (ID3D11Device5 * self, const D3D11_INPUT_ELEMENT_DESC *pInputElementDescs, UINT NumElements,
         const void *pShaderBytecodeWithInputSignature, SIZE_T BytecodeLength,
         ID3D11InputLayout **ppInputLayout),
        ppInputLayout)
REFUSED(CreateVertexShader,
        (ID3D11Device5 * self, const void *pShaderBytecode, SIZE_T BytecodeLength,
         ID3D11ClassLinkage *pClassLinkage, ID3D11VertexShader **ppVertexShader),
        ppVertexShader)
REFUSED(CreateGeometryShader,
        (ID3D11Device5 * self, const void *pShaderBytecode, SIZE_T BytecodeLength,
         ID3D11ClassLinkage *pClassLinkage, ID3D11GeometryShader **ppGeometryShader),
        ppGeometryShader)
REFUSED(CreateGeometryShaderWithStreamOutput,
        (ID3D11Device5 * self, const void *pShaderBytecode, SIZE_T BytecodeLength,
         const D3D11_SO_DECLARATION_ENTRY *pSODeclaration, UINT NumEntries,
         const UINT *pBufferStrides, UINT NumStrides, UINT RasterizedStream,
         ID3D11ClassLinkage *pClassLinkage, ID3D11GeometryShader **ppGeometryShader),
        ppGeometryShader)
REFUSED(CreatePixelShader,
        (ID3D11Device5 * self, const void *pShaderBytecode, SIZE_T BytecodeLength,
         ID3D11ClassLinkage *pClassLinkage, ID3D11PixelShader **ppPixelShader),
        ppPixelShader)
REFUSED(CreateHullShader,
        (ID3D11Device5 * self, const void *pShaderBytecode, SIZE_T BytecodeLength,
         ID3D11ClassLinkage *pClassLinkage, ID3D11HullShader **ppHullShader),
        ppHullShader)
REFUSED(CreateDomainShader,
        (ID3D11Device5 * self, const void *pShaderBytecode, SIZE_T BytecodeLength,
         ID3D11ClassLinkage *pClassLinkage, ID3D11DomainShader **ppDomainShader),
        ppDomainShader)
REFUSED(CreateComputeShader,
        (ID3D11Device5 * self, const void *pShaderBytecode, SIZE_T BytecodeLength,
         ID3D11ClassLinkage *pClassLinkage, ID3D11ComputeShader **ppComputeShader),
        ppComputeShader)
REFUSED(CreateClassLinkage, (ID3D11Device5 * self, ID3D11ClassLinkage **ppLinkage), ppLinkage)
REFUSED(CreateBlendState,
        (ID3D11Device5 * self, const D3D11_BLEND_DESC *pBlendStateDesc,
         ID3D11BlendState **ppBlendState),
        ppBlendState)
REFUSED(CreateDepthStencilState,
        (ID3D11Device5 * self, const D3D11_DEPTH_STENCIL_DESC *pDepthStencilDesc,
         ID3D11DepthStencilState **ppDepthStencilState),
        ppDepthStencilState)
REFUSED(CreateRasterizerState,
        (ID3D11Device5 * self, const D3D11_RASTERIZER_DESC *pRasterizerDesc,
         ID3D11RasterizerState **ppRasterizerState),
        ppRasterizerState)
REFUSED(CreateSamplerState,
        (ID3D11Device5 * self, const D3D11_SAMPLER_DESC *pSamplerDesc,
         ID3D11SamplerState **ppSamplerState),
        ppSamplerState)
REFUSED(CreatePredicate,
        (ID3D11Device5 * self, const D3D11_QUERY_DESC *pPredicateDesc,
         ID3D11Predicate **ppPredicate),
        ppPredicate)
REFUSED(CreateCounter,
        (ID3D11Device5 * self, const D3D11_COUNTER_DESC *pCounterDesc, ID3D11Counter **ppCounter),
        ppCounter)
REFUSED(CreateDeferredContext,
        (ID3D11Device5 * self, UINT ContextFlags, ID3D11DeviceContext **ppDeferredContext),
        ppDeferredContext)
REFUSED(OpenSharedResource,
        (ID3D11Device5 * self, HANDLE hResource, REFIID riid, void **ppResource), ppResource)
REFUSED_PLAIN(CheckCounter,
              (ID3D11Device5 * self, const D3D11_COUNTER_DESC *pDesc, D3D11_COUNTER_TYPE *pType,
               UINT *pActiveCounters, LPSTR szName, UINT *pNameLength, LPSTR szUnits,
               UINT *pUnitsLength, LPSTR szDescription, UINT *pDescriptionLength))
REFUSED(CreateDeferredContext1,
        (ID3D11Device5 * self, UINT ContextFlags, ID3D11DeviceContext1 **ppDeferredContext),
        ppDeferredContext)
REFUSED(CreateBlendState1,
        (ID3D11Device5 * self, const D3D11_BLEND_DESC1 *pBlendStateDesc,
         ID3D11BlendState1 **ppBlendState),
        ppBlendState)
REFUSED(CreateRasterizerState1,
        (ID3D11Device5 * self, const D3D11_RASTERIZER_DESC1 *pRasterizerDesc,
         ID3D11RasterizerState1 **ppRasterizerState),
        ppRasterizerState)
REFUSED(CreateDeferredContext2,
        (ID3D11Device5 * self, UINT Flags, ID3D11DeviceContext2 **ppContext), ppContext)
REFUSED(CreateTexture3D1,
        (ID3D11Device5 * self, const D3D11_TEXTURE3D_DESC1 *pDesc,
         const D3D11_SUBRESOURCE_DATA *pInitialData, ID3D11Texture3D1 **ppTexture),
        ppTexture)
REFUSED(CreateRasterizerState2,
        (ID3D11Device5 * self, const D3D11_RASTERIZER_DESC2 *pDesc,
         ID3D11RasterizerState2 **ppState),
        ppState)
REFUSED(CreateShaderResourceView1,
        (ID3D11Device5 * self, ID3D11Resource *pResource,
         const D3D11_SHADER_RESOURCE_VIEW_DESC1 *pDesc, ID3D11ShaderResourceView1 **ppView),
        ppView)
REFUSED(CreateUnorderedAccessView1,
        (ID3D11Device5 * self, ID3D11Resource *pResource,
         const D3D11_UNORDERED_ACCESS_VIEW_DESC1 *pDesc, ID3D11UnorderedAccessView1 **ppView),
        ppView)
REFUSED(CreateRenderTargetView1,
        (ID3D11Device5 * self, ID3D11Resource *pResource,
         const D3D11_RENDER_TARGET_VIEW_DESC1 *pDesc, ID3D11RenderTargetView1 **ppView),
        ppView)
REFUSED(CreateQuery1,
        (ID3D11Device5 * self, const D3D11_QUERY_DESC1 *pDesc, ID3D11Query1 **ppQuery), ppQuery)
REFUSED(CreateDeferredContext3,
        (ID3D11Device5 * self, UINT Flags, ID3D11DeviceContext3 **ppContext), ppContext)
NOTHING(WriteToSubresource,
        (ID3D11Device5 * self, ID3D11Resource *pDstResource, UINT DstSubresource,
         const D3D11_BOX *pDstBox, const void *pSrcData, UINT SrcRowPitch, UINT SrcDepthPitch))
NOTHING(ReadFromSubresource,
        (ID3D11Device5 * self, void *pDstData, UINT DstRowPitch, UINT DstDepthPitch,
         ID3D11Resource *pSrcResource, UINT SrcSubresource, const D3D11_BOX *pSrcBox))

#undef REFUSED
#undef REFUSED_PLAIN
#undef NOTHING
#pragma GCC diagnostic pop

#endif
