// SPDX-License-Identifier: MIT
/*
 * Opening, as CreateFile means it.
 *
 * First a description is had from the kernel, without touching what is in the file. Then it gets
 * its marks, and only then are the marks of others looked at: of two openers that exclude each
 * other at least one sees the other. One that sees somebody takes its marks off and looks again:
 * who still stands there was there first, and the open fails; otherwise it was another newcomer
 * in the same moment, who may have given way too, and it begins anew. (Not all of such a crowd
 * can fail: each would have looked, without its own marks, before the next one took his off, all
 * the way round.) At last, with nobody in the way, an existing file is made empty if asked.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <ntstatus.h>

#include "lib/file/file.h"
#include "lib/file/io.h"
#include "lib/file/marks.h"
#include "lib/file/path.h"
#include "os/file-more.h"
#include "os/os.h"
#include "util/macro.h"

#define DATA_READS  (FILE_READ_DATA | FILE_EXECUTE)
#define DATA_WRITES (FILE_WRITE_DATA | FILE_APPEND_DATA)
#define ALWAYS      (SYNCHRONIZE | FILE_READ_ATTRIBUTES) /* what CreateFile adds */

#define MAX_TURNS   100 /* of newcomers that meet, and of names that come and go */
#define TURN_NS     50000u

/* One attempt to open; what it has made is given up by drop_attempt(). */
struct attempt {
    const struct nt_file_request *request;
    ACCESS_MASK access; /* mapped; MAXIMUM_ALLOWED turned into what the kernel allowed */
    bool maximum;       /* as much as there is */
    bool empties;       /* an existing file is made empty */
    bool existed;
    bool bare;  /* opened for rights that need no data */
    bool blind; /* the description cannot read: it bears no marks */
    int fd;
    struct stat stat;
};

/* --- the description ----------------------------------------------------------------------- */

static int common_flags(const struct nt_file_request *request)
{
    int flags = 0;

    if (request->options & FILE_FLAG_WRITE_THROUGH)
        flags |= O_DSYNC;
    if (request->options & FILE_FLAG_OPEN_REPARSE_POINT)
        flags |= O_NOFOLLOW;
    return flags;
}

static int make_file(struct attempt *attempt)
{
    bool read_only = attempt->request->attributes & FILE_ATTRIBUTE_READONLY;
    int flags = O_RDWR | O_CREAT | O_EXCL | common_flags(attempt->request);

    return nt_os_file_open(attempt->request->path, flags, read_only ? 0444 : 0666, &attempt->fd);
}

/*
 * Rights that need no data: nothing is started by it, no FIFO is waited for, no device moves. What
 * may be read is opened to read nevertheless, so that it can bear marks.
 */
static int open_bare(struct attempt *attempt)
{
    const struct nt_file_request *request = attempt->request;
    bool follow = !(request->options & FILE_FLAG_OPEN_REPARSE_POINT);
    int flags = follow ? 0 : O_NOFOLLOW;
    int r = nt_os_file_stat_path(request->path, follow, &attempt->stat);

    if (r < 0)
        return r;
    attempt->bare = true;
    if (S_ISREG(attempt->stat.st_mode) || S_ISDIR(attempt->stat.st_mode)) {
        r = nt_os_file_open(request->path, flags | O_RDONLY | O_NONBLOCK, 0, &attempt->fd);
        if (r != -EACCES && r != -EPERM)
            return r;
    }
    attempt->blind = true;
    return nt_os_file_open(request->path, flags | O_PATH, 0, &attempt->fd);
}

static bool is_refusal(int r)
{
    return r == -EACCES || r == -EPERM || r == -EROFS || r == -EISDIR || r == -ETXTBSY;
}

/* For reading and writing; less is taken where not all was asked. */
static int open_to_write(struct attempt *attempt, int flags)
{
    const char *path = attempt->request->path;
    int r = nt_os_file_open(path, flags | O_RDWR, 0, &attempt->fd);

    if (r == -EISDIR)
        return nt_os_file_open(path, flags | O_RDONLY | O_DIRECTORY, 0, &attempt->fd);
    if (r == -EACCES && !attempt->maximum && !(attempt->access & DATA_READS)) {
        attempt->blind = true;
        return nt_os_file_open(path, flags | O_WRONLY, 0, &attempt->fd);
    }
    if (is_refusal(r) && attempt->maximum && !attempt->empties &&
        !(attempt->access & DATA_WRITES)) {
        r = nt_os_file_open(path, flags | O_RDONLY, 0, &attempt->fd);
        if (r == 0)
            /* NOLINTNEXTLINE(misc-redundant-expression): they overlap */
            attempt->access |= FILE_GENERIC_READ | FILE_GENERIC_EXECUTE;
        attempt->maximum = false;
    }
    return r;
}

static int open_existing(struct attempt *attempt)
{
    int flags = common_flags(attempt->request);

    attempt->existed = true;
    if ((attempt->access & DATA_WRITES) || attempt->maximum || attempt->empties)
        return open_to_write(attempt, flags);
    if (attempt->access & DATA_READS)
        return nt_os_file_open(attempt->request->path, flags | O_RDONLY, 0, &attempt->fd);
    return open_bare(attempt);
}

/* An open that may make the file: the name may come and go while we look. */
static int open_or_make(struct attempt *attempt)
{
    int r = -ENOENT;

    for (int turn = 0; turn < MAX_TURNS; turn++) {
        r = open_existing(attempt);
        if (r != -ENOENT)
            return r;
        attempt->existed = false;
        attempt->bare = attempt->blind = false;
        r = make_file(attempt);
        if (r != -EEXIST)
            return r;
    }
    return -ENOENT; /* a link that leads nowhere */
}

static int open_description(struct attempt *attempt)
{
    switch (attempt->request->disposition) {
    case CREATE_NEW:
        return make_file(attempt);
    case CREATE_ALWAYS:
    case OPEN_ALWAYS:
        return open_or_make(attempt);
    default:
        return open_existing(attempt);
    }
}

/* --- what it is ---------------------------------------------------------------------------- */

/* All that the kernel allowed is granted, less what a read-only file refuses to everybody. */
static void settle_maximum(struct attempt *attempt)
{
    if (!attempt->maximum)
        return;
    if (attempt->existed && nt_file_is_read_only(&attempt->stat))
        /* NOLINTNEXTLINE(misc-redundant-expression): they overlap */
        attempt->access |= FILE_GENERIC_READ | FILE_GENERIC_EXECUTE;
    else
        attempt->access |= FILE_ALL_ACCESS;
}

static NTSTATUS check_directory(const struct attempt *attempt)
{
    if (attempt->empties)
        return STATUS_FILE_IS_A_DIRECTORY;
    if (attempt->request->options & FILE_FLAG_BACKUP_SEMANTICS)
        return STATUS_SUCCESS;
    return STATUS_FILE_IS_A_DIRECTORY;
}

static NTSTATUS check_kind(struct attempt *attempt)
{
    bool deletes = attempt->request->options & FILE_FLAG_DELETE_ON_CLOSE;
    int r = nt_os_file_stat(attempt->fd, &attempt->stat);

    if (r < 0)
        return nt_file_status(r);
    settle_maximum(attempt);
    if (S_ISDIR(attempt->stat.st_mode))
        return check_directory(attempt);
    if (attempt->existed && nt_file_is_read_only(&attempt->stat)) {
        if (deletes)
            return STATUS_CANNOT_DELETE;
        if ((attempt->access & DATA_WRITES) || attempt->empties)
            return STATUS_ACCESS_DENIED;
    }
    if (attempt->request->options & FILE_FLAG_NO_BUFFERING && !attempt->bare &&
        S_ISREG(attempt->stat.st_mode)) {
        r = nt_os_file_set_direct(attempt->fd);
        if (r < 0 && r != -EINVAL)
            return nt_file_status(r);
    }
    return STATUS_SUCCESS;
}

/* --- sharing ------------------------------------------------------------------------------- */

static unsigned uses_of(ACCESS_MASK access)
{
    return (access & DATA_READS ? NT_MARK_READS : 0u) |
           (access & DATA_WRITES ? NT_MARK_WRITES : 0u) | (access & DELETE ? NT_MARK_DELETES : 0u);
}

static unsigned denials_of(ULONG share)
{
    return (share & FILE_SHARE_READ ? 0u : NT_MARK_DENIES_READ) |
           (share & FILE_SHARE_WRITE ? 0u : NT_MARK_DENIES_WRITE) |
           (share & FILE_SHARE_DELETE ? 0u : NT_MARK_DENIES_DELETE);
}

/* Who neither reads, writes nor deletes has no part in sharing. */
static unsigned marks_of(const struct attempt *attempt)
{
    unsigned marks = uses_of(attempt->access);

    if (marks)
        marks |= denials_of(attempt->request->share);
    if (attempt->request->options & FILE_FLAG_DELETE_ON_CLOSE)
        marks |= NT_MARK_DELETE_ON_CLOSE;
    return marks;
}

/* The marks of others that stand in the way of this open. */
static unsigned obstacles_to(const struct attempt *attempt)
{
    unsigned uses = uses_of(attempt->access | (attempt->empties ? FILE_WRITE_DATA : 0));
    unsigned denials = marks_of(attempt);
    unsigned obstacles = NT_MARK_DELETE_PENDING;

    if (uses & NT_MARK_READS)
        obstacles |= NT_MARK_DENIES_READ;
    if (uses & NT_MARK_WRITES)
        obstacles |= NT_MARK_DENIES_WRITE;
    if (uses & NT_MARK_DELETES)
        obstacles |= NT_MARK_DENIES_DELETE;
    if (denials & NT_MARK_DENIES_READ)
        obstacles |= NT_MARK_READS;
    if (denials & NT_MARK_DENIES_WRITE)
        obstacles |= NT_MARK_WRITES | NT_MARK_WRITE_SECTION; /* 16.14 */
    if (denials & NT_MARK_DENIES_DELETE)
        obstacles |= NT_MARK_DELETES;
    if ((attempt->access & FILE_WRITE_DATA) ||
        (attempt->request->options & FILE_FLAG_DELETE_ON_CLOSE))
        obstacles |= NT_MARK_IMAGE_SECTION;
    return obstacles;
}

static NTSTATUS status_of(const struct attempt *attempt, unsigned found)
{
    if (found & NT_MARK_DELETE_PENDING)
        return STATUS_DELETE_PENDING;
    if (found & ~(unsigned)NT_MARK_IMAGE_SECTION)
        return STATUS_SHARING_VIOLATION;
    if (attempt->access & FILE_WRITE_DATA) /* 14.19, 14.22 */
        return STATUS_SHARING_VIOLATION;
    return STATUS_CANNOT_DELETE; /* 14.21 */
}

static NTSTATUS share(struct attempt *attempt)
{
    unsigned marks = marks_of(attempt);
    unsigned obstacles = obstacles_to(attempt);
    NTSTATUS status = STATUS_SHARING_VIOLATION;

    if (!S_ISREG(attempt->stat.st_mode) && !S_ISDIR(attempt->stat.st_mode)) {
        attempt->blind = true; /* everybody's: /dev/null, a terminal */
        return STATUS_SUCCESS;
    }
    if (attempt->blind)
        marks = 0;
    for (unsigned turn = 0; turn < MAX_TURNS; turn++) {
        unsigned found = 0;
        int r = nt_marks_set(attempt->fd, marks);

        if (r == 0)
            r = nt_marks_probe(attempt->fd, obstacles, &found);
        if (r == 0 && !found)
            return STATUS_SUCCESS;
        nt_marks_clear(attempt->fd, marks);
        if (r == 0)
            r = nt_marks_probe(attempt->fd, obstacles, &found);
        if (r < 0)
            return nt_file_status(r);
        if (found)
            return status_of(attempt, found);
        /* Not in step: neighbours that met once shall not meet again. */
        nt_marks_pause(TURN_NS * (1 + (nt_os_now_ns() >> 10) % 16));
    }
    return status;
}

/* --- making it empty ----------------------------------------------------------------------- */

static NTSTATUS make_empty(const struct attempt *attempt)
{
    bool read_only = attempt->request->disposition == CREATE_ALWAYS &&
                     attempt->request->attributes & FILE_ATTRIBUTE_READONLY;
    int r;

    if (!S_ISREG(attempt->stat.st_mode))
        return STATUS_SUCCESS; /* a device, a pipe */
    r = nt_file_shrink(attempt->fd, 0);
    if (r == -EBUSY || r == -ETXTBSY)
        return STATUS_USER_MAPPED_FILE; /* 16.6 */
    if (r == 0 && read_only)
        r = nt_os_file_set_mode(attempt->fd, attempt->stat.st_mode & 07555);
    return nt_file_status(r);
}

/* --- the object ---------------------------------------------------------------------------- */

static NTSTATUS absolute(const char *path, char **ret_path)
{
    NT_CLEANUP(nt_freep) char *folder = NULL;
    size_t length = strlen(path);
    char *joined;

    if (path[0] != '/') {
        int r = nt_os_directory_current(&folder);

        if (r < 0)
            return nt_file_status(r);
    }
    joined = malloc((folder ? strlen(folder) + 1 : 0) + length + 1);
    if (!joined)
        return STATUS_NO_MEMORY;
    if (folder)
        stpcpy(stpcpy(stpcpy(joined, folder), "/"), path);
    else
        strcpy(joined, path);
    *ret_path = joined;
    return STATUS_SUCCESS;
}

static NTSTATUS make_object(struct attempt *attempt, struct nt_file **ret_file)
{
    struct nt_file *file;
    NTSTATUS status;
    char *path = NULL;

    status = absolute(attempt->request->path, &path);
    if (!NT_SUCCESS(status))
        return status;
    file = nt_file_new(attempt->fd);
    if (!file) {
        free(path);
        return STATUS_NO_MEMORY;
    }
    attempt->fd = -1;
    nt_file_set_type(file, &attempt->stat);
    file->path = path;
    file->bare = attempt->bare;
    file->opened = attempt->access;
    file->options = attempt->request->options;
    file->marks = attempt->blind ? 0 : marks_of(attempt);
    atomic_store(&file->delete_on_close, attempt->request->options & FILE_FLAG_DELETE_ON_CLOSE);
    *ret_file = file;
    return STATUS_SUCCESS;
}

static NTSTATUS begin_attempt(const struct nt_file_request *request, struct attempt *attempt)
{
    ACCESS_MASK access = nt_object_map_access(&nt_file_type, request->access);

    if (request->disposition < CREATE_NEW || request->disposition > TRUNCATE_EXISTING ||
        request->share & ~(ULONG)FILE_SHARE_VALID_FLAGS)
        return STATUS_INVALID_PARAMETER;
    *attempt = (struct attempt){
        .request = request,
        .access = (access & ~(ACCESS_MASK)MAXIMUM_ALLOWED) | ALWAYS,
        .maximum = access & MAXIMUM_ALLOWED,
        .empties =
            request->disposition == CREATE_ALWAYS || request->disposition == TRUNCATE_EXISTING,
        .fd = -1,
    };
    if (request->options & FILE_FLAG_DELETE_ON_CLOSE)
        attempt->access |= DELETE;
    if (attempt->access & ACCESS_SYSTEM_SECURITY)
        return STATUS_PRIVILEGE_NOT_HELD;
    if (attempt->access & ~(ACCESS_MASK)FILE_ALL_ACCESS)
        return STATUS_ACCESS_DENIED;
    return STATUS_SUCCESS;
}

static NTSTATUS open_file(struct attempt *attempt, struct nt_file **ret_file)
{
    NTSTATUS status;
    int r = open_description(attempt);

    if (r < 0)
        return nt_path_status(attempt->request->path, r);
    attempt->empties = attempt->empties && attempt->existed;
    status = check_kind(attempt);
    if (NT_SUCCESS(status))
        status = share(attempt);
    if (NT_SUCCESS(status) && attempt->empties)
        status = make_empty(attempt);
    if (NT_SUCCESS(status))
        status = make_object(attempt, ret_file);
    return status;
}

/*
 * A file that the call has made goes again when the call fails. Somebody who has opened it
 * meanwhile keeps it: he may have written to it already.
 */
static void take_back(int fd)
{
    NT_CLEANUP(nt_freep) char *path = NULL;
    unsigned uses = NT_MARK_READS | NT_MARK_WRITES | NT_MARK_DELETES;
    unsigned found = 0;

    if (nt_marks_probe(fd, uses, &found) == 0 && found)
        return;
    if (nt_os_file_name(fd, &path) == 0)
        nt_os_file_unlink(path);
}

NTSTATUS nt_file_open(const struct nt_file_request *request, struct nt_file **ret_file,
                      ACCESS_MASK *ret_access, bool *ret_existed)
{
    struct attempt attempt;
    NTSTATUS status = begin_attempt(request, &attempt);

    if (!NT_SUCCESS(status))
        return status;
    status = open_file(&attempt, ret_file);
    if (attempt.fd >= 0 && !attempt.existed)
        take_back(attempt.fd);
    nt_os_close(attempt.fd); /* when it failed: its marks go with it */
    if (!NT_SUCCESS(status))
        return status;
    *ret_access = attempt.access;
    if (ret_existed)
        *ret_existed = attempt.existed;
    return STATUS_SUCCESS;
}

NTSTATUS nt_file_create(const struct nt_file_request *request, HANDLE *ret_handle,
                        bool *ret_existed)
{
    NT_CLEANUP(nt_file_putp) struct nt_file *file = NULL;
    ACCESS_MASK access;
    bool existed;
    NTSTATUS status = nt_file_open(request, &file, &access, &existed);

    if (!NT_SUCCESS(status))
        return status;
    status = nt_handle_new(&file->object, access, request->handle_flags, ret_handle);
    if (!NT_SUCCESS(status) && !existed)
        take_back(file->fd);
    if (ret_existed)
        *ret_existed = existed;
    return status;
}
