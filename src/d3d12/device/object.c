// SPDX-License-Identifier: MIT
/*
 * IUnknown, ID3D12Object and ID3D12DeviceChild for every kind of object (see object.h), with
 * the private data rules of D4.6.
 */
#include "d3d12/device/object.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "d3d12/device/device.h"
#include "d3d12/device/dred.h"
#include "util/macro.h"

struct nt_d3d_private_data {
    struct nt_d3d_private_data *next;
    GUID guid;
    UINT size;
    IUnknown *unknown; /* set for an interface; then @size is that of a pointer */
    bool is_interface;
    unsigned char bytes[];
};

void nt_d3d_object_init(struct nt_d3d_object *object, const struct nt_d3d_class *class,
                        struct nt_d3d_device *device)
{
    object->com.lpVtbl = (const IUnknownVtbl *)class->vtable;
    object->class = class;
    object->device = device;
    atomic_init(&object->refs, 1);
    atomic_init(&object->internal_refs, 1);
    pthread_mutex_init(&object->data_lock, NULL);
    object->data = NULL;
    if (device)
        nt_d3d_object_add_ref(&device->object);
}

static void data_free(struct nt_d3d_private_data *data)
{
    if (data && data->unknown)
        IUnknown_Release(data->unknown);
    free(data);
}

static void data_free_all(struct nt_d3d_object *object)
{
    struct nt_d3d_private_data *data = object->data;

    object->data = NULL;
    while (data) {
        struct nt_d3d_private_data *next = data->next;

        data_free(data);
        data = next;
    }
}

void nt_d3d_object_deinit(struct nt_d3d_object *object)
{
    data_free_all(object);
    pthread_mutex_destroy(&object->data_lock);
}

void nt_d3d_object_ref(struct nt_d3d_object *object)
{
    atomic_fetch_add_explicit(&object->internal_refs, 1, memory_order_relaxed);
}

void nt_d3d_object_unref(struct nt_d3d_object *object)
{
    if (object && atomic_fetch_sub(&object->internal_refs, 1) == 1)
        object->class->free(object);
}

bool nt_d3d_class_answers(const struct nt_d3d_class *class, REFIID riid)
{
    if (!riid)
        return false;
    if (IsEqualGUID(riid, &IID_IUnknown) || IsEqualGUID(riid, &IID_ID3D12Object))
        return true;
    for (size_t i = 0; i < class->n_iids; i++) {
        if (IsEqualGUID(riid, class->iids[i]))
            return true;
    }
    return false;
}

HRESULT nt_d3d_object_query_interface(struct nt_d3d_object *object, REFIID riid, void **ret)
{
    if (!ret)
        return E_POINTER;
    *ret = NULL;
    if (nt_d3d_class_answers(object->class, riid))
        *ret = object;
    else if (riid && object->class->facet)
        *ret = object->class->facet(object, riid);
    if (!*ret)
        return E_NOINTERFACE;
    nt_d3d_object_add_ref(object);
    return S_OK;
}

ULONG nt_d3d_object_add_ref(struct nt_d3d_object *object)
{
    return atomic_fetch_add_explicit(&object->refs, 1, memory_order_relaxed) + 1;
}

ULONG nt_d3d_object_release(struct nt_d3d_object *object)
{
    struct nt_d3d_device *device = object->device;
    ULONG left = atomic_fetch_sub(&object->refs, 1) - 1;

    if (left)
        return left;
    if (object->class->released)
        object->class->released(object);
    if (device && device->dred)
        nt_d3d_dred_released(object);
    data_free_all(object);
    nt_d3d_object_unref(object);
    /* Last, because freeing the object may still need its device. */
    if (device)
        nt_d3d_object_release(&device->object);
    return 0;
}

HRESULT nt_d3d_object_return(struct nt_d3d_object *object, REFIID riid, void **ret)
{
    HRESULT hr = S_FALSE;

    if (ret)
        hr = nt_d3d_object_query_interface(object, riid, ret);
    nt_d3d_object_release(object);
    return hr;
}

/* The place that points to the entry of @guid, or to the end of the list. */
static struct nt_d3d_private_data **data_find(struct nt_d3d_object *object, REFGUID guid)
{
    struct nt_d3d_private_data **place = &object->data;

    while (*place && !IsEqualGUID(&(*place)->guid, guid))
        place = &(*place)->next;
    return place;
}

HRESULT nt_d3d_object_get_private_data(struct nt_d3d_object *object, REFGUID guid, UINT *size,
                                       void *data)
{
    const struct nt_d3d_private_data *found;
    HRESULT hr = S_OK;
    UINT room;

    if (!guid || !size)
        return E_INVALIDARG;
    room = *size;
    pthread_mutex_lock(&object->data_lock);
    found = *data_find(object, guid);
    *size = found ? found->size : 0;
    if (!found) {
        hr = DXGI_ERROR_NOT_FOUND;
    } else if (data && room < found->size) {
        hr = DXGI_ERROR_MORE_DATA;
    } else if (data && found->is_interface) {
        if (found->unknown)
            IUnknown_AddRef(found->unknown);
        memcpy(data, &found->unknown, sizeof(found->unknown));
    } else if (data) {
        memcpy(data, found->bytes, found->size);
    }
    pthread_mutex_unlock(&object->data_lock);
    return hr;
}

/* Puts @data (or nothing) in the place of what @guid has. S_FALSE: nothing for nothing. */
static HRESULT data_replace(struct nt_d3d_object *object, REFGUID guid,
                            struct nt_d3d_private_data *data)
{
    struct nt_d3d_private_data **place, *old;

    pthread_mutex_lock(&object->data_lock);
    place = data_find(object, guid);
    old = *place;
    if (old)
        *place = old->next;
    if (data) {
        data->next = object->data;
        object->data = data;
    }
    pthread_mutex_unlock(&object->data_lock);
    data_free(old);
    return old || data ? S_OK : S_FALSE;
}

HRESULT nt_d3d_object_set_private_data(struct nt_d3d_object *object, REFGUID guid, UINT size,
                                       const void *data)
{
    struct nt_d3d_private_data *entry = NULL;

    if (!guid)
        return E_INVALIDARG;
    if (data) {
        entry = calloc(1, sizeof(*entry) + size);
        if (!entry)
            return E_OUTOFMEMORY;
        entry->guid = *guid;
        entry->size = size;
        memcpy(entry->bytes, data, size);
    }
    return data_replace(object, guid, entry);
}

HRESULT nt_d3d_object_set_private_data_interface(struct nt_d3d_object *object, REFGUID guid,
                                                 const IUnknown *data)
{
    struct nt_d3d_private_data *entry;

    if (!guid)
        return E_INVALIDARG;
    entry = calloc(1, sizeof(*entry));
    if (!entry)
        return E_OUTOFMEMORY;
    entry->guid = *guid;
    entry->size = sizeof(entry->unknown);
    entry->is_interface = true;
    entry->unknown = (IUnknown *)(uintptr_t)data;
    if (entry->unknown)
        IUnknown_AddRef(entry->unknown);
    return data_replace(object, guid, entry);
}

/* Bytes of one wide character of the program that made the device (D3D12CreateDevice's twin). */
static unsigned wide_size(const struct nt_d3d_object *object)
{
    if (object->device)
        return object->device->wide_size;
    return NT_CONTAINER_OF(object, struct nt_d3d_device, object)->wide_size;
}

/* Characters up to the NUL and with it, each of @size bytes, 4 or 2. */
static size_t text_length(const void *text, unsigned size)
{
    const uint16_t *units = text;
    size_t length = 0;

    if (size == sizeof(wchar_t))
        return wcslen(text) + 1;
    while (units[length])
        length++;
    return length + 1;
}

HRESULT nt_d3d_object_set_name(struct nt_d3d_object *object, LPCWSTR name)
{
    unsigned size = wide_size(object);
    size_t length = name ? text_length(name, size) : 0;

    if (length > UINT32_MAX / size)
        return E_INVALIDARG;
    return nt_d3d_object_set_private_data(object, &WKPDID_D3DDebugObjectNameW,
                                          (UINT)(length * size), name);
}

HRESULT nt_d3d_object_get_device(struct nt_d3d_object *object, REFIID riid, void **ret)
{
    return nt_d3d_object_query_interface(&object->device->object, riid, ret);
}
