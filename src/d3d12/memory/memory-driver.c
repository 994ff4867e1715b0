// SPDX-License-Identifier: MIT
/*
 * Memory of the driver's: for this device alone, or exported as an opaque descriptor, which only
 * the same device of the same driver build takes again (D5.6).
 *
 * The descriptor that a peer gives is a promise of a stranger. A driver on the CPU maps it, and
 * believes what it wrote itself before the memory, where everybody who has the descriptor can
 * write: llvmpipe looks there when the memory is freed, on both sides. So for such a driver the
 * descriptor must be a memfd that nobody can cut off, and this user's own; and such memory is made
 * only when it is asked for (memory-choose.c).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "d3d12/share/label.h"
#include "d3d12/memory/memory-make.h"
#include "os/file.h"
#include "os/memory-more.h"
#include "os/os.h"
#include "util/log.h"
#include "util/macro.h"

#define OPAQUE_FD VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD_BIT

static VkDevice vk(const struct nt_d3d_memory *memory)
{
    return memory->device->vulkan.device;
}

/* --- new memory ------------------------------------------------------------------------ */

/* What is wanted of new memory of the driver's. */
struct want {
    uint64_t size, alignment;
    bool is_exported;
    VkMemoryPropertyFlags required, preferred;
};

/* One allocation of the driver's under all buffers. */
static HRESULT allocate(struct nt_d3d_memory *memory, uint64_t total, const struct want *want)
{
    const struct nt_d3d_device *device = memory->device;
    const VkExportMemoryAllocateInfo export = {
        .sType = VK_STRUCTURE_TYPE_EXPORT_MEMORY_ALLOCATE_INFO, .handleTypes = OPAQUE_FD};
    const VkMemoryAllocateFlagsInfo flags = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_FLAGS_INFO,
                                             .pNext = want->is_exported ? &export : NULL,
                                             .flags = VK_MEMORY_ALLOCATE_DEVICE_ADDRESS_BIT};
    VkMemoryAllocateInfo info = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO, .pNext = &flags};
    uint32_t bits = 0;
    VkResult result;
    int type;

    result = nt_d3d_memory_make_buffers(memory, total, &bits, &info.allocationSize);
    if (result != VK_SUCCESS)
        return nt_d3d_hresult(result);
    type = nt_d3d_vulkan_memory_type(&device->vulkan, bits, want->required, want->preferred);
    if (type < 0)
        return DXGI_ERROR_UNSUPPORTED;
    info.memoryTypeIndex = (uint32_t)type;
    if (!nt_d3d_memory_fits(device, info.allocationSize, (uint32_t)type))
        return E_OUTOFMEMORY;
    memory->type_index = (uint32_t)type;
    memory->allocation = info.allocationSize;
    result = vkAllocateMemory(vk(memory), &info, NULL, &memory->segments[0].memory);
    if (result == VK_SUCCESS)
        result = nt_d3d_memory_bind_buffers(memory);
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
 * 64 KiB at least: so first as small as can be, then with @padding to align inside. S_FALSE: that
 * was too little padding.
 */
static HRESULT memory_try(struct nt_d3d_device *device, const struct want *want, uint64_t padding,
                          struct nt_d3d_memory **ret_memory)
{
    uint64_t total = nt_align_up(want->size, 16) + padding;
    struct nt_d3d_memory *memory = nt_d3d_memory_alloc(device, want->size, total);
    void *cpu = NULL;
    HRESULT hr;

    if (!memory)
        return E_OUTOFMEMORY;
    if (want->is_exported)
        memory->external = OPAQUE_FD;
    hr = allocate(memory, total, want);
    if (SUCCEEDED(hr))
        hr = nt_d3d_memory_find_address(memory);
    if (SUCCEEDED(hr)) {
        memory->base = nt_align_up(memory->address, want->alignment) - memory->address;
        memory->address += memory->base;
        if (memory->base > padding)
            hr = S_FALSE;
    }
    if (hr == S_OK && (want->required & VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT)) {
        hr = nt_d3d_hresult(
            vkMapMemory(vk(memory), memory->segments[0].memory, 0, VK_WHOLE_SIZE, 0, &cpu));
        memory->cpu = cpu ? (unsigned char *)cpu + memory->base : NULL;
    }
    if (hr != S_OK) {
        nt_d3d_memory_drop(memory);
        return hr;
    }
    *ret_memory = memory;
    return S_OK;
}

static HRESULT memory_new(struct nt_d3d_device *device, const struct want *want, bool zeroed,
                          struct nt_d3d_memory **ret_memory)
{
    struct nt_d3d_memory *memory = NULL;
    HRESULT hr = S_FALSE;

    if (want->size > device->vulkan.max_allocation_size)
        return E_OUTOFMEMORY;
    if (!atomic_load(&device->pads_memory))
        hr = memory_try(device, want, 0, &memory);
    if (hr == S_FALSE) {
        atomic_store(&device->pads_memory, true);
        hr = memory_try(device, want, want->alignment, &memory);
    }
    if (hr != S_OK)
        return FAILED(hr) ? hr : E_OUTOFMEMORY;
    hr = zeroed ? fill_with_zero(memory) : S_OK;
    if (FAILED(hr)) {
        nt_d3d_memory_drop(memory);
        return hr;
    }
    *ret_memory = memory;
    return S_OK;
}

HRESULT nt_d3d_memory_new(struct nt_d3d_device *device, uint64_t size, uint64_t alignment,
                          bool zeroed, VkMemoryPropertyFlags required,
                          VkMemoryPropertyFlags preferred, struct nt_d3d_memory **ret_memory)
{
    const struct want want = {
        .size = size, .alignment = alignment, .required = required, .preferred = preferred};

    return memory_new(device, &want, zeroed, ret_memory);
}

/* --- exported -------------------------------------------------------------------------- */

/* What can be mapped twice of a driver's memory that others can open too. */
static uint64_t granularity_of(const struct nt_d3d_memory *memory)
{
    return nt_d3d_vulkan_is_on_cpu(&memory->device->vulkan) &&
                   nt_is_aligned(memory->address, NT_PAGE_SIZE)
               ? NT_PAGE_SIZE
               : 0;
}

HRESULT nt_d3d_memory_export(struct nt_d3d_device *device, uint64_t size, uint64_t alignment,
                             bool zeroed, struct nt_d3d_memory **ret_memory)
{
    const struct want want = {.size = size,
                              .alignment = alignment,
                              .is_exported = true,
                              .preferred = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT};
    VkMemoryGetFdInfoKHR info = {.sType = VK_STRUCTURE_TYPE_MEMORY_GET_FD_INFO_KHR,
                                 .handleType = OPAQUE_FD};
    struct nt_d3d_memory *memory = NULL;
    VkResult result;
    HRESULT hr;
    int fd = -1;

    hr = memory_new(device, &want, zeroed, &memory);
    if (FAILED(hr))
        return hr;
    info.memory = memory->segments[0].memory;
    result = device->vulkan.get_memory_fd(device->vulkan.device, &info, &fd);
    if (result != VK_SUCCESS || nt_os_adopt_fd(fd, &memory->fd) < 0) {
        nt_d3d_memory_drop(memory);
        return result == VK_SUCCESS ? E_OUTOFMEMORY : nt_d3d_hresult(result);
    }
    memory->kind = NT_D3D_MEMORY_EXPORT;
    memory->granularity = granularity_of(memory);
    *ret_memory = memory;
    return S_OK;
}

/* --- opened ---------------------------------------------------------------------------- */

/*
 * S_OK when the descriptor may be given to the driver: see above. A driver of a GPU has objects of
 * its own behind its descriptors, never plain files.
 */
static HRESULT examine(const struct nt_d3d_device *device, const struct nt_d3d_label *label, int fd)
{
    bool is_on_cpu = nt_d3d_vulkan_is_on_cpu(&device->vulkan);
    uint64_t size = 0;
    struct stat stat;
    int r;

    r = nt_os_file_stat(fd, &stat);
    if (r < 0)
        return nt_d3d_memory_hresult(r);
    r = nt_os_memfd_check(fd, &size);
    if (r < 0)
        return is_on_cpu || S_ISREG(stat.st_mode) ? nt_d3d_memory_hresult(r) : S_OK;
    if (size < label->allocation)
        return E_INVALIDARG;
    return !is_on_cpu || stat.st_uid == geteuid() ? S_OK : E_ACCESSDENIED;
}

/*
 * A descriptor for the driver. A driver on the CPU reads the file at its position, which is every
 * copy's, in whatever process: whoever opened the same memory in that moment moved it away. So that
 * driver gets a description of its own.
 */
static int copy_for_driver(const struct nt_d3d_device *device, int fd, int *ret_fd)
{
    char path[32];
    int r = -ENOENT;

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    if (nt_d3d_vulkan_is_on_cpu(&device->vulkan))
        r = nt_os_file_open(path, O_RDWR, 0, ret_fd);
    /* Without /proc a copy has to do. */
    return r == -ENOENT || r == -EACCES ? nt_os_dup(fd, ret_fd) : r;
}

/*
 * Imports a copy of @fd. The driver takes it when it succeeds; when it fails it stays ours, but for
 * llvmpipe, which closes it once it has looked at it (D5.6).
 */
static VkResult import_opaque(struct nt_d3d_memory *memory, int fd)
{
    VkImportMemoryFdInfoKHR import = {.sType = VK_STRUCTURE_TYPE_IMPORT_MEMORY_FD_INFO_KHR,
                                      .handleType = OPAQUE_FD};
    const VkMemoryAllocateFlagsInfo flags = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_FLAGS_INFO,
                                             .pNext = &import,
                                             .flags = VK_MEMORY_ALLOCATE_DEVICE_ADDRESS_BIT};
    const VkMemoryAllocateInfo info = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
                                       .pNext = &flags,
                                       .allocationSize = memory->allocation,
                                       .memoryTypeIndex = memory->type_index};
    VkResult result;

    if (copy_for_driver(memory->device, fd, &import.fd) < 0)
        return VK_ERROR_TOO_MANY_OBJECTS;
    result = vkAllocateMemory(vk(memory), &info, NULL, &memory->segments[0].memory);
    if (result != VK_SUCCESS &&
        (memory->device->vulkan.driver.driverID != VK_DRIVER_ID_MESA_LLVMPIPE ||
         result == VK_ERROR_OUT_OF_HOST_MEMORY))
        nt_os_close(import.fd);
    return result;
}

static HRESULT open_opaque(struct nt_d3d_memory *memory, const struct nt_d3d_label *label, int fd)
{
    uint64_t need = 0;
    uint32_t bits = 0;
    VkResult result;
    HRESULT hr;

    memory->external = OPAQUE_FD;
    memory->kind = NT_D3D_MEMORY_EXPORT;
    memory->type_index = label->type_index;
    memory->allocation = label->allocation;
    result = nt_d3d_memory_make_buffers(memory, label->base + nt_align_up(label->size, 16), &bits,
                                        &need);
    if (result != VK_SUCCESS)
        return nt_d3d_hresult(result);
    if (need > label->allocation || !(bits & 1u << label->type_index))
        return E_INVALIDARG;
    result = import_opaque(memory, fd);
    if (result == VK_ERROR_INVALID_EXTERNAL_HANDLE)
        return E_INVALIDARG;
    if (result == VK_SUCCESS)
        result = nt_d3d_memory_bind_buffers(memory);
    if (result != VK_SUCCESS)
        return nt_d3d_hresult(result);
    hr = nt_d3d_memory_find_address(memory);
    if (FAILED(hr))
        return hr;
    memory->base = label->base;
    memory->address += label->base;
    return nt_os_dup(fd, &memory->fd) < 0 ? E_OUTOFMEMORY : S_OK;
}

HRESULT nt_d3d_memory_open_export(struct nt_d3d_device *device, const struct nt_d3d_label *label,
                                  int fd, struct nt_d3d_memory **ret_memory)
{
    struct nt_d3d_memory *memory;
    HRESULT hr;

    if (!device->vulkan.get_memory_fd)
        return DXGI_ERROR_UNSUPPORTED;
    /* A stranger's numbers: what no driver has would be taken apart into buffers first. */
    if (label->type_index >= device->vulkan.memory.memoryTypeCount)
        return E_INVALIDARG;
    if (!nt_d3d_memory_fits(device, label->allocation, label->type_index))
        return E_OUTOFMEMORY;
    hr = examine(device, label, fd);
    if (FAILED(hr)) {
        nt_log(NT_LOG_WARNING, "d3d12: the descriptor of shared memory is %s",
               hr == E_ACCESSDENIED ? "another user's" : "no exported memory");
        return hr;
    }
    memory = nt_d3d_memory_alloc(device, label->size, label->base + nt_align_up(label->size, 16));
    if (!memory)
        return E_OUTOFMEMORY;
    hr = open_opaque(memory, label, fd);
    if (FAILED(hr)) {
        nt_d3d_memory_drop(memory);
        return hr;
    }
    memory->granularity = granularity_of(memory);
    *ret_memory = memory;
    return S_OK;
}
