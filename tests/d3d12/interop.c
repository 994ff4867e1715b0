// SPDX-License-Identifier: MIT
/*
 * Direct3D beside a program's own Vulkan (ntshm/d3d12_vulkan.h): devices on a VkDevice, and Vulkan
 * objects of ours used by the program.
 */
#include "d3d12/kit.h"
#include "d3d12/plain.h"

TEST(device_stands_on_the_programs_own_vulkan, "D6.9 D6.10 D2.3")
{
    struct ntshm_d3d12_adapter adapter = {.size = sizeof(adapter)};
    struct ntshm_d3d12_vulkan shown = {.size = sizeof(shown)};
    struct plain plain;
    struct kit kit;
    ID3D12Resource *buffer;
    uint32_t *words;

    plain_open(&plain);
    for (uint32_t round = 1; round <= 2; round++) {
        plain_kit(&kit, &plain);
        ok_hr(ntshm_d3d12_get_vulkan((ID3D12Device *)kit.device, &shown), S_OK);
        ok_ptr_eq(shown.instance, plain.instance);
        ok_ptr_eq(shown.physical_device, plain.physical);
        ok_ptr_eq(shown.device, plain.device);
        ok_ptr_eq(shown.queue, plain.queue);
        ok_eq(shown.n_device_extensions, 2);
        ok_hr(ntshm_d3d12_get_adapter((ID3D12Device *)kit.device, &adapter), S_OK);
        ok_eq(adapter.validation_layer, 0);
        ok_eq(adapter.imports_sections, 1);
        buffer = kit_shared_buffer(kit.device, 64 * KIB);
        words = kit_map(buffer);
        words[0] = round;
        ID3D12GraphicsCommandList_CopyBufferRegion(kit.list, buffer, 4, buffer, 0, 4);
        kit_run(&kit);
        ok_eq(words[1], round);
        kit_release_last(buffer);
        kit_close(&kit);
        /* The VkDevice is still the program's. */
        ok_eq(vkDeviceWaitIdle(plain.device), VK_SUCCESS);
    }
    plain_close(&plain);
}

TEST(vulkan_devices_that_cannot_be_are_refused, "D6.9")
{
    struct ntshm_d3d12_vulkan lent, shown = {.size = 1};
    struct plain plain;
    ID3D12Device5 *own;
    void *out;

#define REFUSED(change, expected)                                                                 \
    do {                                                                                          \
        lent = plain.lent;                                                                        \
        change;                                                                                   \
        out = &plain;                                                                             \
        ok_hr(                                                                                    \
            ntshm_d3d12_create_on_vulkan(&lent, D3D_FEATURE_LEVEL_11_0, &IID_ID3D12Device, &out), \
            expected);                                                                            \
        ok_ptr_eq(out, NULL);                                                                     \
    } while (0)
    plain_open(&plain);
    REFUSED(lent.size--, E_INVALIDARG);
    REFUSED(lent.reserved = 1, E_INVALIDARG);
    REFUSED(lent.instance = VK_NULL_HANDLE, E_INVALIDARG);
    REFUSED(lent.physical_device = VK_NULL_HANDLE, E_INVALIDARG);
    REFUSED(lent.device = VK_NULL_HANDLE, E_INVALIDARG);
    REFUSED(lent.queue = VK_NULL_HANDLE, E_INVALIDARG);
    REFUSED(lent.queue_family = 1000, E_INVALIDARG);
    REFUSED(lent.device_extensions = NULL, E_INVALIDARG);
    REFUSED(lent.lock_queue = (void (*)(void *))1, E_INVALIDARG);
#undef REFUSED
    ok_hr(ntshm_d3d12_create_on_vulkan(NULL, D3D_FEATURE_LEVEL_11_0, &IID_ID3D12Device, &out),
          E_INVALIDARG);
    ok_hr(
        ntshm_d3d12_create_on_vulkan(&plain.lent, D3D_FEATURE_LEVEL_12_0, &IID_ID3D12Device, &out),
        DXGI_ERROR_UNSUPPORTED);
    ok_hr(ntshm_d3d12_create_on_vulkan(&plain.lent, D3D_FEATURE_LEVEL_11_0, &IID_ID3D12Heap, &out),
          E_NOINTERFACE);
    ok_hr(
        ntshm_d3d12_create_on_vulkan(&plain.lent, D3D_FEATURE_LEVEL_11_0, &IID_ID3D12Device, NULL),
        S_FALSE);
    own = kit_device();
    ok_hr(ntshm_d3d12_get_vulkan((ID3D12Device *)own, &shown), E_INVALIDARG);
    ok_hr(ntshm_d3d12_get_vulkan(NULL, &plain.lent), E_INVALIDARG);
    ok_hr(ntshm_d3d12_lock_queue(NULL), E_INVALIDARG);
    ok_hr(ntshm_d3d12_unlock_queue((ID3D12Device *)own->lpVtbl), E_INVALIDARG);
    kit_release_last(own);
    plain_close(&plain);
}

/* Without the extension that imports memory there is none, and nothing pretends. */
TEST(features_follow_the_lent_extensions, "D5.3 D6.2 D6.4 D15.1")
{
    D3D12_HEAP_DESC desc = kit_heap_desc(64 * KIB, D3D12_HEAP_TYPE_DEFAULT);
    D3D12_FEATURE_DATA_EXISTING_HEAPS heaps = {TRUE};
    HANDLE section = kit_section(64 * KIB, NULL);
    struct plain plain;
    ID3D12Device5 *device;
    void *heap = &plain;

    plain_open(&plain);
    plain.lent.n_device_extensions = 0;
    device = plain_device(&plain);
    ok_hr(ID3D12Device_CheckFeatureSupport(device, D3D12_FEATURE_EXISTING_HEAPS, &heaps,
                                           sizeof(heaps)),
          S_OK);
    ok_eq(heaps.Supported, FALSE);
    ok_hr(ID3D12Device3_OpenExistingHeapFromFileMapping(device, section, &IID_ID3D12Heap, &heap),
          DXGI_ERROR_UNSUPPORTED);
    ok_ptr_eq(heap, NULL);
    /* Nothing can be shared: an error, and no memory that is nobody else's. */
    desc.Flags = D3D12_HEAP_FLAG_SHARED;
    ok_hr(ID3D12Device_CreateHeap(device, &desc, &IID_ID3D12Heap, &heap), DXGI_ERROR_UNSUPPORTED);
    ok_ptr_eq(heap, NULL);
    desc.Flags = D3D12_HEAP_FLAG_SHARED | D3D12_HEAP_FLAG_SHARED_CROSS_ADAPTER;
    ok_hr(ID3D12Device_CreateHeap(device, &desc, &IID_ID3D12Heap, &heap), DXGI_ERROR_UNSUPPORTED);
    ok_ptr_eq(heap, NULL);
    desc.Flags = D3D12_HEAP_FLAG_NONE;
    ok_hr(ID3D12Device_CreateHeap(device, &desc, &IID_ID3D12Heap, &heap), S_OK);
    kit_release_last(heap);
    kit_release_last(device);
    plain_close(&plain);
    CloseHandle(section);
}

struct lock {
    unsigned n_locks, n_unlocks;
};

static void count_lock(void *context)
{
    ((struct lock *)context)->n_locks++;
}

static void count_unlock(void *context)
{
    ((struct lock *)context)->n_unlocks++;
}

TEST(submissions_take_the_programs_lock, "D6.9")
{
    struct ntshm_d3d12_vulkan shown = {.size = sizeof(shown)};
    struct lock lock = {0};
    struct plain plain;
    struct kit kit;
    ID3D12Resource *buffer;
    unsigned before;

    plain_open(&plain);
    plain.lent.lock_queue = count_lock;
    plain.lent.unlock_queue = count_unlock;
    plain.lent.lock_context = &lock;
    plain_kit(&kit, &plain);
    ok_hr(ntshm_d3d12_get_vulkan((ID3D12Device *)kit.device, &shown), S_OK);
    ok_ptr_eq(shown.lock_context, &lock);
    before = lock.n_locks;
    buffer = kit_shared_buffer(kit.device, 64 * KIB);
    ID3D12GraphicsCommandList_CopyBufferRegion(kit.list, buffer, 4, buffer, 0, 4);
    kit_run(&kit);
    ok(lock.n_locks > before);
    ok_hr(ntshm_d3d12_lock_queue((ID3D12Device *)kit.device), S_OK);
    ok_eq(lock.n_locks, lock.n_unlocks + 1);
    ok_hr(ntshm_d3d12_unlock_queue((ID3D12Device *)kit.device), S_OK);
    kit_release_last(buffer);
    kit_close(&kit);
    ok_eq(lock.n_locks, lock.n_unlocks);
    plain_close(&plain);
}

TEST(program_writes_into_our_buffers, "D6.9")
{
    struct ntshm_d3d12_vulkan_place place;
    D3D12_HEAP_DESC desc = kit_heap_desc(256 * KIB, D3D12_HEAP_TYPE_CUSTOM);
    const D3D12_RESOURCE_DESC buffer_desc = kit_buffer_desc(64 * KIB);
    struct plain plain;
    struct kit kit;
    ID3D12Heap *heap = NULL;
    ID3D12Resource *buffer = NULL;
    uint32_t *words;

    plain_open(&plain);
    plain_kit(&kit, &plain);
    ok_hr(ID3D12Device_CreateHeap(kit.device, &desc, &IID_ID3D12Heap, (void **)&heap), S_OK);
    ok_hr(ID3D12Device_CreatePlacedResource(kit.device, heap, 128 * KIB, &buffer_desc,
                                            D3D12_RESOURCE_STATE_COMMON, NULL, &IID_ID3D12Resource,
                                            (void **)&buffer),
          S_OK);
    words = kit_map(buffer);
    ok_hr(ntshm_d3d12_get_vulkan_place((ID3D12DeviceChild *)buffer, 400, &place), S_OK);
    ok_eq(place.size, 64 * KIB - 400);
    plain_begin(&plain);
    vkCmdFillBuffer(plain.commands, place.buffer, place.buffer_offset, 8, 0xabcd);
    plain_submit(&plain, VK_NULL_HANDLE, 0);
    ok_eq(words[99], 0);
    ok_eq(words[100], 0xabcd);
    ok_eq(words[101], 0xabcd);
    ok_eq(words[102], 0);
    /* The same byte by the heap; its memory is one VkDeviceMemory. */
    ok_hr(ntshm_d3d12_get_vulkan_place((ID3D12DeviceChild *)heap, 128 * KIB + 404, &place), S_OK);
    ok_eq(place.size, 128 * KIB - 404);
    ok(place.memory != VK_NULL_HANDLE);
    plain_begin(&plain);
    vkCmdFillBuffer(plain.commands, place.buffer, place.buffer_offset, 4, 0x1234);
    plain_submit(&plain, VK_NULL_HANDLE, 0);
    ok_eq(words[101], 0x1234);
    ok_hr(ntshm_d3d12_get_vulkan_place((ID3D12DeviceChild *)heap, 256 * KIB, &place), E_INVALIDARG);
    ok_hr(ntshm_d3d12_get_vulkan_place((ID3D12DeviceChild *)buffer, 64 * KIB, &place),
          E_INVALIDARG);
    ok_hr(ntshm_d3d12_get_vulkan_place((ID3D12DeviceChild *)kit.fence, 0, &place), E_INVALIDARG);
    ok_hr(ntshm_d3d12_get_vulkan_place(NULL, 0, &place), E_INVALIDARG);
    kit_release_last(buffer);
    kit_release_last(heap);
    kit_close(&kit);
    plain_close(&plain);
}

/* Copies all of @texture to @buffer and waits. */
static void read_texture(struct kit *kit, ID3D12Resource *texture, ID3D12Resource *buffer)
{
    const D3D12_TEXTURE_COPY_LOCATION source = {.pResource = texture,
                                                .Type = D3D12_TEXTURE_COPY_TYPE_SUBRESOURCE_INDEX};
    const D3D12_RESOURCE_DESC desc = ID3D12Resource_GetDesc(texture);
    D3D12_TEXTURE_COPY_LOCATION target = {.pResource = buffer,
                                          .Type = D3D12_TEXTURE_COPY_TYPE_PLACED_FOOTPRINT};

    ID3D12Device_GetCopyableFootprints(kit->device, &desc, 0, 1, 0, &target.PlacedFootprint, NULL,
                                       NULL, NULL);
    ID3D12GraphicsCommandList_CopyTextureRegion(kit->list, &target, 0, 0, 0, &source, NULL);
    kit_run(kit);
}

TEST(program_draws_into_our_texture, "D6.9")
{
    const VkImageSubresourceRange all = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, 1};
    const VkClearColorValue color = {.float32 = {1.0f, 0.0f, 1.0f, 0.0f}};
    D3D12_HEAP_DESC heap = kit_heap_desc(64 * KIB, D3D12_HEAP_TYPE_DEFAULT);
    const D3D12_RESOURCE_DESC desc = {.Dimension = D3D12_RESOURCE_DIMENSION_TEXTURE2D,
                                      .Width = 64,
                                      .Height = 64,
                                      .DepthOrArraySize = 1,
                                      .MipLevels = 1,
                                      .Format = DXGI_FORMAT_R8G8B8A8_UNORM,
                                      .SampleDesc = {1, 0}};
    VkImageLayout layout = VK_IMAGE_LAYOUT_UNDEFINED;
    VkFormat format = VK_FORMAT_UNDEFINED;
    ID3D12Resource *texture = NULL, *buffer;
    VkImage image = VK_NULL_HANDLE;
    struct plain plain;
    struct kit kit;
    uint32_t *words;

    plain_open(&plain);
    plain_kit(&kit, &plain);
    buffer = kit_buffer(kit.device, D3D12_HEAP_TYPE_READBACK, 64 * KIB);
    words = kit_map(buffer);
    ok_hr(ID3D12Device_CreateCommittedResource(kit.device, &heap.Properties, 0, &desc,
                                               D3D12_RESOURCE_STATE_COMMON, NULL,
                                               &IID_ID3D12Resource, (void **)&texture),
          S_OK);
    ok_hr(ntshm_d3d12_get_vulkan_image(texture, &image, &format, &layout), S_OK);
    ok_eq(format, VK_FORMAT_R8G8B8A8_UNORM);
    ok_eq(layout, VK_IMAGE_LAYOUT_GENERAL);
    plain_begin(&plain);
    vkCmdClearColorImage(plain.commands, image, layout, &color, 1, &all);
    plain_submit(&plain, VK_NULL_HANDLE, 0);
    read_texture(&kit, texture, buffer);
    ok_eq(words[0], 0x00ff00ff);
    ok_eq(words[63 * 64 + 63], 0x00ff00ff);
    ok_hr(ntshm_d3d12_get_vulkan_image(buffer, &image, &format, &layout), E_INVALIDARG);
    ok_hr(ntshm_d3d12_get_vulkan_image(texture, NULL, &format, &layout), E_INVALIDARG);
    ok_hr(ntshm_d3d12_get_vulkan_image((ID3D12Resource *)kit.fence, &image, &format, &layout),
          E_INVALIDARG);
    kit_release_last(texture);
    kit_release_last(buffer);
    kit_close(&kit);
    plain_close(&plain);
}

TEST(programs_work_comes_after_ours, "D6.9 D5.9")
{
    struct ntshm_d3d12_vulkan_place place;
    struct plain plain;
    struct kit kit;
    ID3D12Resource *buffer;
    ID3D12Fence *gate;
    VkSemaphore semaphore = VK_NULL_HANDLE;
    UINT64 value = 0;
    uint32_t *words;

    plain_open(&plain);
    plain_kit(&kit, &plain);
    gate = kit_fence(kit.device, 0);
    buffer = kit_shared_buffer(kit.device, 64 * KIB);
    words = kit_map(buffer);
    words[0] = 77;
    /* What is held back has no number yet: the program must not wait for it. */
    ok_hr(ID3D12CommandQueue_Wait(kit.queue, gate, 1), S_OK);
    ID3D12GraphicsCommandList_CopyBufferRegion(kit.list, buffer, 4, buffer, 0, 4);
    kit_submit(&kit);
    ok_hr(ntshm_d3d12_get_vulkan_progress(kit.queue, &semaphore, &value),
          DXGI_ERROR_WAS_STILL_DRAWING);
    ok_hr(ID3D12Fence_Signal(gate, 1), S_OK);
    ok_hr(ntshm_d3d12_get_vulkan_progress(kit.queue, &semaphore, &value), S_OK);
    ok_ne(value, 0);
    ok_hr(ntshm_d3d12_get_vulkan_place((ID3D12DeviceChild *)buffer, 0, &place), S_OK);
    plain_begin(&plain);
    vkCmdCopyBuffer(plain.commands, place.buffer, place.buffer, 1,
                    &(VkBufferCopy){place.buffer_offset + 4, place.buffer_offset + 8, 4});
    ok_hr(ntshm_d3d12_lock_queue((ID3D12Device *)kit.device), S_OK);
    plain_submit(&plain, semaphore, value);
    ok_hr(ntshm_d3d12_unlock_queue((ID3D12Device *)kit.device), S_OK);
    ok_eq(words[2], 77);
    kit_finish(&kit);
    ok_hr(ntshm_d3d12_get_vulkan_progress(NULL, &semaphore, &value), E_INVALIDARG);
    ok_hr(ntshm_d3d12_get_vulkan_progress(kit.queue, NULL, &value), E_INVALIDARG);
    ID3D12Device5_RemoveDevice(kit.device);
    ok_hr(ntshm_d3d12_get_vulkan_progress(kit.queue, &semaphore, &value),
          DXGI_ERROR_DEVICE_REMOVED);
    kit_release_last(buffer);
    kit_release_last(gate);
    kit_close(&kit);
    plain_close(&plain);
}

/* The program's queue stands still; that is no reason to keep the program from going on. */
TEST(release_does_not_wait_for_the_programs_work, "D6.9 D5.9")
{
    const VkSemaphoreTypeCreateInfo type = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO,
                                            .semaphoreType = VK_SEMAPHORE_TYPE_TIMELINE};
    const VkSemaphoreCreateInfo info = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO,
                                        .pNext = &type};
    VkSemaphoreSignalInfo signal = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_SIGNAL_INFO, .value = 1};
    struct plain plain;
    struct kit kit;
    ID3D12Resource *buffer;
    VkFence fence;

    plain_open(&plain);
    require(vkCreateSemaphore(plain.device, &info, NULL, &signal.semaphore) == VK_SUCCESS);
    plain_kit(&kit, &plain);
    buffer = kit_shared_buffer(kit.device, 64 * KIB);
    ID3D12GraphicsCommandList_CopyBufferRegion(kit.list, buffer, 4, buffer, 0, 4);
    kit_run(&kit);
    plain_begin(&plain);
    fence = plain_start(&plain, signal.semaphore, 1);
    kit_release_last(buffer);
    kit_close(&kit);
    ok_eq(vkGetFenceStatus(plain.device, fence), VK_NOT_READY);
    ok_eq(vkSignalSemaphore(plain.device, &signal), VK_SUCCESS);
    plain_await(&plain, fence);
    vkDestroySemaphore(plain.device, signal.semaphore, NULL);
    plain_close(&plain);
}
