// SPDX-License-Identifier: MIT
/*
 * What may be shared and what not, as which interface it opens, and what is refused with which
 * code.
 */
#include "d3d12/share-kit.h"

#include <stdlib.h>

/* --- rules -------------------------------------------------------------------------------- */

static HRESULT try_heap(ID3D12Device5 *device, const D3D12_HEAP_DESC *desc)
{
    ID3D12Heap *heap = (void *)1;
    HRESULT hr = ID3D12Device_CreateHeap(device, desc, &IID_ID3D12Heap, (void **)&heap);

    if (SUCCEEDED(hr))
        kit_release_last(heap);
    else
        ok_ptr_eq(heap, NULL);
    return hr;
}

/* A device that shares across adapters too, which exported memory cannot. */
static ID3D12Device5 *cross_device(void)
{
    unsetenv("NTSHM_D3D12_SHARE");
    return kit_device();
}

TEST(shared_heaps_have_no_cpu_access, "D12.4 D18.2")
{
    const unsigned shared = D3D12_HEAP_FLAG_SHARED;
    const unsigned cross = shared | D3D12_HEAP_FLAG_SHARED_CROSS_ADAPTER;
    const D3D12_CPU_PAGE_PROPERTY none = D3D12_CPU_PAGE_PROPERTY_NOT_AVAILABLE;
    const struct {
        D3D12_HEAP_TYPE type;
        D3D12_CPU_PAGE_PROPERTY page;
        unsigned flags;
        HRESULT hr;
    } table[] = {
        {D3D12_HEAP_TYPE_DEFAULT, 0, shared, S_OK},
        {D3D12_HEAP_TYPE_DEFAULT, 0, cross, S_OK},
        {D3D12_HEAP_TYPE_CUSTOM, none, shared, S_OK},
        {D3D12_HEAP_TYPE_CUSTOM, none, cross, S_OK},
        {D3D12_HEAP_TYPE_UPLOAD, 0, shared, E_INVALIDARG},
        {D3D12_HEAP_TYPE_UPLOAD, 0, cross, E_INVALIDARG},
        {D3D12_HEAP_TYPE_READBACK, 0, shared, E_INVALIDARG},
        {D3D12_HEAP_TYPE_CUSTOM, D3D12_CPU_PAGE_PROPERTY_WRITE_BACK, shared, E_INVALIDARG},
        {D3D12_HEAP_TYPE_CUSTOM, D3D12_CPU_PAGE_PROPERTY_WRITE_BACK, cross, E_INVALIDARG},
        {D3D12_HEAP_TYPE_CUSTOM, D3D12_CPU_PAGE_PROPERTY_WRITE_COMBINE, shared, E_INVALIDARG},
        {D3D12_HEAP_TYPE_DEFAULT, 0, D3D12_HEAP_FLAG_SHARED_CROSS_ADAPTER, E_INVALIDARG},
        {D3D12_HEAP_TYPE_DEFAULT, 0, shared | D3D12_HEAP_FLAG_ALLOW_ONLY_BUFFERS, S_OK},
        {D3D12_HEAP_TYPE_DEFAULT, 0, cross | D3D12_HEAP_FLAG_ALLOW_ONLY_BUFFERS, E_INVALIDARG},
        {D3D12_HEAP_TYPE_DEFAULT, 0, shared | D3D12_HEAP_FLAG_ALLOW_WRITE_WATCH, E_NOTIMPL},
    };
    ID3D12Device5 *device = cross_device();

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        D3D12_HEAP_DESC desc = {
            .SizeInBytes = 64 * KIB,
            .Properties = {.Type = table[i].type, .CPUPageProperty = table[i].page},
            .Flags = (D3D12_HEAP_FLAGS)table[i].flags};

        if (table[i].type == D3D12_HEAP_TYPE_CUSTOM)
            desc.Properties.MemoryPoolPreference = D3D12_MEMORY_POOL_L0;
        if (!ok_hr(try_heap(device, &desc), table[i].hr))
            test_note("row %zu", i);
    }
    kit_release_last(device);
}

static HRESULT try_committed(ID3D12Device5 *device, D3D12_HEAP_TYPE type, unsigned heap_flags,
                             unsigned flags)
{
    const D3D12_HEAP_DESC heap = kit_heap_desc(64 * KIB, type);
    D3D12_RESOURCE_DESC desc = kit_buffer_desc(64 * KIB);
    ID3D12Resource *buffer = (void *)1;
    HRESULT hr;

    desc.Flags = (D3D12_RESOURCE_FLAGS)flags;
    hr = ID3D12Device_CreateCommittedResource(
        device, &heap.Properties, (D3D12_HEAP_FLAGS)heap_flags, &desc,
        type == D3D12_HEAP_TYPE_UPLOAD ? D3D12_RESOURCE_STATE_GENERIC_READ
                                       : D3D12_RESOURCE_STATE_COMMON,
        NULL, &IID_ID3D12Resource, (void **)&buffer);
    if (SUCCEEDED(hr))
        kit_release_last(buffer);
    else
        ok_ptr_eq(buffer, NULL);
    return hr;
}

TEST(cross_adapter_flags_of_heap_and_resource_agree, "D18.3 D12.4")
{
    const unsigned cross = D3D12_HEAP_FLAG_SHARED | D3D12_HEAP_FLAG_SHARED_CROSS_ADAPTER;
    const unsigned allow = D3D12_RESOURCE_FLAG_ALLOW_CROSS_ADAPTER;
    ID3D12Device5 *device = cross_device();

    ok_hr(try_committed(device, D3D12_HEAP_TYPE_DEFAULT, cross, allow), S_OK);
    ok_hr(try_committed(device, D3D12_HEAP_TYPE_DEFAULT, cross, 0), E_INVALIDARG);
    ok_hr(try_committed(device, D3D12_HEAP_TYPE_DEFAULT, D3D12_HEAP_FLAG_SHARED, allow),
          E_INVALIDARG);
    ok_hr(try_committed(device, D3D12_HEAP_TYPE_DEFAULT, 0, allow), E_INVALIDARG);
    ok_hr(try_committed(device, D3D12_HEAP_TYPE_DEFAULT, D3D12_HEAP_FLAG_SHARED, 0), S_OK);
    ok_hr(try_committed(device, D3D12_HEAP_TYPE_UPLOAD, D3D12_HEAP_FLAG_SHARED, 0), E_INVALIDARG);
    kit_release_last(device);
}

/* --- interfaces ---------------------------------------------------------------------------- */

TEST(handle_opens_as_any_interface_of_its_object, "D13.1 D13.2 D13.3 D4.7")
{
    const IID *const both[] = {&IID_IUnknown, &IID_ID3D12Object, &IID_ID3D12DeviceChild,
                               &IID_ID3D12Pageable};
    const IID *const heaps[] = {&IID_ID3D12Heap, &IID_ID3D12Heap1};
    const IID *const resources[] = {&IID_ID3D12Resource, &IID_ID3D12Resource1,
                                    &IID_ID3D12Resource2};
    const IID *const others[] = {&IID_ID3D12Fence, &IID_ID3D12Device, &IID_ID3D12CommandQueue};
    ID3D12Device5 *device = kit_device();
    ID3D12Heap *heap = share_heap(device, 64 * KIB);
    ID3D12Resource *buffer = share_buffer(device, 64 * KIB);
    HANDLE handles[] = {share_handle(device, heap), share_handle(device, buffer)};

    for (size_t h = 0; h < 2; h++) {
        for (size_t i = 0; i < 4; i++) {
            void *object = NULL;

            ok_hr(ID3D12Device_OpenSharedHandle(device, handles[h], both[i], &object), S_OK);
            if (object)
                kit_release_last(object);
        }
        for (size_t i = 0; i < 8; i++) {
            const IID *iid = i < 2 ? heaps[i] : i < 5 ? resources[i - 2] : others[i - 5];
            bool fits = i < 2 ? h == 0 : i < 5 ? h == 1 : false;
            void *object = (void *)1;

            ok_hr(ID3D12Device_OpenSharedHandle(device, handles[h], iid, &object),
                  fits ? S_OK : E_NOINTERFACE);
            if (fits)
                kit_release_last(object);
            else
                ok_ptr_eq(object, NULL);
        }
        /* Nothing to return: it only tells that it could be. */
        ok_hr(ID3D12Device_OpenSharedHandle(device, handles[h], &IID_IUnknown, NULL), S_FALSE);
        CloseHandle(handles[h]);
    }
    kit_release_last(buffer);
    kit_release_last(heap);
    kit_release_last(device);
}

TEST(handles_of_other_things_do_not_open, "D13.3 D12.10")
{
    ID3D12Device5 *device = kit_device();
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);
    HANDLE section = kit_section(65536, NULL);
    ID3D12Heap *heap = share_heap(device, 64 * KIB), *opened;
    HANDLE handle = share_handle(device, heap);
    HANDLE narrow = NULL;

    require(event && section);
    ok_hr(share_open_heap(device, event, &opened), E_INVALIDARG);
    ok_hr(share_open_heap(device, section, &opened), E_INVALIDARG);
    ok_hr(share_open_heap(device, NULL, &opened), E_INVALIDARG);
    ok_hr(share_open_heap(device, INVALID_HANDLE_VALUE, &opened), E_INVALIDARG);
    ok_hr(share_open_heap(device, (HANDLE)(uintptr_t)0x7ff8, &opened), E_INVALIDARG);
    /* A handle without the one right. */
    ok_succeeds(DuplicateHandle(GetCurrentProcess(), handle, GetCurrentProcess(), &narrow,
                                READ_CONTROL, FALSE, 0));
    ok_hr(share_open_heap(device, narrow, &opened), E_ACCESSDENIED);
    CloseHandle(narrow);
    CloseHandle(handle);
    ok_hr(share_open_heap(device, handle, &opened), E_INVALIDARG);
    kit_release_last(heap);
    CloseHandle(section);
    CloseHandle(event);
    kit_release_last(device);
}

/* --- what cannot be shared ------------------------------------------------------------------ */

static HRESULT try_share(ID3D12Device5 *device, void *child, DWORD access, const wchar_t *name)
{
    HANDLE handle = (HANDLE)1;
    HRESULT hr = ID3D12Device_CreateSharedHandle(device, child, NULL, access, name, &handle);

    if (SUCCEEDED(hr))
        ok_succeeds(CloseHandle(handle));
    else
        ok_ptr_eq(handle, NULL);
    return hr;
}

TEST(only_heaps_resources_and_fences_of_the_device_are_shared, "D12.1 D12.2 D12.3 D12.5 D12.11")
{
    struct kit kit, other;
    D3D12_HEAP_DESC desc = kit_heap_desc(64 * KIB, D3D12_HEAP_TYPE_DEFAULT);
    ID3D12Heap *heap, *plain = NULL;
    const D3D12_RESOURCE_DESC buffer = kit_buffer_desc(64 * KIB);
    ID3D12Resource *placed, *committed, *shared, *reserved = NULL;
    ID3D12Fence *fence = NULL;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    kit_open(&other, D3D12_COMMAND_LIST_TYPE_COPY);
    heap = share_heap(kit.device, 64 * KIB);
    ok_hr(try_share(kit.device, heap, GENERIC_ALL, NULL), S_OK);
    ok_hr(try_share(kit.device, heap, GENERIC_READ, NULL), DXGI_ERROR_INVALID_CALL);
    ok_hr(try_share(kit.device, heap, 0, NULL), DXGI_ERROR_INVALID_CALL);
    ok_hr(try_share(kit.device, heap, (DWORD)GENERIC_ALL | GENERIC_READ, NULL),
          DXGI_ERROR_INVALID_CALL);
    ok_hr(try_share(kit.device, NULL, GENERIC_ALL, NULL), DXGI_ERROR_INVALID_CALL);
    ok_hr(ID3D12Device_CreateSharedHandle(kit.device, (ID3D12DeviceChild *)heap, NULL, GENERIC_ALL,
                                          NULL, NULL),
          DXGI_ERROR_INVALID_CALL);
    ok_hr(try_share(other.device, heap, GENERIC_ALL, NULL), DXGI_ERROR_INVALID_CALL);
    ok_hr(ID3D12Device_CreateHeap(kit.device, &desc, &IID_ID3D12Heap, (void **)&plain), S_OK);
    ok_hr(try_share(kit.device, plain, GENERIC_ALL, NULL), DXGI_ERROR_INVALID_CALL);
    placed = share_place(kit.device, heap, 0, 64 * KIB);
    ok_hr(try_share(kit.device, placed, GENERIC_ALL, NULL), DXGI_ERROR_INVALID_CALL);
    committed = kit_buffer(kit.device, D3D12_HEAP_TYPE_DEFAULT, 64 * KIB);
    ok_hr(try_share(kit.device, committed, GENERIC_ALL, NULL), DXGI_ERROR_INVALID_CALL);
    ok_hr(try_share(kit.device, kit.queue, GENERIC_ALL, NULL), DXGI_ERROR_INVALID_CALL);
    ok_hr(try_share(kit.device, kit.list, GENERIC_ALL, NULL), DXGI_ERROR_INVALID_CALL);
    ok_hr(try_share(kit.device, kit.allocator, GENERIC_ALL, NULL), DXGI_ERROR_INVALID_CALL);
    ok_hr(try_share(kit.device, kit.fence, GENERIC_ALL, NULL), DXGI_ERROR_INVALID_CALL);
    shared = share_buffer(kit.device, 64 * KIB);
    ok_hr(try_share(kit.device, shared, GENERIC_ALL, NULL), S_OK);
    ok_hr(try_share(other.device, shared, GENERIC_ALL, NULL), DXGI_ERROR_INVALID_CALL);
    ok_hr(ID3D12Device_CreateFence(kit.device, 0, D3D12_FENCE_FLAG_SHARED, &IID_ID3D12Fence,
                                   (void **)&fence),
          S_OK);
    ok_hr(try_share(kit.device, fence, GENERIC_ALL, NULL), S_OK);
    ok_hr(try_share(other.device, fence, GENERIC_ALL, NULL), DXGI_ERROR_INVALID_CALL);
    ok_hr(ID3D12Device_CreateReservedResource(kit.device, &buffer, D3D12_RESOURCE_STATE_COMMON,
                                              NULL, &IID_ID3D12Resource, (void **)&reserved),
          S_OK);
    ok_hr(try_share(kit.device, reserved, GENERIC_ALL, NULL), DXGI_ERROR_INVALID_CALL);
    kit_release_last(reserved);
    kit_release_last(fence);
    kit_release_last(shared);
    kit_release_last(committed);
    kit_release_last(placed);
    kit_release_last(plain);
    kit_release_last(heap);
    kit_close(&other);
    kit_close(&kit);
}

TEST(removed_device_shares_and_opens_nothing, "D19.8 D12.11")
{
    ID3D12Device5 *device = kit_device(), *sound = kit_device();
    ID3D12Heap *heap = share_heap(device, 64 * KIB), *opened;
    HANDLE handle = share_handle(device, heap), named = (HANDLE)1;

    ID3D12Device5_RemoveDevice(device);
    ok_hr(try_share(device, heap, GENERIC_ALL, NULL), DXGI_ERROR_DEVICE_REMOVED);
    ok_hr(share_open_heap(device, handle, &opened), DXGI_ERROR_DEVICE_REMOVED);
    ok_hr(ID3D12Device_OpenSharedHandleByName(device, L_("none"), GENERIC_ALL, &named),
          DXGI_ERROR_DEVICE_REMOVED);
    ok_ptr_eq(named, NULL);
    /* The handle does not mind. */
    kit_release_last(heap);
    kit_release_last(device);
    ok_hr(share_open_heap(sound, handle, &opened), S_OK);
    kit_release_last(opened);
    CloseHandle(handle);
    kit_release_last(sound);
}
