// SPDX-License-Identifier: MIT
/*
 * What the fault handler knows of the address space (watch.c), guard pages (guard-page.c), and how
 * the handler stands among the program's own (install.c, handler.c). Ranges here are memory that
 * the test itself has mapped.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ntstatus.h>

#include "harness/test.h"
#include "lib/fault/exception.h"
#include "lib/fault/fault.h"
#include "lib/process/lock.h"
#include "os/os.h"
#include "util/macro.h"

#define GRANULE  0x10000ull
#define PAGE     0x1000ull
#define FAR_AWAY 0x010000000000ull /* nobody maps there: watching needs no memory */

/* --- watch ------------------------------------------------------------------------------------ */

TEST(watched_range_is_known_to_its_last_byte, "")
{
    uint64_t base = FAR_AWAY + 5 * GRANULE, size = 3 * GRANULE + PAGE;

    ok_eq(nt_fault_kinds(base), 0);
    ok_eq(nt_fault_watch(base, size, NT_FAULT_FILE), 0);
    ok_eq(nt_fault_kinds(base - 1), 0);
    ok_eq(nt_fault_kinds(base), NT_FAULT_FILE);
    ok_eq(nt_fault_kinds(base + size - 1), NT_FAULT_FILE);
    ok_eq(nt_fault_kinds(base + size), 0);
    ok(nt_fault_is_ours(base));
    ok(!nt_fault_is_ours(base + size));
    nt_fault_forget(base);
    ok_eq(nt_fault_kinds(base), 0);
    ok_eq(nt_fault_kinds(base + size - 1), 0);
    nt_fault_forget(base);
}

TEST(watching_again_replaces, "")
{
    uint64_t base = FAR_AWAY;

    ok_eq(nt_fault_watch(base, 4 * GRANULE, NT_FAULT_FILE), 0);
    ok_eq(nt_fault_watch(base, 4 * GRANULE, NT_FAULT_FILE | NT_FAULT_GUARD), 0);
    ok_eq(nt_fault_kinds(base + 3 * GRANULE), NT_FAULT_FILE | NT_FAULT_GUARD);
    ok_eq(nt_fault_watch(base, 2 * GRANULE, NT_FAULT_RESERVE), 0);
    ok_eq(nt_fault_kinds(base + GRANULE), NT_FAULT_RESERVE);
    ok_eq(nt_fault_kinds(base + 3 * GRANULE), 0);
    nt_fault_forget(base);
    ok_eq(nt_fault_kinds(base), 0);
}

TEST(forgetting_takes_the_start_only, "")
{
    ok_eq(nt_fault_watch(FAR_AWAY, 4 * GRANULE, NT_FAULT_FILE), 0);
    nt_fault_forget(FAR_AWAY + GRANULE);
    ok_eq(nt_fault_kinds(FAR_AWAY + GRANULE), NT_FAULT_FILE);
    nt_fault_forget(FAR_AWAY);
}

/* Ranges of every size and alignment against a plain list of them. */
TEST(ranges_of_all_sizes_lie_beside_each_other, "")
{
    static const uint64_t sizes[] = {PAGE,         GRANULE,
                                     31 * GRANULE, 32 * GRANULE,
                                     1ull << 21,   (1ull << 30) + PAGE,
                                     3ull << 30,   1ull << 39,
                                     5 * PAGE,     (1ull << 39) + GRANULE};
    uint64_t bases[NT_ARRAY_SIZE(sizes)], at = FAR_AWAY + 7 * GRANULE;

    for (unsigned round = 0; round < 2; round++) {
        at = FAR_AWAY + 7 * GRANULE;
        for (unsigned i = 0; i < NT_ARRAY_SIZE(sizes); i++) {
            bases[i] = at;
            ok_eq(nt_fault_watch(at, sizes[i], 1 + i % 3), 0);
            at = nt_align_up(at + sizes[i], GRANULE);
        }
        for (unsigned i = 0; i < NT_ARRAY_SIZE(sizes); i++) {
            ok_eq(nt_fault_kinds(bases[i]), 1 + i % 3);
            ok_eq(nt_fault_kinds(bases[i] + sizes[i] / 2), 1 + i % 3);
            ok_eq(nt_fault_kinds(bases[i] + sizes[i] - 1), 1 + i % 3);
        }
        for (unsigned i = 0; i < NT_ARRAY_SIZE(sizes); i += 2)
            nt_fault_forget(bases[i]);
        for (unsigned i = 0; i < NT_ARRAY_SIZE(sizes); i++)
            ok_eq(nt_fault_kinds(bases[i] + sizes[i] - 1), i % 2 ? 1 + i % 3 : 0);
        for (unsigned i = 1; i < NT_ARRAY_SIZE(sizes); i += 2)
            nt_fault_forget(bases[i]);
    }
    ok_eq(nt_fault_kinds(FAR_AWAY + (1ull << 39)), 0);
}

TEST(watching_16_tib_is_cheap, "")
{
    uint64_t began = nt_os_now_ns();

    for (unsigned i = 0; i < 1000; i++) {
        require(nt_fault_watch(FAR_AWAY + GRANULE, 1ull << 44, NT_FAULT_RESERVE) == 0);
        nt_fault_forget(FAR_AWAY + GRANULE);
    }
    ok(nt_os_now_ns() - began < 20000000000ull * (unsigned)test_slowness(), "1000 took %llu ns",
       (unsigned long long)(nt_os_now_ns() - began));
    ok_eq(nt_fault_kinds(FAR_AWAY + (1ull << 43)), 0);
}

TEST(beyond_the_address_space_is_refused, "")
{
    ok_eq(nt_fault_watch(1ull << 48, GRANULE, NT_FAULT_FILE), -EINVAL);
    ok_eq(nt_fault_watch((1ull << 48) - GRANULE, 2 * GRANULE, NT_FAULT_FILE), -EINVAL);
    ok_eq(nt_fault_kinds(UINT64_MAX), 0);
    ok(!nt_fault_guard_stands(UINT64_MAX & ~(PAGE - 1)));
}

static _Atomic bool stop;

static void look(void *wrong)
{
    while (!atomic_load(&stop)) {
        for (unsigned i = 0; i < 64; i++) {
            unsigned kinds = nt_fault_kinds(FAR_AWAY + i * GRANULE);

            if (kinds != 0 && kinds != NT_FAULT_FILE && kinds != NT_FAULT_RESERVE)
                atomic_store((_Atomic bool *)wrong, true);
        }
    }
}

TEST(readers_see_old_or_new_and_nothing_else, "")
{
    _Atomic bool wrong = false;
    struct test_thread thread;

    test_thread_start(&thread, look, (void *)&wrong);
    for (unsigned round = 0; round < 3000; round++) {
        for (unsigned i = 0; i < 64; i += 4)
            require(nt_fault_watch(FAR_AWAY + i * GRANULE, (1 + (i + round) % 4) * GRANULE,
                                   round % 2 ? NT_FAULT_FILE : NT_FAULT_RESERVE) == 0);
        for (unsigned i = 0; i < 64; i += 4)
            nt_fault_forget(FAR_AWAY + i * GRANULE);
    }
    atomic_store(&stop, true);
    test_thread_join(&thread);
    ok(!atomic_load(&wrong));
}

/* --- guard pages ------------------------------------------------------------------------------ */

static char *new_memory(size_t size, int protection)
{
    char *memory = mmap(NULL, size + GRANULE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *aligned;

    require(memory != MAP_FAILED);
    aligned = (char *)nt_align_up((uint64_t)memory, GRANULE);
    if (aligned > memory)
        munmap(memory, (size_t)(aligned - memory));
    munmap(aligned + size, (size_t)(memory + GRANULE - aligned));
    require(mprotect(aligned, size, protection) == 0);
    return aligned;
}

static _Atomic unsigned n_guard_violations, n_others;

static LONG NTAPI count_guards(EXCEPTION_POINTERS *pointers)
{
    if (pointers->ExceptionRecord->ExceptionCode == (DWORD)STATUS_GUARD_PAGE_VIOLATION) {
        atomic_fetch_add(&n_guard_violations, 1);
        return EXCEPTION_CONTINUE_EXECUTION;
    }
    atomic_fetch_add(&n_others, 1);
    return EXCEPTION_CONTINUE_SEARCH;
}

struct toucher {
    struct test_thread thread;
    volatile char *memory;
    unsigned n_pages;
    _Atomic unsigned *gate;
};

static void touch(void *argument)
{
    struct toucher *toucher = argument;

    atomic_fetch_add(toucher->gate, 1);
    while (atomic_load(toucher->gate) < 8)
        ;
    for (unsigned i = 0; i < toucher->n_pages; i++)
        __atomic_store_n(&toucher->memory[i * PAGE], 1, __ATOMIC_RELAXED);
}

TEST(guard_fires_once_for_eight_threads, "9.25 8.17")
{
    enum { N_PAGES = 256 };
    volatile char *memory = new_memory(N_PAGES * PAGE, PROT_READ | PROT_WRITE);
    struct toucher touchers[8];
    _Atomic unsigned gate = 0;
    void *entry;

    require(nt_fault_install() == STATUS_SUCCESS);
    entry = nt_vectored_add(NT_VECTORED_EXCEPTION, true, count_guards);
    ok_eq(nt_fault_watch((uint64_t)memory, N_PAGES * PAGE, NT_FAULT_GUARD), 0);
    ok_eq(nt_fault_guard_set((uint64_t)memory, N_PAGES, PAGE_READWRITE), 0);
    require(mprotect((void *)memory, N_PAGES * PAGE, PROT_NONE) == 0);
    ok(nt_fault_guard_stands((uint64_t)memory + 255 * PAGE));
    for (unsigned i = 0; i < 8; i++) {
        touchers[i] = (struct toucher){.memory = memory, .n_pages = N_PAGES, .gate = &gate};
        test_thread_start(&touchers[i].thread, touch, &touchers[i]);
    }
    for (unsigned i = 0; i < 8; i++)
        test_thread_join(&touchers[i].thread);
    ok_eq(atomic_load(&n_guard_violations), N_PAGES);
    ok_eq(atomic_load(&n_others), 0);
    ok(!nt_fault_guard_stands((uint64_t)memory));
    ok(nt_vectored_remove(NT_VECTORED_EXCEPTION, entry));
    nt_fault_forget((uint64_t)memory);
    munmap((void *)memory, N_PAGES * PAGE);
}

TEST(page_that_lost_its_access_after_its_guard_fired_is_a_violation, "9.25")
{
    char *memory = new_memory(GRANULE, PROT_READ | PROT_WRITE);
    char byte;
    size_t copied;

    ok_eq(nt_fault_watch((uint64_t)memory, GRANULE, NT_FAULT_GUARD), 0);
    ok_eq(nt_fault_guard_set((uint64_t)memory, 1, PAGE_READONLY), 0);
    require(mprotect(memory, PAGE, PROT_NONE) == 0);
    ok_eq((DWORD)nt_guard_copy(&byte, memory, 1, memory, &copied),
          (DWORD)STATUS_GUARD_PAGE_VIOLATION);
    ok_eq(nt_guard_copy(&byte, memory, 1, memory, &copied), STATUS_SUCCESS);
    ok_eq((DWORD)nt_guard_copy(memory, &byte, 1, memory, &copied), (DWORD)STATUS_ACCESS_VIOLATION);
    nt_fault_guard_clear((uint64_t)memory, 1);
    require(mprotect(memory, PAGE, PROT_NONE) == 0);
    ok_eq((DWORD)nt_guard_copy(&byte, memory, 1, memory, &copied), (DWORD)STATUS_ACCESS_VIOLATION);
    nt_fault_forget((uint64_t)memory);
    munmap(memory, GRANULE);
}

TEST(forgotten_guards_do_not_open_pages, "")
{
    char *memory = new_memory(GRANULE, PROT_NONE);
    char byte;
    size_t copied;

    ok_eq(nt_fault_watch((uint64_t)memory, GRANULE, NT_FAULT_GUARD), 0);
    ok_eq(nt_fault_guard_set((uint64_t)memory, 16, PAGE_READWRITE), 0);
    nt_fault_forget((uint64_t)memory);
    ok(!nt_fault_guard_stands((uint64_t)memory));
    ok_eq((DWORD)nt_guard_copy(&byte, memory, 1, memory, &copied), (DWORD)STATUS_ACCESS_VIOLATION);
    munmap(memory, GRANULE);
}

/* Reads page after page, guarded or not, until it is told to stop. */
static void read_on(void *argument)
{
    struct toucher *toucher = argument;
    size_t copied;
    char byte;

    while (!atomic_load(toucher->gate)) {
        for (unsigned i = 0; i < toucher->n_pages; i++) {
            const char *page = (const char *)toucher->memory + i * PAGE;

            (void)nt_guard_copy(&byte, page, 1, page, &copied);
        }
    }
}

TEST(guard_that_is_taken_away_gives_no_page_its_old_protection, "9.25")
{
    enum { N_PAGES = 4, TURNS = 50000 };
    char *memory = new_memory(N_PAGES * PAGE, PROT_NONE);
    _Atomic unsigned gate = 0;
    struct toucher toucher = {.memory = memory, .n_pages = N_PAGES, .gate = &gate};
    unsigned opened = 0;
    int pipe_fds[2];

    require(pipe(pipe_fds) == 0);
    ok_eq(nt_fault_watch((uint64_t)memory, N_PAGES * PAGE, NT_FAULT_GUARD), 0);
    test_thread_start(&toucher.thread, read_on, &toucher);
    for (unsigned turn = 0; turn < TURNS; turn++) {
        require(nt_fault_guard_set((uint64_t)memory, N_PAGES, PAGE_READWRITE) == 0);
        nt_fault_guard_clear((uint64_t)memory, N_PAGES);
        require(mprotect(memory, N_PAGES * PAGE, PROT_NONE) == 0);
        /* Nothing is a guard now, and nothing may be opened any more. */
        for (unsigned i = 0; i < N_PAGES; i++)
            opened += write(pipe_fds[1], memory + i * PAGE, 1) == 1;
    }
    atomic_store(&gate, 1);
    test_thread_join(&toucher.thread);
    ok_eq(opened, 0);
    close(pipe_fds[0]);
    close(pipe_fds[1]);
    nt_fault_forget((uint64_t)memory);
    munmap(memory, N_PAGES * PAGE);
}

static int refuse_mprotect(enum nt_os_call call)
{
    return call == NT_OS_MPROTECT ? ENOMEM : 0;
}

TEST(guard_that_cannot_be_opened_goes_on_standing, "")
{
    char *memory = new_memory(GRANULE, PROT_READ | PROT_WRITE);
    char byte;
    size_t copied;

    ok_eq(nt_fault_watch((uint64_t)memory, GRANULE, NT_FAULT_GUARD), 0);
    ok_eq(nt_fault_guard_set((uint64_t)memory, 1, PAGE_READWRITE), 0);
    require(mprotect(memory, PAGE, PROT_NONE) == 0);
    nt_os_set_fault(refuse_mprotect);
    for (unsigned i = 0; i < 2; i++) {
        ok_eq((DWORD)nt_guard_copy(&byte, memory, 1, memory, &copied),
              (DWORD)STATUS_GUARD_PAGE_VIOLATION);
        ok(nt_fault_guard_stands((uint64_t)memory));
    }
    nt_os_set_fault(NULL);
    ok_eq((DWORD)nt_guard_copy(&byte, memory, 1, memory, &copied),
          (DWORD)STATUS_GUARD_PAGE_VIOLATION);
    ok_eq(nt_guard_copy(&byte, memory, 1, memory, &copied), STATUS_SUCCESS);
    nt_fault_forget((uint64_t)memory);
    munmap(memory, GRANULE);
}

/* --- what is a page error and what a violation ---------------------------------------------------
 */

static char *map_truncated(size_t size, int flags)
{
    char path[512], *memory = new_memory(size, PROT_NONE);
    int fd;

    snprintf(path, sizeof(path), "%s/truncated", test_dir());
    fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    require(fd >= 0 && ftruncate(fd, (off_t)size) == 0);
    require(mmap(memory, size, PROT_READ | PROT_WRITE, MAP_FIXED | flags, fd, 0) == memory);
    require(ftruncate(fd, PAGE) == 0);
    close(fd);
    unlink(path);
    return memory;
}

static DWORD code_at(char *address, bool writes)
{
    char byte = 1;
    size_t copied;

    if (writes)
        return (DWORD)nt_guard_copy(address, &byte, 1, address, &copied);
    return (DWORD)nt_guard_copy(&byte, address, 1, address, &copied);
}

TEST(sigbus_on_a_file_view_is_an_in_page_error, "16.25 6.2")
{
    char *memory = map_truncated(GRANULE, MAP_SHARED);

    ok_eq(nt_fault_watch((uint64_t)memory, GRANULE, NT_FAULT_FILE), 0);
    ok_eq(code_at(memory, false), STATUS_SUCCESS);
    ok_eq(code_at(memory + PAGE, false), (DWORD)STATUS_IN_PAGE_ERROR);
    ok_eq(code_at(memory + PAGE, true), (DWORD)STATUS_IN_PAGE_ERROR);
    require(mprotect(memory, PAGE, PROT_READ) == 0);
    ok_eq(code_at(memory, true), (DWORD)STATUS_ACCESS_VIOLATION);
    ok_eq(nt_fault_watch((uint64_t)memory, GRANULE, NT_FAULT_RESERVE), 0);
    ok_eq(code_at(memory + PAGE, false), (DWORD)STATUS_ACCESS_VIOLATION);
    ok_eq(code_at(memory + PAGE, true), (DWORD)STATUS_ACCESS_VIOLATION);
    nt_fault_forget((uint64_t)memory);
    munmap(memory, GRANULE);
}

/* A call of its own: what it was called with is the test's stack pointer. */
__attribute__((noinline)) static NTSTATUS enter(struct ntshm_guard *guard)
{
    return nt_guard_enter(guard, __builtin_dwarf_cfa());
}

/* What the kernel says of memory whose cells have failed. */
TEST(memory_that_has_failed_is_a_device_error, "16.25")
{
    char *memory = new_memory(PAGE, PROT_READ);
    siginfo_t information = {.si_signo = SIGBUS, .si_code = BUS_MCEERR_AR, .si_addr = memory};
    struct ntshm_guard guard = {.flags = NTSHM_GUARD_ANY};

    if (setjmp(guard.resume) == 0) {
        require(enter(&guard) == STATUS_SUCCESS);
        syscall(SYS_rt_tgsigqueueinfo, getpid(), gettid(), SIGBUS, &information);
        nt_guard_leave(&guard);
    }
    ok_eq(guard.record.ExceptionCode, (DWORD)STATUS_IN_PAGE_ERROR);
    ok_eq(guard.record.NumberParameters, 3);
    ok_eq(guard.record.ExceptionInformation[1], (ULONG_PTR)memory);
    ok_eq(guard.record.ExceptionInformation[2], (ULONG)STATUS_DEVICE_DATA_ERROR);
    munmap(memory, PAGE);
}

#if defined(__x86_64__)
static char *to_open;

/* Changes the copy of the register that is not in the saved area. */
static LONG WINAPI flush_to_zero(EXCEPTION_POINTERS *pointers)
{
    pointers->ContextRecord->MxCsr |= 0x8000;
    return mprotect(to_open, PAGE, PROT_READ) == 0 ? EXCEPTION_CONTINUE_EXECUTION
                                                   : EXCEPTION_CONTINUE_SEARCH;
}

TEST(handler_may_change_mxcsr_in_either_place, "")
{
    unsigned before = __builtin_ia32_stmxcsr(), after;
    void *entry;

    to_open = new_memory(PAGE, PROT_NONE);
    require(nt_fault_install() == STATUS_SUCCESS);
    entry = nt_vectored_add(NT_VECTORED_EXCEPTION, true, flush_to_zero);
    ok_eq(*(volatile char *)to_open, 0);
    after = __builtin_ia32_stmxcsr();
    __builtin_ia32_ldmxcsr(before);
    ok_eq(before & 0x8000, 0);
    ok_eq(after, before | 0x8000);
    ok(nt_vectored_remove(NT_VECTORED_EXCEPTION, entry));
    munmap(to_open, PAGE);
}
#endif

TEST(copy_says_how_much_was_copied, "")
{
    char *memory = map_truncated(GRANULE, MAP_SHARED), buffer[3 * PAGE];
    size_t copied;

    memset(memory, 0x5A, PAGE);
    ok_eq(nt_guard_copy(buffer, memory + 7, 100, memory + 7, &copied), STATUS_SUCCESS);
    ok_eq(copied, 100);
    ok_eq((DWORD)nt_guard_copy(buffer, memory + 7, sizeof(buffer), memory + 7, &copied),
          (DWORD)STATUS_IN_PAGE_ERROR);
    ok_eq(copied, PAGE - 7);
    ok(buffer[0] == 0x5A && buffer[PAGE - 8] == 0x5A);
    ok_eq(nt_guard_copy(buffer, memory, 0, memory, &copied), STATUS_SUCCESS);
    ok_eq(copied, 0);
    ok_eq((DWORD)nt_guard_copy(NULL, memory, SIZE_MAX, NULL, &copied),
          (DWORD)STATUS_ACCESS_VIOLATION);
    munmap(memory, GRANULE);
}

/* --- among the program's own handlers ------------------------------------------------------- */

static volatile sig_atomic_t n_first, n_second;
static struct sigaction older;
static sigjmp_buf way_out;

static void first_handler(int signal_number, siginfo_t *information, void *context)
{
    (void)signal_number;
    (void)information;
    (void)context;
    n_first++;
    siglongjmp(way_out, 1);
}

/* Calls what it found, as a well-behaved second handler does. */
static void second_handler(int signal_number, siginfo_t *information, void *context)
{
    n_second++;
    older.sa_sigaction(signal_number, information, context);
}

static void set_handler(int signal_number, void (*handler)(int, siginfo_t *, void *),
                        struct sigaction *ret_before)
{
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_NODEFER};

    sigemptyset(&action.sa_mask);
    require(sigaction(signal_number, &action, ret_before) == 0);
}

static bool touches(volatile char *address)
{
    if (sigsetjmp(way_out, 1) != 0)
        return false;
    *address;
    return true;
}

TEST(two_handlers_that_call_each_other_end, "")
{
    volatile char *memory = new_memory(GRANULE, PROT_NONE);

    set_handler(SIGSEGV, first_handler, NULL);
    require(nt_fault_install() == STATUS_SUCCESS);
    ok(!touches(memory));
    ok_eq(n_first, 1);
    set_handler(SIGSEGV, second_handler, &older);
    ok(!touches(memory)); /* theirs, ours, first */
    ok_eq(n_second, 1);
    ok_eq(n_first, 2);
    require(nt_fault_install() == STATUS_SUCCESS);
    for (int i = 0; i < 3; i++) {
        ok(!touches(memory)); /* ours, theirs, ours again, first */
        ok_eq(n_second, 2 + i);
        ok_eq(n_first, 3 + i);
    }
    set_handler(SIGSEGV, second_handler, NULL);
    ok(!touches(memory)); /* theirs, ours: not theirs again */
    ok_eq(n_second, 5);
    ok_eq(n_first, 6);
    munmap((void *)memory, GRANULE);
}

static unsigned n_vectored;

static LONG NTAPI count_vectored(EXCEPTION_POINTERS *pointers)
{
    (void)pointers;
    n_vectored++;
    return EXCEPTION_CONTINUE_SEARCH;
}

/* The new signal frame lies where the old one lay. */
TEST(frame_that_was_jumped_out_of_says_nothing_of_the_next, "")
{
    volatile char *memory = new_memory(GRANULE, PROT_NONE);
    void *entry = nt_vectored_add(NT_VECTORED_EXCEPTION, true, count_vectored);

    set_handler(SIGSEGV, first_handler, NULL);
    require(nt_fault_install() == STATUS_SUCCESS);
    ok(!touches(memory));
    ok_eq(n_vectored, 1);
    set_handler(SIGSEGV, second_handler, &older);
    ok(!touches(memory)); /* theirs, ours, first */
    ok_eq(n_vectored, 2);
    ok_eq(n_first, 2);
    require(nt_fault_install() == STATUS_SUCCESS);
    ok(!touches(memory)); /* ours, theirs, ours, first: an exception once */
    ok_eq(n_vectored, 3);
    ok_eq(n_first, 3);
    ok(nt_vectored_remove(NT_VECTORED_EXCEPTION, entry));
    munmap((void *)memory, GRANULE);
}

TEST(two_handlers_that_take_turns_make_no_longer_chain, "")
{
    volatile char *memory = new_memory(GRANULE, PROT_NONE);

    for (int i = 0; i < 40; i++) {
        set_handler(SIGSEGV, i % 2 ? first_handler : second_handler, &older);
        require(nt_fault_install() == STATUS_SUCCESS);
    }
    ok(!touches(memory));
    ok_eq(n_first, 1);
    ok_eq(n_second, 0);
    munmap((void *)memory, GRANULE);
}

static int n_reset;

static void reset_handler(int signal_number)
{
    (void)signal_number;
    n_reset++;
}

static int die_of_the_second(void *memory)
{
    struct sigaction action = {.sa_handler = reset_handler, .sa_flags = (int)SA_RESETHAND};

    require(sigaction(SIGSEGV, &action, NULL) == 0);
    require(nt_fault_install() == STATUS_SUCCESS);
    *(volatile char *)memory; /* the handler returns, the load is made again */
    return 0;
}

TEST(handler_that_is_to_be_called_once_is, "")
{
    volatile char *memory = new_memory(GRANULE, PROT_NONE);
    pid_t pid = fork();
    int status;

    if (pid == 0)
        _exit(die_of_the_second((void *)memory));
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV, "status %x", (unsigned)status);
    munmap((void *)memory, GRANULE);
}

static int refuse_sigaction(enum nt_os_call call)
{
    return call == NT_OS_SIGACTION ? EINVAL : 0;
}

TEST(handler_that_cannot_be_installed_is_an_error, "")
{
    char byte = 0, other;
    size_t copied = 7;

    nt_os_set_fault(refuse_sigaction);
    ok(!NT_SUCCESS(nt_fault_install()));
    ok(!NT_SUCCESS(nt_guard_copy(&other, &byte, 1, &byte, &copied)));
    ok_eq(copied, 0);
    ok_ptr_eq(nt_guard_innermost(), NULL);
    nt_os_set_fault(NULL);
    ok_eq(nt_guard_copy(&other, &byte, 1, &byte, &copied), STATUS_SUCCESS);
}
