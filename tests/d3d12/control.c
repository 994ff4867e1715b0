// SPDX-License-Identifier: MIT
/*
 * Control: the validation layer really watches. An error is made on purpose and must be counted.
 */
#include "d3d12/kit.h"

#include "d3d12/device/device.h"

TEST(validation_layer_sees_an_error, "D5.1")
{
    struct ntshm_d3d12_adapter adapter = {.size = sizeof(adapter)};
    ID3D12Device5 *device = kit_device();
    struct nt_d3d_device *inside = nt_d3d_device_from(device);
    const VkBufferCreateInfo info = {.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
                                     .size = 0, /* the error */
                                     .usage = VK_BUFFER_USAGE_TRANSFER_DST_BIT};
    VkBuffer buffer = VK_NULL_HANDLE;

    require(inside != NULL);
    ok_eq(nt_d3d_validation_errors, 0);
    if (vkCreateBuffer(inside->vulkan.device, &info, NULL, &buffer) == VK_SUCCESS)
        vkDestroyBuffer(inside->vulkan.device, buffer, NULL);
    ok_ne(nt_d3d_validation_errors, 0);
    ok_hr(ntshm_d3d12_get_adapter((ID3D12Device *)device, &adapter), S_OK);
    ok_ne(adapter.validation_errors, 0);
    nt_d3d_validation_errors = 0;
    kit_release_last(device);
}
