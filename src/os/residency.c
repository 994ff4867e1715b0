// SPDX-License-Identifier: MIT
/*
 * Locking pages, giving them back, reading them in. See residency.h.
 *
 * Whether a mapping is locked is asked with a hint that the kernel refuses for locked memory
 * (MADV_COLD, Linux 5.4). Where it is not known at all, which tests have with ENOSYS, the flags in
 * /proc/self/smaps tell.
 */
#include "os/residency.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/membarrier.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "os/fault.h"
#include "os/os.h"
#include "os/system.h"
#include "util/macro.h"

#ifndef MLOCK_ONFAULT
#    define MLOCK_ONFAULT 1
#endif
#ifndef MADV_COLD
#    define MADV_COLD 20
#endif
#ifndef MADV_PAGEOUT
#    define MADV_PAGEOUT 21
#endif
#ifndef MADV_POPULATE_READ
#    define MADV_POPULATE_READ 22
#endif
#ifndef MADV_DONTNEED_LOCKED
#    define MADV_DONTNEED_LOCKED 24
#endif
#define CAPABILITY_IPC_LOCK 14

/* --- locking ------------------------------------------------------------------------ */

int nt_os_lock_memory(void *address, size_t size, bool keep_shared)
{
    int cancel_state, r;

    NT_OS_FAULT(NT_OS_MLOCK);
    /* The sanitizers' mlock() does nothing. */
    if (!keep_shared)
        return syscall(SYS_mlock, address, size) < 0 ? nt_os_map_error() : 0;
    if (syscall(SYS_mlock2, address, size, MLOCK_ONFAULT) < 0)
        return nt_os_map_error();
    cancel_state = nt_os_hold_cancel();
    do {
        r = madvise(address, size, MADV_POPULATE_READ) < 0 ? -errno : 0;
    } while (r == -EINTR);
    nt_os_allow_cancel(cancel_state);
    if (r == -EFAULT)
        return -ENOMEM;
    return r == -EINVAL ? 0 : r;
}

int nt_os_unlock_memory(void *address, size_t size)
{
    NT_OS_FAULT(NT_OS_MLOCK);
    return syscall(SYS_munlock, address, size) < 0 ? nt_os_map_error() : 0;
}

/* The flags of one mapping are a line of their own, below the line that tells its bounds. */
static int look_at_flags(FILE *file, uint64_t address)
{
    NT_CLEANUP(nt_freep) char *line = NULL;
    unsigned long long start, end;
    size_t room = 0;
    bool inside = false;

    while (getline(&line, &room, file) > 0) {
        if (sscanf(line, "%llx-%llx ", &start, &end) == 2)
            inside = address >= start && address < end;
        else if (inside && strncmp(line, "VmFlags:", 8) == 0)
            return strstr(line, " lo") || strstr(line, " ht") || strstr(line, " pf");
    }
    return -ENOMEM;
}

static int is_locked_by_text(uint64_t address)
{
    FILE *file;
    int fd;
    int r = nt_os_open("/proc/self/smaps", O_RDONLY, 0, &fd);

    if (r < 0)
        return r;
    file = fdopen(fd, "r");
    if (!file) {
        nt_os_close(fd);
        return -ENOMEM;
    }
    r = look_at_flags(file, address);
    fclose(file);
    return r;
}

/* A page of our own that nobody locks: is the hint known at all? */
static bool knows_cold(void)
{
    static _Atomic int known = -1;
    int value = atomic_load_explicit(&known, memory_order_relaxed);
    void *page;

    if (NT_LIKELY(value >= 0))
        return value;
    page = mmap(NULL, NT_PAGE_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        return false;
    /* A process that locks all that it will ever map (MCL_FUTURE) has locked this one. */
    (void)syscall(SYS_munlock, page, (size_t)NT_PAGE_SIZE);
    value = madvise(page, NT_PAGE_SIZE, MADV_COLD) == 0;
    munmap(page, NT_PAGE_SIZE);
    atomic_store(&known, value);
    return value;
}

int nt_os_is_locked(void *address, size_t size)
{
    int faulted = nt_os_faulted(NT_OS_MADVISE);
    int cancel_state, r;

    if (faulted && faulted != ENOSYS)
        return -faulted;
    if (faulted || !knows_cold()) {
        cancel_state = nt_os_hold_cancel();
        r = is_locked_by_text((uint64_t)address);
        nt_os_allow_cancel(cancel_state);
        return r;
    }
    while (madvise(address, size, MADV_COLD) < 0) {
        if (errno == EINVAL)
            return 1;
        if (errno != EAGAIN && errno != EINTR)
            return -errno;
    }
    return 0;
}

/* --- the limit ---------------------------------------------------------------------- */

static unsigned long long field(const char *text, const char *name, int base)
{
    const char *line = strstr(text, name);

    return line ? strtoull(line + strlen(name), NULL, base) : 0;
}

bool nt_os_any_locked(void)
{
    char text[4096];

    return nt_os_read_text("/proc/self/status", text, sizeof(text)) < 0 ||
           field(text, "\nVmLck:", 10) != 0;
}

uint64_t nt_os_lock_room(void)
{
    struct rlimit limit;
    char text[4096];
    uint64_t locked;

    if (getrlimit(RLIMIT_MEMLOCK, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY)
        return UINT64_MAX;
    if (nt_os_read_text("/proc/self/status", text, sizeof(text)) < 0)
        return limit.rlim_cur;
    if (field(text, "\nCapEff:", 16) >> CAPABILITY_IPC_LOCK & 1)
        return UINT64_MAX;
    locked = field(text, "\nVmLck:", 10) * 1024;
    return locked < limit.rlim_cur ? limit.rlim_cur - locked : 0;
}

int nt_os_raise_lock_limit(uint64_t size)
{
    struct rlimit limit;

    NT_OS_FAULT(NT_OS_MLOCK);
    if (getrlimit(RLIMIT_MEMLOCK, &limit) < 0)
        return -errno;
    if (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= size ||
        limit.rlim_cur == limit.rlim_max)
        return 0;
    limit.rlim_cur =
        limit.rlim_max == RLIM_INFINITY || size < limit.rlim_max ? size : limit.rlim_max;
    return setrlimit(RLIMIT_MEMLOCK, &limit) < 0 ? -errno : 0;
}

/* --- coming and going --------------------------------------------------------------- */

int nt_os_prefetch(void *address, size_t size)
{
    int r;

    NT_OS_FAULT(NT_OS_MADVISE);
    do {
        r = madvise(address, size, MADV_WILLNEED) < 0 ? -errno : 0;
    } while (r == -EINTR);
    return r;
}

int nt_os_drop_pages(void *address, size_t size)
{
    NT_OS_FAULT(NT_OS_MADVISE);
    if (madvise(address, size, MADV_DONTNEED) == 0)
        return 0;
    /* Locked memory; Linux 5.18. */
    if (errno == EINVAL && madvise(address, size, MADV_DONTNEED_LOCKED) == 0)
        return 0;
    return -errno;
}

void nt_os_flush_code(const void *address, size_t size)
{
    static _Atomic bool registered;
    char *start = (char *)address;

    if (start)
        __builtin___clear_cache(start, start + size);
    if (!atomic_load_explicit(&registered, memory_order_relaxed)) {
        if (syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE, 0, 0) < 0)
            return;
        atomic_store(&registered, true);
    }
    (void)syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE, 0, 0);
}

static int page_out_all(void)
{
    NT_CLEANUP(nt_freep) char *line = NULL;
    unsigned long long start, end;
    size_t room = 0;
    FILE *file;
    int fd;
    int r = nt_os_open("/proc/self/maps", O_RDONLY, 0, &fd);

    if (r < 0)
        return r;
    file = fdopen(fd, "r");
    if (!file) {
        nt_os_close(fd);
        return -ENOMEM;
    }
    /* What is locked refuses, and what has gone since the line was written is gone. */
    while (getline(&line, &room, file) > 0) {
        if (sscanf(line, "%llx-%llx ", &start, &end) == 2 && end <= INT64_MAX)
            (void)madvise((void *)start, end - start, MADV_PAGEOUT);
    }
    fclose(file);
    return 0;
}

int nt_os_page_out_all(void)
{
    int cancel_state, r;

    NT_OS_FAULT(NT_OS_PROCMAP);
    cancel_state = nt_os_hold_cancel();
    r = page_out_all();
    nt_os_allow_cancel(cancel_state);
    return r;
}
