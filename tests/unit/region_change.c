// SPDX-License-Identifier: MIT
/*
 * Changes of pages with each system call failing in its turn: either all is as wished afterwards,
 * or all is as it was - what the map says, what the kernel enforces, what the pages show and to
 * whom their writes go. And what only the Nt layer shows of such changes.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <windows.h>
#include <winternl.h>
#include <ntstatus.h>

#include "harness/test.h"
#include "lib/memory/region.h"
#include "os/memory-more.h"
#include "os/os.h"
#include "os/pagemap.h"
#include "unit/allocate.h"

#define PAGE  0x1000u
#define SLOT  (uint64_t) NT_GRANULARITY
#define PAGES 8u

/* --- helpers ------------------------------------------------------------------------ */

static HANDLE section_of(ULONG protection, ULONG attributes, uint64_t size)
{
    struct nt_section_parameters parameters = {.size = size,
                                               .protection = protection,
                                               .attributes = attributes,
                                               .access = SECTION_ALL_ACCESS};
    HANDLE handle = NULL;

    ok_status(nt_section_create(NULL, &parameters, &handle), STATUS_SUCCESS);
    return handle;
}

static volatile char *view_of(HANDLE handle, ULONG protect)
{
    struct nt_view_request request = {.protect = protect};
    void *base = NULL;
    size_t size;

    ok_status(nt_view_map(handle, &request, &base, &size), STATUS_SUCCESS);
    return base;
}

static void drop_view(volatile char *view)
{
    ok_status(nt_view_unmap((const void *)view, 0), STATUS_SUCCESS);
}

static NTSTATUS protect(volatile char *address, size_t size, ULONG protection, ULONG *ret_old)
{
    void *base = (void *)address;
    ULONG old;

    return nt_memory_protect(&base, &size, protection, ret_old ? ret_old : &old);
}

static NTSTATUS commit(volatile char *address, size_t size, ULONG protection)
{
    void *base = (void *)address;

    return allocate_memory(&base, &size, MEM_COMMIT, protection);
}

/* --- the sweep ---------------------------------------------------------------------- */

static struct {
    unsigned count, fail_at;
    bool no_reopen; /* the kernel gives no descriptor either */
    unsigned failed[NT_OS_CALL_COUNT];
} sweep;

static int fail_one(enum nt_os_call call)
{
    if (sweep.no_reopen && call == NT_OS_REOPEN)
        return EPERM;
    /* Giving a mapping of one's own back does not fail. */
    if (call == NT_OS_MUNMAP || ++sweep.count != sweep.fail_at)
        return 0;
    sweep.failed[call]++;
    return ENOMEM;
}

/* All that can be told of a view of PAGES pages: each page's state, and who sees what. */
struct picture {
    DWORD state[PAGES], protect[PAGES];
    bool copied[PAGES];
    char first[PAGES];
};

static void take_picture(volatile char *view, struct picture *picture)
{
    MEMORY_BASIC_INFORMATION info;
    uint64_t same;

    memset(picture, 0, sizeof(*picture));
    for (unsigned i = 0; i < PAGES; i++) {
        char *page = (char *)view + i * PAGE;

        ok_status(nt_memory_query(page, &info), STATUS_SUCCESS);
        picture->state[i] = info.State;
        picture->protect[i] = info.Protect;
        if (nt_os_copy_memory(&picture->first[i], page, 1) < 0)
            picture->first[i] = '?';
        ok_eq(nt_os_copied_pages((uint64_t)page, 1, &picture->copied[i], &same), 0);
    }
}

static bool same_picture(const struct picture *one, const struct picture *other)
{
    return memcmp(one, other, sizeof(*one)) == 0;
}

struct change {
    volatile char *view;
    void (*prepare)(volatile char *view);
    NTSTATUS (*make)(volatile char *view);
    void (*check)(volatile char *view); /* after it was made, and after each failure: NULL */
};

/*
 * Makes the change again and again, with the first call failing, the second ... until none does.
 * Returns how many failures there were.
 */
static unsigned sweep_change(const struct change *change)
{
    struct picture before, after;
    unsigned n_failed = 0;
    NTSTATUS status;

    for (sweep.fail_at = 1;; sweep.fail_at++) {
        change->prepare(change->view);
        take_picture(change->view, &before);
        sweep.count = 0;
        nt_os_set_fault(fail_one);
        status = change->make(change->view);
        nt_os_set_fault(NULL);
        if (NT_SUCCESS(status)) {
            if (change->check)
                change->check(change->view);
            if (sweep.count < sweep.fail_at)
                return n_failed;
            continue; /* a failure that did not matter */
        }
        n_failed++;
        take_picture(change->view, &after);
        if (!ok(same_picture(&before, &after), "call %u", sweep.fail_at) || sweep.fail_at > 100)
            return n_failed;
    }
}

/* --- private memory ----------------------------------------------------------------- */

static void three_runs(volatile char *memory)
{
    ok_status(protect(memory, PAGES * PAGE, PAGE_READWRITE, NULL), STATUS_SUCCESS);
    ok_status(protect(memory + 2 * PAGE, PAGE, PAGE_READONLY, NULL), STATUS_SUCCESS);
    ok_status(protect(memory + 4 * PAGE, PAGE, PAGE_NOACCESS, NULL), STATUS_SUCCESS);
}

static NTSTATUS make_executable(volatile char *memory)
{
    return protect(memory + PAGE, 5 * PAGE, PAGE_EXECUTE_READ, NULL);
}

static volatile char *allocate(void)
{
    void *base = NULL;
    size_t size = PAGES * PAGE;

    ok_status(allocate_memory(&base, &size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE),
              STATUS_SUCCESS);
    return base;
}

static void release(volatile char *memory)
{
    void *base = (void *)memory;
    size_t size = 0;

    ok_status(nt_memory_free(&base, &size, MEM_RELEASE), STATUS_SUCCESS);
}

TEST(a_protection_that_fails_changes_nothing, "9.1 9.3")
{
    struct change change = {allocate(), three_runs, make_executable, NULL};

    ok_eq(sweep_change(&change), 1);
    release(change.view);
}

static void guard_two(volatile char *memory)
{
    ok_status(protect(memory, PAGES * PAGE, PAGE_READWRITE, NULL), STATUS_SUCCESS);
    ok_status(protect(memory + PAGE, 2 * PAGE, PAGE_READONLY | PAGE_GUARD, NULL), STATUS_SUCCESS);
}

static NTSTATUS take_guards_off(volatile char *memory)
{
    return protect(memory, 4 * PAGE, PAGE_READWRITE, NULL);
}

static NTSTATUS guard_more(volatile char *memory)
{
    return protect(memory + 2 * PAGE, 2 * PAGE, PAGE_READWRITE | PAGE_GUARD, NULL);
}

TEST(guards_stand_again_when_a_change_fails, "8.17 9.25")
{
    struct change change = {allocate(), guard_two, take_guards_off, NULL};

    ok(sweep_change(&change) >= 1);
    change.make = guard_more;
    ok(sweep_change(&change) >= 1);
    release(change.view);
}

/* --- shared views that become copies ------------------------------------------------ */

static HANDLE section;
static volatile char *twin; /* another view of the same section */

static void all_shared(volatile char *view)
{
    ok_status(protect(view, PAGES * PAGE, PAGE_READWRITE | PAGE_REVERT_TO_FILE_MAP, NULL),
              STATUS_SUCCESS);
    ok_status(protect(view + 3 * PAGE, PAGE, PAGE_READONLY, NULL), STATUS_SUCCESS);
    for (unsigned i = 0; i < PAGES; i++)
        twin[i * PAGE] = (char)('a' + i);
}

static NTSTATUS make_copies(volatile char *view)
{
    return protect(view + PAGE, 5 * PAGE, PAGE_WRITECOPY, NULL);
}

static void check_copies(volatile char *view)
{
    view[PAGE] = 'X';
    view[3 * PAGE] = 'Y';
    view[0] = 'Z';
    ok_eq(twin[PAGE], 'b');
    ok_eq(twin[3 * PAGE], 'd');
    ok_eq(twin[0], 'Z');
    twin[2 * PAGE] = 'T';
    ok_eq(view[2 * PAGE], 'T');
}

TEST(becoming_a_copy_happens_or_does_not, "9.16 10.1 10.5")
{
    struct change change = {NULL, all_shared, make_copies, check_copies};

    section = section_of(PAGE_READWRITE, SEC_COMMIT, PAGES * PAGE);
    twin = view_of(section, PAGE_READWRITE);
    change.view = view_of(section, PAGE_READWRITE);
    ok_eq(sweep_change(&change), 2);
    ok(sweep.failed[NT_OS_MMAP] >= 1);
    ok(sweep.failed[NT_OS_DUP] >= 1);
    drop_view(change.view);
    drop_view(twin);
    nt_handle_close(section);
}

static void some_copied(volatile char *view)
{
    all_shared(view);
    ok_status(make_copies(view), STATUS_SUCCESS);
    view[2 * PAGE] = 'C';
    view[4 * PAGE] = 'D';
}

static NTSTATUS make_shared(volatile char *view)
{
    return protect(view, PAGES * PAGE, PAGE_READWRITE, NULL);
}

static void check_shared(volatile char *view)
{
    view[PAGE] = 'S';
    ok_eq(twin[PAGE], 'S');
    view[5 * PAGE] = 'U';
    ok_eq(twin[5 * PAGE], 'U');
    ok_eq(view[2 * PAGE], 'C');
    ok_eq(twin[2 * PAGE], 'c');
}

TEST(becoming_shared_again_happens_or_does_not, "10.15 9.16")
{
    struct change change = {NULL, some_copied, make_shared, check_shared};

    section = section_of(PAGE_READWRITE, SEC_COMMIT, PAGES * PAGE);
    twin = view_of(section, PAGE_READWRITE);
    change.view = view_of(section, PAGE_READWRITE);
    ok(sweep_change(&change) >= 3);
    drop_view(change.view);
    drop_view(twin);
    nt_handle_close(section);
}

/* Without a descriptor a view is copied at once; each time it takes a new one. */
static void check_copied(volatile char *view)
{
    MEMORY_BASIC_INFORMATION info;

    ok_eq(view[2 * PAGE], 'c');
    view[2 * PAGE] = 'V';
    ok_eq(twin[2 * PAGE], 'c');
    view[0] = 'W';
    ok_eq(twin[0], 'W');
    ok_status(nt_memory_query((const void *)(view + PAGE), &info), STATUS_SUCCESS);
    ok_eq(info.Protect, PAGE_READWRITE); /* 9.19: it is the process's own already */
    ok_status(protect(view, PAGE, PAGE_READONLY | PAGE_REVERT_TO_FILE_MAP, NULL), STATUS_SUCCESS);
    ok_status(protect(view + PAGE, PAGE, PAGE_READWRITE | PAGE_REVERT_TO_FILE_MAP, NULL),
              STATUS_NOT_SUPPORTED);
    ok_status(protect(view + PAGE, PAGE, PAGE_READWRITE, NULL), STATUS_SUCCESS);
    view[PAGE] = 'P';
    ok_eq(twin[PAGE], 'b');
}

static void prepare_twin(volatile char *view)
{
    (void)view;
    for (unsigned i = 0; i < PAGES; i++)
        twin[i * PAGE] = (char)('a' + i);
}

TEST(pages_are_copied_at_once_without_a_descriptor, "9.16 9.19 10.16 3.37")
{
    unsigned n_failed = 0;
    bool done = false;

    sweep.no_reopen = true;
    for (unsigned fail_at = 1; !done && fail_at < 50; fail_at++) {
        struct picture before, after;
        volatile char *view;
        NTSTATUS status;

        section = section_of(PAGE_READWRITE, SEC_COMMIT, PAGES * PAGE);
        twin = view_of(section, PAGE_READWRITE);
        view = view_of(section, PAGE_READWRITE);
        nt_handle_close(section);
        prepare_twin(view);
        ok_status(protect(view + 4 * PAGE, PAGE, PAGE_NOACCESS, NULL), STATUS_SUCCESS);
        take_picture(view, &before);
        sweep.count = 0;
        sweep.fail_at = fail_at;
        nt_os_set_fault(fail_one);
        status = make_copies(view);
        nt_os_set_fault(NULL);
        done = sweep.count < fail_at;
        if (NT_SUCCESS(status)) {
            check_copied(view);
        } else {
            n_failed++;
            take_picture(view, &after);
            ok(same_picture(&before, &after), "call %u", fail_at);
            view[PAGE] = 'Q';
            ok_eq(twin[PAGE], 'Q');
        }
        drop_view(view);
        drop_view(twin);
    }
    sweep.no_reopen = false;
    ok(n_failed >= 5);
    ok(done);
}

/* --- SEC_RESERVE -------------------------------------------------------------------- */

static NTSTATUS commit_two(volatile char *view)
{
    return commit(view + 2 * PAGE, 2 * PAGE, PAGE_READONLY);
}

TEST(a_commit_that_fails_commits_nothing, "6.3 6.17")
{
    unsigned n_failed = 0;
    bool done = false;

    for (unsigned fail_at = 1; !done && fail_at < 50; fail_at++) {
        struct picture before, after;
        volatile char *view;
        NTSTATUS status;

        section = section_of(PAGE_READWRITE, SEC_RESERVE, PAGES * PAGE);
        view = view_of(section, PAGE_READWRITE);
        ok_status(commit(view, PAGE, PAGE_READWRITE), STATUS_SUCCESS);
        take_picture(view, &before);
        sweep.count = 0;
        sweep.fail_at = fail_at;
        nt_os_set_fault(fail_one);
        status = commit_two(view);
        nt_os_set_fault(NULL);
        done = sweep.count < fail_at;
        take_picture(view, &after);
        if (!NT_SUCCESS(status)) {
            n_failed++;
            ok_status(status, STATUS_COMMITMENT_LIMIT);
            ok(same_picture(&before, &after), "call %u", fail_at);
        } else {
            ok_eq(after.protect[2], PAGE_READONLY);
            ok_eq(after.state[4], MEM_RESERVE);
        }
        drop_view(view);
        nt_handle_close(section);
    }
    ok(n_failed >= 2); /* mprotect and ftruncate */
    ok(done);
}

static unsigned n_calls;

static int count_calls(enum nt_os_call call)
{
    (void)call;
    n_calls++;
    return 0;
}

TEST(a_commit_costs_one_system_call_or_none, "6.3 6.7")
{
    volatile char *view;

    section = section_of(PAGE_READWRITE, SEC_RESERVE, 4 * SLOT);
    view = view_of(section, PAGE_READWRITE);
    ok_status(commit(view, PAGE, PAGE_READWRITE), STATUS_SUCCESS);
    n_calls = 0;
    nt_os_set_fault(count_calls);
    ok_status(commit(view + SLOT, PAGE, PAGE_READWRITE), STATUS_SUCCESS);
    ok_eq(n_calls, 1);
    /* Below what is committed the memory is there already. */
    ok_status(commit(view + PAGE, PAGE, PAGE_READWRITE), STATUS_SUCCESS);
    ok_status(commit(view, 2 * PAGE, PAGE_READWRITE), STATUS_SUCCESS);
    ok_eq(n_calls, 1);
    ok_status(protect(view, PAGE, PAGE_READONLY, NULL), STATUS_SUCCESS);
    ok_eq(n_calls, 2);
    nt_os_set_fault(NULL);
    drop_view(view);
    nt_handle_close(section);
}

TEST(a_protection_costs_one_system_call, "9.1")
{
    volatile char *memory = allocate();

    n_calls = 0;
    nt_os_set_fault(count_calls);
    ok_status(protect(memory + PAGE, PAGE, PAGE_READONLY, NULL), STATUS_SUCCESS);
    nt_os_set_fault(NULL);
    ok_eq(n_calls, 1);
    release(memory);
}

TEST(a_read_only_view_is_as_cheap_as_any, "9.11")
{
    volatile char *view;

    section = section_of(PAGE_READWRITE, SEC_COMMIT, SLOT);
    drop_view(view_of(section, PAGE_READONLY));
    n_calls = 0;
    nt_os_set_fault(count_calls);
    view = view_of(section, PAGE_READONLY);
    drop_view(view);
    nt_os_set_fault(NULL);
    ok_eq(n_calls, 2);
    nt_handle_close(section);
}

/* --- pins --------------------------------------------------------------------------- */

TEST(a_pinned_region_keeps_its_protection, "9.1")
{
    volatile char *memory = allocate();

    ok_status(nt_region_pin((const void *)memory, NULL), STATUS_SUCCESS);
    ok_status(protect(memory, PAGE, PAGE_READONLY, NULL), STATUS_INVALID_PAGE_PROTECTION);
    memory[0] = 1;
    ok_status(nt_region_unpin((const void *)memory), STATUS_SUCCESS);
    ok_status(protect(memory, PAGE, PAGE_READONLY, NULL), STATUS_SUCCESS);
    release(memory);
}
