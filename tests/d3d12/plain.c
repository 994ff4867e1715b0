// SPDX-License-Identifier: MIT
/*
 * See plain.h.
 */
#include "d3d12/plain.h"

#include <string.h>

#define MUST(call) require((call) == VK_SUCCESS, #call)

static const char *const extensions[] = {VK_EXT_EXTERNAL_MEMORY_HOST_EXTENSION_NAME,
                                         VK_KHR_EXTERNAL_MEMORY_FD_EXTENSION_NAME};
static _Atomic unsigned n_messages;

static VKAPI_ATTR VkBool32 VKAPI_CALL on_message(VkDebugUtilsMessageSeverityFlagBitsEXT severity,
                                                 VkDebugUtilsMessageTypeFlagsEXT types,
                                                 const VkDebugUtilsMessengerCallbackDataEXT *data,
                                                 void *context)
{
    (void)severity, (void)types, (void)context;
    test_note("%s", data->pMessage);
    n_messages++;
    return VK_FALSE;
}

static void make_instance(struct plain *plain)
{
    const char *const layers[] = {"VK_LAYER_KHRONOS_validation"};
    const char *const names[] = {VK_EXT_DEBUG_UTILS_EXTENSION_NAME};
    const VkApplicationInfo application = {.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO,
                                           .apiVersion = VK_API_VERSION_1_2};
    const VkInstanceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO,
                                       .pApplicationInfo = &application,
                                       .enabledLayerCount = 1,
                                       .ppEnabledLayerNames = layers,
                                       .enabledExtensionCount = 1,
                                       .ppEnabledExtensionNames = names};
    const VkDebugUtilsMessengerCreateInfoEXT listen = {
        .sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CREATE_INFO_EXT,
        .messageSeverity = VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT,
        .messageType = VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT,
        .pfnUserCallback = on_message};
    PFN_vkCreateDebugUtilsMessengerEXT create;

    MUST(vkCreateInstance(&info, NULL, &plain->instance));
    create = (PFN_vkCreateDebugUtilsMessengerEXT)vkGetInstanceProcAddr(
        plain->instance, "vkCreateDebugUtilsMessengerEXT");
    require(create != NULL);
    MUST(create(plain->instance, &listen, NULL, &plain->messenger));
}

static void find_cpu(struct plain *plain)
{
    VkPhysicalDevice devices[16];
    VkPhysicalDeviceProperties properties;
    uint32_t n = 16;

    require(vkEnumeratePhysicalDevices(plain->instance, &n, devices) >= 0);
    for (uint32_t i = 0; i < n; i++) {
        vkGetPhysicalDeviceProperties(devices[i], &properties);
        if (strstr(properties.deviceName, "llvmpipe"))
            plain->physical = devices[i];
    }
    require(plain->physical != VK_NULL_HANDLE, "there is no llvmpipe");
}

static void make_device(struct plain *plain)
{
    const float priority = 1;
    const VkDeviceQueueCreateInfo queue = {.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
                                           .queueCount = 1,
                                           .pQueuePriorities = &priority};
    const VkPhysicalDeviceVulkan12Features features = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES,
        .timelineSemaphore = VK_TRUE,
        .bufferDeviceAddress = VK_TRUE};
    const VkDeviceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
                                     .pNext = &features,
                                     .queueCreateInfoCount = 1,
                                     .pQueueCreateInfos = &queue,
                                     .enabledExtensionCount = 2,
                                     .ppEnabledExtensionNames = extensions};
    const VkCommandPoolCreateInfo pool = {.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
                                          .flags = VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT};
    VkCommandBufferAllocateInfo buffer = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
                                          .commandBufferCount = 1};

    MUST(vkCreateDevice(plain->physical, &info, NULL, &plain->device));
    vkGetDeviceQueue(plain->device, 0, 0, &plain->queue);
    MUST(vkCreateCommandPool(plain->device, &pool, NULL, &plain->pool));
    buffer.commandPool = plain->pool;
    MUST(vkAllocateCommandBuffers(plain->device, &buffer, &plain->commands));
}

void plain_open(struct plain *plain)
{
    *plain = (struct plain){0};
    kit_environment();
    n_messages = 0;
    make_instance(plain);
    find_cpu(plain);
    make_device(plain);
    plain->lent = (struct ntshm_d3d12_vulkan){.size = sizeof(plain->lent),
                                              .n_device_extensions = 2,
                                              .device_extensions = extensions,
                                              .instance = plain->instance,
                                              .physical_device = plain->physical,
                                              .device = plain->device,
                                              .queue = plain->queue};
}

void plain_close(struct plain *plain)
{
    PFN_vkDestroyDebugUtilsMessengerEXT destroy;

    vkDeviceWaitIdle(plain->device);
    vkDestroyCommandPool(plain->device, plain->pool, NULL);
    vkDestroyDevice(plain->device, NULL);
    destroy = (PFN_vkDestroyDebugUtilsMessengerEXT)vkGetInstanceProcAddr(
        plain->instance, "vkDestroyDebugUtilsMessengerEXT");
    destroy(plain->instance, plain->messenger, NULL);
    vkDestroyInstance(plain->instance, NULL);
    ok_eq(n_messages, 0);
}

ID3D12Device5 *plain_device(const struct plain *plain)
{
    ID3D12Device5 *device = NULL;
    HRESULT hr = ntshm_d3d12_create_on_vulkan(&plain->lent, D3D_FEATURE_LEVEL_11_0,
                                              &IID_ID3D12Device5, (void **)&device);

    require(hr == S_OK && device, "no device: 0x%08x", (unsigned)hr);
    return device;
}

void plain_kit(struct kit *kit, const struct plain *plain)
{
    *kit = (struct kit){.device = plain_device(plain)};
    kit->queue = kit_queue(kit->device, D3D12_COMMAND_LIST_TYPE_COPY);
    kit->allocator = kit_allocator(kit->device, D3D12_COMMAND_LIST_TYPE_COPY);
    kit->list = kit_list(kit->device, D3D12_COMMAND_LIST_TYPE_COPY, kit->allocator);
    kit->fence = kit_fence(kit->device, 0);
}

void plain_begin(struct plain *plain)
{
    const VkCommandBufferBeginInfo info = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO,
                                           .flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT};

    MUST(vkBeginCommandBuffer(plain->commands, &info));
}

VkFence plain_start(struct plain *plain, VkSemaphore semaphore, uint64_t value)
{
    const VkPipelineStageFlags stage = VK_PIPELINE_STAGE_ALL_COMMANDS_BIT;
    const VkTimelineSemaphoreSubmitInfo values = {
        .sType = VK_STRUCTURE_TYPE_TIMELINE_SEMAPHORE_SUBMIT_INFO,
        .waitSemaphoreValueCount = 1,
        .pWaitSemaphoreValues = &value};
    const VkSubmitInfo info = {.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
                               .pNext = semaphore ? &values : NULL,
                               .waitSemaphoreCount = semaphore ? 1 : 0,
                               .pWaitSemaphores = &semaphore,
                               .pWaitDstStageMask = &stage,
                               .commandBufferCount = 1,
                               .pCommandBuffers = &plain->commands};
    const VkFenceCreateInfo fence_info = {.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO};
    VkFence fence;

    MUST(vkEndCommandBuffer(plain->commands));
    MUST(vkCreateFence(plain->device, &fence_info, NULL, &fence));
    MUST(vkQueueSubmit(plain->queue, 1, &info, fence));
    return fence;
}

void plain_await(struct plain *plain, VkFence fence)
{
    MUST(vkWaitForFences(plain->device, 1, &fence, VK_TRUE,
                         UINT64_C(1000000) * KIT_DEADLINE * test_slowness()));
    vkDestroyFence(plain->device, fence, NULL);
}

void plain_submit(struct plain *plain, VkSemaphore semaphore, uint64_t value)
{
    plain_await(plain, plain_start(plain, semaphore, value));
}
