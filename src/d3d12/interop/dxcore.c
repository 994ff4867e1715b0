// SPDX-License-Identifier: MIT
/*
 * DXCoreCreateAdapterFactory, IDXCoreAdapterFactory and IDXCoreAdapterList (see dxcore.h). A list
 * is what Vulkan tells at that moment, the best adapter first; a VkInstance is made for it and
 * destroyed again. Nothing changes behind a list's back, so there is nothing to be notified of.
 */
#include "d3d12/interop/dxcore.h"

#include <stdlib.h>

#include "d3d12/device/adapter.h"
#include "util/macro.h"

struct nt_dxcore_list {
    const struct nt_dxcore_list_vtable *vtable;
    _Atomic uint32_t refs;
    uint32_t n;
    struct nt_dxcore_adapter *adapters[]; /* one reference each */
};

static HRESULT query(void *self, const IID *own, REFIID riid, void **ret)
{
    if (!ret)
        return E_POINTER;
    *ret = NULL;
    if (!riid || (!IsEqualGUID(riid, &IID_IUnknown) && !IsEqualGUID(riid, own)))
        return E_NOINTERFACE;
    IUnknown_AddRef((IUnknown *)self);
    *ret = self;
    return S_OK;
}

/* --- lists ----------------------------------------------------------------------------------- */

static HRESULT list_QueryInterface(void *self, REFIID riid, void **ret)
{
    return query(self, &IID_IDXCoreAdapterList, riid, ret);
}

static ULONG list_AddRef(void *self)
{
    return atomic_fetch_add(&((struct nt_dxcore_list *)self)->refs, 1) + 1;
}

static ULONG list_Release(void *self)
{
    struct nt_dxcore_list *list = self;
    ULONG left = atomic_fetch_sub(&list->refs, 1) - 1;

    if (left)
        return left;
    for (uint32_t i = 0; i < list->n; i++)
        nt_dxcore_adapter_release(list->adapters[i]);
    free(list);
    return 0;
}

static HRESULT list_GetAdapter(void *self, uint32_t index, REFIID riid, void **ret)
{
    struct nt_dxcore_list *list = self;

    if (!ret)
        return E_POINTER;
    *ret = NULL;
    if (index >= list->n)
        return E_INVALIDARG;
    return nt_dxcore_adapter_query(list->adapters[index], riid, ret);
}

static uint32_t list_GetAdapterCount(void *self)
{
    return ((struct nt_dxcore_list *)self)->n;
}

static bool list_IsStale(void *self)
{
    (void)self;
    return false;
}

static HRESULT list_GetFactory(void *self, REFIID riid, void **ret)
{
    (void)self;
    return DXCoreCreateAdapterFactory(riid, ret);
}

static bool list_IsAdapterPreferenceSupported(void *self, uint32_t preference)
{
    (void)self;
    return preference <= NT_DXCORE_HIGH_PERFORMANCE;
}

/* How well an adapter meets a preference; the higher the better. */
static int worth(const struct nt_dxcore_adapter *adapter, uint32_t preference)
{
    switch (preference) {
    case NT_DXCORE_HARDWARE:
        return adapter->is_hardware;
    case NT_DXCORE_MINIMUM_POWER:
        return adapter->is_hardware ? 8 - adapter->rank : 0;
    case NT_DXCORE_HIGH_PERFORMANCE:
        return adapter->rank;
    default:
        return 0;
    }
}

static bool is_better(const struct nt_dxcore_adapter *one, const struct nt_dxcore_adapter *other,
                      uint32_t n, const uint32_t *preferences)
{
    for (uint32_t i = 0; i < n; i++) {
        int difference = worth(one, preferences[i]) - worth(other, preferences[i]);

        if (difference)
            return difference > 0;
    }
    return false;
}

/* By insertion: what is as good as another stays behind it. */
static HRESULT list_Sort(void *self, uint32_t n, const uint32_t *preferences)
{
    struct nt_dxcore_list *list = self;

    if (!n || !preferences)
        return E_INVALIDARG;
    for (uint32_t i = 1; i < list->n; i++) {
        struct nt_dxcore_adapter *adapter = list->adapters[i];
        uint32_t place = i;

        for (; place && is_better(adapter, list->adapters[place - 1], n, preferences); place--)
            list->adapters[place] = list->adapters[place - 1];
        list->adapters[place] = adapter;
    }
    return S_OK;
}

static const struct nt_dxcore_list_vtable list_vtable = {
    .QueryInterface = list_QueryInterface,
    .AddRef = list_AddRef,
    .Release = list_Release,
    .GetAdapter = list_GetAdapter,
    .GetAdapterCount = list_GetAdapterCount,
    .IsStale = list_IsStale,
    .GetFactory = list_GetFactory,
    .Sort = list_Sort,
    .IsAdapterPreferenceSupported = list_IsAdapterPreferenceSupported,
};

/* Adds what @instance's physical devices are, as far as they can do what is required. */
static HRESULT list_fill(struct nt_dxcore_list *list, const struct nt_d3d_vulkan *instance)
{
    VkPhysicalDevice devices[NT_D3D_MAX_ADAPTERS];
    uint32_t n = NT_ARRAY_SIZE(devices);

    if (vkEnumeratePhysicalDevices(instance->instance, &n, devices) < 0)
        return E_OUTOFMEMORY;
    for (uint32_t i = 0; i < n; i++) {
        struct nt_d3d_vulkan found = *instance;

        if (!nt_d3d_adapter_examine(&found, devices[i]))
            continue;
        list->adapters[list->n] = nt_dxcore_adapter_get(&found);
        if (!list->adapters[list->n])
            return E_OUTOFMEMORY;
        list->n++;
    }
    return S_OK;
}

static HRESULT list_new(struct nt_dxcore_list **ret_list)
{
    const uint32_t best = NT_DXCORE_HIGH_PERFORMANCE;
    struct nt_d3d_vulkan vulkan = {0};
    struct nt_dxcore_list *list =
        calloc(1, sizeof(*list) + NT_D3D_MAX_ADAPTERS * sizeof(list->adapters[0]));
    HRESULT hr;

    if (!list)
        return E_OUTOFMEMORY;
    list->vtable = &list_vtable;
    atomic_init(&list->refs, 1);
    hr = nt_d3d_vulkan_make_instance(&vulkan);
    if (SUCCEEDED(hr))
        hr = list_fill(list, &vulkan);
    nt_d3d_vulkan_deinit(&vulkan);
    if (FAILED(hr)) {
        list_Release(list);
        return hr;
    }
    list_Sort(list, 1, &best);
    *ret_list = list;
    return S_OK;
}

/* --- the factory ----------------------------------------------------------------------------- */

static HRESULT factory_QueryInterface(void *self, REFIID riid, void **ret)
{
    return query(self, &IID_IDXCoreAdapterFactory, riid, ret);
}

/* It is always there; programs that look at the counts see them move. */
static _Atomic uint32_t factory_refs;

static ULONG factory_AddRef(void *self)
{
    (void)self;
    return atomic_fetch_add(&factory_refs, 1) + 1;
}

static ULONG factory_Release(void *self)
{
    (void)self;
    return atomic_fetch_sub(&factory_refs, 1) - 1;
}

static HRESULT factory_CreateAdapterList(void *self, uint32_t n, const GUID *attributes,
                                         REFIID riid, void **ret)
{
    struct nt_dxcore_list *list = NULL;
    HRESULT hr;

    (void)self;
    if (!ret)
        return E_POINTER;
    *ret = NULL;
    if (!n || !attributes)
        return E_INVALIDARG;
    hr = list_new(&list);
    if (FAILED(hr))
        return hr;
    /* All adapters have the same attributes: without one of them, none is left. */
    while (!nt_dxcore_adapter_supports(n, attributes) && list->n)
        nt_dxcore_adapter_release(list->adapters[--list->n]);
    hr = list_QueryInterface(list, riid, ret);
    list_Release(list);
    return hr;
}

static HRESULT factory_GetAdapterByLuid(void *self, const LUID *luid, REFIID riid, void **ret)
{
    struct nt_dxcore_list *list = NULL;
    HRESULT hr;

    (void)self;
    if (!ret)
        return E_POINTER;
    *ret = NULL;
    if (!luid)
        return E_INVALIDARG;
    hr = list_new(&list);
    if (FAILED(hr))
        return hr;
    hr = E_INVALIDARG;
    for (uint32_t i = 0; i < list->n && hr == E_INVALIDARG; i++) {
        if (list->adapters[i]->luid.LowPart == luid->LowPart &&
            list->adapters[i]->luid.HighPart == luid->HighPart)
            hr = nt_dxcore_adapter_query(list->adapters[i], riid, ret);
    }
    list_Release(list);
    return hr;
}

static bool factory_IsNotificationTypeSupported(void *self, uint32_t type)
{
    (void)self, (void)type;
    return false;
}

static HRESULT factory_RegisterEventNotification(void *self, IUnknown *object, uint32_t type,
                                                 void (*callback)(uint32_t type, IUnknown *object,
                                                                  void *context),
                                                 void *context, uint32_t *cookie)
{
    (void)self, (void)type, (void)context;
    if (!object || !callback || !cookie)
        return E_POINTER;
    *cookie = 0;
    return DXGI_ERROR_INVALID_CALL;
}

static HRESULT factory_UnregisterEventNotification(void *self, uint32_t cookie)
{
    (void)self, (void)cookie;
    return E_INVALIDARG;
}

static const struct nt_dxcore_factory_vtable factory_vtable = {
    .QueryInterface = factory_QueryInterface,
    .AddRef = factory_AddRef,
    .Release = factory_Release,
    .CreateAdapterList = factory_CreateAdapterList,
    .GetAdapterByLuid = factory_GetAdapterByLuid,
    .IsNotificationTypeSupported = factory_IsNotificationTypeSupported,
    .RegisterEventNotification = factory_RegisterEventNotification,
    .UnregisterEventNotification = factory_UnregisterEventNotification,
};

static struct {
    const struct nt_dxcore_factory_vtable *vtable;
} factory = {&factory_vtable};

/*
 * DXCoreCreateAdapterFactory - the factory, the same one each time
 *
 * Return: S_OK; E_NOINTERFACE; E_POINTER.
 */
NT_EXPORT HRESULT DXCoreCreateAdapterFactory(REFIID riid, void **ret)
{
    return factory_QueryInterface(&factory, riid, ret);
}
