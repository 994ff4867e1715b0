// SPDX-License-Identifier: MIT
/*
 * Existing heaps: the application's own memory, as it is.
 */
#include "d3d12/kit.h"

#include <string.h>

static HRESULT open_mapping(ID3D12Device5 *device, HANDLE section, ID3D12Heap **ret_heap)
{
    *ret_heap = (void *)1;
    return ID3D12Device3_OpenExistingHeapFromFileMapping(device, section, &IID_ID3D12Heap,
                                                         (void **)ret_heap);
}

static HRESULT open_address(ID3D12Device5 *device, const volatile void *address,
                            ID3D12Heap **ret_heap)
{
    *ret_heap = (void *)1;
    return ID3D12Device3_OpenExistingHeapFromAddress(device, (const void *)(uintptr_t)address,
                                                     &IID_ID3D12Heap, (void **)ret_heap);
}

TEST(heap_on_a_mapping_is_the_mapping, "D15.6 D0.1 D15.10")
{
    struct kit kit;
    HANDLE section = kit_section(256 * KIB, L_("heap"));
    volatile uint32_t *view = kit_view(section, FILE_MAP_ALL_ACCESS);
    ID3D12Resource *buffer, *readback;
    ID3D12Heap *heap;
    uint32_t *mapped, *words;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    require(open_mapping(kit.device, section, &heap) == S_OK);
    buffer = kit_whole_buffer(kit.device, heap);
    readback = kit_buffer(kit.device, D3D12_HEAP_TYPE_READBACK, 256 * KIB);
    words = kit_map(readback);

    /* The application's view to the device's eyes ... */
    for (uint32_t i = 0; i < 65536; i++)
        view[i] = i * 2654435761u;
    ID3D12GraphicsCommandList_CopyResource(kit.list, readback, buffer);
    kit_run(&kit);
    ok_mem_eq(words, (const void *)(uintptr_t)view, 256 * KIB);

    /* ... the device's writes to the view's, the heap's own mapping to both. */
    view[1000] = 0;
    ID3D12GraphicsCommandList_CopyBufferRegion(kit.list, buffer, 4000, readback, 4, 4);
    kit_run(&kit);
    ok_eq(view[1000], 2654435761u);
    mapped = kit_map(buffer);
    mapped[7] = 777;
    ok_eq(view[7], 777);

    kit_release_last(readback);
    kit_release_last(buffer);
    kit_release_last(heap);
    kit_close(&kit);
    ok_eq(view[7], 777);
    UnmapViewOfFile((void *)(uintptr_t)view);
    CloseHandle(section);
}

TEST(existing_heap_describes_itself, "D15.4 D15.6")
{
    ID3D12Device5 *device = kit_device();
    HANDLE section = kit_section(256 * KIB, NULL);
    D3D12_HEAP_PROPERTIES properties;
    D3D12_HEAP_FLAGS flags;
    D3D12_HEAP_DESC desc;
    ID3D12Resource *buffer;
    ID3D12Heap *heap;

    require(open_mapping(device, section, &heap) == S_OK);
    desc = ID3D12Heap_GetDesc(heap);
    ok_eq(desc.SizeInBytes, 256 * KIB);
    ok_eq(desc.Alignment, 64 * KIB);
    ok_eq(desc.Flags, D3D12_HEAP_FLAG_SHARED | D3D12_HEAP_FLAG_SHARED_CROSS_ADAPTER);
    ok_eq(desc.Properties.Type, D3D12_HEAP_TYPE_CUSTOM);
    ok_eq(desc.Properties.CPUPageProperty, D3D12_CPU_PAGE_PROPERTY_WRITE_BACK);
    ok_eq(desc.Properties.MemoryPoolPreference, D3D12_MEMORY_POOL_L0);
    ok_eq(desc.Properties.CreationNodeMask, 1);
    ok_eq(desc.Properties.VisibleNodeMask, 1);
    buffer = kit_whole_buffer(device, heap);
    ok_hr(ID3D12Resource_GetHeapProperties(buffer, &properties, &flags), S_OK);
    ok_eq(flags, desc.Flags);
    kit_release_last(buffer);
    kit_release_last(heap);
    CloseHandle(section);
    kit_release_last(device);
}

TEST(handle_may_be_closed_while_the_heap_lives, "D15.6 D17.5")
{
    struct kit kit;
    HANDLE section = kit_section(64 * KIB, L_("closed"));
    ID3D12Resource *buffer;
    ID3D12Heap *heap;
    uint32_t *words;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    require(open_mapping(kit.device, section, &heap) == S_OK);
    CloseHandle(section);
    ok_fails(OpenFileMappingW(FILE_MAP_READ, FALSE, L_("closed")), ERROR_FILE_NOT_FOUND);
    buffer = kit_whole_buffer(kit.device, heap);
    words = kit_map(buffer);
    words[0] = 9;
    ID3D12GraphicsCommandList_CopyBufferRegion(kit.list, buffer, 4, buffer, 0, 4);
    kit_run(&kit);
    ok_eq(words[1], 9);
    kit_release_last(buffer);
    kit_release_last(heap);
    kit_close(&kit);
}

TEST(mappings_that_cannot_be_a_heap_are_refused, "D15.3 D15.8 D15.9")
{
    ID3D12Device5 *device = kit_device();
    HANDLE readonly = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READONLY, 0, 65536, NULL);
    HANDLE section = kit_section(64 * KIB, L_("ro"));
    HANDLE narrow = OpenFileMappingW(FILE_MAP_READ, FALSE, L_("ro"));
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);
    ID3D12Heap *heap;

    require(readonly && narrow && event);
    ok_hr(open_mapping(device, readonly, &heap), E_INVALIDARG);
    ok_ptr_eq(heap, NULL);
    ok_hr(open_mapping(device, narrow, &heap), E_INVALIDARG);
    ok_ptr_eq(heap, NULL);
    ok_hr(open_mapping(device, event, &heap), E_INVALIDARG);
    ok_hr(open_mapping(device, NULL, &heap), E_INVALIDARG);
    ok_hr(open_mapping(device, INVALID_HANDLE_VALUE, &heap), E_INVALIDARG);
    ok_hr(open_mapping(device, (HANDLE)(uintptr_t)0x7ff8, &heap), E_INVALIDARG);
    ok_ptr_eq(heap, NULL);
    ok_hr(ID3D12Device3_OpenExistingHeapFromFileMapping(device, section, &IID_ID3D12Resource,
                                                        (void **)&heap),
          E_NOINTERFACE);
    ok_ptr_eq(heap, NULL);
    /* Nothing to return: it only tells that it could be. */
    ok_hr(ID3D12Device3_OpenExistingHeapFromFileMapping(device, section, &IID_ID3D12Heap, NULL),
          S_FALSE);
    CloseHandle(event);
    CloseHandle(narrow);
    CloseHandle(section);
    CloseHandle(readonly);
    kit_release_last(device);
}

TEST(small_and_odd_sections_become_whole_pages, "D15.7")
{
    static const UINT64 sizes[][2] = {{4096, 4096}, {1, 4096}, {65536 + 1, 65536 + 4096}};
    ID3D12Device5 *device = kit_device();

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        HANDLE section = kit_section(sizes[i][0], NULL);
        ID3D12Heap *heap;

        require(open_mapping(device, section, &heap) == S_OK);
        ok_eq(ID3D12Heap_GetDesc(heap).SizeInBytes, sizes[i][1]);
        kit_release_last(kit_whole_buffer(device, heap));
        kit_release_last(heap);
        CloseHandle(section);
    }
    kit_release_last(device);
}

TEST(several_heaps_on_one_section, "D15.6 D0.1")
{
    struct kit kit;
    HANDLE section = kit_section(64 * KIB, NULL);
    ID3D12Resource *buffers[2];
    ID3D12Heap *heaps[2];
    uint32_t *words[2];

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    for (int i = 0; i < 2; i++) {
        require(open_mapping(kit.device, section, &heaps[i]) == S_OK);
        buffers[i] = kit_whole_buffer(kit.device, heaps[i]);
        words[i] = kit_map(buffers[i]);
    }
    ok_ptr_ne(words[0], words[1]);
    words[0][0] = 31;
    ID3D12GraphicsCommandList_CopyBufferRegion(kit.list, buffers[0], 4096, buffers[1], 0, 4);
    kit_run(&kit);
    ok_eq(words[1][1024], 31);
    for (int i = 0; i < 2; i++) {
        kit_release_last(buffers[i]);
        kit_release_last(heaps[i]);
    }
    CloseHandle(section);
    kit_close(&kit);
}

TEST(heap_pins_memory_of_virtualalloc, "D15.4")
{
    struct kit kit;
    uint32_t *memory = VirtualAlloc(NULL, 256 * KIB, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    ID3D12Resource *buffer;
    ID3D12Heap *heap;

    require(memory != NULL);
    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    ok_hr(open_address(kit.device, (char *)memory + 1024, &heap), E_INVALIDARG);
    ok_ptr_eq(heap, NULL);
    ok_hr(open_address(kit.device, (char *)memory + 65536, &heap), E_INVALIDARG);
    require(open_address(kit.device, memory, &heap) == S_OK);
    ok_eq(ID3D12Heap_GetDesc(heap).SizeInBytes, 256 * KIB);
    buffer = kit_whole_buffer(kit.device, heap);
    ok_ptr_eq(kit_map(buffer), memory);
    memory[3] = 3;
    ID3D12GraphicsCommandList_CopyBufferRegion(kit.list, buffer, 128 * KIB, buffer, 12, 4);
    kit_run(&kit);
    ok_eq(memory[32 * KIB], 3);

    ok(!VirtualFree(memory, 0, MEM_RELEASE));
    kit_release_last(heap);
    ok(!VirtualFree(memory, 0, MEM_RELEASE));
    kit_release_last(buffer);
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
    kit_close(&kit);
}

TEST(heap_pins_a_view, "D15.4 D15.6")
{
    ID3D12Device5 *device = kit_device();
    HANDLE section = kit_section(128 * KIB, NULL);
    volatile uint32_t *view = kit_view(section, FILE_MAP_ALL_ACCESS);
    void *gone = (void *)(uintptr_t)view;
    ID3D12Heap *heap;

    require(open_address(device, view, &heap) == S_OK);
    ok_eq(ID3D12Heap_GetDesc(heap).SizeInBytes, 128 * KIB);
    ok(!UnmapViewOfFile(gone));
    view[0] = 1;
    kit_release_last(heap);
    ok_succeeds(UnmapViewOfFile(gone));
    ok_hr(open_address(device, gone, &heap), E_INVALIDARG);
    CloseHandle(section);
    kit_release_last(device);
}

TEST(finished_list_does_not_pin, "D15.4 D17.6")
{
    struct kit kit;
    void *memory = VirtualAlloc(NULL, 64 * KIB, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    ID3D12Resource *buffer;
    ID3D12Heap *heap;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    require(open_address(kit.device, memory, &heap) == S_OK);
    buffer = kit_whole_buffer(kit.device, heap);
    ID3D12GraphicsCommandList_CopyBufferRegion(kit.list, buffer, 0, buffer, 4096, 4);
    kit_submit(&kit);
    require(kit_wait(kit.fence, kit.value));
    kit_release_last(buffer);
    kit_release_last(heap);
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
    kit_close(&kit);
}

TEST(addresses_that_cannot_be_a_heap_are_refused, "D15.4 D5.5 D5.2")
{
    ID3D12Device5 *device = kit_device();
    char *part = VirtualAlloc(NULL, 128 * KIB, MEM_RESERVE, PAGE_READWRITE);
    void *readonly = VirtualAlloc(NULL, 64 * KIB, MEM_RESERVE | MEM_COMMIT, PAGE_READONLY);
    HANDLE section = kit_section(64 * KIB, NULL);
    volatile uint32_t *view = kit_view(section, FILE_MAP_READ);
    static char own[65536] __attribute__((aligned(65536)));
    ID3D12Heap *heap;
    char local[64], *whole;

    require(part && readonly && VirtualAlloc(part, 64 * KIB, MEM_COMMIT, PAGE_READWRITE));
    ok_hr(open_address(device, part, &heap), E_INVALIDARG);
    ok_ptr_eq(heap, NULL);
    /* Not the base of its region, though good pages lie behind that too. */
    whole = VirtualAlloc(NULL, 192 * KIB, MEM_RESERVE, PAGE_NOACCESS);
    require(whole && VirtualFree(whole, 0, MEM_RELEASE) &&
            VirtualAlloc(whole, 64 * KIB, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE) == whole &&
            VirtualAlloc(whole + 64 * KIB, 128 * KIB, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE));
    ok_hr(open_address(device, whole + 1024, &heap), E_INVALIDARG);
    ok_hr(open_address(device, whole + 4096, &heap), E_INVALIDARG);
    ok_succeeds(VirtualFree(whole, 0, MEM_RELEASE));
    ok_succeeds(VirtualFree(whole + 64 * KIB, 0, MEM_RELEASE));
    ok_hr(open_address(device, readonly, &heap), E_INVALIDARG);
    ok_hr(open_address(device, view, &heap), E_INVALIDARG);
    ok_hr(open_address(device, own, &heap), E_INVALIDARG);
    ok_hr(open_address(device, local, &heap), E_INVALIDARG);
    ok_hr(open_address(device, NULL, &heap), E_INVALIDARG);
    ok_ptr_eq(heap, NULL);
    /* Nothing stayed pinned. */
    ok_succeeds(VirtualFree(part, 0, MEM_RELEASE));
    ok_succeeds(VirtualFree(readonly, 0, MEM_RELEASE));
    ok_succeeds(UnmapViewOfFile((void *)(uintptr_t)view));
    CloseHandle(section);
    kit_release_last(device);
}

TEST(placed_buffers_need_the_cross_adapter_flag, "D18.3 D2.5")
{
    ID3D12Device5 *device = kit_device();
    HANDLE section = kit_section(128 * KIB, NULL);
    D3D12_RESOURCE_DESC desc = kit_buffer_desc(64 * KIB);
    ID3D12Resource *buffer = NULL;
    ID3D12Heap *heap;

    require(open_mapping(device, section, &heap) == S_OK);
    ok_hr(ID3D12Device_CreatePlacedResource(device, heap, 0, &desc, D3D12_RESOURCE_STATE_COPY_DEST,
                                            NULL, &IID_ID3D12Resource, (void **)&buffer),
          E_INVALIDARG);
    desc.Flags = D3D12_RESOURCE_FLAG_ALLOW_CROSS_ADAPTER;
    ok_hr(ID3D12Device_CreatePlacedResource(device, heap, 64 * KIB, &desc,
                                            D3D12_RESOURCE_STATE_COMMON, NULL, &IID_ID3D12Resource,
                                            (void **)&buffer),
          S_OK);
    kit_release_last(buffer);
    kit_release_last(heap);
    CloseHandle(section);
    kit_release_last(device);
}

TEST(heap_on_memory_shared_by_two_devices, "D18.2 D8")
{
    struct kit one, two;
    HANDLE section = kit_section(64 * KIB, NULL);
    ID3D12Resource *buffers[2];
    ID3D12Heap *heaps[2];

    kit_open(&one, D3D12_COMMAND_LIST_TYPE_COPY);
    kit_open(&two, D3D12_COMMAND_LIST_TYPE_COPY);
    require(open_mapping(one.device, section, &heaps[0]) == S_OK);
    require(open_mapping(two.device, section, &heaps[1]) == S_OK);
    buffers[0] = kit_whole_buffer(one.device, heaps[0]);
    buffers[1] = kit_whole_buffer(two.device, heaps[1]);
    kit_marker(one.list, ID3D12Resource_GetGPUVirtualAddress(buffers[0]), 4711,
               D3D12_WRITEBUFFERIMMEDIATE_MODE_DEFAULT);
    kit_run(&one);
    ID3D12GraphicsCommandList_CopyBufferRegion(two.list, buffers[1], 4, buffers[1], 0, 4);
    kit_run(&two);
    ok_eq(((uint32_t *)kit_map(buffers[0]))[1], 4711);
    for (int i = 0; i < 2; i++) {
        kit_release_last(buffers[i]);
        kit_release_last(heaps[i]);
    }
    kit_close(&one);
    kit_close(&two);
    CloseHandle(section);
}

/* More than one buffer of the driver's (4 GiB - 1 on lavapipe) and than one segment of ours. */
TEST(heap_of_five_gib, "D5.1 D15.6")
{
    const UINT64 size = 5 * GIB, far = 5 * GIB - 4096;
    struct kit kit;
    HANDLE section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE,
                                        (DWORD)(size >> 32), (DWORD)size, NULL);
    volatile uint32_t *view;
    ID3D12Resource *buffer;
    ID3D12Heap *heap;

    if (!section)
        skip("no 5 GiB to commit: error %u", (unsigned)GetLastError());
    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    require(open_mapping(kit.device, section, &heap) == S_OK);
    buffer = kit_whole_buffer(kit.device, heap);
    view = kit_map(buffer);
    view[0] = 11;
    /* Across the edges of segments on both sides: 2 MiB around 1 GiB to around 4 GiB. */
    for (uint64_t i = 0; i < 2 * MIB / 4; i++)
        view[(GIB - MIB) / 4 + i] = (uint32_t)i ^ 0x5555;
    ID3D12GraphicsCommandList_CopyBufferRegion(kit.list, buffer, far, buffer, 0, 4);
    ID3D12GraphicsCommandList_CopyBufferRegion(kit.list, buffer, 4 * GIB - MIB + 100, buffer,
                                               GIB - MIB, 2 * MIB);
    kit_marker(kit.list, ID3D12Resource_GetGPUVirtualAddress(buffer) + far + 4, 12,
               D3D12_WRITEBUFFERIMMEDIATE_MODE_MARKER_OUT);
    kit_run(&kit);
    ok_eq(view[far / 4], 11);
    ok_eq(view[far / 4 + 1], 12);
    ok_mem_eq((const void *)(uintptr_t)&view[(4 * GIB - MIB + 100) / 4],
              (const void *)(uintptr_t)&view[(GIB - MIB) / 4], 2 * MIB);
    kit_release_last(buffer);
    kit_release_last(heap);
    CloseHandle(section);
    kit_close(&kit);
}
