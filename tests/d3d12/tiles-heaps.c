// SPDX-License-Identifier: MIT
/*
 * Which heaps tiles can be cut from on a driver of the CPU: ordinary, shared by whatever kind of
 * memory, opened from another device, on a section; not those whose pages are private to an
 * address.
 */
#include "api/large_pool_linux.h"
#include "d3d12/share-kit.h"
#include "d3d12/tiles-kit.h"

/* Tiles of one heap in two devices: what the one writes the other reads. */
static void share_tiles(const char *kind, UINT want)
{
    struct tiles_kit a, b;
    ID3D12Heap *heap, *opened = NULL;
    ID3D12Resource *in_a, *in_b;
    HANDLE handle;

    share_kind(kind);
    tiles_open(&a, D3D12_COMMAND_LIST_TYPE_COPY);
    tiles_open(&b, D3D12_COMMAND_LIST_TYPE_COPY);
    heap = share_heap(a.kit.device, 4 * TILE);
    ok_eq(share_kind_of(heap), want);
    handle = share_handle(a.kit.device, heap);
    ok_hr(share_open_heap(b.kit.device, handle, &opened), S_OK);
    require(opened);
    in_a = tiles_buffer(a.kit.device, 3);
    in_b = tiles_buffer(b.kit.device, 4);
    tiles_map(&a, in_a, 0, 1, heap, 3);
    tiles_map(&a, in_a, 2, 1, heap, 1);
    tiles_map(&b, in_b, 0, 4, opened, 0);
    tiles_fill(&a, in_a, 0, 3, 50);
    TILES_EXPECT(&b, in_b, 0, 0, 52, 0, 50);
    tiles_fill(&b, in_b, 0, 4, 80);
    TILES_EXPECT(&a, in_a, 0, 83, 0, 81);
    kit_release_last(heap);
    kit_release_last(opened);
    CloseHandle(handle);
    TILES_EXPECT(&a, in_a, 0, 83, 0, 81);
    kit_release_last(in_a);
    kit_release_last(in_b);
    tiles_close(&b);
    tiles_close(&a);
    share_kind(NULL);
}

TEST(tiles_of_a_shared_heap_in_two_devices, "D3.9 D12.2 D13.4")
{
    share_tiles("memfd", NTSHM_D3D12_MEMORY_MEMFD);
    share_tiles("export", NTSHM_D3D12_MEMORY_EXPORT);
}

TEST(tiles_cannot_be_cut_out_of_private_pages, "D3.9 D15.10")
{
    void *memory = VirtualAlloc(NULL, 4 * TILE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    struct tiles_kit t;
    ID3D12Resource *buffer;
    ID3D12Heap *heap = NULL;

    require(memory != NULL);
    tiles_open(&t, D3D12_COMMAND_LIST_TYPE_COPY);
    ok_hr(ID3D12Device3_OpenExistingHeapFromAddress(t.kit.device, memory, &IID_ID3D12Heap,
                                                    (void **)&heap),
          S_OK);
    require(heap);
    buffer = tiles_buffer(t.kit.device, 4);
    tiles_map(&t, buffer, 0, 4, heap, 0);
    tiles_fill(&t, buffer, 0, 4, 50);
    TILES_EXPECT(&t, buffer, 0, 0, 0, 0, 0);
    ok_eq(*(volatile uint32_t *)memory, 0);
    ok_hr(ID3D12Device_GetDeviceRemovedReason(t.kit.device), S_OK);
    kit_release_last(buffer);
    kit_release_last(heap);
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
    tiles_close(&t);
}

TEST(tiles_cannot_be_cut_out_of_large_pages, "D0.4 D3.9")
{
    SIZE_T page = GetLargePageMinimum();
    struct tiles_kit t;
    ID3D12Resource *buffer, *whole;
    ID3D12Heap *heap = NULL;
    HANDLE section;

    large_pool_begin(1);
    require(large_pool_allow(true));
    section =
        CreateFileMappingW(INVALID_HANDLE_VALUE, NULL,
                           PAGE_READWRITE | SEC_COMMIT | SEC_LARGE_PAGES, 0, (DWORD)page, NULL);
    require(section != NULL);
    tiles_open(&t, D3D12_COMMAND_LIST_TYPE_COPY);
    buffer = tiles_buffer(t.kit.device, 64);
    ok_hr(ID3D12Device3_OpenExistingHeapFromFileMapping(t.kit.device, section, &IID_ID3D12Heap,
                                                        (void **)&heap),
          S_OK);
    require(heap);
    tiles_map(&t, buffer, 0, 1, heap, 0);
    tiles_map(&t, buffer, 0, 32, heap, 0);
    tiles_fill(&t, buffer, 0, 2, 60);
    TILES_EXPECT(&t, buffer, 0, 0, 0);
    whole = kit_whole_buffer(t.kit.device, heap);
    TILES_EXPECT(&t, whole, 0, 0, 0);
    ok_hr(ID3D12Device_GetDeviceRemovedReason(t.kit.device), S_OK);
    kit_release_last(whole);
    kit_release_last(buffer);
    kit_release_last(heap);
    CloseHandle(section);
    tiles_close(&t);
    large_pool_end();
}

TEST(tiles_of_every_type_of_heap, "D3.9 D3.1")
{
    static const D3D12_HEAP_TYPE types[] = {D3D12_HEAP_TYPE_DEFAULT, D3D12_HEAP_TYPE_UPLOAD,
                                            D3D12_HEAP_TYPE_READBACK, D3D12_HEAP_TYPE_CUSTOM};
    struct tiles_kit t;

    tiles_open(&t, D3D12_COMMAND_LIST_TYPE_COPY);
    for (unsigned i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        /* Its last tile is not whole: it cannot be mapped. */
        const D3D12_HEAP_DESC desc = kit_heap_desc(3 * TILE + 4096, types[i]);
        ID3D12Resource *buffer = tiles_buffer(t.kit.device, 3);
        ID3D12Heap *heap = NULL;

        ok_hr(ID3D12Device_CreateHeap(t.kit.device, &desc, &IID_ID3D12Heap, (void **)&heap), S_OK);
        require(heap);
        tiles_map(&t, buffer, 0, 3, heap, 0);
        tiles_map(&t, buffer, 0, 1, heap, 3);
        tiles_fill(&t, buffer, 0, 3, 20 * i);
        TILES_EXPECT(&t, buffer, 0, 20 * i, 20 * i + 1, 20 * i + 2);
        kit_release_last(heap);
        kit_release_last(buffer);
    }
    tiles_close(&t);
}
