// SPDX-License-Identifier: MIT
/*
 * VirtualLock where the kernel does not know the hint that tells what is locked (before Linux 5.4):
 * the list of mappings tells it then. And offers of memory that others work on at that moment.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <ntstatus.h>

#include "harness/test.h"
#include "lib/memory/offer.h"
#include "lib/memory/residency.h"
#include "os/os.h"
#include "os/residency.h"
#include "unit/allocate.h"

#define PAGE ((size_t)NT_PAGE_SIZE)

static int without_hint(enum nt_os_call call)
{
    return call == NT_OS_MADVISE ? ENOSYS : 0;
}

static NTSTATUS unlock(char *address, size_t size)
{
    void *base = address;

    return nt_memory_unlock(&base, &size);
}

TEST(list_of_mappings_tells_what_is_locked, "")
{
    void *memory = NULL, *base;
    size_t size = 16 * PAGE, locked = 4 * PAGE;
    char *pages;

    require(NT_SUCCESS(allocate_memory(&memory, &size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE)));
    pages = memory;
    base = pages + 2 * PAGE;
    nt_os_set_fault(without_hint);
    ok_status(nt_memory_lock(&base, &locked), STATUS_SUCCESS);
    ok_status(nt_memory_lock(&base, &locked), STATUS_WAS_LOCKED);
    ok_eq(nt_os_is_locked(pages, PAGE), 0);
    ok_eq(nt_os_is_locked(pages + 2 * PAGE, 4 * PAGE), 1);
    ok_status(unlock(pages + PAGE, 2 * PAGE), STATUS_NOT_LOCKED);
    ok_status(unlock(pages + 3 * PAGE, PAGE), STATUS_SUCCESS);
    ok_status(unlock(pages + 3 * PAGE, PAGE), STATUS_NOT_LOCKED);
    ok_status(unlock(pages + 4 * PAGE, 2 * PAGE), STATUS_SUCCESS);
    nt_os_set_fault(NULL);
    ok_eq(nt_os_is_locked(pages + 2 * PAGE, PAGE), 1);
    size = 0;
    ok_status(nt_memory_free(&memory, &size, MEM_RELEASE), STATUS_SUCCESS);
}

/* Who has CAP_IPC_LOCK is bound by no limit: a failure is not the quota's then. */
TEST(limit_of_locks_is_not_for_everybody, "")
{
    const struct rlimit limit = {4 * PAGE, 4 * PAGE};

    if (geteuid() != 0)
        skip("root only");
    ok_eq(setrlimit(RLIMIT_MEMLOCK, &limit), 0);
    ok_eq(nt_os_lock_room(), UINT64_MAX);
    ok_eq(seteuid(65534), 0); /* the effective capabilities go with it */
    ok_eq(nt_os_lock_room(), 4 * PAGE);
    ok_eq(seteuid(0), 0);
}

/* --- offers ------------------------------------------------------------------------- */

#ifndef MADV_PAGEOUT
#    define MADV_PAGEOUT 21
#endif

static char *offered;

/* A thread that writes to a page just before an offer closes it. */
static int write_late(enum nt_os_call call)
{
    if (call == NT_OS_MPROTECT && offered) {
        strcpy(offered + PAGE, "late");
        offered = NULL;
    }
    return 0;
}

static char *allocate_pages(size_t size)
{
    void *memory = NULL;

    require(NT_SUCCESS(allocate_memory(&memory, &size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE)));
    return memory;
}

static void free_pages(void *memory)
{
    size_t size = 0;

    ok_status(nt_memory_free(&memory, &size, MEM_RELEASE), STATUS_SUCCESS);
}

/* What was written to a page that seemed untouched is not lost, or it is told. */
TEST(what_is_written_while_it_is_offered_is_kept, "")
{
    char *memory = allocate_pages(4 * PAGE);
    bool lost = true;

    strcpy(memory, "early");
    offered = memory;
    nt_os_set_fault(write_late);
    ok_status(nt_memory_offer(memory, 4 * PAGE, VmOfferPriorityLow), STATUS_SUCCESS);
    nt_os_set_fault(NULL);
    ok_ptr_eq(offered, NULL);
    for (unsigned i = 0; i < 20; i++)
        (void)madvise(memory, 4 * PAGE, MADV_PAGEOUT);
    ok_status(nt_memory_reclaim(memory, 4 * PAGE, &lost), STATUS_SUCCESS);
    ok_str_eq(memory + PAGE, "late");
    if (!lost)
        ok_str_eq(memory, "early");
    free_pages(memory);
}

/* A failed offer leaves everything as it was, what is locked too. */
static int fail_to_close(enum nt_os_call call)
{
    return call == NT_OS_MPROTECT ? ENOMEM : 0;
}

TEST(failed_offer_unlocks_nothing, "")
{
    char *memory = allocate_pages(8 * PAGE);
    void *base = memory + PAGE;
    size_t size = 2 * PAGE;

    memset(memory, 1, 8 * PAGE);
    ok_status(nt_memory_lock(&base, &size), STATUS_SUCCESS);
    nt_os_set_fault(fail_to_close);
    ok_status(nt_memory_offer(memory, 8 * PAGE, VmOfferPriorityLow), STATUS_NO_MEMORY);
    nt_os_set_fault(NULL);
    ok_eq(nt_os_is_locked(memory, PAGE), 0);
    ok_eq(nt_os_is_locked(memory + PAGE, 2 * PAGE), 1);
    ok_eq(nt_os_is_locked(memory + 3 * PAGE, 5 * PAGE), 0);
    free_pages(memory);
}
