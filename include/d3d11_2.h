/* SPDX-License-Identifier: MIT */
/*
 * d3d11_2.h - ID3D11Device2 and ID3D11DeviceContext2: tiled resources, all of them refused.
 */
#ifndef NTSHM_D3D11_2_H
#define NTSHM_D3D11_2_H

#include "d3d11_1.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef interface ID3D11Device2 ID3D11Device2;
typedef interface ID3D11DeviceContext2 ID3D11DeviceContext2;

typedef struct D3D11_PACKED_MIP_DESC D3D11_PACKED_MIP_DESC;
typedef struct D3D11_TILE_SHAPE D3D11_TILE_SHAPE;
typedef struct D3D11_SUBRESOURCE_TILING D3D11_SUBRESOURCE_TILING;
typedef struct D3D11_TILED_RESOURCE_COORDINATE D3D11_TILED_RESOURCE_COORDINATE;
typedef struct D3D11_TILE_REGION_SIZE D3D11_TILE_REGION_SIZE;

typedef enum D3D11_TILED_RESOURCES_TIER {
    D3D11_TILED_RESOURCES_NOT_SUPPORTED = 0x0,
    D3D11_TILED_RESOURCES_TIER_1 = 0x1,
    D3D11_TILED_RESOURCES_TIER_2 = 0x2,
    D3D11_TILED_RESOURCES_TIER_3 = 0x3,
} D3D11_TILED_RESOURCES_TIER;

typedef struct D3D11_FEATURE_DATA_D3D11_OPTIONS1 {
    D3D11_TILED_RESOURCES_TIER TiledResourcesTier;
    BOOL MinMaxFiltering;
    BOOL ClearViewAlsoSupportsDepthOnlyFormats;
    BOOL MapOnDefaultBuffers;
} D3D11_FEATURE_DATA_D3D11_OPTIONS1;

DEFINE_GUID(IID_ID3D11DeviceContext2, 0x420d5b32, 0xb90c, 0x4da4, 0xbe, 0xf0, 0x35, 0x9f, 0x6a,
            0x24, 0xa8, 0x3a);
#define NTSHM_ID3D11DEVICECONTEXT2_METHODS                                                       \
    STDMETHOD(UpdateTileMappings)                                                                \
    (THIS_ ID3D11Resource * pResource, UINT RegionCount,                                         \
     const D3D11_TILED_RESOURCE_COORDINATE *pRegionStartCoordinates,                             \
     const D3D11_TILE_REGION_SIZE *pRegionSizes, ID3D11Buffer *pPool, UINT RangeCount,           \
     const UINT *pRangeFlags, const UINT *pPoolStartOffsets, const UINT *pRangeTileCounts,       \
     UINT Flags) PURE;                                                                           \
    STDMETHOD(CopyTileMappings)                                                                  \
    (THIS_ ID3D11Resource * pDstResource,                                                        \
     const D3D11_TILED_RESOURCE_COORDINATE *pDstStartCoordinate, ID3D11Resource *pSrcResource,   \
     const D3D11_TILED_RESOURCE_COORDINATE *pSrcStartCoordinate,                                 \
     const D3D11_TILE_REGION_SIZE *pRegionSize, UINT Flags) PURE;                                \
    STDMETHOD_(void, CopyTiles)                                                                  \
    (THIS_ ID3D11Resource * pResource, const D3D11_TILED_RESOURCE_COORDINATE *pStartCoordinate,  \
     const D3D11_TILE_REGION_SIZE *pSize, ID3D11Buffer *pBuffer, UINT64 StartOffset, UINT Flags) \
        PURE;                                                                                    \
    STDMETHOD_(void, UpdateTiles)                                                                \
    (THIS_ ID3D11Resource * pDstResource,                                                        \
     const D3D11_TILED_RESOURCE_COORDINATE *pDstStartCoordinate,                                 \
     const D3D11_TILE_REGION_SIZE *pDstRegionSize, const void *pSrcData, UINT Flags) PURE;       \
    STDMETHOD(ResizeTilePool)(THIS_ ID3D11Buffer * pPool, UINT64 Size) PURE;                     \
    STDMETHOD_(void, TiledResourceBarrier)                                                       \
    (THIS_ ID3D11DeviceChild * pBeforeBarrier, ID3D11DeviceChild * pAfterBarrier) PURE;          \
    STDMETHOD_(BOOL, IsAnnotationEnabled)(THIS) PURE;                                            \
    STDMETHOD_(void, SetMarkerInt)(THIS_ LPCWSTR Label, int Data) PURE;                          \
    STDMETHOD_(void, BeginEventInt)(THIS_ LPCWSTR Label, int Data) PURE;                         \
    STDMETHOD_(void, EndEvent)(THIS) PURE;
#define NTSHM_ID3D11DEVICECONTEXT2_ALL \
    NTSHM_ID3D11DEVICECONTEXT1_ALL NTSHM_ID3D11DEVICECONTEXT2_METHODS
#undef INTERFACE
#define INTERFACE ID3D11DeviceContext2
NTSHM_INTERFACE(ID3D11DeviceContext2, ID3D11DeviceContext1, NTSHM_ID3D11DEVICECONTEXT1_ALL,
                NTSHM_ID3D11DEVICECONTEXT2_METHODS)

DEFINE_GUID(IID_ID3D11Device2, 0x9d06dffa, 0xd1e5, 0x4d07, 0x83, 0xa8, 0x1b, 0xb1, 0x23, 0xf2, 0xf8,
            0x41);
#define NTSHM_ID3D11DEVICE2_METHODS                                                              \
    STDMETHOD_(void, GetImmediateContext2)(THIS_ ID3D11DeviceContext2 * *ppContext) PURE;        \
    STDMETHOD(CreateDeferredContext2)(THIS_ UINT Flags, ID3D11DeviceContext2 * *ppContext) PURE; \
    STDMETHOD_(void, GetResourceTiling)                                                          \
    (THIS_ ID3D11Resource * pResource, UINT * pTileCount, D3D11_PACKED_MIP_DESC * pMipDesc,      \
     D3D11_TILE_SHAPE * pTileShape, UINT * pSubresourceTilingCount, UINT FirstSubresourceTiling, \
     D3D11_SUBRESOURCE_TILING * pSubresourceTiling) PURE;                                        \
    STDMETHOD(CheckMultisampleQualityLevels1)                                                    \
    (THIS_ DXGI_FORMAT Format, UINT SampleCount, UINT Flags, UINT * pQualityLevelCount) PURE;
#define NTSHM_ID3D11DEVICE2_ALL NTSHM_ID3D11DEVICE1_ALL NTSHM_ID3D11DEVICE2_METHODS
#undef INTERFACE
#define INTERFACE ID3D11Device2
NTSHM_INTERFACE(ID3D11Device2, ID3D11Device1, NTSHM_ID3D11DEVICE1_ALL, NTSHM_ID3D11DEVICE2_METHODS)

#ifdef __cplusplus
}
#endif

#undef INTERFACE

#if defined(COBJMACROS) && (!defined(__cplusplus) || defined(CINTERFACE))
#    include "ntshm/d3d11_2-c.h"
#endif

#endif
