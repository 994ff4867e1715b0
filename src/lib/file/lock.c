// SPDX-License-Identifier: MIT
/*
 * Byte-range locks: the exact list, and what of it the kernel is told.
 *
 * The kernel's bytes end at 2^63 and Windows' at 2^64, so ranges up there (programs like them as
 * pure semaphores) are folded into a small window behind the marks; two of them whose low 14 bits
 * meet are taken for one. A handle that may only read gets a description of its own for its
 * locks, opened for writing where the user may, since an exclusive OFD lock needs that.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include <ntstatus.h>

#include "lib/file/lock.h"
#include "lib/file/marks.h"
#include "lib/process/lock.h"
#include "lib/process/process.h"
#include "os/file-more.h"
#include "os/os.h"
#include "util/macro.h"

#define FOLD_AT   (NT_FILE_MARKS_AT + 0x4000)
#define FOLD_SIZE 0x4000ull

struct range {
    struct range *next;
    uint64_t offset, size;
    bool exclusive;
};

/* Under NT_LOCK_FILES, but for @fd, which stays as it is. */
struct nt_file_locks {
    struct range *ranges;
    int fd; /* the locks are on this description; -1: on the file object's */
};

/* Bytes as the kernel counts them, [from, to). */
struct piece {
    uint64_t from, to;
};

/* --- ranges -------------------------------------------------------------------------------- */

static uint64_t last_of(const struct range *range)
{
    return range->offset + (range->size - 1);
}

/* An empty range is met by one that spans it: that has the bytes on both sides. */
static bool spans(const struct range *range, const struct range *empty)
{
    return range->size && range->offset < empty->offset && empty->offset <= last_of(range);
}

static bool overlap(const struct range *first, const struct range *second)
{
    if (!first->size || !second->size)
        return first->size ? spans(first, second) : spans(second, first);
    return first->offset <= last_of(second) && second->offset <= last_of(first);
}

/* Whether the handle's own locks refuse @wanted: a shared one may lie over whatever there is. */
static bool refused_by_own(const struct nt_file_locks *locks, const struct range *wanted)
{
    for (const struct range *range = locks->ranges; range; range = range->next) {
        if (wanted->exclusive && overlap(range, wanted))
            return true;
    }
    return false;
}

/* The kernel's bytes for a range: none, one or two pieces. */
static unsigned pieces_of(const struct range *range, struct piece pieces[2])
{
    unsigned n = 0;
    uint64_t from = range->offset, last, start;

    if (!range->size)
        return 0;
    last = last_of(range);
    if (from < NT_FILE_MARKS_AT)
        pieces[n++] = (struct piece){from, last < NT_FILE_MARKS_AT ? last + 1 : NT_FILE_MARKS_AT};
    if (last < NT_FILE_MARKS_AT)
        return n;
    if (from < NT_FILE_MARKS_AT)
        from = NT_FILE_MARKS_AT;
    start = from % FOLD_SIZE;
    if (last - from >= FOLD_SIZE - start) /* around the end of the window: all of it */
        pieces[n++] = (struct piece){FOLD_AT, FOLD_AT + FOLD_SIZE};
    else
        pieces[n++] = (struct piece){FOLD_AT + start, FOLD_AT + start + (last - from) + 1};
    return n;
}

/* --- what the kernel is told --------------------------------------------------------------- */

static int fd_of(const struct nt_file *file, const struct nt_file_locks *locks)
{
    return locks && locks->fd >= 0 ? locks->fd : file->fd;
}

/* The strongest lock of the list at @at; *@end is cut to where the answer may change. */
static int mode_at(const struct nt_file_locks *locks, uint64_t at, uint64_t *end)
{
    int mode = F_UNLCK;

    for (const struct range *range = locks->ranges; range; range = range->next) {
        struct piece pieces[2];
        unsigned n = pieces_of(range, pieces);

        for (unsigned i = 0; i < n; i++) {
            if (pieces[i].from > at && pieces[i].from < *end)
                *end = pieces[i].from;
            if (pieces[i].from > at || pieces[i].to <= at)
                continue;
            if (pieces[i].to < *end)
                *end = pieces[i].to;
            if (range->exclusive)
                mode = F_WRLCK;
            else if (mode == F_UNLCK)
                mode = F_RDLCK;
        }
    }
    return mode;
}

/*
 * Lets the kernel's locks in a piece be what the list says; never more than there was. Returns
 * the first error: to give up the middle of a lock takes memory.
 */
static int settle(const struct nt_file *file, const struct nt_file_locks *locks, struct piece piece)
{
    int first = 0;

    while (piece.from < piece.to) {
        uint64_t end = piece.to;
        int mode = mode_at(locks, piece.from, &end);
        int r = nt_os_file_lock(fd_of(file, locks), mode, piece.from, end - piece.from, false);

        first = first ? first : r;
        piece.from = end;
    }
    return first;
}

static int settle_range(const struct nt_file *file, const struct nt_file_locks *locks,
                        const struct range *range)
{
    struct piece pieces[2];
    unsigned n = pieces_of(range, pieces);
    int first = 0;

    for (unsigned i = 0; i < n; i++) {
        int r = settle(file, locks, pieces[i]);

        first = first ? first : r;
    }
    return first;
}

/* Asks for what of a piece is not held strongly enough. *@piece is cut to what failed. */
static int acquire_piece(const struct nt_file *file, const struct nt_file_locks *locks, int mode,
                         struct piece *piece)
{
    while (piece->from < piece->to) {
        uint64_t end = piece->to;
        int held = mode_at(locks, piece->from, &end);
        int r = 0;

        if (held != F_WRLCK && held != mode)
            r = nt_os_file_lock(fd_of(file, locks), mode, piece->from, end - piece->from, false);
        if (r < 0) {
            piece->to = end;
            return r;
        }
        piece->from = end;
    }
    return 0;
}

/* All of a range or nothing. *@ret_failed is what -EAGAIN was said of. */
static int acquire(const struct nt_file *file, const struct nt_file_locks *locks,
                   const struct range *range, struct piece *ret_failed)
{
    struct piece pieces[2];
    unsigned n = pieces_of(range, pieces);

    for (unsigned i = 0; i < n; i++) {
        int r = acquire_piece(file, locks, range->exclusive ? F_WRLCK : F_RDLCK, &pieces[i]);

        if (r < 0) {
            *ret_failed = pieces[i];
            (void)settle_range(file, locks, range);
            return r;
        }
    }
    return 0;
}

/* --- the list ------------------------------------------------------------------------------ */

/* An OFD lock needs a description that can do both. */
static int open_for_locks(const struct nt_file *file)
{
    int fd = -1, flags;

    if (nt_os_file_flags(file->fd, &flags) == 0 && (flags & O_ACCMODE) != O_RDWR)
        (void)nt_os_reopen(file->fd, O_RDWR, &fd);
    return fd;
}

/* The file object's list, made when there is none. Under NT_LOCK_FILES. */
static struct nt_file_locks *list_of(struct nt_file *file)
{
    struct nt_file_locks *locks = atomic_load(&file->locks);

    if (locks)
        return locks;
    locks = calloc(1, sizeof(*locks));
    if (locks) {
        locks->fd = open_for_locks(file);
        atomic_store(&file->locks, locks);
    }
    return locks;
}

static NTSTATUS status_of(int r, bool exclusive)
{
    switch (r) {
    case -EAGAIN:
        return STATUS_LOCK_NOT_GRANTED;
    case -EBADF: /* the kernel: not open for writing, or not for reading */
        return exclusive ? STATUS_ACCESS_DENIED : STATUS_NOT_SUPPORTED;
    case -EINVAL:
    case -EOPNOTSUPP:
    case -ENOSYS:
        return STATUS_NOT_SUPPORTED;
    case -ENOLCK:
        return STATUS_INSUFFICIENT_RESOURCES;
    default:
        return nt_file_status(r);
    }
}

/* Sleeps in the kernel until another description lets go; what it got then is asked for again. */
static int sleep_for(const struct nt_file *file, const struct nt_file_locks *locks,
                     const struct range *wanted, struct piece piece)
{
    int r;

    nt_lock_drop(NT_LOCK_FILES);
    r = nt_os_file_lock(fd_of(file, locks), wanted->exclusive ? F_WRLCK : F_RDLCK, piece.from,
                        piece.to - piece.from, true);
    nt_lock_take(NT_LOCK_FILES);
    return r;
}

/* Under NT_LOCK_FILES, which is given up while it sleeps. On success @wanted is in the list. */
static NTSTATUS lock_range(struct nt_file *file, struct nt_file_locks *locks, struct range *wanted,
                           bool wait)
{
    struct piece failed = {0, 0};

    for (;;) {
        int r = -EAGAIN;

        if (!refused_by_own(locks, wanted)) {
            r = acquire(file, locks, wanted, &failed);
            if (r == 0)
                break;
            if (r == -EAGAIN && wait)
                r = sleep_for(file, locks, wanted, failed);
        } else if (wait) {
            /* What a sleep got, and cannot be kept, goes back. */
            (void)settle_range(file, locks, wanted);
            nt_lock_wait(NT_LOCK_FILES);
            r = 0;
        }
        if (r < 0)
            return status_of(r, wanted->exclusive);
    }
    wanted->next = locks->ranges;
    locks->ranges = wanted;
    return STATUS_SUCCESS;
}

static NTSTATUS get_file(HANDLE handle, struct nt_file **ret_file)
{
    struct nt_file *file;
    NTSTATUS status = nt_file_get_any(handle, FILE_READ_DATA | FILE_WRITE_DATA, &file, NULL);

    if (!NT_SUCCESS(status))
        return status;
    if (file->type != FILE_TYPE_DISK || file->directory) {
        nt_file_put(file);
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    *ret_file = file;
    return STATUS_SUCCESS;
}

NTSTATUS nt_file_lock(HANDLE handle, uint64_t offset, uint64_t size, bool exclusive, bool wait)
{
    NT_CLEANUP(nt_file_putp) struct nt_file *file = NULL;
    NT_CLEANUP(nt_freep) struct range *wanted = NULL;
    struct nt_file_locks *locks;
    NTSTATUS status;

    status = get_file(handle, &file);
    if (!NT_SUCCESS(status))
        return status;
    if (size && offset + (size - 1) < offset)
        return STATUS_INVALID_LOCK_RANGE;
    wanted = malloc(sizeof(*wanted));
    if (!wanted)
        return STATUS_NO_MEMORY;
    *wanted = (struct range){.offset = offset, .size = size, .exclusive = exclusive};
    nt_lock_take(NT_LOCK_FILES);
    locks = list_of(file);
    status = locks ? lock_range(file, locks, wanted, wait) : STATUS_NO_MEMORY;
    nt_lock_drop(NT_LOCK_FILES);
    if (NT_SUCCESS(status))
        wanted = NULL; /* the list has it */
    return status;
}

/* Takes the lock of exactly that range out of the list; an exclusive one first. */
static struct range *take_out(struct nt_file_locks *locks, uint64_t offset, uint64_t size)
{
    struct range **found = NULL, *range;

    for (struct range **at = &locks->ranges; *at; at = &(*at)->next) {
        if ((*at)->offset == offset && (*at)->size == size && (!found || (*at)->exclusive))
            found = at;
    }
    if (!found)
        return NULL;
    range = *found;
    *found = range->next;
    return range;
}

/* A range that is out of the list; when the kernel keeps its lock it is put back. */
static NTSTATUS give_up(const struct nt_file *file, struct nt_file_locks *locks,
                        struct range *range)
{
    int r = settle_range(file, locks, range);

    if (r < 0) {
        range->next = locks->ranges;
        locks->ranges = range;
        (void)settle_range(file, locks, range);
        return nt_file_status(r);
    }
    nt_lock_wake_all(NT_LOCK_FILES);
    return STATUS_SUCCESS;
}

NTSTATUS nt_file_unlock(HANDLE handle, uint64_t offset, uint64_t size)
{
    NT_CLEANUP(nt_file_putp) struct nt_file *file = NULL;
    NT_CLEANUP(nt_freep) struct range *range = NULL;
    struct nt_file_locks *locks;
    NTSTATUS status;

    status = get_file(handle, &file);
    if (!NT_SUCCESS(status))
        return status;
    if (size && offset + (size - 1) < offset)
        return STATUS_INVALID_LOCK_RANGE;
    nt_lock_take(NT_LOCK_FILES);
    locks = atomic_load(&file->locks);
    range = locks ? take_out(locks, offset, size) : NULL;
    status = range ? give_up(file, locks, range) : STATUS_RANGE_NOT_LOCKED;
    if (!NT_SUCCESS(status))
        range = NULL; /* the list has it */
    nt_lock_drop(NT_LOCK_FILES);
    return status;
}

void nt_file_locks_free(struct nt_file *file)
{
    struct nt_file_locks *locks = atomic_exchange(&file->locks, NULL);
    bool ours = file->opener == nt_process_id();
    struct range *range;

    if (!locks)
        return;
    nt_lock_take(NT_LOCK_FILES);
    while ((range = locks->ranges)) {
        locks->ranges = range->next;
        /* They would go with the description, but a forked child or the program may have it. */
        if (ours)
            (void)settle_range(file, locks, range); /* the description may live on */
        free(range);
    }
    nt_lock_drop(NT_LOCK_FILES);
    nt_os_close(locks->fd);
    free(locks);
}

/* --- what locks refuse --------------------------------------------------------------------- */

/* Writing where the handle itself has a shared lock, and no exclusive one beside it. */
static bool shared_by_own(const struct nt_file_locks *locks, const struct range *bytes)
{
    bool shared = false;

    nt_lock_take(NT_LOCK_FILES);
    for (const struct range *range = locks->ranges; range; range = range->next)
        shared = shared || (!range->exclusive && overlap(range, bytes));
    nt_lock_drop(NT_LOCK_FILES);
    return shared;
}

NTSTATUS nt_file_locks_check(struct nt_file *file, bool write, uint64_t offset, uint64_t size)
{
    const struct nt_file_locks *locks = atomic_load(&file->locks);
    struct range bytes = {.offset = offset, .size = size};
    uint64_t from, end;

    if (size == 0 || offset >= NT_FILE_MARKS_AT)
        return STATUS_SUCCESS;
    if (size > NT_FILE_MARKS_AT - offset)
        bytes.size = NT_FILE_MARKS_AT - offset;
    if (nt_os_file_find_lock(fd_of(file, locks), write ? F_WRLCK : F_RDLCK, bytes.offset,
                             bytes.size, &from, &end) == 0)
        return STATUS_FILE_LOCK_CONFLICT;
    if (write && locks && shared_by_own(locks, &bytes))
        return STATUS_FILE_LOCK_CONFLICT;
    return STATUS_SUCCESS;
}

bool nt_file_is_locked(struct nt_file *file, uint64_t size)
{
    uint64_t from, end;

    return nt_os_file_find_lock(fd_of(file, atomic_load(&file->locks)), F_RDLCK, 0, 1, &from,
                                &end) == 0 &&
           end >= size;
}
