// SPDX-License-Identifier: MIT
/*
 * VirtualLock and what else is about being in memory. See residency.h.
 *
 * A range is worked on mapping by mapping, as the kernel tells them, and what was done is
 * remembered until all of it is done, so that a failure takes it back. Other threads may change
 * the address space meanwhile; no lock of ours could keep code that is not ours from it, so none
 * is held, and what they do to the range is then as if they had done it before or after.
 */
#include "lib/memory/residency.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <ntstatus.h>

#include "lib/fault/guard-page.h"
#include "os/os.h"
#include "os/residency.h"
#include "rtl/status.h"
#include "util/macro.h"

/* nt_memory_lock() has succeeded in this process or in one that it was forked from. */
static _Atomic bool ever_locked;

/* --- pieces ------------------------------------------------------------------------- */

static int add_piece(struct nt_locked_pieces *list, uint64_t start, uint64_t end)
{
    struct nt_range *last = list->n_pieces ? &list->pieces[list->n_pieces - 1] : NULL;

    if (last && last->end == start) {
        last->end = end;
        return 0;
    }
    if (list->n_pieces == list->room) {
        size_t room = list->room ? 2 * list->room : 8;
        struct nt_range *pieces = malloc(room * sizeof(*pieces));

        if (!pieces)
            return -ENOMEM;
        if (list->n_pieces)
            memcpy(pieces, list->pieces, list->n_pieces * sizeof(*pieces));
        free(list->pieces);
        list->pieces = pieces;
        list->room = room;
    }
    list->pieces[list->n_pieces++] = (struct nt_range){start, end};
    return 0;
}

void nt_locked_deinit(struct nt_locked_pieces *locked)
{
    free(locked->pieces);
    *locked = (struct nt_locked_pieces){.pieces = NULL};
}

/* The part of @range from @at on that one mapping holds. */
static NTSTATUS next_mapping(const struct nt_range *range, uint64_t at, struct nt_os_vma *ret_vma)
{
    int r = nt_os_vma_query(at, ret_vma);

    if (r == -ENOENT || (r == 0 && ret_vma->start > at))
        return STATUS_ACCESS_VIOLATION;
    if (r < 0)
        return nt_status_from_errno(r);
    ret_vma->start = at;
    if (ret_vma->end > range->end)
        ret_vma->end = range->end;
    return STATUS_SUCCESS;
}

static int is_locked(const struct nt_os_vma *part)
{
    return nt_os_is_locked((void *)part->start, part->end - part->start);
}

/* ENOMEM says of a part that it is not mapped any more, or that memory is short. */
static NTSTATUS look_status(int error, const struct nt_os_vma *part)
{
    struct nt_os_vma now;

    if (error == -ENOMEM && nt_os_vma_query(part->start, &now) == 0 &&
        (now.start > part->start || now.end < part->end))
        return STATUS_ACCESS_VIOLATION;
    return nt_status_from_errno(error);
}

/* --- locking ------------------------------------------------------------------------ */

static NTSTATUS check_range(void *base, size_t size, struct nt_range *ret_range)
{
    uint64_t start = (uint64_t)base;

    if (start >= NT_USER_END)
        return STATUS_INVALID_PARAMETER_2;
    if (size == 0 || size > NT_USER_END - start)
        return STATUS_INVALID_PARAMETER_3;
    ret_range->start = nt_align_down(start, NT_PAGE_SIZE);
    ret_range->end = nt_align_up(start + size, NT_PAGE_SIZE);
    return STATUS_SUCCESS;
}

/* 9.26: a guard page is touched by this as by an access. */
static NTSTATUS touch_guard(uint64_t page)
{
    enum nt_guard_page_fate fate = nt_guard_page_touched(page);

    return fate == NT_GUARD_PAGE_FIRED ? STATUS_GUARD_PAGE_VIOLATION : STATUS_SUCCESS;
}

/* Every page is committed and has some access. */
static NTSTATUS check_access(const struct nt_range *range)
{
    uint64_t at = range->start;

    while (at < range->end) {
        MEMORY_BASIC_INFORMATION info;
        NTSTATUS status = nt_memory_query((void *)at, &info);

        if (!NT_SUCCESS(status))
            return status;
        if (info.State != MEM_COMMIT || (info.Protect & PAGE_NOACCESS))
            return STATUS_ACCESS_VIOLATION;
        if (info.Protect & PAGE_GUARD) {
            status = touch_guard(at);
            if (!NT_SUCCESS(status))
                return status;
        } else {
            at = (uint64_t)info.BaseAddress + info.RegionSize;
        }
    }
    return STATUS_SUCCESS;
}

/* A failure is the quota's when more was asked than the quota has left. */
static NTSTATUS lock_status(int error, uint64_t size)
{
    if (error == -EPERM || (error == -ENOMEM && nt_os_lock_room() < size))
        return STATUS_WORKING_SET_QUOTA;
    return error == -EAGAIN ? STATUS_NO_MEMORY : nt_status_from_errno(error);
}

static void unlock_pieces(const struct nt_locked_pieces *list)
{
    for (size_t i = 0; i < list->n_pieces; i++)
        (void)nt_os_unlock_memory((void *)list->pieces[i].start,
                                  list->pieces[i].end - list->pieces[i].start);
}

/* One mapping's part of a range; what had to be locked is added to @done before it is. */
static NTSTATUS lock_part(const struct nt_os_vma *part, struct nt_locked_pieces *done)
{
    /* Locking must not be what copies a page. */
    bool keep_shared = part->inode && !part->shared && part->writable;
    uint64_t size = part->end - part->start;
    int r = is_locked(part);

    if (r < 0)
        return look_status(r, part);
    if (r > 0)
        return STATUS_SUCCESS;
    if (add_piece(done, part->start, part->end) < 0)
        return STATUS_NO_MEMORY;
    r = nt_os_lock_memory((void *)part->start, size, keep_shared);
    if (r == 0)
        return STATUS_SUCCESS;
    /* The kernel may have marked some of it before it failed. */
    (void)nt_os_unlock_memory((void *)part->start, size);
    return lock_status(r, size);
}

static NTSTATUS lock_all(const struct nt_range *range, struct nt_locked_pieces *done)
{
    NTSTATUS status = STATUS_SUCCESS;

    for (uint64_t at = range->start; NT_SUCCESS(status) && at < range->end;) {
        struct nt_os_vma part;

        status = next_mapping(range, at, &part);
        if (NT_SUCCESS(status))
            status = lock_part(&part, done);
        if (NT_SUCCESS(status))
            at = part.end;
    }
    return status;
}

NTSTATUS nt_memory_lock(void **base, size_t *size)
{
    struct nt_locked_pieces done = {.pieces = NULL};
    struct nt_range range;
    NTSTATUS status = check_range(*base, *size, &range);

    if (NT_SUCCESS(status))
        status = check_access(&range);
    if (!NT_SUCCESS(status))
        return status;
    atomic_store(&ever_locked, true);
    status = lock_all(&range, &done);
    if (!NT_SUCCESS(status)) {
        unlock_pieces(&done);
    } else {
        *base = (void *)range.start;
        *size = range.end - range.start;
        if (done.n_pieces == 0)
            status = STATUS_WAS_LOCKED;
    }
    nt_locked_deinit(&done);
    return status;
}

/* --- unlocking ---------------------------------------------------------------------- */

/* All of the range is locked; every page that is not is told to be needed least. */
static NTSTATUS check_locked(const struct nt_range *range)
{
    bool all = true;
    uint64_t at = range->start;

    while (at < range->end) {
        struct nt_os_vma part;
        NTSTATUS status = next_mapping(range, at, &part);
        int r;

        if (!NT_SUCCESS(status))
            return status;
        r = is_locked(&part);
        if (r < 0)
            return look_status(r, &part);
        all &= r > 0;
        at = part.end;
    }
    return all ? STATUS_SUCCESS : STATUS_NOT_LOCKED;
}

NTSTATUS nt_memory_unlock(void **base, size_t *size)
{
    struct nt_range range;
    NTSTATUS status = check_range(*base, *size, &range);
    int r;

    if (NT_SUCCESS(status))
        status = check_locked(&range);
    if (!NT_SUCCESS(status))
        return status;
    r = nt_os_unlock_memory((void *)range.start, range.end - range.start);
    if (r < 0) {
        /* A mapping could not be cut at one end of the range; the rest may be unlocked by now. */
        (void)nt_os_lock_memory((void *)range.start, range.end - range.start, true);
        return nt_status_from_errno(r);
    }
    *base = (void *)range.start;
    *size = range.end - range.start;
    return STATUS_SUCCESS;
}

/* --- locks that outlive a mapping ----------------------------------------------------- */

NTSTATUS nt_locked_note(const struct nt_range *range, struct nt_locked_pieces *ret_locked)
{
    NTSTATUS status = STATUS_SUCCESS;

    *ret_locked = (struct nt_locked_pieces){.pieces = NULL};
    if (NT_LIKELY(!atomic_load_explicit(&ever_locked, memory_order_relaxed)))
        return STATUS_SUCCESS;
    for (uint64_t at = range->start; NT_SUCCESS(status) && at < range->end;) {
        struct nt_os_vma part;
        int r;

        status = next_mapping(range, at, &part);
        if (!NT_SUCCESS(status))
            break;
        r = is_locked(&part);
        if (r > 0)
            r = add_piece(ret_locked, part.start, part.end);
        if (r < 0)
            status = nt_status_from_errno(r);
        at = part.end;
    }
    if (!NT_SUCCESS(status))
        nt_locked_deinit(ret_locked);
    return status;
}

void nt_locked_again(const struct nt_locked_pieces *locked)
{
    for (size_t i = 0; i < locked->n_pieces; i++)
        (void)nt_os_lock_memory((void *)locked->pieces[i].start,
                                locked->pieces[i].end - locked->pieces[i].start, true);
}

/* --- reading in ----------------------------------------------------------------------- */

static NTSTATUS check_entry(const WIN32_MEMORY_RANGE_ENTRY *entry)
{
    struct nt_range range;
    NTSTATUS status = check_range(entry->VirtualAddress, entry->NumberOfBytes, &range);

    return NT_SUCCESS(status) ? status : STATUS_INVALID_PARAMETER_4;
}

NTSTATUS nt_memory_prefetch(const WIN32_MEMORY_RANGE_ENTRY *entries, ULONG_PTR count)
{
    if (count == 0 || count > NT_USER_END / sizeof(*entries))
        return STATUS_INVALID_PARAMETER_3;
    if (!entries)
        return STATUS_ACCESS_VIOLATION;
    for (ULONG_PTR i = 0; i < count; i++) {
        NTSTATUS status = check_entry(&entries[i]);

        if (!NT_SUCCESS(status))
            return status;
    }
    for (ULONG_PTR i = 0; i < count; i++) {
        const WIN32_MEMORY_RANGE_ENTRY entry = entries[i];
        struct nt_range range;

        if (NT_SUCCESS(check_range(entry.VirtualAddress, entry.NumberOfBytes, &range)))
            (void)nt_os_prefetch((void *)range.start, range.end - range.start);
    }
    return STATUS_SUCCESS;
}
