// SPDX-License-Identifier: MIT
/*
 * Direct3D 11 and 12 share, both ways, also between processes; order by a shared fence alone.
 */
#include <sddl.h>
#include <stdlib.h>
#include <string.h>

#include "d3d12/d3d11-kit.h"

enum { W = 48, H = 20, ROW = W * 4, PITCH = 256 };

#define SIZE     4096u
#define NTHANDLE (D3D11_RESOURCE_MISC_SHARED | D3D11_RESOURCE_MISC_SHARED_NTHANDLE)
#define BOTH     ((DWORD)DXGI_SHARED_RESOURCE_READ | DXGI_SHARED_RESOURCE_WRITE)

static HRESULT share_named(ID3D11Resource *resource, DWORD access, const wchar_t *name, HANDLE *ret)
{
    IDXGIResource1 *dxgi = NULL;
    HRESULT hr;

    ok_hr(QUERY(resource, IID_IDXGIResource1, &dxgi), S_OK);
    hr = IDXGIResource1_CreateSharedHandle(dxgi, NULL, access, name, ret);
    IDXGIResource1_Release(dxgi);
    return hr;
}

static HANDLE share(ID3D11Resource *resource)
{
    HANDLE handle = NULL;

    ok_hr(share_named(resource, BOTH, NULL, &handle), S_OK);
    require(handle);
    return handle;
}

static ID3D11Resource *shared_texture(struct kit11 *kit, const D3D11_SUBRESOURCE_DATA *data)
{
    D3D11_TEXTURE2D_DESC desc =
        kit11_texture_desc(W, H, DXGI_FORMAT_R8G8B8A8_UNORM, D3D11_USAGE_DEFAULT);

    desc.MiscFlags = NTHANDLE;
    return kit11_texture(kit, &desc, data);
}

static ID3D11Resource *shared_buffer(struct kit11 *kit, UINT size)
{
    D3D11_BUFFER_DESC desc = kit11_buffer_desc(size, D3D11_USAGE_DEFAULT);
    ID3D11Buffer *buffer = NULL;

    desc.MiscFlags = NTHANDLE;
    ok_hr(ID3D11Device5_CreateBuffer(kit->device, &desc, NULL, &buffer), S_OK);
    require(buffer);
    return (ID3D11Resource *)buffer;
}

static ID3D11Fence *shared_fence(struct kit11 *kit, UINT64 value)
{
    ID3D11Fence *fence = NULL;

    ok_hr(ID3D11Device5_CreateFence(kit->device, value, D3D11_FENCE_FLAG_SHARED, &IID_ID3D11Fence,
                                    (void **)&fence),
          S_OK);
    require(fence);
    return fence;
}

/* The same fence in Direct3D 12. */
static ID3D12Fence *fence_in_12(ID3D11Fence *fence, ID3D12Device5 *device)
{
    ID3D12Fence *found = NULL;
    HANDLE handle = NULL;

    ok_hr(ID3D11Fence_CreateSharedHandle(fence, NULL, GENERIC_ALL, NULL, &handle), S_OK);
    ok_hr(ID3D12Device5_OpenSharedHandle(device, handle, &IID_ID3D12Fence, (void **)&found), S_OK);
    require(found);
    CloseHandle(handle);
    return found;
}

static D3D12_TEXTURE_COPY_LOCATION whole_texture(ID3D12Resource *texture)
{
    return (D3D12_TEXTURE_COPY_LOCATION){.pResource = texture,
                                         .Type = D3D12_TEXTURE_COPY_TYPE_SUBRESOURCE_INDEX};
}

static D3D12_TEXTURE_COPY_LOCATION rows_in(ID3D12Resource *buffer)
{
    return (D3D12_TEXTURE_COPY_LOCATION){
        .pResource = buffer,
        .Type = D3D12_TEXTURE_COPY_TYPE_PLACED_FOOTPRINT,
        .PlacedFootprint.Footprint = {.Format = DXGI_FORMAT_R8G8B8A8_UNORM,
                                      .Width = W,
                                      .Height = H,
                                      .Depth = 1,
                                      .RowPitch = PITCH}};
}

TEST_DEADLINE(d3d11_texture_and_fence_open_in_d3d12, "D18.5 D13.1 D13.4", 60)
{
    static unsigned char bytes[H * ROW];
    const D3D11_SUBRESOURCE_DATA data = {.pSysMem = bytes, .SysMemPitch = ROW};
    D3D12_TEXTURE_COPY_LOCATION image, rows;
    ID3D12Resource *texture12 = NULL, *buffer;
    ID3D12Fence *fence12;
    ID3D11Resource *texture;
    ID3D11Fence *fence;
    D3D12_RESOURCE_DESC desc;
    unsigned char *memory;
    struct kit11 eleven;
    struct kit twelve;
    HANDLE handle;

    kit11_open(&eleven);
    kit_open(&twelve, D3D12_COMMAND_LIST_TYPE_DIRECT);
    kit11_pattern(bytes, sizeof(bytes), 1);
    texture = shared_texture(&eleven, &data);
    fence = shared_fence(&eleven, 5);
    fence12 = fence_in_12(fence, twelve.device);
    ok_eq(ID3D12Fence_GetCompletedValue(fence12), 5);
    handle = share(texture);
    ok_hr(ID3D12Device5_OpenSharedHandle(twelve.device, handle, &IID_ID3D12Resource,
                                         (void **)&texture12),
          S_OK);
    require(texture12);
    CloseHandle(handle);
    desc = ID3D12Resource_GetDesc(texture12);
    ok_eq(desc.Dimension, D3D12_RESOURCE_DIMENSION_TEXTURE2D);
    ok_eq(desc.Width, W);
    ok_eq(desc.Format, DXGI_FORMAT_R8G8B8A8_UNORM);
    /* 12 waits in its queue for what 11 has not said yet, reads, writes, and tells 11. */
    buffer = kit_shared_buffer(twelve.device, 2 * H * PITCH);
    memory = kit_map(buffer);
    ok_hr(ID3D12CommandQueue_Wait(twelve.queue, fence12, 6), S_OK);
    image = whole_texture(texture12);
    rows = rows_in(buffer);
    ID3D12GraphicsCommandList_CopyTextureRegion(twelve.list, &rows, 0, 0, 0, &image, NULL);
    for (int y = 0; y < H; y++)
        memset(memory + (H + y) * PITCH, 0x30 + y, ROW);
    rows.PlacedFootprint.Offset = (UINT64)H * PITCH;
    ID3D12GraphicsCommandList_CopyTextureRegion(twelve.list, &image, 0, 0, 0, &rows, NULL);
    kit_submit(&twelve);
    ok_hr(ID3D12CommandQueue_Signal(twelve.queue, fence12, 7), S_OK);
    /* What comes before a signal is done before it. */
    kit11_pattern(bytes, sizeof(bytes), 2);
    ID3D11DeviceContext4_UpdateSubresource(eleven.context, texture, 0, NULL, bytes, ROW, 0);
    ok_hr(ID3D11DeviceContext4_Signal(eleven.context, fence, 6), S_OK);
    kit_finish(&twelve);
    for (int y = 0; y < H; y++)
        ok_mem_eq(memory + y * PITCH, bytes + y * ROW, ROW);
    ok_hr(ID3D11DeviceContext4_Wait(eleven.context, fence, 7), S_OK);
    for (int y = 0; y < H; y++)
        memset(bytes + y * ROW, 0x30 + y, ROW);
    kit11_expect_texture(&eleven, texture, 0, bytes, ROW, H);
    ok_eq(ID3D11Fence_GetCompletedValue(fence), 7);
    kit_release_last(buffer);
    kit_release_last(texture12);
    kit_release_last(texture);
    kit_release_last(fence12);
    kit_release_last(fence);
    kit_close(&twelve);
    kit11_close(&eleven);
}

static ID3D12Resource *buffer_of_12(ID3D12Device5 *device, D3D12_RESOURCE_DESC desc)
{
    const D3D12_HEAP_PROPERTIES properties = {.Type = D3D12_HEAP_TYPE_DEFAULT};
    ID3D12Resource *buffer = NULL;

    ok_hr(ID3D12Device5_CreateCommittedResource(device, &properties, D3D12_HEAP_FLAG_SHARED, &desc,
                                                D3D12_RESOURCE_STATE_COMMON, NULL,
                                                &IID_ID3D12Resource, (void **)&buffer),
          S_OK);
    require(buffer);
    return buffer;
}

static HANDLE share_12(ID3D12Device5 *device, void *child, const wchar_t *name)
{
    HANDLE handle = NULL;

    ok_hr(ID3D12Device5_CreateSharedHandle(device, (ID3D12DeviceChild *)child, NULL, GENERIC_ALL,
                                           name, &handle),
          S_OK);
    require(handle);
    return handle;
}

TEST_DEADLINE(d3d12_buffer_opens_in_d3d11, "D18.5 D13.1 D14.1", 60)
{
    unsigned char bytes[SIZE];
    ID3D12Resource *buffer12, *mapped;
    ID3D11Resource *buffer = NULL, *again = NULL;
    D3D11_BUFFER_DESC desc;
    struct kit11 eleven;
    struct kit twelve;
    HANDLE handle;

    kit11_open(&eleven);
    kit_open(&twelve, D3D12_COMMAND_LIST_TYPE_DIRECT);
    buffer12 = buffer_of_12(twelve.device, kit_buffer_desc(SIZE));
    handle = share_12(twelve.device, buffer12, L_("buffer"));
    ok_hr(ID3D11Device5_OpenSharedResource1(eleven.device, handle, &IID_ID3D11Buffer,
                                            (void **)&buffer),
          S_OK);
    require(buffer);
    ID3D11Buffer_GetDesc((ID3D11Buffer *)buffer, &desc);
    ok_eq(desc.ByteWidth, SIZE);
    ok_eq(desc.Usage, D3D11_USAGE_DEFAULT);
    ok_eq(desc.BindFlags, D3D11_BIND_SHADER_RESOURCE);
    ok_eq(desc.MiscFlags, NTHANDLE);
    ok_hr(ID3D11Device5_OpenSharedResourceByName(eleven.device, L_("buffer"), BOTH,
                                                 &IID_ID3D11Resource, (void **)&again),
          S_OK);
    require(again);
    CloseHandle(handle);
    kit11_pattern(bytes, SIZE, 3);
    ID3D11DeviceContext4_UpdateSubresource(eleven.context, again, 0, NULL, bytes, 0, 0);
    kit11_expect_buffer(&eleven, buffer, bytes, SIZE);
    mapped = kit_shared_buffer(twelve.device, SIZE);
    ID3D12GraphicsCommandList_CopyResource(twelve.list, mapped, buffer12);
    kit_run(&twelve);
    ok_mem_eq(kit_map(mapped), bytes, SIZE);
    /* What was opened can be shared on. */
    handle = share(again);
    kit_release_last(again);
    again = NULL;
    ok_hr(ID3D11Device5_OpenSharedResource1(eleven.device, handle, &IID_ID3D11Resource,
                                            (void **)&again),
          S_OK);
    require(again);
    CloseHandle(handle);
    kit11_expect_buffer(&eleven, again, bytes, SIZE);
    kit_release_last(mapped);
    kit_release_last(buffer12);
    kit_release_last(buffer);
    kit_release_last(again);
    kit_close(&twelve);
    kit11_close(&eleven);
}

TEST(d3d12_fence_opens_in_d3d11, "D18.5 D13.1 D19.1")
{
    ID3D12Fence *fence12 = NULL;
    ID3D11Fence *fence = NULL;
    struct kit11 eleven;
    struct kit twelve;
    HANDLE handle, event;

    kit11_open(&eleven);
    kit_open(&twelve, D3D12_COMMAND_LIST_TYPE_DIRECT);
    ok_hr(ID3D12Device5_CreateFence(twelve.device, 3, D3D12_FENCE_FLAG_SHARED, &IID_ID3D12Fence,
                                    (void **)&fence12),
          S_OK);
    require(fence12);
    handle = share_12(twelve.device, fence12, NULL);
    ok_hr(ID3D11Device5_OpenSharedFence(eleven.device, handle, &IID_ID3D11Fence, (void **)&fence),
          S_OK);
    require(fence);
    CloseHandle(handle);
    ok_eq(ID3D11Fence_GetCompletedValue(fence), 3);
    event = CreateEventW(NULL, FALSE, FALSE, NULL);
    ok_hr(ID3D11Fence_SetEventOnCompletion(fence, 9, event), S_OK);
    ok_eq(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    ok_hr(ID3D12Fence_Signal(fence12, 9), S_OK);
    ok_eq(WaitForSingleObject(event, 20000), WAIT_OBJECT_0);
    ok_hr(ID3D11Fence_SetEventOnCompletion(fence, 9, NULL), S_OK);
    ok_hr(ID3D11DeviceContext4_Signal(eleven.context, fence, 4), S_OK);
    ok(test_until(ID3D12Fence_GetCompletedValue(fence12) == 4, 20000));
    CloseHandle(event);
    kit_release_last(fence12);
    kit_release_last(fence);
    kit_close(&twelve);
    kit11_close(&eleven);
}

TEST_DEADLINE(d3d11_context_waits_for_a_fence, "D18.5 D19.4", 60)
{
    const UINT word = 0x12345678;
    D3D11_QUERY_DESC desc = {D3D11_QUERY_EVENT, 0};
    D3D11_MAPPED_SUBRESOURCE map = {0};
    ID3D11Resource *source, *staging;
    ID3D11Query *query = NULL;
    ID3D12Fence *fence12;
    ID3D11Fence *fence, *foreign;
    struct kit11 eleven, other;
    struct kit twelve;
    HANDLE event;

    kit11_open(&eleven);
    kit11_open(&other);
    kit_open(&twelve, D3D12_COMMAND_LIST_TYPE_DIRECT);
    fence = shared_fence(&eleven, 0);
    foreign = shared_fence(&other, 0);
    fence12 = fence_in_12(fence, twelve.device);
    ok_hr(ID3D11Device5_CreateQuery(eleven.device, &desc, &query), S_OK);
    ok_hr(ID3D11DeviceContext4_Wait(eleven.context, foreign, 1), E_INVALIDARG);
    ok_hr(ID3D11DeviceContext4_Signal(eleven.context, foreign, 1), E_INVALIDARG);
    ok_hr(ID3D11DeviceContext4_Wait(eleven.context, NULL, 1), E_INVALIDARG);
    source = kit11_buffer(&eleven, sizeof(word), D3D11_USAGE_DEFAULT, &word);
    staging = kit11_buffer(&eleven, sizeof(word), D3D11_USAGE_STAGING, NULL);
    ok_hr(ID3D11DeviceContext4_Wait(eleven.context, fence, 1), S_OK);
    ID3D11DeviceContext4_CopyResource(eleven.context, staging, source);
    ID3D11DeviceContext4_End(eleven.context, (ID3D11Asynchronous *)query);
    event = CreateEventW(NULL, FALSE, FALSE, NULL);
    ID3D11DeviceContext4_Flush1(eleven.context, D3D11_CONTEXT_TYPE_COPY, event);
    ok_hr(ID3D11DeviceContext4_Map(eleven.context, staging, 0, D3D11_MAP_READ,
                                   D3D11_MAP_FLAG_DO_NOT_WAIT, &map),
          DXGI_ERROR_WAS_STILL_DRAWING);
    ok_hr(ID3D11DeviceContext4_GetData(eleven.context, (ID3D11Asynchronous *)query, NULL, 0, 0),
          S_FALSE);
    ok_eq(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    ok_hr(ID3D12Fence_Signal(fence12, 1), S_OK);
    ok_eq(WaitForSingleObject(event, 20000), WAIT_OBJECT_0);
    ok_hr(ID3D11DeviceContext4_GetData(eleven.context, (ID3D11Asynchronous *)query, NULL, 0, 0),
          S_OK);
    ok_hr(ID3D11DeviceContext4_Map(eleven.context, staging, 0, D3D11_MAP_READ,
                                   D3D11_MAP_FLAG_DO_NOT_WAIT, &map),
          S_OK);
    if (map.pData)
        ok_mem_eq(map.pData, &word, sizeof(word));
    ID3D11DeviceContext4_Unmap(eleven.context, staging, 0);
    CloseHandle(event);
    kit_release_last(query);
    kit_release_last(source);
    kit_release_last(staging);
    kit_release_last(fence12);
    kit_release_last(fence);
    kit_release_last(foreign);
    kit_close(&twelve);
    kit11_close(&other);
    kit11_close(&eleven);
}

TEST(d3d11_handles_are_checked, "D12.3 D12.5 D13.3 D14.1 D18.5")
{
    ID3D11Resource *plain, *shared, *opened = (ID3D11Resource *)1;
    ID3D11Fence *fence, *local = NULL, *found = (ID3D11Fence *)1;
    HANDLE buffer_handle, fence_handle = NULL, event, none = (HANDLE)1;
    ID3D11Texture2D *texture = (ID3D11Texture2D *)1;
    struct kit11 kit;

    kit11_open(&kit);
    plain = kit11_buffer(&kit, SIZE, D3D11_USAGE_DEFAULT, NULL);
    shared = shared_buffer(&kit, SIZE);
    fence = shared_fence(&kit, 0);
    ok_hr(share_named(plain, BOTH, NULL, &none), DXGI_ERROR_INVALID_CALL);
    ok_ptr_eq(none, NULL);
    ok_hr(share_named(shared, DXGI_SHARED_RESOURCE_WRITE, NULL, &none), DXGI_ERROR_INVALID_CALL);
    ok_hr(share_named(shared, BOTH, NULL, NULL), DXGI_ERROR_INVALID_CALL);
    ok_hr(share_named(shared, GENERIC_ALL, L_("one"), &buffer_handle), S_OK);
    ok_hr(share_named(shared, BOTH, L_("one"), &none), DXGI_ERROR_NAME_ALREADY_EXISTS);
    ok_hr(ID3D11Fence_CreateSharedHandle(fence, NULL, GENERIC_ALL, NULL, &fence_handle), S_OK);
    ok_hr(ID3D11Fence_CreateSharedHandle(fence, NULL, BOTH, NULL, &none), DXGI_ERROR_INVALID_CALL);
    ok_hr(ID3D11Device5_CreateFence(kit.device, 0, (D3D11_FENCE_FLAG)0, &IID_ID3D11Fence,
                                    (void **)&local),
          S_OK);
    ok_hr(ID3D11Fence_CreateSharedHandle(local, NULL, GENERIC_ALL, NULL, &none),
          DXGI_ERROR_INVALID_CALL);
    ok_hr(ID3D11Device5_CreateFence(kit.device, 0, (D3D11_FENCE_FLAG)16, &IID_ID3D11Fence,
                                    (void **)&found),
          E_INVALIDARG);
    ok_ptr_eq(found, NULL);
    event = CreateEventW(NULL, FALSE, FALSE, NULL);
#define OPEN(handle, expected)                                                           \
    do {                                                                                 \
        opened = (ID3D11Resource *)1;                                                    \
        ok_hr(ID3D11Device5_OpenSharedResource1(kit.device, handle, &IID_ID3D11Resource, \
                                                (void **)&opened),                       \
              expected);                                                                 \
        ok_ptr_eq(opened, NULL);                                                         \
    } while (0)
    OPEN(fence_handle, E_INVALIDARG);
    OPEN(event, E_INVALIDARG);
    OPEN(NULL, E_INVALIDARG);
    OPEN((HANDLE)0x7ffffffc, E_INVALIDARG);
#undef OPEN
    ok_hr(
        ID3D11Device5_OpenSharedFence(kit.device, buffer_handle, &IID_ID3D11Fence, (void **)&found),
        E_INVALIDARG);
    ok_ptr_eq(found, NULL);
    ok_hr(ID3D11Device5_OpenSharedResource1(kit.device, buffer_handle, &IID_ID3D11Texture2D,
                                            (void **)&texture),
          E_NOINTERFACE);
    ok_ptr_eq(texture, NULL);
    ok_hr(ID3D11Device5_OpenSharedResourceByName(kit.device, L_("none"), BOTH, &IID_ID3D11Resource,
                                                 (void **)&opened),
          (HRESULT)0x80070002);
    ok_hr(ID3D11Device5_OpenSharedResourceByName(kit.device, L_("one"), DXGI_SHARED_RESOURCE_WRITE,
                                                 &IID_ID3D11Resource, (void **)&opened),
          E_INVALIDARG);
    ok_hr(ID3D11Device5_OpenSharedResource(kit.device, buffer_handle, &IID_ID3D11Resource,
                                           (void **)&opened),
          E_NOTIMPL);
    CloseHandle(event);
    CloseHandle(buffer_handle);
    CloseHandle(fence_handle);
    kit_release_last(plain);
    kit_release_last(shared);
    kit_release_last(local);
    kit_release_last(fence);
    kit11_close(&kit);
}

/* The attributes of a handle are those of any other: who may open it, and who inherits it. */
TEST(d3d11_attributes_are_honoured, "D12.6 D18.5")
{
    SECURITY_ATTRIBUTES closed = {.nLength = sizeof(closed)};
    SECURITY_ATTRIBUTES inherited = {sizeof(inherited), NULL, TRUE};
    ID3D11Resource *buffer, *opened = NULL;
    HANDLE handle = NULL, narrow = NULL, fence_handle = NULL;
    IDXGIResource1 *dxgi = NULL;
    ID3D11Fence *fence, *found = NULL;
    DWORD flags = 0;
    struct kit11 kit;

    kit11_open(&kit);
    buffer = shared_buffer(&kit, SIZE);
    fence = shared_fence(&kit, 0);
    ok_hr(QUERY(buffer, IID_IDXGIResource1, &dxgi), S_OK);
    require(ConvertStringSecurityDescriptorToSecurityDescriptorW(
        L"D:", SDDL_REVISION_1, &closed.lpSecurityDescriptor, NULL));
    ok_hr(IDXGIResource1_CreateSharedHandle(dxgi, &closed, BOTH, L_("closed"), &handle), S_OK);
    ok_hr(ID3D11Device5_OpenSharedResourceByName(kit.device, L_("closed"), BOTH,
                                                 &IID_ID3D11Resource, (void **)&opened),
          E_ACCESSDENIED);
    ok_ptr_eq(opened, NULL);
    ok_hr(ID3D11Device5_OpenSharedResource1(kit.device, handle, &IID_ID3D11Resource,
                                            (void **)&opened),
          S_OK);
    kit_release_last(opened);
    ok_succeeds(DuplicateHandle(GetCurrentProcess(), handle, GetCurrentProcess(), &narrow,
                                READ_CONTROL, FALSE, 0));
    ok_hr(ID3D11Device5_OpenSharedResource1(kit.device, narrow, &IID_ID3D11Resource,
                                            (void **)&opened),
          E_ACCESSDENIED);
    CloseHandle(narrow);
    ok_hr(ID3D11Fence_CreateSharedHandle(fence, &inherited, GENERIC_ALL, NULL, &fence_handle),
          S_OK);
    ok_succeeds(GetHandleInformation(fence_handle, &flags));
    ok_eq(flags, HANDLE_FLAG_INHERIT);
    ok_succeeds(DuplicateHandle(GetCurrentProcess(), fence_handle, GetCurrentProcess(), &narrow,
                                READ_CONTROL, FALSE, 0));
    ok_hr(ID3D11Device5_OpenSharedFence(kit.device, narrow, &IID_ID3D11Fence, (void **)&found),
          E_ACCESSDENIED);
    CloseHandle(narrow);
    CloseHandle(fence_handle);
    CloseHandle(handle);
    LocalFree(closed.lpSecurityDescriptor);
    IDXGIResource1_Release(dxgi);
    kit_release_last(buffer);
    kit_release_last(fence);
    kit11_close(&kit);
}

/* A shared texture of Direct3D 12 that Direct3D 11 has no words for. */
static HANDLE odd_texture(ID3D12Device5 *device, D3D12_RESOURCE_DIMENSION dimension,
                          DXGI_FORMAT format)
{
    D3D12_RESOURCE_DESC desc = {.Dimension = dimension,
                                .Width = 8,
                                .Height = dimension == D3D12_RESOURCE_DIMENSION_TEXTURE1D ? 1 : 8,
                                .DepthOrArraySize = 2,
                                .MipLevels = 1,
                                .Format = format,
                                .SampleDesc.Count = 1};
    ID3D12Resource *texture = buffer_of_12(device, desc);
    HANDLE handle = share_12(device, texture, NULL);

    kit_release_last(texture);
    return handle;
}

TEST(d3d11_opens_no_heap_and_no_volume, "D13.3 D18.5")
{
    D3D12_HEAP_DESC heap_desc = kit_heap_desc(65536, D3D12_HEAP_TYPE_DEFAULT);
    ID3D11Resource *opened = (ID3D11Resource *)1;
    ID3D12Heap *heap = NULL;
    struct kit11 eleven;
    struct kit twelve;
    HANDLE handles[4];

    kit11_open(&eleven);
    kit_open(&twelve, D3D12_COMMAND_LIST_TYPE_DIRECT);
    heap_desc.Flags = D3D12_HEAP_FLAG_SHARED;
    ok_hr(ID3D12Device5_CreateHeap(twelve.device, &heap_desc, &IID_ID3D12Heap, (void **)&heap),
          S_OK);
    require(heap);
    handles[0] = share_12(twelve.device, heap, NULL);
    handles[1] =
        odd_texture(twelve.device, D3D12_RESOURCE_DIMENSION_TEXTURE3D, DXGI_FORMAT_R8G8B8A8_UNORM);
    handles[2] =
        odd_texture(twelve.device, D3D12_RESOURCE_DIMENSION_TEXTURE1D, DXGI_FORMAT_R8G8B8A8_UNORM);
    handles[3] =
        odd_texture(twelve.device, D3D12_RESOURCE_DIMENSION_TEXTURE2D, DXGI_FORMAT_R24G8_TYPELESS);
    for (int i = 0; i < 4; i++) {
        opened = (ID3D11Resource *)1;
        ok_hr(ID3D11Device5_OpenSharedResource1(eleven.device, handles[i], &IID_ID3D11Resource,
                                                (void **)&opened),
              E_INVALIDARG);
        ok_ptr_eq(opened, NULL);
        CloseHandle(handles[i]);
    }
    kit_release_last(heap);
    kit_close(&twelve);
    kit11_close(&eleven);
}

/* Opens what the parent shared, waits for its word, adds its own nonce, and says so. */
CHILD(d3d11_peer)
{
    ID3D11Resource *texture = NULL;
    D3D11_TEXTURE2D_DESC desc;
    ID3D11Fence *fence = NULL;
    unsigned char row[ROW];
    struct kit11 kit;
    HANDLE handle;
    char line[64];

    kit11_open(&kit);
    test_say("ready");
    require(test_hear(line, sizeof(line), 60000));
    handle = (HANDLE)(uintptr_t)strtoull(line, NULL, 0); /* the parent put it here */
    ok_hr(ID3D11Device5_OpenSharedFence(kit.device, handle, &IID_ID3D11Fence, (void **)&fence),
          S_OK);
    CloseHandle(handle);
    ok_hr(ID3D11Device5_OpenSharedResourceByName(kit.device, L_("texture"), BOTH,
                                                 &IID_ID3D11Texture2D, (void **)&texture),
          S_OK);
    require(texture && fence);
    ID3D11Texture2D_GetDesc((ID3D11Texture2D *)texture, &desc);
    ok_eq(desc.Width, W);
    ok_eq(desc.Height, H);
    ok_eq(desc.MiscFlags, NTHANDLE);
    kit11_pattern(row, ROW, (unsigned)strtoul(argv[1], NULL, 0));
    ok_hr(ID3D11DeviceContext4_Wait(kit.context, fence, 1), S_OK);
    for (UINT y = 1; y < H; y++) {
        const D3D11_BOX box = {.top = y, .right = W, .bottom = y + 1, .back = 1};

        ID3D11DeviceContext4_UpdateSubresource(kit.context, texture, 0, &box, row, ROW, 0);
    }
    ok_hr(ID3D11DeviceContext4_Signal(kit.context, fence, 2), S_OK);
    ok_hr(ID3D11Fence_SetEventOnCompletion(fence, 2, NULL), S_OK);
    kit_release_last(texture);
    kit_release_last(fence);
    kit11_close(&kit);
    return 0;
}

/* A handle of ours in the child, told as a line. */
static void hand_over(struct test_child *child, HANDLE handle)
{
    HANDLE process = OpenProcess(PROCESS_DUP_HANDLE, FALSE, (DWORD)child->pid), theirs = NULL;
    char line[32];

    ok(DuplicateHandle(GetCurrentProcess(), handle, process, &theirs, 0, FALSE,
                       DUPLICATE_SAME_ACCESS));
    CloseHandle(process);
    snprintf(line, sizeof(line), "%p", theirs);
    test_child_write_line(child, "%s", line);
}

TEST_DEADLINE(d3d11_processes_share_a_texture, "D18.1 D18.5", 120)
{
    static unsigned char bytes[H * ROW];
    const unsigned nonce = (unsigned)test_now_ms() ^ (unsigned)GetCurrentProcessId();
    const D3D11_BOX top = {.right = W, .bottom = 1, .back = 1};
    HANDLE texture_handle, fence_handle = NULL;
    struct test_child child;
    ID3D11Resource *texture;
    ID3D11Fence *fence;
    char nonce_text[32];
    struct kit11 kit;

    kit11_open(&kit);
    texture = shared_texture(&kit, NULL);
    fence = shared_fence(&kit, 0);
    ok_hr(share_named(texture, BOTH, L_("texture"), &texture_handle), S_OK);
    ok_hr(ID3D11Fence_CreateSharedHandle(fence, NULL, GENERIC_ALL, NULL, &fence_handle), S_OK);
    snprintf(nonce_text, sizeof(nonce_text), "%u", nonce);
    require(test_child_start(&child, "d3d11_peer", nonce_text));
    test_child_expect(&child, "ready", 60000);
    hand_over(&child, fence_handle);
    kit11_pattern(bytes, ROW, ~nonce);
    for (int y = 1; y < H; y++)
        kit11_pattern(bytes + y * ROW, ROW, nonce);
    ID3D11DeviceContext4_UpdateSubresource(kit.context, texture, 0, &top, bytes, ROW, 0);
    ok_hr(ID3D11DeviceContext4_Signal(kit.context, fence, 1), S_OK);
    ok_eq(test_child_wait(&child, 60000), 0);
    ok_hr(ID3D11DeviceContext4_Wait(kit.context, fence, 2), S_OK);
    kit11_expect_texture(&kit, texture, 0, bytes, ROW, H);
    CloseHandle(texture_handle);
    CloseHandle(fence_handle);
    kit_release_last(texture);
    kit_release_last(fence);
    kit11_close(&kit);
}

TEST(d3d11_removed_device_answers, "D19.6 D19.8 D19.11")
{
    const D3D11_BUFFER_DESC desc = kit11_buffer_desc(64, D3D11_USAGE_DEFAULT);
    const D3D11_QUERY_DESC query_desc = {D3D11_QUERY_EVENT, 0};
    ID3D11Resource *staging, *source, *dynamic;
    D3D11_MAPPED_SUBRESOURCE map = {0};
    ID3D11Buffer *buffer = (ID3D11Buffer *)1;
    ID3D11Query *query = NULL;
    ID3D11Fence *fence;
    struct kit11 kit;

    kit11_open(&kit);
    staging = kit11_buffer(&kit, 64, D3D11_USAGE_STAGING, NULL);
    source = kit11_buffer(&kit, 64, D3D11_USAGE_DEFAULT, NULL);
    dynamic = kit11_buffer(&kit, 64, D3D11_USAGE_DYNAMIC, NULL);
    fence = shared_fence(&kit, 0);
    ok_hr(ID3D11Device5_CreateQuery(kit.device, &query_desc, &query), S_OK);
    ID3D11DeviceContext4_CopyResource(kit.context, staging, source);
    ID3D11DeviceContext4_End(kit.context, (ID3D11Asynchronous *)query);
    ok_hr(ID3D11DeviceContext4_Map(kit.context, dynamic, 0, D3D11_MAP_WRITE_DISCARD, 0, &map),
          S_OK);
    kit11_remove(&kit);
    ok_hr(ID3D11Device5_GetDeviceRemovedReason(kit.device), DXGI_ERROR_DEVICE_REMOVED);
    ID3D11DeviceContext4_Unmap(kit.context, dynamic, 0);
    ok_hr(ID3D11DeviceContext4_Map(kit.context, staging, 0, D3D11_MAP_READ, 0, &map),
          DXGI_ERROR_DEVICE_REMOVED);
    ok_hr(ID3D11DeviceContext4_GetData(kit.context, (ID3D11Asynchronous *)query, NULL, 0, 0),
          DXGI_ERROR_DEVICE_REMOVED);
    ok_hr(ID3D11Device5_CreateBuffer(kit.device, &desc, NULL, &buffer), DXGI_ERROR_DEVICE_REMOVED);
    ok_ptr_eq(buffer, NULL);
    ok_hr(ID3D11DeviceContext4_Signal(kit.context, fence, 1), DXGI_ERROR_DEVICE_REMOVED);
    ok_hr(ID3D11DeviceContext4_Wait(kit.context, fence, 1), DXGI_ERROR_DEVICE_REMOVED);
    ok_eq(ID3D11Fence_GetCompletedValue(fence), UINT64_MAX);
    ID3D11DeviceContext4_CopyResource(kit.context, staging, source);
    ID3D11DeviceContext4_Flush(kit.context);
    kit_release_last(staging);
    kit_release_last(source);
    kit_release_last(dynamic);
    kit_release_last(query);
    kit_release_last(fence);
    kit11_close(&kit);
}

TEST(d3d11_removal_sets_registered_events, "D19.6 D19.8")
{
    HANDLE events[3];
    DWORD cookies[3] = {0}, none = 7;
    struct kit11 kit;

    kit11_open(&kit);
    for (int i = 0; i < 3; i++)
        events[i] = CreateEventW(NULL, TRUE, FALSE, NULL);
    ok_hr(ID3D11Device5_RegisterDeviceRemovedEvent(kit.device, events[0], NULL), E_INVALIDARG);
    ok_hr(ID3D11Device5_RegisterDeviceRemovedEvent(kit.device, NULL, &none), E_INVALIDARG);
    ok_eq(none, 0);
    ok_hr(ID3D11Device5_RegisterDeviceRemovedEvent(kit.device, (HANDLE)0x7ffffffc, &none),
          E_INVALIDARG);
    for (int i = 0; i < 2; i++)
        ok_hr(ID3D11Device5_RegisterDeviceRemovedEvent(kit.device, events[i], &cookies[i]), S_OK);
    ok_ne(cookies[0], cookies[1]);
    ID3D11Device5_UnregisterDeviceRemoved(kit.device, cookies[1]);
    ID3D11Device5_UnregisterDeviceRemoved(kit.device, cookies[1]);
    ok_eq(WaitForSingleObject(events[0], 0), WAIT_TIMEOUT);
    kit11_remove(&kit);
    ok_eq(WaitForSingleObject(events[0], 0), WAIT_OBJECT_0);
    ok_eq(WaitForSingleObject(events[1], 0), WAIT_TIMEOUT);
    /* It has happened already. */
    ok_hr(ID3D11Device5_RegisterDeviceRemovedEvent(kit.device, events[2], &cookies[2]), S_OK);
    ok_eq(WaitForSingleObject(events[2], 0), WAIT_OBJECT_0);
    ID3D11Device5_UnregisterDeviceRemoved(kit.device, cookies[0]);
    for (int i = 0; i < 3; i++)
        CloseHandle(events[i]);
    kit11_close(&kit);
}
