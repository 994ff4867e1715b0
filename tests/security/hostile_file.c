// SPDX-License-Identifier: MIT
/*
 * A file that another process truncates while it is mapped here. What is touched beyond its new
 * end is an error that the guard tells of, in every thread that is at it, nested or not, and never
 * the end of the process; a SIGBUS of the program's own memory still reaches the program's own
 * handler, installed before or after.
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
#include <sys/wait.h>
#include <unistd.h>

#include <windows.h>
#include <ntshm/ntshm.h>

#include "harness/test.h"

#define PAGE    ((size_t)0x1000)
#define N_PAGES 64u
#define SIZE    (N_PAGES * PAGE)
#define SOON    20000

struct victim {
    char path[512];
    HANDLE file, section;
    volatile char *view;
};

static void make_file(const char *path, size_t size)
{
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    char page[0x1000];

    require(fd >= 0);
    memset(page, 'x', sizeof(page));
    for (size_t done = 0; done < size; done += PAGE)
        require(write(fd, page, PAGE) == (ssize_t)PAGE);
    close(fd);
}

static void open_victim(struct victim *victim, DWORD protect, DWORD access)
{
    snprintf(victim->path, sizeof(victim->path), "%s/victim", test_dir());
    make_file(victim->path, SIZE);
    victim->file = CreateFileA(victim->path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ, NULL,
                               OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
    require(victim->file != INVALID_HANDLE_VALUE, "error %u", (unsigned)GetLastError());
    victim->section = CreateFileMappingA(victim->file, NULL, protect, 0, 0, NULL);
    require(victim->section != NULL, "error %u", (unsigned)GetLastError());
    victim->view = MapViewOfFile(victim->section, access, 0, 0, 0);
    require(victim->view != NULL, "error %u", (unsigned)GetLastError());
}

static void close_victim(struct victim *victim)
{
    ok_succeeds(UnmapViewOfFile((void *)victim->view));
    ok_succeeds(CloseHandle(victim->section));
    ok_succeeds(CloseHandle(victim->file));
    unlink(victim->path);
}

/* A stranger: knows nothing of this library, and has the right to write. */
CHILD(truncates)
{
    (void)argc;
    if (truncate(argv[1], atol(argv[2])) < 0)
        return 1;
    test_say("truncated");
    return 0;
}

static void let_truncate(const struct victim *victim, size_t size)
{
    struct test_child child;
    char number[32];

    snprintf(number, sizeof(number), "%zu", size);
    require(test_child_start(&child, "truncates", victim->path, number));
    test_child_expect(&child, "truncated", SOON);
    ok_eq(test_child_wait(&child, SOON), 0);
}

static DWORD code_of_load(volatile char *address)
{
    volatile DWORD code = 0;

    NTSHM_TRY(guard)
    {
        *address;
    }
    NTSHM_EXCEPT(guard)
    {
        code = guard.record.ExceptionCode;
    }
    NTSHM_END
    return code;
}

static DWORD code_of_store(volatile char *address)
{
    volatile DWORD code = 0;

    NTSHM_TRY(guard)
    {
        *address = 1;
    }
    NTSHM_EXCEPT(guard)
    {
        code = guard.record.ExceptionCode;
    }
    NTSHM_END
    return code;
}

TEST(truncated_file_is_an_in_page_error, "16.25 10.13")
{
    struct victim victim;
    volatile int caught = 0;

    open_victim(&victim, PAGE_READWRITE, FILE_MAP_WRITE);
    ok_eq(code_of_load(victim.view + SIZE - 1), 0);
    let_truncate(&victim, 3 * PAGE);
    ok_eq(code_of_load(victim.view + 3 * PAGE - 1), 0);
    NTSHM_TRY(guard)
    {
        victim.view[3 * PAGE + 5];
    }
    NTSHM_EXCEPT(guard)
    {
        caught = 1;
        ok_eq(guard.record.ExceptionCode, EXCEPTION_IN_PAGE_ERROR);
        ok_eq(guard.record.NumberParameters, 3);
        ok_eq(guard.record.ExceptionInformation[0], EXCEPTION_READ_FAULT);
        ok_eq(guard.record.ExceptionInformation[1], (ULONG_PTR)(victim.view + 3 * PAGE + 5));
        ok_eq(guard.record.ExceptionInformation[2], 0xC00000E9); /* STATUS_UNEXPECTED_IO_ERROR */
    }
    NTSHM_END
    ok_eq(caught, 1);
    ok_eq(code_of_store(victim.view + SIZE - 1), EXCEPTION_IN_PAGE_ERROR);
    close_victim(&victim);
}

TEST(pages_return_with_the_file, "16.25")
{
    struct victim victim;

    open_victim(&victim, PAGE_READWRITE, FILE_MAP_WRITE);
    let_truncate(&victim, PAGE);
    ok_eq(code_of_load(victim.view + PAGE), EXCEPTION_IN_PAGE_ERROR);
    let_truncate(&victim, SIZE);
    ok_eq(code_of_load(victim.view + PAGE), 0);
    ok_eq(victim.view[PAGE], 0);
    close_victim(&victim);
}

TEST(copy_on_write_pages_outlive_the_truncation_only_when_copied, "16.25")
{
    struct victim victim;

    open_victim(&victim, PAGE_WRITECOPY, FILE_MAP_COPY);
    let_truncate(&victim, 2 * PAGE);
    ok_eq(code_of_store(victim.view + PAGE), 0);
    ok_eq(code_of_store(victim.view + 2 * PAGE), EXCEPTION_IN_PAGE_ERROR);
    ok_eq(code_of_load(victim.view + 2 * PAGE), EXCEPTION_IN_PAGE_ERROR);
    close_victim(&victim);
}

TEST(copies_from_a_truncated_file_say_how_far_they_came, "16.25")
{
    struct victim victim;
    char *buffer = malloc(SIZE);
    size_t copied;

    require(buffer != NULL);
    open_victim(&victim, PAGE_READWRITE, FILE_MAP_WRITE);
    ok_succeeds(ntshm_copy_from_view(buffer, victim.view, SIZE, &copied));
    ok_eq(copied, SIZE);
    let_truncate(&victim, 10 * PAGE + 100);
    ok_fails(ntshm_copy_from_view(buffer, victim.view + 1, SIZE - 1, &copied), ERROR_SWAPERROR);
    ok_eq(copied, 11 * PAGE - 1);
    ok(buffer[0] == 'x' && buffer[10 * PAGE + 98] == 'x' && buffer[10 * PAGE + 99] == 0);
    ok_fails(ntshm_copy_to_view(victim.view + 11 * PAGE, buffer, 1, &copied), ERROR_SWAPERROR);
    ok_eq(copied, 0);
    ok_fails(ntshm_view_is_readable(victim.view, SIZE), ERROR_SWAPERROR);
    ok_succeeds(ntshm_view_is_readable(victim.view, 11 * PAGE));
    close_victim(&victim);
    free(buffer);
}

/* --- threads -----------------------------------------------------------------------------------
 */

static struct victim shared;
static _Atomic bool stop;
static _Atomic unsigned n_errors, n_wrong, n_rounds;

/* Sums the file up, page by page, in nested guards, until it is told to stop. */
static void read_on(void *argument)
{
    unsigned first = *(unsigned *)argument;

    while (!atomic_load(&stop)) {
        NTSHM_TRY(outer)
        {
            for (volatile unsigned i = 0; i < N_PAGES; i++) {
                NTSHM_TRY(inner)
                {
                    shared.view[(first + i) % N_PAGES * PAGE];
                }
                NTSHM_EXCEPT(inner)
                {
                    atomic_fetch_add(&n_errors, 1);
                    if (inner.record.ExceptionCode != EXCEPTION_IN_PAGE_ERROR)
                        atomic_fetch_add(&n_wrong, 1);
                }
                NTSHM_END
            }
        }
        NTSHM_EXCEPT(outer)
        {
            atomic_fetch_add(&n_wrong, 1);
        }
        NTSHM_END
        atomic_fetch_add(&n_rounds, 1);
    }
}

static bool errors_are_many(void)
{
    return atomic_load(&n_errors) > 2000;
}

TEST_DEADLINE(eight_threads_read_a_file_that_shrinks_and_grows, "16.25", 120)
{
    struct test_thread threads[8];
    unsigned firsts[8];

    open_victim(&shared, PAGE_READONLY, FILE_MAP_READ);
    for (unsigned i = 0; i < 8; i++) {
        firsts[i] = i * 8;
        test_thread_start(&threads[i], read_on, &firsts[i]);
    }
    for (unsigned round = 0; round < 20; round++) {
        let_truncate(&shared, (round % 4) * PAGE);
        let_truncate(&shared, SIZE);
    }
    let_truncate(&shared, 0);
    ok(test_until(errors_are_many(), SOON));
    atomic_store(&stop, true);
    for (unsigned i = 0; i < 8; i++)
        test_thread_join(&threads[i]);
    ok_eq(atomic_load(&n_wrong), 0);
    close_victim(&shared);
}

/* --- the program's own handler --------------------------------------------------------------- */

static volatile sig_atomic_t n_handled;
static void *volatile last_address;
static sigjmp_buf way_out;

static void own_handler(int signal_number, siginfo_t *information, void *context)
{
    (void)signal_number;
    (void)context;
    n_handled++;
    last_address = information->si_addr;
    siglongjmp(way_out, 1);
}

static void install_own_handler(void)
{
    struct sigaction action = {.sa_sigaction = own_handler, .sa_flags = SA_SIGINFO};

    sigemptyset(&action.sa_mask);
    require(sigaction(SIGBUS, &action, NULL) == 0);
}

/* A mapping of the program's own, of a file that is shorter. */
static volatile char *map_own(void)
{
    char path[512];
    volatile char *memory;
    int fd;

    snprintf(path, sizeof(path), "%s/own", test_dir());
    fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    require(fd >= 0);
    memory = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    require(memory != MAP_FAILED);
    close(fd);
    unlink(path);
    return memory;
}

static void check_own_fault(volatile char *own, int n_before)
{
    if (sigsetjmp(way_out, 1) == 0)
        own[7] = 1;
    ok_eq(n_handled, n_before + 1);
    ok_ptr_eq(last_address, own + 7);
}

static void check_both(struct victim *victim, volatile char *own)
{
    volatile int caught = 0;

    for (int i = 0; i < 5; i++) {
        int before = n_handled;

        ok_eq(code_of_load(victim->view + PAGE), EXCEPTION_IN_PAGE_ERROR);
        ok_eq(n_handled, before);
        check_own_fault(own, before);
    }
    NTSHM_TRY(guard)
    {
        struct ntshm_guard *innermost = ntshm_guard_innermost();

        check_own_fault(own, n_handled);
        ntshm_guard_return_to(innermost);
        victim->view[PAGE];
    }
    NTSHM_EXCEPT(guard)
    {
        caught = 1;
    }
    NTSHM_END
    ok_eq(caught, 1);
}

TEST(own_handler_installed_before_is_called_for_its_own_faults, "16.25")
{
    volatile char *own = map_own();
    struct victim victim;

    install_own_handler();
    open_victim(&victim, PAGE_READWRITE, FILE_MAP_WRITE);
    let_truncate(&victim, PAGE);
    check_both(&victim, own);
    close_victim(&victim);
    munmap((void *)own, PAGE);
}

TEST(own_handler_installed_after_is_called_for_its_own_faults, "16.25")
{
    volatile char *own = map_own();
    struct victim victim;

    open_victim(&victim, PAGE_READWRITE, FILE_MAP_WRITE);
    let_truncate(&victim, PAGE);
    ok_eq(code_of_load(victim.view + PAGE), EXCEPTION_IN_PAGE_ERROR);
    install_own_handler();
    check_both(&victim, own);
    close_victim(&victim);
    munmap((void *)own, PAGE);
}

/* Without the guard the file's owner ends us: what all of the above would look like. */
TEST(unguarded_read_ends_the_process, "")
{
    struct victim victim;
    pid_t pid;
    int status;

    signal(SIGBUS, SIG_DFL); /* a sanitizer has a handler of its own */
    open_victim(&victim, PAGE_READWRITE, FILE_MAP_WRITE);
    let_truncate(&victim, PAGE);
    ok_eq(code_of_load(victim.view + PAGE), EXCEPTION_IN_PAGE_ERROR);
    pid = fork();
    if (pid == 0) {
        victim.view[PAGE];
        _exit(0);
    }
    require(pid > 0);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS, "status %x", (unsigned)status);
    close_victim(&victim);
}
