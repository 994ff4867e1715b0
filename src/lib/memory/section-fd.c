// SPDX-License-Identifier: MIT
/*
 * A section as a bare descriptor, for programs and interfaces that know no handles: what the
 * descriptor can do are its rights, and the size of the memory is the section's. A name, a lease
 * and a descriptor (of security) do not travel in this way.
 */
#include <fcntl.h>
#include <stdlib.h>

#include <ntstatus.h>

#include "lib/memory/section-attributes.h"
#include "lib/memory/section.h"
#include "lib/security/object-security.h"
#include "os/file.h"
#include "os/large-pages.h"
#include "os/memory-more.h"
#include "os/os.h"
#include "rtl/status.h"
#include "util/macro.h"

#define RIGHTS_TO_READ (SECTION_ALL_ACCESS & ~(SECTION_MAP_WRITE | SECTION_EXTEND_SIZE))

/* --- out ------------------------------------------------------------------------------------ */

static NTSTATUS hand_out(const struct nt_section *section, bool write, int *ret_fd)
{
    NTSTATUS status;
    int r;

    if (section->attributes & (SEC_FILE | SEC_IMAGE | SEC_RESERVE))
        return STATUS_NOT_SUPPORTED;
    if (write && !nt_section_protection_writes(section->protection))
        return STATUS_ACCESS_DENIED;
    if (nt_section_fd(section, write) < 0)
        return STATUS_ACCESS_DENIED;
    status = nt_section_close_to_others(section);
    if (!NT_SUCCESS(status))
        return status;
    if (write || section->read_fd >= 0)
        r = nt_os_dup(nt_section_fd(section, write), ret_fd);
    else
        r = nt_os_reopen(section->write_fd, O_RDONLY, ret_fd);
    return nt_status_from_errno(r);
}

NTSTATUS nt_section_to_fd(HANDLE handle, ACCESS_MASK access, int *ret_fd)
{
    NT_CLEANUP(nt_object_closep) struct nt_object *object = NULL;
    NTSTATUS status;

    if (access != SECTION_MAP_READ && !(access & SECTION_MAP_WRITE))
        return STATUS_INVALID_PARAMETER;
    if (access & ~(ACCESS_MASK)SECTION_ALL_ACCESS)
        return STATUS_INVALID_PARAMETER;
    access &= SECTION_MAP_READ | SECTION_MAP_WRITE;
    status = nt_handle_get(handle, &nt_section_type, access, &object, NULL);
    if (!NT_SUCCESS(status))
        return status;
    return hand_out(NT_CONTAINER_OF(object, struct nt_section, object), access & SECTION_MAP_WRITE,
                    ret_fd);
}

NTSTATUS nt_section_keep(HANDLE handle, struct nt_section **ret_section, uint64_t *ret_size)
{
    NT_CLEANUP(nt_object_closep) struct nt_object *object = NULL;
    struct nt_section *section;
    ACCESS_MASK access;
    NTSTATUS status = nt_handle_get(handle, &nt_section_type, 0, &object, &access);

    if (!NT_SUCCESS(status))
        return status;
    section = NT_CONTAINER_OF(object, struct nt_section, object);
    if (section->attributes & SEC_IMAGE)
        return STATUS_NOT_SUPPORTED;
    if (!(access & SECTION_MAP_WRITE) || section->write_fd < 0 ||
        !nt_section_protection_writes(section->protection))
        return STATUS_ACCESS_DENIED;
    *ret_size = nt_section_refresh_size(section);
    atomic_fetch_add_explicit(&section->n_keepers, 1, memory_order_relaxed);
    nt_object_ref(&section->object);
    *ret_section = section;
    return STATUS_SUCCESS;
}

NTSTATUS nt_section_dup(struct nt_section *section, int *ret_fd)
{
    NTSTATUS status = nt_section_close_to_others(section);

    return NT_SUCCESS(status) ? nt_status_from_errno(nt_os_dup(section->write_fd, ret_fd)) : status;
}

/* --- in ------------------------------------------------------------------------------------- */

/* What the kernel says of the memory. */
struct memory {
    uint64_t size;
    bool write;
    bool execute;
    bool large;
};

static NTSTATUS look_at(int fd, struct memory *ret_memory)
{
    unsigned seals;
    int flags;

    if (nt_os_file_flags(fd, &flags) < 0)
        return STATUS_INVALID_HANDLE;
    if ((flags & O_PATH) || nt_os_memfd_seals(fd, &seals) < 0)
        return STATUS_OBJECT_TYPE_MISMATCH;
    if ((flags & O_ACCMODE) == O_WRONLY)
        return STATUS_ACCESS_DENIED;
    if (nt_os_memfd_check(fd, &ret_memory->size) < 0 || ret_memory->size == 0 ||
        ret_memory->size > (uint64_t)INT64_MAX - NT_PAGE_SIZE)
        return STATUS_INVALID_PARAMETER;
    ret_memory->write = (flags & O_ACCMODE) == O_RDWR && !(seals & NT_OS_SEALED_WRITE);
    ret_memory->execute = !(seals & NT_OS_SEALED_EXEC);
    ret_memory->large = nt_os_large_memfd_is(fd, nt_os_large_page_size(), &ret_memory->size);
    ret_memory->size = nt_align_up(ret_memory->size, NT_PAGE_SIZE);
    return STATUS_SUCCESS;
}

static int take(struct nt_section *section, int fd, const struct memory *memory)
{
    section->size = memory->size;
    section->attributes = memory->large ? SEC_COMMIT | SEC_LARGE_PAGES : SEC_COMMIT;
    if (memory->write) {
        section->protection = memory->execute ? PAGE_EXECUTE_READWRITE : PAGE_READWRITE;
        return nt_os_dup(fd, &section->write_fd);
    }
    section->protection = memory->execute ? PAGE_EXECUTE_READ : PAGE_READONLY;
    /* Memory that was sealed against writing cannot be mapped from a description that writes. */
    return nt_os_reopen(fd, O_RDONLY, &section->read_fd);
}

NTSTATUS nt_section_from_fd(int fd, ULONG attributes, HANDLE *ret_handle)
{
    struct nt_descriptor_block none = {0};
    struct nt_section *section;
    struct memory memory;
    NTSTATUS status = look_at(fd, &memory);

    if (!NT_SUCCESS(status))
        return status;
    section = nt_section_new();
    if (!section)
        return STATUS_NO_MEMORY;
    status = nt_status_from_errno(take(section, fd, &memory));
    if (NT_SUCCESS(status))
        status = nt_security_attach(&section->object, &none);
    if (NT_SUCCESS(status))
        return nt_handle_hand_out(&section->object,
                                  memory.write ? SECTION_ALL_ACCESS : RIGHTS_TO_READ, attributes,
                                  ret_handle);
    nt_object_close(&section->object);
    return status;
}
