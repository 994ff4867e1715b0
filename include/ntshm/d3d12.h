/* SPDX-License-Identifier: MIT */
/*
 * d3d12.h: what libntshm-d3d12 adds to the Direct3D 12 interface. Include <d3d12.h> for
 * everything else.
 *
 * Environment, read once at D3D12CreateDevice and never by a setuid program:
 *
 *   NTSHM_D3D12_ADAPTER     which Vulkan device to take: a number (its index in the order of
 *                           vkEnumeratePhysicalDevices) or a part of its name, in any case
 *   NTSHM_D3D12_VALIDATION  1: load the Khronos validation layer and count what it finds
 */
#ifndef NTSHM_NTSHM_D3D12_H
#define NTSHM_NTSHM_D3D12_H

#include <d3d12.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a device stands on, and what it found out about it when it was made. */
struct ntshm_d3d12_adapter {
    UINT size;                /* sizeof(struct ntshm_d3d12_adapter), set by the caller */
    UINT index;               /* in the order of vkEnumeratePhysicalDevices */
    UINT api_version;         /* Vulkan version, as VK_MAKE_API_VERSION packs it */
    UINT driver_version;      /* the driver's own number */
    UINT imports_sections;    /* 1: shared memory (file mappings) was imported and written */
    UINT imports_private;     /* 1: private memory (VirtualAlloc) was imported and written */
    UINT buffer_marker;       /* 1: markers are written by VK_AMD_buffer_marker */
    UINT validation_layer;    /* 1: the Khronos validation layer is loaded */
    UINT64 validation_errors; /* errors that it reported in this process so far */
    UINT64 import_alignment;  /* address and size of imported memory are multiples of it */
    char device_name[256];    /* VkPhysicalDeviceProperties.deviceName */
    char driver_name[256];    /* VkPhysicalDeviceDriverProperties.driverName */
    char driver_info[256];    /* VkPhysicalDeviceDriverProperties.driverInfo */
};

/**
 * ntshm_d3d12_get_adapter() - the Vulkan device and driver under a device
 * @device:      any interface of a device made by D3D12CreateDevice of this library
 * @ret_adapter: its size must be set; filled on success
 *
 * Return: S_OK; E_INVALIDARG for a NULL or foreign device or a wrong size.
 */
HRESULT WINAPI ntshm_d3d12_get_adapter(ID3D12Device *device,
                                       struct ntshm_d3d12_adapter *ret_adapter);

/**
 * ntshm_d3d12_set_log() - choose who hears what this library has to say
 * @function: called from any thread with a level (NTSHM_LOG_ of <ntshm/ntshm.h>), one line of
 *            text (UTF-8, no newline) and @context; NULL (the default) for nobody
 * @context:  handed through to @function
 *
 * @function may be called while the library holds locks of its own: it must not call Direct3D.
 */
void ntshm_d3d12_set_log(void (*function)(int level, const char *message, void *context),
                         void *context);

#ifdef __cplusplus
}
#endif

#endif
