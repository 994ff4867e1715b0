/* SPDX-License-Identifier: MIT */
/*
 * d3d12.h: what libntshm-d3d12 adds to the Direct3D 12 interface. Include <d3d12.h> for
 * everything else.
 *
 * Environment, read once at D3D12CreateDevice and never by a setuid program:
 *
 *   NTSHM_D3D12_ADAPTER     which Vulkan device to take when the program names none (<dxcore.h>): a
 *                           number (its index in the order of vkEnumeratePhysicalDevices) or a
 *                           part of its name, in any case
 *   NTSHM_D3D12_VALIDATION  1: load the Khronos validation layer and count what it finds
 *   NTSHM_D3D12_SHARE       export, memfd or dmabuf: the one kind of memory that is shared; what
 *                           cannot be made so is an error
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

/* Where the memory of a heap or resource comes from, and so how another process can have it. */
#define NTSHM_D3D12_MEMORY_DRIVER  1 /* the driver's own, for this device only */
#define NTSHM_D3D12_MEMORY_EXPORT  2 /* the driver's own, exported or opened as its descriptor */
#define NTSHM_D3D12_MEMORY_MEMFD   3 /* a sealed memfd, imported by its address on each side */
#define NTSHM_D3D12_MEMORY_DMABUF  4 /* a sealed memfd, imported as a dma-buf of /dev/udmabuf */
#define NTSHM_D3D12_MEMORY_SECTION 5 /* the application's section: an existing heap */
#define NTSHM_D3D12_MEMORY_REGION  6 /* the application's memory by its address: likewise */
#define NTSHM_D3D12_MEMORY_PAGES   7 /* pages of the library's, for this device only */

/**
 * ntshm_d3d12_get_memory_kind() - what a heap or resource stands on
 * @child:    any interface of a heap or resource of this library
 * @ret_kind: NTSHM_D3D12_MEMORY_
 *
 * Return: S_OK; E_INVALIDARG for anything else, and *@ret_kind is 0.
 */
HRESULT WINAPI ntshm_d3d12_get_memory_kind(ID3D12DeviceChild *child, UINT *ret_kind);

/**
 * ntshm_d3d12_open_existing_heap_from_address1() - ID3D12Device13::OpenExistingHeapFromAddress1
 * @device:  any interface of a device of this library
 * @address: within memory of VirtualAlloc or a view; a multiple of the page size
 * @size:    of the heap in bytes, likewise; all of it is committed and PAGE_READWRITE
 *           (or PAGE_EXECUTE_READWRITE)
 *
 * The same as ID3D12Device3::OpenExistingHeapFromAddress, of a part of the memory. All of the
 * memory that VirtualAlloc or MapViewOfFile gave is pinned while the heap lives.
 *
 * Return: S_OK; S_FALSE when @ret is NULL; E_INVALIDARG; E_NOINTERFACE; E_OUTOFMEMORY;
 * DXGI_ERROR_UNSUPPORTED; DXGI_ERROR_DEVICE_REMOVED. *@ret is NULL on failure.
 */
HRESULT WINAPI ntshm_d3d12_open_existing_heap_from_address1(ID3D12Device *device,
                                                            const void *address, UINT64 size,
                                                            REFIID riid, void **ret);

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
