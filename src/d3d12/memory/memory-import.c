// SPDX-License-Identifier: MIT
/*
 * Memory of this process as device memory: by its address (VK_EXT_external_memory_host), or, for
 * drivers that refuse shared pages there, as a dma-buf that /dev/udmabuf makes of a sealed memfd.
 *
 * The driver believes what it is told about an import: lavapipe accepts NULL, misaligned and
 * read-only pointers and dies at the first write (D0.5, D5.2). So whoever calls
 * nt_d3d_memory_import() has checked the whole region, and keeps it where it is.
 */
#include "d3d12/memory/memory-make.h"
#include "os/dmabuf.h"
#include "os/os.h"
#include "util/log.h"
#include "util/macro.h"

#define HOST_POINTER   VK_EXTERNAL_MEMORY_HANDLE_TYPE_HOST_ALLOCATION_BIT_EXT
#define DMA_BUF        VK_EXTERNAL_MEMORY_HANDLE_TYPE_DMA_BUF_BIT_EXT

#define HOST_PREFERRED (VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT)

/* A descriptor or address that the driver cannot import is no lack of memory. */
static HRESULT import_hresult(VkResult result)
{
    return result == VK_ERROR_INVALID_EXTERNAL_HANDLE ? DXGI_ERROR_UNSUPPORTED
                                                      : nt_d3d_hresult(result);
}

static void log_refusal(const struct nt_d3d_memory *memory, const void *region, uint64_t size,
                        const char *how, HRESULT hr)
{
    nt_log(NT_LOG_WARNING, "d3d12: %s does not import %p + 0x%llx as a %s: 0x%08x",
           memory->device->vulkan.properties.deviceName, region, (unsigned long long)size, how,
           (unsigned)hr);
}

/* --- by address ------------------------------------------------------------------------ */

/* Imports the pages of segment @i and binds its buffer to them. */
static HRESULT import_segment(struct nt_d3d_memory *memory, uint32_t i, unsigned char *region)
{
    const struct nt_d3d_vulkan *vulkan = &memory->device->vulkan;
    VkMemoryHostPointerPropertiesEXT host = {
        .sType = VK_STRUCTURE_TYPE_MEMORY_HOST_POINTER_PROPERTIES_EXT};
    VkImportMemoryHostPointerInfoEXT import = {
        .sType = VK_STRUCTURE_TYPE_IMPORT_MEMORY_HOST_POINTER_INFO_EXT,
        .handleType = HOST_POINTER,
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

    result = nt_d3d_memory_make_buffer(memory, i, memory->size);
    if (result != VK_SUCCESS)
        return nt_d3d_hresult(result);
    vkGetBufferMemoryRequirements(vulkan->device, segment->buffer, &need);
    result = vulkan->get_host_pointer_properties(vulkan->device, HOST_POINTER, import.pHostPointer,
                                                 &host);
    if (result != VK_SUCCESS)
        return import_hresult(result);
    type = nt_d3d_vulkan_memory_type(vulkan, need.memoryTypeBits & host.memoryTypeBits, 0,
                                     HOST_PREFERRED);
    info.allocationSize = left < NT_D3D_SEGMENT ? left : NT_D3D_SEGMENT;
    if (type < 0 || need.size > info.allocationSize)
        return DXGI_ERROR_UNSUPPORTED;
    info.memoryTypeIndex = (uint32_t)type;
    if (i == 0)
        memory->type_index = (uint32_t)type;
    result = vkAllocateMemory(vulkan->device, &info, NULL, &segment->memory);
    if (result == VK_SUCCESS)
        result = vkBindBufferMemory(vulkan->device, segment->buffer, segment->memory, 0);
    return import_hresult(result);
}

/* What every import ends with. */
static void belong(struct nt_d3d_memory *memory, void *region,
                   void (*give_back)(struct nt_d3d_memory *memory))
{
    memory->kind = NT_D3D_MEMORY_REGION;
    memory->cpu = region;
    memory->region = region;
    memory->region_size = memory->size;
    memory->give_back = give_back;
}

HRESULT nt_d3d_memory_import(struct nt_d3d_device *device, void *region, uint64_t size,
                             void (*give_back)(struct nt_d3d_memory *memory),
                             struct nt_d3d_memory **ret_memory)
{
    struct nt_d3d_memory *memory = nt_d3d_memory_alloc(device, size, size);
    HRESULT hr = S_OK;

    if (!memory)
        return E_OUTOFMEMORY;
    memory->external = HOST_POINTER;
    for (uint32_t i = 0; SUCCEEDED(hr) && i < memory->n_segments; i++)
        hr = import_segment(memory, i, region);
    if (SUCCEEDED(hr))
        hr = nt_d3d_memory_find_address(memory);
    if (FAILED(hr)) {
        log_refusal(memory, region, size, "host pointer", hr);
        nt_d3d_memory_drop(memory);
        return hr;
    }
    belong(memory, region, give_back);
    *ret_memory = memory;
    return S_OK;
}

/* --- as a dma-buf ---------------------------------------------------------------------- */

/* The import takes @dmabuf when it succeeds. */
static HRESULT import_dmabuf(struct nt_d3d_memory *memory, int *dmabuf)
{
    const struct nt_d3d_vulkan *vulkan = &memory->device->vulkan;
    VkMemoryFdPropertiesKHR can = {.sType = VK_STRUCTURE_TYPE_MEMORY_FD_PROPERTIES_KHR};
    const VkImportMemoryFdInfoKHR import = {
        .sType = VK_STRUCTURE_TYPE_IMPORT_MEMORY_FD_INFO_KHR, .handleType = DMA_BUF, .fd = *dmabuf};
    const VkMemoryAllocateFlagsInfo flags = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_FLAGS_INFO,
                                             .pNext = &import,
                                             .flags = VK_MEMORY_ALLOCATE_DEVICE_ADDRESS_BIT};
    VkMemoryAllocateInfo info = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
                                 .pNext = &flags,
                                 .allocationSize = memory->size};
    uint64_t need = 0;
    uint32_t bits = 0;
    VkResult result;
    int type;

    result = nt_d3d_memory_make_buffers(memory, memory->size, &bits, &need);
    if (result == VK_SUCCESS)
        result = vulkan->get_memory_fd_properties(vulkan->device, DMA_BUF, *dmabuf, &can);
    if (result != VK_SUCCESS)
        return import_hresult(result);
    type = nt_d3d_vulkan_memory_type(vulkan, bits & can.memoryTypeBits, 0, HOST_PREFERRED);
    if (type < 0 || need > memory->size)
        return DXGI_ERROR_UNSUPPORTED;
    info.memoryTypeIndex = memory->type_index = (uint32_t)type;
    result = vkAllocateMemory(vulkan->device, &info, NULL, &memory->segments[0].memory);
    if (result != VK_SUCCESS)
        return import_hresult(result);
    *dmabuf = -1;
    result = nt_d3d_memory_bind_buffers(memory);
    return result == VK_SUCCESS ? nt_d3d_memory_find_address(memory) : nt_d3d_hresult(result);
}

HRESULT nt_d3d_memory_import_dmabuf(struct nt_d3d_device *device, int fd, void *region,
                                    uint64_t size, void (*give_back)(struct nt_d3d_memory *memory),
                                    struct nt_d3d_memory **ret_memory)
{
    NT_CLEANUP(nt_os_closep) int dmabuf = -1;
    struct nt_d3d_memory *memory;
    HRESULT hr;
    int r;

    if (!device->vulkan.get_memory_fd_properties)
        return DXGI_ERROR_UNSUPPORTED;
    r = nt_os_dmabuf_new(fd, 0, size, &dmabuf);
    if (r < 0) {
        nt_log(NT_LOG_WARNING, "d3d12: no dma-buf of 0x%llx bytes: error %d",
               (unsigned long long)size, -r);
        return DXGI_ERROR_UNSUPPORTED;
    }
    memory = nt_d3d_memory_alloc(device, size, size);
    if (!memory)
        return E_OUTOFMEMORY;
    memory->external = DMA_BUF;
    hr = import_dmabuf(memory, &dmabuf);
    if (FAILED(hr)) {
        log_refusal(memory, region, size, "dma-buf", hr);
        nt_d3d_memory_drop(memory);
        return hr;
    }
    belong(memory, region, give_back);
    *ret_memory = memory;
    return S_OK;
}
