// SPDX-License-Identifier: MIT
/*
 * CopyFile. The kernel moves the bytes where it can, in pieces, so that a program that watches is
 * told and can stop it.
 */
#include <stdlib.h>

#include <ntstatus.h>

#include "lib/file/copy.h"
#include "lib/file/lock.h"
#include "lib/file/time.h"
#include "os/file-more.h"
#include "util/macro.h"

/* Bytes between two reports; and without reports, between two looks at signals and limits. */
#define STEP (1ull << 20)
#define LEAP (64ull << 20)

struct copy {
    const struct nt_copy_request *request;
    struct nt_file *from, *to;
    struct stat stat; /* of the source */
    bool reports;
    struct nt_copy_state state;
};

static NTSTATUS open_source(struct copy *copy)
{
    const struct nt_file_request request = {
        .path = copy->request->from,
        .access = GENERIC_READ,
        .share = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
        .disposition = OPEN_EXISTING,
        .options = FILE_FLAG_SEQUENTIAL_SCAN,
    };
    ACCESS_MASK access;
    NTSTATUS status = nt_file_open(&request, &copy->from, &access, NULL);
    int r;

    if (!NT_SUCCESS(status))
        return status;
    r = nt_os_file_stat(copy->from->fd, &copy->stat);
    if (r < 0)
        return nt_file_status(r);
    copy->state.total = S_ISREG(copy->stat.st_mode) ? (uint64_t)copy->stat.st_size : 0;
    return nt_file_locks_check(copy->from, false, 0, copy->state.total);
}

static NTSTATUS open_target(struct copy *copy)
{
    const struct nt_file_request request = {
        .path = copy->request->to,
        .access = GENERIC_WRITE | DELETE,
        .share = FILE_SHARE_READ | FILE_SHARE_WRITE,
        .disposition = copy->request->fail_if_exists ? CREATE_NEW : CREATE_ALWAYS,
    };
    struct stat there;
    ACCESS_MASK access;

    /* To itself: nothing may be cut off first. */
    if (nt_os_file_stat_path(copy->request->to, true, &there) == 0) {
        if (copy->request->fail_if_exists)
            return STATUS_OBJECT_NAME_COLLISION;
        if (there.st_dev == copy->stat.st_dev && there.st_ino == copy->stat.st_ino)
            return STATUS_SHARING_VIOLATION;
    }
    return nt_file_open(&request, &copy->to, &access, NULL);
}

/* Asks the program; STATUS_REQUEST_ABORTED when it has enough. *@keep: what was made stays. */
static NTSTATUS report(struct copy *copy, bool *keep)
{
    if (!copy->reports)
        return STATUS_SUCCESS;
    switch (copy->request->report(&copy->state, copy->request->context)) {
    case NT_COPY_GO_ON:
        return STATUS_SUCCESS;
    case NT_COPY_QUIET:
        copy->reports = false;
        return STATUS_SUCCESS;
    case NT_COPY_STOP:
        *keep = true;
        return STATUS_REQUEST_ABORTED;
    default:
        return STATUS_REQUEST_ABORTED;
    }
}

static NTSTATUS copy_bytes(struct copy *copy, bool *keep)
{
    NTSTATUS status;

    copy->state.began = true;
    status = report(copy, keep);
    copy->state.began = false;
    while (NT_SUCCESS(status)) {
        uint64_t done = 0;
        int r = nt_os_file_copy(copy->from->fd, copy->to->fd, copy->state.done,
                                copy->reports ? STEP : LEAP, &done);

        if (r < 0)
            return nt_file_status(r);
        if (done == 0)
            return STATUS_SUCCESS;
        copy->state.done += done;
        status = report(copy, keep);
    }
    return status;
}

/*
 * The source's permission bits, as far as the new file was given any (the umask): who may read it
 * may also execute it when the source can be executed.
 */
static void copy_mode(const struct copy *copy)
{
    struct stat made;
    mode_t mode;

    if (nt_os_file_stat(copy->to->fd, &made) < 0 || !S_ISREG(made.st_mode))
        return;
    mode = made.st_mode & copy->stat.st_mode & 0666;
    mode |= copy->stat.st_mode & 0111 & (made.st_mode >> 2);
    if (mode != (made.st_mode & 0777))
        (void)nt_os_file_set_mode(copy->to->fd, mode); /* a file system without them has none */
}

static void copy_time(const struct copy *copy)
{
    struct timespec keep = {.tv_nsec = UTIME_OMIT};

    (void)nt_os_file_set_times(copy->to->fd, &keep, &copy->stat.st_mtim);
}

static NTSTATUS copy_opened(struct copy *copy)
{
    bool keep = false;
    NTSTATUS status = copy_bytes(copy, &keep);

    if (NT_SUCCESS(status)) {
        copy_mode(copy);
        copy_time(copy);
    } else if (!keep && copy->to->type == FILE_TYPE_DISK) {
        (void)nt_file_unlink(copy->to);
    }
    return status;
}

/* Who watches is given handles of both files. */
static NTSTATUS copy_watched(struct copy *copy)
{
    NTSTATUS status;

    status = nt_handle_new(&copy->from->object, FILE_GENERIC_READ, 0, &copy->state.from);
    if (NT_SUCCESS(status))
        status = nt_handle_new(&copy->to->object, FILE_GENERIC_WRITE | DELETE, 0, &copy->state.to);
    if (NT_SUCCESS(status))
        status = copy_opened(copy);
    else
        (void)nt_file_unlink(copy->to);
    if (copy->state.from)
        nt_handle_close(copy->state.from);
    if (copy->state.to)
        nt_handle_close(copy->state.to);
    return status;
}

NTSTATUS nt_file_copy(const struct nt_copy_request *request)
{
    struct copy copy = {.request = request, .reports = request->report != NULL};
    NTSTATUS status = open_source(&copy);

    if (NT_SUCCESS(status))
        status = open_target(&copy);
    if (NT_SUCCESS(status))
        status = copy.reports ? copy_watched(&copy) : copy_opened(&copy);
    nt_file_put(copy.from);
    nt_file_put(copy.to);
    return status;
}
