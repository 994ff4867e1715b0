// SPDX-License-Identifier: MIT
/*
 * Shared heaps and committed resources between two devices of one process: one memory, of which
 * kind, and for how long. share-rules.c has the rules; pair.c does the same between processes.
 */
#include "d3d12/share-kit.h"

#include <string.h>

/* --- one memory -------------------------------------------------------------------------- */

/* Two devices over one heap, from both sides, also after the maker and the handle are gone. */
static void heap_between_devices(const char *kind, UINT expected)
{
    struct kit a, b;
    ID3D12Resource *buffers[2];
    D3D12_HEAP_DESC descs[2];
    ID3D12Heap *heaps[2];
    HANDLE handle;

    share_kind(kind);
    kit_open(&a, D3D12_COMMAND_LIST_TYPE_COPY);
    kit_open(&b, D3D12_COMMAND_LIST_TYPE_COPY);
    heaps[0] = share_heap(a.device, 300 * KIB);
    ok_eq(share_kind_of(heaps[0]), expected);
    buffers[0] = share_place(a.device, heaps[0], 64 * KIB, 100 * KIB);
    share_fill(&a, buffers[0], 17);
    handle = share_handle(a.device, heaps[0]);
    require(share_open_heap(b.device, handle, &heaps[1]) == S_OK);
    CloseHandle(handle);
    ok_eq(share_kind_of(heaps[1]), expected);
    descs[0] = ID3D12Heap_GetDesc(heaps[0]);
    descs[1] = ID3D12Heap_GetDesc(heaps[1]);
    ok_eq(descs[0].SizeInBytes, 300 * KIB);
    ok_eq(descs[1].SizeInBytes, 300 * KIB);
    ok_mem_eq(&descs[0].Properties, &descs[1].Properties, sizeof(descs[0].Properties));
    ok_eq(descs[1].Flags, D3D12_HEAP_FLAG_SHARED);
    ok_eq(descs[1].Alignment, 64 * KIB);
    buffers[1] = share_place(b.device, heaps[1], 64 * KIB, 100 * KIB);
    share_has(&b, buffers[1], 17);
    share_fill(&b, buffers[1], 18);
    share_has(&a, buffers[0], 18);
    kit_release_last(buffers[0]);
    kit_release_last(heaps[0]);
    kit_close(&a);
    share_has(&b, buffers[1], 18);
    kit_release_last(buffers[1]);
    kit_release_last(heaps[1]);
    kit_close(&b);
}

TEST(heap_is_shared_by_export, "D12.1 D12.3 D13.4 D13.5 D17.1 D17.3 D5.6")
{
    heap_between_devices("export", NTSHM_D3D12_MEMORY_EXPORT);
}

TEST(heap_is_shared_by_memfd, "D12.1 D12.3 D13.4 D13.5 D17.1 D17.3 D0.1")
{
    heap_between_devices("memfd", NTSHM_D3D12_MEMORY_MEMFD);
}

static void buffer_between_devices(const char *kind, UINT expected)
{
    struct kit a, b;
    ID3D12Resource *buffers[3];
    D3D12_HEAP_PROPERTIES properties;
    D3D12_RESOURCE_DESC descs[2];
    D3D12_HEAP_FLAGS flags;
    HANDLE handle;

    share_kind(kind);
    kit_open(&a, D3D12_COMMAND_LIST_TYPE_COPY);
    kit_open(&b, D3D12_COMMAND_LIST_TYPE_COPY);
    buffers[0] = share_buffer(a.device, 200000);
    ok_eq(share_kind_of(buffers[0]), expected);
    share_fill(&a, buffers[0], 5);
    handle = share_handle(a.device, buffers[0]);
    kit_release_last(buffers[0]);
    require(share_open_buffer(b.device, handle, &buffers[1]) == S_OK);
    require(share_open_buffer(b.device, handle, &buffers[2]) == S_OK);
    CloseHandle(handle);
    ok_ptr_ne(buffers[1], buffers[2]);
    descs[0] = ID3D12Resource_GetDesc(buffers[1]);
    ok_eq(descs[0].Width, 200000);
    ok_eq(descs[0].Dimension, D3D12_RESOURCE_DIMENSION_BUFFER);
    ok_hr(ID3D12Resource_GetHeapProperties(buffers[1], &properties, &flags), S_OK);
    ok_eq(flags, D3D12_HEAP_FLAG_SHARED);
    ok_eq(properties.Type, D3D12_HEAP_TYPE_DEFAULT);
    ok_hr(ID3D12Resource_Map(buffers[1], 0, NULL, (void **)&handle), E_INVALIDARG);
    share_has(&b, buffers[1], 5);
    share_fill(&b, buffers[2], 6);
    share_has(&b, buffers[1], 6);

    /* What was opened can be shared again, back to where it came from. */
    handle = share_handle(b.device, buffers[1]);
    kit_release_last(buffers[1]);
    kit_release_last(buffers[2]);
    require(share_open_buffer(a.device, handle, &buffers[0]) == S_OK);
    CloseHandle(handle);
    share_has(&a, buffers[0], 6);
    kit_release_last(buffers[0]);
    kit_close(&a);
    kit_close(&b);
}

TEST(committed_buffer_is_shared_by_export, "D12.2 D13.4 D13.5 D17.3 D5.6")
{
    buffer_between_devices("export", NTSHM_D3D12_MEMORY_EXPORT);
}

TEST(committed_buffer_is_shared_by_memfd, "D12.2 D13.4 D13.5 D17.3")
{
    buffer_between_devices("memfd", NTSHM_D3D12_MEMORY_MEMFD);
}

TEST(new_shared_memory_is_zero, "D3.1 D12.3")
{
    static const char *const kinds[] = {"export", "memfd"};

    for (size_t i = 0; i < 2; i++) {
        struct kit kit;
        ID3D12Resource *buffer, *readback;
        const uint32_t *words;
        UINT64 zeros = 0;

        share_kind(kinds[i]);
        kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
        buffer = share_buffer(kit.device, 100000);
        readback = kit_buffer(kit.device, D3D12_HEAP_TYPE_READBACK, 100000);
        words = kit_map(readback);
        memset((void *)(uintptr_t)words, 0xff, 100000);
        ID3D12GraphicsCommandList_CopyBufferRegion(kit.list, readback, 0, buffer, 0, 100000);
        kit_run(&kit);
        while (zeros < 25000 && !words[zeros])
            zeros++;
        ok_eq(zeros, 25000);
        kit_release_last(readback);
        kit_release_last(buffer);
        kit_close(&kit);
    }
}

/* More than one buffer covers it, on both sides; few of its pages are ever touched. */
static void heap_above_one_gib(const char *kind)
{
    const UINT64 size = GIB + 256 * MIB, edge = GIB - 64 * KIB;
    D3D12_HEAP_DESC desc = kit_heap_desc(size, D3D12_HEAP_TYPE_DEFAULT);
    struct kit kit;
    ID3D12Resource *buffers[2], *readback;
    ID3D12Heap *heaps[2] = {NULL};
    const uint32_t *words;
    HANDLE handle;

    share_kind(kind);
    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    desc.Flags = D3D12_HEAP_FLAG_SHARED | D3D12_HEAP_FLAG_CREATE_NOT_ZEROED;
    ok_hr(ID3D12Device_CreateHeap(kit.device, &desc, &IID_ID3D12Heap, (void **)&heaps[0]), S_OK);
    require(heaps[0]);
    handle = share_handle(kit.device, heaps[0]);
    require(share_open_heap(kit.device, handle, &heaps[1]) == S_OK);
    CloseHandle(handle);
    for (int i = 0; i < 2; i++)
        buffers[i] = share_place(kit.device, heaps[i], edge, size - edge);
    readback = kit_buffer(kit.device, D3D12_HEAP_TYPE_READBACK, 8);
    words = kit_map(readback);
    kit_marker(kit.list, ID3D12Resource_GetGPUVirtualAddress(buffers[0]) + 64 * KIB - 4, 11,
               D3D12_WRITEBUFFERIMMEDIATE_MODE_DEFAULT);
    kit_marker(kit.list, ID3D12Resource_GetGPUVirtualAddress(buffers[0]) + 64 * KIB, 12,
               D3D12_WRITEBUFFERIMMEDIATE_MODE_DEFAULT);
    ID3D12GraphicsCommandList_CopyBufferRegion(kit.list, readback, 0, buffers[1], 64 * KIB - 4, 8);
    kit_run(&kit);
    ok_eq(words[0], 11);
    ok_eq(words[1], 12);
    kit_release_last(readback);
    for (int i = 0; i < 2; i++) {
        kit_release_last(buffers[i]);
        kit_release_last(heaps[i]);
    }
    kit_close(&kit);
}

/* What its alignment promises holds for who opens it, too. */
TEST(opened_heap_is_aligned_as_its_maker_asked, "D13.5 D3.1")
{
    const UINT64 alignment = D3D12_DEFAULT_MSAA_RESOURCE_PLACEMENT_ALIGNMENT;
    D3D12_HEAP_DESC desc = kit_heap_desc(alignment, D3D12_HEAP_TYPE_DEFAULT);
    ID3D12Device5 *device;
    ID3D12Heap *heaps[4];
    HANDLE handle;

    share_kind("memfd");
    device = kit_device();
    desc.Alignment = alignment;
    desc.Flags = D3D12_HEAP_FLAG_SHARED;
    ok_hr(ID3D12Device_CreateHeap(device, &desc, &IID_ID3D12Heap, (void **)&heaps[0]), S_OK);
    require(heaps[0]);
    handle = share_handle(device, heaps[0]);
    for (int i = 1; i < 4; i++)
        require(share_open_heap(device, handle, &heaps[i]) == S_OK);
    for (int i = 0; i < 4; i++) {
        ID3D12Resource *buffer = share_place(device, heaps[i], 0, 65536);

        ok_eq(ID3D12Heap_GetDesc(heaps[i]).Alignment, alignment);
        ok_eq(ID3D12Resource_GetGPUVirtualAddress(buffer) % alignment, 0);
        kit_release_last(buffer);
    }
    for (int i = 0; i < 4; i++)
        kit_release_last(heaps[i]);
    CloseHandle(handle);
    kit_release_last(device);
}

TEST(shared_heap_may_be_larger_than_one_buffer, "D5.1 D12.1")
{
    heap_above_one_gib("memfd");
    heap_above_one_gib("export");
}

/* --- several threads ----------------------------------------------------------------------- */

#define ROUNDS 20

/* Makes, shares, opens and drops heaps on a device that others use too. */
static void share_and_open(void *argument)
{
    ID3D12Device5 *device = argument;

    for (int i = 0; i < ROUNDS; i++) {
        ID3D12Heap *heap = share_heap(device, 64 * KIB), *opened = NULL;
        HANDLE handle = share_handle(device, heap);
        ID3D12Resource *buffer;

        ok_hr(share_open_heap(device, handle, &opened), S_OK);
        require(opened);
        kit_release_last(heap);
        ok_succeeds(CloseHandle(handle));
        buffer = share_place(device, opened, 0, 64 * KIB);
        kit_release_last(opened);
        kit_release_last(buffer);
    }
}

/* Opens one handle again and again, by its name too. */
static void open_by_name(void *argument)
{
    ID3D12Device5 *device = argument;

    for (int i = 0; i < ROUNDS; i++) {
        ID3D12Heap *opened = NULL;
        HANDLE handle = NULL;

        ok_hr(ID3D12Device_OpenSharedHandleByName(device, L_("common"), GENERIC_ALL, &handle),
              S_OK);
        ok_hr(share_open_heap(device, handle, &opened), S_OK);
        require(opened);
        ok_succeeds(CloseHandle(handle));
        kit_release_last(opened);
    }
}

static void several_threads(const char *kind)
{
    void (*const functions[])(void *) = {share_and_open, open_by_name, open_by_name};
    struct test_thread threads[3];
    ID3D12Device5 *device;
    ID3D12Heap *heap;
    HANDLE handle = NULL;

    share_kind(kind);
    device = kit_device();
    heap = share_heap(device, 64 * KIB);
    ok_hr(ID3D12Device_CreateSharedHandle(device, (ID3D12DeviceChild *)heap, NULL, GENERIC_ALL,
                                          L_("common"), &handle),
          S_OK);
    for (int i = 0; i < 3; i++)
        test_thread_start(&threads[i], functions[i], device);
    for (int i = 0; i < 3; i++)
        test_thread_join(&threads[i]);
    CloseHandle(handle);
    kit_release_last(heap);
    kit_release_last(device);
}

TEST(threads_share_and_open_at_once, "D13.4 D12.9")
{
    several_threads("memfd");
    several_threads("export");
}

#define OPENERS 4
#define OPENS   400

struct opener {
    ID3D12Device5 *device;
    HANDLE handle;
    unsigned n_opened;
};

static void open_often(void *argument)
{
    struct opener *opener = argument;

    for (unsigned i = 0; i < OPENS; i++) {
        ID3D12Heap *opened = NULL;

        opener->n_opened += share_open_heap(opener->device, opener->handle, &opened) == S_OK;
        if (opened)
            kit_release_last(opened);
    }
}

/* A driver that reads what a descriptor names reads at a position, which copies of it share. */
TEST(nobody_who_opens_exported_memory_disturbs_another, "D13.4 D5.6")
{
    struct test_thread threads[OPENERS];
    struct opener openers[OPENERS];
    ID3D12Device5 *device;
    ID3D12Heap *heap;
    HANDLE handle;

    share_kind("export");
    device = kit_device();
    heap = share_heap(device, 64 * KIB);
    handle = share_handle(device, heap);
    for (unsigned i = 0; i < OPENERS; i++) {
        openers[i] = (struct opener){device, handle, 0};
        test_thread_start(&threads[i], open_often, &openers[i]);
    }
    for (unsigned i = 0; i < OPENERS; i++) {
        test_thread_join(&threads[i]);
        ok_eq(openers[i].n_opened, OPENS);
    }
    ok_succeeds(CloseHandle(handle));
    kit_release_last(heap);
    kit_release_last(device);
}

/* --- which memory ------------------------------------------------------------------------- */

TEST(memory_kind_is_chosen_and_told, "D5.6 D18.2")
{
    ID3D12Device5 *device;
    ID3D12Heap *heap;
    D3D12_HEAP_DESC desc = kit_heap_desc(64 * KIB, D3D12_HEAP_TYPE_DEFAULT);
    ID3D12Resource *buffer;
    UINT kind = 9;

    share_kind(NULL);
    device = kit_device();
    heap = share_heap(device, 64 * KIB);
    /* The CPU driver could export it, but what it exports is not safe from who opens it. */
    ok_eq(share_kind_of(heap), NTSHM_D3D12_MEMORY_MEMFD);
    kit_release_last(heap);
    heap = share_cross_heap(device, 64 * KIB);
    ok_eq(share_kind_of(heap), NTSHM_D3D12_MEMORY_MEMFD);
    kit_release_last(heap);
    ok_hr(ID3D12Device_CreateHeap(device, &desc, &IID_ID3D12Heap, (void **)&heap), S_OK);
    ok_eq(share_kind_of(heap), NTSHM_D3D12_MEMORY_PAGES);
    kit_release_last(heap);
    buffer = kit_buffer(device, D3D12_HEAP_TYPE_DEFAULT, 64 * KIB);
    ok_eq(share_kind_of(buffer), NTSHM_D3D12_MEMORY_DRIVER);
    kit_release_last(buffer);
    ok_hr(ntshm_d3d12_get_memory_kind((ID3D12DeviceChild *)device, &kind), E_INVALIDARG);
    ok_eq(kind, 0);
    ok_hr(ntshm_d3d12_get_memory_kind(NULL, &kind), E_INVALIDARG);
    kit_release_last(device);
}

TEST(forced_kind_that_cannot_be_is_an_error, "D5.3 D0.8")
{
    D3D12_HEAP_DESC desc = kit_heap_desc(64 * KIB, D3D12_HEAP_TYPE_DEFAULT);
    ID3D12Device5 *device;
    ID3D12Heap *heap = (void *)1;

    /* No dma-bufs on the CPU driver; and an export is not for another adapter. */
    share_kind("dmabuf");
    device = kit_device();
    desc.Flags = D3D12_HEAP_FLAG_SHARED;
    ok_hr(ID3D12Device_CreateHeap(device, &desc, &IID_ID3D12Heap, (void **)&heap),
          DXGI_ERROR_UNSUPPORTED);
    ok_ptr_eq(heap, NULL);
    kit_release_last(device);
    share_kind("export");
    device = kit_device();
    desc.Flags = D3D12_HEAP_FLAG_SHARED | D3D12_HEAP_FLAG_SHARED_CROSS_ADAPTER;
    ok_hr(ID3D12Device_CreateHeap(device, &desc, &IID_ID3D12Heap, (void **)&heap),
          DXGI_ERROR_UNSUPPORTED);
    kit_release_last(device);
    share_kind("anything");
    device = (void *)1;
    ok_hr(D3D12CreateDevice(NULL, D3D_FEATURE_LEVEL_11_0, &IID_ID3D12Device, (void **)&device),
          E_INVALIDARG);
    ok_ptr_eq(device, NULL);
}
