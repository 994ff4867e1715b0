// SPDX-License-Identifier: MIT
/*
 * The life of device memory (see memory.h), and the buffers that cover it. How each kind comes to
 * be is told in memory-driver.c, memory-import.c and memory-pages.c.
 */
#include "d3d12/memory/memory.h"

#include <errno.h>
#include <stdlib.h>

#include "d3d12/memory/memory-make.h"
#include "os/memory-more.h"
#include "os/os.h"
#include "util/log.h"
#include "util/macro.h"

static VkDevice vk(const struct nt_d3d_memory *memory)
{
    return memory->device->vulkan.device;
}

/* --- putting together ------------------------------------------------------------------ */

struct nt_d3d_memory *nt_d3d_memory_alloc(struct nt_d3d_device *device, uint64_t size,
                                          uint64_t total)
{
    struct nt_d3d_memory *memory = calloc(1, sizeof(*memory));
    uint64_t n = total / NT_D3D_SEGMENT + (total % NT_D3D_SEGMENT != 0);

    if (!memory || n > UINT32_MAX)
        goto fail;
    memory->segments = calloc(n, sizeof(*memory->segments));
    if (!memory->segments)
        goto fail;
    atomic_init(&memory->refs, 1);
    atomic_init(&memory->holds, 1);
    memory->device = device;
    memory->kind = NT_D3D_MEMORY_DRIVER;
    memory->fd = -1;
    memory->size = size;
    memory->n_segments = (uint32_t)n;
    return memory;
fail:
    free(memory);
    return NULL;
}

VkResult nt_d3d_memory_make_buffer(struct nt_d3d_memory *memory, uint32_t i, uint64_t total)
{
    const VkExternalMemoryBufferCreateInfo external = {
        .sType = VK_STRUCTURE_TYPE_EXTERNAL_MEMORY_BUFFER_CREATE_INFO,
        .handleTypes = memory->external};
    uint64_t start = i * NT_D3D_SEGMENT;
    const VkBufferCreateInfo info = {.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
                                     .pNext = memory->external ? &external : NULL,
                                     .size = total - start < NT_D3D_SEGMENT ? total - start
                                                                            : NT_D3D_SEGMENT,
                                     .usage = NT_D3D_BUFFER_USAGE,
                                     .sharingMode = VK_SHARING_MODE_EXCLUSIVE};

    return vkCreateBuffer(vk(memory), &info, NULL, &memory->segments[i].buffer);
}

VkResult nt_d3d_memory_make_buffers(struct nt_d3d_memory *memory, uint64_t total,
                                    uint32_t *ret_bits, uint64_t *ret_size)
{
    VkMemoryRequirements need = {0};

    *ret_bits = UINT32_MAX;
    for (uint32_t i = 0; i < memory->n_segments; i++) {
        VkResult result = nt_d3d_memory_make_buffer(memory, i, total);

        if (result != VK_SUCCESS)
            return result;
        vkGetBufferMemoryRequirements(vk(memory), memory->segments[i].buffer, &need);
        *ret_bits &= need.memoryTypeBits;
    }
    *ret_size = (memory->n_segments - 1) * NT_D3D_SEGMENT + need.size;
    return VK_SUCCESS;
}

VkResult nt_d3d_memory_bind_buffers(struct nt_d3d_memory *memory)
{
    VkResult result = VK_SUCCESS;

    for (uint32_t i = 0; result == VK_SUCCESS && i < memory->n_segments; i++)
        result = vkBindBufferMemory(vk(memory), memory->segments[i].buffer,
                                    memory->segments[0].memory, i * NT_D3D_SEGMENT);
    return result;
}

HRESULT nt_d3d_memory_find_address(struct nt_d3d_memory *memory)
{
    for (uint32_t i = 0; i < memory->n_segments; i++) {
        const VkBufferDeviceAddressInfo info = {.sType =
                                                    VK_STRUCTURE_TYPE_BUFFER_DEVICE_ADDRESS_INFO,
                                                .buffer = memory->segments[i].buffer};
        uint64_t address = vkGetBufferDeviceAddress(vk(memory), &info);

        if (i == 0)
            memory->address = address;
        if (address != memory->address + i * NT_D3D_SEGMENT) {
            nt_log(NT_LOG_ERROR, "d3d12: this driver scatters memory above 1 GiB");
            return DXGI_ERROR_UNSUPPORTED;
        }
    }
    return S_OK;
}

bool nt_d3d_memory_fits(const struct nt_d3d_device *device, uint64_t size, uint32_t type)
{
    const struct nt_d3d_vulkan *vulkan = &device->vulkan;

    return size <= vulkan->max_allocation_size &&
           size <= vulkan->memory.memoryHeaps[vulkan->memory.memoryTypes[type].heapIndex].size;
}

const char *nt_d3d_memory_kind_name(enum nt_d3d_memory_kind kind)
{
    switch (kind) {
    case NT_D3D_MEMORY_DRIVER:
        return "driver";
    case NT_D3D_MEMORY_EXPORT:
        return "export";
    case NT_D3D_MEMORY_MEMFD:
        return "memfd";
    case NT_D3D_MEMORY_DMABUF:
        return "dmabuf";
    case NT_D3D_MEMORY_SECTION:
        return "section";
    case NT_D3D_MEMORY_REGION:
        return "region";
    case NT_D3D_MEMORY_PAGES:
        return "pages";
    }
    return "?";
}

/* --- references and holds -------------------------------------------------------------- */

static void destroy_segments(struct nt_d3d_memory *memory)
{
    for (uint32_t i = 0; i < memory->n_segments; i++)
        vkDestroyBuffer(vk(memory), memory->segments[i].buffer, NULL);
    for (uint32_t i = 0; i < memory->n_segments; i++)
        vkFreeMemory(vk(memory), memory->segments[i].memory, NULL);
    vkDestroyQueryPool(vk(memory), memory->queries, NULL);
    memory->queries = VK_NULL_HANDLE;
    free(memory->segments);
    memory->segments = NULL;
    memory->n_segments = 0;
}

/* Lets the pages go, now that the driver is done with them. */
static void give_back(struct nt_d3d_memory *memory)
{
    if (memory->give_back)
        memory->give_back(memory);
    memory->give_back = NULL;
    memory->region = NULL;
    if (memory->kept.section) {
        memory->fd = -1;
        ntshm_drop_memory(&memory->kept);
    }
    memory->fd = nt_os_close(memory->fd);
}

void nt_d3d_memory_ref(struct nt_d3d_memory *memory)
{
    atomic_fetch_add_explicit(&memory->refs, 1, memory_order_relaxed);
}

void nt_d3d_memory_unref(struct nt_d3d_memory *memory)
{
    if (memory && atomic_fetch_sub(&memory->refs, 1) == 1)
        free(memory);
}

bool nt_d3d_memory_hold(struct nt_d3d_memory *memory)
{
    uint32_t holds = atomic_load(&memory->holds);

    while (holds) {
        if (atomic_compare_exchange_weak(&memory->holds, &holds, holds + 1))
            return true;
    }
    return false;
}

void nt_d3d_memory_unhold(struct nt_d3d_memory *memory)
{
    if (!memory || atomic_fetch_sub(&memory->holds, 1) != 1)
        return;
    destroy_segments(memory);
    memory->cpu = NULL;
    if (memory->give_back && atomic_load(&memory->device->vulkan.is_lost)) {
        nt_d3d_memory_ref(memory);
        nt_d3d_device_bury(memory->device, memory);
    } else {
        give_back(memory);
    }
}

void nt_d3d_memory_drop(struct nt_d3d_memory *memory)
{
    nt_d3d_memory_unhold(memory);
    nt_d3d_memory_unref(memory);
}

void nt_d3d_memory_bury(struct nt_d3d_graveyard *graveyard)
{
    struct nt_d3d_memory *memory;

    while ((memory = TAILQ_FIRST(graveyard))) {
        TAILQ_REMOVE(graveyard, memory, graveyard_link);
        give_back(memory);
        nt_d3d_memory_unref(memory);
    }
}

/* --- use ------------------------------------------------------------------------------- */

VkBuffer nt_d3d_memory_locate(const struct nt_d3d_memory *memory, uint64_t offset,
                              uint64_t *ret_offset, uint64_t *ret_run)
{
    uint64_t place = memory->base + offset;
    uint64_t index = place / NT_D3D_SEGMENT;

    nt_abort_if(index >= memory->n_segments, "an offset outside the memory");
    *ret_offset = place % NT_D3D_SEGMENT;
    *ret_run = NT_D3D_SEGMENT - *ret_offset;
    return memory->segments[index].buffer;
}

VkDeviceMemory nt_d3d_memory_allocation(const struct nt_d3d_memory *memory, uint64_t offset,
                                        uint64_t *ret_offset, uint64_t *ret_run)
{
    uint64_t place = memory->base + offset;

    /* One under all buffers, or one under each. */
    if (memory->n_segments == 1 || !memory->segments[1].memory) {
        *ret_offset = place;
        *ret_run = UINT64_MAX;
        return memory->segments[0].memory;
    }
    *ret_offset = place % NT_D3D_SEGMENT;
    *ret_run = NT_D3D_SEGMENT - *ret_offset;
    return memory->segments[place / NT_D3D_SEGMENT].memory;
}

int nt_d3d_memory_place(const struct nt_d3d_memory *memory, uint64_t offset, uint64_t size,
                        void *address)
{
    unsigned char *pages = memory->region;
    void *placed = NULL;

    if (!memory->granularity)
        return -ENOTSUP;
    if (!nt_is_aligned(offset | size | (uintptr_t)address, memory->granularity))
        return -EINVAL;
    /* Exported memory of a driver on the CPU is mapped where the device's address says. */
    if (!pages)
        pages = (unsigned char *)(uintptr_t)memory->address;
    return nt_os_remap(pages + offset, 0, size, address, &placed);
}
