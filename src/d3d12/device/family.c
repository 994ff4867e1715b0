// SPDX-License-Identifier: MIT
/*
 * The queue families of a Vulkan device, and what the one that is used can do besides copying:
 * timestamps, and sparse binding with all that tiles need of it (tiles.h).
 */
#include "d3d12/device/vulkan.h"
#include "util/macro.h"

void nt_d3d_vulkan_families(VkPhysicalDevice physical, struct nt_d3d_families *ret_families)
{
    ret_families->n = NT_ARRAY_SIZE(ret_families->all);
    vkGetPhysicalDeviceQueueFamilyProperties(physical, &ret_families->n, ret_families->all);
}

void nt_d3d_vulkan_find_family(struct nt_d3d_vulkan *vulkan)
{
    struct nt_d3d_families families;
    VkQueueFlags flags = 0;

    nt_d3d_vulkan_families(vulkan->physical, &families);
    if (vulkan->family < families.n) {
        flags = families.all[vulkan->family].queueFlags;
        vulkan->timestamp_bits = families.all[vulkan->family].timestampValidBits;
    }
    vulkan->sparse = (flags & VK_QUEUE_SPARSE_BINDING_BIT) && vulkan->features.sparseBinding &&
                     vulkan->features.sparseResidencyBuffer &&
                     vulkan->features.sparseResidencyAliased &&
                     vulkan->properties.sparseProperties.residencyNonResidentStrict;
}
