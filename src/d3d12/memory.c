// SPDX-License-Identifier: MIT
/*
 * Device memory of both kinds: the driver's and imported regions (see memory.h).
 *
 * The driver believes what it is told about an import: lavapipe accepts NULL, misaligned and
 * read-only pointers and dies at the first write (D0.5, D5.2). So whoever calls
 * nt_d3d_memory_import() has checked the whole region, and it is pinned.
 */
#include "d3d12/memory.h"

#include <stdlib.h>
#include <string.h>

#include <ntshm/ntshm.h>

#include "d3d12/device.h"
#include "util/log.h"
#include "util/macro.h"

#define BUFFER_USAGE                                                       \
    (VK_BUFFER_USAGE_TRANSFER_SRC_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT | \
     VK_BUFFER_USAGE_SHADER_DEVICE_ADDRESS_BIT)

static VkDevice vk(const struct nt_d3d_memory *memory)
{
    return memory->device->vulkan.device;
}

static void destroy_segments(struct nt_d3d_memory *memory)
{
    for (uint32_t i = 0; i < memory->n_segments; i++)
        vkDestroyBuffer(vk(memory), memory->segments[i].buffer, NULL);
    for (uint32_t i = 0; i < memory->n_segments; i++)
        vkFreeMemory(vk(memory), memory->segments[i].memory, NULL);
    free(memory->segments);
    memory->segments = NULL;
    memory->n_segments = 0;
}

/* Lets the region go: the application may unmap it again, and our own view goes now. */
static void release_region(struct nt_d3d_memory *memory)
{
    void *region = memory->region;

    memory->region = NULL;
    if (!region)
        return;
    if (!ntshm_region_unpin(region))
        nt_log(NT_LOG_ERROR, "d3d12: the region at %p was not pinned any more", region);
    else if (memory->region_is_view && !UnmapViewOfFile(region))
        nt_log(NT_LOG_ERROR, "d3d12: the view at %p does not unmap: error %u", region,
               (unsigned)GetLastError());
}

static struct nt_d3d_memory *memory_alloc(struct nt_d3d_device *device, uint64_t size,
                                          uint64_t total)
{
    struct nt_d3d_memory *memory = calloc(1, sizeof(*memory));
    uint64_t n = (total + NT_D3D_SEGMENT - 1) / NT_D3D_SEGMENT;

    if (!memory || n > UINT32_MAX)
        goto fail;
    memory->segments = calloc(n, sizeof(*memory->segments));
    if (!memory->segments)
        goto fail;
    atomic_init(&memory->refs, 1);
    atomic_init(&memory->holds, 1);
    memory->device = device;
    memory->size = size;
    memory->n_segments = (uint32_t)n;
    return memory;
fail:
    free(memory);
    return NULL;
}

/* The buffer of segment @i when all of them together have @total bytes. */
static VkResult make_buffer(struct nt_d3d_memory *memory, uint32_t i, uint64_t total, bool external)
{
    const VkExternalMemoryBufferCreateInfo host = {
        .sType = VK_STRUCTURE_TYPE_EXTERNAL_MEMORY_BUFFER_CREATE_INFO,
        .handleTypes = VK_EXTERNAL_MEMORY_HANDLE_TYPE_HOST_ALLOCATION_BIT_EXT};
    uint64_t start = i * NT_D3D_SEGMENT;
    const VkBufferCreateInfo info = {.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
                                     .pNext = external ? &host : NULL,
                                     .size = total - start < NT_D3D_SEGMENT ? total - start
                                                                            : NT_D3D_SEGMENT,
                                     .usage = BUFFER_USAGE,
                                     .sharingMode = VK_SHARING_MODE_EXCLUSIVE};

    return vkCreateBuffer(vk(memory), &info, NULL, &memory->segments[i].buffer);
}

/* The device address of the first byte; DXGI_ERROR_UNSUPPORTED when they are not in a row. */
static HRESULT find_address(struct nt_d3d_memory *memory)
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

/* One allocation of the driver's under all buffers. */
static HRESULT allocate(struct nt_d3d_memory *memory, uint64_t total,
                        VkMemoryPropertyFlags required, VkMemoryPropertyFlags preferred)
{
    const struct nt_d3d_vulkan *vulkan = &memory->device->vulkan;
    const VkMemoryAllocateFlagsInfo flags = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_FLAGS_INFO,
                                             .flags = VK_MEMORY_ALLOCATE_DEVICE_ADDRESS_BIT};
    VkMemoryAllocateInfo info = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO, .pNext = &flags};
    VkMemoryRequirements need = {0};
    uint32_t bits = UINT32_MAX;
    VkResult result;
    int type;

    for (uint32_t i = 0; i < memory->n_segments; i++) {
        result = make_buffer(memory, i, total, false);
        if (result != VK_SUCCESS)
            return nt_d3d_hresult(result);
        vkGetBufferMemoryRequirements(vk(memory), memory->segments[i].buffer, &need);
        bits &= need.memoryTypeBits;
    }
    type = nt_d3d_vulkan_memory_type(vulkan, bits, required, preferred);
    if (type < 0)
        return DXGI_ERROR_UNSUPPORTED;
    info.memoryTypeIndex = (uint32_t)type;
    info.allocationSize = (memory->n_segments - 1) * NT_D3D_SEGMENT + need.size;
    if (info.allocationSize > vulkan->max_allocation_size ||
        info.allocationSize >
            vulkan->memory.memoryHeaps[vulkan->memory.memoryTypes[type].heapIndex].size)
        return E_OUTOFMEMORY;
    result = vkAllocateMemory(vk(memory), &info, NULL, &memory->segments[0].memory);
    for (uint32_t i = 0; result == VK_SUCCESS && i < memory->n_segments; i++)
        result = vkBindBufferMemory(vk(memory), memory->segments[i].buffer,
                                    memory->segments[0].memory, i * NT_D3D_SEGMENT);
    return nt_d3d_hresult(result);
}

static HRESULT fill_with_zero(struct nt_d3d_memory *memory)
{
    if (memory->cpu) {
        memset(memory->cpu, 0, memory->size);
        return S_OK;
    }
    return nt_d3d_engine_fill(&memory->device->engine, memory, 0);
}

/*
 * The driver's allocations are aligned as it likes (64 bytes on lavapipe), Direct3D's to
 * 64 KiB at least: so first as small as can be, then with @padding to align inside.
 */
static HRESULT memory_try(struct nt_d3d_device *device, uint64_t size, uint64_t alignment,
                          uint64_t padding, VkMemoryPropertyFlags required,
                          VkMemoryPropertyFlags preferred, struct nt_d3d_memory **ret_memory)
{
    uint64_t total = nt_align_up(size, 16) + padding;
    struct nt_d3d_memory *memory = memory_alloc(device, size, total);
    void *cpu = NULL;
    HRESULT hr;

    if (!memory)
        return E_OUTOFMEMORY;
    hr = allocate(memory, total, required, preferred);
    if (SUCCEEDED(hr))
        hr = find_address(memory);
    if (SUCCEEDED(hr)) {
        memory->base = nt_align_up(memory->address, alignment) - memory->address;
        memory->address += memory->base;
        if (memory->base > padding)
            hr = S_FALSE;
    }
    if (hr == S_OK && (required & VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT)) {
        hr = nt_d3d_hresult(
            vkMapMemory(vk(memory), memory->segments[0].memory, 0, VK_WHOLE_SIZE, 0, &cpu));
        memory->cpu = cpu ? (unsigned char *)cpu + memory->base : NULL;
    }
    if (hr != S_OK) {
        nt_d3d_memory_unhold(memory);
        nt_d3d_memory_unref(memory);
        return hr;
    }
    *ret_memory = memory;
    return S_OK;
}

HRESULT nt_d3d_memory_new(struct nt_d3d_device *device, uint64_t size, uint64_t alignment,
                          bool zeroed, VkMemoryPropertyFlags required,
                          VkMemoryPropertyFlags preferred, struct nt_d3d_memory **ret_memory)
{
    struct nt_d3d_memory *memory = NULL;
    HRESULT hr = S_FALSE;

    if (size > device->vulkan.max_allocation_size)
        return E_OUTOFMEMORY;
    if (!atomic_load(&device->pads_memory))
        hr = memory_try(device, size, alignment, 0, required, preferred, &memory);
    if (hr == S_FALSE) {
        atomic_store(&device->pads_memory, true);
        hr = memory_try(device, size, alignment, alignment, required, preferred, &memory);
    }
    if (hr != S_OK)
        return FAILED(hr) ? hr : E_OUTOFMEMORY;
    hr = zeroed ? fill_with_zero(memory) : S_OK;
    if (FAILED(hr)) {
        nt_d3d_memory_unhold(memory);
        nt_d3d_memory_unref(memory);
        return hr;
    }
    *ret_memory = memory;
    return S_OK;
}

/* Imports the pages of segment @i and binds its buffer to them. */
static HRESULT import_segment(struct nt_d3d_memory *memory, uint32_t i, unsigned char *region)
{
    const struct nt_d3d_vulkan *vulkan = &memory->device->vulkan;
    const VkExternalMemoryHandleTypeFlagBits kind =
        VK_EXTERNAL_MEMORY_HANDLE_TYPE_HOST_ALLOCATION_BIT_EXT;
    VkMemoryHostPointerPropertiesEXT host = {
        .sType = VK_STRUCTURE_TYPE_MEMORY_HOST_POINTER_PROPERTIES_EXT};
    VkImportMemoryHostPointerInfoEXT import = {
        .sType = VK_STRUCTURE_TYPE_IMPORT_MEMORY_HOST_POINTER_INFO_EXT,
        .handleType = kind,
        .pHostPointer = region + i * NT_D3D_SEGMENT};
    const VkMemoryAllocateFlagsInfo flags = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_FLAGS_INFO,
                                             .pNext = &import,
                                             .flags = VK_MEMORY_ALLOCATE_DEVICE_ADDRESS_BIT};
    VkMemoryAllocateInfo info = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO, .pNext = &flags};
    struct nt_d3d_segment *segment = &memory->segments[i];
    uint64_t left = memory->size - i * NT_D3D_SEGMENT;
    VkMemoryRequirements need;
    VkResult result;
    int type;

    result = make_buffer(memory, i, memory->size, true);
    if (result != VK_SUCCESS)
        return nt_d3d_hresult(result);
    vkGetBufferMemoryRequirements(vk(memory), segment->buffer, &need);
    result = vulkan->get_host_pointer_properties(vk(memory), kind, import.pHostPointer, &host);
    if (result != VK_SUCCESS)
        return nt_d3d_hresult(result);
    type = nt_d3d_vulkan_memory_type(vulkan, need.memoryTypeBits & host.memoryTypeBits, 0,
                                     VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT |
                                         VK_MEMORY_PROPERTY_HOST_COHERENT_BIT);
    info.allocationSize = left < NT_D3D_SEGMENT ? left : NT_D3D_SEGMENT;
    if (type < 0 || need.size > info.allocationSize)
        return DXGI_ERROR_UNSUPPORTED;
    info.memoryTypeIndex = (uint32_t)type;
    result = vkAllocateMemory(vk(memory), &info, NULL, &segment->memory);
    if (result == VK_SUCCESS)
        result = vkBindBufferMemory(vk(memory), segment->buffer, segment->memory, 0);
    return nt_d3d_hresult(result);
}

HRESULT nt_d3d_memory_import(struct nt_d3d_device *device, void *region, uint64_t size,
                             bool is_view, struct nt_d3d_memory **ret_memory)
{
    struct nt_d3d_memory *memory = memory_alloc(device, size, size);
    HRESULT hr = S_OK;

    if (!memory)
        return E_OUTOFMEMORY;
    for (uint32_t i = 0; SUCCEEDED(hr) && i < memory->n_segments; i++)
        hr = import_segment(memory, i, region);
    if (SUCCEEDED(hr))
        hr = find_address(memory);
    if (FAILED(hr)) {
        nt_log(NT_LOG_WARNING, "d3d12: %s does not import %p + 0x%llx: 0x%08x",
               device->vulkan.properties.deviceName, region, (unsigned long long)size,
               (unsigned)hr);
        nt_d3d_memory_unhold(memory);
        nt_d3d_memory_unref(memory);
        return hr;
    }
    memory->cpu = region;
    memory->region = region;
    memory->region_is_view = is_view;
    *ret_memory = memory;
    return S_OK;
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
    if (!memory->region)
        return;
    if (atomic_load(&memory->device->vulkan.is_lost)) {
        nt_d3d_memory_ref(memory);
        nt_d3d_device_bury(memory->device, memory);
    } else {
        release_region(memory);
    }
}

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

void nt_d3d_memory_bury(struct nt_d3d_graveyard *graveyard)
{
    struct nt_d3d_memory *memory;

    while ((memory = TAILQ_FIRST(graveyard))) {
        TAILQ_REMOVE(graveyard, memory, graveyard_link);
        release_region(memory);
        nt_d3d_memory_unref(memory);
    }
}
