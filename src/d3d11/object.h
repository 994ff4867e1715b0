/* SPDX-License-Identifier: MIT */
/*
 * What every Direct3D 11 object is: interface pointers, a reference count, a device.
 *
 * The Direct3D 11 side stands on an ID3D12Device of its own and on its interface: a resource is an
 * ID3D12Resource, a fence an ID3D12Fence, the immediate context a command queue (work.h). Besides
 * that it knows only the table of formats and the events of a removal. Private data is kept by the
 * Direct3D 12 object that stands behind (@keeper).
 *
 * An object may answer interfaces with different tables; each table has a pointer of its own in
 * the object, and QueryInterface returns the place of the right one. An interface pointer that
 * comes from outside is compared with the tables before it is believed.
 */
#ifndef NT_D3D11_OBJECT_H
#define NT_D3D11_OBJECT_H

#include <d3d11_4.h>
#include <d3d12.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/log.h"

struct nt_d3d11_device;
struct nt_d3d11_object;

struct nt_d3d11_interface {
    const IID *iid;
    size_t offset; /* in the object, of the pointer to its table */
};

struct nt_d3d11_class {
    const struct nt_d3d11_interface *interfaces; /* besides IUnknown, which is at 0 */
    size_t n_interfaces;
    /* The last reference is gone: frees what there is. */
    void (*released)(struct nt_d3d11_object *object);
};

struct nt_d3d11_object {
    const void *table; /* first: the interface pointer is the object's address */
    const struct nt_d3d11_class *class;
    struct nt_d3d11_device *device; /* NULL for the device itself; else held while @refs is not 0 */
    ID3D12Object *keeper;           /* of its private data; borrowed */
    _Atomic uint32_t refs;
};

/**
 * nt_d3d11_object_init() - start an object's life with one reference
 * @device: gets one more reference; NULL for the device itself
 */
void nt_d3d11_object_init(struct nt_d3d11_object *object, const void *table,
                          const struct nt_d3d11_class *class, struct nt_d3d11_device *device,
                          ID3D12Object *keeper);

/**
 * nt_d3d11_object_return() - give a new object to the application
 * @object: its creation reference is consumed in every case
 *
 * Return: S_OK; S_FALSE when @ret is NULL; E_NOINTERFACE (and *@ret is NULL).
 */
HRESULT nt_d3d11_object_return(struct nt_d3d11_object *object, REFIID riid, void **ret);

HRESULT nt_d3d11_object_query_interface(struct nt_d3d11_object *object, REFIID riid, void **ret);
ULONG nt_d3d11_object_add_ref(struct nt_d3d11_object *object);
ULONG nt_d3d11_object_release(struct nt_d3d11_object *object);
/** nt_d3d11_object_get_device() - ID3D11DeviceChild::GetDevice */
void nt_d3d11_object_get_device(struct nt_d3d11_object *object, ID3D11Device **ret);

/* The methods of IUnknown, typed for one interface whose table is at the object's beginning ... */
#define NT_D3D11_UNKNOWN_METHODS(interface_)                                                       \
    static HRESULT STDMETHODCALLTYPE com_QueryInterface(interface_ *self, REFIID riid, void **ret) \
    {                                                                                              \
        return nt_d3d11_object_query_interface((struct nt_d3d11_object *)self, riid, ret);         \
    }                                                                                              \
    static ULONG STDMETHODCALLTYPE com_AddRef(interface_ *self)                                    \
    {                                                                                              \
        return nt_d3d11_object_add_ref((struct nt_d3d11_object *)self);                            \
    }                                                                                              \
    static ULONG STDMETHODCALLTYPE com_Release(interface_ *self)                                   \
    {                                                                                              \
        return nt_d3d11_object_release((struct nt_d3d11_object *)self);                            \
    }

/* ... those for private data, which devices have in another place than their children ... */
#define NT_D3D11_DATA_METHODS(interface_)                                                          \
    static HRESULT STDMETHODCALLTYPE com_GetPrivateData(interface_ *self, REFGUID guid,            \
                                                        UINT *size, void *data)                    \
    {                                                                                              \
        return ID3D12Object_GetPrivateData(((struct nt_d3d11_object *)self)->keeper, guid, size,   \
                                           data);                                                  \
    }                                                                                              \
    static HRESULT STDMETHODCALLTYPE com_SetPrivateData(interface_ *self, REFGUID guid, UINT size, \
                                                        const void *data)                          \
    {                                                                                              \
        return ID3D12Object_SetPrivateData(((struct nt_d3d11_object *)self)->keeper, guid, size,   \
                                           data);                                                  \
    }                                                                                              \
    static HRESULT STDMETHODCALLTYPE com_SetPrivateDataInterface(interface_ *self, REFGUID guid,   \
                                                                 const IUnknown *data)             \
    {                                                                                              \
        return ID3D12Object_SetPrivateDataInterface(((struct nt_d3d11_object *)self)->keeper,      \
                                                    guid, data);                                   \
    }

/* ... and all of a child's. */
#define NT_D3D11_CHILD_METHODS(interface_)                                            \
    NT_D3D11_UNKNOWN_METHODS(interface_)                                              \
    NT_D3D11_DATA_METHODS(interface_)                                                 \
    static void STDMETHODCALLTYPE com_GetDevice(interface_ *self, ID3D11Device **ret) \
    {                                                                                 \
        nt_d3d11_object_get_device((struct nt_d3d11_object *)self, ret);              \
    }

#define NT_D3D11_UNKNOWN_SLOTS \
    .QueryInterface = com_QueryInterface, .AddRef = com_AddRef, .Release = com_Release

#define NT_D3D11_DATA_SLOTS                                                     \
    .GetPrivateData = com_GetPrivateData, .SetPrivateData = com_SetPrivateData, \
    .SetPrivateDataInterface = com_SetPrivateDataInterface

#define NT_D3D11_CHILD_SLOTS NT_D3D11_UNKNOWN_SLOTS, NT_D3D11_DATA_SLOTS, .GetDevice = com_GetDevice

/** nt_d3d11_refuse() - a method that is not built was called: say so, for each once */
#define nt_d3d11_refuse(what)                                       \
    do {                                                            \
        static atomic_flag was_said_ = ATOMIC_FLAG_INIT;            \
        if (!atomic_flag_test_and_set(&was_said_))                  \
            nt_log(NT_LOG_WARNING, "d3d11: %s is not built", what); \
    } while (0)

#endif
