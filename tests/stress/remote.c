// SPDX-License-Identifier: MIT
/*
 * A hundred processes that are mapped into, allocated in and looked at by several threads at once,
 * while they end at random: of themselves, or killed. Every call must end in time, with success or
 * with the error of a process that is no more; what was mapped shows the section's bytes as long as
 * the process lives; and afterwards nothing is left here, in the broker, or of the name.
 */
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ntshm/ntshm.h>
#include <ntstatus.h>
#include <windows.h>

#include "harness/test.h"

#ifdef NT_TEST_FULL
#    define N_CHILDREN 100u
#    define N_ROUNDS   4000u
#else
#    define N_CHILDREN 24u
#    define N_ROUNDS   240u
#endif
#define N_THREADS 4u
#define PATIENCE  60000
#define SIZE      0x20000u
#define WORD      0x5EC7104Eu

#define WORK      (PROCESS_VM_OPERATION | PROCESS_VM_READ | PROCESS_VM_WRITE | PROCESS_QUERY_INFORMATION)

struct victim {
    struct test_child child;
    HANDLE process;
};

static struct victim victims[N_CHILDREN];
static HANDLE section;
static _Atomic unsigned n_done, n_mapped, n_refused;

/* Serves others; ends when it is told to, which may be in the midst of serving. */
CHILD(remote_victim)
{
    char line[16];

    require(ntshm_service_start());
    test_say("ready");
    test_hear(line, sizeof(line), 10 * PATIENCE);
    _exit(0);
}

/* What a call says about a process that has ended, or is just about to. */
static bool is_gone(void)
{
    DWORD error = GetLastError();

    atomic_fetch_add(&n_refused, 1);
    return ok(error == ERROR_ACCESS_DENIED || error == ERROR_PARTIAL_COPY, "error %lu",
              (unsigned long)error);
}

static void map_into(HANDLE process)
{
    uint32_t word = 0;
    void *there = MapViewOfFile2(section, process, 0, NULL, 0, 0, PAGE_READWRITE);

    if (!there) {
        is_gone();
        return;
    }
    atomic_fetch_add(&n_mapped, 1);
    if (!ReadProcessMemory(process, there, &word, sizeof(word), NULL))
        is_gone();
    else
        ok_eq(word, WORD);
    if (!UnmapViewOfFile2(process, there, 0))
        is_gone();
}

static void allocate_in(HANDLE process)
{
    MEMORY_BASIC_INFORMATION info;
    void *there = VirtualAllocEx(process, NULL, SIZE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);

    if (!there) {
        is_gone();
        return;
    }
    if (VirtualQueryEx(process, there, &info, sizeof(info)))
        ok_eq(info.State, MEM_COMMIT);
    else
        is_gone();
    if (!VirtualFreeEx(process, there, 0, MEM_RELEASE))
        is_gone();
}

/* One of them ends, by itself or not; each some time. */
static void end_one(unsigned *state, unsigned i)
{
    if (i >= N_CHILDREN)
        return;
    if (rand_r(state) % 2)
        kill((pid_t)victims[i].child.pid, SIGKILL);
    else
        test_child_write_line(&victims[i].child, "end");
}

static void work(void *argument)
{
    unsigned state = (unsigned)(uintptr_t)argument + 1;
    unsigned n;

    while ((n = atomic_fetch_add(&n_done, 1)) < N_ROUNDS) {
        HANDLE process = victims[(unsigned)rand_r(&state) % N_CHILDREN].process;

        if (rand_r(&state) % 3)
            map_into(process);
        else
            allocate_in(process);
        /* The first quarter of the rounds leaves all of them alive, the last a few. */
        if (n > N_ROUNDS / 4 && n % (N_ROUNDS / 2 / N_CHILDREN) == 0)
            end_one(&state, (n - N_ROUNDS / 4) / (N_ROUNDS / 2 / N_CHILDREN));
    }
}

static void begin_all(void)
{
    for (unsigned i = 0; i < N_CHILDREN; i++)
        require(test_child_start(&victims[i].child, "remote_victim"));
    for (unsigned i = 0; i < N_CHILDREN; i++) {
        test_child_expect(&victims[i].child, "ready", PATIENCE);
        victims[i].process = OpenProcess(WORK, FALSE, (DWORD)victims[i].child.pid);
        require(victims[i].process != NULL);
    }
}

static void end_all(void)
{
    for (unsigned i = 0; i < N_CHILDREN; i++) {
        test_child_kill(&victims[i].child);
        test_child_wait(&victims[i].child, PATIENCE);
        ok_succeeds(CloseHandle(victims[i].process));
    }
}

static HANDLE new_section(void)
{
    HANDLE handle = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, SIZE,
                                       L_("mapped into many"));
    uint32_t *view = MapViewOfFile(handle, FILE_MAP_WRITE, 0, 0, 0);

    require(view != NULL);
    *view = WORD;
    ok_succeeds(UnmapViewOfFile(view));
    return handle;
}

TEST_DEADLINE(processes_that_end_are_mapped_into, "3.32 2.6", 900)
{
    struct test_thread threads[N_THREADS];

    section = new_section();
    begin_all();
    for (uintptr_t i = 0; i < N_THREADS; i++)
        test_thread_start(&threads[i], work, (void *)i);
    for (unsigned i = 0; i < N_THREADS; i++)
        test_thread_join(&threads[i]);
    ok(atomic_load(&n_mapped) > N_ROUNDS / 16, "%u mapped", atomic_load(&n_mapped));
    ok(atomic_load(&n_refused) > 0, "nobody ended");
    end_all();
    ok_succeeds(CloseHandle(section));
    ok_eq(OpenFileMappingW(FILE_MAP_READ, FALSE, L_("mapped into many")), NULL);
    ok_error(ERROR_FILE_NOT_FOUND);
}
