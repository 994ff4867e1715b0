// SPDX-License-Identifier: MIT
/*
 * See fault-kit.h. The linker sends the library's calls of Vulkan here (--wrap). A call that needs
 * memory is an allocation to the walk: it asks for one, and fails when that fails.
 */
#include "d3d12/fault-kit.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <vulkan/vulkan.h>

#include "os/os.h"

static struct {
    _Atomic uint32_t thread;
    unsigned nth, n;
    bool closes, was_refused;
} refusal;

void fault_refuse(unsigned nth, bool closes)
{
    refusal.nth = nth;
    refusal.n = 0;
    refusal.closes = closes;
    refusal.was_refused = false;
    atomic_store(&refusal.thread, nt_os_tid());
}

bool fault_accept(void)
{
    atomic_store(&refusal.thread, 0);
    return refusal.was_refused;
}

unsigned fault_imports(void)
{
    return refusal.n;
}

static bool is_refused(void)
{
    if (atomic_load(&refusal.thread) == 0 || atomic_load(&refusal.thread) != nt_os_tid())
        return false;
    if (refusal.n++ != refusal.nth)
        return false;
    refusal.was_refused = true;
    return true;
}

/* Through the walk's own malloc(). */
static bool has_memory(void)
{
    void *volatile memory = malloc(1);

    if (!memory)
        return false;
    free(memory);
    return true;
}

/* The structure of that type in a chain, or NULL. */
static const VkBaseInStructure *find(const void *chain, VkStructureType type)
{
    const VkBaseInStructure *structure = chain;

    while (structure && structure->sType != type)
        structure = structure->pNext;
    return structure;
}

#define WRAP(function, parameters, arguments)     \
    VkResult __real_##function parameters;        \
    VkResult __wrap_##function parameters;        \
    VkResult __wrap_##function parameters         \
    {                                             \
        if (!has_memory())                        \
            return VK_ERROR_OUT_OF_DEVICE_MEMORY; \
        return __real_##function arguments;       \
    }

WRAP(vkCreateBuffer,
     (VkDevice device, const VkBufferCreateInfo *info, const VkAllocationCallbacks *callbacks,
      VkBuffer *ret),
     (device, info, callbacks, ret))
WRAP(vkCreateImage,
     (VkDevice device, const VkImageCreateInfo *info, const VkAllocationCallbacks *callbacks,
      VkImage *ret),
     (device, info, callbacks, ret))
WRAP(vkCreateQueryPool,
     (VkDevice device, const VkQueryPoolCreateInfo *info, const VkAllocationCallbacks *callbacks,
      VkQueryPool *ret),
     (device, info, callbacks, ret))
WRAP(vkBindBufferMemory,
     (VkDevice device, VkBuffer buffer, VkDeviceMemory memory, VkDeviceSize offset),
     (device, buffer, memory, offset))
WRAP(vkBindImageMemory,
     (VkDevice device, VkImage image, VkDeviceMemory memory, VkDeviceSize offset),
     (device, image, memory, offset))
WRAP(vkMapMemory,
     (VkDevice device, VkDeviceMemory memory, VkDeviceSize offset, VkDeviceSize size,
      VkMemoryMapFlags flags, void **ret),
     (device, memory, offset, size, flags, ret))

VkResult __real_vkAllocateMemory(VkDevice device, const VkMemoryAllocateInfo *info,
                                 const VkAllocationCallbacks *callbacks, VkDeviceMemory *ret);
VkResult __wrap_vkAllocateMemory(VkDevice device, const VkMemoryAllocateInfo *info,
                                 const VkAllocationCallbacks *callbacks, VkDeviceMemory *ret);

VkResult __wrap_vkAllocateMemory(VkDevice device, const VkMemoryAllocateInfo *info,
                                 const VkAllocationCallbacks *callbacks, VkDeviceMemory *ret)
{
    const VkImportMemoryFdInfoKHR *fd =
        (const void *)find(info->pNext, VK_STRUCTURE_TYPE_IMPORT_MEMORY_FD_INFO_KHR);
    bool imports = fd || find(info->pNext, VK_STRUCTURE_TYPE_IMPORT_MEMORY_HOST_POINTER_INFO_EXT);

    if (imports && is_refused()) {
        if (fd && refusal.closes)
            close(fd->fd);
        return VK_ERROR_INVALID_EXTERNAL_HANDLE;
    }
    if (!has_memory()) {
        /* The same driver: what it was given is gone. */
        if (fd)
            close(fd->fd);
        return VK_ERROR_OUT_OF_DEVICE_MEMORY;
    }
    return __real_vkAllocateMemory(device, info, callbacks, ret);
}

/* --- functions of extensions ------------------------------------------------------------------ */

static PFN_vkGetMemoryFdKHR real_get_fd;
static PFN_vkGetMemoryHostPointerPropertiesEXT real_pointer_properties;

static VkResult get_fd(VkDevice device, const VkMemoryGetFdInfoKHR *info, int *ret_fd)
{
    return has_memory() ? real_get_fd(device, info, ret_fd) : VK_ERROR_TOO_MANY_OBJECTS;
}

static VkResult pointer_properties(VkDevice device, VkExternalMemoryHandleTypeFlagBits type,
                                   const void *pointer, VkMemoryHostPointerPropertiesEXT *ret)
{
    return is_refused() ? VK_ERROR_INVALID_EXTERNAL_HANDLE
                        : real_pointer_properties(device, type, pointer, ret);
}

PFN_vkVoidFunction __real_vkGetDeviceProcAddr(VkDevice device, const char *name);
PFN_vkVoidFunction __wrap_vkGetDeviceProcAddr(VkDevice device, const char *name);

PFN_vkVoidFunction __wrap_vkGetDeviceProcAddr(VkDevice device, const char *name)
{
    PFN_vkVoidFunction function = __real_vkGetDeviceProcAddr(device, name);

    if (function && strcmp(name, "vkGetMemoryFdKHR") == 0) {
        real_get_fd = (PFN_vkGetMemoryFdKHR)(void *)function;
        return (PFN_vkVoidFunction)(void *)get_fd;
    }
    if (function && strcmp(name, "vkGetMemoryHostPointerPropertiesEXT") == 0) {
        real_pointer_properties = (PFN_vkGetMemoryHostPointerPropertiesEXT)(void *)function;
        return (PFN_vkVoidFunction)(void *)pointer_properties;
    }
    return function;
}
