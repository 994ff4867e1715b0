// SPDX-License-Identifier: MIT
/*
 * Memory whose pages this library maps itself: for heaps of this device alone (anonymous shared
 * pages, from which tiles can be cut), new memfds for heaps that are shared, and memfds and
 * sections that were opened.
 *
 * A memfd of a stranger must be sealed against shrinking: a CPU driver that touches a page behind
 * the end of a file takes SIGBUS, and with it the process (D0.5). A file cannot be sealed; a file
 * under an existing heap is believed when it belongs to this user alone, who could end this
 * process anyway.
 */
#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "d3d12/share/label.h"
#include "d3d12/memory/memory-make.h"
#include "os/file.h"
#include "os/large-pages.h"
#include "os/memory-more.h"
#include "os/os.h"
#include "util/log.h"
#include "util/macro.h"

#define PAGES_ALIGNMENT UINT64_C(65536) /* also what sizes are rounded up to */
#define HUGE_PAGE       (UINT64_C(1) << 30)

HRESULT nt_d3d_memory_hresult(int r)
{
    switch (r) {
    case -EINVAL:
    case -EACCES:
    case -EPERM:
    case -EBADF:
    case -ENODEV:
        return E_INVALIDARG;
    case 0:
        return S_OK;
    default:
        return E_OUTOFMEMORY;
    }
}

static void unmap_pages(struct nt_d3d_memory *memory)
{
    nt_os_unmap(memory->region, memory->region_size);
}

/*
 * Maps @size bytes of shared memory, of @fd or (-1) new, at a multiple of @alignment. All of
 * [*@ret_pages, + @room) is ours then: large pages fill more than was asked for.
 */
static int map_pages(int fd, uint64_t size, uint64_t room, uint64_t alignment, void **ret_pages)
{
    const int flags = MAP_SHARED | MAP_FIXED | (fd < 0 ? MAP_ANONYMOUS : 0);
    void *whole = NULL, *pages;
    uint64_t start;
    int r;

    if (room > SIZE_MAX / 2 - alignment)
        return -ENOMEM;
    r = nt_os_map(NULL, room + alignment, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                  -1, 0, &whole);
    if (r < 0)
        return r;
    start = nt_align_up((uintptr_t)whole, alignment);
    r = nt_os_map((void *)(uintptr_t)start, size, PROT_READ | PROT_WRITE, flags, fd, 0, &pages);
    if (r < 0) {
        nt_os_unmap(whole, room + alignment);
        return r;
    }
    if (start != (uintptr_t)whole)
        nt_os_unmap(whole, start - (uintptr_t)whole);
    if (start + room != (uintptr_t)whole + room + alignment)
        nt_os_unmap((void *)(uintptr_t)(start + room), (uintptr_t)whole + alignment - start);
    *ret_pages = pages;
    return 0;
}

/* A mapping that becomes memory. */
struct pages {
    void *start;
    uint64_t size; /* what the driver gets */
    uint64_t room; /* what is unmapped at the end */
};

/* The memory over mapped pages, which belong to it then; unmaps nothing when it fails. */
static HRESULT import_by(struct nt_d3d_device *device, const struct pages *pages, bool by_dmabuf,
                         int fd, struct nt_d3d_memory **ret_memory)
{
    if (by_dmabuf)
        return nt_d3d_memory_import_dmabuf(device, fd, pages->start, pages->size, unmap_pages,
                                           ret_memory);
    if (!device->vulkan.imports_shared)
        return DXGI_ERROR_UNSUPPORTED;
    return nt_d3d_memory_import(device, pages->start, pages->size, unmap_pages, ret_memory);
}

/* What import_by() made becomes memory of @size bytes for the application. */
static void complete(struct nt_d3d_memory *memory, const struct pages *pages, uint64_t size,
                     enum nt_d3d_memory_kind kind)
{
    memory->kind = kind;
    memory->size = size;
    memory->region_size = pages->room;
    memory->cpu = NULL;
    if (memory->external == VK_EXTERNAL_MEMORY_HANDLE_TYPE_HOST_ALLOCATION_BIT_EXT)
        memory->granularity = NT_PAGE_SIZE;
}

/* --- new ------------------------------------------------------------------------------- */

/* Maps new memory and imports it. @fd: a memfd of that size, or -1. */
static HRESULT new_memory(struct nt_d3d_device *device, uint64_t size, uint64_t alignment,
                          enum nt_d3d_memory_kind kind, int fd, struct nt_d3d_memory **ret_memory)
{
    struct nt_d3d_memory *memory = NULL;
    struct pages pages = {.size = nt_align_up(size, PAGES_ALIGNMENT)};
    HRESULT hr;
    int r;

    pages.room = pages.size;
    if (alignment < PAGES_ALIGNMENT)
        alignment = PAGES_ALIGNMENT;
    r = map_pages(fd, pages.size, pages.room, alignment, &pages.start);
    if (r < 0)
        return E_OUTOFMEMORY;
    hr = import_by(device, &pages, kind == NT_D3D_MEMORY_DMABUF, fd, &memory);
    if (FAILED(hr)) {
        nt_os_unmap(pages.start, pages.room);
        return hr;
    }
    complete(memory, &pages, size, kind);
    if (!nt_is_aligned(memory->address, alignment)) {
        nt_log(NT_LOG_WARNING, "d3d12: this driver puts imported memory at 0x%llx",
               (unsigned long long)memory->address);
        nt_d3d_memory_drop(memory);
        return DXGI_ERROR_UNSUPPORTED;
    }
    *ret_memory = memory;
    return S_OK;
}

/* A size that no memory of the system has; what the driver says of its own counts here too. */
static bool is_too_large(const struct nt_d3d_device *device, uint64_t size)
{
    int type = nt_d3d_vulkan_memory_type(&device->vulkan, UINT32_MAX, 0,
                                         VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT);

    return type >= 0 && !nt_d3d_memory_fits(device, size, (uint32_t)type);
}

HRESULT nt_d3d_memory_new_pages(struct nt_d3d_device *device, uint64_t size, uint64_t alignment,
                                struct nt_d3d_memory **ret_memory)
{
    if (is_too_large(device, size))
        return E_OUTOFMEMORY;
    return new_memory(device, size, alignment, NT_D3D_MEMORY_PAGES, -1, ret_memory);
}

HRESULT nt_d3d_memory_new_memfd(struct nt_d3d_device *device, uint64_t size, uint64_t alignment,
                                enum nt_d3d_memory_kind kind, struct nt_d3d_memory **ret_memory)
{
    NT_CLEANUP(nt_os_closep) int fd = -1;
    HRESULT hr;

    if (is_too_large(device, size))
        return E_OUTOFMEMORY;
    if (nt_os_memfd_new("ntshm-d3d12-heap", nt_align_up(size, PAGES_ALIGNMENT), NT_OS_MEMFD_PRIVATE,
                        &fd) < 0)
        return E_OUTOFMEMORY;
    hr = new_memory(device, size, alignment, kind, fd, ret_memory);
    if (SUCCEEDED(hr))
        (*ret_memory)->fd = nt_steal_fd(&fd);
    return hr;
}

/* --- opened ---------------------------------------------------------------------------- */

/* What the descriptor of a peer is. */
struct found {
    uint64_t size;        /* bytes that are there for ever */
    uint64_t page_size;   /* what its mappings are multiples of */
    uint64_t granularity; /* what can be mapped twice; 0: nothing */
};

/*
 * Large pages come from a pool that a peer can empty behind a hole: S_OK for this user's own only,
 * and for what has none.
 */
static HRESULT examine_pages(int fd, const struct stat *stat, unsigned seals, struct found *found)
{
    uint64_t size, blocks = (uint64_t)stat->st_blksize;

    if (blocks <= NT_PAGE_SIZE || blocks > HUGE_PAGE || (blocks & (blocks - 1)))
        return S_OK;
    /* Memory of large pages says so here, and so does some that has none. */
    found->page_size = blocks;
    if (nt_os_large_memfd_is(fd, blocks, &size))
        found->granularity = blocks;
    else if (!(seals & NT_OS_SEALED_GROW))
        found->granularity = 0;
    return found->granularity == NT_PAGE_SIZE || stat->st_uid == geteuid() ? S_OK : E_INVALIDARG;
}

/* S_OK for a file that this user alone can make shorter. */
static HRESULT examine_file(const struct stat *stat)
{
    return stat->st_uid == geteuid() && !(stat->st_mode & (S_IWGRP | S_IWOTH)) ? S_OK
                                                                               : E_INVALIDARG;
}

/* S_OK when no peer can take what is there away again, else E_INVALIDARG. */
static HRESULT examine(int fd, struct found *ret_found)
{
    unsigned seals = 0;
    struct stat stat;
    HRESULT hr = S_OK;
    int r;

    r = nt_os_file_stat(fd, &stat);
    if (r < 0)
        return nt_d3d_memory_hresult(r);
    if (!S_ISREG(stat.st_mode) || stat.st_size <= 0)
        return E_INVALIDARG;
    *ret_found = (struct found){.size = nt_align_up((uint64_t)stat.st_size, NT_PAGE_SIZE),
                                .page_size = NT_PAGE_SIZE,
                                .granularity = NT_PAGE_SIZE};
    r = nt_os_memfd_seals(fd, &seals);
    if (r == -EINVAL)
        return examine_file(&stat);
    if (r < 0)
        return nt_d3d_memory_hresult(r);
    /* A file of a tmpfs has seals too, but never any that helps; a memfd is in no directory. */
    if (!(seals & NT_OS_SEALED_SHRINK))
        hr = stat.st_nlink ? examine_file(&stat) : E_INVALIDARG;
    return FAILED(hr) ? hr : examine_pages(fd, &stat, seals, ret_found);
}

/* Imports what was mapped in the way of @kind, and in the other way where the driver has not that.
 */
static HRESULT import_opened(struct nt_d3d_device *device, const struct pages *pages,
                             enum nt_d3d_memory_kind kind, int fd,
                             struct nt_d3d_memory **ret_memory)
{
    bool by_dmabuf = kind == NT_D3D_MEMORY_DMABUF;
    HRESULT hr = import_by(device, pages, by_dmabuf, fd, ret_memory);

    if (hr == DXGI_ERROR_UNSUPPORTED)
        hr = import_by(device, pages, !by_dmabuf, fd, ret_memory);
    return hr;
}

HRESULT nt_d3d_memory_open_pages(struct nt_d3d_device *device, const struct nt_d3d_label *label,
                                 int fd, struct nt_d3d_memory **ret_memory)
{
    NT_CLEANUP(nt_os_closep) int own = -1;
    uint64_t alignment = device->vulkan.import_alignment;
    enum nt_d3d_memory_kind kind = (enum nt_d3d_memory_kind)label->memory_kind;
    struct nt_d3d_memory *memory = NULL;
    struct found found = {0};
    struct pages pages;
    HRESULT hr;
    int r;

    hr = examine(fd, &found);
    if (FAILED(hr)) {
        nt_log(NT_LOG_WARNING, "d3d12: a shared heap's memory is refused: it could be cut off");
        return hr;
    }
    if (alignment < NT_PAGE_SIZE)
        alignment = NT_PAGE_SIZE;
    pages.size = nt_align_up(label->size, alignment);
    pages.room = nt_align_up(pages.size, found.page_size);
    if (pages.size > found.size)
        return E_INVALIDARG;
    if (alignment < PAGES_ALIGNMENT)
        alignment = PAGES_ALIGNMENT;
    if (alignment < found.page_size)
        alignment = found.page_size;
    if (alignment < label->alignment)
        alignment = label->alignment;
    r = nt_os_dup(fd, &own);
    if (r == 0)
        r = map_pages(fd, pages.size, pages.room, alignment, &pages.start);
    if (r < 0)
        return nt_d3d_memory_hresult(r);
    hr = import_opened(device, &pages, kind, fd, &memory);
    if (FAILED(hr)) {
        nt_os_unmap(pages.start, pages.room);
        return hr;
    }
    complete(memory, &pages, label->size, kind);
    if (memory->granularity)
        memory->granularity = found.granularity;
    /* What the CPU may do follows from the heap, as in the process that made it. */
    if (kind == NT_D3D_MEMORY_SECTION)
        memory->cpu = memory->region;
    memory->fd = nt_steal_fd(&own);
    *ret_memory = memory;
    return S_OK;
}
