// SPDX-License-Identifier: MIT
/*
 * The VkInstance of a device of our own (see vulkan.h), and what the validation layer has to say.
 */
#include <stdlib.h>
#include <string.h>

#include "d3d12/device/vulkan.h"
#include "util/log.h"
#include "util/macro.h"

#define VALIDATION_LAYER "VK_LAYER_KHRONOS_validation"

_Atomic uint64_t nt_d3d_validation_errors;

/*
 * The layer never learns that a device was lost: to it, what was in flight then is in flight for
 * ever, and whatever belongs to it is destroyed too early. Vulkan wants it destroyed.
 */
static bool is_after_loss(const struct nt_d3d_vulkan *vulkan, const char *id)
{
    static const char *const ids[] = {"VUID-vkDestroyBuffer-buffer-00922",
                                      "VUID-vkDestroyImage-image-01000",
                                      "VUID-vkFreeMemory-memory-00677",
                                      "VUID-vkDestroySemaphore-semaphore-01137",
                                      "VUID-vkDestroyCommandPool-commandPool-00041",
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
    /* Images stay in one layout for all copies (encode-texels.c); the layer would like others. */
    if (types == VK_DEBUG_UTILS_MESSAGE_TYPE_PERFORMANCE_BIT_EXT && data->pMessageIdName &&
        !strcmp(data->pMessageIdName, "UNASSIGNED-CoreValidation-DrawState-InvalidImageLayout"))
        return VK_FALSE;
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
HRESULT nt_d3d_vulkan_make_instance(struct nt_d3d_vulkan *vulkan)
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

void nt_d3d_vulkan_destroy_instance(struct nt_d3d_vulkan *vulkan)
{
    PFN_vkDestroyDebugUtilsMessengerEXT destroy;

    if (vulkan->messenger) {
        destroy = (PFN_vkDestroyDebugUtilsMessengerEXT)vkGetInstanceProcAddr(
            vulkan->instance, "vkDestroyDebugUtilsMessengerEXT");
        if (destroy)
            destroy(vulkan->instance, vulkan->messenger, NULL);
    }
    if (vulkan->instance)
        vkDestroyInstance(vulkan->instance, NULL);
}
