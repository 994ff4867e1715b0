// SPDX-License-Identifier: MIT
/*
 * Sections that leave their process. What goes along are descriptors, and what they can do is what
 * the receiver can do: a handle without SECTION_MAP_WRITE takes a read-only description, one that
 * cannot map takes none. Memory is closed to other users first, so that none of them reopens it
 * with more.
 *
 * Who made a named section's memory is the broker, and another user cannot reopen it: then the
 * broker is asked for the read-only description.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <ntstatus.h>

#include "lib/file/file.h"
#include "lib/file/marks.h"
#include "lib/memory/image.h"
#include "lib/memory/reserve.h"
#include "lib/memory/section-attributes.h"
#include "lib/memory/section.h"
#include "lib/client/client.h"
#include "lib/object/parcel.h"
#include "os/file.h"
#include "os/large-pages.h"
#include "os/memory-more.h"
#include "os/os.h"
#include "rtl/status.h"
#include "util/macro.h"

#define MAPS (SECTION_MAP_READ | SECTION_MAP_WRITE | SECTION_MAP_EXECUTE)

struct part {
    uint64_t size;
    uint32_t protection;
    uint32_t attributes;
    uint32_t node;
    uint32_t zero;
};

/* What goes along, owned. */
struct load {
    int read_fd, write_fd;
    int extra_fd; /* the commit map, or an image's file */
};

static void load_deinit(struct load *load)
{
    nt_os_closep(&load->read_fd);
    nt_os_closep(&load->write_fd);
    nt_os_closep(&load->extra_fd);
}

/* --- packing -------------------------------------------------------------------------------- */

static bool shows_data(const struct nt_section *section)
{
    return (section->attributes & (SEC_FILE | SEC_IMAGE)) == SEC_FILE;
}

/* Would the holder of @access be given a description that writes? As the broker does it. */
static bool may_write(const struct nt_section *section, ACCESS_MASK access)
{
    ACCESS_MASK write = SECTION_MAP_WRITE;

    if (section->attributes & SEC_IMAGE)
        return false;
    if (shows_data(section))
        write |= SECTION_EXTEND_SIZE;
    else if (!(section->attributes & SEC_RESERVE) &&
             !nt_section_protection_writes(section->protection))
        return false;
    return section->write_fd >= 0 && (access & write);
}

static int copy(int fd, int *ret_fd)
{
    return fd < 0 ? 0 : nt_os_dup(fd, ret_fd);
}

/* The broker made the memory, and gives what these rights bring. */
static NTSTATUS ask_broker(const struct nt_section *section, struct load *load)
{
    struct nt_client_reply reply;
    NTSTATUS status;

    if (section->object.id == 0)
        return STATUS_ACCESS_DENIED;
    status = nt_client_reopen(section->object.id, section->object.broker, SECTION_MAP_READ, &reply);
    if (!NT_SUCCESS(status))
        return status;
    nt_os_close(nt_client_take_fd(&reply, NT_PAYLOAD_LEASE));
    load->read_fd = nt_client_take_fd(&reply, NT_PAYLOAD_READ);
    load->extra_fd = nt_client_take_fd(&reply, NT_PAYLOAD_EXTRA);
    nt_client_reply_deinit(&reply);
    return load->read_fd >= 0 ? STATUS_SUCCESS : STATUS_ACCESS_DENIED;
}

/* A read-only description of what this process can write. One of a file bears a mark of its own. */
static NTSTATUS read_only(const struct nt_section *section, struct load *load)
{
    int r = nt_os_reopen(section->write_fd, O_RDONLY, &load->read_fd);

    if (r == 0 && section->map_fd >= 0)
        r = nt_os_reopen(section->map_fd, O_RDONLY, &load->extra_fd);
    if (r == 0 && shows_data(section))
        r = nt_marks_set_section(load->read_fd, NT_MARK_DATA_SECTION);
    if (r != -EACCES && r != -EPERM)
        return nt_status_from_errno(r);
    load->read_fd = nt_os_close(load->read_fd);
    load->extra_fd = nt_os_close(load->extra_fd);
    return ask_broker(section, load);
}

static NTSTATUS load_to_read(const struct nt_section *section, struct load *load)
{
    int r;

    if (section->read_fd < 0 && section->write_fd >= 0)
        return read_only(section, load);
    r = copy(section->read_fd, &load->read_fd);
    if (r == 0)
        r = copy(section->image ? nt_image_file(section->image) : section->map_fd, &load->extra_fd);
    return nt_status_from_errno(r);
}

static NTSTATUS load_to_write(const struct nt_section *section, struct load *load)
{
    int r = copy(section->write_fd, &load->write_fd);

    if (r == 0)
        r = copy(section->read_fd, &load->read_fd);
    if (r == 0)
        r = copy(section->map_fd, &load->extra_fd);
    return nt_status_from_errno(r);
}

NTSTATUS nt_section_close_to_others(const struct nt_section *section)
{
    int r;

    if (section->object.id || (section->attributes & (SEC_FILE | SEC_IMAGE)) ||
        section->write_fd < 0)
        return STATUS_SUCCESS;
    r = nt_os_memfd_close_to_others(section->write_fd);
    if (r == 0 && section->map_fd >= 0)
        r = nt_os_memfd_close_to_others(section->map_fd);
    return nt_status_from_errno(r);
}

static NTSTATUS fill(const struct nt_section *section, ACCESS_MASK access, struct load *load)
{
    NTSTATUS status;

    if (!may_write(section, access) && !(access & MAPS))
        return STATUS_SUCCESS;
    status = nt_section_close_to_others(section);
    if (!NT_SUCCESS(status))
        return status;
    return may_write(section, access) ? load_to_write(section, load) : load_to_read(section, load);
}

NTSTATUS nt_section_pack(struct nt_object *object, ACCESS_MASK access, struct nt_parcel *parcel)
{
    NT_CLEANUP(load_deinit) struct load load = {-1, -1, -1};
    struct nt_section *section = NT_CONTAINER_OF(object, struct nt_section, object);
    const struct part part = {
        .size = nt_section_refresh_size(section),
        .protection = section->protection,
        .attributes = section->attributes,
        .node = section->node,
    };
    NTSTATUS status = fill(section, access, &load);

    if (!NT_SUCCESS(status))
        return status;
    nt_parcel_put(parcel, &part, sizeof(part));
    nt_parcel_put_fd(parcel, section->lease_fd);
    nt_parcel_give_fd(parcel, nt_steal_fd(&load.read_fd));
    nt_parcel_give_fd(parcel, nt_steal_fd(&load.write_fd));
    nt_parcel_give_fd(parcel, nt_steal_fd(&load.extra_fd));
    return STATUS_SUCCESS;
}

ACCESS_MASK nt_section_reach(const struct nt_object *object)
{
    const struct nt_section *section = NT_CONTAINER_OF(object, const struct nt_section, object);
    ACCESS_MASK reach = ~(ACCESS_MASK)0;

    if (nt_section_fd(section, false) < 0)
        return reach & ~(ACCESS_MASK)MAPS;
    if (section->write_fd < 0 && nt_section_protection_writes(section->protection) &&
        !(section->attributes & SEC_IMAGE))
        reach &= ~(ACCESS_MASK)(SECTION_MAP_WRITE | SECTION_EXTEND_SIZE);
    return reach;
}

/* --- unpacking ------------------------------------------------------------------------------ */

/* A regular file that was opened in exactly this way; memory is one too. */
static bool is_open_as(int fd, int mode, struct stat *ret_stat)
{
    int flags;

    return nt_os_file_flags(fd, &flags) == 0 && (flags & O_ACCMODE) == mode && !(flags & O_PATH) &&
           nt_os_file_stat(fd, ret_stat) == 0 && S_ISREG(ret_stat->st_mode);
}

/* An image's layout is looked at by nt_image_adopt(): nobody can write it, however it is open. */
static bool are_descriptions(const struct nt_section *section)
{
    struct stat read, write;

    if (section->attributes & SEC_IMAGE)
        return section->write_fd < 0;
    if (section->read_fd >= 0 && !is_open_as(section->read_fd, O_RDONLY, &read))
        return false;
    if (section->write_fd >= 0 && !is_open_as(section->write_fd, O_RDWR, &write))
        return false;
    return section->read_fd < 0 || section->write_fd < 0 ||
           (read.st_dev == write.st_dev && read.st_ino == write.st_ino);
}

/* Memory that nobody can pull from under its readers, as large as the section. */
static bool is_memory(const struct nt_section *section)
{
    int fd = nt_section_fd(section, false);
    uint64_t size;

    if (!nt_is_aligned(section->size, NT_PAGE_SIZE))
        return false;
    if (section->attributes & SEC_LARGE_PAGES)
        return nt_os_large_memfd_is(fd, nt_os_large_page_size(), &size) && size == section->size;
    return nt_os_memfd_check(fd, &size) == 0 &&
           ((section->attributes & SEC_RESERVE) || size >= section->size);
}

static NTSTATUS check(const struct nt_section *section)
{
    if (section->size == 0 || section->size > (uint64_t)INT64_MAX - NT_PAGE_SIZE ||
        !nt_section_are_kept(section->attributes, section->protection))
        return STATUS_DATA_ERROR;
    if (nt_section_fd(section, false) < 0)
        return STATUS_SUCCESS;
    if (!are_descriptions(section))
        return STATUS_DATA_ERROR;
    return (section->attributes & SEC_FILE) || is_memory(section) ? STATUS_SUCCESS
                                                                  : STATUS_DATA_ERROR;
}

static bool is_file_mark(int fd)
{
    struct stat stat;

    return is_open_as(fd, O_RDONLY, &stat);
}

/* What an image or the commit state needs beside the memory. */
static NTSTATUS adopt_extra(struct nt_section *section, int *extra_fd)
{
    int fd = nt_section_fd(section, false);
    NTSTATUS status = STATUS_SUCCESS;

    if (fd < 0 || (section->attributes & (SEC_IMAGE | SEC_FILE)) == SEC_FILE ||
        !(section->attributes & (SEC_IMAGE | SEC_RESERVE)))
        return *extra_fd < 0 ? STATUS_SUCCESS : STATUS_DATA_ERROR;
    if (section->attributes & SEC_RESERVE) {
        status = *extra_fd < 0 ? STATUS_DATA_ERROR
                               : nt_reserve_new(section->size, fd, *extra_fd, &section->reserve);
        if (NT_SUCCESS(status))
            section->map_fd = nt_steal_fd(extra_fd);
        return status;
    }
    if (*extra_fd >= 0 && !is_file_mark(*extra_fd))
        return STATUS_DATA_ERROR;
    status = nt_image_adopt(fd, section->size, nt_attributes_are_no_execute(section->attributes),
                            &section->image);
    if (NT_SUCCESS(status) && *extra_fd >= 0)
        nt_image_keep_file(section->image, nt_steal_fd(extra_fd));
    return status;
}

static NTSTATUS take(struct nt_section *section, struct nt_parcel *parcel)
{
    NT_CLEANUP(nt_os_closep) int extra_fd = -1;
    const struct part *part = nt_parcel_get(parcel, sizeof(*part));
    NTSTATUS status;

    if (!part)
        return parcel->status;
    section->size = part->size;
    section->protection = part->protection;
    section->attributes = part->attributes;
    section->node = part->node;
    section->lease_fd = nt_parcel_get_fd(parcel);
    section->read_fd = nt_parcel_get_fd(parcel);
    section->write_fd = nt_parcel_get_fd(parcel);
    extra_fd = nt_parcel_get_fd(parcel);
    status = parcel->status;
    if (NT_SUCCESS(status))
        status = check(section);
    return NT_SUCCESS(status) ? adopt_extra(section, &extra_fd) : status;
}

NTSTATUS nt_section_unpack(struct nt_parcel *parcel, ACCESS_MASK access,
                           struct nt_object **ret_object)
{
    struct nt_section *section = nt_section_new();
    NTSTATUS status;

    (void)access;
    if (!section)
        return STATUS_NO_MEMORY;
    status = take(section, parcel);
    if (NT_SUCCESS(status))
        *ret_object = &section->object;
    else
        nt_object_close(&section->object);
    return status;
}
