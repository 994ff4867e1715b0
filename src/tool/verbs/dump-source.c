// SPDX-License-Identifier: MIT
/*
 * Reading a section without touching it; see dump-source.h.
 */
#include "tool/verbs/dump-source.h"

#include <errno.h>
#include <ntshm/ntshm.h>
#include <ntstatus.h>
#include <string.h>
#include <unistd.h>
#include <winternl.h>

#define PAGE      4096u
#define ALIGNMENT 65536u
#define WINDOW    (UINT64_C(256) << 20) /* of a view: a section may be longer than addresses */

/* --- opening ---------------------------------------------------------------------------------- */

/* An image's section is as long as its view. */
static bool map_image(struct nt_dump_source *source)
{
    MEMORY_BASIC_INFORMATION region;
    char *end;

    source->view = MapViewOfFile(source->section, FILE_MAP_READ, 0, 0, 0);
    if (!source->view)
        return false;
    for (end = source->view; VirtualQuery(end, &region, sizeof(region)) == sizeof(region) &&
                             region.AllocationBase == source->view;)
        end += region.RegionSize;
    source->from = 0;
    source->to = source->size = (uint64_t)(end - source->view);
    return true;
}

bool nt_dump_open(struct nt_dump_source *source, HANDLE section)
{
    SECTION_BASIC_INFORMATION basic;
    NTSTATUS status;

    *source = (struct nt_dump_source){.section = section, .fd = -1};
    status = NtQuerySection(section, SectionBasicInformation, &basic, sizeof(basic), NULL);
    if (!NT_SUCCESS(status)) {
        SetLastError(RtlNtStatusToDosError(status));
        return false;
    }
    source->size = (uint64_t)basic.Size.QuadPart;
    source->is_image = (basic.Attributes & SEC_IMAGE) != 0;
    if (source->is_image)
        return map_image(source);
    if (!(basic.Attributes & (SEC_FILE | SEC_RESERVE)))
        source->fd = ntshm_handle_to_fd(section, FILE_MAP_READ);
    return true;
}

static void unmap(struct nt_dump_source *source)
{
    if (source->view)
        UnmapViewOfFile(source->view);
    source->view = NULL;
}

void nt_dump_close(struct nt_dump_source *source)
{
    unmap(source);
    if (source->fd >= 0)
        close(source->fd);
    source->fd = -1;
}

/* --- by the descriptor ------------------------------------------------------------------------ */

static bool fail(int error)
{
    SetLastError(error == ENOMEM ? ERROR_NOT_ENOUGH_MEMORY : ERROR_READ_FAULT);
    return false;
}

static bool next_of_memory(struct nt_dump_source *source, uint64_t offset, void *buffer,
                           size_t room, struct nt_dump_run *ret_run)
{
    off_t data = lseek(source->fd, (off_t)offset, SEEK_DATA), hole;
    ssize_t n;

    if (data < 0 && errno == EINVAL) /* a file system that knows no holes: huge pages */
        data = (off_t)offset;
    if (data < 0 && errno != ENXIO)
        return fail(errno);
    if (data != (off_t)offset) { /* ENXIO: there is no data behind it */
        uint64_t end = data < 0 ? source->size : (uint64_t)data;

        *ret_run = (struct nt_dump_run){NT_DUMP_ZERO, end - offset};
        return true;
    }
    hole = lseek(source->fd, data, SEEK_HOLE);
    if (hole > data && (uint64_t)(hole - data) < room)
        room = (size_t)(hole - data);
    while ((n = pread(source->fd, buffer, room, data)) < 0 && errno == EINTR)
        ;
    if (n < 0)
        return fail(errno);
    *ret_run = n > 0 ? (struct nt_dump_run){NT_DUMP_DATA, (uint64_t)n}
                     : (struct nt_dump_run){NT_DUMP_ZERO, source->size - offset};
    return true;
}

/* --- by views --------------------------------------------------------------------------------- */

static bool map_window(struct nt_dump_source *source, uint64_t offset)
{
    uint64_t from = offset & ~(uint64_t)(ALIGNMENT - 1);
    uint64_t size = source->size - from < WINDOW ? source->size - from : WINDOW;

    if (source->view && offset >= source->from && offset < source->to)
        return true;
    unmap(source);
    source->view = MapViewOfFile(source->section, FILE_MAP_READ, (DWORD)(from >> 32), (DWORD)from,
                                 (size_t)size);
    source->from = from;
    source->to = from + size;
    return source->view != NULL;
}

static bool next_of_view(struct nt_dump_source *source, uint64_t offset, void *buffer, size_t room,
                         struct nt_dump_run *ret_run)
{
    MEMORY_BASIC_INFORMATION region;
    size_t left, copied = 0;
    const char *at;

    if (!map_window(source, offset))
        return false;
    at = source->view + (offset - source->from);
    if (VirtualQuery(at, &region, sizeof(region)) != sizeof(region))
        return false;
    left = region.RegionSize - (size_t)(at - (const char *)region.BaseAddress);
    if (left > source->to - offset)
        left = (size_t)(source->to - offset);
    if (region.State != MEM_COMMIT) {
        *ret_run = (struct nt_dump_run){NT_DUMP_RESERVED, left};
        return true;
    }
    if (left > room)
        left = room;
    ntshm_copy_from_view(buffer, at, left, &copied);
    if (copied > 0) {
        *ret_run = (struct nt_dump_run){NT_DUMP_DATA, copied};
        return true;
    }
    /* This page cannot be read; the next one may be. */
    left = PAGE - offset % PAGE;
    *ret_run = (struct nt_dump_run){NT_DUMP_GONE, left};
    return true;
}

bool nt_dump_next(struct nt_dump_source *source, uint64_t offset, void *buffer, size_t room,
                  struct nt_dump_run *ret_run)
{
    return source->fd >= 0 ? next_of_memory(source, offset, buffer, room, ret_run)
                           : next_of_view(source, offset, buffer, room, ret_run);
}
