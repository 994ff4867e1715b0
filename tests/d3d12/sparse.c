// SPDX-License-Identifier: MIT
/*
 * Tiles that a driver maps by sparse binding. No driver at hand does: the device is told that its
 * driver can, and the linker sends the calls that matter here (--wrap), where a driver would be.
 * So this shows what is asked of such a driver, not what one does with it.
 */
#include "d3d12/tiles-kit.h"

#include <string.h>
#include <vulkan/vulkan.h>

#include <ntshm/d3d12_vulkan.h>

#include "d3d12/device/device.h"
#include "d3d12/memory/heap.h"
#include "d3d12/resource/resource.h"
#include "d3d12/tiles/tiles.h"

#define SPARSE                                                                     \
    (VK_BUFFER_CREATE_SPARSE_BINDING_BIT | VK_BUFFER_CREATE_SPARSE_RESIDENCY_BIT | \
     VK_BUFFER_CREATE_SPARSE_ALIASED_BIT)
#define FIRST_ADDRESS (UINT64_C(1) << 44)
#define MAX_BINDS     16
#define MAX_BUFFERS   8

struct bound {
    VkBuffer buffer;
    VkSparseMemoryBind bind;
};

static struct {
    VkBuffer buffers[MAX_BUFFERS]; /* made with the flags of sparse buffers */
    unsigned n_buffers;
    struct bound binds[MAX_BINDS];
    unsigned n_binds;
    VkFence fence; /* of the last binding, until it is waited for */
    VkResult result;
    bool also_transfers; /* one more family of queues, that has neither graphics nor compute */
    bool transfers_only; /* nor do the others */
} driver;

VkResult __real_vkCreateBuffer(VkDevice device, const VkBufferCreateInfo *info,
                               const VkAllocationCallbacks *callbacks, VkBuffer *ret);
VkResult __wrap_vkCreateBuffer(VkDevice device, const VkBufferCreateInfo *info,
                               const VkAllocationCallbacks *callbacks, VkBuffer *ret);
VkDeviceAddress __real_vkGetBufferDeviceAddress(VkDevice device,
                                                const VkBufferDeviceAddressInfo *info);
VkDeviceAddress __wrap_vkGetBufferDeviceAddress(VkDevice device,
                                                const VkBufferDeviceAddressInfo *info);
VkResult __wrap_vkQueueBindSparse(VkQueue queue, uint32_t n, const VkBindSparseInfo *infos,
                                  VkFence fence);
VkResult __real_vkWaitForFences(VkDevice device, uint32_t n, const VkFence *fences, VkBool32 all,
                                uint64_t timeout);
VkResult __wrap_vkWaitForFences(VkDevice device, uint32_t n, const VkFence *fences, VkBool32 all,
                                uint64_t timeout);

VkResult __wrap_vkCreateBuffer(VkDevice device, const VkBufferCreateInfo *info,
                               const VkAllocationCallbacks *callbacks, VkBuffer *ret)
{
    VkBufferCreateInfo plain = *info;
    VkResult result;

    if (!(info->flags & SPARSE))
        return __real_vkCreateBuffer(device, info, callbacks, ret);
    ok_eq(info->flags, SPARSE);
    plain.flags = 0;
    result = __real_vkCreateBuffer(device, &plain, callbacks, ret);
    require(driver.n_buffers < MAX_BUFFERS);
    driver.buffers[driver.n_buffers++] = *ret;
    return result;
}

VkDeviceAddress __wrap_vkGetBufferDeviceAddress(VkDevice device,
                                                const VkBufferDeviceAddressInfo *info)
{
    for (unsigned i = 0; i < driver.n_buffers; i++) {
        if (driver.buffers[i] == info->buffer)
            return FIRST_ADDRESS + i * GIB;
    }
    return __real_vkGetBufferDeviceAddress(device, info);
}

VkResult __wrap_vkQueueBindSparse(VkQueue queue, uint32_t n, const VkBindSparseInfo *infos,
                                  VkFence fence)
{
    ok(queue != VK_NULL_HANDLE);
    ok_eq(n, 1);
    ok_eq(infos->bufferBindCount, 1);
    ok_eq(infos->pBufferBinds->bindCount, 1);
    ok_eq(infos->waitSemaphoreCount + infos->signalSemaphoreCount, 0);
    ok(fence != VK_NULL_HANDLE && driver.fence == VK_NULL_HANDLE);
    require(driver.n_binds < MAX_BINDS);
    if (driver.result != VK_SUCCESS)
        return driver.result;
    driver.binds[driver.n_binds++] =
        (struct bound){infos->pBufferBinds->buffer, infos->pBufferBinds->pBinds[0]};
    driver.fence = fence;
    return VK_SUCCESS;
}

VkResult __wrap_vkWaitForFences(VkDevice device, uint32_t n, const VkFence *fences, VkBool32 all,
                                uint64_t timeout)
{
    if (n != 1 || fences[0] != driver.fence)
        return __real_vkWaitForFences(device, n, fences, all, timeout);
    driver.fence = VK_NULL_HANDLE;
    return VK_SUCCESS;
}

void __real_vkGetPhysicalDeviceQueueFamilyProperties(VkPhysicalDevice physical, uint32_t *n,
                                                     VkQueueFamilyProperties *families);
void __wrap_vkGetPhysicalDeviceQueueFamilyProperties(VkPhysicalDevice physical, uint32_t *n,
                                                     VkQueueFamilyProperties *families);

void __wrap_vkGetPhysicalDeviceQueueFamilyProperties(VkPhysicalDevice physical, uint32_t *n,
                                                     VkQueueFamilyProperties *families)
{
    const VkQueueFamilyProperties more = {.queueFlags = VK_QUEUE_TRANSFER_BIT, .queueCount = 1};
    uint32_t room = *n;

    __real_vkGetPhysicalDeviceQueueFamilyProperties(physical, n, families);
    for (uint32_t i = 0; driver.transfers_only && families && i < *n; i++)
        families[i].queueFlags = VK_QUEUE_TRANSFER_BIT;
    if (!driver.also_transfers || (families && *n == room))
        return;
    if (families)
        families[*n] = more;
    ++*n;
}

/* A device whose driver binds. */
static void begin(struct tiles_kit *t)
{
    memset(&driver, 0, sizeof(driver));
    kit_open(&t->kit, D3D12_COMMAND_LIST_TYPE_COPY);
    ((struct nt_d3d_device *)t->kit.device)->vulkan.sparse = true;
}

/* The next binding that was asked for; it must be of these tiles of the buffer @i. */
static void expect(unsigned at, unsigned i, uint64_t tile, uint64_t n, VkDeviceMemory memory,
                   uint64_t offset)
{
    const struct bound *bound = &driver.binds[at];

    require(at < driver.n_binds, "binding %u was not asked for", at);
    ok(bound->buffer == driver.buffers[i], "binding %u is of another buffer", at);
    ok_eq(bound->bind.resourceOffset, tile * TILE);
    ok_eq(bound->bind.size, n * TILE);
    ok(bound->bind.memory == memory, "binding %u is of other memory", at);
    ok_eq(bound->bind.memoryOffset, memory ? offset : 0);
    ok_eq(bound->bind.flags, 0);
}

static const struct nt_d3d_memory *memory_of(ID3D12Heap *heap)
{
    return nt_d3d_heap_from(heap)->memory;
}

TEST(sparse_bindings_are_what_the_call_says, "D3.9 D3.8")
{
    struct tiles_kit t;
    const D3D12_TILE_RANGE_FLAGS reuse = D3D12_TILE_RANGE_FLAG_REUSE_SINGLE_TILE;
    const D3D12_TILED_RESOURCE_COORDINATE start = {.X = 5}, from = {.X = 3};
    const D3D12_TILE_REGION_SIZE two = {.NumTiles = 2}, three = {.NumTiles = 3};
    const UINT edge = (UINT)(GIB / TILE), one = 1;
    const struct nt_d3d_memory *memory;
    ID3D12Resource *buffer;
    ID3D12Heap *heap;
    uint64_t base;

    begin(&t);
    buffer = tiles_buffer(t.kit.device, 2 * edge + 8);
    ok_eq(driver.n_buffers, 3);
    ok_eq(ID3D12Resource_GetGPUVirtualAddress(buffer), FIRST_ADDRESS);
    ok_eq(driver.n_binds, 0);
    heap = tiles_heap(t.kit.device, 8);
    memory = memory_of(heap);
    ok_eq(memory->kind, NTSHM_D3D12_MEMORY_DRIVER);
    base = memory->base;

    tiles_map(&t, buffer, 3, 2, heap, 4);
    expect(0, 0, 3, 2, memory->segments[0].memory, base + 4 * TILE);
    /* Across two buffers: one binding for each. */
    tiles_map(&t, buffer, edge - 1, 4, heap, 2);
    expect(1, 0, edge - 1, 1, memory->segments[0].memory, base + 2 * TILE);
    expect(2, 1, 0, 3, memory->segments[0].memory, base + 3 * TILE);
    tiles_map(&t, buffer, 2 * edge, 8, NULL, 0);
    expect(3, 2, 0, 8, VK_NULL_HANDLE, 0);
    ID3D12CommandQueue_UpdateTileMappings(t.kit.queue, buffer, 1, &start, &two, heap, 1, &reuse,
                                          &one, NULL, D3D12_TILE_MAPPING_FLAG_NONE);
    expect(4, 0, 5, 1, memory->segments[0].memory, base + TILE);
    expect(5, 0, 6, 1, memory->segments[0].memory, base + TILE);
    /* Tiles 3, 4 and 5 again, at 5 to 7: two runs of the heap. */
    ID3D12CommandQueue_CopyTileMappings(t.kit.queue, buffer, &start, buffer, &from, &two,
                                        D3D12_TILE_MAPPING_FLAG_NONE);
    expect(6, 0, 5, 2, memory->segments[0].memory, base + 4 * TILE);
    ok_eq(driver.n_binds, 7);

    /* Of a heap that is gone there is nothing to bind. */
    kit_release_last(heap);
    ID3D12CommandQueue_CopyTileMappings(t.kit.queue, buffer, &start, buffer, &from, &three,
                                        D3D12_TILE_MAPPING_FLAG_NONE);
    /* From the end on: 4 and 5 go before they are written over. */
    expect(7, 0, 6, 1, VK_NULL_HANDLE, 0);
    expect(8, 0, 7, 1, VK_NULL_HANDLE, 0);
    expect(9, 0, 5, 1, VK_NULL_HANDLE, 0);
    ok_eq(nt_d3d_resource_from(buffer)->memory->tiles->tiles[5].memory == NULL, 1);
    kit_release_last(buffer);
    kit_close(&t.kit);
}

TEST(sparse_bindings_follow_the_memory_of_large_heaps, "D3.9 D15.7")
{
    struct tiles_kit t;
    const UINT edge = (UINT)(GIB / TILE);
    HANDLE section = kit_section(2 * GIB, NULL);
    const struct nt_d3d_memory *memory;
    ID3D12Resource *buffer;
    ID3D12Heap *heap = NULL;

    begin(&t);
    ok_hr(ID3D12Device3_OpenExistingHeapFromFileMapping(t.kit.device, section, &IID_ID3D12Heap,
                                                        (void **)&heap),
          S_OK);
    require(heap);
    memory = memory_of(heap);
    ok_eq(memory->n_segments, 2);
    ok(memory->segments[1].memory != VK_NULL_HANDLE);
    buffer = tiles_buffer(t.kit.device, 8);
    tiles_map(&t, buffer, 1, 4, heap, edge - 2);
    expect(0, 0, 1, 2, memory->segments[0].memory, GIB - 2 * TILE);
    expect(1, 0, 3, 2, memory->segments[1].memory, 0);
    tiles_map(&t, buffer, 0, 1, heap, edge + 3);
    expect(2, 0, 0, 1, memory->segments[1].memory, 3 * TILE);
    ok_eq(driver.n_binds, 3);
    kit_release_last(buffer);
    kit_release_last(heap);
    CloseHandle(section);
    kit_close(&t.kit);
}

TEST(refused_sparse_bindings_remove_the_device, "D3.9 D19.6")
{
    struct tiles_kit t;
    ID3D12Resource *buffer;
    ID3D12Heap *heap;

    begin(&t);
    buffer = tiles_buffer(t.kit.device, 8);
    heap = tiles_heap(t.kit.device, 8);
    driver.result = VK_ERROR_OUT_OF_DEVICE_MEMORY;
    tiles_map(&t, buffer, 0, 4, heap, 0);
    ok_hr(ID3D12Device_GetDeviceRemovedReason(t.kit.device), E_OUTOFMEMORY);
    ok_eq(driver.n_binds, 0);
    kit_release_last(heap);
    kit_release_last(buffer);
    kit_close(&t.kit);
}

/* They have a granularity of copies, offsets of four bytes and no queries. */
TEST(queues_that_only_transfer_are_not_taken, "D5.9 D6.9")
{
    struct ntshm_d3d12_vulkan lent = {.size = sizeof(lent)};
    ID3D12Device5 *device = kit_device();
    void *out = device;

    ok_hr(ntshm_d3d12_get_vulkan((ID3D12Device *)device, &lent), S_OK);
    driver.also_transfers = true;
    lent.queue_family++;
    ok_hr(ntshm_d3d12_create_on_vulkan(&lent, D3D_FEATURE_LEVEL_11_0, &IID_ID3D12Device, &out),
          E_INVALIDARG);
    ok(!out, "a device");
    driver.transfers_only = true;
    ok_hr(D3D12CreateDevice(NULL, D3D_FEATURE_LEVEL_11_0, &IID_ID3D12Device, &out),
          DXGI_ERROR_UNSUPPORTED);
    driver.transfers_only = false;
    lent.queue_family--;
    ok_hr(ntshm_d3d12_create_on_vulkan(&lent, D3D_FEATURE_LEVEL_11_0, &IID_ID3D12Device, &out),
          S_OK);
    kit_release_last(out);
    kit_release_last(device);
}
