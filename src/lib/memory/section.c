// SPDX-License-Identifier: MIT
/*
 * Creating and opening sections. An unnamed one is made here with three system calls
 * (memfd_create, ftruncate, seal) and no broker; a named one is one round trip.
 */
#include <stdlib.h>

#include <ntstatus.h>

#include "lib/memory/section.h"
#include "lib/object/named.h"
#include "os/os.h"
#include "rtl/status.h"
#include "util/macro.h"

#define SEC_KNOWN \
    (SEC_COMMIT | SEC_RESERVE | SEC_IMAGE | SEC_NOCACHE | SEC_WRITECOMBINE | SEC_LARGE_PAGES)

static void section_last_close(struct nt_object *object)
{
    struct nt_section *section = NT_CONTAINER_OF(object, struct nt_section, object);

    section->lease_fd = nt_os_close(section->lease_fd);
    section->write_fd = nt_os_close(section->write_fd);
    section->read_fd = nt_os_close(section->read_fd);
}

static void section_free(struct nt_object *object)
{
    free(NT_CONTAINER_OF(object, struct nt_section, object));
}

/* A named section's other description can be had from the broker only (12.10). */
static NTSTATUS section_widen(struct nt_object *object, ACCESS_MASK access)
{
    const struct nt_section *section = NT_CONTAINER_OF(object, struct nt_section, object);

    if ((access & SECTION_MAP_WRITE) && section->write_fd < 0)
        return STATUS_ACCESS_DENIED;
    if ((access & SECTION_MAP_READ) && section->write_fd < 0 && section->read_fd < 0)
        return STATUS_ACCESS_DENIED;
    return STATUS_SUCCESS;
}

const struct nt_object_type nt_section_type = {
    .name = "Section",
    .kind = NT_KIND_SECTION,
    .widen = section_widen,
    .last_close = section_last_close,
    .free = section_free,
};

/* 1.1 and 1.2: exactly one of the constants. */
static bool is_section_protection(ULONG protection)
{
    switch (protection) {
    case PAGE_READONLY:
    case PAGE_READWRITE:
    case PAGE_WRITECOPY:
    case PAGE_EXECUTE_READ:
    case PAGE_EXECUTE_READWRITE:
    case PAGE_EXECUTE_WRITECOPY:
        return true;
    default:
        return false;
    }
}

/* 1.5 to 1.16 for the page file. */
static NTSTATUS check_attributes(ULONG attributes)
{
    ULONG backing = attributes & (SEC_COMMIT | SEC_RESERVE);

    if (attributes & ~SEC_KNOWN)
        return STATUS_INVALID_PARAMETER_6;
    if (attributes & SEC_IMAGE)
        return attributes & ~(SEC_IMAGE | SEC_NOCACHE) ? STATUS_INVALID_PARAMETER_6
                                                       : STATUS_INVALID_FILE_FOR_SECTION;
    if (backing == 0 || backing == (SEC_COMMIT | SEC_RESERVE))
        return STATUS_INVALID_PARAMETER_6;
    if (attributes & SEC_LARGE_PAGES) {
        /* The privilege must be enabled, and nothing enables it yet. */
        return backing == SEC_COMMIT ? STATUS_PRIVILEGE_NOT_HELD : STATUS_INVALID_PARAMETER_6;
    }
    return backing == SEC_RESERVE ? STATUS_NOT_SUPPORTED : STATUS_SUCCESS;
}

static NTSTATUS check_parameters(const struct nt_section_parameters *parameters)
{
    NTSTATUS status;

    if (!is_section_protection(parameters->protection))
        return STATUS_INVALID_PAGE_PROTECTION;
    status = check_attributes(parameters->attributes);
    if (!NT_SUCCESS(status))
        return status;
    if (parameters->size == 0 || parameters->size > INT64_MAX)
        return STATUS_INVALID_PARAMETER_4;
    if (parameters->size > (uint64_t)INT64_MAX - NT_PAGE_SIZE)
        return STATUS_SECTION_TOO_BIG;
    return STATUS_SUCCESS;
}

static struct nt_section *new_section(void)
{
    struct nt_section *section = calloc(1, sizeof(*section));

    if (section) {
        nt_object_init(&section->object, &nt_section_type);
        section->lease_fd = section->write_fd = section->read_fd = -1;
    }
    return section;
}

/* What the kernel says of memory: too large is the commit limit, not a full disk. */
static NTSTATUS memory_status(int r)
{
    NTSTATUS status = nt_status_from_errno(r);

    return status == STATUS_DISK_FULL ? STATUS_COMMITMENT_LIMIT : status;
}

static NTSTATUS create_unnamed(const struct nt_section_parameters *parameters, uint64_t size,
                               ULONG handle_attributes, HANDLE *ret_handle)
{
    bool executable = nt_protection_executes(parameters->protection);
    struct nt_section *section;
    ACCESS_MASK granted;
    NTSTATUS status;
    int r;

    status = nt_access_grant_creator(NT_KIND_SECTION, parameters->access, &granted);
    if (!NT_SUCCESS(status))
        return status;
    section = new_section();
    if (!section)
        return STATUS_NO_MEMORY;
    r = nt_os_memfd_new("ntshm", size, executable ? NT_OS_MEMFD_EXEC : 0, &section->write_fd);
    if (r < 0) {
        nt_object_close(&section->object);
        return memory_status(r);
    }
    section->size = size;
    section->protection = parameters->protection;
    section->attributes = parameters->attributes;
    return nt_handle_hand_out(&section->object, granted, handle_attributes, ret_handle);
}

/* A section from what the broker answered. */
static NTSTATUS adopt(struct nt_client_reply *reply, struct nt_object **ret_object)
{
    struct nt_section *section = new_section();

    if (!section)
        return STATUS_NO_MEMORY;
    section->size = reply->object.size;
    section->protection = reply->object.protection;
    section->attributes = reply->object.attributes;
    section->lease_fd = nt_client_take_fd(reply, NT_PAYLOAD_LEASE);
    section->read_fd = nt_client_take_fd(reply, NT_PAYLOAD_READ);
    section->write_fd = nt_client_take_fd(reply, NT_PAYLOAD_WRITE);
    *ret_object = &section->object;
    return STATUS_SUCCESS;
}

NTSTATUS nt_section_create(const struct nt_object_name *name,
                           const struct nt_section_parameters *parameters, HANDLE *ret_handle)
{
    struct nt_create_request request;
    NTSTATUS status;
    uint64_t size;

    status = check_parameters(parameters);
    if (!NT_SUCCESS(status))
        return status;
    size = nt_align_up(parameters->size, NT_PAGE_SIZE);
    if (!name || name->count == 0)
        return create_unnamed(parameters, size, name ? name->attributes : 0, ret_handle);

    request = (struct nt_create_request){
        .kind = NT_KIND_SECTION,
        .access = parameters->access,
        .size = size,
        .protection = parameters->protection,
        .attributes = parameters->attributes,
    };
    return nt_named_create(name, &request, adopt, ret_handle);
}

NTSTATUS nt_section_open(const struct nt_object_name *name, ACCESS_MASK access, HANDLE *ret_handle)
{
    const struct nt_open_request request = {.kind = NT_KIND_SECTION, .access = access};

    return nt_named_open(name, &request, adopt, ret_handle);
}

int nt_section_fd(const struct nt_section *section, bool write)
{
    if (write || section->read_fd < 0)
        return section->write_fd;
    return section->read_fd;
}
