/* SPDX-License-Identifier: MIT */
/*
 * d3d11.h - Direct3D 11 for memory: buffers, two-dimensional textures, copies, updates, Map, event
 * queries, and with d3d11_1.h to d3d11_4.h shared resources and fences. It draws nothing.
 *
 * Every interface has all its methods, in their places. What cannot be done is refused with
 * E_NOTIMPL or, where a method returns nothing, left out and logged; descriptions that only such
 * methods take are declared and not defined. Link with libntshm-d3d12.
 */
#ifndef NTSHM_D3D11_H
#define NTSHM_D3D11_H

#include "windows.h"
#include "ntshm/interface.h"

#include <directx/d3dcommon.h>
#include <directx/dxgicommon.h>
#include <directx/dxgiformat.h>

/* A unit compiled with -fshort-wchar gets a device that takes names of 16-bit characters. */
#if __SIZEOF_WCHAR_T__ == 2
#    pragma redefine_extname D3D11CreateDevice ntshm16_D3D11CreateDevice
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef interface ID3D11DeviceChild ID3D11DeviceChild;
typedef interface ID3D11Resource ID3D11Resource;
typedef interface ID3D11Buffer ID3D11Buffer;
typedef interface ID3D11Texture2D ID3D11Texture2D;
typedef interface ID3D11Asynchronous ID3D11Asynchronous;
typedef interface ID3D11Query ID3D11Query;
typedef interface ID3D11Device ID3D11Device;
typedef interface ID3D11DeviceContext ID3D11DeviceContext;
typedef interface ID3D11Texture1D ID3D11Texture1D;
typedef interface ID3D11Texture3D ID3D11Texture3D;
typedef interface ID3D11View ID3D11View;
typedef interface ID3D11ShaderResourceView ID3D11ShaderResourceView;
typedef interface ID3D11UnorderedAccessView ID3D11UnorderedAccessView;
typedef interface ID3D11RenderTargetView ID3D11RenderTargetView;
typedef interface ID3D11DepthStencilView ID3D11DepthStencilView;
typedef interface ID3D11InputLayout ID3D11InputLayout;
typedef interface ID3D11VertexShader ID3D11VertexShader;
typedef interface ID3D11GeometryShader ID3D11GeometryShader;
typedef interface ID3D11PixelShader ID3D11PixelShader;
typedef interface ID3D11HullShader ID3D11HullShader;
typedef interface ID3D11DomainShader ID3D11DomainShader;
typedef interface ID3D11ComputeShader ID3D11ComputeShader;
typedef interface ID3D11ClassLinkage ID3D11ClassLinkage;
typedef interface ID3D11ClassInstance ID3D11ClassInstance;
typedef interface ID3D11BlendState ID3D11BlendState;
typedef interface ID3D11DepthStencilState ID3D11DepthStencilState;
typedef interface ID3D11RasterizerState ID3D11RasterizerState;
typedef interface ID3D11SamplerState ID3D11SamplerState;
typedef interface ID3D11Predicate ID3D11Predicate;
typedef interface ID3D11Counter ID3D11Counter;
typedef interface ID3D11CommandList ID3D11CommandList;
typedef interface IDXGIAdapter IDXGIAdapter;

typedef struct D3D11_TEXTURE1D_DESC D3D11_TEXTURE1D_DESC;
typedef struct D3D11_TEXTURE3D_DESC D3D11_TEXTURE3D_DESC;
typedef struct D3D11_SHADER_RESOURCE_VIEW_DESC D3D11_SHADER_RESOURCE_VIEW_DESC;
typedef struct D3D11_UNORDERED_ACCESS_VIEW_DESC D3D11_UNORDERED_ACCESS_VIEW_DESC;
typedef struct D3D11_RENDER_TARGET_VIEW_DESC D3D11_RENDER_TARGET_VIEW_DESC;
typedef struct D3D11_DEPTH_STENCIL_VIEW_DESC D3D11_DEPTH_STENCIL_VIEW_DESC;
typedef struct D3D11_INPUT_ELEMENT_DESC D3D11_INPUT_ELEMENT_DESC;
typedef struct D3D11_SO_DECLARATION_ENTRY D3D11_SO_DECLARATION_ENTRY;
typedef struct D3D11_BLEND_DESC D3D11_BLEND_DESC;
typedef struct D3D11_DEPTH_STENCIL_DESC D3D11_DEPTH_STENCIL_DESC;
typedef struct D3D11_RASTERIZER_DESC D3D11_RASTERIZER_DESC;
typedef struct D3D11_SAMPLER_DESC D3D11_SAMPLER_DESC;
typedef struct D3D11_COUNTER_DESC D3D11_COUNTER_DESC;

typedef RECT D3D11_RECT;
typedef struct D3D11_VIEWPORT D3D11_VIEWPORT;
typedef D3D_PRIMITIVE_TOPOLOGY D3D11_PRIMITIVE_TOPOLOGY;

#define D3D11_SDK_VERSION                        7
#define D3D11_REQ_TEXTURE2D_ARRAY_AXIS_DIMENSION 2048
#define D3D11_REQ_TEXTURE2D_U_OR_V_DIMENSION     16384

typedef enum D3D11_USAGE {
    D3D11_USAGE_DEFAULT = 0,
    D3D11_USAGE_IMMUTABLE = 1,
    D3D11_USAGE_DYNAMIC = 2,
    D3D11_USAGE_STAGING = 3,
} D3D11_USAGE;

typedef enum D3D11_BIND_FLAG {
    D3D11_BIND_VERTEX_BUFFER = 0x1,
    D3D11_BIND_INDEX_BUFFER = 0x2,
    D3D11_BIND_CONSTANT_BUFFER = 0x4,
    D3D11_BIND_SHADER_RESOURCE = 0x8,
    D3D11_BIND_STREAM_OUTPUT = 0x10,
    D3D11_BIND_RENDER_TARGET = 0x20,
    D3D11_BIND_DEPTH_STENCIL = 0x40,
    D3D11_BIND_UNORDERED_ACCESS = 0x80,
    D3D11_BIND_DECODER = 0x200,
    D3D11_BIND_VIDEO_ENCODER = 0x400,
} D3D11_BIND_FLAG;

typedef enum D3D11_CPU_ACCESS_FLAG {
    D3D11_CPU_ACCESS_WRITE = 0x10000,
    D3D11_CPU_ACCESS_READ = 0x20000,
} D3D11_CPU_ACCESS_FLAG;

typedef enum D3D11_RESOURCE_MISC_FLAG {
    D3D11_RESOURCE_MISC_GENERATE_MIPS = 0x1,
    D3D11_RESOURCE_MISC_SHARED = 0x2,
    D3D11_RESOURCE_MISC_TEXTURECUBE = 0x4,
    D3D11_RESOURCE_MISC_DRAWINDIRECT_ARGS = 0x10,
    D3D11_RESOURCE_MISC_BUFFER_ALLOW_RAW_VIEWS = 0x20,
    D3D11_RESOURCE_MISC_BUFFER_STRUCTURED = 0x40,
    D3D11_RESOURCE_MISC_RESOURCE_CLAMP = 0x80,
    D3D11_RESOURCE_MISC_SHARED_KEYEDMUTEX = 0x100,
    D3D11_RESOURCE_MISC_GDI_COMPATIBLE = 0x200,
    D3D11_RESOURCE_MISC_SHARED_NTHANDLE = 0x800,
    D3D11_RESOURCE_MISC_RESTRICTED_CONTENT = 0x1000,
    D3D11_RESOURCE_MISC_RESTRICT_SHARED_RESOURCE = 0x2000,
    D3D11_RESOURCE_MISC_RESTRICT_SHARED_RESOURCE_DRIVER = 0x4000,
    D3D11_RESOURCE_MISC_GUARDED = 0x8000,
    D3D11_RESOURCE_MISC_TILE_POOL = 0x20000,
    D3D11_RESOURCE_MISC_TILED = 0x40000,
    D3D11_RESOURCE_MISC_HW_PROTECTED = 0x80000,
} D3D11_RESOURCE_MISC_FLAG;

typedef enum D3D11_MAP {
    D3D11_MAP_READ = 1,
    D3D11_MAP_WRITE = 2,
    D3D11_MAP_READ_WRITE = 3,
    D3D11_MAP_WRITE_DISCARD = 4,
    D3D11_MAP_WRITE_NO_OVERWRITE = 5,
} D3D11_MAP;

typedef enum D3D11_MAP_FLAG {
    D3D11_MAP_FLAG_DO_NOT_WAIT = 0x100000,
} D3D11_MAP_FLAG;

typedef enum D3D11_RESOURCE_DIMENSION {
    D3D11_RESOURCE_DIMENSION_UNKNOWN = 0,
    D3D11_RESOURCE_DIMENSION_BUFFER = 1,
    D3D11_RESOURCE_DIMENSION_TEXTURE1D = 2,
    D3D11_RESOURCE_DIMENSION_TEXTURE2D = 3,
    D3D11_RESOURCE_DIMENSION_TEXTURE3D = 4,
} D3D11_RESOURCE_DIMENSION;

typedef enum D3D11_FEATURE {
    D3D11_FEATURE_THREADING = 0,
    D3D11_FEATURE_DOUBLES = 1,
    D3D11_FEATURE_FORMAT_SUPPORT = 2,
    D3D11_FEATURE_FORMAT_SUPPORT2 = 3,
    D3D11_FEATURE_D3D10_X_HARDWARE_OPTIONS = 4,
    D3D11_FEATURE_D3D11_OPTIONS = 5,
    D3D11_FEATURE_ARCHITECTURE_INFO = 6,
    D3D11_FEATURE_D3D9_OPTIONS = 7,
    D3D11_FEATURE_SHADER_MIN_PRECISION_SUPPORT = 8,
    D3D11_FEATURE_D3D9_SHADOW_SUPPORT = 9,
    D3D11_FEATURE_D3D11_OPTIONS1 = 10,
    D3D11_FEATURE_D3D9_SIMPLE_INSTANCING_SUPPORT = 11,
    D3D11_FEATURE_MARKER_SUPPORT = 12,
    D3D11_FEATURE_D3D9_OPTIONS1 = 13,
    D3D11_FEATURE_D3D11_OPTIONS2 = 14,
    D3D11_FEATURE_D3D11_OPTIONS3 = 15,
    D3D11_FEATURE_GPU_VIRTUAL_ADDRESS_SUPPORT = 16,
    D3D11_FEATURE_D3D11_OPTIONS4 = 17,
    D3D11_FEATURE_SHADER_CACHE = 18,
    D3D11_FEATURE_D3D11_OPTIONS5 = 19,
} D3D11_FEATURE;

typedef enum D3D11_CREATE_DEVICE_FLAG {
    D3D11_CREATE_DEVICE_SINGLETHREADED = 0x1,
    D3D11_CREATE_DEVICE_DEBUG = 0x2,
    D3D11_CREATE_DEVICE_SWITCH_TO_REF = 0x4,
    D3D11_CREATE_DEVICE_PREVENT_INTERNAL_THREADING_OPTIMIZATIONS = 0x8,
    D3D11_CREATE_DEVICE_BGRA_SUPPORT = 0x20,
    D3D11_CREATE_DEVICE_DEBUGGABLE = 0x40,
    D3D11_CREATE_DEVICE_PREVENT_ALTERING_LAYER_SETTINGS_FROM_REGISTRY = 0x80,
    D3D11_CREATE_DEVICE_DISABLE_GPU_TIMEOUT = 0x100,
    D3D11_CREATE_DEVICE_VIDEO_SUPPORT = 0x800,
} D3D11_CREATE_DEVICE_FLAG;

typedef enum D3D11_DEVICE_CONTEXT_TYPE {
    D3D11_DEVICE_CONTEXT_IMMEDIATE = 0,
    D3D11_DEVICE_CONTEXT_DEFERRED = 1,
} D3D11_DEVICE_CONTEXT_TYPE;

typedef enum D3D11_QUERY {
    D3D11_QUERY_EVENT = 0,
    D3D11_QUERY_OCCLUSION = 1,
    D3D11_QUERY_TIMESTAMP = 2,
    D3D11_QUERY_TIMESTAMP_DISJOINT = 3,
    D3D11_QUERY_PIPELINE_STATISTICS = 4,
    D3D11_QUERY_OCCLUSION_PREDICATE = 5,
    D3D11_QUERY_SO_STATISTICS = 6,
    D3D11_QUERY_SO_OVERFLOW_PREDICATE = 7,
    D3D11_QUERY_SO_STATISTICS_STREAM0 = 8,
    D3D11_QUERY_SO_OVERFLOW_PREDICATE_STREAM0 = 9,
    D3D11_QUERY_SO_STATISTICS_STREAM1 = 10,
    D3D11_QUERY_SO_OVERFLOW_PREDICATE_STREAM1 = 11,
    D3D11_QUERY_SO_STATISTICS_STREAM2 = 12,
    D3D11_QUERY_SO_OVERFLOW_PREDICATE_STREAM2 = 13,
    D3D11_QUERY_SO_STATISTICS_STREAM3 = 14,
    D3D11_QUERY_SO_OVERFLOW_PREDICATE_STREAM3 = 15,
} D3D11_QUERY;

typedef enum D3D11_QUERY_MISC_FLAG {
    D3D11_QUERY_MISC_PREDICATEHINT = 0x1,
} D3D11_QUERY_MISC_FLAG;

typedef enum D3D11_ASYNC_GETDATA_FLAG {
    D3D11_ASYNC_GETDATA_DONOTFLUSH = 0x1,
} D3D11_ASYNC_GETDATA_FLAG;

typedef enum D3D11_COUNTER {
    D3D11_COUNTER_DEVICE_DEPENDENT_0 = 0x40000000,
} D3D11_COUNTER;

typedef enum D3D11_COUNTER_TYPE {
    D3D11_COUNTER_TYPE_FLOAT32 = 0,
    D3D11_COUNTER_TYPE_UINT16 = 1,
    D3D11_COUNTER_TYPE_UINT32 = 2,
    D3D11_COUNTER_TYPE_UINT64 = 3,
} D3D11_COUNTER_TYPE;

typedef enum D3D11_FORMAT_SUPPORT {
    D3D11_FORMAT_SUPPORT_BUFFER = 0x1,
    D3D11_FORMAT_SUPPORT_IA_VERTEX_BUFFER = 0x2,
    D3D11_FORMAT_SUPPORT_IA_INDEX_BUFFER = 0x4,
    D3D11_FORMAT_SUPPORT_SO_BUFFER = 0x8,
    D3D11_FORMAT_SUPPORT_TEXTURE1D = 0x10,
    D3D11_FORMAT_SUPPORT_TEXTURE2D = 0x20,
    D3D11_FORMAT_SUPPORT_TEXTURE3D = 0x40,
    D3D11_FORMAT_SUPPORT_TEXTURECUBE = 0x80,
    D3D11_FORMAT_SUPPORT_SHADER_LOAD = 0x100,
    D3D11_FORMAT_SUPPORT_SHADER_SAMPLE = 0x200,
    D3D11_FORMAT_SUPPORT_SHADER_SAMPLE_COMPARISON = 0x400,
    D3D11_FORMAT_SUPPORT_SHADER_SAMPLE_MONO_TEXT = 0x800,
    D3D11_FORMAT_SUPPORT_MIP = 0x1000,
    D3D11_FORMAT_SUPPORT_MIP_AUTOGEN = 0x2000,
    D3D11_FORMAT_SUPPORT_RENDER_TARGET = 0x4000,
    D3D11_FORMAT_SUPPORT_BLENDABLE = 0x8000,
    D3D11_FORMAT_SUPPORT_DEPTH_STENCIL = 0x10000,
    D3D11_FORMAT_SUPPORT_CPU_LOCKABLE = 0x20000,
    D3D11_FORMAT_SUPPORT_MULTISAMPLE_RESOLVE = 0x40000,
    D3D11_FORMAT_SUPPORT_DISPLAY = 0x80000,
    D3D11_FORMAT_SUPPORT_CAST_WITHIN_BIT_LAYOUT = 0x100000,
    D3D11_FORMAT_SUPPORT_MULTISAMPLE_RENDERTARGET = 0x200000,
    D3D11_FORMAT_SUPPORT_MULTISAMPLE_LOAD = 0x400000,
    D3D11_FORMAT_SUPPORT_SHADER_GATHER = 0x800000,
    D3D11_FORMAT_SUPPORT_BACK_BUFFER_CAST = 0x1000000,
    D3D11_FORMAT_SUPPORT_TYPED_UNORDERED_ACCESS_VIEW = 0x2000000,
    D3D11_FORMAT_SUPPORT_SHADER_GATHER_COMPARISON = 0x4000000,
    D3D11_FORMAT_SUPPORT_DECODER_OUTPUT = 0x8000000,
    D3D11_FORMAT_SUPPORT_VIDEO_PROCESSOR_OUTPUT = 0x10000000,
    D3D11_FORMAT_SUPPORT_VIDEO_PROCESSOR_INPUT = 0x20000000,
    D3D11_FORMAT_SUPPORT_VIDEO_ENCODER = 0x40000000,
} D3D11_FORMAT_SUPPORT;

typedef struct D3D11_BUFFER_DESC {
    UINT ByteWidth;
    D3D11_USAGE Usage;
    UINT BindFlags;
    UINT CPUAccessFlags;
    UINT MiscFlags;
    UINT StructureByteStride;
} D3D11_BUFFER_DESC;

typedef struct D3D11_TEXTURE2D_DESC {
    UINT Width;
    UINT Height;
    UINT MipLevels;
    UINT ArraySize;
    DXGI_FORMAT Format;
    DXGI_SAMPLE_DESC SampleDesc;
    D3D11_USAGE Usage;
    UINT BindFlags;
    UINT CPUAccessFlags;
    UINT MiscFlags;
} D3D11_TEXTURE2D_DESC;

typedef struct D3D11_SUBRESOURCE_DATA {
    const void *pSysMem;
    UINT SysMemPitch;
    UINT SysMemSlicePitch;
} D3D11_SUBRESOURCE_DATA;

typedef struct D3D11_MAPPED_SUBRESOURCE {
    void *pData;
    UINT RowPitch;
    UINT DepthPitch;
} D3D11_MAPPED_SUBRESOURCE;

typedef struct D3D11_BOX {
    UINT left;
    UINT top;
    UINT front;
    UINT right;
    UINT bottom;
    UINT back;
} D3D11_BOX;

typedef struct D3D11_QUERY_DESC {
    D3D11_QUERY Query;
    UINT MiscFlags;
} D3D11_QUERY_DESC;

typedef struct D3D11_COUNTER_INFO {
    D3D11_COUNTER LastDeviceDependentCounter;
    UINT NumSimultaneousCounters;
    UINT8 NumDetectableParallelUnits;
} D3D11_COUNTER_INFO;

typedef struct D3D11_FEATURE_DATA_THREADING {
    BOOL DriverConcurrentCreates;
    BOOL DriverCommandLists;
} D3D11_FEATURE_DATA_THREADING;

typedef struct D3D11_FEATURE_DATA_DOUBLES {
    BOOL DoublePrecisionFloatShaderOps;
} D3D11_FEATURE_DATA_DOUBLES;

typedef struct D3D11_FEATURE_DATA_FORMAT_SUPPORT {
    DXGI_FORMAT InFormat;
    UINT OutFormatSupport;
} D3D11_FEATURE_DATA_FORMAT_SUPPORT;

typedef struct D3D11_FEATURE_DATA_D3D11_OPTIONS {
    BOOL OutputMergerLogicOp;
    BOOL UAVOnlyRenderingForcedSampleCount;
    BOOL DiscardAPIsSeenByDriver;
    BOOL FlagsForUpdateAndCopySeenByDriver;
    BOOL ClearView;
    BOOL CopyWithOverlap;
    BOOL ConstantBufferPartialUpdate;
    BOOL ConstantBufferOffsetting;
    BOOL MapNoOverwriteOnDynamicConstantBuffer;
    BOOL MapNoOverwriteOnDynamicBufferSRV;
    BOOL MultisampleRTVWithForcedSampleCountOne;
    BOOL SAD4ShaderInstructions;
    BOOL ExtendedDoublesShaderInstructions;
    BOOL ExtendedResourceSharing;
} D3D11_FEATURE_DATA_D3D11_OPTIONS;

typedef struct D3D11_FEATURE_DATA_ARCHITECTURE_INFO {
    BOOL TileBasedDeferredRenderer;
} D3D11_FEATURE_DATA_ARCHITECTURE_INFO;

/* The number of a subresource. */
static inline UINT D3D11CalcSubresource(UINT MipSlice, UINT ArraySlice, UINT MipLevels)
{
    return MipSlice + ArraySlice * MipLevels;
}

/* A device's child: its device, and private data. */
DEFINE_GUID(IID_ID3D11DeviceChild, 0x1841e5c8, 0x16b0, 0x489b, 0xbc, 0xc8, 0x44, 0xcf, 0xb0, 0xd5,
            0xde, 0xae);
#define NTSHM_ID3D11DEVICECHILD_METHODS                                                   \
    STDMETHOD_(void, GetDevice)(THIS_ ID3D11Device * *ppDevice) PURE;                     \
    STDMETHOD(GetPrivateData)(THIS_ REFGUID Guid, UINT * pDataSize, void *pData) PURE;    \
    STDMETHOD(SetPrivateData)(THIS_ REFGUID Guid, UINT DataSize, const void *pData) PURE; \
    STDMETHOD(SetPrivateDataInterface)(THIS_ REFGUID Guid, const IUnknown *pData) PURE;
#define NTSHM_ID3D11DEVICECHILD_ALL NTSHM_IUNKNOWN_METHODS NTSHM_ID3D11DEVICECHILD_METHODS
#undef INTERFACE
#define INTERFACE ID3D11DeviceChild
NTSHM_INTERFACE(ID3D11DeviceChild, IUnknown, NTSHM_IUNKNOWN_METHODS,
                NTSHM_ID3D11DEVICECHILD_METHODS)

DEFINE_GUID(IID_ID3D11Resource, 0xdc8e63f3, 0xd12b, 0x4952, 0xb4, 0x7b, 0x5e, 0x45, 0x02, 0x6a,
            0x86, 0x2d);
#define NTSHM_ID3D11RESOURCE_METHODS                                                     \
    STDMETHOD_(void, GetType)(THIS_ D3D11_RESOURCE_DIMENSION * pResourceDimension) PURE; \
    STDMETHOD_(void, SetEvictionPriority)(THIS_ UINT EvictionPriority) PURE;             \
    STDMETHOD_(UINT, GetEvictionPriority)(THIS) PURE;
#define NTSHM_ID3D11RESOURCE_ALL NTSHM_ID3D11DEVICECHILD_ALL NTSHM_ID3D11RESOURCE_METHODS
#undef INTERFACE
#define INTERFACE ID3D11Resource
NTSHM_INTERFACE(ID3D11Resource, ID3D11DeviceChild, NTSHM_ID3D11DEVICECHILD_ALL,
                NTSHM_ID3D11RESOURCE_METHODS)

DEFINE_GUID(IID_ID3D11Buffer, 0x48570b85, 0xd1ee, 0x4fcd, 0xa2, 0x50, 0xeb, 0x35, 0x07, 0x22, 0xb0,
            0x37);
#define NTSHM_ID3D11BUFFER_METHODS STDMETHOD_(void, GetDesc)(THIS_ D3D11_BUFFER_DESC * pDesc) PURE;
#define NTSHM_ID3D11BUFFER_ALL     NTSHM_ID3D11RESOURCE_ALL NTSHM_ID3D11BUFFER_METHODS
#undef INTERFACE
#define INTERFACE ID3D11Buffer
NTSHM_INTERFACE(ID3D11Buffer, ID3D11Resource, NTSHM_ID3D11RESOURCE_ALL, NTSHM_ID3D11BUFFER_METHODS)

DEFINE_GUID(IID_ID3D11Texture2D, 0x6f15aaf2, 0xd208, 0x4e89, 0x9a, 0xb4, 0x48, 0x95, 0x35, 0xd3,
            0x4f, 0x9c);
#define NTSHM_ID3D11TEXTURE2D_METHODS \
    STDMETHOD_(void, GetDesc)(THIS_ D3D11_TEXTURE2D_DESC * pDesc) PURE;
#define NTSHM_ID3D11TEXTURE2D_ALL NTSHM_ID3D11RESOURCE_ALL NTSHM_ID3D11TEXTURE2D_METHODS
#undef INTERFACE
#define INTERFACE ID3D11Texture2D
NTSHM_INTERFACE(ID3D11Texture2D, ID3D11Resource, NTSHM_ID3D11RESOURCE_ALL,
                NTSHM_ID3D11TEXTURE2D_METHODS)

DEFINE_GUID(IID_ID3D11Asynchronous, 0x4b35d0cd, 0x1e15, 0x4258, 0x9c, 0x98, 0x1b, 0x13, 0x33, 0xf6,
            0xdd, 0x3b);
#define NTSHM_ID3D11ASYNCHRONOUS_METHODS STDMETHOD_(UINT, GetDataSize)(THIS) PURE;
#define NTSHM_ID3D11ASYNCHRONOUS_ALL     NTSHM_ID3D11DEVICECHILD_ALL NTSHM_ID3D11ASYNCHRONOUS_METHODS
#undef INTERFACE
#define INTERFACE ID3D11Asynchronous
NTSHM_INTERFACE(ID3D11Asynchronous, ID3D11DeviceChild, NTSHM_ID3D11DEVICECHILD_ALL,
                NTSHM_ID3D11ASYNCHRONOUS_METHODS)

/* Event queries. */
DEFINE_GUID(IID_ID3D11Query, 0xd6c00747, 0x87b7, 0x425e, 0xb8, 0x4d, 0x44, 0xd1, 0x08, 0x56, 0x0a,
            0xfd);
#define NTSHM_ID3D11QUERY_METHODS STDMETHOD_(void, GetDesc)(THIS_ D3D11_QUERY_DESC * pDesc) PURE;
#define NTSHM_ID3D11QUERY_ALL     NTSHM_ID3D11ASYNCHRONOUS_ALL NTSHM_ID3D11QUERY_METHODS
#undef INTERFACE
#define INTERFACE ID3D11Query
NTSHM_INTERFACE(ID3D11Query, ID3D11Asynchronous, NTSHM_ID3D11ASYNCHRONOUS_ALL,
                NTSHM_ID3D11QUERY_METHODS)

/*
 * The immediate context: commands are collected and go to the device at Flush, at a Map that has
 * to wait, at Signal and Wait (d3d11_3.h), or when there are many.
 */
DEFINE_GUID(IID_ID3D11DeviceContext, 0xc0bfa96c, 0xe089, 0x44fb, 0x8e, 0xaf, 0x26, 0xf8, 0x79, 0x61,
            0x90, 0xda);
#define NTSHM_ID3D11DEVICECONTEXT_METHODS                                                          \
    STDMETHOD_(void, VSSetConstantBuffers)                                                         \
    (THIS_ UINT StartSlot, UINT NumBuffers, ID3D11Buffer *const *ppConstantBuffers) PURE;          \
    STDMETHOD_(void, PSSetShaderResources)                                                         \
    (THIS_ UINT StartSlot, UINT NumViews, ID3D11ShaderResourceView *const *ppShaderResourceViews)  \
        PURE;                                                                                      \
    STDMETHOD_(void, PSSetShader)                                                                  \
    (THIS_ ID3D11PixelShader * pPixelShader, ID3D11ClassInstance *const *ppClassInstances,         \
     UINT NumClassInstances) PURE;                                                                 \
    STDMETHOD_(void, PSSetSamplers)                                                                \
    (THIS_ UINT StartSlot, UINT NumSamplers, ID3D11SamplerState *const *ppSamplers) PURE;          \
    STDMETHOD_(void, VSSetShader)                                                                  \
    (THIS_ ID3D11VertexShader * pVertexShader, ID3D11ClassInstance *const *ppClassInstances,       \
     UINT NumClassInstances) PURE;                                                                 \
    STDMETHOD_(void, DrawIndexed)                                                                  \
    (THIS_ UINT IndexCount, UINT StartIndexLocation, INT BaseVertexLocation) PURE;                 \
    STDMETHOD_(void, Draw)(THIS_ UINT VertexCount, UINT StartVertexLocation) PURE;                 \
    STDMETHOD(Map)                                                                                 \
    (THIS_ ID3D11Resource * pResource, UINT Subresource, D3D11_MAP MapType, UINT MapFlags,         \
     D3D11_MAPPED_SUBRESOURCE * pMappedResource) PURE;                                             \
    STDMETHOD_(void, Unmap)(THIS_ ID3D11Resource * pResource, UINT Subresource) PURE;              \
    STDMETHOD_(void, PSSetConstantBuffers)                                                         \
    (THIS_ UINT StartSlot, UINT NumBuffers, ID3D11Buffer *const *ppConstantBuffers) PURE;          \
    STDMETHOD_(void, IASetInputLayout)(THIS_ ID3D11InputLayout * pInputLayout) PURE;               \
    STDMETHOD_(void, IASetVertexBuffers)                                                           \
    (THIS_ UINT StartSlot, UINT NumBuffers, ID3D11Buffer *const *ppVertexBuffers,                  \
     const UINT *pStrides, const UINT *pOffsets) PURE;                                             \
    STDMETHOD_(void, IASetIndexBuffer)                                                             \
    (THIS_ ID3D11Buffer * pIndexBuffer, DXGI_FORMAT Format, UINT Offset) PURE;                     \
    STDMETHOD_(void, DrawIndexedInstanced)                                                         \
    (THIS_ UINT IndexCountPerInstance, UINT InstanceCount, UINT StartIndexLocation,                \
     INT BaseVertexLocation, UINT StartInstanceLocation) PURE;                                     \
    STDMETHOD_(void, DrawInstanced)                                                                \
    (THIS_ UINT VertexCountPerInstance, UINT InstanceCount, UINT StartVertexLocation,              \
     UINT StartInstanceLocation) PURE;                                                             \
    STDMETHOD_(void, GSSetConstantBuffers)                                                         \
    (THIS_ UINT StartSlot, UINT NumBuffers, ID3D11Buffer *const *ppConstantBuffers) PURE;          \
    STDMETHOD_(void, GSSetShader)                                                                  \
    (THIS_ ID3D11GeometryShader * pShader, ID3D11ClassInstance *const *ppClassInstances,           \
     UINT NumClassInstances) PURE;                                                                 \
    STDMETHOD_(void, IASetPrimitiveTopology)(THIS_ D3D11_PRIMITIVE_TOPOLOGY Topology) PURE;        \
    STDMETHOD_(void, VSSetShaderResources)                                                         \
    (THIS_ UINT StartSlot, UINT NumViews, ID3D11ShaderResourceView *const *ppShaderResourceViews)  \
        PURE;                                                                                      \
    STDMETHOD_(void, VSSetSamplers)                                                                \
    (THIS_ UINT StartSlot, UINT NumSamplers, ID3D11SamplerState *const *ppSamplers) PURE;          \
    STDMETHOD_(void, Begin)(THIS_ ID3D11Asynchronous * pAsync) PURE;                               \
    STDMETHOD_(void, End)(THIS_ ID3D11Asynchronous * pAsync) PURE;                                 \
    STDMETHOD(GetData)                                                                             \
    (THIS_ ID3D11Asynchronous * pAsync, void *pData, UINT DataSize, UINT GetDataFlags) PURE;       \
    STDMETHOD_(void, SetPredication)                                                               \
    (THIS_ ID3D11Predicate * pPredicate, BOOL PredicateValue) PURE;                                \
    STDMETHOD_(void, GSSetShaderResources)                                                         \
    (THIS_ UINT StartSlot, UINT NumViews, ID3D11ShaderResourceView *const *ppShaderResourceViews)  \
        PURE;                                                                                      \
    STDMETHOD_(void, GSSetSamplers)                                                                \
    (THIS_ UINT StartSlot, UINT NumSamplers, ID3D11SamplerState *const *ppSamplers) PURE;          \
    STDMETHOD_(void, OMSetRenderTargets)                                                           \
    (THIS_ UINT NumViews, ID3D11RenderTargetView *const *ppRenderTargetViews,                      \
     ID3D11DepthStencilView *pDepthStencilView) PURE;                                              \
    STDMETHOD_(void, OMSetRenderTargetsAndUnorderedAccessViews)                                    \
    (THIS_ UINT NumRTVs, ID3D11RenderTargetView *const *ppRenderTargetViews,                       \
     ID3D11DepthStencilView *pDepthStencilView, UINT UAVStartSlot, UINT NumUAVs,                   \
     ID3D11UnorderedAccessView *const *ppUnorderedAccessViews, const UINT *pUAVInitialCounts)      \
        PURE;                                                                                      \
    STDMETHOD_(void, OMSetBlendState)                                                              \
    (THIS_ ID3D11BlendState * pBlendState, const FLOAT BlendFactor[4], UINT SampleMask) PURE;      \
    STDMETHOD_(void, OMSetDepthStencilState)                                                       \
    (THIS_ ID3D11DepthStencilState * pDepthStencilState, UINT StencilRef) PURE;                    \
    STDMETHOD_(void, SOSetTargets)                                                                 \
    (THIS_ UINT NumBuffers, ID3D11Buffer *const *ppSOTargets, const UINT *pOffsets) PURE;          \
    STDMETHOD_(void, DrawAuto)(THIS) PURE;                                                         \
    STDMETHOD_(void, DrawIndexedInstancedIndirect)                                                 \
    (THIS_ ID3D11Buffer * pBufferForArgs, UINT AlignedByteOffsetForArgs) PURE;                     \
    STDMETHOD_(void, DrawInstancedIndirect)                                                        \
    (THIS_ ID3D11Buffer * pBufferForArgs, UINT AlignedByteOffsetForArgs) PURE;                     \
    STDMETHOD_(void, Dispatch)                                                                     \
    (THIS_ UINT ThreadGroupCountX, UINT ThreadGroupCountY, UINT ThreadGroupCountZ) PURE;           \
    STDMETHOD_(void, DispatchIndirect)                                                             \
    (THIS_ ID3D11Buffer * pBufferForArgs, UINT AlignedByteOffsetForArgs) PURE;                     \
    STDMETHOD_(void, RSSetState)(THIS_ ID3D11RasterizerState * pRasterizerState) PURE;             \
    STDMETHOD_(void, RSSetViewports)                                                               \
    (THIS_ UINT NumViewports, const D3D11_VIEWPORT *pViewports) PURE;                              \
    STDMETHOD_(void, RSSetScissorRects)(THIS_ UINT NumRects, const D3D11_RECT *pRects) PURE;       \
    STDMETHOD_(void, CopySubresourceRegion)                                                        \
    (THIS_ ID3D11Resource * pDstResource, UINT DstSubresource, UINT DstX, UINT DstY, UINT DstZ,    \
     ID3D11Resource * pSrcResource, UINT SrcSubresource, const D3D11_BOX *pSrcBox) PURE;           \
    STDMETHOD_(void, CopyResource)                                                                 \
    (THIS_ ID3D11Resource * pDstResource, ID3D11Resource * pSrcResource) PURE;                     \
    STDMETHOD_(void, UpdateSubresource)                                                            \
    (THIS_ ID3D11Resource * pDstResource, UINT DstSubresource, const D3D11_BOX *pDstBox,           \
     const void *pSrcData, UINT SrcRowPitch, UINT SrcDepthPitch) PURE;                             \
    STDMETHOD_(void, CopyStructureCount)                                                           \
    (THIS_ ID3D11Buffer * pDstBuffer, UINT DstAlignedByteOffset,                                   \
     ID3D11UnorderedAccessView * pSrcView) PURE;                                                   \
    STDMETHOD_(void, ClearRenderTargetView)                                                        \
    (THIS_ ID3D11RenderTargetView * pRenderTargetView, const FLOAT ColorRGBA[4]) PURE;             \
    STDMETHOD_(void, ClearUnorderedAccessViewUint)                                                 \
    (THIS_ ID3D11UnorderedAccessView * pUnorderedAccessView, const UINT Values[4]) PURE;           \
    STDMETHOD_(void, ClearUnorderedAccessViewFloat)                                                \
    (THIS_ ID3D11UnorderedAccessView * pUnorderedAccessView, const FLOAT Values[4]) PURE;          \
    STDMETHOD_(void, ClearDepthStencilView)                                                        \
    (THIS_ ID3D11DepthStencilView * pDepthStencilView, UINT ClearFlags, FLOAT Depth,               \
     UINT8 Stencil) PURE;                                                                          \
    STDMETHOD_(void, GenerateMips)(THIS_ ID3D11ShaderResourceView * pShaderResourceView) PURE;     \
    STDMETHOD_(void, SetResourceMinLOD)(THIS_ ID3D11Resource * pResource, FLOAT MinLOD) PURE;      \
    STDMETHOD_(FLOAT, GetResourceMinLOD)(THIS_ ID3D11Resource * pResource) PURE;                   \
    STDMETHOD_(void, ResolveSubresource)                                                           \
    (THIS_ ID3D11Resource * pDstResource, UINT DstSubresource, ID3D11Resource * pSrcResource,      \
     UINT SrcSubresource, DXGI_FORMAT Format) PURE;                                                \
    STDMETHOD_(void, ExecuteCommandList)                                                           \
    (THIS_ ID3D11CommandList * pCommandList, BOOL RestoreContextState) PURE;                       \
    STDMETHOD_(void, HSSetShaderResources)                                                         \
    (THIS_ UINT StartSlot, UINT NumViews, ID3D11ShaderResourceView *const *ppShaderResourceViews)  \
        PURE;                                                                                      \
    STDMETHOD_(void, HSSetShader)                                                                  \
    (THIS_ ID3D11HullShader * pHullShader, ID3D11ClassInstance *const *ppClassInstances,           \
     UINT NumClassInstances) PURE;                                                                 \
    STDMETHOD_(void, HSSetSamplers)                                                                \
    (THIS_ UINT StartSlot, UINT NumSamplers, ID3D11SamplerState *const *ppSamplers) PURE;          \
    STDMETHOD_(void, HSSetConstantBuffers)                                                         \
    (THIS_ UINT StartSlot, UINT NumBuffers, ID3D11Buffer *const *ppConstantBuffers) PURE;          \
    STDMETHOD_(void, DSSetShaderResources)                                                         \
    (THIS_ UINT StartSlot, UINT NumViews, ID3D11ShaderResourceView *const *ppShaderResourceViews)  \
        PURE;                                                                                      \
    STDMETHOD_(void, DSSetShader)                                                                  \
    (THIS_ ID3D11DomainShader * pDomainShader, ID3D11ClassInstance *const *ppClassInstances,       \
     UINT NumClassInstances) PURE;                                                                 \
    STDMETHOD_(void, DSSetSamplers)                                                                \
    (THIS_ UINT StartSlot, UINT NumSamplers, ID3D11SamplerState *const *ppSamplers) PURE;          \
    STDMETHOD_(void, DSSetConstantBuffers)                                                         \
    (THIS_ UINT StartSlot, UINT NumBuffers, ID3D11Buffer *const *ppConstantBuffers) PURE;          \
    STDMETHOD_(void, CSSetShaderResources)                                                         \
    (THIS_ UINT StartSlot, UINT NumViews, ID3D11ShaderResourceView *const *ppShaderResourceViews)  \
        PURE;                                                                                      \
    STDMETHOD_(void, CSSetUnorderedAccessViews)                                                    \
    (THIS_ UINT StartSlot, UINT NumUAVs, ID3D11UnorderedAccessView *const *ppUnorderedAccessViews, \
     const UINT *pUAVInitialCounts) PURE;                                                          \
    STDMETHOD_(void, CSSetShader)                                                                  \
    (THIS_ ID3D11ComputeShader * pComputeShader, ID3D11ClassInstance *const *ppClassInstances,     \
     UINT NumClassInstances) PURE;                                                                 \
    STDMETHOD_(void, CSSetSamplers)                                                                \
    (THIS_ UINT StartSlot, UINT NumSamplers, ID3D11SamplerState *const *ppSamplers) PURE;          \
    STDMETHOD_(void, CSSetConstantBuffers)                                                         \
    (THIS_ UINT StartSlot, UINT NumBuffers, ID3D11Buffer *const *ppConstantBuffers) PURE;          \
    STDMETHOD_(void, VSGetConstantBuffers)                                                         \
    (THIS_ UINT StartSlot, UINT NumBuffers, ID3D11Buffer * *ppConstantBuffers) PURE;               \
    STDMETHOD_(void, PSGetShaderResources)                                                         \
    (THIS_ UINT StartSlot, UINT NumViews, ID3D11ShaderResourceView * *ppShaderResourceViews) PURE; \
    STDMETHOD_(void, PSGetShader)                                                                  \
    (THIS_ ID3D11PixelShader * *ppPixelShader, ID3D11ClassInstance * *ppClassInstances,            \
     UINT * pNumClassInstances) PURE;                                                              \
    STDMETHOD_(void, PSGetSamplers)                                                                \
    (THIS_ UINT StartSlot, UINT NumSamplers, ID3D11SamplerState * *ppSamplers) PURE;               \
    STDMETHOD_(void, VSGetShader)                                                                  \
    (THIS_ ID3D11VertexShader * *ppVertexShader, ID3D11ClassInstance * *ppClassInstances,          \
     UINT * pNumClassInstances) PURE;                                                              \
    STDMETHOD_(void, PSGetConstantBuffers)                                                         \
    (THIS_ UINT StartSlot, UINT NumBuffers, ID3D11Buffer * *ppConstantBuffers) PURE;               \
    STDMETHOD_(void, IAGetInputLayout)(THIS_ ID3D11InputLayout * *ppInputLayout) PURE;             \
    STDMETHOD_(void, IAGetVertexBuffers)                                                           \
    (THIS_ UINT StartSlot, UINT NumBuffers, ID3D11Buffer * *ppVertexBuffers, UINT * pStrides,      \
     UINT * pOffsets) PURE;                                                                        \
    STDMETHOD_(void, IAGetIndexBuffer)                                                             \
    (THIS_ ID3D11Buffer * *pIndexBuffer, DXGI_FORMAT * Format, UINT * Offset) PURE;                \
    STDMETHOD_(void, GSGetConstantBuffers)                                                         \
    (THIS_ UINT StartSlot, UINT NumBuffers, ID3D11Buffer * *ppConstantBuffers) PURE;               \
    STDMETHOD_(void, GSGetShader)                                                                  \
    (THIS_ ID3D11GeometryShader * *ppGeometryShader, ID3D11ClassInstance * *ppClassInstances,      \
     UINT * pNumClassInstances) PURE;                                                              \
    STDMETHOD_(void, IAGetPrimitiveTopology)(THIS_ D3D11_PRIMITIVE_TOPOLOGY * pTopology) PURE;     \
    STDMETHOD_(void, VSGetShaderResources)                                                         \
    (THIS_ UINT StartSlot, UINT NumViews, ID3D11ShaderResourceView * *ppShaderResourceViews) PURE; \
    STDMETHOD_(void, VSGetSamplers)                                                                \
    (THIS_ UINT StartSlot, UINT NumSamplers, ID3D11SamplerState * *ppSamplers) PURE;               \
    STDMETHOD_(void, GetPredication)                                                               \
    (THIS_ ID3D11Predicate * *ppPredicate, BOOL * pPredicateValue) PURE;                           \
    STDMETHOD_(void, GSGetShaderResources)                                                         \
    (THIS_ UINT StartSlot, UINT NumViews, ID3D11ShaderResourceView * *ppShaderResourceViews) PURE; \
    STDMETHOD_(void, GSGetSamplers)                                                                \
    (THIS_ UINT StartSlot, UINT NumSamplers, ID3D11SamplerState * *ppSamplers) PURE;               \
    STDMETHOD_(void, OMGetRenderTargets)                                                           \
    (THIS_ UINT NumViews, ID3D11RenderTargetView * *ppRenderTargetViews,                           \
     ID3D11DepthStencilView * *ppDepthStencilView) PURE;                                           \
    STDMETHOD_(void, OMGetRenderTargetsAndUnorderedAccessViews)                                    \
    (THIS_ UINT NumRTVs, ID3D11RenderTargetView * *ppRenderTargetViews,                            \
     ID3D11DepthStencilView * *ppDepthStencilView, UINT UAVStartSlot, UINT NumUAVs,                \
     ID3D11UnorderedAccessView * *ppUnorderedAccessViews) PURE;                                    \
    STDMETHOD_(void, OMGetBlendState)                                                              \
    (THIS_ ID3D11BlendState * *ppBlendState, FLOAT BlendFactor[4], UINT * pSampleMask) PURE;       \
    STDMETHOD_(void, OMGetDepthStencilState)                                                       \
    (THIS_ ID3D11DepthStencilState * *ppDepthStencilState, UINT * pStencilRef) PURE;               \
    STDMETHOD_(void, SOGetTargets)(THIS_ UINT NumBuffers, ID3D11Buffer * *ppSOTargets) PURE;       \
    STDMETHOD_(void, RSGetState)(THIS_ ID3D11RasterizerState * *ppRasterizerState) PURE;           \
    STDMETHOD_(void, RSGetViewports)                                                               \
    (THIS_ UINT * pNumViewports, D3D11_VIEWPORT * pViewports) PURE;                                \
    STDMETHOD_(void, RSGetScissorRects)(THIS_ UINT * pNumRects, D3D11_RECT * pRects) PURE;         \
    STDMETHOD_(void, HSGetShaderResources)                                                         \
    (THIS_ UINT StartSlot, UINT NumViews, ID3D11ShaderResourceView * *ppShaderResourceViews) PURE; \
    STDMETHOD_(void, HSGetShader)                                                                  \
    (THIS_ ID3D11HullShader * *ppHullShader, ID3D11ClassInstance * *ppClassInstances,              \
     UINT * pNumClassInstances) PURE;                                                              \
    STDMETHOD_(void, HSGetSamplers)                                                                \
    (THIS_ UINT StartSlot, UINT NumSamplers, ID3D11SamplerState * *ppSamplers) PURE;               \
    STDMETHOD_(void, HSGetConstantBuffers)                                                         \
    (THIS_ UINT StartSlot, UINT NumBuffers, ID3D11Buffer * *ppConstantBuffers) PURE;               \
    STDMETHOD_(void, DSGetShaderResources)                                                         \
    (THIS_ UINT StartSlot, UINT NumViews, ID3D11ShaderResourceView * *ppShaderResourceViews) PURE; \
    STDMETHOD_(void, DSGetShader)                                                                  \
    (THIS_ ID3D11DomainShader * *ppDomainShader, ID3D11ClassInstance * *ppClassInstances,          \
     UINT * pNumClassInstances) PURE;                                                              \
    STDMETHOD_(void, DSGetSamplers)                                                                \
    (THIS_ UINT StartSlot, UINT NumSamplers, ID3D11SamplerState * *ppSamplers) PURE;               \
    STDMETHOD_(void, DSGetConstantBuffers)                                                         \
    (THIS_ UINT StartSlot, UINT NumBuffers, ID3D11Buffer * *ppConstantBuffers) PURE;               \
    STDMETHOD_(void, CSGetShaderResources)                                                         \
    (THIS_ UINT StartSlot, UINT NumViews, ID3D11ShaderResourceView * *ppShaderResourceViews) PURE; \
    STDMETHOD_(void, CSGetUnorderedAccessViews)                                                    \
    (THIS_ UINT StartSlot, UINT NumUAVs, ID3D11UnorderedAccessView * *ppUnorderedAccessViews)      \
        PURE;                                                                                      \
    STDMETHOD_(void, CSGetShader)                                                                  \
    (THIS_ ID3D11ComputeShader * *ppComputeShader, ID3D11ClassInstance * *ppClassInstances,        \
     UINT * pNumClassInstances) PURE;                                                              \
    STDMETHOD_(void, CSGetSamplers)                                                                \
    (THIS_ UINT StartSlot, UINT NumSamplers, ID3D11SamplerState * *ppSamplers) PURE;               \
    STDMETHOD_(void, CSGetConstantBuffers)                                                         \
    (THIS_ UINT StartSlot, UINT NumBuffers, ID3D11Buffer * *ppConstantBuffers) PURE;               \
    STDMETHOD_(void, ClearState)(THIS) PURE;                                                       \
    STDMETHOD_(void, Flush)(THIS) PURE;                                                            \
    STDMETHOD_(D3D11_DEVICE_CONTEXT_TYPE, GetType)(THIS) PURE;                                     \
    STDMETHOD_(UINT, GetContextFlags)(THIS) PURE;                                                  \
    STDMETHOD(FinishCommandList)                                                                   \
    (THIS_ BOOL RestoreDeferredContextState, ID3D11CommandList * *ppCommandList) PURE;
#define NTSHM_ID3D11DEVICECONTEXT_ALL NTSHM_ID3D11DEVICECHILD_ALL NTSHM_ID3D11DEVICECONTEXT_METHODS
#undef INTERFACE
#define INTERFACE ID3D11DeviceContext
NTSHM_INTERFACE(ID3D11DeviceContext, ID3D11DeviceChild, NTSHM_ID3D11DEVICECHILD_ALL,
                NTSHM_ID3D11DEVICECONTEXT_METHODS)

DEFINE_GUID(IID_ID3D11Device, 0xdb6f6ddb, 0xac77, 0x4e88, 0x82, 0x53, 0x81, 0x9d, 0xf9, 0xbb, 0xf1,
            0x40);
#define NTSHM_ID3D11DEVICE_METHODS                                                                \
    STDMETHOD(CreateBuffer)                                                                       \
    (THIS_ const D3D11_BUFFER_DESC *pDesc, const D3D11_SUBRESOURCE_DATA *pInitialData,            \
     ID3D11Buffer **ppBuffer) PURE;                                                               \
    STDMETHOD(CreateTexture1D)                                                                    \
    (THIS_ const D3D11_TEXTURE1D_DESC *pDesc, const D3D11_SUBRESOURCE_DATA *pInitialData,         \
     ID3D11Texture1D **ppTexture1D) PURE;                                                         \
    STDMETHOD(CreateTexture2D)                                                                    \
    (THIS_ const D3D11_TEXTURE2D_DESC *pDesc, const D3D11_SUBRESOURCE_DATA *pInitialData,         \
     ID3D11Texture2D **ppTexture2D) PURE;                                                         \
    STDMETHOD(CreateTexture3D)                                                                    \
    (THIS_ const D3D11_TEXTURE3D_DESC *pDesc, const D3D11_SUBRESOURCE_DATA *pInitialData,         \
     ID3D11Texture3D **ppTexture3D) PURE;                                                         \
    STDMETHOD(CreateShaderResourceView)                                                           \
    (THIS_ ID3D11Resource * pResource, const D3D11_SHADER_RESOURCE_VIEW_DESC *pDesc,              \
     ID3D11ShaderResourceView **ppSRView) PURE;                                                   \
    STDMETHOD(CreateUnorderedAccessView)                                                          \
    (THIS_ ID3D11Resource * pResource, const D3D11_UNORDERED_ACCESS_VIEW_DESC *pDesc,             \
     ID3D11UnorderedAccessView **ppUAView) PURE;                                                  \
    STDMETHOD(CreateRenderTargetView)                                                             \
    (THIS_ ID3D11Resource * pResource, const D3D11_RENDER_TARGET_VIEW_DESC *pDesc,                \
     ID3D11RenderTargetView **ppRTView) PURE;                                                     \
    STDMETHOD(CreateDepthStencilView)                                                             \
    (THIS_ ID3D11Resource * pResource, const D3D11_DEPTH_STENCIL_VIEW_DESC *pDesc,                \
     ID3D11DepthStencilView **ppDepthStencilView) PURE;                                           \
    STDMETHOD(CreateInputLayout)                                                                  \
    (THIS_ const D3D11_INPUT_ELEMENT_DESC *pInputElementDescs, UINT NumElements,                  \
     const void *pShaderBytecodeWithInputSignature, SIZE_T BytecodeLength,                        \
     ID3D11InputLayout **ppInputLayout) PURE;                                                     \
    STDMETHOD(CreateVertexShader)                                                                 \
    (THIS_ const void *pShaderBytecode, SIZE_T BytecodeLength, ID3D11ClassLinkage *pClassLinkage, \
     ID3D11VertexShader **ppVertexShader) PURE;                                                   \
    STDMETHOD(CreateGeometryShader)                                                               \
    (THIS_ const void *pShaderBytecode, SIZE_T BytecodeLength, ID3D11ClassLinkage *pClassLinkage, \
     ID3D11GeometryShader **ppGeometryShader) PURE;                                               \
    STDMETHOD(CreateGeometryShaderWithStreamOutput)                                               \
    (THIS_ const void *pShaderBytecode, SIZE_T BytecodeLength,                                    \
     const D3D11_SO_DECLARATION_ENTRY *pSODeclaration, UINT NumEntries,                           \
     const UINT *pBufferStrides, UINT NumStrides, UINT RasterizedStream,                          \
     ID3D11ClassLinkage *pClassLinkage, ID3D11GeometryShader **ppGeometryShader) PURE;            \
    STDMETHOD(CreatePixelShader)                                                                  \
    (THIS_ const void *pShaderBytecode, SIZE_T BytecodeLength, ID3D11ClassLinkage *pClassLinkage, \
     ID3D11PixelShader **ppPixelShader) PURE;                                                     \
    STDMETHOD(CreateHullShader)                                                                   \
    (THIS_ const void *pShaderBytecode, SIZE_T BytecodeLength, ID3D11ClassLinkage *pClassLinkage, \
     ID3D11HullShader **ppHullShader) PURE;                                                       \
    STDMETHOD(CreateDomainShader)                                                                 \
    (THIS_ const void *pShaderBytecode, SIZE_T BytecodeLength, ID3D11ClassLinkage *pClassLinkage, \
     ID3D11DomainShader **ppDomainShader) PURE;                                                   \
    STDMETHOD(CreateComputeShader)                                                                \
    (THIS_ const void *pShaderBytecode, SIZE_T BytecodeLength, ID3D11ClassLinkage *pClassLinkage, \
     ID3D11ComputeShader **ppComputeShader) PURE;                                                 \
    STDMETHOD(CreateClassLinkage)(THIS_ ID3D11ClassLinkage * *ppLinkage) PURE;                    \
    STDMETHOD(CreateBlendState)                                                                   \
    (THIS_ const D3D11_BLEND_DESC *pBlendStateDesc, ID3D11BlendState **ppBlendState) PURE;        \
    STDMETHOD(CreateDepthStencilState)                                                            \
    (THIS_ const D3D11_DEPTH_STENCIL_DESC *pDepthStencilDesc,                                     \
     ID3D11DepthStencilState **ppDepthStencilState) PURE;                                         \
    STDMETHOD(CreateRasterizerState)                                                              \
    (THIS_ const D3D11_RASTERIZER_DESC *pRasterizerDesc,                                          \
     ID3D11RasterizerState **ppRasterizerState) PURE;                                             \
    STDMETHOD(CreateSamplerState)                                                                 \
    (THIS_ const D3D11_SAMPLER_DESC *pSamplerDesc, ID3D11SamplerState **ppSamplerState) PURE;     \
    STDMETHOD(CreateQuery)(THIS_ const D3D11_QUERY_DESC *pQueryDesc, ID3D11Query **ppQuery) PURE; \
    STDMETHOD(CreatePredicate)                                                                    \
    (THIS_ const D3D11_QUERY_DESC *pPredicateDesc, ID3D11Predicate **ppPredicate) PURE;           \
    STDMETHOD(CreateCounter)                                                                      \
    (THIS_ const D3D11_COUNTER_DESC *pCounterDesc, ID3D11Counter **ppCounter) PURE;               \
    STDMETHOD(CreateDeferredContext)                                                              \
    (THIS_ UINT ContextFlags, ID3D11DeviceContext * *ppDeferredContext) PURE;                     \
    STDMETHOD(OpenSharedResource)(THIS_ HANDLE hResource, REFIID riid, void **ppResource) PURE;   \
    STDMETHOD(CheckFormatSupport)(THIS_ DXGI_FORMAT Format, UINT * pFormatSupport) PURE;          \
    STDMETHOD(CheckMultisampleQualityLevels)                                                      \
    (THIS_ DXGI_FORMAT Format, UINT SampleCount, UINT * pNumQualityLevels) PURE;                  \
    STDMETHOD_(void, CheckCounterInfo)(THIS_ D3D11_COUNTER_INFO * pCounterInfo) PURE;             \
    STDMETHOD(CheckCounter)                                                                       \
    (THIS_ const D3D11_COUNTER_DESC *pDesc, D3D11_COUNTER_TYPE *pType, UINT *pActiveCounters,     \
     LPSTR szName, UINT *pNameLength, LPSTR szUnits, UINT *pUnitsLength, LPSTR szDescription,     \
     UINT *pDescriptionLength) PURE;                                                              \
    STDMETHOD(CheckFeatureSupport)                                                                \
    (THIS_ D3D11_FEATURE Feature, void *pFeatureSupportData, UINT FeatureSupportDataSize) PURE;   \
    STDMETHOD(GetPrivateData)(THIS_ REFGUID Guid, UINT * pDataSize, void *pData) PURE;            \
    STDMETHOD(SetPrivateData)(THIS_ REFGUID Guid, UINT DataSize, const void *pData) PURE;         \
    STDMETHOD(SetPrivateDataInterface)(THIS_ REFGUID Guid, const IUnknown *pData) PURE;           \
    STDMETHOD_(D3D_FEATURE_LEVEL, GetFeatureLevel)(THIS) PURE;                                    \
    STDMETHOD_(UINT, GetCreationFlags)(THIS) PURE;                                                \
    STDMETHOD(GetDeviceRemovedReason)(THIS) PURE;                                                 \
    STDMETHOD_(void, GetImmediateContext)(THIS_ ID3D11DeviceContext * *ppImmediateContext) PURE;  \
    STDMETHOD(SetExceptionMode)(THIS_ UINT RaiseFlags) PURE;                                      \
    STDMETHOD_(UINT, GetExceptionMode)(THIS) PURE;
#define NTSHM_ID3D11DEVICE_ALL NTSHM_IUNKNOWN_METHODS NTSHM_ID3D11DEVICE_METHODS
#undef INTERFACE
#define INTERFACE ID3D11Device
NTSHM_INTERFACE(ID3D11Device, IUnknown, NTSHM_IUNKNOWN_METHODS, NTSHM_ID3D11DEVICE_METHODS)

/**
 * D3D11CreateDevice() - a device of its own on the Vulkan driver that NTSHM_D3D12_ADAPTER names
 * (ntshm/d3d12.h), else on the best one
 * @pAdapter:         NULL: there are no DXGI adapters
 * @DriverType:       HARDWARE or WARP; both mean the same
 * @Software:         NULL
 * @Flags:            D3D11_CREATE_DEVICE_; DEBUG is DXGI_ERROR_SDK_COMPONENT_MISSING
 * @pFeatureLevels:   in the order of liking; NULL: 11_0. The first up to 11_0 is taken
 * @SDKVersion:       D3D11_SDK_VERSION
 * @ppDevice, @pFeatureLevel, @ppImmediateContext: each may be NULL
 *
 * Return: S_OK; S_FALSE when neither device nor context is asked for and a device can be made;
 * E_INVALIDARG; DXGI_ERROR_UNSUPPORTED; DXGI_ERROR_SDK_COMPONENT_MISSING; E_OUTOFMEMORY.
 */
HRESULT WINAPI D3D11CreateDevice(IDXGIAdapter *pAdapter, D3D_DRIVER_TYPE DriverType,
                                 HMODULE Software, UINT Flags,
                                 const D3D_FEATURE_LEVEL *pFeatureLevels, UINT FeatureLevels,
                                 UINT SDKVersion, ID3D11Device **ppDevice,
                                 D3D_FEATURE_LEVEL *pFeatureLevel,
                                 ID3D11DeviceContext **ppImmediateContext);

#ifdef __cplusplus
}
#endif

#undef INTERFACE

#if defined(COBJMACROS) && (!defined(__cplusplus) || defined(CINTERFACE))
#    include "ntshm/d3d11-c.h"
#endif

#endif
