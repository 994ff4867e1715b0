// SPDX-License-Identifier: MIT
/*
 * The Direct3D 11 device, its objects and what it refuses.
 */
#include <string.h>

#include "d3d12/d3d11-kit.h"

static HRESULT create(D3D_DRIVER_TYPE type, UINT flags, const D3D_FEATURE_LEVEL *levels, UINT n,
                      UINT version)
{
    D3D_FEATURE_LEVEL level = D3D_FEATURE_LEVEL_12_2;
    ID3D11DeviceContext *context = (ID3D11DeviceContext *)1;
    ID3D11Device *device = (ID3D11Device *)1;
    HRESULT hr;

    kit_environment();
    hr = D3D11CreateDevice(NULL, type, NULL, flags, levels, n, version, &device, &level, &context);
    if (FAILED(hr)) {
        ok_ptr_eq(device, NULL);
        ok_ptr_eq(context, NULL);
        ok_eq(level, 0);
        return hr;
    }
    ok_eq(level, ID3D11Device_GetFeatureLevel(device));
    ok_eq(ID3D11Device_GetCreationFlags(device), flags);
    ID3D11DeviceContext_Release(context);
    kit_release_last(device);
    return hr;
}

TEST(d3d11_device_checks_its_arguments, "D18.5")
{
    const D3D_FEATURE_LEVEL high[] = {D3D_FEATURE_LEVEL_12_1, D3D_FEATURE_LEVEL_11_1};
    const D3D_FEATURE_LEVEL some[] = {D3D_FEATURE_LEVEL_11_1, D3D_FEATURE_LEVEL_10_0,
                                      D3D_FEATURE_LEVEL_11_0};

    ok_hr(create(D3D_DRIVER_TYPE_HARDWARE, 0, NULL, 0, 7), S_OK);
    ok_hr(create(D3D_DRIVER_TYPE_WARP, D3D11_CREATE_DEVICE_BGRA_SUPPORT, some, 3, 7), S_OK);
    ok_hr(create(D3D_DRIVER_TYPE_HARDWARE, 0, high, 2, 7), DXGI_ERROR_UNSUPPORTED);
    ok_hr(create(D3D_DRIVER_TYPE_HARDWARE, 0, high, 0, 7), E_INVALIDARG);
    ok_hr(create(D3D_DRIVER_TYPE_HARDWARE, 0, NULL, 1, 7), E_INVALIDARG);
    ok_hr(create(D3D_DRIVER_TYPE_HARDWARE, 0, NULL, 0, 6), E_INVALIDARG);
    ok_hr(create(D3D_DRIVER_TYPE_UNKNOWN, 0, NULL, 0, 7), E_INVALIDARG);
    ok_hr(create((D3D_DRIVER_TYPE)9, 0, NULL, 0, 7), E_INVALIDARG);
    ok_hr(create(D3D_DRIVER_TYPE_REFERENCE, 0, NULL, 0, 7), DXGI_ERROR_UNSUPPORTED);
    ok_hr(create(D3D_DRIVER_TYPE_HARDWARE, 0x40000, NULL, 0, 7), E_INVALIDARG);
    ok_hr(create(D3D_DRIVER_TYPE_HARDWARE, D3D11_CREATE_DEVICE_DEBUG, NULL, 0, 7),
          DXGI_ERROR_SDK_COMPONENT_MISSING);
    ok_hr(D3D11CreateDevice(NULL, D3D_DRIVER_TYPE_HARDWARE, NULL, 0, NULL, 0, 7, NULL, NULL, NULL),
          S_FALSE);
}

TEST(d3d11_context_alone_keeps_its_device, "D18.5")
{
    ID3D11DeviceContext *context = NULL;
    ID3D11Device *device = NULL;
    ID3D11Buffer *buffer = NULL;
    D3D11_BUFFER_DESC desc = kit11_buffer_desc(64, D3D11_USAGE_DEFAULT);

    kit_environment();
    ok_hr(D3D11CreateDevice(NULL, D3D_DRIVER_TYPE_HARDWARE, NULL, 0, NULL, 0, 7, NULL, NULL,
                            &context),
          S_OK);
    require(context);
    ID3D11DeviceContext_GetDevice(context, &device);
    ok_hr(ID3D11Device_CreateBuffer(device, &desc, NULL, &buffer), S_OK);
    ID3D11Device_Release(device);
    ID3D11DeviceContext_Release(context);
    /* A child holds the device too. */
    ID3D11Buffer_GetDevice(buffer, &device);
    ok_eq(kit_refs(device), 2);
    kit_release_last(buffer);
    ID3D11Device_GetImmediateContext(device, &context);
    ok_eq(kit_refs(device), 2);
    kit_release_last(context);
    kit_release_last(device);
}

static void expect_interface(void *object, const IID *iid, bool is_answered)
{
    IUnknown *found = (IUnknown *)1;

    ok_hr(IUnknown_QueryInterface((IUnknown *)object, iid, (void **)&found),
          is_answered ? S_OK : E_NOINTERFACE);
    if (is_answered)
        IUnknown_Release(found);
    else
        ok_ptr_eq(found, NULL);
}

TEST(d3d11_objects_answer_their_interfaces, "D18.5")
{
    const D3D11_TEXTURE2D_DESC desc =
        kit11_texture_desc(4, 4, DXGI_FORMAT_R8G8B8A8_UNORM, D3D11_USAGE_DEFAULT);
    const IID *device_iids[] = {&IID_ID3D11Device,  &IID_ID3D11Device1, &IID_ID3D11Device2,
                                &IID_ID3D11Device3, &IID_ID3D11Device4, &IID_ID3D11Device5};
    const IID *context_iids[] = {&IID_ID3D11DeviceContext,  &IID_ID3D11DeviceContext1,
                                 &IID_ID3D11DeviceContext2, &IID_ID3D11DeviceContext3,
                                 &IID_ID3D11DeviceContext4, &IID_ID3D11DeviceChild,
                                 &IID_ID3D11Multithread};
    const IID *resource_iids[] = {&IID_ID3D11Resource, &IID_IDXGIResource1,
                                  &IID_IDXGIResource,  &IID_IDXGIDeviceSubObject,
                                  &IID_IDXGIObject,    &IID_ID3D11DeviceChild};
    ID3D11Resource *buffer, *texture;
    IUnknown *unknown, *again;
    IDXGIResource1 *dxgi;
    struct kit11 kit;

    kit11_open(&kit);
    buffer = kit11_buffer(&kit, 64, D3D11_USAGE_DEFAULT, NULL);
    texture = kit11_texture(&kit, &desc, NULL);
    for (size_t i = 0; i < 6; i++) {
        expect_interface(kit.device, device_iids[i], true);
        expect_interface(buffer, resource_iids[i], true);
        expect_interface(texture, resource_iids[i], true);
    }
    for (size_t i = 0; i < 7; i++)
        expect_interface(kit.context, context_iids[i], true);
    expect_interface(texture, &IID_ID3D11Texture2D1, true);
    expect_interface(texture, &IID_ID3D11Buffer, false);
    expect_interface(buffer, &IID_ID3D11Texture2D, false);
    expect_interface(kit.device, &IID_ID3D12Device, false);
    expect_interface(kit.device, &IID_ID3D11DeviceContext, false);
    ok_hr(QUERY(buffer, IID_IUnknown, NULL), E_POINTER);
    /* One identity, through whichever table. */
    ok_hr(QUERY(texture, IID_IDXGIResource1, &dxgi), S_OK);
    ok_hr(QUERY(texture, IID_IUnknown, &unknown), S_OK);
    ok_hr(IDXGIResource1_QueryInterface(dxgi, &IID_IUnknown, (void **)&again), S_OK);
    ok_ptr_eq(unknown, again);
    IUnknown_Release(unknown);
    IUnknown_Release(again);
    ok_eq(IDXGIResource1_Release(dxgi), 1);
    kit_release_last(buffer);
    kit_release_last(texture);
    kit11_close(&kit);
}

TEST(d3d11_multithread_locks_the_context, "D18.5")
{
    ID3D11Multithread *lock;
    struct kit11 kit;

    kit11_open(&kit);
    ok_hr(QUERY(kit.context, IID_ID3D11Multithread, &lock), S_OK);
    ok_eq(ID3D11Multithread_GetMultithreadProtected(lock), FALSE);
    ok_eq(ID3D11Multithread_SetMultithreadProtected(lock, TRUE), FALSE);
    ok_eq(ID3D11Multithread_GetMultithreadProtected(lock), TRUE);
    ID3D11Multithread_Enter(lock);
    ID3D11Multithread_Enter(lock);
    ID3D11DeviceContext4_Flush(kit.context);
    ID3D11Multithread_Leave(lock);
    ID3D11Multithread_Leave(lock);
    ID3D11Multithread_Release(lock);
    kit11_close(&kit);
}

static HRESULT try_buffer(struct kit11 *kit, const D3D11_BUFFER_DESC *desc, const void *data)
{
    const D3D11_SUBRESOURCE_DATA initial = {.pSysMem = data};
    ID3D11Buffer *buffer = (ID3D11Buffer *)1;
    HRESULT hr = ID3D11Device5_CreateBuffer(kit->device, desc, data ? &initial : NULL, &buffer);

    if (FAILED(hr)) {
        ok_ptr_eq(buffer, NULL);
    } else {
        D3D11_BUFFER_DESC got;

        ID3D11Buffer_GetDesc(buffer, &got);
        ok_mem_eq(&got, desc, sizeof(got));
        ok_hr(ID3D11Device5_CreateBuffer(kit->device, desc, data ? &initial : NULL, NULL), S_FALSE);
        kit_release_last(buffer);
    }
    return hr;
}

TEST(d3d11_buffer_descriptions_are_checked, "D18.5")
{
    static const char data[4096];
    D3D11_BUFFER_DESC desc;
    struct kit11 kit;

    kit11_open(&kit);
    for (D3D11_USAGE usage = D3D11_USAGE_DEFAULT; usage <= D3D11_USAGE_STAGING; usage++) {
        desc = kit11_buffer_desc(4096, usage);
        ok_hr(try_buffer(&kit, &desc, data), S_OK);
        ok_hr(try_buffer(&kit, &desc, NULL), usage == D3D11_USAGE_IMMUTABLE ? E_INVALIDARG : S_OK);
        desc.CPUAccessFlags ^= D3D11_CPU_ACCESS_WRITE;
        ok_hr(try_buffer(&kit, &desc, data), usage == D3D11_USAGE_STAGING ? S_OK : E_INVALIDARG);
        desc = kit11_buffer_desc(4096, usage);
        desc.BindFlags = D3D11_BIND_UNORDERED_ACCESS;
        ok_hr(try_buffer(&kit, &desc, data), usage == D3D11_USAGE_DEFAULT ? S_OK : E_INVALIDARG);
        desc = kit11_buffer_desc(0, usage);
        ok_hr(try_buffer(&kit, &desc, data), E_INVALIDARG);
    }
    ok_hr(try_buffer(&kit, NULL, NULL), E_INVALIDARG);
    desc = kit11_buffer_desc(100, D3D11_USAGE_DYNAMIC);
    desc.BindFlags = D3D11_BIND_CONSTANT_BUFFER;
    ok_hr(try_buffer(&kit, &desc, NULL), E_INVALIDARG);
    desc.ByteWidth = 112;
    ok_hr(try_buffer(&kit, &desc, NULL), S_OK);
    desc.BindFlags |= D3D11_BIND_VERTEX_BUFFER;
    ok_hr(try_buffer(&kit, &desc, NULL), E_INVALIDARG);
    desc = kit11_buffer_desc(96, D3D11_USAGE_DEFAULT);
    desc.MiscFlags = D3D11_RESOURCE_MISC_BUFFER_STRUCTURED;
    ok_hr(try_buffer(&kit, &desc, NULL), E_INVALIDARG);
    desc.StructureByteStride = 12;
    ok_hr(try_buffer(&kit, &desc, NULL), S_OK);
    desc = kit11_buffer_desc(96, (D3D11_USAGE)4);
    ok_hr(try_buffer(&kit, &desc, NULL), E_INVALIDARG);
    desc = kit11_buffer_desc(65536, D3D11_USAGE_DEFAULT);
    desc.MiscFlags = D3D11_RESOURCE_MISC_TILE_POOL;
    ok_hr(try_buffer(&kit, &desc, NULL), E_NOTIMPL);
    desc.MiscFlags = D3D11_RESOURCE_MISC_TEXTURECUBE;
    ok_hr(try_buffer(&kit, &desc, NULL), E_INVALIDARG);
    desc.MiscFlags = D3D11_RESOURCE_MISC_SHARED_KEYEDMUTEX | D3D11_RESOURCE_MISC_SHARED_NTHANDLE;
    ok_hr(try_buffer(&kit, &desc, NULL), E_NOTIMPL);
    desc.MiscFlags = D3D11_RESOURCE_MISC_SHARED_NTHANDLE;
    ok_hr(try_buffer(&kit, &desc, NULL), E_INVALIDARG);
    desc.MiscFlags = D3D11_RESOURCE_MISC_SHARED;
    ok_hr(try_buffer(&kit, &desc, NULL), E_NOTIMPL);
    kit11_close(&kit);
}

static HRESULT try_texture(struct kit11 *kit, const D3D11_TEXTURE2D_DESC *desc)
{
    ID3D11Texture2D *texture = (ID3D11Texture2D *)1;
    HRESULT hr = ID3D11Device5_CreateTexture2D(kit->device, desc, NULL, &texture);

    if (FAILED(hr)) {
        ok_ptr_eq(texture, NULL);
    } else {
        D3D11_TEXTURE2D_DESC got;
        D3D11_TEXTURE2D_DESC1 got1;

        ID3D11Texture2D_GetDesc(texture, &got);
        ok_eq(got.Width, desc->Width);
        ok_eq(got.Format, desc->Format);
        ok_eq(got.BindFlags, desc->BindFlags);
        ok_ne(got.MipLevels, 0);
        ID3D11Texture2D1_GetDesc1((ID3D11Texture2D1 *)texture, &got1);
        ok_eq(got1.MipLevels, got.MipLevels);
        ok_eq(got1.TextureLayout, D3D11_TEXTURE_LAYOUT_UNDEFINED);
        kit_release_last(texture);
    }
    return hr;
}

#define TRY(expected, ...)                                                               \
    do {                                                                                 \
        D3D11_TEXTURE2D_DESC changed =                                                   \
            kit11_texture_desc(64, 32, DXGI_FORMAT_R8G8B8A8_UNORM, D3D11_USAGE_DEFAULT); \
        __VA_ARGS__;                                                                     \
        ok_hr(try_texture(&kit, &changed), expected);                                    \
    } while (0)

TEST(d3d11_texture_descriptions_are_checked, "D18.5 D3.6")
{
    struct kit11 kit;

    kit11_open(&kit);
    TRY(S_OK, (void)0);
    TRY(S_OK, changed.MipLevels = 0);
    TRY(S_OK, changed.MipLevels = 7);
    TRY(E_INVALIDARG, changed.MipLevels = 8);
    TRY(S_OK, changed.ArraySize = 5);
    TRY(E_INVALIDARG, changed.ArraySize = 0);
    TRY(E_INVALIDARG, changed.Width = 0);
    TRY(E_INVALIDARG, changed.Height = 16385);
    TRY(E_INVALIDARG, changed.SampleDesc.Count = 4);
    TRY(E_INVALIDARG, changed.Format = DXGI_FORMAT_UNKNOWN);
    TRY(E_INVALIDARG, changed.Format = (DXGI_FORMAT)1000);
    TRY(S_OK, changed.BindFlags |= D3D11_BIND_RENDER_TARGET);
    TRY(S_OK, changed.Format = DXGI_FORMAT_BC1_UNORM);
    TRY(E_INVALIDARG, changed.Format = DXGI_FORMAT_BC1_UNORM; changed.Width = 62);
    TRY(S_OK, changed.Format = DXGI_FORMAT_D32_FLOAT; changed.BindFlags = D3D11_BIND_DEPTH_STENCIL);
    TRY(E_INVALIDARG, changed.BindFlags = D3D11_BIND_DEPTH_STENCIL);
    TRY(E_NOTIMPL, changed.Format = DXGI_FORMAT_D24_UNORM_S8_UINT);
    TRY(E_INVALIDARG, changed.MiscFlags = D3D11_RESOURCE_MISC_TEXTURECUBE);
    TRY(S_OK, changed.Height = 64; changed.ArraySize = 6;
        changed.MiscFlags = D3D11_RESOURCE_MISC_TEXTURECUBE);
    TRY(E_INVALIDARG, changed.CPUAccessFlags = D3D11_CPU_ACCESS_READ);
    TRY(E_INVALIDARG, changed.MiscFlags = D3D11_RESOURCE_MISC_SHARED_NTHANDLE);
    TRY(E_NOTIMPL, changed.MiscFlags = D3D11_RESOURCE_MISC_SHARED);
    TRY(E_NOTIMPL, changed.MiscFlags = D3D11_RESOURCE_MISC_TILED);
    TRY(S_OK, changed = kit11_texture_desc(8, 8, DXGI_FORMAT_R8_UNORM, D3D11_USAGE_DYNAMIC));
    TRY(E_INVALIDARG, changed = kit11_texture_desc(8, 8, DXGI_FORMAT_R8_UNORM, D3D11_USAGE_DYNAMIC);
        changed.MipLevels = 2);
    TRY(S_OK, changed = kit11_texture_desc(8, 8, DXGI_FORMAT_R8_UNORM, D3D11_USAGE_STAGING);
        changed.MipLevels = 4);
    ok_hr(try_texture(&kit, NULL), E_INVALIDARG);
    kit11_close(&kit);
}

TEST(d3d11_private_data_is_the_objects_own, "D4.6")
{
    static const GUID guid = {1, 2, 3, {4}};
    ID3D11Resource *a, *b;
    ID3D11Query *query = NULL;
    const D3D11_QUERY_DESC desc = {D3D11_QUERY_EVENT, 0};
    struct kit11 kit;
    UINT value = 7, size = sizeof(value);

    kit11_open(&kit);
    a = kit11_buffer(&kit, 64, D3D11_USAGE_DEFAULT, NULL);
    b = kit11_buffer(&kit, 64, D3D11_USAGE_STAGING, NULL);
    ok_hr(ID3D11Device5_CreateQuery(kit.device, &desc, &query), S_OK);
    ok_hr(ID3D11Resource_SetPrivateData(a, &guid, sizeof(value), &value), S_OK);
    ok_hr(ID3D11Resource_GetPrivateData(b, &guid, &size, NULL), DXGI_ERROR_NOT_FOUND);
    ok_hr(ID3D11Device5_GetPrivateData(kit.device, &guid, &size, NULL), DXGI_ERROR_NOT_FOUND);
    ok_hr(ID3D11DeviceContext4_GetPrivateData(kit.context, &guid, &size, NULL),
          DXGI_ERROR_NOT_FOUND);
    ok_hr(ID3D11Query_GetPrivateData(query, &guid, &size, NULL), DXGI_ERROR_NOT_FOUND);
    value = 0;
    size = sizeof(value);
    ok_hr(ID3D11Resource_GetPrivateData(a, &guid, &size, &value), S_OK);
    ok_eq(value, 7);
    ok_hr(ID3D11Resource_SetPrivateDataInterface(b, &guid, (IUnknown *)a), S_OK);
    ok_eq(kit_refs(a), 2);
    ok_hr(ID3D11Device5_SetPrivateData(kit.device, &guid, sizeof(value), &value), S_OK);
    ok_hr(ID3D11Query_SetPrivateData(query, &guid, sizeof(value), &value), S_OK);
    kit_release_last(b);
    kit_release_last(query);
    kit_release_last(a);
    kit11_close(&kit);
}

TEST(d3d11_dxgi_side_of_a_resource, "D13.6")
{
    ID3D11Resource *buffer;
    D3D11_RESOURCE_DIMENSION dimension;
    ID3D11Device *device = NULL;
    IDXGIResource1 *dxgi;
    HANDLE handle = (HANDLE)1;
    IUnknown *parent = (IUnknown *)1;
    IDXGISurface2 *surface = (IDXGISurface2 *)1;
    struct kit11 kit;
    UINT value = 0, size = sizeof(value);

    kit11_open(&kit);
    buffer = kit11_buffer(&kit, 64, D3D11_USAGE_DEFAULT, NULL);
    ID3D11Resource_GetType(buffer, &dimension);
    ok_eq(dimension, D3D11_RESOURCE_DIMENSION_BUFFER);
    ok_hr(QUERY(buffer, IID_IDXGIResource1, &dxgi), S_OK);
    ok_hr(IDXGIResource1_GetUsage(dxgi, &value), S_OK);
    ok_eq(value, DXGI_USAGE_SHADER_INPUT);
    ok_hr(IDXGIResource1_GetEvictionPriority(dxgi, &value), S_OK);
    ok_eq(value, DXGI_RESOURCE_PRIORITY_NORMAL);
    ok_hr(IDXGIResource1_SetEvictionPriority(dxgi, DXGI_RESOURCE_PRIORITY_HIGH), S_OK);
    ok_eq(ID3D11Resource_GetEvictionPriority(buffer), DXGI_RESOURCE_PRIORITY_HIGH);
    ok_hr(IDXGIResource1_GetSharedHandle(dxgi, &handle), E_INVALIDARG);
    ok_ptr_eq(handle, NULL);
    ok_hr(IDXGIResource1_GetParent(dxgi, &IID_IUnknown, (void **)&parent), E_NOINTERFACE);
    ok_ptr_eq(parent, NULL);
    ok_hr(IDXGIResource1_CreateSubresourceSurface(dxgi, 0, &surface), E_NOTIMPL);
    ok_ptr_eq(surface, NULL);
    ok_hr(IDXGIResource1_SetPrivateData(dxgi, &IID_IDXGIObject, sizeof(value), &value), S_OK);
    ok_hr(ID3D11Resource_GetPrivateData(buffer, &IID_IDXGIObject, &size, &value), S_OK);
    ok_eq(size, sizeof(value));
    ok_hr(IDXGIResource1_SetPrivateDataInterface(dxgi, &IID_IDXGIObject, NULL), S_OK);
    ok_hr(IDXGIResource1_GetPrivateData(dxgi, &IID_IDXGIResource, &size, NULL),
          DXGI_ERROR_NOT_FOUND);
    ok_hr(IDXGIResource1_GetDevice(dxgi, &IID_ID3D11Device, (void **)&device), S_OK);
    ok_ptr_eq(device, kit.device);
    ID3D11Device_Release(device);
    IDXGIResource1_Release(dxgi);
    kit_release_last(buffer);
    kit11_close(&kit);
}

TEST(d3d11_texture1_layouts, "D18.5")
{
    D3D11_TEXTURE2D_DESC1 desc = {.Width = 8,
                                  .Height = 8,
                                  .MipLevels = 1,
                                  .ArraySize = 1,
                                  .Format = DXGI_FORMAT_R8G8B8A8_UNORM,
                                  .SampleDesc.Count = 1,
                                  .BindFlags = D3D11_BIND_SHADER_RESOURCE};
    ID3D11Texture2D1 *texture = NULL;
    D3D11_RESOURCE_DIMENSION dimension = D3D11_RESOURCE_DIMENSION_UNKNOWN;
    D3D11_TEXTURE2D_DESC1 got;
    struct kit11 kit;

    kit11_open(&kit);
    ok_hr(ID3D11Device5_CreateTexture2D1(kit.device, &desc, NULL, &texture), S_OK);
    require(texture);
    ID3D11Texture2D1_GetDesc1(texture, &got);
    ok_mem_eq(&got, &desc, sizeof(got));
    ID3D11Texture2D1_GetType(texture, &dimension);
    ok_eq(dimension, D3D11_RESOURCE_DIMENSION_TEXTURE2D);
    ID3D11Texture2D1_SetEvictionPriority(texture, DXGI_RESOURCE_PRIORITY_LOW);
    ok_eq(ID3D11Texture2D1_GetEvictionPriority(texture), DXGI_RESOURCE_PRIORITY_LOW);
    kit_release_last(texture);
    ok_hr(ID3D11Device5_CreateTexture2D1(kit.device, &desc, NULL, NULL), S_FALSE);
    desc.TextureLayout = D3D11_TEXTURE_LAYOUT_ROW_MAJOR;
    ok_hr(ID3D11Device5_CreateTexture2D1(kit.device, &desc, NULL, &texture), E_NOTIMPL);
    ok_ptr_eq(texture, NULL);
    desc.TextureLayout = (D3D11_TEXTURE_LAYOUT)3;
    ok_hr(ID3D11Device5_CreateTexture2D1(kit.device, &desc, NULL, &texture), E_INVALIDARG);
    kit11_close(&kit);
}

/* Each interface of the context is the one context. */
static void check_contexts(struct kit11 *kit)
{
    ID3D11DeviceContext1 *one = NULL;
    ID3D11DeviceContext2 *two = NULL;
    ID3D11DeviceContext3 *three = NULL;

    ID3D11Device5_GetImmediateContext1(kit->device, &one);
    ID3D11Device5_GetImmediateContext2(kit->device, &two);
    ID3D11Device5_GetImmediateContext3(kit->device, &three);
    ok_ptr_eq((void *)one, (void *)kit->context);
    ok_ptr_eq((void *)two, (void *)kit->context);
    ok_ptr_eq((void *)three, (void *)kit->context);
    ID3D11DeviceContext1_Release(one);
    ID3D11DeviceContext2_Release(two);
    ID3D11DeviceContext3_Release(three);
}

TEST(d3d11_features_say_what_is_built, "D4.8 D18.5")
{
    D3D11_FEATURE_DATA_D3D11_OPTIONS options;
    D3D11_FEATURE_DATA_D3D11_OPTIONS1 options1;
    D3D11_FEATURE_DATA_D3D11_OPTIONS2 options2;
    D3D11_FEATURE_DATA_D3D11_OPTIONS5 options5;
    D3D11_FEATURE_DATA_THREADING threading;
    D3D11_FEATURE_DATA_FORMAT_SUPPORT format = {.InFormat = DXGI_FORMAT_BC3_UNORM};
    struct kit11 kit;
    UINT value = 7;

    kit11_open(&kit);
#define CHECK(feature, data) \
    ID3D11Device5_CheckFeatureSupport(kit.device, D3D11_FEATURE_##feature, &(data), sizeof(data))
    ok_hr(CHECK(THREADING, threading), S_OK);
    ok_eq(threading.DriverConcurrentCreates, TRUE);
    ok_eq(threading.DriverCommandLists, FALSE);
    ok_hr(CHECK(D3D11_OPTIONS, options), S_OK);
    ok_eq(options.CopyWithOverlap, FALSE);
    ok_eq(options.ExtendedResourceSharing, TRUE);
    ok_hr(CHECK(D3D11_OPTIONS1, options1), S_OK);
    ok_eq(options1.MapOnDefaultBuffers, FALSE);
    ok_eq(options1.TiledResourcesTier, D3D11_TILED_RESOURCES_NOT_SUPPORTED);
    ok_hr(CHECK(D3D11_OPTIONS2, options2), S_OK);
    ok_eq(options2.UnifiedMemoryArchitecture, TRUE); /* the CPU driver */
    ok_hr(CHECK(D3D11_OPTIONS5, options5), S_OK);
    ok_hr(CHECK(FORMAT_SUPPORT, format), S_OK);
    ok(format.OutFormatSupport & D3D11_FORMAT_SUPPORT_TEXTURE2D);
    ok(!(format.OutFormatSupport & D3D11_FORMAT_SUPPORT_RENDER_TARGET));
    ok_hr(CHECK(D3D11_OPTIONS1, options), E_INVALIDARG);
    ok_hr(CHECK(SHADER_CACHE, options), E_INVALIDARG);
    ok_hr(ID3D11Device5_CheckFeatureSupport(kit.device, D3D11_FEATURE_THREADING, NULL, 8),
          E_INVALIDARG);
#undef CHECK
    ok_hr(ID3D11Device5_CheckFormatSupport(kit.device, DXGI_FORMAT_R8_UNORM, &value), S_OK);
    ok(value & D3D11_FORMAT_SUPPORT_TEXTURE2D);
    ok_hr(ID3D11Device5_CheckFormatSupport(kit.device, DXGI_FORMAT_UNKNOWN, &value), E_FAIL);
    ok_eq(value, 0);
    ok_hr(ID3D11Device5_CheckFormatSupport(kit.device, DXGI_FORMAT_R8_UNORM, NULL), E_INVALIDARG);
    ok_hr(ID3D11Device5_CheckMultisampleQualityLevels(kit.device, DXGI_FORMAT_R8_UNORM, 1, &value),
          S_OK);
    ok_eq(value, 1);
    ok_hr(ID3D11Device5_CheckMultisampleQualityLevels1(kit.device, DXGI_FORMAT_R8_UNORM, 4, 0,
                                                       &value),
          S_OK);
    ok_eq(value, 0);
    ok_hr(ID3D11Device5_CheckMultisampleQualityLevels(kit.device, DXGI_FORMAT_R8_UNORM, 0, &value),
          E_FAIL);
    ok_hr(ID3D11Device5_SetExceptionMode(kit.device, 1), S_OK);
    ok_eq(ID3D11Device5_GetExceptionMode(kit.device), 1);
    ok_hr(ID3D11Device5_SetExceptionMode(kit.device, 2), E_INVALIDARG);
    check_contexts(&kit);
    kit11_close(&kit);
}
