// SPDX-License-Identifier: MIT
/*
 * What the queue family of a Vulkan device can do besides copying: timestamps, and sparse
 * binding with all that tiles need of it (tiles.h).
 */
#include <stdlib.h>

#include "d3d12/device/vulkan.h"

void nt_d3d_vulkan_find_family(struct nt_d3d_vulkan *vulkan)
{
    VkQueueFamilyProperties *families;
    VkQueueFlags flags = 0;
    uint32_t n = 0;

    vkGetPhysicalDeviceQueueFamilyProperties(vulkan->physical, &n, NULL);
    families = calloc(n, sizeof(*families));
    if (!families)
        return;
    vkGetPhysicalDeviceQueueFamilyProperties(vulkan->physical, &n, families);
    if (vulkan->family < n) {
        flags = families[vulkan->family].queueFlags;
        vulkan->timestamp_bits = families[vulkan->family].timestampValidBits;
    }
    free(families);
    vulkan->sparse = (flags & VK_QUEUE_SPARSE_BINDING_BIT) && vulkan->features.sparseBinding &&
                     vulkan->features.sparseResidencyBuffer &&
                     vulkan->features.sparseResidencyAliased &&
                     vulkan->properties.sparseProperties.residencyNonResidentStrict;
}
