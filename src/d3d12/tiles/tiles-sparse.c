// SPDX-License-Identifier: MIT
/*
 * Tile mappings by a driver that has sparse binding (see tiles.h): the range is sparse buffers
 * without memory, and vkQueueBindSparse puts tiles of heaps behind them. The driver must promise
 * that what is not bound reads zero (residencyNonResidentStrict, nt_d3d_vulkan.sparse).
 *
 * A binding is waited for under the engine's lock: whatever is submitted later finds it. It is a
 * change of page tables, and nothing of this queue is under way then.
 */
#include <errno.h>

#include "d3d12/device/device.h"
#include "d3d12/memory/memory-make.h"
#include "d3d12/tiles/tiles.h"
#include "util/log.h"
#include "util/macro.h"

/* The sparse buffer of segment @i. */
static VkResult make_segment(struct nt_d3d_memory *memory, uint32_t i)
{
    uint64_t left = memory->size - i * NT_D3D_SEGMENT;
    const VkBufferCreateInfo info = {.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
                                     .flags = VK_BUFFER_CREATE_SPARSE_BINDING_BIT |
                                              VK_BUFFER_CREATE_SPARSE_RESIDENCY_BIT |
                                              VK_BUFFER_CREATE_SPARSE_ALIASED_BIT,
                                     .size = left < NT_D3D_SEGMENT ? left : NT_D3D_SEGMENT,
                                     .usage = NT_D3D_BUFFER_USAGE,
                                     .sharingMode = VK_SHARING_MODE_EXCLUSIVE};

    return vkCreateBuffer(memory->device->vulkan.device, &info, NULL, &memory->segments[i].buffer);
}

HRESULT nt_d3d_tiles_new_sparse(struct nt_d3d_device *device, struct nt_d3d_tiles *tiles,
                                struct nt_d3d_memory **ret_memory)
{
    uint64_t size = tiles->grid.n_tiles * NT_D3D_TILE_BYTES;
    struct nt_d3d_memory *memory = nt_d3d_memory_alloc(device, size, size);
    HRESULT hr = S_OK;

    if (!memory)
        return E_OUTOFMEMORY;
    for (uint32_t i = 0; SUCCEEDED(hr) && i < memory->n_segments; i++)
        hr = nt_d3d_hresult(make_segment(memory, i));
    if (SUCCEEDED(hr))
        hr = nt_d3d_memory_find_address(memory);
    if (FAILED(hr)) {
        nt_d3d_memory_drop(memory);
        return hr;
    }
    *ret_memory = memory;
    return S_OK;
}

/* One binding within one buffer, waited for. */
static VkResult bind(struct nt_d3d_vulkan *vulkan, VkBuffer buffer, const VkSparseMemoryBind *bind)
{
    const VkSparseBufferMemoryBindInfo one = {.buffer = buffer, .bindCount = 1, .pBinds = bind};
    const VkBindSparseInfo info = {
        .sType = VK_STRUCTURE_TYPE_BIND_SPARSE_INFO, .bufferBindCount = 1, .pBufferBinds = &one};
    const VkFenceCreateInfo fence_info = {.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO};
    VkFence fence = VK_NULL_HANDLE;
    VkResult result = vkCreateFence(vulkan->device, &fence_info, NULL, &fence);

    if (result != VK_SUCCESS)
        return result;
    nt_d3d_vulkan_lock_queue(vulkan);
    result = vkQueueBindSparse(vulkan->queue, 1, &info, fence);
    nt_d3d_vulkan_unlock_queue(vulkan);
    if (result == VK_SUCCESS)
        result = vkWaitForFences(vulkan->device, 1, &fence, VK_TRUE, UINT64_MAX);
    vkDestroyFence(vulkan->device, fence, NULL);
    return result;
}

/* Whether the heap's tiles are where the sparse buffer may have them. */
static bool is_bindable(const struct nt_d3d_memory *range, const struct nt_d3d_memory *heap)
{
    VkMemoryRequirements need;

    vkGetBufferMemoryRequirements(range->device->vulkan.device, range->segments[0].buffer, &need);
    return NT_D3D_TILE_BYTES % need.alignment == 0 && nt_is_aligned(heap->base, need.alignment) &&
           (need.memoryTypeBits & 1u << heap->type_index);
}

int nt_d3d_tiles_bind(struct nt_d3d_memory *range, uint64_t tile, uint64_t n,
                      struct nt_d3d_memory *heap, uint64_t heap_tile)
{
    uint64_t done = 0, size = n * NT_D3D_TILE_BYTES;
    VkResult result = VK_SUCCESS;

    if (heap && !is_bindable(range, heap))
        return -EINVAL;
    while (result == VK_SUCCESS && done < size) {
        VkSparseMemoryBind one = {.size = size - done};
        uint64_t run, memory_run = UINT64_MAX;
        VkBuffer buffer;

        buffer =
            nt_d3d_memory_locate(range, tile * NT_D3D_TILE_BYTES + done, &one.resourceOffset, &run);
        if (heap)
            one.memory = nt_d3d_memory_allocation(heap, heap_tile * NT_D3D_TILE_BYTES + done,
                                                  &one.memoryOffset, &memory_run);
        if (one.size > run)
            one.size = run;
        if (one.size > memory_run)
            one.size = memory_run;
        result = bind(&range->device->vulkan, buffer, &one);
        done += one.size;
    }
    if (result != VK_SUCCESS)
        nt_log(NT_LOG_ERROR, "d3d12: vkQueueBindSparse: %d", (int)result);
    return result == VK_SUCCESS ? 0 : -ENOMEM;
}
