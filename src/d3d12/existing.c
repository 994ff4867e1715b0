// SPDX-License-Identifier: MIT
/*
 * Existing heaps (see existing.h). The pages themselves are imported, never a copy of them; a
 * driver that refuses is an error. Drivers check nothing (D0.5), so everything is checked
 * here first: the region is one of the library's, begins at the address given, and all of it
 * is committed and writable; its pin keeps that so.
 */
#include "d3d12/existing.h"

#include <sys/mman.h>

#include <ntshm/ntshm.h>

#include "d3d12/heap.h"
#include "os/os.h"
#include "util/log.h"
#include "util/macro.h"

#define PROBE_SIZE  ((size_t)65536)
#define PROBE_VALUE 0x6e747368u

/* Imports and fills @pages, and looks for it through @witness, a second mapping or the same. */
static bool probe(struct nt_d3d_device *device, void *pages, const volatile uint32_t *witness)
{
    struct nt_d3d_memory *memory = NULL;
    bool is_good;

    if (FAILED(nt_d3d_memory_import(device, pages, PROBE_SIZE, false, &memory)))
        return false;
    /* These pages are no region of the library's: nothing is pinned. */
    memory->region = NULL;
    is_good = SUCCEEDED(nt_d3d_engine_fill(&device->engine, memory, PROBE_VALUE)) &&
              witness[0] == PROBE_VALUE && witness[PROBE_SIZE / 4 - 1] == PROBE_VALUE;
    nt_d3d_memory_unhold(memory);
    nt_d3d_memory_unref(memory);
    return is_good;
}

static bool probe_shared(struct nt_d3d_device *device)
{
    void *pages = NULL, *witness = NULL;
    bool is_good = false;
    int fd = -1;

    if (nt_os_memfd_new("ntshm-d3d12-probe", PROBE_SIZE, 0, &fd) < 0)
        return false;
    if (nt_os_map(NULL, PROBE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0, &pages) == 0) {
        if (nt_os_map(NULL, PROBE_SIZE, PROT_READ, MAP_SHARED, fd, 0, &witness) == 0) {
            is_good = probe(device, pages, witness);
            nt_os_unmap(witness, PROBE_SIZE);
        }
        nt_os_unmap(pages, PROBE_SIZE);
    }
    nt_os_close(fd);
    return is_good;
}

static bool probe_private(struct nt_d3d_device *device)
{
    void *pages = NULL;
    bool is_good;

    if (nt_os_map(NULL, PROBE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0,
                  &pages) < 0)
        return false;
    is_good = probe(device, pages, pages);
    nt_os_unmap(pages, PROBE_SIZE);
    return is_good;
}

void nt_d3d_existing_probe(struct nt_d3d_device *device)
{
    struct nt_d3d_vulkan *vulkan = &device->vulkan;

    if (vulkan->import_alignment && PROBE_SIZE % vulkan->import_alignment == 0) {
        vulkan->imports_shared = probe_shared(device);
        vulkan->imports_private = probe_private(device);
    }
    nt_log(NT_LOG_INFO, "d3d12: %s (%s): imports of shared memory %s, of private memory %s",
           vulkan->properties.deviceName, vulkan->driver.driverInfo,
           vulkan->imports_shared ? "work" : "do not work",
           vulkan->imports_private ? "work" : "do not work");
}

/* True when every page of the pinned region may be written by the driver for ever. */
static bool is_usable(const struct nt_d3d_device *device, const struct ntshm_region *region,
                      const void *base)
{
    return region->base == base &&
           (region->protect == PAGE_READWRITE || region->protect == PAGE_EXECUTE_READWRITE) &&
           region->size && region->size % device->vulkan.import_alignment == 0;
}

/* Gives back the pin, and the view if it is ours. */
static void let_go(const void *base, bool is_view)
{
    ntshm_region_unpin(base);
    if (is_view)
        UnmapViewOfFile(base);
}

/* A heap on the pinned region that begins at @base; the pin and our view are consumed. */
static HRESULT open_region(struct nt_d3d_device *device, const struct ntshm_region *region,
                           const void *base, bool is_view, REFIID riid, void **ret)
{
    struct nt_d3d_memory *memory = NULL;
    bool is_imported =
        region->type == MEM_MAPPED ? device->vulkan.imports_shared : device->vulkan.imports_private;
    HRESULT hr = E_INVALIDARG;

    if (!is_imported)
        hr = DXGI_ERROR_UNSUPPORTED;
    else if (is_usable(device, region, base))
        hr = nt_d3d_memory_import(device, region->base, region->size, is_view, &memory);
    if (FAILED(hr)) {
        let_go(base, is_view);
        return hr;
    }
    return nt_d3d_heap_create_existing(device, memory, riid, ret);
}

HRESULT nt_d3d_existing_from_address(struct nt_d3d_device *device, const void *address, REFIID riid,
                                     void **ret)
{
    struct ntshm_region region;

    if (!nt_d3d_heap_answers(riid))
        return E_NOINTERFACE;
    if (!address || !ntshm_region_pin(address, &region))
        return E_INVALIDARG;
    return open_region(device, &region, address, false, riid, ret);
}

/* What a failed MapViewOfFile of the application's section means here. */
static HRESULT map_error(DWORD error)
{
    switch (error) {
    case ERROR_NOT_ENOUGH_MEMORY:
    case ERROR_COMMITMENT_LIMIT:
    case ERROR_NO_SYSTEM_RESOURCES:
        return E_OUTOFMEMORY;
    default:
        return E_INVALIDARG;
    }
}

HRESULT nt_d3d_existing_from_mapping(struct nt_d3d_device *device, HANDLE mapping, REFIID riid,
                                     void **ret)
{
    struct ntshm_region region;
    void *view;

    if (!nt_d3d_heap_answers(riid))
        return E_NOINTERFACE;
    if (!mapping || mapping == INVALID_HANDLE_VALUE)
        return E_INVALIDARG;
    view = MapViewOfFile(mapping, FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, 0);
    if (!view)
        return map_error(GetLastError());
    if (!ntshm_region_pin(view, &region)) {
        UnmapViewOfFile(view);
        return E_OUTOFMEMORY;
    }
    return open_region(device, &region, view, true, riid, ret);
}
