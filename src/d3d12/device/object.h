/* SPDX-License-Identifier: MIT */
/*
 * What every Direct3D object is: an interface pointer, two reference counts, private data.
 *
 * The *public* count is what AddRef and Release return. While it is above zero the object
 * holds its device (one public reference, D17.7) and one *internal* reference on itself. The
 * internal count keeps the structure alive for those inside who still need it: a queue that
 * will signal a fence, a list that was recorded from an allocator. The application never sees
 * it.
 *
 * A class describes a kind of object: its vtable, the interfaces it answers, and what happens
 * when the public and when the internal count reach zero. An interface pointer that comes
 * from outside is compared with the class's vtable before it is believed.
 */
#ifndef NT_D3D12_OBJECT_H
#define NT_D3D12_OBJECT_H

#include <d3d12.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct nt_d3d_device;
struct nt_d3d_object;
struct nt_d3d_private_data;

struct nt_d3d_class {
    const char *name;
    const void *vtable;
    const IID *const *iids; /* answered besides IUnknown and ID3D12Object */
    size_t n_iids;
    /* Another interface of the object, with a vtable of its own; NULL: none. May be NULL. */
    void *(*facet)(struct nt_d3d_object *object, REFIID riid);
    /* The last public reference is gone; may be NULL. */
    void (*released)(struct nt_d3d_object *object);
    /* The last internal reference is gone: frees the structure. */
    void (*free)(struct nt_d3d_object *object);
};

/*
 * A further interface of an object: a vtable pointer inside the object's structure. Its first
 * three methods hand on to the object's own.
 */
struct nt_d3d_facet {
    const void *vtable; /* first: the interface pointer is the facet's address */
    struct nt_d3d_object *object;
};

struct nt_d3d_object {
    IUnknown com; /* first: the interface pointer is the object's address */
    const struct nt_d3d_class *class;
    struct nt_d3d_device *device; /* NULL for the device itself */
    _Atomic uint32_t refs;
    _Atomic uint32_t internal_refs;
    pthread_mutex_t data_lock; /* guards @data */
    struct nt_d3d_private_data *data;
};

/**
 * nt_d3d_object_init() - start an object's life with one public reference
 * @object: zeroed, embedded as the first member of the object
 * @class:  its kind, static
 * @device: gets one more public reference; NULL for a device
 */
void nt_d3d_object_init(struct nt_d3d_object *object, const struct nt_d3d_class *class,
                        struct nt_d3d_device *device);

/** nt_d3d_object_deinit() - for a class's free(): drops what nt_d3d_object_init() made */
void nt_d3d_object_deinit(struct nt_d3d_object *object);

/** nt_d3d_object_ref() - one more internal reference */
void nt_d3d_object_ref(struct nt_d3d_object *object);

/** nt_d3d_object_unref() - one internal reference less; NULL is allowed */
void nt_d3d_object_unref(struct nt_d3d_object *object);

/** nt_d3d_class_answers() - true when objects of @class have the interface @riid */
bool nt_d3d_class_answers(const struct nt_d3d_class *class, REFIID riid);

/**
 * nt_d3d_object_return() - give a new object to the application
 * @object: its creation reference is consumed in every case
 * @riid:   the interface asked for
 * @ret:    the interface, or NULL when the application only wants to know
 *
 * Return: S_OK; S_FALSE when @ret is NULL; E_NOINTERFACE (and *@ret is NULL).
 */
HRESULT nt_d3d_object_return(struct nt_d3d_object *object, REFIID riid, void **ret);

/** nt_d3d_from() - the object behind an interface pointer from outside; NULL when foreign */
static inline struct nt_d3d_object *nt_d3d_from(const void *interface_pointer,
                                                const struct nt_d3d_class *class)
{
    const IUnknown *unknown = interface_pointer;

    if (!unknown || (const void *)unknown->lpVtbl != class->vtable)
        return NULL;
    return (struct nt_d3d_object *)(uintptr_t)unknown;
}

/* The methods of IUnknown, ID3D12Object and ID3D12DeviceChild, for the vtables. */
HRESULT nt_d3d_object_query_interface(struct nt_d3d_object *object, REFIID riid, void **ret);
ULONG nt_d3d_object_add_ref(struct nt_d3d_object *object);
ULONG nt_d3d_object_release(struct nt_d3d_object *object);
HRESULT nt_d3d_object_get_private_data(struct nt_d3d_object *object, REFGUID guid, UINT *size,
                                       void *data);
HRESULT nt_d3d_object_set_private_data(struct nt_d3d_object *object, REFGUID guid, UINT size,
                                       const void *data);
HRESULT nt_d3d_object_set_private_data_interface(struct nt_d3d_object *object, REFGUID guid,
                                                 const IUnknown *data);
HRESULT nt_d3d_object_set_name(struct nt_d3d_object *object, LPCWSTR name);
HRESULT nt_d3d_object_get_device(struct nt_d3d_object *object, REFIID riid, void **ret);

/* The same, typed for one interface: the first seven slots of every vtable ... */
#define NT_D3D_OBJECT_METHODS(interface_)                                                          \
    static HRESULT STDMETHODCALLTYPE com_QueryInterface(interface_ *self, REFIID riid, void **ret) \
    {                                                                                              \
        return nt_d3d_object_query_interface((struct nt_d3d_object *)self, riid, ret);             \
    }                                                                                              \
    static ULONG STDMETHODCALLTYPE com_AddRef(interface_ *self)                                    \
    {                                                                                              \
        return nt_d3d_object_add_ref((struct nt_d3d_object *)self);                                \
    }                                                                                              \
    static ULONG STDMETHODCALLTYPE com_Release(interface_ *self)                                   \
    {                                                                                              \
        return nt_d3d_object_release((struct nt_d3d_object *)self);                                \
    }                                                                                              \
    static HRESULT STDMETHODCALLTYPE com_GetPrivateData(interface_ *self, REFGUID guid,            \
                                                        UINT *size, void *data)                    \
    {                                                                                              \
        return nt_d3d_object_get_private_data((struct nt_d3d_object *)self, guid, size, data);     \
    }                                                                                              \
    static HRESULT STDMETHODCALLTYPE com_SetPrivateData(interface_ *self, REFGUID guid, UINT size, \
                                                        const void *data)                          \
    {                                                                                              \
        return nt_d3d_object_set_private_data((struct nt_d3d_object *)self, guid, size, data);     \
    }                                                                                              \
    static HRESULT STDMETHODCALLTYPE com_SetPrivateDataInterface(interface_ *self, REFGUID guid,   \
                                                                 const IUnknown *data)             \
    {                                                                                              \
        return nt_d3d_object_set_private_data_interface((struct nt_d3d_object *)self, guid, data); \
    }                                                                                              \
    static HRESULT STDMETHODCALLTYPE com_SetName(interface_ *self, LPCWSTR name)                   \
    {                                                                                              \
        return nt_d3d_object_set_name((struct nt_d3d_object *)self, name);                         \
    }

/* ... and the eighth of everything but the device. */
#define NT_D3D_CHILD_METHODS(interface_)                                                      \
    NT_D3D_OBJECT_METHODS(interface_)                                                         \
    static HRESULT STDMETHODCALLTYPE com_GetDevice(interface_ *self, REFIID riid, void **ret) \
    {                                                                                         \
        return nt_d3d_object_get_device((struct nt_d3d_object *)self, riid, ret);             \
    }

/* IUnknown's methods of a facet, for its vtable. */
#define NT_D3D_FACET_METHODS(interface_, prefix)                                                \
    static HRESULT STDMETHODCALLTYPE prefix##_QueryInterface(interface_ *self, REFIID riid,     \
                                                             void **ret)                        \
    {                                                                                           \
        return nt_d3d_object_query_interface(((struct nt_d3d_facet *)self)->object, riid, ret); \
    }                                                                                           \
    static ULONG STDMETHODCALLTYPE prefix##_AddRef(interface_ *self)                            \
    {                                                                                           \
        return nt_d3d_object_add_ref(((struct nt_d3d_facet *)self)->object);                    \
    }                                                                                           \
    static ULONG STDMETHODCALLTYPE prefix##_Release(interface_ *self)                           \
    {                                                                                           \
        return nt_d3d_object_release(((struct nt_d3d_facet *)self)->object);                    \
    }

#define NT_D3D_FACET_SLOTS(prefix)                                        \
    .QueryInterface = prefix##_QueryInterface, .AddRef = prefix##_AddRef, \
    .Release = prefix##_Release

#define NT_D3D_OBJECT_SLOTS                                                             \
    .QueryInterface = com_QueryInterface, .AddRef = com_AddRef, .Release = com_Release, \
    .GetPrivateData = com_GetPrivateData, .SetPrivateData = com_SetPrivateData,         \
    .SetPrivateDataInterface = com_SetPrivateDataInterface, .SetName = com_SetName

#define NT_D3D_CHILD_SLOTS NT_D3D_OBJECT_SLOTS, .GetDevice = com_GetDevice

#endif
