// SPDX-License-Identifier: MIT
/*
 * ID3D12Resource to ID3D12Resource2: making buffers and textures (D3.2 to D3.4), mapping them
 * (D3.7). A mapping is the memory itself and stays readable after the device is removed.
 */
#include "d3d12/resource/resource.h"

#include <stdlib.h>

#include "d3d12/device/device.h"
#include "d3d12/memory/heap.h"
#include "util/macro.h"

#define UPLOAD_FORBIDDEN_FLAGS \
    (D3D12_RESOURCE_FLAG_ALLOW_RENDER_TARGET | D3D12_RESOURCE_FLAG_ALLOW_UNORDERED_ACCESS)
#define DRAWN_FLAGS \
    (D3D12_RESOURCE_FLAG_ALLOW_RENDER_TARGET | D3D12_RESOURCE_FLAG_ALLOW_DEPTH_STENCIL)

/* The states in which something is written: only one of them at once. */
#define WRITE_STATES                                                              \
    (D3D12_RESOURCE_STATE_RENDER_TARGET | D3D12_RESOURCE_STATE_UNORDERED_ACCESS | \
     D3D12_RESOURCE_STATE_DEPTH_WRITE | D3D12_RESOURCE_STATE_STREAM_OUT |         \
     D3D12_RESOURCE_STATE_COPY_DEST | D3D12_RESOURCE_STATE_RESOLVE_DEST)

static bool is_buffer(const D3D12_RESOURCE_DESC *desc)
{
    return desc->Dimension == D3D12_RESOURCE_DIMENSION_BUFFER;
}

/* What upload and readback heaps allow: buffers, in the state that they are for (D3.2). */
static bool is_allowed(const D3D12_HEAP_PROPERTIES *properties, const D3D12_RESOURCE_DESC *desc,
                       D3D12_RESOURCE_STATES state)
{
    switch (properties->Type) {
    case D3D12_HEAP_TYPE_UPLOAD:
        return is_buffer(desc) &&
               (state == D3D12_RESOURCE_STATE_GENERIC_READ ||
                state == D3D12_RESOURCE_STATE_COMMON) &&
               !((unsigned)desc->Flags & UPLOAD_FORBIDDEN_FLAGS);
    case D3D12_HEAP_TYPE_READBACK:
        return is_buffer(desc) &&
               (state == D3D12_RESOURCE_STATE_COPY_DEST || state == D3D12_RESOURCE_STATE_COMMON) &&
               !((unsigned)desc->Flags & UPLOAD_FORBIDDEN_FLAGS);
    default:
        return true;
    }
}

/* What the heap was not made for. */
static bool is_denied(D3D12_HEAP_FLAGS flags, const D3D12_RESOURCE_DESC *desc)
{
    if (is_buffer(desc))
        return (unsigned)flags & D3D12_HEAP_FLAG_DENY_BUFFERS;
    if ((unsigned)desc->Flags & DRAWN_FLAGS)
        return (unsigned)flags & D3D12_HEAP_FLAG_DENY_RT_DS_TEXTURES;
    return (unsigned)flags & D3D12_HEAP_FLAG_DENY_NON_RT_DS_TEXTURES;
}

/* Resources and heaps are both for several adapters, or neither is (D18.3). */
static bool is_cross_adapter_match(D3D12_HEAP_FLAGS flags, const D3D12_RESOURCE_DESC *desc)
{
    return !((unsigned)flags & D3D12_HEAP_FLAG_SHARED_CROSS_ADAPTER) ==
           !((unsigned)desc->Flags & D3D12_RESOURCE_FLAG_ALLOW_CROSS_ADAPTER);
}

bool nt_d3d_resource_may_be_on(D3D12_HEAP_FLAGS flags, const D3D12_RESOURCE_DESC *desc)
{
    return desc->Layout != D3D12_TEXTURE_LAYOUT_64KB_UNDEFINED_SWIZZLE && !is_denied(flags, desc) &&
           is_cross_adapter_match(flags, desc);
}

/* A colour or depth to clear to, for textures that are drawn into, in a format that has one. */
static bool is_good_clear(const D3D12_RESOURCE_DESC *desc, const D3D12_CLEAR_VALUE *clear)
{
    const struct nt_d3d_format *format;

    if (!clear)
        return true;
    format = nt_d3d_format_find(clear->Format);
    return !is_buffer(desc) && ((unsigned)desc->Flags & DRAWN_FLAGS) && format &&
           !(format->flags & NT_D3D_FORMAT_TYPELESS) &&
           format->family == nt_d3d_format_find(desc->Format)->family;
}

bool nt_d3d_resource_is_good_start(const D3D12_RESOURCE_DESC *desc, D3D12_RESOURCE_STATES state,
                                   const D3D12_CLEAR_VALUE *clear)
{
    unsigned writes = (unsigned)state & WRITE_STATES;

    return is_good_clear(desc, clear) && (!writes || writes == (unsigned)state) &&
           !(writes & (writes - 1));
}

static uint64_t address_of(const struct nt_d3d_resource *resource)
{
    return resource->memory->address + resource->offset;
}

NT_D3D_CHILD_METHODS(ID3D12Resource2)

/* Texels are nobody's to point at; a texture maps without a pointer, for the calls below. */
static bool maps(const struct nt_d3d_resource *resource, UINT subresource, bool wants_pointer)
{
    const struct nt_d3d_surface *surface = resource->surface;

    if (resource->placement == NT_D3D_RESERVED || !resource->memory->cpu ||
        !nt_d3d_heap_is_cpu_visible(&resource->properties))
        return false;
    if (!surface)
        return !subresource;
    return subresource < surface->n_subresources && !wants_pointer &&
           surface->desc.Layout == D3D12_TEXTURE_LAYOUT_UNKNOWN &&
           (surface->desc.Dimension != D3D12_RESOURCE_DIMENSION_TEXTURE3D ||
            surface->desc.MipLevels == 1);
}

static HRESULT STDMETHODCALLTYPE resource_Map(ID3D12Resource2 *self, UINT subresource,
                                              const D3D12_RANGE *read_range, void **data)
{
    const struct nt_d3d_resource *resource = (const struct nt_d3d_resource *)self;

    (void)read_range;
    if (!maps(resource, subresource, data != NULL))
        return E_INVALIDARG;
    if (data)
        *data = resource->memory->cpu + resource->offset;
    return S_OK;
}

static void STDMETHODCALLTYPE resource_Unmap(ID3D12Resource2 *self, UINT subresource,
                                             const D3D12_RANGE *written_range)
{
    (void)self, (void)subresource, (void)written_range;
}

static D3D12_RESOURCE_DESC STDMETHODCALLTYPE resource_GetDesc(ID3D12Resource2 *self)
{
    return ((struct nt_d3d_resource *)self)->desc;
}

static D3D12_GPU_VIRTUAL_ADDRESS STDMETHODCALLTYPE
resource_GetGPUVirtualAddress(ID3D12Resource2 *self)
{
    const struct nt_d3d_resource *resource = (const struct nt_d3d_resource *)self;

    return resource->surface ? 0 : address_of(resource);
}

static HRESULT STDMETHODCALLTYPE resource_WriteToSubresource(ID3D12Resource2 *self,
                                                             UINT subresource, const D3D12_BOX *box,
                                                             const void *data, UINT row_pitch,
                                                             UINT depth_pitch)
{
    return nt_d3d_resource_write((const struct nt_d3d_resource *)self, subresource, box, data,
                                 row_pitch, depth_pitch);
}

static HRESULT STDMETHODCALLTYPE resource_ReadFromSubresource(ID3D12Resource2 *self, void *data,
                                                              UINT row_pitch, UINT depth_pitch,
                                                              UINT subresource,
                                                              const D3D12_BOX *box)
{
    return nt_d3d_resource_read((const struct nt_d3d_resource *)self, data, row_pitch, depth_pitch,
                                subresource, box);
}

static HRESULT STDMETHODCALLTYPE resource_GetHeapProperties(ID3D12Resource2 *self,
                                                            D3D12_HEAP_PROPERTIES *properties,
                                                            D3D12_HEAP_FLAGS *flags)
{
    const struct nt_d3d_resource *resource = (const struct nt_d3d_resource *)self;

    if (resource->placement == NT_D3D_RESERVED)
        return E_INVALIDARG;
    if (properties)
        *properties = resource->properties;
    if (flags)
        *flags = resource->heap_flags;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE resource_GetProtectedResourceSession(ID3D12Resource2 *self,
                                                                      REFIID riid, void **ret)
{
    (void)self, (void)riid;
    if (ret)
        *ret = NULL;
    return DXGI_ERROR_NOT_FOUND;
}

static D3D12_RESOURCE_DESC1 STDMETHODCALLTYPE resource_GetDesc1(ID3D12Resource2 *self)
{
    const D3D12_RESOURCE_DESC *desc = &((const struct nt_d3d_resource *)self)->desc;

    return (D3D12_RESOURCE_DESC1){.Dimension = desc->Dimension,
                                  .Alignment = desc->Alignment,
                                  .Width = desc->Width,
                                  .Height = desc->Height,
                                  .DepthOrArraySize = desc->DepthOrArraySize,
                                  .MipLevels = desc->MipLevels,
                                  .Format = desc->Format,
                                  .SampleDesc = desc->SampleDesc,
                                  .Layout = desc->Layout,
                                  .Flags = desc->Flags};
}

static const ID3D12Resource2Vtbl vtable = {
    NT_D3D_CHILD_SLOTS,
    .Map = resource_Map,
    .Unmap = resource_Unmap,
    .GetDesc = resource_GetDesc,
    .GetGPUVirtualAddress = resource_GetGPUVirtualAddress,
    .WriteToSubresource = resource_WriteToSubresource,
    .ReadFromSubresource = resource_ReadFromSubresource,
    .GetHeapProperties = resource_GetHeapProperties,
    .GetProtectedResourceSession = resource_GetProtectedResourceSession,
    .GetDesc1 = resource_GetDesc1,
};

static void resource_free(struct nt_d3d_object *object)
{
    struct nt_d3d_resource *resource = (struct nt_d3d_resource *)object;

    if (!resource->surface)
        nt_d3d_addresses_remove(&object->device->addresses, address_of(resource), resource);
    nt_d3d_surface_unref(resource->surface);
    nt_d3d_memory_drop(resource->memory);
    nt_d3d_object_deinit(object);
    free(resource);
}

static const IID *const iids[] = {&IID_ID3D12Resource2, &IID_ID3D12Resource1, &IID_ID3D12Resource,
                                  &IID_ID3D12Pageable, &IID_ID3D12DeviceChild};

static const struct nt_d3d_class resource_class = {
    .name = "resource",
    .vtable = &vtable,
    .iids = iids,
    .n_iids = NT_ARRAY_SIZE(iids),
    .free = resource_free,
};

uint64_t nt_d3d_resource_size(const struct nt_d3d_resource *resource)
{
    return resource->surface ? resource->surface->size : resource->desc.Width;
}

struct nt_d3d_resource *nt_d3d_resource_from(const void *pointer)
{
    return (struct nt_d3d_resource *)nt_d3d_from(pointer, &resource_class);
}

bool nt_d3d_resource_answers(REFIID riid)
{
    return nt_d3d_class_answers(&resource_class, riid);
}

/*
 * The texels of a texture. What this process shares begins here and now, so that whoever uses it
 * first in another process finds an image and not nothing.
 */
static HRESULT open_surface(struct nt_d3d_device *device, struct nt_d3d_resource *resource)
{
    struct nt_d3d_memory *memory = resource->memory;
    HRESULT hr =
        nt_d3d_surface_new(memory, resource->offset, &resource->desc,
                           nt_d3d_heap_is_cpu_visible(&resource->properties), &resource->surface);

    if (SUCCEEDED(hr) && resource->surface->order == NT_D3D_IMAGE && !memory->is_opened &&
        ((unsigned)resource->heap_flags & D3D12_HEAP_FLAG_SHARED))
        hr = nt_d3d_engine_begin_image(&device->engine, resource->surface);
    if (FAILED(hr)) {
        nt_d3d_surface_unref(resource->surface);
        resource->surface = NULL;
    }
    return hr;
}

/* What the bytes of a buffer or the texels of a texture are found by. */
static HRESULT resource_open(struct nt_d3d_device *device, struct nt_d3d_resource *resource)
{
    struct nt_d3d_address_range range = {
        .memory = resource->memory, .offset = resource->offset, .owner = resource};

    if (!is_buffer(&resource->desc))
        return open_surface(device, resource);
    range.start = address_of(resource);
    range.end = range.start + resource->desc.Width;
    return nt_d3d_addresses_add(&device->addresses, &range) ? S_OK : E_OUTOFMEMORY;
}

HRESULT nt_d3d_resource_new(struct nt_d3d_device *device, const struct nt_d3d_resource_info *info,
                            struct nt_d3d_memory *memory, uint64_t offset, REFIID riid, void **ret)
{
    struct nt_d3d_resource *resource = calloc(1, sizeof(*resource));
    HRESULT hr = E_OUTOFMEMORY;

    if (resource) {
        resource->desc = *info->desc;
        resource->properties = info->properties;
        resource->heap_flags = info->flags;
        resource->placement = info->placement;
        resource->memory = memory;
        resource->offset = offset;
        hr = resource_open(device, resource);
    }
    if (FAILED(hr)) {
        nt_d3d_memory_drop(memory);
        free(resource);
        return hr;
    }
    nt_d3d_object_init(&resource->object, &resource_class, device);
    return nt_d3d_object_return(&resource->object, riid, ret);
}

/* May @desc, checked, be on such a heap and begin so? */
static bool is_good(const struct nt_d3d_resource_info *info, D3D12_RESOURCE_STATES state,
                    const D3D12_CLEAR_VALUE *clear)
{
    return nt_d3d_resource_may_be_on(info->flags, info->desc) &&
           is_allowed(&info->properties, info->desc, state) &&
           nt_d3d_resource_is_good_start(info->desc, state, clear);
}

HRESULT nt_d3d_resource_create_committed(struct nt_d3d_device *device,
                                         const D3D12_HEAP_PROPERTIES *properties,
                                         D3D12_HEAP_FLAGS flags, const D3D12_RESOURCE_DESC *desc,
                                         D3D12_RESOURCE_STATES state,
                                         const D3D12_CLEAR_VALUE *clear, REFIID riid, void **ret)
{
    D3D12_RESOURCE_DESC made;
    struct nt_d3d_resource_info info = {
        .desc = &made, .flags = flags, .placement = NT_D3D_COMMITTED};
    struct nt_d3d_memory *memory = NULL;
    struct nt_d3d_need need;
    HRESULT hr;

    hr = nt_d3d_heap_check(device, properties, flags, &info.properties);
    if (SUCCEEDED(hr))
        hr = nt_d3d_desc_check(device, desc, &made, &need);
    if (FAILED(hr))
        return hr;
    if (!is_good(&info, state, clear))
        return E_INVALIDARG;
    if (!nt_d3d_resource_answers(riid))
        return E_NOINTERFACE;
    hr = nt_d3d_heap_allocate(device, &info.properties, flags, need.size,
                              D3D12_DEFAULT_RESOURCE_PLACEMENT_ALIGNMENT, &memory);
    if (FAILED(hr))
        return hr;
    return nt_d3d_resource_new(device, &info, memory, 0, riid, ret);
}

HRESULT nt_d3d_resource_create_placed(struct nt_d3d_device *device, ID3D12Heap *heap,
                                      uint64_t offset, const D3D12_RESOURCE_DESC *desc,
                                      D3D12_RESOURCE_STATES state, const D3D12_CLEAR_VALUE *clear,
                                      REFIID riid, void **ret)
{
    struct nt_d3d_heap *on = nt_d3d_heap_from(heap);
    D3D12_RESOURCE_DESC made;
    struct nt_d3d_resource_info info = {.desc = &made, .placement = NT_D3D_PLACED};
    struct nt_d3d_need need;
    HRESULT hr;

    if (!on || on->object.device != device)
        return E_INVALIDARG;
    hr = nt_d3d_desc_check(device, desc, &made, &need);
    if (FAILED(hr))
        return hr;
    info.properties = on->desc.Properties;
    info.flags = on->desc.Flags;
    /* Of a buffer the width must fit, not the size rounded up (D3.4). */
    if (is_buffer(&made))
        need.size = made.Width;
    if (!nt_is_aligned(offset, need.alignment) || offset > on->desc.SizeInBytes ||
        need.size > on->desc.SizeInBytes - offset || !is_good(&info, state, clear))
        return E_INVALIDARG;
    if (!nt_d3d_resource_answers(riid))
        return E_NOINTERFACE;
    if (!nt_d3d_memory_hold(on->memory))
        return E_FAIL;
    nt_d3d_memory_ref(on->memory);
    return nt_d3d_resource_new(device, &info, on->memory, offset, riid, ret);
}
