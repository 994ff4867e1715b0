// SPDX-License-Identifier: MIT
/*
 * Event queries (see query.h): a query remembers the number that the work's fence will have.
 */
#include "d3d11/query.h"

#include <stdlib.h>
#include <string.h>

#include "d3d11/device.h"
#include "util/macro.h"

struct nt_d3d11_query {
    struct nt_d3d11_object object;
    D3D11_QUERY_DESC desc;
    bool was_ended;
    uint64_t number; /* guarded by the work's lock */
};

NT_D3D11_CHILD_METHODS(ID3D11Query)

static UINT STDMETHODCALLTYPE query_GetDataSize(ID3D11Query *self)
{
    (void)self;
    return sizeof(BOOL);
}

static void STDMETHODCALLTYPE query_GetDesc(ID3D11Query *self, D3D11_QUERY_DESC *ret)
{
    if (ret)
        *ret = ((struct nt_d3d11_query *)self)->desc;
}

static const ID3D11QueryVtbl vtable = {
    NT_D3D11_CHILD_SLOTS,
    .GetDataSize = query_GetDataSize,
    .GetDesc = query_GetDesc,
};

static void released(struct nt_d3d11_object *object)
{
    ID3D12Object_Release(object->keeper);
    free(object);
}

static const struct nt_d3d11_interface interfaces[] = {
    {&IID_ID3D11Query, 0},
    {&IID_ID3D11Asynchronous, 0},
    {&IID_ID3D11DeviceChild, 0},
};

static const struct nt_d3d11_class query_class = {
    .interfaces = interfaces,
    .n_interfaces = NT_ARRAY_SIZE(interfaces),
    .released = released,
};

static struct nt_d3d11_query *query_from(const struct nt_d3d11_device *device,
                                         ID3D11Asynchronous *pointer)
{
    struct nt_d3d11_query *query = (struct nt_d3d11_query *)pointer;

    if (!query || query->object.table != &vtable || query->object.device != device)
        return NULL;
    return query;
}

HRESULT nt_d3d11_query_create(struct nt_d3d11_device *device, const D3D11_QUERY_DESC *desc,
                              ID3D11Query **ret)
{
    struct nt_d3d11_query *query;
    ID3D12Fence *keeper = NULL;
    HRESULT hr;

    if (!desc || (unsigned)desc->Query > D3D11_QUERY_SO_OVERFLOW_PREDICATE_STREAM3)
        return E_INVALIDARG;
    if (desc->Query != D3D11_QUERY_EVENT) {
        nt_d3d11_refuse("a query that is not D3D11_QUERY_EVENT");
        return E_NOTIMPL;
    }
    if (desc->MiscFlags)
        return E_INVALIDARG;
    if (!ret)
        return S_FALSE;
    query = calloc(1, sizeof(*query));
    if (!query)
        return E_OUTOFMEMORY;
    /* Only for its private data. */
    hr = ID3D12Device5_CreateFence(device->device, 0, D3D12_FENCE_FLAG_NONE, &IID_ID3D12Fence,
                                   (void **)&keeper);
    if (FAILED(hr)) {
        free(query);
        return hr;
    }
    query->desc = *desc;
    nt_d3d11_object_init(&query->object, &vtable, &query_class, device, (ID3D12Object *)keeper);
    *ret = (ID3D11Query *)&query->object;
    return S_OK;
}

void nt_d3d11_query_end(struct nt_d3d11_device *device, ID3D11Asynchronous *pointer)
{
    struct nt_d3d11_query *query = query_from(device, pointer);

    if (!query)
        return;
    nt_d3d11_work_lock(&device->work);
    query->was_ended = true;
    query->number = nt_d3d11_work_mark(&device->work);
    nt_d3d11_work_unlock(&device->work);
}

/* The lock is held. */
static HRESULT get(struct nt_d3d11_work *work, const struct nt_d3d11_query *query, UINT flags)
{
    if (!query->was_ended)
        return DXGI_ERROR_INVALID_CALL;
    if (query->number > work->number && !(flags & D3D11_ASYNC_GETDATA_DONOTFLUSH))
        nt_d3d11_work_flush(work);
    if (ID3D12Device5_GetDeviceRemovedReason(work->device) != S_OK)
        return DXGI_ERROR_DEVICE_REMOVED;
    return nt_d3d11_work_is_done(work, query->number) ? S_OK : S_FALSE;
}

HRESULT nt_d3d11_query_get(struct nt_d3d11_device *device, ID3D11Asynchronous *pointer, void *data,
                           UINT size, UINT flags)
{
    struct nt_d3d11_query *query = query_from(device, pointer);
    BOOL is_over = TRUE;
    HRESULT hr;

    if (!query || (flags & ~(UINT)D3D11_ASYNC_GETDATA_DONOTFLUSH) ||
        (data ? size != sizeof(is_over) : size != 0))
        return E_INVALIDARG;
    nt_d3d11_work_lock(&device->work);
    hr = get(&device->work, query, flags);
    nt_d3d11_work_unlock(&device->work);
    if (hr == S_OK && data)
        memcpy(data, &is_over, sizeof(is_over));
    return hr;
}
