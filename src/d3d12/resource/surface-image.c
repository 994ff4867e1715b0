// SPDX-License-Identifier: MIT
/*
 * Images of the driver's (see surface-image.h). An image on memory that is shared or imported
 * must be made for that kind of memory; whether the driver has such a one is asked each time,
 * and the answer is the same for every process on the same device.
 */
#include "d3d12/resource/surface-image.h"

#include "d3d12/device/device.h"

struct image_info {
    VkExternalMemoryImageCreateInfo external;
    VkImageCreateInfo image;
};

/* What the flags ask for and the format can; 0 when it cannot even be copied. */
static VkImageUsageFlags usage_of(const struct nt_d3d_device *device,
                                  const D3D12_RESOURCE_DESC *desc, VkFormat format)
{
    const VkFormatFeatureFlags copies =
        VK_FORMAT_FEATURE_TRANSFER_SRC_BIT | VK_FORMAT_FEATURE_TRANSFER_DST_BIT;
    VkImageUsageFlags usage = VK_IMAGE_USAGE_TRANSFER_SRC_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT;
    VkFormatProperties can;

    vkGetPhysicalDeviceFormatProperties(device->vulkan.physical, format, &can);
    if ((can.optimalTilingFeatures & copies) != copies)
        return 0;
    if (can.optimalTilingFeatures & VK_FORMAT_FEATURE_SAMPLED_IMAGE_BIT)
        usage |= VK_IMAGE_USAGE_SAMPLED_BIT;
    if (((unsigned)desc->Flags & D3D12_RESOURCE_FLAG_ALLOW_RENDER_TARGET) &&
        (can.optimalTilingFeatures & VK_FORMAT_FEATURE_COLOR_ATTACHMENT_BIT))
        usage |= VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT;
    if (((unsigned)desc->Flags & D3D12_RESOURCE_FLAG_ALLOW_UNORDERED_ACCESS) &&
        (can.optimalTilingFeatures & VK_FORMAT_FEATURE_STORAGE_IMAGE_BIT))
        usage |= VK_IMAGE_USAGE_STORAGE_BIT;
    return usage;
}

static VkImageType type_of(const D3D12_RESOURCE_DESC *desc)
{
    switch (desc->Dimension) {
    case D3D12_RESOURCE_DIMENSION_TEXTURE1D:
        return VK_IMAGE_TYPE_1D;
    case D3D12_RESOURCE_DIMENSION_TEXTURE3D:
        return VK_IMAGE_TYPE_3D;
    default:
        return VK_IMAGE_TYPE_2D;
    }
}

static void describe(const struct nt_d3d_device *device, const D3D12_RESOURCE_DESC *desc,
                     VkExternalMemoryHandleTypeFlags handle, struct image_info *info)
{
    const struct nt_d3d_format *format = nt_d3d_format_find(desc->Format);
    bool is_3d = desc->Dimension == D3D12_RESOURCE_DIMENSION_TEXTURE3D;

    info->external = (VkExternalMemoryImageCreateInfo){
        .sType = VK_STRUCTURE_TYPE_EXTERNAL_MEMORY_IMAGE_CREATE_INFO, .handleTypes = handle};
    info->image = (VkImageCreateInfo){
        .sType = VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO,
        .pNext = handle ? &info->external : NULL,
        .flags = format->flags & NT_D3D_FORMAT_TYPELESS ? VK_IMAGE_CREATE_MUTABLE_FORMAT_BIT : 0,
        .imageType = type_of(desc),
        .format = format->vk,
        .extent = {(uint32_t)desc->Width, desc->Height, is_3d ? desc->DepthOrArraySize : 1},
        .mipLevels = desc->MipLevels,
        .arrayLayers = is_3d ? 1 : desc->DepthOrArraySize,
        .samples = VK_SAMPLE_COUNT_1_BIT,
        .tiling = VK_IMAGE_TILING_OPTIMAL,
        .usage = usage_of(device, desc, format->vk),
        .sharingMode = VK_SHARING_MODE_EXCLUSIVE,
        .initialLayout = VK_IMAGE_LAYOUT_UNDEFINED};
}

static bool is_within(const VkImageCreateInfo *image, uint64_t size,
                      const VkImageFormatProperties *limits)
{
    return size <= limits->maxResourceSize && image->extent.width <= limits->maxExtent.width &&
           image->extent.height <= limits->maxExtent.height &&
           image->extent.depth <= limits->maxExtent.depth &&
           image->mipLevels <= limits->maxMipLevels && image->arrayLayers <= limits->maxArrayLayers;
}

/* True when the driver has the image that @info describes. */
static bool is_there(const struct nt_d3d_device *device, const D3D12_RESOURCE_DESC *desc,
                     const struct image_info *info)
{
    const VkPhysicalDeviceExternalImageFormatInfo external = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_EXTERNAL_IMAGE_FORMAT_INFO,
        .handleType = (VkExternalMemoryHandleTypeFlagBits)info->external.handleTypes};
    const VkPhysicalDeviceImageFormatInfo2 wanted = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_IMAGE_FORMAT_INFO_2,
        .pNext = info->image.pNext ? &external : NULL,
        .format = info->image.format,
        .type = info->image.imageType,
        .tiling = info->image.tiling,
        .usage = info->image.usage,
        .flags = info->image.flags};
    VkExternalImageFormatProperties can = {.sType =
                                               VK_STRUCTURE_TYPE_EXTERNAL_IMAGE_FORMAT_PROPERTIES};
    VkImageFormatProperties2 properties = {.sType = VK_STRUCTURE_TYPE_IMAGE_FORMAT_PROPERTIES_2,
                                           .pNext = info->image.pNext ? &can : NULL};
    VkExternalMemoryFeatureFlags features;

    if (info->image.format == VK_FORMAT_UNDEFINED || !info->image.usage ||
        vkGetPhysicalDeviceImageFormatProperties2(device->vulkan.physical, &wanted, &properties) !=
            VK_SUCCESS ||
        !is_within(&info->image, nt_d3d_layout_rows(desc, NULL), &properties.imageFormatProperties))
        return false;
    features = can.externalMemoryProperties.externalMemoryFeatures;
    return !info->image.pNext || ((features & VK_EXTERNAL_MEMORY_FEATURE_IMPORTABLE_BIT) &&
                                  !(features & VK_EXTERNAL_MEMORY_FEATURE_DEDICATED_ONLY_BIT));
}

/* What one image of the kind needs; grows @need. */
static HRESULT add_need(struct nt_d3d_device *device, const D3D12_RESOURCE_DESC *desc,
                        VkExternalMemoryHandleTypeFlags handle, struct nt_d3d_need *need)
{
    VkMemoryRequirements image_need;
    struct image_info info;
    VkResult result;
    VkImage image;

    describe(device, desc, handle, &info);
    if (!is_there(device, desc, &info))
        return S_OK;
    result = vkCreateImage(device->vulkan.device, &info.image, NULL, &image);
    if (result != VK_SUCCESS)
        return nt_d3d_hresult(result);
    vkGetImageMemoryRequirements(device->vulkan.device, image, &image_need);
    vkDestroyImage(device->vulkan.device, image, NULL);
    if (image_need.size > need->size)
        need->size = image_need.size;
    if (image_need.alignment > need->alignment)
        need->alignment = image_need.alignment;
    return S_OK;
}

HRESULT nt_d3d_image_need(struct nt_d3d_device *device, const D3D12_RESOURCE_DESC *desc,
                          struct nt_d3d_need *ret_need)
{
    const struct nt_d3d_vulkan *vulkan = &device->vulkan;
    HRESULT hr;

    *ret_need = (struct nt_d3d_need){0, 1};
    hr = add_need(device, desc, 0, ret_need);
    if (SUCCEEDED(hr) && nt_d3d_vulkan_has(vulkan, VK_KHR_EXTERNAL_MEMORY_FD_EXTENSION_NAME))
        hr = add_need(device, desc, VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD_BIT, ret_need);
    if (SUCCEEDED(hr) && nt_d3d_vulkan_has(vulkan, VK_EXT_EXTERNAL_MEMORY_HOST_EXTENSION_NAME))
        hr = add_need(device, desc, VK_EXTERNAL_MEMORY_HANDLE_TYPE_HOST_ALLOCATION_BIT_EXT,
                      ret_need);
    return hr;
}

/* Binds the image; S_FALSE when it does not go there. */
static HRESULT bind(struct nt_d3d_surface *surface)
{
    struct nt_d3d_memory *memory = surface->memory;
    VkDevice vk = memory->device->vulkan.device;
    VkDeviceMemory allocation;
    VkMemoryRequirements need;
    uint64_t offset, run;

    vkGetImageMemoryRequirements(vk, surface->image, &need);
    if (!(need.memoryTypeBits & 1u << memory->type_index) ||
        need.size > memory->size - surface->offset)
        return S_FALSE;
    allocation = nt_d3d_memory_allocation(memory, surface->offset, &offset, &run);
    if (need.size > run || offset % need.alignment)
        return S_FALSE;
    surface->size = need.size;
    return nt_d3d_hresult(vkBindImageMemory(vk, surface->image, allocation, offset));
}

HRESULT nt_d3d_image_make(struct nt_d3d_surface *surface)
{
    struct nt_d3d_device *device = surface->memory->device;
    VkExternalMemoryHandleTypeFlags handle = surface->memory->external;
    struct image_info info;
    VkResult result;
    HRESULT hr;

    if (handle & VK_EXTERNAL_MEMORY_HANDLE_TYPE_DMA_BUF_BIT_EXT)
        return S_FALSE;
    describe(device, &surface->desc, handle, &info);
    if (!is_there(device, &surface->desc, &info))
        return S_FALSE;
    result = vkCreateImage(device->vulkan.device, &info.image, NULL, &surface->image);
    if (result != VK_SUCCESS) {
        surface->image = VK_NULL_HANDLE;
        return nt_d3d_hresult(result);
    }
    hr = bind(surface);
    if (hr == S_OK)
        return S_OK;
    vkDestroyImage(device->vulkan.device, surface->image, NULL);
    surface->image = VK_NULL_HANDLE;
    return hr;
}
