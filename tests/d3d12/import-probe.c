// SPDX-License-Identifier: MIT
/*
 * What each Vulkan driver of this machine does with memory that is not its own: the rows for
 * docs/DRIVERS.md. A page of each of four kinds of mapping is imported by its address
 * (VK_EXT_external_memory_host) and written by the device; "yes" means that the CPU sees the
 * write, through another mapping where there can be one. Plain Vulkan, so that what it says does
 * not depend on the library; then the library's own opinion of the device that it takes, which
 * must be the same.
 *
 *   d3d12-import-probe
 *
 * Exit status: 0; 1 when the library believes something else; 77 without any Vulkan device.
 */
#include <windows.h>

#include <d3d12.h>
#include <ntshm/d3d12.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <vulkan/vulkan.h>

#define SIZE 65536u
#define MARK 0x600dc0deu

enum { ANONYMOUS_PRIVATE, ANONYMOUS_SHARED, MEMFD_PRIVATE, MEMFD_SHARED, N_KINDS };

static const char *const kind_names[N_KINDS] = {"anonymous, private", "anonymous, shared",
                                                "memfd, private", "memfd, shared"};

struct probe {
    VkInstance instance;
    VkPhysicalDevice physical;
    VkPhysicalDeviceMemoryProperties types;
    VkDevice device;
    VkQueue queue;
    VkCommandPool pool;
    PFN_vkGetMemoryHostPointerPropertiesEXT pointer_properties;
};

/* Memory under test, and a second look at it where there is one. */
struct pages {
    void *memory, *look;
    int fd;
};

static int map_pages(int kind, struct pages *pages)
{
    int shared = kind == ANONYMOUS_SHARED || kind == MEMFD_SHARED;
    int anonymous = kind == ANONYMOUS_PRIVATE || kind == ANONYMOUS_SHARED;
    int flags = (shared ? MAP_SHARED : MAP_PRIVATE) | (anonymous ? MAP_ANONYMOUS : 0);

    pages->fd = -1;
    if (!anonymous) {
        pages->fd = memfd_create("probe", MFD_CLOEXEC | MFD_ALLOW_SEALING);
        if (pages->fd < 0 || ftruncate(pages->fd, SIZE) != 0)
            return -1;
    }
    pages->memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, flags, pages->fd, 0);
    if (pages->memory == MAP_FAILED)
        return -1;
    pages->look = kind == MEMFD_SHARED ? mmap(NULL, SIZE, PROT_READ, MAP_SHARED, pages->fd, 0)
                                       : pages->memory;
    return pages->look == MAP_FAILED ? -1 : 0;
}

static void unmap_pages(struct pages *pages)
{
    if (pages->look != pages->memory)
        munmap(pages->look, SIZE);
    munmap(pages->memory, SIZE);
    if (pages->fd >= 0)
        close(pages->fd);
}

static int pick_type(const struct probe *probe, uint32_t bits)
{
    const VkMemoryPropertyFlags want =
        VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;

    for (uint32_t i = 0; i < probe->types.memoryTypeCount; i++) {
        if (bits >> i & 1 && (probe->types.memoryTypes[i].propertyFlags & want) == want)
            return (int)i;
    }
    return -1;
}

static VkResult import(const struct probe *probe, void *memory, VkBuffer buffer,
                       VkDeviceMemory *ret_memory)
{
    const VkExternalMemoryHandleTypeFlagBits type =
        VK_EXTERNAL_MEMORY_HANDLE_TYPE_HOST_ALLOCATION_BIT_EXT;
    VkMemoryHostPointerPropertiesEXT host = {
        .sType = VK_STRUCTURE_TYPE_MEMORY_HOST_POINTER_PROPERTIES_EXT};
    VkImportMemoryHostPointerInfoEXT pointer = {
        .sType = VK_STRUCTURE_TYPE_IMPORT_MEMORY_HOST_POINTER_INFO_EXT,
        .handleType = type,
        .pHostPointer = memory};
    VkMemoryAllocateInfo info = {
        .sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO, .pNext = &pointer, .allocationSize = SIZE};
    VkMemoryRequirements need;
    VkResult result;
    int index;

    vkGetBufferMemoryRequirements(probe->device, buffer, &need);
    result = probe->pointer_properties(probe->device, type, memory, &host);
    if (result != VK_SUCCESS)
        return result;
    index = pick_type(probe, need.memoryTypeBits & host.memoryTypeBits);
    if (index < 0)
        return VK_ERROR_FORMAT_NOT_SUPPORTED; /* no memory type at all */
    info.memoryTypeIndex = (uint32_t)index;
    result = vkAllocateMemory(probe->device, &info, NULL, ret_memory);
    return result == VK_SUCCESS ? vkBindBufferMemory(probe->device, buffer, *ret_memory, 0)
                                : result;
}

/* One vkCmdFillBuffer of all of @buffer, waited for. */
static VkResult fill(const struct probe *probe, VkBuffer buffer)
{
    const VkCommandBufferAllocateInfo info = {.sType =
                                                  VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
                                              .commandPool = probe->pool,
                                              .commandBufferCount = 1};
    const VkCommandBufferBeginInfo begin = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
    const VkMemoryBarrier barrier = {.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
                                     .srcAccessMask = VK_ACCESS_TRANSFER_WRITE_BIT,
                                     .dstAccessMask = VK_ACCESS_HOST_READ_BIT};
    VkSubmitInfo submit = {.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO, .commandBufferCount = 1};
    VkCommandBuffer commands;
    VkResult result = vkAllocateCommandBuffers(probe->device, &info, &commands);

    if (result != VK_SUCCESS)
        return result;
    vkBeginCommandBuffer(commands, &begin);
    vkCmdFillBuffer(commands, buffer, 0, SIZE, MARK);
    vkCmdPipelineBarrier(commands, VK_PIPELINE_STAGE_TRANSFER_BIT, VK_PIPELINE_STAGE_HOST_BIT, 0, 1,
                         &barrier, 0, NULL, 0, NULL);
    vkEndCommandBuffer(commands);
    submit.pCommandBuffers = &commands;
    result = vkQueueSubmit(probe->queue, 1, &submit, VK_NULL_HANDLE);
    if (result == VK_SUCCESS)
        result = vkQueueWaitIdle(probe->queue);
    vkFreeCommandBuffers(probe->device, probe->pool, 1, &commands);
    return result;
}

/* "yes", or why not. */
static const char *try_kind(const struct probe *probe, int kind, char text[static 64])
{
    const VkExternalMemoryBufferCreateInfo external = {
        .sType = VK_STRUCTURE_TYPE_EXTERNAL_MEMORY_BUFFER_CREATE_INFO,
        .handleTypes = VK_EXTERNAL_MEMORY_HANDLE_TYPE_HOST_ALLOCATION_BIT_EXT};
    const VkBufferCreateInfo info = {.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
                                     .pNext = &external,
                                     .size = SIZE,
                                     .usage = VK_BUFFER_USAGE_TRANSFER_DST_BIT};
    VkDeviceMemory memory = VK_NULL_HANDLE;
    VkBuffer buffer = VK_NULL_HANDLE;
    struct pages pages;
    VkResult result;

    if (map_pages(kind, &pages) != 0)
        return "cannot be mapped";
    result = vkCreateBuffer(probe->device, &info, NULL, &buffer);
    if (result == VK_SUCCESS)
        result = import(probe, pages.memory, buffer, &memory);
    if (result == VK_SUCCESS)
        result = fill(probe, buffer);
    if (result != VK_SUCCESS)
        snprintf(text, 64, "no (%d)", (int)result);
    else if (((volatile uint32_t *)pages.look)[SIZE / 4 - 1] == MARK)
        strcpy(text, "yes");
    else
        strcpy(text, "imported, and the writes go elsewhere");
    vkDestroyBuffer(probe->device, buffer, NULL);
    vkFreeMemory(probe->device, memory, NULL);
    unmap_pages(&pages);
    return text;
}

static int has_extension(VkPhysicalDevice physical, const char *name)
{
    VkExtensionProperties *all;
    uint32_t n = 0;
    int found = 0;

    vkEnumerateDeviceExtensionProperties(physical, NULL, &n, NULL);
    all = calloc(n ? n : 1, sizeof(*all));
    if (!all)
        return 0;
    vkEnumerateDeviceExtensionProperties(physical, NULL, &n, all);
    for (uint32_t i = 0; i < n; i++)
        found |= strcmp(all[i].extensionName, name) == 0;
    free(all);
    return found;
}

static int open_probe(struct probe *probe)
{
    static const char *const extensions[] = {VK_EXT_EXTERNAL_MEMORY_HOST_EXTENSION_NAME};
    const float priority = 1;
    const VkDeviceQueueCreateInfo queue = {.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
                                           .queueCount = 1,
                                           .pQueuePriorities = &priority};
    const VkDeviceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
                                     .queueCreateInfoCount = 1,
                                     .pQueueCreateInfos = &queue,
                                     .enabledExtensionCount = 1,
                                     .ppEnabledExtensionNames = extensions};
    const VkCommandPoolCreateInfo pool = {.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO};

    if (vkCreateDevice(probe->physical, &info, NULL, &probe->device) != VK_SUCCESS)
        return -1;
    vkGetDeviceQueue(probe->device, 0, 0, &probe->queue);
    vkGetPhysicalDeviceMemoryProperties(probe->physical, &probe->types);
    probe->pointer_properties =
        (PFN_vkGetMemoryHostPointerPropertiesEXT)(void *)vkGetDeviceProcAddr(
            probe->device, "vkGetMemoryHostPointerPropertiesEXT");
    if (vkCreateCommandPool(probe->device, &pool, NULL, &probe->pool) == VK_SUCCESS)
        return 0;
    vkDestroyDevice(probe->device, NULL);
    return -1;
}

static const char *yes_or_no(VkPhysicalDevice physical, const char *name)
{
    return has_extension(physical, name) ? "yes" : "no";
}

/* The rows of one device; which kinds can be imported, a bit each. */
static unsigned print_device(struct probe *probe)
{
    VkPhysicalDeviceDriverProperties driver = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DRIVER_PROPERTIES};
    VkPhysicalDeviceProperties2 properties = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2, .pNext = &driver};
    unsigned good = 0;
    char text[64];

    vkGetPhysicalDeviceProperties2(probe->physical, &properties);
    printf("| %s, %s %s |", properties.properties.deviceName, driver.driverName, driver.driverInfo);
    if (has_extension(probe->physical, VK_EXT_EXTERNAL_MEMORY_HOST_EXTENSION_NAME) &&
        open_probe(probe) == 0) {
        for (int kind = 0; kind < N_KINDS; kind++) {
            const char *result = try_kind(probe, kind, text);

            good |= (unsigned)(strcmp(result, "yes") == 0) << kind;
            printf(" %s |", result);
        }
        vkDestroyCommandPool(probe->device, probe->pool, NULL);
        vkDestroyDevice(probe->device, NULL);
    } else {
        printf(" no | no | no | no |");
    }
    printf(" %s | %s | %s |\n",
           yes_or_no(probe->physical, VK_KHR_EXTERNAL_MEMORY_FD_EXTENSION_NAME),
           yes_or_no(probe->physical, VK_EXT_EXTERNAL_MEMORY_DMA_BUF_EXTENSION_NAME),
           yes_or_no(probe->physical, VK_KHR_EXTERNAL_SEMAPHORE_FD_EXTENSION_NAME));
    return good;
}

/* The library's opinion of the device that it takes; the same as @good of it, or 1. */
static int compare(const unsigned *good, uint32_t n)
{
    struct ntshm_d3d12_adapter adapter = {.size = sizeof(adapter)};
    ID3D12Device *device = NULL;
    int differs;

    if (FAILED(
            D3D12CreateDevice(NULL, D3D_FEATURE_LEVEL_11_0, &IID_ID3D12Device, (void **)&device)) ||
        FAILED(ntshm_d3d12_get_adapter(device, &adapter)) || adapter.index >= n) {
        printf("the library has no device here\n");
        return 1;
    }
    device->lpVtbl->Release(device);
    differs = adapter.imports_sections != (good[adapter.index] >> MEMFD_SHARED & 1) ||
              adapter.imports_private != (good[adapter.index] >> ANONYMOUS_PRIVATE & 1);
    printf("the library takes number %u (%s): sections %s, VirtualAlloc memory %s%s\n",
           adapter.index, adapter.device_name, adapter.imports_sections ? "yes" : "no",
           adapter.imports_private ? "yes" : "no", differs ? ": NOT WHAT WAS SEEN" : "");
    return differs;
}

int main(void)
{
    const VkApplicationInfo application = {.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO,
                                           .apiVersion = VK_API_VERSION_1_2};
    const VkInstanceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO,
                                       .pApplicationInfo = &application};
    VkPhysicalDevice devices[16];
    struct probe probe = {.instance = VK_NULL_HANDLE};
    unsigned good[16] = {0};
    uint32_t n = 16;

    if (vkCreateInstance(&info, NULL, &probe.instance) != VK_SUCCESS ||
        vkEnumeratePhysicalDevices(probe.instance, &n, devices) < 0 || n == 0) {
        printf("no Vulkan device\n");
        return 77;
    }
    printf("| device, driver |");
    for (int kind = 0; kind < N_KINDS; kind++)
        printf(" %s |", kind_names[kind]);
    printf(" opaque fd | dma-buf | semaphore fd |\n|---|---|---|---|---|---|---|---|\n");
    for (uint32_t i = 0; i < n; i++) {
        probe.physical = devices[i];
        good[i] = print_device(&probe);
    }
    vkDestroyInstance(probe.instance, NULL);
    return compare(good, n);
}
