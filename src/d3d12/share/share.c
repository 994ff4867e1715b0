// SPDX-License-Identifier: MIT
/*
 * CreateSharedHandle, OpenSharedHandle, OpenSharedHandleByName (see share.h).
 */
#include "d3d12/share/share.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include <ntshm/d3d12.h>
#include <ntshm/shared.h>

#include "d3d12/fence/fence.h"
#include "d3d12/memory/heap.h"
#include "d3d12/share/label.h"
#include "d3d12/resource/resource.h"
#include "os/os.h"
#include "util/log.h"
#include "util/macro.h"
#include "util/utf.h"

/* What others read of a label (ntshm/shared.h). */
_Static_assert(NT_D3D_LABEL_MAGIC == NTSHM_SHARED_LABEL_MAGIC, "");
_Static_assert((int)NT_D3D_LABEL_HEAP == NTSHM_SHARED_LABEL_HEAP, "");
_Static_assert((int)NT_D3D_LABEL_RESOURCE == NTSHM_SHARED_LABEL_RESOURCE, "");
_Static_assert(offsetof(struct nt_d3d_label, type) == offsetof(struct ntshm_shared_label, type),
               "");
_Static_assert(offsetof(struct nt_d3d_label, memory_kind) ==
                   offsetof(struct ntshm_shared_label, memory_kind),
               "");

/* --- errors and names ------------------------------------------------------------------ */

/* What the library of kernel objects said, to a Direct3D program. */
static HRESULT create_error(DWORD error)
{
    switch (error) {
    case ERROR_ALREADY_EXISTS:
    case ERROR_INVALID_HANDLE: /* something of another kind has the name */
        return DXGI_ERROR_NAME_ALREADY_EXISTS;
    case ERROR_ACCESS_DENIED:
        return E_ACCESSDENIED;
    case ERROR_PATH_NOT_FOUND:
    case ERROR_INVALID_NAME:
    case ERROR_BAD_PATHNAME:
    case ERROR_FILENAME_EXCED_RANGE:
    case ERROR_INVALID_PARAMETER:
    case ERROR_UNKNOWN_REVISION:
    case ERROR_INVALID_SECURITY_DESCR:
    case ERROR_INVALID_ACL:
    case ERROR_INVALID_SID:
        return DXGI_ERROR_INVALID_CALL;
    case ERROR_NO_SYSTEM_RESOURCES:
    case ERROR_NOT_ENOUGH_MEMORY:
    case ERROR_NOT_ENOUGH_QUOTA:
    case ERROR_TOO_MANY_OPEN_FILES:
        return E_OUTOFMEMORY;
    default:
        return HRESULT_FROM_WIN32(error);
    }
}

static HRESULT take_error(DWORD error)
{
    switch (error) {
    case ERROR_ACCESS_DENIED:
        return E_ACCESSDENIED;
    case ERROR_TOO_MANY_OPEN_FILES:
    case ERROR_NOT_ENOUGH_MEMORY:
    case ERROR_NO_SYSTEM_RESOURCES:
        return E_OUTOFMEMORY;
    default:
        return E_INVALIDARG;
    }
}

static HRESULT open_error(DWORD error)
{
    switch (error) {
    case ERROR_TOO_MANY_OPEN_FILES:
    case ERROR_NOT_ENOUGH_MEMORY:
    case ERROR_NOT_ENOUGH_QUOTA:
    case ERROR_NO_SYSTEM_RESOURCES:
        return E_OUTOFMEMORY;
    default:
        return HRESULT_FROM_WIN32(error);
    }
}

/* Room for a name of the most characters that there may be, and its end. */
struct name {
    wchar_t text[MAX_PATH + 1];
};

/*
 * The name as this library's own calls take it. False when it has more than MAX_PATH units of 16
 * bits, which is how Windows counts.
 */
static bool take_name(const struct nt_d3d_device *device, LPCWSTR given, struct name *name)
{
    uint16_t units[MAX_PATH];
    const void *text = given;
    size_t n = 0;

    if (device->wide_size == sizeof(uint16_t)) {
        while (n <= MAX_PATH && ((const uint16_t *)text)[n])
            n++;
        if (n > MAX_PATH)
            return false;
        memcpy(units, text, n * sizeof(uint16_t));
    } else {
        size_t length = wcsnlen(given, MAX_PATH + 1);

        if (length > MAX_PATH || nt_wide_to_units(text, length, units, MAX_PATH, &n) < 0)
            return false;
    }
    if (nt_units_to_wide(units, n, (uint32_t *)name->text, MAX_PATH, &n) < 0)
        return false;
    name->text[n] = 0;
    return true;
}

/* --- creating -------------------------------------------------------------------------- */

static void close_all(struct ntshm_shared *shared)
{
    for (size_t i = 0; i < NT_ARRAY_SIZE(shared->fds); i++)
        shared->fds[i] = nt_os_close(shared->fds[i]);
}

/* What of a label follows from the memory. */
static void label_memory(struct nt_d3d_label *label, const struct nt_d3d_memory *memory)
{
    const struct nt_d3d_vulkan *vulkan = &memory->device->vulkan;

    label->magic = NT_D3D_LABEL_MAGIC;
    label->version = NT_D3D_LABEL_VERSION;
    label->memory_kind = (uint32_t)memory->kind;
    label->size = memory->size;
    memcpy(label->device_uuid, vulkan->id.deviceUUID, sizeof(label->device_uuid));
    memcpy(label->driver_uuid, vulkan->id.driverUUID, sizeof(label->driver_uuid));
    if (memory->kind != NT_D3D_MEMORY_EXPORT)
        return;
    label->base = memory->base;
    label->allocation = memory->allocation;
    label->type_index = memory->type_index;
}

static int dup_memory(const struct nt_d3d_memory *memory, int *ret_fd)
{
    if (!memory->kept.section)
        return nt_os_dup(memory->fd, ret_fd);
    return ntshm_dup_memory(&memory->kept, ret_fd) ? 0 : -EMFILE;
}

/* The descriptors of memory that can be shared; what was made belongs to @shared in any case. */
static HRESULT share_memory(const struct nt_d3d_memory *memory, struct nt_d3d_label *label,
                            struct ntshm_shared *shared)
{
    if (memory->fd < 0)
        return DXGI_ERROR_INVALID_CALL;
    label_memory(label, memory);
    shared->type = NTSHM_SHARED_RESOURCE;
    shared->n_fds = 2;
    if (nt_d3d_label_write(label, &shared->fds[0]) < 0 || dup_memory(memory, &shared->fds[1]) < 0)
        return E_OUTOFMEMORY;
    return S_OK;
}

static HRESULT share_heap(const struct nt_d3d_heap *heap, struct ntshm_shared *shared)
{
    struct nt_d3d_label label;

    if (!((unsigned)heap->desc.Flags & D3D12_HEAP_FLAG_SHARED))
        return DXGI_ERROR_INVALID_CALL;
    memset(&label, 0, sizeof(label));
    label.type = NT_D3D_LABEL_HEAP;
    label.properties = heap->desc.Properties;
    label.heap_flags = (uint32_t)heap->desc.Flags;
    label.alignment = heap->desc.Alignment;
    return share_memory(heap->memory, &label, shared);
}

/* The padding of a structure is whatever was in memory; that is nobody's business. */
static void copy_desc(D3D12_RESOURCE_DESC *to, const D3D12_RESOURCE_DESC *from)
{
    to->Dimension = from->Dimension;
    to->Alignment = from->Alignment;
    to->Width = from->Width;
    to->Height = from->Height;
    to->DepthOrArraySize = from->DepthOrArraySize;
    to->MipLevels = from->MipLevels;
    to->Format = from->Format;
    to->SampleDesc = from->SampleDesc;
    to->Layout = from->Layout;
    to->Flags = from->Flags;
}

static HRESULT share_resource(const struct nt_d3d_resource *resource, struct ntshm_shared *shared)
{
    struct nt_d3d_label label;

    if (resource->placement != NT_D3D_COMMITTED ||
        !((unsigned)resource->heap_flags & D3D12_HEAP_FLAG_SHARED))
        return DXGI_ERROR_INVALID_CALL;
    memset(&label, 0, sizeof(label));
    label.type = NT_D3D_LABEL_RESOURCE;
    label.properties = resource->properties;
    label.heap_flags = (uint32_t)resource->heap_flags;
    label.alignment = D3D12_DEFAULT_RESOURCE_PLACEMENT_ALIGNMENT;
    copy_desc(&label.desc, &resource->desc);
    return share_memory(resource->memory, &label, shared);
}

static HRESULT share_fence(struct nt_d3d_fence *fence, struct ntshm_shared *shared)
{
    shared->type = NTSHM_SHARED_FENCE;
    shared->n_fds = 3;
    return nt_d3d_fence_export(fence, shared->fds);
}

/* By the kind of object; anything but the three kinds, and what is another device's, is refused. */
static HRESULT share(const struct nt_d3d_device *device, const ID3D12DeviceChild *child,
                     struct ntshm_shared *shared)
{
    const struct nt_d3d_heap *heap = nt_d3d_heap_from(child);
    const struct nt_d3d_resource *resource = nt_d3d_resource_from(child);
    struct nt_d3d_fence *fence = nt_d3d_fence_from(child);

    if (heap && heap->object.device == device)
        return share_heap(heap, shared);
    if (resource && resource->object.device == device)
        return share_resource(resource, shared);
    if (fence && fence->object.device == device)
        return share_fence(fence, shared);
    return DXGI_ERROR_INVALID_CALL;
}

HRESULT nt_d3d_share_create(struct nt_d3d_device *device, ID3D12DeviceChild *child,
                            const SECURITY_ATTRIBUTES *attributes, DWORD access, LPCWSTR given,
                            HANDLE *ret_handle)
{
    struct ntshm_shared shared = {.fds = {-1, -1, -1}};
    SECURITY_ATTRIBUTES copy;
    struct name name;
    HANDLE handle;
    HRESULT hr;

    if (!ret_handle || access != (DWORD)GENERIC_ALL || (given && !take_name(device, given, &name)))
        return DXGI_ERROR_INVALID_CALL;
    hr = share(device, child, &shared);
    if (SUCCEEDED(hr)) {
        if (attributes)
            copy = *attributes;
        handle = ntshm_create_sharedW(attributes ? &copy : NULL, given ? name.text : NULL, &shared);
        if (handle)
            *ret_handle = handle;
        else
            hr = create_error(GetLastError());
    }
    close_all(&shared);
    return hr;
}

/* --- opening --------------------------------------------------------------------------- */

/* An existing heap elsewhere: these properties and no others, which CreateHeap has not (D18.2). */
static bool is_existing(const struct nt_d3d_label *label)
{
    const D3D12_HEAP_DESC desc = nt_d3d_heap_existing_desc(label->size);

    return label->heap_flags == (uint32_t)desc.Flags && label->alignment == desc.Alignment &&
           !memcmp(&label->properties, &desc.Properties, sizeof(desc.Properties));
}

/* The heap's properties, if such a heap could have been made. */
static HRESULT check_heap(const struct nt_d3d_device *device, const struct nt_d3d_label *label)
{
    D3D12_HEAP_PROPERTIES properties;

    if (label->memory_kind == NT_D3D_MEMORY_SECTION)
        return is_existing(label) ? S_OK : E_INVALIDARG;
    return nt_d3d_heap_check(device, &label->properties, (D3D12_HEAP_FLAGS)label->heap_flags,
                             &properties) == S_OK
               ? S_OK
               : E_INVALIDARG;
}

static HRESULT open_heap(struct nt_d3d_device *device, const struct nt_d3d_label *label, int fd,
                         REFIID riid, void **ret)
{
    const D3D12_HEAP_DESC desc = {.SizeInBytes = label->size,
                                  .Properties = label->properties,
                                  .Alignment = label->alignment,
                                  .Flags = (D3D12_HEAP_FLAGS)label->heap_flags};
    struct nt_d3d_memory *memory = NULL;
    HRESULT hr;

    if (!nt_d3d_heap_answers(riid))
        return E_NOINTERFACE;
    hr = nt_d3d_memory_open(device, label, fd, &memory);
    return FAILED(hr) ? hr : nt_d3d_heap_create_on(device, &desc, memory, riid, ret);
}

/* Texels in a driver's own order mean nothing to another one. */
static bool is_readable(const struct nt_d3d_device *device, const struct nt_d3d_label *label)
{
    const struct nt_d3d_vulkan *vulkan = &device->vulkan;

    return label->desc.Dimension == D3D12_RESOURCE_DIMENSION_BUFFER ||
           label->desc.Layout == D3D12_TEXTURE_LAYOUT_ROW_MAJOR ||
           nt_d3d_label_is_of(label, vulkan->id.deviceUUID, vulkan->id.driverUUID);
}

static HRESULT open_resource(struct nt_d3d_device *device, const struct nt_d3d_label *label, int fd,
                             REFIID riid, void **ret)
{
    struct nt_d3d_resource_info info = {.properties = label->properties,
                                        .flags = (D3D12_HEAP_FLAGS)label->heap_flags,
                                        .placement = NT_D3D_COMMITTED};
    D3D12_RESOURCE_DESC desc;
    struct nt_d3d_memory *memory = NULL;
    struct nt_d3d_need need;
    HRESULT hr;

    if (!nt_d3d_resource_answers(riid))
        return E_NOINTERFACE;
    hr = nt_d3d_desc_check(device, &label->desc, &desc, &need);
    if (FAILED(hr))
        return hr;
    if (need.size > label->size || !is_readable(device, label) ||
        !nt_d3d_resource_may_be_on(info.flags, &desc))
        return E_INVALIDARG;
    hr = nt_d3d_memory_open(device, label, fd, &memory);
    if (FAILED(hr))
        return hr;
    info.desc = &desc;
    return nt_d3d_resource_new(device, &info, memory, 0, riid, ret);
}

static HRESULT open_memory(struct nt_d3d_device *device, const struct ntshm_shared *shared,
                           REFIID riid, void **ret)
{
    struct nt_d3d_label label;
    HRESULT hr;
    int r;

    r = nt_d3d_label_read(shared->fds[0], &label);
    if (r < 0) {
        nt_log(NT_LOG_WARNING, "d3d12: a shared handle with no label that makes sense: %d", -r);
        return r == -EINVAL ? E_INVALIDARG : E_OUTOFMEMORY;
    }
    hr = check_heap(device, &label);
    if (SUCCEEDED(hr))
        hr = label.type == NT_D3D_LABEL_HEAP
                 ? open_heap(device, &label, shared->fds[1], riid, ret)
                 : open_resource(device, &label, shared->fds[1], riid, ret);
    if (SUCCEEDED(hr))
        nt_log(NT_LOG_INFO, "d3d12: opened a shared %s of 0x%llx bytes: %s",
               label.type == NT_D3D_LABEL_HEAP ? "heap" : "resource",
               (unsigned long long)label.size,
               nt_d3d_memory_kind_name((enum nt_d3d_memory_kind)label.memory_kind));
    return hr;
}

HRESULT nt_d3d_share_open(struct nt_d3d_device *device, HANDLE handle, REFIID riid, void **ret)
{
    struct ntshm_shared shared = {.fds = {-1, -1, -1}};
    HRESULT hr = E_INVALIDARG;

    if (!riid)
        return E_INVALIDARG;
    if (!ntshm_take_shared(handle, &shared))
        return take_error(GetLastError());
    for (size_t i = shared.n_fds; i < NT_ARRAY_SIZE(shared.fds); i++)
        shared.fds[i] = -1;
    if (shared.type == NTSHM_SHARED_FENCE && shared.n_fds == 3)
        hr = nt_d3d_fence_open(device, shared.fds, riid, ret);
    else if (shared.type == NTSHM_SHARED_RESOURCE && shared.n_fds == 2)
        hr = open_memory(device, &shared, riid, ret);
    close_all(&shared);
    return hr;
}

HRESULT nt_d3d_share_open_name(struct nt_d3d_device *device, LPCWSTR given, DWORD access,
                               HANDLE *ret_handle)
{
    struct name name;
    HANDLE handle;

    if (!given || !ret_handle || !take_name(device, given, &name))
        return DXGI_ERROR_INVALID_CALL;
    if (!access)
        return E_ACCESSDENIED;
    handle = ntshm_open_sharedW(access, FALSE, name.text);
    if (!handle)
        return open_error(GetLastError());
    *ret_handle = handle;
    return S_OK;
}
