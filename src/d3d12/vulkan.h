/* SPDX-License-Identifier: MIT */
/*
 * The Vulkan device under a Direct3D device: which one is taken, what it can do, and the few
 * extension functions that are needed. One VkInstance, one VkDevice and one VkQueue for each
 * Direct3D device; who may use the queue is the engine's business (engine.h).
 *
 * Requirements: Vulkan 1.2 with timelineSemaphore and bufferDeviceAddress, and a queue family
 * that can copy. VK_EXT_external_memory_host makes existing heaps possible: whether they
 * really work is tried out with both kinds of memory when the device is made (existing.c).
 */
#ifndef NT_D3D12_VULKAN_H
#define NT_D3D12_VULKAN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <vulkan/vulkan.h>
#include <windows.h>

struct nt_d3d_vulkan {
    VkInstance instance;
    VkDebugUtilsMessengerEXT messenger; /* with the validation layer only */
    VkPhysicalDevice physical;
    uint32_t index; /* of @physical */
    VkDevice device;
    VkQueue queue;
    uint32_t family;
    VkPhysicalDeviceProperties properties;
    VkPhysicalDeviceDriverProperties driver;
    VkPhysicalDeviceIDProperties id;
    VkPhysicalDeviceMemoryProperties memory;
    uint64_t max_allocation_size;
    uint64_t import_alignment; /* 0: no import at all */
    bool imports_shared;       /* shared pages (sections) were imported and written */
    bool imports_private;      /* private pages were imported and written */
    bool uma, cache_coherent;
    _Atomic bool is_lost; /* the VkDevice is */
    PFN_vkGetMemoryHostPointerPropertiesEXT get_host_pointer_properties;
    PFN_vkCmdWriteBufferMarkerAMD write_marker; /* NULL where the driver has none */
};

/* Errors that the validation layer reported in this process. */
extern _Atomic uint64_t nt_d3d_validation_errors;

/**
 * nt_d3d_vulkan_init() - find the adapter and make a Vulkan device on it
 * @vulkan: zeroed; nt_d3d_vulkan_deinit() undoes what was made, also after a failure
 *
 * Return: S_OK; DXGI_ERROR_UNSUPPORTED when there is no adapter (of the wanted name) that
 * can do what is required; E_OUTOFMEMORY; E_FAIL.
 */
HRESULT nt_d3d_vulkan_init(struct nt_d3d_vulkan *vulkan);
void nt_d3d_vulkan_deinit(struct nt_d3d_vulkan *vulkan);

/** nt_d3d_hresult() - what a failed Vulkan call is to a Direct3D program */
HRESULT nt_d3d_hresult(VkResult result);

/**
 * nt_d3d_vulkan_memory_type() - the first type in @bits that has all of @required
 *
 * Types that also have all of @preferred come first. Return: the index, or -1.
 */
int nt_d3d_vulkan_memory_type(const struct nt_d3d_vulkan *vulkan, uint32_t bits,
                              VkMemoryPropertyFlags required, VkMemoryPropertyFlags preferred);

#endif
