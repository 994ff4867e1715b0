// SPDX-License-Identifier: MIT
/*
 * Which kind of memory a heap or committed resource gets.
 *
 * Shared memory is the driver's own, exported, where the driver can do that: nothing is faster on
 * a GPU. Only the same driver opens that, so memory that is for other adapters too, and all memory
 * where the driver exports none, is a sealed memfd that each side imports by its address; on a
 * driver that refuses such pages, as a dma-buf. It is never a copy, and never memory that only
 * looks shared.
 *
 * A driver on the CPU has system memory either way, and a memfd is the better: what such a driver
 * exports holds words of its own that every holder can overwrite (memory-driver.c). It comes last
 * there, which is to say when NTSHM_D3D12_SHARE names it.
 */
#include <stdlib.h>
#include <string.h>

#include "d3d12/share/label.h"
#include "d3d12/memory/memory-make.h"
#include "util/log.h"
#include "util/macro.h"

HRESULT nt_d3d_memory_init_sharing(struct nt_d3d_device *device)
{
    static const enum nt_d3d_memory_kind kinds[] = {NT_D3D_MEMORY_EXPORT, NT_D3D_MEMORY_MEMFD,
                                                    NT_D3D_MEMORY_DMABUF};
    const char *wanted = secure_getenv("NTSHM_D3D12_SHARE");

    device->share_kind = 0;
    if (!wanted || !*wanted)
        return S_OK;
    for (size_t i = 0; i < NT_ARRAY_SIZE(kinds); i++) {
        if (!strcmp(wanted, nt_d3d_memory_kind_name(kinds[i])))
            device->share_kind = kinds[i];
    }
    if (device->share_kind)
        return S_OK;
    nt_log(NT_LOG_ERROR, "d3d12: NTSHM_D3D12_SHARE is none of export, memfd, dmabuf: \"%s\"",
           wanted);
    return E_INVALIDARG;
}

/* True when the driver exports buffers as opaque descriptors and takes them again. */
static bool can_export(const struct nt_d3d_device *device)
{
    const VkPhysicalDeviceExternalBufferInfo info = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_EXTERNAL_BUFFER_INFO,
        .usage = NT_D3D_BUFFER_USAGE,
        .handleType = VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD_BIT};
    const VkExternalMemoryFeatureFlags both =
        VK_EXTERNAL_MEMORY_FEATURE_EXPORTABLE_BIT | VK_EXTERNAL_MEMORY_FEATURE_IMPORTABLE_BIT;
    VkExternalBufferProperties can = {.sType = VK_STRUCTURE_TYPE_EXTERNAL_BUFFER_PROPERTIES};
    VkExternalMemoryFeatureFlags features;

    if (!device->vulkan.get_memory_fd)
        return false;
    vkGetPhysicalDeviceExternalBufferProperties(device->vulkan.physical, &info, &can);
    features = can.externalMemoryProperties.externalMemoryFeatures;
    return (features & both) == both && !(features & VK_EXTERNAL_MEMORY_FEATURE_DEDICATED_ONLY_BIT);
}

bool nt_d3d_memory_can_share(const struct nt_d3d_device *device, enum nt_d3d_memory_kind kind)
{
    switch (kind) {
    case NT_D3D_MEMORY_EXPORT:
        return can_export(device);
    case NT_D3D_MEMORY_MEMFD:
        return device->vulkan.imports_shared;
    case NT_D3D_MEMORY_DMABUF:
        return device->vulkan.get_memory_fd_properties != NULL;
    default:
        return false;
    }
}

static HRESULT try_kind(struct nt_d3d_device *device, enum nt_d3d_memory_kind kind, uint64_t size,
                        uint64_t alignment, bool zeroed, struct nt_d3d_memory **ret_memory)
{
    if (kind == NT_D3D_MEMORY_EXPORT)
        return nt_d3d_memory_export(device, size, alignment, zeroed, ret_memory);
    return nt_d3d_memory_new_memfd(device, size, alignment, kind, ret_memory);
}

HRESULT nt_d3d_memory_new_shared(struct nt_d3d_device *device, uint64_t size, uint64_t alignment,
                                 bool zeroed, bool is_cross_adapter,
                                 struct nt_d3d_memory **ret_memory)
{
    static const enum nt_d3d_memory_kind on_gpu[] = {NT_D3D_MEMORY_EXPORT, NT_D3D_MEMORY_MEMFD,
                                                     NT_D3D_MEMORY_DMABUF};
    static const enum nt_d3d_memory_kind on_cpu[] = {NT_D3D_MEMORY_MEMFD, NT_D3D_MEMORY_DMABUF,
                                                     NT_D3D_MEMORY_EXPORT};
    const enum nt_d3d_memory_kind *order =
        nt_d3d_vulkan_is_on_cpu(&device->vulkan) ? on_cpu : on_gpu;

    for (size_t i = 0; i < NT_ARRAY_SIZE(on_gpu); i++) {
        HRESULT hr;

        if ((is_cross_adapter && order[i] == NT_D3D_MEMORY_EXPORT) ||
            (device->share_kind && device->share_kind != order[i]) ||
            !nt_d3d_memory_can_share(device, order[i]))
            continue;
        hr = try_kind(device, order[i], size, alignment, zeroed, ret_memory);
        if (SUCCEEDED(hr))
            nt_log(NT_LOG_INFO, "d3d12: 0x%llx bytes to share: %s", (unsigned long long)size,
                   nt_d3d_memory_kind_name(order[i]));
        if (hr != DXGI_ERROR_UNSUPPORTED)
            return hr;
    }
    nt_log(NT_LOG_ERROR, "d3d12: %s has no memory that can be shared%s",
           device->vulkan.properties.deviceName,
           device->share_kind ? " in the way that NTSHM_D3D12_SHARE asks for" : "");
    return DXGI_ERROR_UNSUPPORTED;
}

HRESULT nt_d3d_memory_new_heap(struct nt_d3d_device *device, uint64_t size, uint64_t alignment,
                               bool zeroed, VkMemoryPropertyFlags required,
                               VkMemoryPropertyFlags preferred, struct nt_d3d_memory **ret_memory)
{
    HRESULT hr = DXGI_ERROR_UNSUPPORTED;

    if (!device->vulkan.sparse && device->vulkan.imports_shared &&
        nt_d3d_vulkan_is_on_cpu(&device->vulkan))
        hr = nt_d3d_memory_new_pages(device, size, alignment, ret_memory);
    if (SUCCEEDED(hr) && (required & VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT))
        (*ret_memory)->cpu = (*ret_memory)->region;
    if (hr != DXGI_ERROR_UNSUPPORTED)
        return hr;
    return nt_d3d_memory_new(device, size, alignment, zeroed, required, preferred, ret_memory);
}

HRESULT nt_d3d_memory_open(struct nt_d3d_device *device, const struct nt_d3d_label *label, int fd,
                           struct nt_d3d_memory **ret_memory)
{
    HRESULT hr = E_INVALIDARG;

    switch (label->memory_kind) {
    case NT_D3D_MEMORY_EXPORT:
        if (!nt_d3d_label_is_of(label, device->vulkan.id.deviceUUID, device->vulkan.id.driverUUID))
            nt_log(NT_LOG_WARNING, "d3d12: the shared memory is of another adapter or driver");
        else
            hr = nt_d3d_memory_open_export(device, label, fd, ret_memory);
        break;
    case NT_D3D_MEMORY_MEMFD:
    case NT_D3D_MEMORY_SECTION:
    case NT_D3D_MEMORY_DMABUF:
        hr = nt_d3d_memory_open_pages(device, label, fd, ret_memory);
        break;
    }
    if (SUCCEEDED(hr))
        (*ret_memory)->is_opened = true;
    return hr;
}
