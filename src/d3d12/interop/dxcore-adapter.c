// SPDX-License-Identifier: MIT
/*
 * IDXCoreAdapter (see dxcore.h): properties, which are copied once, and no states, since Vulkan
 * without further extensions tells of none.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "d3d12/device/adapter.h"
#include "d3d12/interop/dxcore.h"

static pthread_mutex_t adapters_lock = PTHREAD_MUTEX_INITIALIZER;
static TAILQ_HEAD(, nt_dxcore_adapter) adapters = TAILQ_HEAD_INITIALIZER(adapters);

HRESULT nt_dxcore_adapter_query(struct nt_dxcore_adapter *adapter, REFIID riid, void **ret)
{
    if (!ret)
        return E_POINTER;
    *ret = NULL;
    if (!riid || (!IsEqualGUID(riid, &IID_IUnknown) && !IsEqualGUID(riid, &IID_IDXCoreAdapter)))
        return E_NOINTERFACE;
    adapter->vtable->AddRef(adapter);
    *ret = adapter;
    return S_OK;
}

static HRESULT adapter_QueryInterface(void *self, REFIID riid, void **ret)
{
    return nt_dxcore_adapter_query(self, riid, ret);
}

static ULONG adapter_AddRef(void *self)
{
    struct nt_dxcore_adapter *adapter = self;
    ULONG refs;

    pthread_mutex_lock(&adapters_lock);
    refs = ++adapter->refs;
    pthread_mutex_unlock(&adapters_lock);
    return refs;
}

static ULONG adapter_Release(void *self)
{
    struct nt_dxcore_adapter *adapter = self;
    ULONG refs;

    pthread_mutex_lock(&adapters_lock);
    refs = --adapter->refs;
    if (!refs)
        TAILQ_REMOVE(&adapters, adapter, link);
    pthread_mutex_unlock(&adapters_lock);
    if (!refs)
        free(adapter);
    return refs;
}

void nt_dxcore_adapter_release(struct nt_dxcore_adapter *adapter)
{
    adapter_Release(adapter);
}

/* Nothing here notices that a driver goes away: Vulkan's list is asked anew each time. */
static bool adapter_IsValid(void *self)
{
    (void)self;
    return true;
}

/* A device can be made on every adapter that is listed; what it can do is CheckFeatureSupport's. */
bool nt_dxcore_adapter_supports(uint32_t n, const GUID *attributes)
{
    for (uint32_t i = 0; i < n; i++) {
        if (!IsEqualGUID(&attributes[i], &DXCORE_ADAPTER_ATTRIBUTE_D3D11_GRAPHICS) &&
            !IsEqualGUID(&attributes[i], &DXCORE_ADAPTER_ATTRIBUTE_D3D12_GRAPHICS) &&
            !IsEqualGUID(&attributes[i], &DXCORE_ADAPTER_ATTRIBUTE_D3D12_CORE_COMPUTE))
            return false;
    }
    return true;
}

static bool adapter_IsAttributeSupported(void *self, REFGUID attribute)
{
    (void)self;
    return attribute && nt_dxcore_adapter_supports(1, attribute);
}

/* The property's bytes; 0 for one that is not there. */
static size_t find_property(const struct nt_dxcore_adapter *adapter, uint32_t property,
                            const void **ret_data)
{
    static const bool yes = true, no;
    static const uint64_t none;

    switch (property) {
    case NT_DXCORE_INSTANCE_LUID:
        *ret_data = &adapter->luid;
        return sizeof(adapter->luid);
    case NT_DXCORE_DRIVER_VERSION:
        *ret_data = &adapter->driver_version;
        return sizeof(adapter->driver_version);
    case NT_DXCORE_DRIVER_DESCRIPTION:
        *ret_data = adapter->description;
        return strlen(adapter->description) + 1;
    case NT_DXCORE_DEDICATED_ADAPTER_MEMORY:
        *ret_data = &adapter->dedicated_memory;
        return sizeof(adapter->dedicated_memory);
    case NT_DXCORE_DEDICATED_SYSTEM_MEMORY:
        *ret_data = &none;
        return sizeof(none);
    case NT_DXCORE_SHARED_SYSTEM_MEMORY:
        *ret_data = &adapter->shared_memory;
        return sizeof(adapter->shared_memory);
    case NT_DXCORE_IS_HARDWARE:
        *ret_data = adapter->is_hardware ? &yes : &no;
        return sizeof(bool);
    case NT_DXCORE_IS_INTEGRATED:
        *ret_data = adapter->is_integrated ? &yes : &no;
        return sizeof(bool);
    case NT_DXCORE_ACG_COMPATIBLE:
    case NT_DXCORE_IS_DETACHABLE:
        *ret_data = &no;
        return sizeof(bool);
    default:
        return 0;
    }
}

/* The two forms of the hardware's number: {vendor, device, subsystem, revision}, and in parts. */
static size_t make_hardware_id(const struct nt_dxcore_adapter *adapter, uint32_t property,
                               uint32_t id[5])
{
    memset(id, 0, 5 * sizeof(*id));
    id[0] = adapter->vendor;
    id[1] = adapter->device;
    if (property == NT_DXCORE_HARDWARE_ID)
        return 4 * sizeof(*id);
    return property == NT_DXCORE_HARDWARE_ID_PARTS ? 5 * sizeof(*id) : 0;
}

static size_t size_of_property(const struct nt_dxcore_adapter *adapter, uint32_t property)
{
    const void *data = NULL;
    uint32_t id[5];
    size_t size = find_property(adapter, property, &data);

    return size ? size : make_hardware_id(adapter, property, id);
}

static bool adapter_IsPropertySupported(void *self, uint32_t property)
{
    return size_of_property(self, property) != 0;
}

/* Why a property or state that is not there is not there. */
static HRESULT not_there(uint32_t number, uint32_t n_known)
{
    return number < n_known ? DXGI_ERROR_UNSUPPORTED : DXGI_ERROR_INVALID_CALL;
}

static HRESULT adapter_GetPropertySize(void *self, uint32_t property, size_t *size)
{
    if (!size)
        return E_POINTER;
    *size = size_of_property(self, property);
    return *size ? S_OK : not_there(property, NT_DXCORE_HARDWARE_ID_PARTS + 1);
}

static HRESULT adapter_GetProperty(void *self, uint32_t property, size_t room, void *data)
{
    const void *bytes = NULL;
    uint32_t id[5];
    size_t size;

    if (!data)
        return E_POINTER;
    size = find_property(self, property, &bytes);
    if (!size) {
        size = make_hardware_id(self, property, id);
        bytes = id;
    }
    if (!size)
        return not_there(property, NT_DXCORE_HARDWARE_ID_PARTS + 1);
    if (room < size)
        return E_INVALIDARG;
    memset(data, 0, room);
    memcpy(data, bytes, size);
    return S_OK;
}

static bool adapter_IsQueryStateSupported(void *self, uint32_t state)
{
    (void)self, (void)state;
    return false;
}

static HRESULT adapter_QueryState(void *self, uint32_t state, size_t details_size,
                                  const void *details, size_t size, void *data)
{
    (void)self, (void)details_size, (void)details, (void)size, (void)data;
    return not_there(state, NT_DXCORE_STATES);
}

static bool adapter_IsSetStateSupported(void *self, uint32_t state)
{
    (void)self, (void)state;
    return false;
}

static HRESULT adapter_SetState(void *self, uint32_t state, size_t details_size,
                                const void *details, size_t size, const void *data)
{
    (void)self, (void)details_size, (void)details, (void)size, (void)data;
    return not_there(state, NT_DXCORE_STATES);
}

static HRESULT adapter_GetFactory(void *self, REFIID riid, void **ret)
{
    (void)self;
    return DXCoreCreateAdapterFactory(riid, ret);
}

static const struct nt_dxcore_adapter_vtable vtable = {
    .QueryInterface = adapter_QueryInterface,
    .AddRef = adapter_AddRef,
    .Release = adapter_Release,
    .IsValid = adapter_IsValid,
    .IsAttributeSupported = adapter_IsAttributeSupported,
    .IsPropertySupported = adapter_IsPropertySupported,
    .GetProperty = adapter_GetProperty,
    .GetPropertySize = adapter_GetPropertySize,
    .IsQueryStateSupported = adapter_IsQueryStateSupported,
    .QueryState = adapter_QueryState,
    .IsSetStateSupported = adapter_IsSetStateSupported,
    .SetState = adapter_SetState,
    .GetFactory = adapter_GetFactory,
};

/* A device's own memory, and what it may use of the system's. */
static void add_up_memory(struct nt_dxcore_adapter *adapter, const struct nt_d3d_vulkan *vulkan)
{
    const VkPhysicalDeviceMemoryProperties *memory = &vulkan->memory;
    bool is_shared = nt_d3d_vulkan_is_on_cpu(vulkan) ||
                     vulkan->properties.deviceType == VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU;

    for (uint32_t i = 0; i < memory->memoryHeapCount; i++) {
        if (!is_shared && (memory->memoryHeaps[i].flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT))
            adapter->dedicated_memory += memory->memoryHeaps[i].size;
        else
            adapter->shared_memory += memory->memoryHeaps[i].size;
    }
}

/* The driver's number as four 16-bit parts, the most important first. */
static uint64_t pack_version(uint32_t version)
{
    return (uint64_t)VK_API_VERSION_MAJOR(version) << 48 |
           (uint64_t)VK_API_VERSION_MINOR(version) << 32 |
           (uint64_t)VK_API_VERSION_PATCH(version) << 16;
}

static struct nt_dxcore_adapter *adapter_new(const struct nt_d3d_vulkan *vulkan)
{
    struct nt_dxcore_adapter *adapter = calloc(1, sizeof(*adapter));

    if (!adapter)
        return NULL;
    adapter->vtable = &vtable;
    adapter->refs = 1;
    adapter->identity = nt_d3d_adapter_identity(vulkan);
    adapter->luid = nt_d3d_adapter_luid(vulkan);
    adapter->rank = nt_d3d_adapter_rank(vulkan);
    adapter->is_hardware = !nt_d3d_vulkan_is_on_cpu(vulkan);
    adapter->is_integrated =
        vulkan->properties.deviceType == VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU;
    adapter->driver_version = pack_version(vulkan->properties.driverVersion);
    adapter->vendor = vulkan->properties.vendorID;
    adapter->device = vulkan->properties.deviceID;
    add_up_memory(adapter, vulkan);
    snprintf(adapter->description, sizeof(adapter->description), "%s",
             vulkan->properties.deviceName);
    return adapter;
}

struct nt_dxcore_adapter *nt_dxcore_adapter_get(const struct nt_d3d_vulkan *vulkan)
{
    struct nt_d3d_identity identity = nt_d3d_adapter_identity(vulkan);
    struct nt_dxcore_adapter *adapter;

    pthread_mutex_lock(&adapters_lock);
    TAILQ_FOREACH (adapter, &adapters, link) {
        if (!memcmp(&adapter->identity, &identity, sizeof(identity))) {
            adapter->refs++;
            break;
        }
    }
    if (!adapter) {
        adapter = adapter_new(vulkan);
        if (adapter)
            TAILQ_INSERT_TAIL(&adapters, adapter, link);
    }
    pthread_mutex_unlock(&adapters_lock);
    return adapter;
}

const struct nt_d3d_identity *nt_dxcore_identity(const IUnknown *object)
{
    if (!object || (const void *)object->lpVtbl != &vtable)
        return NULL;
    return &((const struct nt_dxcore_adapter *)(const void *)object)->identity;
}
