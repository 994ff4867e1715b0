/* SPDX-License-Identifier: MIT */
/*
 * The Vulkan device under a Direct3D device: which one is taken, what it can do, and the few
 * extension functions that are needed. One VkInstance, one VkDevice and one VkQueue for each
 * Direct3D device: its own, or the application's (ntshm/d3d12_vulkan.h), which are used and never
 * destroyed. Only the engine submits (engine.h); the application may do so too between
 * nt_d3d_vulkan_lock_queue() and nt_d3d_vulkan_unlock_queue().
 *
 * Requirements: Vulkan 1.2 with timelineSemaphore and bufferDeviceAddress, and a queue family
 * with graphics or compute. VK_EXT_external_memory_host makes existing heaps possible: whether they
 * really work is tried out with both kinds of memory when the device is made (existing-probe.c).
 * The other extensions that are switched on where they are there: a table in vulkan.c.
 */
#ifndef NT_D3D12_VULKAN_H
#define NT_D3D12_VULKAN_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <vulkan/vulkan.h>
#include <windows.h>

struct ntshm_d3d12_vulkan;

#define NT_D3D_MAX_EXTENSIONS 16

/* Which physical device, in any VkInstance of any process. */
struct nt_d3d_identity {
    unsigned char device_uuid[VK_UUID_SIZE], driver_uuid[VK_UUID_SIZE];
};

/* What a device is made on. Nothing set: the adapter that the environment names, or the best. */
struct nt_d3d_source {
    const struct nt_d3d_identity *identity;  /* this physical device, or NULL */
    const struct ntshm_d3d12_vulkan *vulkan; /* the application's VkDevice, or NULL */
};

struct nt_d3d_vulkan {
    VkInstance instance;
    VkDebugUtilsMessengerEXT messenger; /* with the validation layer only */
    VkPhysicalDevice physical;
    uint32_t index; /* of @physical */
    VkDevice device;
    VkQueue queue;
    uint32_t family;
    bool is_foreign;            /* instance, device and queue are the application's */
    bool has_queue_lock;        /* @queue_lock is initialised */
    pthread_mutex_t queue_lock; /* recursive: who may submit to @queue */
    void (*lock_foreign)(void *context), (*unlock_foreign)(void *context);
    void *lock_context;
    uint32_t n_extensions; /* of the VkDevice, those that this library knows */
    const char *extensions[NT_D3D_MAX_EXTENSIONS];
    VkPhysicalDeviceFeatures features;   /* switched on */
    VkPhysicalDeviceFeatures2 features2; /* switched on; its chain: @features12 */
    VkPhysicalDeviceVulkan12Features features12;
    VkPhysicalDeviceProperties properties;
    VkPhysicalDeviceDriverProperties driver;
    VkPhysicalDeviceIDProperties id;
    VkPhysicalDeviceMemoryProperties memory;
    uint64_t max_allocation_size;
    uint64_t import_alignment; /* 0: no import at all */
    bool imports_shared;       /* shared pages (sections) were imported and written */
    bool imports_private;      /* private pages were imported and written */
    bool sparse;               /* all that tiles need of sparse binding (tiles-sparse.c) */
    bool uma, cache_coherent;
    uint32_t timestamp_bits; /* of the queue; 0: it has no timestamps */
    _Atomic bool is_lost;    /* the VkDevice is */
    PFN_vkGetMemoryHostPointerPropertiesEXT get_host_pointer_properties;
    PFN_vkCmdWriteBufferMarkerAMD write_marker;              /* NULL where the driver has none */
    PFN_vkGetDeviceFaultInfoEXT get_fault_info;              /* likewise */
    PFN_vkGetMemoryFdKHR get_memory_fd;                      /* likewise */
    PFN_vkGetMemoryFdPropertiesKHR get_memory_fd_properties; /* NULL: no dma-bufs either */
};

/** nt_d3d_vulkan_is_on_cpu() - whether the driver runs on the CPU: its memory is the system's */
static inline bool nt_d3d_vulkan_is_on_cpu(const struct nt_d3d_vulkan *vulkan)
{
    return vulkan->properties.deviceType == VK_PHYSICAL_DEVICE_TYPE_CPU;
}

/* Errors that the validation layer reported in this process. */
extern _Atomic uint64_t nt_d3d_validation_errors;

/**
 * nt_d3d_vulkan_init() - find the adapter and make a Vulkan device on it, or take the given one
 * @vulkan: zeroed; nt_d3d_vulkan_deinit() undoes what was made, also after a failure
 *
 * Return: S_OK; DXGI_ERROR_UNSUPPORTED when there is no adapter (of the wanted name) that
 * can do what is required; E_INVALIDARG for a foreign device that cannot be; E_OUTOFMEMORY; E_FAIL.
 */
HRESULT nt_d3d_vulkan_init(struct nt_d3d_vulkan *vulkan, const struct nt_d3d_source *source);
void nt_d3d_vulkan_deinit(struct nt_d3d_vulkan *vulkan);

/** nt_d3d_vulkan_make_instance() - a VkInstance alone, for looking around; deinit() as above */
HRESULT nt_d3d_vulkan_make_instance(struct nt_d3d_vulkan *vulkan);
/** nt_d3d_vulkan_destroy_instance() - the end of it, for deinit() */
void nt_d3d_vulkan_destroy_instance(struct nt_d3d_vulkan *vulkan);

/* More than any driver has; families behind them are not used. */
#define NT_D3D_MAX_FAMILIES 64

/* The queue families of a physical device. */
struct nt_d3d_families {
    uint32_t n;
    VkQueueFamilyProperties all[NT_D3D_MAX_FAMILIES];
};

/** nt_d3d_vulkan_families() - ask the driver for them */
void nt_d3d_vulkan_families(VkPhysicalDevice physical, struct nt_d3d_families *ret_families);

/** nt_d3d_vulkan_find_family() - what the queue can do besides: @sparse and @timestamp_bits */
void nt_d3d_vulkan_find_family(struct nt_d3d_vulkan *vulkan);

/** nt_d3d_vulkan_has() - true when the VkDevice was made with the extension @name */
bool nt_d3d_vulkan_has(const struct nt_d3d_vulkan *vulkan, const char *name);

/** nt_d3d_vulkan_lock_queue() - nobody else submits to the VkQueue until it is unlocked */
void nt_d3d_vulkan_lock_queue(struct nt_d3d_vulkan *vulkan);
void nt_d3d_vulkan_unlock_queue(struct nt_d3d_vulkan *vulkan);

/** nt_d3d_vulkan_submit() - vkQueueSubmit() of one submission, under the queue's lock */
VkResult nt_d3d_vulkan_submit(struct nt_d3d_vulkan *vulkan, const VkSubmitInfo *info);

/**
 * nt_d3d_vulkan_wait_idle() - until the VkQueue has done all that was submitted to it
 *
 * Not the application's queue: what the application submitted may wait for the application.
 */
void nt_d3d_vulkan_wait_idle(struct nt_d3d_vulkan *vulkan);

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
