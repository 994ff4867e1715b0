/* SPDX-License-Identifier: MIT */
/*
 * A program that has a Vulkan device already, with the validation layer on: what an engine is
 * before it knows of Direct3D.
 */
#ifndef NT_TESTS_D3D12_PLAIN_H
#define NT_TESTS_D3D12_PLAIN_H

#include <ntshm/d3d12_vulkan.h>

#include "d3d12/kit.h"

struct plain {
    VkInstance instance;
    VkDebugUtilsMessengerEXT messenger;
    VkPhysicalDevice physical;
    VkDevice device;
    VkQueue queue;
    VkCommandPool pool;
    VkCommandBuffer commands;
    struct ntshm_d3d12_vulkan lent; /* the device as ntshm_d3d12_create_on_vulkan() wants it */
};

/* Makes it on the CPU driver; ends the case when it cannot be made. */
void plain_open(struct plain *plain);
/* Destroys it; asserts that the validation layer found nothing. */
void plain_close(struct plain *plain);

/* A Direct3D device on it. */
ID3D12Device5 *plain_device(const struct plain *plain);
/* A kit whose device is on it, with a COPY queue. */
void plain_kit(struct kit *kit, const struct plain *plain);

void plain_begin(struct plain *plain);
/* Ends the command buffer and submits it; waits for it unless it waits for @semaphore itself. */
void plain_submit(struct plain *plain, VkSemaphore semaphore, uint64_t value);
/* The same without waiting; plain_await() waits. */
VkFence plain_start(struct plain *plain, VkSemaphore semaphore, uint64_t value);
void plain_await(struct plain *plain, VkFence fence);

#endif
