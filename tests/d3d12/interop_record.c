// SPDX-License-Identifier: MIT
/*
 * Markers, and a black box, in a Vulkan program's own command buffers (ntshm_d3d12_record_into()).
 */
#include <ntshm/blackbox.h>

#include "d3d12/kit.h"
#include "d3d12/plain.h"

TEST(markers_go_into_the_programs_commands, "D2.1 D2.5 D6.9")
{
    struct ntshm_d3d12_vulkan_place place;
    ID3D12GraphicsCommandList2 *list = NULL;
    ID3D12CommandAllocator *allocator;
    struct plain plain;
    ID3D12Device5 *device;
    ID3D12Resource *buffer;
    uint64_t address;
    uint32_t *words;

    plain_open(&plain);
    device = plain_device(&plain);
    buffer = kit_shared_buffer(device, 64 * KIB);
    words = kit_map(buffer);
    address = ID3D12Resource_GetGPUVirtualAddress(buffer);
    ok_hr(ntshm_d3d12_get_vulkan_place((ID3D12DeviceChild *)buffer, 0, &place), S_OK);
    plain_begin(&plain);
    ok_hr(ntshm_d3d12_record_into((ID3D12Device *)device, plain.commands,
                                  &IID_ID3D12GraphicsCommandList2, (void **)&list),
          S_OK);
    kit_marker(list, address, 1, D3D12_WRITEBUFFERIMMEDIATE_MODE_MARKER_IN);
    /* The program's own work sees the marker, and the next marker sees the work. */
    vkCmdCopyBuffer(plain.commands, place.buffer, place.buffer, 1,
                    &(VkBufferCopy){place.buffer_offset, place.buffer_offset + 16, 4});
    kit_marker(list, address + 16, 2, D3D12_WRITEBUFFERIMMEDIATE_MODE_MARKER_OUT);
    kit_marker(list, address + 4, 3, D3D12_WRITEBUFFERIMMEDIATE_MODE_DEFAULT);
    ok_hr(ID3D12GraphicsCommandList_Close(list), S_OK);
    ok_hr(ID3D12GraphicsCommandList_Close(list), E_FAIL);
    plain_submit(&plain, VK_NULL_HANDLE, 0);
    ok_eq(words[0], 1);
    ok_eq(words[1], 3);
    ok_eq(words[4], 2);
    allocator = kit_allocator(device, D3D12_COMMAND_LIST_TYPE_DIRECT);
    ok_hr(ID3D12GraphicsCommandList_Reset(list, allocator, NULL), E_INVALIDARG);
    kit_release_last(allocator);
    kit_release_last(list);
    kit_release_last(buffer);
    kit_release_last(device);
    plain_close(&plain);
}

TEST(recording_into_a_command_buffer_is_checked, "D4.5 D5.2")
{
    const D3D12_RESOURCE_DESC desc = kit_buffer_desc(64 * KIB);
    ID3D12GraphicsCommandList2 *list = NULL;
    ID3D12Resource *buffer, *reserved = NULL;
    struct plain plain;
    ID3D12Device5 *device;
    uint64_t address;
    void *out;

#define SPOILS(call, expected)                                                          \
    do {                                                                                \
        ok_hr(ntshm_d3d12_record_into((ID3D12Device *)device, plain.commands,           \
                                      &IID_ID3D12GraphicsCommandList2, (void **)&list), \
              S_OK);                                                                    \
        call;                                                                           \
        ok_hr(ID3D12GraphicsCommandList_Close(list), expected);                         \
        kit_release_last(list);                                                         \
    } while (0)
    plain_open(&plain);
    device = plain_device(&plain);
    buffer = kit_shared_buffer(device, 64 * KIB);
    address = ID3D12Resource_GetGPUVirtualAddress(buffer);
    plain_begin(&plain);
    SPOILS((void)0, S_OK);
    SPOILS(ID3D12GraphicsCommandList_DrawInstanced(list, 3, 1, 0, 0), E_NOTIMPL);
    SPOILS(ID3D12GraphicsCommandList_CopyBufferRegion(list, buffer, 0, buffer, 64, 4),
           E_INVALIDARG);
    SPOILS(kit_marker(list, address + 64 * KIB, 1, D3D12_WRITEBUFFERIMMEDIATE_MODE_MARKER_IN),
           E_INVALIDARG);
    SPOILS(kit_marker(list, address + 2, 1, D3D12_WRITEBUFFERIMMEDIATE_MODE_MARKER_IN),
           E_INVALIDARG);
    SPOILS(kit_marker(list, address, 1, (D3D12_WRITEBUFFERIMMEDIATE_MODE)77), E_INVALIDARG);
    SPOILS(ID3D12GraphicsCommandList2_WriteBufferImmediate(list, 1, NULL, NULL), E_INVALIDARG);
    ok_hr(ID3D12Device_CreateReservedResource(device, &desc, D3D12_RESOURCE_STATE_COMMON, NULL,
                                              &IID_ID3D12Resource, (void **)&reserved),
          S_OK);
    address = ID3D12Resource_GetGPUVirtualAddress(reserved);
    SPOILS(kit_marker(list, address, 1, D3D12_WRITEBUFFERIMMEDIATE_MODE_DEFAULT), E_INVALIDARG);
    kit_release_last(reserved);
#undef SPOILS
    plain_submit(&plain, VK_NULL_HANDLE, 0);
    out = &plain;
    ok_hr(ntshm_d3d12_record_into(NULL, plain.commands, &IID_ID3D12CommandList, &out),
          E_INVALIDARG);
    ok_ptr_eq(out, NULL);
    ok_hr(ntshm_d3d12_record_into((ID3D12Device *)device, NULL, &IID_ID3D12CommandList, &out),
          E_INVALIDARG);
    ok_hr(ntshm_d3d12_record_into((ID3D12Device *)device, plain.commands, &IID_ID3D12Heap, &out),
          E_NOINTERFACE);
    ok_hr(ntshm_d3d12_record_into((ID3D12Device *)device, plain.commands, &IID_ID3D12CommandList,
                                  NULL),
          S_FALSE);
    ID3D12Device5_RemoveDevice(device);
    ok_hr(ntshm_d3d12_record_into((ID3D12Device *)device, plain.commands, &IID_ID3D12CommandList,
                                  &out),
          DXGI_ERROR_DEVICE_REMOVED);
    kit_release_last(buffer);
    kit_release_last(device);
    plain_close(&plain);
}

/* The heap and its buffer go before the commands run; the list keeps the pages till its end. */
TEST(list_into_a_command_buffer_keeps_memory, "D5.2 D17.6")
{
    HANDLE section = kit_section(64 * KIB, NULL);
    volatile uint32_t *view = kit_view(section, FILE_MAP_READ);
    void *memory = VirtualAlloc(NULL, 64 * KIB, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    volatile uint32_t *words = memory;
    ID3D12GraphicsCommandList2 *list = NULL;
    ID3D12Heap *heaps[2] = {NULL, NULL};
    struct plain plain;
    ID3D12Device5 *device;

    plain_open(&plain);
    device = plain_device(&plain);
    ok_hr(ID3D12Device3_OpenExistingHeapFromFileMapping(device, section, &IID_ID3D12Heap,
                                                        (void **)&heaps[0]),
          S_OK);
    ok_hr(ID3D12Device3_OpenExistingHeapFromAddress(device, memory, &IID_ID3D12Heap,
                                                    (void **)&heaps[1]),
          S_OK);
    plain_begin(&plain);
    ok_hr(ntshm_d3d12_record_into((ID3D12Device *)device, plain.commands,
                                  &IID_ID3D12GraphicsCommandList2, (void **)&list),
          S_OK);
    for (uint32_t i = 0; i < 2; i++) {
        ID3D12Resource *buffer = kit_whole_buffer(device, heaps[i]);

        kit_marker(list, ID3D12Resource_GetGPUVirtualAddress(buffer), 5 + i,
                   D3D12_WRITEBUFFERIMMEDIATE_MODE_MARKER_OUT);
        kit_release_last(buffer);
        kit_release_last(heaps[i]);
    }
    ok_hr(ID3D12GraphicsCommandList_Close(list), S_OK);
    ok(!VirtualFree(memory, 0, MEM_RELEASE));
    plain_submit(&plain, VK_NULL_HANDLE, 0);
    ok_eq(view[0], 5);
    ok_eq(words[0], 6);
    kit_release_last(list);
    kit_release_last(device);
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
    plain_close(&plain);
    UnmapViewOfFile((void *)(uintptr_t)view);
    CloseHandle(section);
}

/* Such a list is nothing that a queue could run. */
TEST(list_into_a_command_buffer_is_never_executed, "D19.8")
{
    ID3D12GraphicsCommandList2 *list = NULL;
    struct plain plain;
    struct kit kit;

    plain_open(&plain);
    plain_kit(&kit, &plain);
    ok_hr(ntshm_d3d12_record_into((ID3D12Device *)kit.device, plain.commands,
                                  &IID_ID3D12GraphicsCommandList2, (void **)&list),
          S_OK);
    ok_hr(ID3D12GraphicsCommandList_Close(list), S_OK);
    kit_execute(kit.queue, list);
    ok_hr(ID3D12Device_GetDeviceRemovedReason(kit.device), DXGI_ERROR_INVALID_CALL);
    kit_release_last(list);
    kit_close(&kit);
    plain_close(&plain);
}

TEST(black_box_in_a_plain_vulkan_program, "D2.2 D2.5 D6.9")
{
    struct ntshm_blackbox_desc desc = {.size = sizeof(desc), .program = "plain"};
    struct ntshm_blackbox_list *marks = NULL;
    const struct ntshm_blackbox_list_record *record;
    const struct ntshm_blackbox_header *header;
    ID3D12GraphicsCommandList2 *list = NULL;
    struct ntshm_blackbox *box = NULL;
    struct plain plain;
    ID3D12Device5 *device;
    ID3D12Fence *fence;
    HANDLE section;
    uint32_t queue = 7;

    plain_open(&plain);
    device = plain_device(&plain);
    fence = kit_fence(device, 0);
    section = kit_section(ntshm_blackbox_section_size(&desc), NULL);
    ok_hr(ntshm_blackbox_create((ID3D12Device3 *)device, section, &desc, &box), S_OK);
    ok_hr(ntshm_blackbox_add_queue(box, "vulkan", D3D12_COMMAND_LIST_TYPE_DIRECT, fence, &queue),
          S_OK);
    plain_begin(&plain);
    ok_hr(ntshm_d3d12_record_into((ID3D12Device *)device, plain.commands,
                                  &IID_ID3D12GraphicsCommandList2, (void **)&list),
          S_OK);
    ok_hr(ntshm_blackbox_begin_list(box, list, "frame", &marks), S_OK);
    ok_hr(ntshm_blackbox_begin_pass(marks, "shadows"), S_OK);
    ok_hr(ntshm_blackbox_end_pass(marks), S_OK);
    ok_hr(ntshm_blackbox_begin_pass(marks, "light"), S_OK);
    ok_hr(ID3D12GraphicsCommandList_Close(list), S_OK);
    ok_hr(ntshm_blackbox_submit(box, queue, &marks, 1, 1), S_OK);
    plain_submit(&plain, VK_NULL_HANDLE, 0);
    /* The second pass never ended: in and out words say so, and by name. */
    header = (const struct ntshm_blackbox_header *)(const void *)kit_view(section, FILE_MAP_READ);
    record = (const struct ntshm_blackbox_list_record *)(const void *)((const char *)header +
                                                                       header->lists.offset);
    while (!record->n_ordinals)
        record++;
    ok_eq(NTSHM_BLACKBOX_VALUE_ORDINAL(record->marker_in), 3);
    ok_eq(NTSHM_BLACKBOX_VALUE_ORDINAL(record->marker_out), 2);
    ok_hr(ID3D12Fence_Signal(fence, 1), S_OK);
    ok_hr(ntshm_blackbox_poll(box), S_OK);
    ntshm_blackbox_end_list(marks);
    ntshm_blackbox_close(box);
    UnmapViewOfFile((void *)(uintptr_t)header);
    CloseHandle(section);
    kit_release_last(list);
    kit_release_last(fence);
    kit_release_last(device);
    plain_close(&plain);
}
