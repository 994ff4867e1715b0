// SPDX-License-Identifier: MIT
/*
 * The commit check. Linux promises memory that it may not have and stops processes when it is
 * touched; Windows refuses the section. So a section is refused here when this moment's memory
 * cannot hold it: the machine's (MemAvailable and swap, or what is left of CommitLimit) and that
 * of every memory cgroup above this process, less what this process was promised already and has
 * not touched. Nothing is reserved: another process may take the memory in the next moment.
 *
 * How much of the promised is untouched is not told by the kernel. It is estimated at each look,
 * from two sides: what was allowed since the last look, less by how much the available memory has
 * fallen meanwhile; and never more than what is promised beyond the shared memory that this
 * process has mapped and touched (RssShmem), and the private memory (RssAnon, of which what nobody
 * promised is a part, so as much of it as was).
 *
 * A look costs some files to read, so small sections are only counted (commit.h).
 */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ntstatus.h>

#include "lib/memory/commit-texts.h"
#include "lib/memory/commit.h"
#include "lib/process/lock.h"
#include "os/os.h"
#include "os/system.h"
#include "rtl/status.h"
#include "util/macro.h"

#define SMALL     (16ll << 20)
#define PERIOD    100000000ull /* ns */
#define PATH_ROOM 512

static _Atomic int64_t promised;         /* by this process, and not given back */
static _Atomic int64_t promised_private; /* the same, of private memory */
static _Atomic int64_t since_look;       /* the change of it since the last look */
static _Atomic int64_t unlooked = SMALL; /* as much is only counted: 1/64 of memory, once known */

/* NT_LOCK_COMMIT guards them. */
static struct {
    bool taken;
    uint64_t at;       /* ns */
    int64_t room;      /* of the tightest place */
    int64_t untouched; /* of what was promised before */
} look;

static int64_t bounded(uint64_t value)
{
    return value > INT64_MAX ? INT64_MAX : (int64_t)value;
}

/* --- the look --------------------------------------------------------------------------------- */

static uint64_t read_number(const char *directory, const char *file)
{
    char path[PATH_ROOM + 64], text[64];

    snprintf(path, sizeof(path), "%s/%s", directory, file);
    return nt_os_read_text(path, text, sizeof(text)) < 0 ? NT_COMMIT_UNLIMITED
                                                         : nt_commit_number(text);
}

static uint64_t read_cache(const char *directory, const char *inactive, const char *active)
{
    char path[PATH_ROOM + 64], text[8192];

    snprintf(path, sizeof(path), "%s/memory.stat", directory);
    if (nt_os_read_text(path, text, sizeof(text)) < 0)
        return 0;
    return nt_commit_field(text, inactive, 0) + nt_commit_field(text, active, 0);
}

/* Files that are not there (the root has none, or another hierarchy has them) are no limit. */
static uint64_t group_room(const char *directory, int version, uint64_t swap_free)
{
    struct nt_commit_group group;

    if (version == 2) {
        group.limit = read_number(directory, "memory.max");
        if (group.limit == NT_COMMIT_UNLIMITED)
            return NT_COMMIT_UNLIMITED;
        group.usage = read_number(directory, "memory.current");
        group.swap_limit = read_number(directory, "memory.swap.max");
        group.swap_usage = read_number(directory, "memory.swap.current");
        group.cache = read_cache(directory, "inactive_file", "active_file");
    } else {
        group.limit = read_number(directory, "memory.limit_in_bytes");
        group.swap_limit = read_number(directory, "memory.memsw.limit_in_bytes");
        if (group.limit == NT_COMMIT_UNLIMITED && group.swap_limit == NT_COMMIT_UNLIMITED)
            return NT_COMMIT_UNLIMITED;
        group.usage = read_number(directory, "memory.usage_in_bytes");
        group.swap_usage = read_number(directory, "memory.memsw.usage_in_bytes");
        group.cache = read_cache(directory, "total_inactive_file", "total_active_file");
    }
    if (group.usage == NT_COMMIT_UNLIMITED)
        return NT_COMMIT_UNLIMITED;
    if (group.swap_usage == NT_COMMIT_UNLIMITED)
        group.swap_limit = NT_COMMIT_UNLIMITED;
    return nt_commit_group_room(&group, version, swap_free);
}

/* The process's own cgroup and all above it, up to where the hierarchy is mounted. */
static uint64_t groups_room(const char *groups, const char *mount, int version, uint64_t swap_free)
{
    char path[PATH_ROOM], directory[PATH_ROOM + 32];
    uint64_t least = NT_COMMIT_UNLIMITED;

    if (!nt_commit_group_path(groups, version, path, sizeof(path)))
        return least;
    for (;;) {
        uint64_t room;
        char *slash;

        snprintf(directory, sizeof(directory), "%s%s", mount, path);
        room = group_room(directory, version, swap_free);
        if (room < least)
            least = room;
        slash = strrchr(path, '/');
        if (!slash)
            return least;
        *slash = '\0';
    }
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* The room of the tightest place, machine or cgroup; also learns how much memory there is. */
static uint64_t measure_room(void)
{
    char meminfo[4096], overcommit[16], groups[4096];
    uint64_t room, swap_free, total;

    if (nt_os_read_text("/proc/meminfo", meminfo, sizeof(meminfo)) < 0)
        return NT_COMMIT_UNLIMITED;
    (void)nt_os_read_text("/proc/sys/vm/overcommit_memory", overcommit, sizeof(overcommit));
    room = nt_commit_machine_room(meminfo, overcommit);
    swap_free = nt_commit_field(meminfo, "SwapFree:", 0);
    total = nt_commit_field(meminfo, "MemTotal:", 0);
    if (total)
        atomic_store(&unlooked, bounded(total / 64));
    if (nt_os_read_text("/proc/self/cgroup", groups, sizeof(groups)) < 0)
        return room;
    room = smaller(room, groups_room(groups, "/sys/fs/cgroup", 2, swap_free));
    room = smaller(room, groups_room(groups, "/sys/fs/cgroup/unified", 2, swap_free));
    return smaller(room, groups_room(groups, "/sys/fs/cgroup/memory", 1, swap_free));
}

static int64_t touched_and_mapped(void)
{
    int64_t of_private = atomic_load(&promised_private), anonymous;
    char status[4096];

    if (nt_os_read_text("/proc/self/status", status, sizeof(status)) < 0)
        return 0;
    anonymous = bounded(nt_commit_field(status, "RssAnon:", 0));
    return bounded(nt_commit_field(status, "RssShmem:", 0)) +
           (anonymous < of_private ? anonymous : of_private);
}

/* @asked is promised already, and not in @untouched. NT_LOCK_COMMIT is held. */
static void take_look(int64_t asked, uint64_t now)
{
    int64_t room = bounded(measure_room());
    int64_t untouched = look.untouched + atomic_exchange(&since_look, asked) - asked;
    int64_t most =
        atomic_load(&promised) + atomic_load(&promised_private) - asked - touched_and_mapped();

    if (look.taken && look.room > room)
        untouched -= look.room - room;
    if (untouched > most)
        untouched = most;
    look.taken = true;
    look.at = now;
    look.room = room;
    look.untouched = untouched > 0 ? untouched : 0;
}

static bool look_allows(int64_t asked)
{
    uint64_t now = nt_os_now_ns();
    bool allowed;

    nt_lock_take(NT_LOCK_COMMIT);
    if (!look.taken || now - look.at >= PERIOD)
        take_look(asked, now);
    allowed = atomic_load(&since_look) <= look.room - look.untouched;
    nt_lock_drop(NT_LOCK_COMMIT);
    return allowed;
}

/* --- the check -------------------------------------------------------------------------------- */

/* @sum is one of the two sums of what is promised. Return: the change of both since the last look.
 */
static int64_t add(_Atomic int64_t *sum, int64_t amount)
{
    atomic_fetch_add_explicit(sum, amount, memory_order_relaxed);
    return atomic_fetch_add_explicit(&since_look, amount, memory_order_relaxed) + amount;
}

static NTSTATUS check(_Atomic int64_t *sum, uint64_t size)
{
    int64_t asked = (int64_t)size, change;

    /* No machine has so much, and sums of it would not fit. */
    if (size > INT64_MAX / 4)
        return STATUS_COMMITMENT_LIMIT;
    change = add(sum, asked);
    if (NT_LIKELY(asked < SMALL && change < atomic_load_explicit(&unlooked, memory_order_relaxed)))
        return STATUS_SUCCESS;
    if (look_allows(asked))
        return STATUS_SUCCESS;
    add(sum, -asked);
    return STATUS_COMMITMENT_LIMIT;
}

NTSTATUS nt_commit_check(uint64_t size)
{
    return check(&promised, size);
}

void nt_commit_release(uint64_t size)
{
    if (size)
        add(&promised, -(int64_t)size);
}

NTSTATUS nt_commit_check_private(uint64_t size)
{
    return size ? check(&promised_private, size) : STATUS_SUCCESS;
}

void nt_commit_release_private(uint64_t size)
{
    if (size)
        add(&promised_private, -(int64_t)size);
}

NTSTATUS nt_commit_status(int error)
{
    NTSTATUS status = nt_status_from_errno(error);

    return status == STATUS_DISK_FULL ? STATUS_COMMITMENT_LIMIT : status;
}

bool nt_commit_is_strict(void)
{
    static _Atomic int strict = -1;
    int value = atomic_load_explicit(&strict, memory_order_relaxed);

    if (NT_UNLIKELY(value < 0)) {
        const char *text = secure_getenv("NTSHM_COMMIT");

        value = text && strcmp(text, "strict") == 0;
        atomic_store_explicit(&strict, value, memory_order_relaxed);
    }
    return value;
}
