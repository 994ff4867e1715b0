// SPDX-License-Identifier: MIT
/*
 * Which Vulkan device is taken. NTSHM_D3D12_ADAPTER names it by index or by a part of its name;
 * without it the first discrete GPU, else the first integrated one, else the first virtual
 * one, else the first CPU driver that can do what is required (vulkan.h).
 */
#include "d3d12/device/adapter.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/log.h"
#include "util/macro.h"

/* True when @text contains @part, in any case of ASCII letters. */
static bool contains(const char *text, const char *part)
{
    size_t length = strlen(part);

    for (; *text; text++) {
        if (!strncasecmp(text, part, length))
            return true;
    }
    return false;
}

/* True for a string of digits that fits; its number is stored. */
static bool parse_index(const char *text, uint32_t *ret_index)
{
    uint32_t value = 0;

    if (!*text || strlen(text) > 6)
        return false;
    for (; *text; text++) {
        if (*text < '0' || *text > '9')
            return false;
        value = value * 10 + (uint32_t)(*text - '0');
    }
    *ret_index = value;
    return true;
}

/* The family to copy on: with graphics, or compute. What only transfers cannot copy any box. */
static bool find_family(VkPhysicalDevice physical, uint32_t *ret_family)
{
    const VkQueueFlags wanted[] = {VK_QUEUE_GRAPHICS_BIT, VK_QUEUE_COMPUTE_BIT};
    struct nt_d3d_families families;

    nt_d3d_vulkan_families(physical, &families);
    for (size_t kind = 0; kind < NT_ARRAY_SIZE(wanted); kind++) {
        for (uint32_t i = 0; i < families.n; i++) {
            if (families.all[i].queueFlags & wanted[kind]) {
                *ret_family = i;
                return true;
            }
        }
    }
    return false;
}

bool nt_d3d_adapter_examine(struct nt_d3d_vulkan *vulkan, VkPhysicalDevice physical)
{
    VkPhysicalDeviceMaintenance3Properties maintenance3 = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_3_PROPERTIES};
    VkPhysicalDeviceProperties2 properties = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2, .pNext = &maintenance3};
    VkPhysicalDeviceVulkan12Features features12 = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES};
    VkPhysicalDeviceFeatures2 features = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2,
                                          .pNext = &features12};

    vkGetPhysicalDeviceProperties(physical, &properties.properties);
    if (properties.properties.apiVersion < VK_API_VERSION_1_2)
        return false;
    vulkan->driver = (VkPhysicalDeviceDriverProperties){
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DRIVER_PROPERTIES, .pNext = &vulkan->id};
    vulkan->id =
        (VkPhysicalDeviceIDProperties){.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_ID_PROPERTIES};
    maintenance3.pNext = &vulkan->driver;
    vkGetPhysicalDeviceProperties2(physical, &properties);
    vkGetPhysicalDeviceFeatures2(physical, &features);
    if (!features12.timelineSemaphore || !features12.bufferDeviceAddress ||
        !find_family(physical, &vulkan->family))
        return false;

    vulkan->physical = physical;
    vulkan->properties = properties.properties;
    vulkan->max_allocation_size = maintenance3.maxMemoryAllocationSize;
    vulkan->driver.pNext = NULL;
    vkGetPhysicalDeviceMemoryProperties(physical, &vulkan->memory);
    return true;
}

int nt_d3d_adapter_rank(const struct nt_d3d_vulkan *vulkan)
{
    switch (vulkan->properties.deviceType) {
    case VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU:
        return 4;
    case VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU:
        return 3;
    case VK_PHYSICAL_DEVICE_TYPE_VIRTUAL_GPU:
        return 2;
    default:
        return 1;
    }
}

struct nt_d3d_identity nt_d3d_adapter_identity(const struct nt_d3d_vulkan *vulkan)
{
    struct nt_d3d_identity identity;

    memcpy(identity.device_uuid, vulkan->id.deviceUUID, VK_UUID_SIZE);
    memcpy(identity.driver_uuid, vulkan->id.driverUUID, VK_UUID_SIZE);
    return identity;
}

LUID nt_d3d_adapter_luid(const struct nt_d3d_vulkan *vulkan)
{
    const VkPhysicalDeviceIDProperties *id = &vulkan->id;
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    LUID luid;

    if (id->deviceLUIDValid) {
        memcpy(&luid, id->deviceLUID, sizeof(luid));
        return luid;
    }
    /* FNV-1a over the device's UUID. */
    for (size_t i = 0; i < VK_UUID_SIZE; i++)
        hash = (hash ^ id->deviceUUID[i]) * UINT64_C(0x100000001b3);
    luid.LowPart = (DWORD)hash;
    luid.HighPart = (LONG)(hash >> 32);
    return luid;
}

/* True when the adapter at @index may be taken for what the environment asks. */
static bool is_named(const struct nt_d3d_vulkan *vulkan, uint32_t index, const char *wanted)
{
    uint32_t number;

    if (!wanted || !*wanted)
        return true;
    if (parse_index(wanted, &number))
        return number == index;
    return contains(vulkan->properties.deviceName, wanted) ||
           contains(vulkan->driver.driverName, wanted);
}

static bool is_same(const struct nt_d3d_vulkan *vulkan, const struct nt_d3d_identity *identity)
{
    struct nt_d3d_identity own = nt_d3d_adapter_identity(vulkan);

    return !memcmp(&own, identity, sizeof(own));
}

HRESULT nt_d3d_adapter_choose(struct nt_d3d_vulkan *vulkan, const struct nt_d3d_identity *identity)
{
    const char *wanted = identity ? NULL : secure_getenv("NTSHM_D3D12_ADAPTER");
    VkPhysicalDevice devices[NT_D3D_MAX_ADAPTERS];
    uint32_t n = NT_ARRAY_SIZE(devices);
    struct nt_d3d_vulkan best = *vulkan;
    int best_rank = 0;
    VkResult result;

    result = vkEnumeratePhysicalDevices(vulkan->instance, &n, devices);
    if (result < 0) {
        nt_log(NT_LOG_ERROR, "d3d12: vkEnumeratePhysicalDevices: %d", (int)result);
        return DXGI_ERROR_UNSUPPORTED;
    }
    for (uint32_t i = 0; i < n; i++) {
        struct nt_d3d_vulkan candidate = *vulkan;

        if (!nt_d3d_adapter_examine(&candidate, devices[i]) || !is_named(&candidate, i, wanted) ||
            (identity && !is_same(&candidate, identity)))
            continue;
        if (nt_d3d_adapter_rank(&candidate) <= best_rank)
            continue;
        best_rank = nt_d3d_adapter_rank(&candidate);
        candidate.index = i;
        best = candidate;
    }
    if (!best_rank) {
        nt_log(NT_LOG_ERROR,
               "d3d12: none of %u Vulkan devices is \"%s\" and has Vulkan 1.2, "
               "timelineSemaphore and bufferDeviceAddress",
               n, wanted ? wanted : "");
        return DXGI_ERROR_UNSUPPORTED;
    }
    *vulkan = best;
    return S_OK;
}
