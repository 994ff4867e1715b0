// SPDX-License-Identifier: MIT
/*
 * Textures that two devices share: what the one writes the other reads, in the driver's own order
 * of texels, in planes, and in the rows that are for every adapter.
 */
#include "d3d12/texture-kit.h"

#include <stdlib.h>
#include <string.h>

#include "d3d12/resource/resource.h"

/* The same memory on two devices. */
struct both {
    struct kit first, second;
    ID3D12Resource *made, *opened;
};

static void both_open(struct both *both, const D3D12_RESOURCE_DESC *desc, D3D12_HEAP_FLAGS flags)
{
    const D3D12_HEAP_DESC heap = kit_heap_desc(1, D3D12_HEAP_TYPE_DEFAULT);
    HANDLE handle = NULL;

    *both = (struct both){.made = NULL};
    kit_open(&both->first, D3D12_COMMAND_LIST_TYPE_DIRECT);
    kit_open(&both->second, D3D12_COMMAND_LIST_TYPE_COPY);
    ok_hr(ID3D12Device_CreateCommittedResource(both->first.device, &heap.Properties, flags, desc,
                                               D3D12_RESOURCE_STATE_COMMON, NULL,
                                               &IID_ID3D12Resource, (void **)&both->made),
          S_OK);
    require(both->made);
    ok_hr(ID3D12Device_CreateSharedHandle(both->first.device, (ID3D12DeviceChild *)both->made, NULL,
                                          GENERIC_ALL, NULL, &handle),
          S_OK);
    ok_hr(ID3D12Device_OpenSharedHandle(both->second.device, handle, &IID_ID3D12Resource,
                                        (void **)&both->opened),
          S_OK);
    require(both->opened);
    ok_succeeds(CloseHandle(handle));
}

static void both_close(struct both *both)
{
    kit_release_last(both->made);
    kit_release_last(both->opened);
    kit_close(&both->first);
    kit_close(&both->second);
}

/* @from writes a pattern into its texture, @to reads it from its own. */
static void send(struct kit *from, ID3D12Resource *source, struct kit *to, ID3D12Resource *target,
                 UINT n_planes, uint32_t seed)
{
    const D3D12_RESOURCE_DESC desc = ID3D12Resource_GetDesc(source);
    ID3D12Resource *upload, *readback;
    struct kit_layout layout;

    kit_layout_of(from->device, &desc, n_planes, &layout);
    upload = kit_buffer(from->device, D3D12_HEAP_TYPE_UPLOAD, layout.total);
    readback = kit_buffer(to->device, D3D12_HEAP_TYPE_READBACK, layout.total);
    kit_pattern(kit_map(upload), layout.total, seed);
    kit_upload(from, source, upload, &layout);
    kit_run(from);
    kit_download(to, readback, target, &layout);
    kit_run(to);
    ok_eq(kit_rows_that_differ(&layout, kit_map(upload), kit_map(readback)), 0);
    kit_release_last(upload);
    kit_release_last(readback);
}

static void check_shared(const D3D12_RESOURCE_DESC *desc, D3D12_HEAP_FLAGS flags, UINT n_planes,
                         enum nt_d3d_order order)
{
    D3D12_RESOURCE_DESC made, opened;
    struct both both;

    both_open(&both, desc, flags);
    ok_eq(nt_d3d_resource_from(both.made)->surface->order, order);
    ok_eq(nt_d3d_resource_from(both.opened)->surface->order, order);
    made = ID3D12Resource_GetDesc(both.made);
    opened = ID3D12Resource_GetDesc(both.opened);
    ok_mem_eq(&made, &opened, sizeof(made));
    send(&both.first, both.made, &both.second, both.opened, n_planes, 1);
    send(&both.second, both.opened, &both.first, both.made, n_planes, 2);
    both_close(&both);
}

static void check_all(const char *kind)
{
    D3D12_RESOURCE_DESC desc;

    setenv("NTSHM_D3D12_SHARE", kind, 1);
    desc = kit_texture_desc(D3D12_RESOURCE_DIMENSION_TEXTURE2D, DXGI_FORMAT_R8G8B8A8_UNORM, 100, 50,
                            2, 3);
    check_shared(&desc, D3D12_HEAP_FLAG_SHARED, 1, NT_D3D_IMAGE);
    desc = kit_texture_desc(D3D12_RESOURCE_DIMENSION_TEXTURE3D, DXGI_FORMAT_R16_FLOAT, 9, 8, 7, 1);
    check_shared(&desc, D3D12_HEAP_FLAG_SHARED, 1, NT_D3D_IMAGE);
    desc = kit_texture2d_desc(DXGI_FORMAT_BC3_UNORM, 64, 32);
    check_shared(&desc, D3D12_HEAP_FLAG_SHARED, 1, NT_D3D_IMAGE);
    desc = kit_texture2d_desc(DXGI_FORMAT_D24_UNORM_S8_UINT, 33, 20);
    desc.Flags = D3D12_RESOURCE_FLAG_ALLOW_DEPTH_STENCIL;
    check_shared(&desc, D3D12_HEAP_FLAG_SHARED, 2, NT_D3D_ROWS);
}

TEST(shared_textures_of_memfds, "D12.2 D13.4 D13.5")
{
    check_all("memfd");
}

TEST(shared_textures_of_the_drivers_export, "D12.2 D13.4 D13.5")
{
    check_all("export");
}

TEST(shared_row_major_textures, "D5.10 D12.2 D18.2 D18.3")
{
    D3D12_RESOURCE_DESC desc = kit_texture2d_desc(DXGI_FORMAT_B8G8R8A8_UNORM, 77, 33);

    unsetenv("NTSHM_D3D12_SHARE"); /* exported memory is of one adapter */
    desc.Layout = D3D12_TEXTURE_LAYOUT_ROW_MAJOR;
    desc.Flags = D3D12_RESOURCE_FLAG_ALLOW_CROSS_ADAPTER;
    check_shared(&desc, D3D12_HEAP_FLAG_SHARED | D3D12_HEAP_FLAG_SHARED_CROSS_ADAPTER, 1,
                 NT_D3D_ROWS);
}

/* A placed texture is not shared, its heap is; the same place holds the same texels there. */
TEST(textures_placed_on_a_shared_heap, "D12.2 D13.2 D17.6")
{
    const D3D12_RESOURCE_DESC desc = kit_texture2d_desc(DXGI_FORMAT_R8G8B8A8_UNORM, 64, 64);
    D3D12_HEAP_DESC heap_desc = kit_heap_desc(512 * KIB, D3D12_HEAP_TYPE_DEFAULT);
    ID3D12Heap *heaps[2] = {NULL, NULL};
    ID3D12Resource *textures[2] = {NULL, NULL};
    struct kit kits[2];
    HANDLE handle = NULL;

    heap_desc.Flags = D3D12_HEAP_FLAG_SHARED;
    for (int i = 0; i < 2; i++)
        kit_open(&kits[i], D3D12_COMMAND_LIST_TYPE_DIRECT);
    ok_hr(ID3D12Device_CreateHeap(kits[0].device, &heap_desc, &IID_ID3D12Heap, (void **)&heaps[0]),
          S_OK);
    require(heaps[0]);
    ok_hr(ID3D12Device_CreateSharedHandle(kits[0].device, (ID3D12DeviceChild *)heaps[0], NULL,
                                          GENERIC_ALL, NULL, &handle),
          S_OK);
    ok_hr(
        ID3D12Device_OpenSharedHandle(kits[1].device, handle, &IID_ID3D12Heap, (void **)&heaps[1]),
        S_OK);
    require(heaps[1]);
    ok_succeeds(CloseHandle(handle));
    for (int i = 0; i < 2; i++) {
        ok_hr(ID3D12Device_CreatePlacedResource(kits[i].device, heaps[i], 128 * KIB, &desc,
                                                D3D12_RESOURCE_STATE_COMMON, NULL,
                                                &IID_ID3D12Resource, (void **)&textures[i]),
              S_OK);
        require(textures[i]);
        kit_release_last(heaps[i]);
    }
    handle = (void *)1;
    ok_hr(ID3D12Device_CreateSharedHandle(kits[0].device, (ID3D12DeviceChild *)textures[0], NULL,
                                          GENERIC_ALL, NULL, &handle),
          DXGI_ERROR_INVALID_CALL);
    ok_ptr_eq(handle, NULL);
    send(&kits[0], textures[0], &kits[1], textures[1], 1, 1);
    send(&kits[1], textures[1], &kits[0], textures[0], 1, 2);
    for (int i = 0; i < 2; i++) {
        kit_release_last(textures[i]);
        kit_close(&kits[i]);
    }
}
