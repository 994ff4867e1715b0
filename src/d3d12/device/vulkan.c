// SPDX-License-Identifier: MIT
/*
 * Making and unmaking the Vulkan device, or taking the application's (see vulkan.h), its queue, and
 * the translation of Vulkan's results. Instances are in vulkan-instance.c.
 */
#include "d3d12/device/vulkan.h"

#include <stdlib.h>
#include <string.h>

#include <ntshm/d3d12_vulkan.h>

#include "d3d12/device/adapter.h"
#include "util/log.h"
#include "util/macro.h"

HRESULT nt_d3d_hresult(VkResult result)
{
    switch (result) {
    case VK_SUCCESS:
        return S_OK;
    case VK_ERROR_OUT_OF_HOST_MEMORY:
    case VK_ERROR_OUT_OF_DEVICE_MEMORY:
    case VK_ERROR_TOO_MANY_OBJECTS:
    case VK_ERROR_MEMORY_MAP_FAILED:
    case VK_ERROR_INVALID_EXTERNAL_HANDLE:
        return E_OUTOFMEMORY;
    case VK_ERROR_DEVICE_LOST:
        return DXGI_ERROR_DEVICE_REMOVED;
    case VK_ERROR_INCOMPATIBLE_DRIVER:
    case VK_ERROR_EXTENSION_NOT_PRESENT:
    case VK_ERROR_FEATURE_NOT_PRESENT:
    case VK_ERROR_LAYER_NOT_PRESENT:
        return DXGI_ERROR_UNSUPPORTED;
    default:
        return E_FAIL;
    }
}

/* --- the device ----------------------------------------------------------------------------- */

/* What a device is made with where the driver has it. */
static const char *const known_extensions[] = {
    VK_EXT_EXTERNAL_MEMORY_HOST_EXTENSION_NAME,    /* existing heaps, memfd heaps */
    VK_KHR_EXTERNAL_MEMORY_FD_EXTENSION_NAME,      /* shared heaps by opaque descriptor */
    VK_EXT_EXTERNAL_MEMORY_DMA_BUF_EXTENSION_NAME, /* shared heaps by udmabuf */
    VK_EXT_CALIBRATED_TIMESTAMPS_EXTENSION_NAME,   /* GetClockCalibration */
    VK_AMD_BUFFER_MARKER_EXTENSION_NAME,           /* markers that the driver writes */
    VK_EXT_DEVICE_FAULT_EXTENSION_NAME,            /* page faults for DRED */
};
_Static_assert(NT_ARRAY_SIZE(known_extensions) <= NT_D3D_MAX_EXTENSIONS, "");

bool nt_d3d_vulkan_has(const struct nt_d3d_vulkan *vulkan, const char *name)
{
    for (uint32_t i = 0; i < vulkan->n_extensions; i++) {
        if (!strcmp(vulkan->extensions[i], name))
            return true;
    }
    return false;
}

static void find_import_alignment(struct nt_d3d_vulkan *vulkan)
{
    VkPhysicalDeviceExternalMemoryHostPropertiesEXT host = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_EXTERNAL_MEMORY_HOST_PROPERTIES_EXT};
    VkPhysicalDeviceProperties2 properties = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2, .pNext = &host};

    vkGetPhysicalDeviceProperties2(vulkan->physical, &properties);
    vulkan->import_alignment = host.minImportedHostPointerAlignment;
}

/* The functions of the extensions that the device has. */
static void find_functions(struct nt_d3d_vulkan *vulkan)
{
    VkDevice device = vulkan->device;

    if (nt_d3d_vulkan_has(vulkan, VK_EXT_EXTERNAL_MEMORY_HOST_EXTENSION_NAME)) {
        find_import_alignment(vulkan);
        vulkan->get_host_pointer_properties =
            (PFN_vkGetMemoryHostPointerPropertiesEXT)vkGetDeviceProcAddr(
                device, "vkGetMemoryHostPointerPropertiesEXT");
    }
    if (!vulkan->get_host_pointer_properties)
        vulkan->import_alignment = 0;
    if (nt_d3d_vulkan_has(vulkan, VK_AMD_BUFFER_MARKER_EXTENSION_NAME))
        vulkan->write_marker =
            (PFN_vkCmdWriteBufferMarkerAMD)vkGetDeviceProcAddr(device, "vkCmdWriteBufferMarkerAMD");
    if (nt_d3d_vulkan_has(vulkan, VK_KHR_EXTERNAL_MEMORY_FD_EXTENSION_NAME)) {
        vulkan->get_memory_fd =
            (PFN_vkGetMemoryFdKHR)vkGetDeviceProcAddr(device, "vkGetMemoryFdKHR");
        if (nt_d3d_vulkan_has(vulkan, VK_EXT_EXTERNAL_MEMORY_DMA_BUF_EXTENSION_NAME))
            vulkan->get_memory_fd_properties = (PFN_vkGetMemoryFdPropertiesKHR)vkGetDeviceProcAddr(
                device, "vkGetMemoryFdPropertiesKHR");
    }
    if (nt_d3d_vulkan_has(vulkan, VK_EXT_DEVICE_FAULT_EXTENSION_NAME))
        vulkan->get_fault_info =
            (PFN_vkGetDeviceFaultInfoEXT)vkGetDeviceProcAddr(device, "vkGetDeviceFaultInfoEXT");
}

/*
 * Tiles are sparse bindings where the driver has those; nothing else is wanted of the old ones. Of
 * a device of the application's it is not known what is on but what is required.
 */
static void choose_features(struct nt_d3d_vulkan *vulkan)
{
    VkPhysicalDeviceFeatures can;

    vkGetPhysicalDeviceFeatures(vulkan->physical, &can);
    vulkan->features12 = (VkPhysicalDeviceVulkan12Features){
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES,
        .timelineSemaphore = VK_TRUE,
        .bufferDeviceAddress = VK_TRUE};
    vulkan->features =
        (VkPhysicalDeviceFeatures){.sparseBinding = can.sparseBinding,
                                   .sparseResidencyBuffer = can.sparseResidencyBuffer,
                                   .sparseResidencyImage2D = can.sparseResidencyImage2D,
                                   .sparseResidencyImage3D = can.sparseResidencyImage3D,
                                   .sparseResidencyAliased = can.sparseResidencyAliased};
    vulkan->features2 =
        (VkPhysicalDeviceFeatures2){.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2,
                                    .pNext = &vulkan->features12,
                                    .features = vulkan->features};
}

static void choose_extensions(struct nt_d3d_vulkan *vulkan)
{
    NT_CLEANUP(nt_freep) VkExtensionProperties *there = NULL;
    uint32_t n = 0;

    if (vkEnumerateDeviceExtensionProperties(vulkan->physical, NULL, &n, NULL) != VK_SUCCESS || !n)
        return;
    there = calloc(n, sizeof(*there));
    if (!there || vkEnumerateDeviceExtensionProperties(vulkan->physical, NULL, &n, there) < 0)
        return;
    for (size_t i = 0; i < NT_ARRAY_SIZE(known_extensions); i++) {
        for (uint32_t k = 0; k < n; k++) {
            if (!strcmp(known_extensions[i], there[k].extensionName)) {
                vulkan->extensions[vulkan->n_extensions++] = known_extensions[i];
                break;
            }
        }
    }
}

static HRESULT make_device(struct nt_d3d_vulkan *vulkan)
{
    const float priority = 1.0f;
    const VkDeviceQueueCreateInfo queue = {.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
                                           .queueFamilyIndex = vulkan->family,
                                           .queueCount = 1,
                                           .pQueuePriorities = &priority};
    VkPhysicalDeviceFaultFeaturesEXT fault = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FAULT_FEATURES_EXT, .deviceFault = VK_TRUE};
    VkDeviceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
                               .pNext = &vulkan->features2,
                               .queueCreateInfoCount = 1,
                               .pQueueCreateInfos = &queue};
    VkResult result;

    choose_features(vulkan);
    choose_extensions(vulkan);
    if (nt_d3d_vulkan_has(vulkan, VK_EXT_DEVICE_FAULT_EXTENSION_NAME)) {
        fault.pNext = &vulkan->features2;
        info.pNext = &fault;
    }
    info.enabledExtensionCount = vulkan->n_extensions;
    info.ppEnabledExtensionNames = vulkan->extensions;
    result = vkCreateDevice(vulkan->physical, &info, NULL, &vulkan->device);
    if (result != VK_SUCCESS) {
        vulkan->device = VK_NULL_HANDLE;
        nt_log(NT_LOG_ERROR, "d3d12: vkCreateDevice on %s: %d", vulkan->properties.deviceName,
               (int)result);
        return nt_d3d_hresult(result);
    }
    vkGetDeviceQueue(vulkan->device, vulkan->family, 0, &vulkan->queue);
    find_functions(vulkan);
    return S_OK;
}

/* --- the application's device ---------------------------------------------------------------- */

/* Which of @n names are extensions that this library knows. */
static void take_extensions(struct nt_d3d_vulkan *vulkan, uint32_t n, const char *const *names)
{
    for (size_t i = 0; i < NT_ARRAY_SIZE(known_extensions); i++) {
        for (uint32_t k = 0; names && k < n; k++) {
            if (names[k] && !strcmp(known_extensions[i], names[k])) {
                vulkan->extensions[vulkan->n_extensions++] = known_extensions[i];
                break;
            }
        }
    }
}

/*
 * The queue that the application names. One that only transfers copies images in larger pieces
 * than texels, to places of four bytes, and has no queries.
 */
static bool take_queue(struct nt_d3d_vulkan *vulkan, const struct ntshm_d3d12_vulkan *given)
{
    struct nt_d3d_families families;

    nt_d3d_vulkan_families(vulkan->physical, &families);
    if (given->queue_family >= families.n || !(families.all[given->queue_family].queueFlags &
                                               (VK_QUEUE_GRAPHICS_BIT | VK_QUEUE_COMPUTE_BIT)))
        return false;
    vulkan->family = given->queue_family;
    vulkan->queue = given->queue;
    return true;
}

/* The place of the physical device among those of its instance. */
static uint32_t find_index(const struct nt_d3d_vulkan *vulkan)
{
    VkPhysicalDevice devices[NT_D3D_MAX_ADAPTERS];
    uint32_t n = NT_ARRAY_SIZE(devices);

    if (vkEnumeratePhysicalDevices(vulkan->instance, &n, devices) < 0)
        return UINT32_MAX;
    for (uint32_t i = 0; i < n; i++) {
        if (devices[i] == vulkan->physical)
            return i;
    }
    return UINT32_MAX;
}

static HRESULT take_device(struct nt_d3d_vulkan *vulkan, const struct ntshm_d3d12_vulkan *given)
{
    vulkan->is_foreign = true;
    if (!given->instance || !given->physical_device || !given->device || !given->queue ||
        !given->lock_queue != !given->unlock_queue)
        return E_INVALIDARG;
    vulkan->instance = given->instance;
    if (!nt_d3d_adapter_examine(vulkan, given->physical_device))
        return DXGI_ERROR_UNSUPPORTED;
    if (!take_queue(vulkan, given))
        return E_INVALIDARG;
    vulkan->index = find_index(vulkan);
    vulkan->device = given->device;
    vulkan->lock_foreign = given->lock_queue;
    vulkan->unlock_foreign = given->unlock_queue;
    vulkan->lock_context = given->lock_context;
    choose_features(vulkan);
    vulkan->features = (VkPhysicalDeviceFeatures){0};
    vulkan->features2.features = vulkan->features;
    take_extensions(vulkan, given->n_device_extensions, given->device_extensions);
    find_functions(vulkan);
    return S_OK;
}

/* --- the queue ------------------------------------------------------------------------------- */

static HRESULT make_queue_lock(struct nt_d3d_vulkan *vulkan)
{
    pthread_mutexattr_t attributes;

    if (pthread_mutexattr_init(&attributes))
        return E_OUTOFMEMORY;
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    vulkan->has_queue_lock = !pthread_mutex_init(&vulkan->queue_lock, &attributes);
    pthread_mutexattr_destroy(&attributes);
    return vulkan->has_queue_lock ? S_OK : E_OUTOFMEMORY;
}

void nt_d3d_vulkan_lock_queue(struct nt_d3d_vulkan *vulkan)
{
    if (vulkan->lock_foreign)
        vulkan->lock_foreign(vulkan->lock_context);
    else
        pthread_mutex_lock(&vulkan->queue_lock);
}

void nt_d3d_vulkan_unlock_queue(struct nt_d3d_vulkan *vulkan)
{
    if (vulkan->unlock_foreign)
        vulkan->unlock_foreign(vulkan->lock_context);
    else
        pthread_mutex_unlock(&vulkan->queue_lock);
}

VkResult nt_d3d_vulkan_submit(struct nt_d3d_vulkan *vulkan, const VkSubmitInfo *info)
{
    VkResult result;

    nt_d3d_vulkan_lock_queue(vulkan);
    result = vkQueueSubmit(vulkan->queue, 1, info, VK_NULL_HANDLE);
    nt_d3d_vulkan_unlock_queue(vulkan);
    return result;
}

void nt_d3d_vulkan_wait_idle(struct nt_d3d_vulkan *vulkan)
{
    if (vulkan->is_foreign)
        return;
    nt_d3d_vulkan_lock_queue(vulkan);
    vkQueueWaitIdle(vulkan->queue);
    nt_d3d_vulkan_unlock_queue(vulkan);
}

/* --- what it is ------------------------------------------------------------------------------ */

int nt_d3d_vulkan_memory_type(const struct nt_d3d_vulkan *vulkan, uint32_t bits,
                              VkMemoryPropertyFlags required, VkMemoryPropertyFlags preferred)
{
    for (int pass = 0; pass < 2; pass++) {
        VkMemoryPropertyFlags wanted = pass ? required : required | preferred;

        for (uint32_t i = 0; i < vulkan->memory.memoryTypeCount; i++) {
            VkMemoryPropertyFlags flags = vulkan->memory.memoryTypes[i].propertyFlags;

            if ((bits & 1u << i) && (flags & wanted) == wanted)
                return (int)i;
        }
    }
    return -1;
}

/* UMA: the device's own memory is what the CPU has too. */
static void find_architecture(struct nt_d3d_vulkan *vulkan)
{
    const VkMemoryPropertyFlags coherent =
        VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT | VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT |
        VK_MEMORY_PROPERTY_HOST_COHERENT_BIT | VK_MEMORY_PROPERTY_HOST_CACHED_BIT;

    vulkan->uma = nt_d3d_vulkan_is_on_cpu(vulkan) ||
                  vulkan->properties.deviceType == VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU;
    vulkan->cache_coherent =
        vulkan->uma && nt_d3d_vulkan_memory_type(vulkan, UINT32_MAX, coherent, 0) >= 0;
}

/* A device of our own on the adapter that is wanted. */
static HRESULT make_all(struct nt_d3d_vulkan *vulkan, const struct nt_d3d_identity *identity)
{
    HRESULT hr = nt_d3d_vulkan_make_instance(vulkan);

    if (SUCCEEDED(hr))
        hr = nt_d3d_adapter_choose(vulkan, identity);
    return SUCCEEDED(hr) ? make_device(vulkan) : hr;
}

HRESULT nt_d3d_vulkan_init(struct nt_d3d_vulkan *vulkan, const struct nt_d3d_source *source)
{
    HRESULT hr =
        source->vulkan ? take_device(vulkan, source->vulkan) : make_all(vulkan, source->identity);

    if (FAILED(hr))
        return hr;
    find_architecture(vulkan);
    return make_queue_lock(vulkan);
}

void nt_d3d_vulkan_deinit(struct nt_d3d_vulkan *vulkan)
{
    if (!vulkan->is_foreign && vulkan->device)
        vkDestroyDevice(vulkan->device, NULL);
    if (!vulkan->is_foreign)
        nt_d3d_vulkan_destroy_instance(vulkan);
    vulkan->device = VK_NULL_HANDLE;
    vulkan->messenger = VK_NULL_HANDLE;
    vulkan->instance = VK_NULL_HANDLE;
    if (vulkan->has_queue_lock)
        pthread_mutex_destroy(&vulkan->queue_lock);
    vulkan->has_queue_lock = false;
}
