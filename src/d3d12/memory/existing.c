// SPDX-License-Identifier: MIT
/*
 * Existing heaps (see existing.h). The pages themselves are imported, never a copy of them; a
 * driver that refuses is an error. Drivers check nothing (D0.5), so everything is checked
 * here first: the region is one of the library's, begins at the address given, and all of it
 * is committed and writable; its pin keeps that so.
 *
 * A heap on a section also keeps a descriptor of the section's memory, so that it can be shared
 * like any other heap (share.c).
 */
#include "d3d12/memory/existing.h"

#include <ntshm/ntshm.h>
#include <ntshm/shared.h>

#include "d3d12/memory/heap.h"
#include "os/large-pages.h"
#include "os/os.h"
#include "util/log.h"
#include "util/macro.h"

/* What a heap is to stand on. */
struct ground {
    struct ntshm_region region; /* pinned */
    unsigned char *start;       /* within it */
    uint64_t size;
    bool is_view;                  /* our own view: unmapped at the end */
    struct ntshm_kept_memory kept; /* the section's memory; zeroed: there is no section */
};

/* --- giving back ----------------------------------------------------------------------- */

static void unpin(void *region, bool is_view)
{
    if (!ntshm_region_unpin(region))
        nt_log(NT_LOG_ERROR, "d3d12: the region at %p was not pinned any more", region);
    else if (is_view && !UnmapViewOfFile(region))
        nt_log(NT_LOG_ERROR, "d3d12: the view at %p does not unmap: error %u", region,
               (unsigned)GetLastError());
}

/* The application may unmap it again. */
static void give_back_region(struct nt_d3d_memory *memory)
{
    unpin(memory->region, false);
}

/* Our own view goes now. */
static void give_back_view(struct nt_d3d_memory *memory)
{
    unpin(memory->region, true);
}

/* --- opening --------------------------------------------------------------------------- */

/* True when every page may be written by the driver for ever. */
static bool is_writable(DWORD protect)
{
    return protect == PAGE_READWRITE || protect == PAGE_EXECUTE_READWRITE;
}

/*
 * True when all of [@start, + @size) of a pinned region is committed and writable: a view's pages
 * may be only reserved in its section, though the view's protection is one.
 */
static bool is_part_writable(const unsigned char *start, uint64_t size)
{
    const unsigned char *end = start + size;
    MEMORY_BASIC_INFORMATION info;

    while (start < end) {
        if (!VirtualQuery(start, &info, sizeof(info)) || info.State != MEM_COMMIT ||
            !is_writable(info.Protect))
            return false;
        start = (const unsigned char *)info.BaseAddress + info.RegionSize;
    }
    return true;
}

/*
 * What of the section's memory can be mapped twice: whole pages, and those may be large. Only where
 * the view lies as large pages do is the kernel asked.
 */
static uint64_t granularity_of(int fd, const struct ground *ground)
{
    const uint64_t sizes[] = {nt_os_large_page_size(), NT_OS_HUGE_PAGE};
    uint64_t size;

    for (size_t i = 0; i < NT_ARRAY_SIZE(sizes); i++) {
        if (sizes[i] && nt_is_aligned((uintptr_t)ground->start | ground->size, sizes[i]) &&
            nt_os_large_memfd_is(fd, sizes[i], &size))
            return sizes[i];
    }
    return NT_PAGE_SIZE;
}

static HRESULT import_ground(struct nt_d3d_device *device, const struct ground *ground,
                             struct nt_d3d_memory **ret_memory)
{
    void (*give_back)(struct nt_d3d_memory *) = ground->is_view ? give_back_view : give_back_region;
    bool is_imported = ground->region.type == MEM_MAPPED ? device->vulkan.imports_shared
                                                         : device->vulkan.imports_private;
    HRESULT hr = DXGI_ERROR_UNSUPPORTED;

    if (!ground->size ||
        (device->vulkan.import_alignment &&
         ((uintptr_t)ground->start | ground->size) & (device->vulkan.import_alignment - 1)))
        return E_INVALIDARG;
    if (is_imported)
        hr = nt_d3d_memory_import(device, ground->start, ground->size, give_back, ret_memory);
    if (hr == DXGI_ERROR_UNSUPPORTED && ground->kept.section)
        hr = nt_d3d_memory_import_dmabuf(device, ground->kept.fd, ground->start, ground->size,
                                         give_back, ret_memory);
    return hr;
}

/* A heap on the ground; its pin, our view and what is kept are consumed. */
static HRESULT open_ground(struct nt_d3d_device *device, struct ground *ground, REFIID riid,
                           void **ret)
{
    struct nt_d3d_memory *memory = NULL;
    HRESULT hr = import_ground(device, ground, &memory);

    if (FAILED(hr)) {
        unpin(ground->region.base, ground->is_view);
        ntshm_drop_memory(&ground->kept);
        return hr;
    }
    if (ground->kept.section) {
        memory->kind = NT_D3D_MEMORY_SECTION;
        memory->fd = ground->kept.fd;
        memory->kept = ground->kept;
        if (memory->external == VK_EXTERNAL_MEMORY_HANDLE_TYPE_HOST_ALLOCATION_BIT_EXT)
            memory->granularity = granularity_of(memory->fd, ground);
    }
    return nt_d3d_heap_create_existing(device, memory, riid, ret);
}

HRESULT nt_d3d_existing_from_address(struct nt_d3d_device *device, const void *address, REFIID riid,
                                     void **ret)
{
    struct ground ground = {0};

    if (!nt_d3d_heap_answers(riid))
        return E_NOINTERFACE;
    if (!address || !ntshm_region_pin(address, &ground.region))
        return E_INVALIDARG;
    if (ground.region.base != address || !is_part_writable(address, ground.region.size)) {
        unpin(ground.region.base, false);
        return E_INVALIDARG;
    }
    ground.start = ground.region.base;
    ground.size = ground.region.size;
    return open_ground(device, &ground, riid, ret);
}

HRESULT nt_d3d_existing_from_range(struct nt_d3d_device *device, const void *address, uint64_t size,
                                   REFIID riid, void **ret)
{
    struct ground ground = {.start = (unsigned char *)(uintptr_t)address, .size = size};
    uint64_t offset;

    if (!nt_d3d_heap_answers(riid))
        return E_NOINTERFACE;
    if (!address || !size || !nt_is_aligned((uintptr_t)address | size, NT_PAGE_SIZE) ||
        !ntshm_region_pin(address, &ground.region))
        return E_INVALIDARG;
    offset = (uintptr_t)address - (uintptr_t)ground.region.base;
    if (size > ground.region.size - offset || !is_part_writable(address, size)) {
        unpin(ground.region.base, false);
        return E_INVALIDARG;
    }
    return open_ground(device, &ground, riid, ret);
}

/* What a section that gives no memory or view means here. */
static HRESULT section_error(DWORD error)
{
    switch (error) {
    case ERROR_NOT_ENOUGH_MEMORY:
    case ERROR_COMMITMENT_LIMIT:
    case ERROR_NO_SYSTEM_RESOURCES:
    case ERROR_TOO_MANY_OPEN_FILES:
        return E_OUTOFMEMORY;
    default:
        return E_INVALIDARG;
    }
}

/* Maps and pins all of the section; what was not done is undone. */
static HRESULT map_section(HANDLE mapping, struct ground *ground)
{
    void *view = MapViewOfFile(mapping, FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, 0);

    if (!view)
        return section_error(GetLastError());
    if (!ntshm_region_pin(view, &ground->region)) {
        UnmapViewOfFile(view);
        return E_OUTOFMEMORY;
    }
    ground->is_view = true;
    if (ground->region.base == view && is_part_writable(view, ground->region.size)) {
        ground->start = ground->region.base;
        ground->size = ground->region.size;
        return S_OK;
    }
    unpin(view, true);
    return E_INVALIDARG;
}

HRESULT nt_d3d_existing_from_mapping(struct nt_d3d_device *device, HANDLE mapping, REFIID riid,
                                     void **ret)
{
    struct ground ground = {0};
    HRESULT hr;

    if (!nt_d3d_heap_answers(riid))
        return E_NOINTERFACE;
    if (!mapping || mapping == INVALID_HANDLE_VALUE)
        return E_INVALIDARG;
    /* Says no to an image, and to a handle that does not let its section be written. */
    if (!ntshm_keep_memory(mapping, &ground.kept))
        return section_error(GetLastError());
    hr = map_section(mapping, &ground);
    if (FAILED(hr)) {
        ntshm_drop_memory(&ground.kept);
        return hr;
    }
    return open_ground(device, &ground, riid, ret);
}
