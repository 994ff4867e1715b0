// SPDX-License-Identifier: MIT
/*
 * Marks are read locks, one byte each; neighbouring bytes of one description become one lock.
 * A probe asks whether a *write* lock could be had there: it is never taken. What the kernel
 * tells back is one lock that would be in the way, not which bytes are locked, so bits are
 * looked at one by one once there is anything.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>

#include "lib/client/client.h"
#include "lib/file/marks.h"
#include "os/file-more.h"
#include "os/os.h"

#define N_MARKS 12u

_Static_assert(NT_MARK_ALL == (1u << N_MARKS) - 1, "every mark has a byte");

/* What the broker may still hold of named sections. */
#define SECTIONS        ((unsigned)(NT_MARK_DATA_SECTION | NT_MARK_WRITE_SECTION | NT_MARK_IMAGE_SECTION))

/* How long a section's maker waits for somebody who is making the file shorter. */
#define SHRINK_TURN_NS  100000u
#define SHRINK_LIMIT_NS 2000000000u

static bool has_no_locks(int r)
{
    return r == -ENOLCK || r == -EOPNOTSUPP || r == -ENOSYS || r == -EINVAL || r == -ENOTTY;
}

/* The next run of neighbouring bits of @marks from @from on: its first bit and its length. */
static bool next_run(unsigned marks, unsigned from, unsigned *ret_first, unsigned *ret_count)
{
    unsigned first = from, count = 0;

    while (first < N_MARKS && !(marks & 1u << first))
        first++;
    while (first + count < N_MARKS && (marks & 1u << (first + count)))
        count++;
    *ret_first = first;
    *ret_count = count;
    return count != 0;
}

static int change(int fd, int type, unsigned marks)
{
    unsigned first = 0, count = 0, at = 0;
    int r = 0;

    while (r == 0 && next_run(marks, at, &first, &count)) {
        r = nt_os_file_lock(fd, type, NT_FILE_MARKS_AT + first, count, false);
        at = first + count;
    }
    return has_no_locks(r) ? 0 : r;
}

int nt_marks_set(int fd, unsigned marks)
{
    int r = change(fd, F_RDLCK, marks);

    if (r < 0)
        change(fd, F_UNLCK, marks);
    return r;
}

int nt_marks_clear(int fd, unsigned marks)
{
    return change(fd, F_UNLCK, marks);
}

/* Whether somebody bears one of these marks; a lock from before all marks on is a foreign one. */
static int probe_range(int fd, unsigned first, unsigned count, bool *ret_found)
{
    uint64_t from = 0, end;
    int r = nt_os_file_find_lock(fd, F_WRLCK, NT_FILE_MARKS_AT + first, count, &from, &end);

    if (r < 0 && r != -ENOENT)
        return r;
    *ret_found = r == 0 && from >= NT_FILE_MARKS_AT;
    return 0;
}

static int probe_run(int fd, unsigned first, unsigned count, unsigned *found)
{
    bool any = false;
    int r = probe_range(fd, first, count, &any);

    if (r < 0 || !any)
        return r;
    for (unsigned i = first; i < first + count; i++) {
        bool one = true;

        if (count > 1)
            r = probe_range(fd, i, 1, &one);
        if (r < 0)
            return r;
        if (one)
            *found |= 1u << i;
    }
    return 0;
}

/* All of @marks at once, the bytes between them too: mostly there is nothing. */
static int probe_span(int fd, unsigned marks, bool *ret_any)
{
    unsigned first = (unsigned)__builtin_ctz(marks);
    unsigned last = 31u - (unsigned)__builtin_clz(marks);

    return probe_range(fd, first, last - first + 1, ret_any);
}

static int probe(int fd, unsigned marks, unsigned *ret_found)
{
    unsigned first = 0, count = 0, at = 0, found = 0;
    bool any = false;
    int r = 0;

    marks &= NT_MARK_ALL;
    if (marks)
        r = probe_span(fd, marks, &any);
    while (r == 0 && any && next_run(marks, at, &first, &count)) {
        r = probe_run(fd, first, count, &found);
        at = first + count;
    }
    if (r < 0 && !has_no_locks(r) && r != -EBADF) /* EBADF: an O_PATH descriptor */
        return r;
    *ret_found = found;
    return 0;
}

int nt_marks_probe(int fd, unsigned marks, unsigned *ret_found)
{
    unsigned found = 0, still = 0;
    int r = probe(fd, marks, &found);

    if (r == 0 && (found & SECTIONS)) {
        nt_client_settle();
        r = probe(fd, found & SECTIONS, &still);
        found = (found & ~SECTIONS) | still;
    }
    if (r == 0)
        *ret_found = found;
    return r;
}

void nt_marks_pause(uint64_t nanoseconds)
{
    static _Atomic uint32_t never;

    nt_os_futex_wait(&never, 0, nt_os_now_ns() + nanoseconds);
}

/* --- sections and shrinking ---------------------------------------------------------------- */

/*
 * Both sides first mark, then look. So of a section that comes into being and a call that makes
 * the file shorter at least one sees the other: the call gives way at once, the section waits
 * until the call is over. A shrinker that is stopped in the middle (SIGSTOP) is not waited for
 * for ever.
 */
int nt_marks_set_section(int fd, unsigned marks)
{
    uint64_t limit = nt_os_now_ns() + SHRINK_LIMIT_NS;
    unsigned found;
    int r = nt_marks_set(fd, marks);

    if (r < 0)
        return r;
    for (;;) {
        r = nt_marks_probe(fd, NT_MARK_SHRINKS, &found);
        if (r < 0 || !found || nt_os_now_ns() >= limit)
            break;
        nt_marks_pause(SHRINK_TURN_NS);
    }
    if (r < 0)
        nt_marks_clear(fd, marks);
    return r;
}

int nt_marks_begin_shrink(int fd)
{
    unsigned found;
    int r = nt_marks_set(fd, NT_MARK_SHRINKS);

    if (r < 0)
        return r;
    r = nt_marks_probe(fd, NT_MARK_DATA_SECTION | NT_MARK_IMAGE_SECTION, &found);
    if (r == 0 && (found & NT_MARK_IMAGE_SECTION))
        r = -ETXTBSY;
    else if (r == 0 && found)
        r = -EBUSY;
    if (r < 0)
        nt_marks_clear(fd, NT_MARK_SHRINKS);
    return r;
}

void nt_marks_end_shrink(int fd)
{
    nt_marks_clear(fd, NT_MARK_SHRINKS);
}
