/* SPDX-License-Identifier: MIT */
/*
 * DXCore: the list of adapters, with Microsoft's interfaces (<dxcore.h>), which are for C++ only;
 * their tables are declared here for C. An adapter is a description, taken once, of a physical
 * device that can do what is required (vulkan.h), and its identity, by which D3D12CreateDevice
 * finds it again in a VkInstance of its own.
 *
 * There is one factory in a process and one object for each adapter, however often it is listed,
 * as long as somebody has a reference to it.
 */
#ifndef NT_D3D12_DXCORE_H
#define NT_D3D12_DXCORE_H

#include <windows.h>
#include <dxcore.h>
#include <sys/queue.h>

#include "d3d12/device/vulkan.h"

DEFINE_GUID(IID_IDXCoreAdapterFactory, 0x78ee5945, 0xc36e, 0x4b13, 0xa6, 0x69, 0x00, 0x5d, 0xd1,
            0x1c, 0x0f, 0x06);
DEFINE_GUID(IID_IDXCoreAdapterList, 0x526c7776, 0x40e9, 0x459b, 0xb7, 0x11, 0xf3, 0x2a, 0xd7, 0x6d,
            0xfc, 0x28);
DEFINE_GUID(IID_IDXCoreAdapter, 0xf0db4c7f, 0xfe5a, 0x42a2, 0xbd, 0x62, 0xf2, 0xa6, 0xcf, 0x6f,
            0xc8, 0x3e);
DEFINE_GUID(DXCORE_ADAPTER_ATTRIBUTE_D3D11_GRAPHICS, 0x8c47866b, 0x7583, 0x450d, 0xf0, 0xf0, 0x6b,
            0xad, 0xa8, 0x95, 0xaf, 0x4b);
DEFINE_GUID(DXCORE_ADAPTER_ATTRIBUTE_D3D12_GRAPHICS, 0x0c9ece4d, 0x2f6e, 0x4f01, 0x8c, 0x96, 0xe8,
            0x9e, 0x33, 0x1b, 0x47, 0xb1);
DEFINE_GUID(DXCORE_ADAPTER_ATTRIBUTE_D3D12_CORE_COMPUTE, 0x248e2800, 0xa793, 0x4724, 0xab, 0xaa,
            0x23, 0xa6, 0xde, 0x1b, 0xe0, 0x90);

/* DXCoreAdapterProperty */
enum nt_dxcore_property {
    NT_DXCORE_INSTANCE_LUID = 0,
    NT_DXCORE_DRIVER_VERSION = 1,
    NT_DXCORE_DRIVER_DESCRIPTION = 2,
    NT_DXCORE_HARDWARE_ID = 3,
    NT_DXCORE_DEDICATED_ADAPTER_MEMORY = 7,
    NT_DXCORE_DEDICATED_SYSTEM_MEMORY = 8,
    NT_DXCORE_SHARED_SYSTEM_MEMORY = 9,
    NT_DXCORE_ACG_COMPATIBLE = 10,
    NT_DXCORE_IS_HARDWARE = 11,
    NT_DXCORE_IS_INTEGRATED = 12,
    NT_DXCORE_IS_DETACHABLE = 13,
    NT_DXCORE_HARDWARE_ID_PARTS = 14, /* the last one that the header knows */
};

/* DXCoreAdapterState: those that the header knows are below this. */
#define NT_DXCORE_STATES 2u

/* DXCoreAdapterPreference */
enum nt_dxcore_preference {
    NT_DXCORE_HARDWARE = 0,
    NT_DXCORE_MINIMUM_POWER = 1,
    NT_DXCORE_HIGH_PERFORMANCE = 2,
};

struct nt_dxcore_adapter_vtable {
    HRESULT (*QueryInterface)(void *self, REFIID riid, void **ret);
    ULONG (*AddRef)(void *self);
    ULONG (*Release)(void *self);
    bool (*IsValid)(void *self);
    bool (*IsAttributeSupported)(void *self, REFGUID attribute);
    bool (*IsPropertySupported)(void *self, uint32_t property);
    HRESULT (*GetProperty)(void *self, uint32_t property, size_t size, void *data);
    HRESULT (*GetPropertySize)(void *self, uint32_t property, size_t *size);
    bool (*IsQueryStateSupported)(void *self, uint32_t state);
    HRESULT(*QueryState)
    (void *self, uint32_t state, size_t details_size, const void *details, size_t size, void *data);
    bool (*IsSetStateSupported)(void *self, uint32_t state);
    HRESULT(*SetState)
    (void *self, uint32_t state, size_t details_size, const void *details, size_t size,
     const void *data);
    HRESULT (*GetFactory)(void *self, REFIID riid, void **ret);
};

struct nt_dxcore_list_vtable {
    HRESULT (*QueryInterface)(void *self, REFIID riid, void **ret);
    ULONG (*AddRef)(void *self);
    ULONG (*Release)(void *self);
    HRESULT (*GetAdapter)(void *self, uint32_t index, REFIID riid, void **ret);
    uint32_t (*GetAdapterCount)(void *self);
    bool (*IsStale)(void *self);
    HRESULT (*GetFactory)(void *self, REFIID riid, void **ret);
    HRESULT (*Sort)(void *self, uint32_t n, const uint32_t *preferences);
    bool (*IsAdapterPreferenceSupported)(void *self, uint32_t preference);
};

struct nt_dxcore_factory_vtable {
    HRESULT (*QueryInterface)(void *self, REFIID riid, void **ret);
    ULONG (*AddRef)(void *self);
    ULONG (*Release)(void *self);
    HRESULT(*CreateAdapterList)
    (void *self, uint32_t n, const GUID *attributes, REFIID riid, void **ret);
    HRESULT (*GetAdapterByLuid)(void *self, const LUID *luid, REFIID riid, void **ret);
    bool (*IsNotificationTypeSupported)(void *self, uint32_t type);
    HRESULT(*RegisterEventNotification)
    (void *self, IUnknown *object, uint32_t type,
     void (*callback)(uint32_t type, IUnknown *object, void *context), void *context,
     uint32_t *cookie);
    HRESULT (*UnregisterEventNotification)(void *self, uint32_t cookie);
};

struct nt_dxcore_adapter {
    const struct nt_dxcore_adapter_vtable *vtable;
    TAILQ_ENTRY(nt_dxcore_adapter) link; /* among all that somebody has a reference to */
    uint32_t refs;                       /* guarded by the same lock */
    struct nt_d3d_identity identity;
    LUID luid;
    int rank;
    bool is_hardware, is_integrated;
    uint64_t driver_version;
    uint32_t vendor, device;
    uint64_t dedicated_memory, shared_memory;
    char description[VK_MAX_PHYSICAL_DEVICE_NAME_SIZE];
};

/**
 * nt_dxcore_adapter_get() - the adapter object for a physical device
 * @vulkan: what nt_d3d_adapter_examine() found out
 *
 * Return: one reference; NULL when there is no memory.
 */
struct nt_dxcore_adapter *nt_dxcore_adapter_get(const struct nt_d3d_vulkan *vulkan);
void nt_dxcore_adapter_release(struct nt_dxcore_adapter *adapter);

/** nt_dxcore_adapter_supports() - true when it has all of @n attributes */
bool nt_dxcore_adapter_supports(uint32_t n, const GUID *attributes);

/** nt_dxcore_adapter_query() - IUnknown::QueryInterface of an adapter */
HRESULT nt_dxcore_adapter_query(struct nt_dxcore_adapter *adapter, REFIID riid, void **ret);

/** nt_dxcore_identity() - which physical device an adapter is; NULL for a foreign object */
const struct nt_d3d_identity *nt_dxcore_identity(const IUnknown *object);

#endif
