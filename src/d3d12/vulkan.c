// SPDX-License-Identifier: MIT
/*
 * Making and unmaking the Vulkan instance and device (see vulkan.h), the validation layer's
 * messages, and the translation of Vulkan's results.
 */
#include "d3d12/vulkan.h"

#include <stdlib.h>
#include <string.h>

#include "d3d12/adapter.h"
#include "util/log.h"
#include "util/macro.h"

#define VALIDATION_LAYER "VK_LAYER_KHRONOS_validation"

_Atomic uint64_t nt_d3d_validation_errors;

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

/*
 * The layer never learns that a device was lost: to it, what was in flight then is in flight for
 * ever, and whatever belongs to it is destroyed too early. Vulkan wants it destroyed.
 */
static bool is_after_loss(const struct nt_d3d_vulkan *vulkan, const char *id)
{
    static const char *const ids[] = {
        "VUID-vkDestroyBuffer-buffer-00922", "VUID-vkFreeMemory-memory-00677",
        "VUID-vkDestroySemaphore-semaphore-01137", "VUID-vkDestroyCommandPool-commandPool-00041",
        "VUID-vkFreeCommandBuffers-pCommandBuffers-00047"};

    if (!id || !atomic_load(&vulkan->is_lost))
        return false;
    for (size_t i = 0; i < NT_ARRAY_SIZE(ids); i++) {
        if (!strcmp(id, ids[i]))
            return true;
    }
    return false;
}

static VKAPI_ATTR VkBool32 VKAPI_CALL on_message(VkDebugUtilsMessageSeverityFlagBitsEXT severity,
                                                 VkDebugUtilsMessageTypeFlagsEXT types,
                                                 const VkDebugUtilsMessengerCallbackDataEXT *data,
                                                 void *context)
{
    (void)types;
    if ((severity & VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT) &&
        !is_after_loss(context, data->pMessageIdName)) {
        atomic_fetch_add(&nt_d3d_validation_errors, 1);
        nt_log(NT_LOG_ERROR, "d3d12: validation: %s", data->pMessage);
    } else {
        nt_log(NT_LOG_WARNING, "d3d12: validation: %s", data->pMessage);
    }
    return VK_FALSE;
}

static VkDebugUtilsMessengerCreateInfoEXT messenger_info(struct nt_d3d_vulkan *vulkan)
{
    return (VkDebugUtilsMessengerCreateInfoEXT){
        .sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CREATE_INFO_EXT,
        .messageSeverity = VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT |
                           VK_DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT,
        .messageType = VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT |
                       VK_DEBUG_UTILS_MESSAGE_TYPE_PERFORMANCE_BIT_EXT,
        .pfnUserCallback = on_message,
        .pUserData = vulkan};
}

static bool validation_is_wanted(void)
{
    const char *value = secure_getenv("NTSHM_D3D12_VALIDATION");

    return value && *value && strcmp(value, "0") != 0;
}

static HRESULT make_messenger(struct nt_d3d_vulkan *vulkan)
{
    const VkDebugUtilsMessengerCreateInfoEXT info = messenger_info(vulkan);
    PFN_vkCreateDebugUtilsMessengerEXT create =
        (PFN_vkCreateDebugUtilsMessengerEXT)vkGetInstanceProcAddr(vulkan->instance,
                                                                  "vkCreateDebugUtilsMessengerEXT");
    VkResult result = VK_ERROR_EXTENSION_NOT_PRESENT;

    if (create)
        result = create(vulkan->instance, &info, NULL, &vulkan->messenger);
    if (result == VK_SUCCESS)
        return S_OK;
    vulkan->messenger = VK_NULL_HANDLE;
    return nt_d3d_hresult(result);
}

/* Asking for validation and not getting it is a failure: a test must not pass unwatched. */
static HRESULT make_instance(struct nt_d3d_vulkan *vulkan)
{
    const VkApplicationInfo application = {.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO,
                                           .pApplicationName = "ntshm-d3d12",
                                           .pEngineName = "ntshm-d3d12",
                                           .apiVersion = VK_API_VERSION_1_2};
    const char *const layers[] = {VALIDATION_LAYER};
    const char *const extensions[] = {VK_EXT_DEBUG_UTILS_EXTENSION_NAME,
                                      VK_EXT_VALIDATION_FEATURES_EXTENSION_NAME};
    /* A CPU driver runs in order: only the layer sees a barrier that is missing. */
    const VkValidationFeatureEnableEXT synchronization =
        VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT;
    const VkValidationFeaturesEXT features = {.sType = VK_STRUCTURE_TYPE_VALIDATION_FEATURES_EXT,
                                              .enabledValidationFeatureCount = 1,
                                              .pEnabledValidationFeatures = &synchronization};
    VkDebugUtilsMessengerCreateInfoEXT messenger = messenger_info(vulkan);
    bool validate = validation_is_wanted();
    const VkInstanceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO,
                                       .pNext = validate ? &messenger : NULL,
                                       .pApplicationInfo = &application,
                                       .enabledLayerCount = validate,
                                       .ppEnabledLayerNames = layers,
                                       .enabledExtensionCount = validate ? 2 : 0,
                                       .ppEnabledExtensionNames = extensions};
    VkResult result;

    messenger.pNext = &features;
    result = vkCreateInstance(&info, NULL, &vulkan->instance);
    if (result != VK_SUCCESS) {
        vulkan->instance = VK_NULL_HANDLE;
        nt_log(NT_LOG_ERROR, "d3d12: vkCreateInstance%s: %d",
               validate ? " with " VALIDATION_LAYER : "", (int)result);
        return nt_d3d_hresult(result);
    }
    return validate ? make_messenger(vulkan) : S_OK;
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

static HRESULT make_device(struct nt_d3d_vulkan *vulkan)
{
    const float priority = 1.0f;
    const VkDeviceQueueCreateInfo queue = {.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
                                           .queueFamilyIndex = vulkan->family,
                                           .queueCount = 1,
                                           .pQueuePriorities = &priority};
    VkPhysicalDeviceVulkan12Features features = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES,
        .timelineSemaphore = VK_TRUE,
        .bufferDeviceAddress = VK_TRUE};
    bool has_host =
        nt_d3d_adapter_has_extension(vulkan->physical, VK_EXT_EXTERNAL_MEMORY_HOST_EXTENSION_NAME);
    bool has_marker =
        nt_d3d_adapter_has_extension(vulkan->physical, VK_AMD_BUFFER_MARKER_EXTENSION_NAME);
    const char *extensions[2];
    uint32_t n = 0;
    VkDeviceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
                               .pNext = &features,
                               .queueCreateInfoCount = 1,
                               .pQueueCreateInfos = &queue,
                               .ppEnabledExtensionNames = extensions};
    VkResult result;

    if (has_host)
        extensions[n++] = VK_EXT_EXTERNAL_MEMORY_HOST_EXTENSION_NAME;
    if (has_marker)
        extensions[n++] = VK_AMD_BUFFER_MARKER_EXTENSION_NAME;
    info.enabledExtensionCount = n;
    result = vkCreateDevice(vulkan->physical, &info, NULL, &vulkan->device);
    if (result != VK_SUCCESS) {
        vulkan->device = VK_NULL_HANDLE;
        nt_log(NT_LOG_ERROR, "d3d12: vkCreateDevice on %s: %d", vulkan->properties.deviceName,
               (int)result);
        return nt_d3d_hresult(result);
    }
    vkGetDeviceQueue(vulkan->device, vulkan->family, 0, &vulkan->queue);
    if (has_host) {
        find_import_alignment(vulkan);
        vulkan->get_host_pointer_properties =
            (PFN_vkGetMemoryHostPointerPropertiesEXT)vkGetDeviceProcAddr(
                vulkan->device, "vkGetMemoryHostPointerPropertiesEXT");
    }
    if (!vulkan->get_host_pointer_properties)
        vulkan->import_alignment = 0;
    if (has_marker)
        vulkan->write_marker = (PFN_vkCmdWriteBufferMarkerAMD)vkGetDeviceProcAddr(
            vulkan->device, "vkCmdWriteBufferMarkerAMD");
    return S_OK;
}

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
    VkPhysicalDeviceType type = vulkan->properties.deviceType;

    vulkan->uma =
        type == VK_PHYSICAL_DEVICE_TYPE_CPU || type == VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU;
    vulkan->cache_coherent =
        vulkan->uma && nt_d3d_vulkan_memory_type(vulkan, UINT32_MAX, coherent, 0) >= 0;
}

HRESULT nt_d3d_vulkan_init(struct nt_d3d_vulkan *vulkan)
{
    HRESULT hr = make_instance(vulkan);

    if (SUCCEEDED(hr))
        hr = nt_d3d_adapter_choose(vulkan);
    if (SUCCEEDED(hr))
        hr = make_device(vulkan);
    if (SUCCEEDED(hr))
        find_architecture(vulkan);
    return hr;
}

void nt_d3d_vulkan_deinit(struct nt_d3d_vulkan *vulkan)
{
    PFN_vkDestroyDebugUtilsMessengerEXT destroy;

    if (vulkan->device)
        vkDestroyDevice(vulkan->device, NULL);
    vulkan->device = VK_NULL_HANDLE;
    if (vulkan->messenger) {
        destroy = (PFN_vkDestroyDebugUtilsMessengerEXT)vkGetInstanceProcAddr(
            vulkan->instance, "vkDestroyDebugUtilsMessengerEXT");
        if (destroy)
            destroy(vulkan->instance, vulkan->messenger, NULL);
    }
    vulkan->messenger = VK_NULL_HANDLE;
    if (vulkan->instance)
        vkDestroyInstance(vulkan->instance, NULL);
    vulkan->instance = VK_NULL_HANDLE;
}
