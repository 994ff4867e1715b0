// SPDX-License-Identifier: MIT
/*
 * Sections of files. The section opens the file anew, so that its marks are its own: on a
 * read-only description and, when views may write, on a read-write one. A view keeps the mark of
 * the description that it was mapped from alive, so that every process knows of the mapping for
 * as long as it is there, whatever happens to this process (16.1 to 16.15). The marks come first
 * and the size is asked for afterwards: from then on nobody makes the file shorter.
 */
#include <errno.h>

#include <ntstatus.h>

#include "lib/file/file.h"
#include "lib/file/lock.h"
#include "lib/file/marks.h"
#include "lib/memory/image.h"
#include "lib/memory/section-attributes.h"
#include "lib/memory/section-file.h"
#include "os/file.h"
#include "os/os.h"
#include "os/system.h"
#include "util/macro.h"

/* 1.26 to 1.29: what the file handle must carry. */
static ACCESS_MASK needed_access(ULONG protection)
{
    return FILE_READ_DATA | (nt_section_protection_writes(protection) ? FILE_WRITE_DATA : 0) |
           (nt_protection_executes(protection) ? FILE_EXECUTE : 0);
}

bool nt_section_may_execute(ULONG protection, int fd)
{
    /* What is writable and executable in one view is what PR_SET_MDWE refuses. */
    bool both = protection == PAGE_EXECUTE_READWRITE || protection == PAGE_EXECUTE_WRITECOPY;

    if (!nt_protection_executes(protection))
        return true;
    if (fd >= 0 && nt_os_is_noexec(fd))
        return false;
    return !both || !nt_os_refuses_exec_gain();
}

/* A foreign program that has locked all of the file keeps our marks off it. */
static NTSTATUS mark_status(int r)
{
    return r == -EAGAIN ? STATUS_FILE_LOCK_CONFLICT : nt_file_status(r);
}

static NTSTATUS check_lock(HANDLE handle, uint64_t size)
{
    NT_CLEANUP(nt_file_putp) struct nt_file *file = NULL;
    NTSTATUS status = nt_file_get(handle, 0, &file);

    if (!NT_SUCCESS(status))
        return status;
    return nt_file_is_locked(file, size) ? STATUS_FILE_LOCK_CONFLICT : STATUS_SUCCESS;
}

NTSTATUS nt_section_grow_file(int write_fd, uint64_t size)
{
    struct stat info;
    int r;

    /* The marks lie behind it: no file reaches there. */
    if (size >= NT_FILE_MARKS_AT)
        return STATUS_DISK_FULL;
    r = nt_os_file_stat(write_fd, &info);
    if (r == 0 && (uint64_t)info.st_size < size)
        r = nt_os_file_allocate(write_fd, (uint64_t)info.st_size, size);
    return nt_file_status(r);
}

/* 1.30 to 1.41: the size is the caller's or the file's, which grows when it may. */
static NTSTATUS settle_size(const struct nt_section_parameters *parameters,
                            struct nt_section_backing *backing)
{
    uint64_t size = parameters->size;
    struct stat info;
    int r = nt_os_file_stat(backing->read_fd, &info);

    if (r < 0)
        return nt_file_status(r);
    if (size == 0)
        size = (uint64_t)info.st_size;
    if (size == 0)
        return STATUS_MAPPED_FILE_SIZE_ZERO;
    backing->size = size;
    if (size <= (uint64_t)info.st_size)
        return STATUS_SUCCESS;
    return backing->write_fd < 0 ? STATUS_SECTION_TOO_BIG
                                 : nt_section_grow_file(backing->write_fd, size);
}

static NTSTATUS back_by_data(const struct nt_section_parameters *parameters,
                             struct nt_section_backing *backing)
{
    unsigned marks = NT_MARK_DATA_SECTION | (backing->write_fd < 0 ? 0 : NT_MARK_WRITE_SECTION);
    int r = nt_marks_set_section(backing->read_fd, marks);

    if (r == 0 && backing->write_fd >= 0)
        r = nt_marks_set(backing->write_fd, marks);
    return r < 0 ? mark_status(r) : settle_size(parameters, backing);
}

/* 1.31, 1.52 to 1.54; the mark is on the file's description, which stays as long as the image. */
static NTSTATUS back_by_image(const struct nt_section_parameters *parameters, ULONG attributes,
                              struct nt_section_backing *backing)
{
    NTSTATUS status;
    uint64_t whole;
    int r;

    backing->file_fd = nt_steal_fd(&backing->read_fd);
    backing->write_fd = nt_os_close(backing->write_fd);
    r = nt_marks_set_section(backing->file_fd, NT_MARK_IMAGE_SECTION);
    if (r < 0)
        return mark_status(r);
    status = nt_image_new(backing->file_fd, nt_attributes_are_no_execute(attributes),
                          &backing->image, &backing->read_fd);
    if (!NT_SUCCESS(status))
        return status;
    whole = nt_image_size(backing->image);
    if (parameters->size > whole)
        return STATUS_SECTION_TOO_BIG;
    backing->size = parameters->size ? parameters->size : whole;
    return STATUS_SUCCESS;
}

static NTSTATUS back(const struct nt_section_parameters *parameters, ULONG attributes,
                     struct nt_section_backing *backing)
{
    bool image = attributes & SEC_IMAGE;
    struct nt_file_backing file = {.read_fd = -1, .write_fd = -1};
    NTSTATUS status;

    status = nt_file_backing(parameters->file, needed_access(parameters->protection),
                             nt_section_protection_writes(parameters->protection) && !image, &file);
    if (!NT_SUCCESS(status))
        return status;
    backing->read_fd = file.read_fd;
    backing->write_fd = file.write_fd;
    if (!nt_section_may_execute(parameters->protection, file.read_fd))
        return STATUS_ACCESS_DENIED;
    status = check_lock(parameters->file, file.size);
    if (!NT_SUCCESS(status))
        return status;
    return image ? back_by_image(parameters, attributes, backing)
                 : back_by_data(parameters, backing);
}

NTSTATUS nt_section_back(const struct nt_section_parameters *parameters, ULONG attributes,
                         struct nt_section_backing *ret_backing)
{
    struct nt_section_backing backing = {.read_fd = -1, .write_fd = -1, .file_fd = -1};
    NTSTATUS status = back(parameters, attributes, &backing);

    if (NT_SUCCESS(status))
        *ret_backing = backing;
    else
        nt_section_backing_deinit(&backing);
    return status;
}

void nt_section_backing_deinit(struct nt_section_backing *backing)
{
    backing->image = nt_image_free(backing->image);
    nt_os_closep(&backing->read_fd);
    nt_os_closep(&backing->write_fd);
    nt_os_closep(&backing->file_fd);
}
