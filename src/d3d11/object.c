// SPDX-License-Identifier: MIT
/*
 * IUnknown for every Direct3D 11 object (see object.h).
 */
#include "d3d11/object.h"

#include "d3d11/device.h"

void nt_d3d11_object_init(struct nt_d3d11_object *object, const void *table,
                          const struct nt_d3d11_class *class, struct nt_d3d11_device *device,
                          ID3D12Object *keeper)
{
    object->table = table;
    object->class = class;
    object->device = device;
    object->keeper = keeper;
    atomic_init(&object->refs, 1);
    if (device)
        nt_d3d11_object_add_ref(&device->object);
}

HRESULT nt_d3d11_object_query_interface(struct nt_d3d11_object *object, REFIID riid, void **ret)
{
    const struct nt_d3d11_class *class = object->class;

    if (!ret)
        return E_POINTER;
    *ret = NULL;
    if (!riid)
        return E_INVALIDARG;
    if (IsEqualGUID(riid, &IID_IUnknown)) {
        *ret = object;
    } else {
        for (size_t i = 0; i < class->n_interfaces && !*ret; i++) {
            if (IsEqualGUID(riid, class->interfaces[i].iid))
                *ret = (char *)object + class->interfaces[i].offset;
        }
    }
    if (!*ret)
        return E_NOINTERFACE;
    nt_d3d11_object_add_ref(object);
    return S_OK;
}

/*
 * The immediate context lives inside its device and comes back from no references: whoever takes
 * the first one holds the device for it. All others never do.
 */
ULONG nt_d3d11_object_add_ref(struct nt_d3d11_object *object)
{
    uint32_t before = atomic_fetch_add(&object->refs, 1);

    if (before == 0 && object->device)
        nt_d3d11_object_add_ref(&object->device->object);
    return before + 1;
}

ULONG nt_d3d11_object_release(struct nt_d3d11_object *object)
{
    struct nt_d3d11_device *device = object->device;
    ULONG left = atomic_fetch_sub(&object->refs, 1) - 1;

    if (left)
        return left;
    if (object->class->released)
        object->class->released(object);
    /* Last, because freeing the object may still need its device. */
    if (device)
        nt_d3d11_object_release(&device->object);
    return 0;
}

HRESULT nt_d3d11_object_return(struct nt_d3d11_object *object, REFIID riid, void **ret)
{
    HRESULT hr = S_FALSE;

    if (ret)
        hr = nt_d3d11_object_query_interface(object, riid, ret);
    nt_d3d11_object_release(object);
    return hr;
}

void nt_d3d11_object_get_device(struct nt_d3d11_object *object, ID3D11Device **ret)
{
    if (!ret)
        return;
    nt_d3d11_object_add_ref(&object->device->object);
    *ret = (ID3D11Device *)&object->device->object;
}
