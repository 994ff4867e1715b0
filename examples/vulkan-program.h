/* SPDX-License-Identifier: MIT */
/*
 * A plain Vulkan program, as it is before it has a black box: a device, a queue, and frames of
 * three passes that move a buffer about. No Direct3D is in it.
 */
#ifndef VULKAN_PROGRAM_H
#define VULKAN_PROGRAM_H

#include <stdio.h>
#include <stdlib.h>
#include <vulkan/vulkan.h>

#define PROGRAM_BYTES (UINT64_C(4) << 20)

/* What the black box needs of the device: its pages are the section's. */
static const char *const program_extensions[] = {VK_EXT_EXTERNAL_MEMORY_HOST_EXTENSION_NAME};

struct program {
    VkInstance instance;
    VkPhysicalDevice physical;
    VkDevice device;
    VkQueue queue;
    VkCommandPool pool;
    VkCommandBuffer commands;
    VkFence fence;
    VkBuffer buffer; /* two halves, copied into each other */
    VkDeviceMemory memory;
};

static void must(VkResult result, const char *what)
{
    if (result == VK_SUCCESS)
        return;
    fprintf(stderr, "%s: %d\n", what, (int)result);
    exit(1);
}

static void program_make_buffer(struct program *p)
{
    VkBufferCreateInfo info = {.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
                               .size = 2 * PROGRAM_BYTES,
                               .usage = VK_BUFFER_USAGE_TRANSFER_SRC_BIT |
                                        VK_BUFFER_USAGE_TRANSFER_DST_BIT};
    VkMemoryAllocateInfo memory = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO};
    VkMemoryRequirements need;

    must(vkCreateBuffer(p->device, &info, NULL, &p->buffer), "vkCreateBuffer");
    vkGetBufferMemoryRequirements(p->device, p->buffer, &need);
    memory.allocationSize = need.size;
    while (!(need.memoryTypeBits & 1u << memory.memoryTypeIndex))
        memory.memoryTypeIndex++;
    must(vkAllocateMemory(p->device, &memory, NULL, &p->memory), "vkAllocateMemory");
    must(vkBindBufferMemory(p->device, p->buffer, p->memory, 0), "vkBindBufferMemory");
}

static void program_start(struct program *p)
{
    const float priority = 1;
    VkApplicationInfo application = {.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO,
                                     .apiVersion = VK_API_VERSION_1_2};
    VkInstanceCreateInfo instance = {.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO,
                                     .pApplicationInfo = &application};
    VkPhysicalDeviceVulkan12Features features = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES,
        .timelineSemaphore = VK_TRUE,
        .bufferDeviceAddress = VK_TRUE};
    VkDeviceQueueCreateInfo queue = {.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
                                     .queueCount = 1,
                                     .pQueuePriorities = &priority};
    VkDeviceCreateInfo device = {.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
                                 .pNext = &features,
                                 .queueCreateInfoCount = 1,
                                 .pQueueCreateInfos = &queue,
                                 .enabledExtensionCount = 1,
                                 .ppEnabledExtensionNames = program_extensions};
    VkCommandPoolCreateInfo pool = {.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
                                    .flags = VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT};
    VkCommandBufferAllocateInfo buffers = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
                                           .commandBufferCount = 1};
    VkFenceCreateInfo fence = {.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO};
    uint32_t n = 1;

    must(vkCreateInstance(&instance, NULL, &p->instance), "vkCreateInstance");
    if (vkEnumeratePhysicalDevices(p->instance, &n, &p->physical) < 0 || n == 0)
        must(VK_ERROR_INITIALIZATION_FAILED, "vkEnumeratePhysicalDevices");
    must(vkCreateDevice(p->physical, &device, NULL, &p->device), "vkCreateDevice");
    vkGetDeviceQueue(p->device, 0, 0, &p->queue);
    must(vkCreateCommandPool(p->device, &pool, NULL, &p->pool), "vkCreateCommandPool");
    buffers.commandPool = p->pool;
    must(vkAllocateCommandBuffers(p->device, &buffers, &p->commands), "vkAllocateCommandBuffers");
    must(vkCreateFence(p->device, &fence, NULL, &p->fence), "vkCreateFence");
    program_make_buffer(p);
}

static void program_begin_frame(struct program *p)
{
    VkCommandBufferBeginInfo info = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};

    must(vkBeginCommandBuffer(p->commands, &info), "vkBeginCommandBuffer");
}

/* The work of a pass, @n times over. */
static void program_record_pass(struct program *p, int n)
{
    VkBufferCopy copy = {.dstOffset = PROGRAM_BYTES, .size = PROGRAM_BYTES};
    VkMemoryBarrier barrier = {.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
                               .srcAccessMask = VK_ACCESS_TRANSFER_WRITE_BIT,
                               .dstAccessMask = VK_ACCESS_TRANSFER_WRITE_BIT};

    while (n-- > 0) {
        vkCmdCopyBuffer(p->commands, p->buffer, p->buffer, 1, &copy);
        vkCmdPipelineBarrier(p->commands, VK_PIPELINE_STAGE_TRANSFER_BIT,
                             VK_PIPELINE_STAGE_TRANSFER_BIT, 0, 1, &barrier, 0, NULL, 0, NULL);
    }
}

static void program_submit_frame(struct program *p)
{
    VkSubmitInfo info = {.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
                         .commandBufferCount = 1,
                         .pCommandBuffers = &p->commands};

    must(vkEndCommandBuffer(p->commands), "vkEndCommandBuffer");
    must(vkQueueSubmit(p->queue, 1, &info, p->fence), "vkQueueSubmit");
}

static void program_await_frame(struct program *p)
{
    must(vkWaitForFences(p->device, 1, &p->fence, VK_TRUE, UINT64_MAX), "vkWaitForFences");
    must(vkResetFences(p->device, 1, &p->fence), "vkResetFences");
}

static void program_stop(struct program *p)
{
    vkDestroyBuffer(p->device, p->buffer, NULL);
    vkFreeMemory(p->device, p->memory, NULL);
    vkDestroyFence(p->device, p->fence, NULL);
    vkDestroyCommandPool(p->device, p->pool, NULL);
    vkDestroyDevice(p->device, NULL);
    vkDestroyInstance(p->instance, NULL);
}

#endif
