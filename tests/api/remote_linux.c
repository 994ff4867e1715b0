// SPDX-License-Identifier: MIT
/*
 * Other processes as Linux has them: without the thread that works for others, stopped, ending,
 * forking; and who begins that thread and how it ends.
 */
#ifndef _WIN32
#    include "api/remote_kit.h"

#    include <errno.h>
#    include <pthread.h>
#    include <signal.h>
#    include <stdio.h>
#    include <stdlib.h>
#    include <string.h>
#    include <sys/wait.h>
#    include <unistd.h>

#    include <ntshm/ntshm.h>
#    include <psapi.h>

#    define WORK \
        (PROCESS_VM_OPERATION | PROCESS_QUERY_INFORMATION | PROCESS_VM_READ | PROCESS_VM_WRITE)

/* --- who has no thread ---------------------------------------------------------------------- */

static volatile uint32_t in_data = 0x0DDBA11;

CHILD(remote_bare)
{
    char line[16];

    test_say("%llx", (unsigned long long)(uintptr_t)&in_data);
    test_hear(line, sizeof(line), 10 * PATIENCE);
    return 0;
}

TEST(process_without_the_thread_is_not_worked_in, "3.32 8.29")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE), process;
    MEMORY_BASIC_INFORMATION info;
    struct test_child child;
    char line[64];
    uint32_t word = 0;
    char *address;

    require(test_child_start(&child, "remote_bare"));
    require(test_child_read_line(&child, line, sizeof(line), PATIENCE));
    address = (char *)(uintptr_t)strtoull(line, NULL, 16);
    process = OpenProcess(WORK, FALSE, (DWORD)child.pid);
    require(process != NULL);
    ok_fails(VirtualAllocEx(process, NULL, PAGE, MEM_COMMIT, PAGE_READWRITE), ERROR_NOT_SUPPORTED);
    ok_fails(MapViewOfFile2(section, process, 0, NULL, 0, 0, PAGE_READWRITE), ERROR_NOT_SUPPORTED);
    ok_fails(UnmapViewOfFile2(process, address, 0), ERROR_NOT_SUPPORTED);

    /* What the kernel tells. */
    ok_eq(VirtualQueryEx(process, address, &info, sizeof(info)), sizeof(info));
    ok_eq(info.State, MEM_COMMIT);
    ok(info.Protect == PAGE_READWRITE || info.Protect == PAGE_WRITECOPY);
    ok_fails(VirtualQueryEx(process, (void *)~(uintptr_t)0, &info, sizeof(info)),
             ERROR_INVALID_PARAMETER);
    ok_succeeds(ReadProcessMemory(process, address, &word, sizeof(word), NULL));
    ok_eq(word, 0x0DDBA11);

    test_child_write_line(&child, "leave");
    ok_eq(test_child_wait(&child, PATIENCE), 0);
    ok_succeeds(CloseHandle(process));
    ok_succeeds(CloseHandle(section));
}

TEST(memory_of_a_process_is_walked_by_what_the_kernel_tells, "8.29")
{
    MEMORY_BASIC_INFORMATION info;
    unsigned n_regions = 0, n_files = 0;
    struct test_child child;
    HANDLE process;
    char line[64], name[512], *at = NULL;

    require(test_child_start(&child, "remote_bare"));
    require(test_child_read_line(&child, line, sizeof(line), PATIENCE));
    process = OpenProcess(PROCESS_QUERY_INFORMATION, FALSE, (DWORD)child.pid);
    while (VirtualQueryEx(process, at, &info, sizeof(info))) {
        require((char *)info.BaseAddress + info.RegionSize > at);
        at = (char *)info.BaseAddress + info.RegionSize;
        n_regions++;
        if (info.Type != MEM_IMAGE)
            continue;
        n_files += GetMappedFileNameA(process, info.BaseAddress, name, sizeof(name)) > 1;
        ok_eq(name[0], '/');
    }
    ok(n_files > 2, "%u", n_files);
    SetLastError(ERROR_INVALID_PARAMETER);
    ok_eq(VirtualQueryEx(process, at, &info, sizeof(info)), 0);
    ok_error(ERROR_INVALID_PARAMETER);
    ok(n_regions > 10, "%u", n_regions);
    test_child_kill(&child);
    test_child_wait(&child, PATIENCE);
    ok_fails(VirtualQueryEx(process, line, &info, sizeof(info)), ERROR_ACCESS_DENIED);
    ok_succeeds(CloseHandle(process));
}

/* --- stopped -------------------------------------------------------------------------------- */

/* All of its threads have stopped when this returns. */
static void stop(struct target *target)
{
    siginfo_t info;

    ok_eq(kill((pid_t)target->child.pid, SIGSTOP), 0);
    while (waitid(P_PID, (id_t)target->child.pid, &info, WSTOPPED) < 0)
        require(errno == EINTR);
}

TEST_DEADLINE(stopped_process_is_an_error_and_nothing_is_left_there, "3.32", 120)
{
    struct target target = new_target(WORK);
    HANDLE section = new_section(L_("lost"), PAGE_READWRITE, GRANULE);
    char *place = allocate_in(&target, 4 * GRANULE, MEM_RESERVE, PAGE_NOACCESS);
    uint64_t began = (uint64_t)test_now_ms();

    ok_succeeds(VirtualFreeEx(target.process, place, 0, MEM_RELEASE));
    stop(&target);
    ok_fails(MapViewOfFile2(section, target.process, 0, place, 0, 0, PAGE_READWRITE),
             ERROR_SEM_TIMEOUT);
    ok((uint64_t)test_now_ms() - began >= 4000, "no patience at all");
    ok_succeeds(CloseHandle(section));
    ok_eq(kill((pid_t)target.child.pid, SIGCONT), 0);
    /* The thread looks at its askers in the order in which they came: it has seen that one. */
    ok_succeeds(VirtualAllocEx(target.process, place, PAGE, MEM_RESERVE, PAGE_READWRITE) != NULL);
    ok_eq(look_in(&target, place).Type, MEM_PRIVATE);
    check_open_fails(L_("lost"), FILE_MAP_READ, ERROR_FILE_NOT_FOUND);
    end_target(&target);
}

/* --- the thread's begin and end ------------------------------------------------------------- */

TEST(environment_begins_the_thread, "3.32")
{
    struct test_child child;
    HANDLE process;
    char line[64];
    void *base;

    setenv("NTSHM_SERVICE_THREAD", "1", 1);
    require(test_child_start(&child, "remote_bare"));
    unsetenv("NTSHM_SERVICE_THREAD");
    require(test_child_read_line(&child, line, sizeof(line), PATIENCE));
    process = OpenProcess(WORK, FALSE, (DWORD)child.pid);
    base = VirtualAllocEx(process, NULL, PAGE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    ok(base != NULL);
    /* Its place in the address space: the child has no use for it, and ends with it. */
    test_child_kill(&child);
    test_child_wait(&child, PATIENCE);
    ok_succeeds(CloseHandle(process));
}

TEST(thread_begins_and_ends_as_often_as_one_likes, "")
{
    for (unsigned i = 0; i < 20; i++) {
        ok_succeeds(ntshm_service_start());
        ok_succeeds(ntshm_service_start());
        ntshm_service_stop();
        ntshm_service_stop();
    }
}

static void start_and_stop(void *argument)
{
    (void)argument;
    for (unsigned i = 0; i < 50; i++) {
        ok_succeeds(ntshm_service_start());
        ntshm_service_stop();
    }
}

static void fork_and_reap(void *argument)
{
    (void)argument;
    for (unsigned i = 0; i < 20; i++) {
        pid_t pid = fork();
        int how = 0;

        if (pid == 0)
            _exit(ntshm_service_start() ? 0 : 1);
        while (waitpid(pid, &how, 0) < 0)
            ;
        ok_eq(how, 0);
    }
}

TEST_DEADLINE(thread_begins_and_ends_among_threads_and_forks, "", 120)
{
    struct test_thread threads[4];

    for (unsigned i = 0; i < 4; i++)
        test_thread_start(&threads[i], i < 3 ? start_and_stop : fork_and_reap, NULL);
    for (unsigned i = 0; i < 4; i++)
        test_thread_join(&threads[i]);
}

static void *say_and_end(void *argument)
{
    (void)argument;
    test_say("other");
    return NULL;
}

/* The C library ends a process with its last thread; the library's own does not count. */
CHILD(remote_last)
{
    pthread_t thread;

    require(ntshm_service_start());
    require(pthread_create(&thread, NULL, say_and_end, NULL) == 0);
    pthread_detach(thread);
    pthread_exit(NULL);
}

TEST(process_ends_with_its_last_thread_though_there_is_ours, "")
{
#    ifdef __SANITIZE_THREAD__
    skip("the sanitizer has a thread of its own");
#    endif
    struct test_child child;

    require(test_child_start(&child, "remote_last"));
    test_child_expect(&child, "other", PATIENCE);
    ok_eq(test_child_wait(&child, PATIENCE), 0);
}

static void start_only(void *argument)
{
    (void)argument;
    ok_succeeds(ntshm_service_start());
}

/* The thread that started it ends, and the first one goes on. */
CHILD(remote_goes_on)
{
    struct test_thread thread;
    char line[16];

    test_thread_start(&thread, start_only, NULL);
    test_thread_join(&thread);
    test_say("ready");
    test_hear(line, sizeof(line), 10 * PATIENCE);
    ntshm_service_stop();
    return 7;
}

TEST(process_goes_on_while_its_first_thread_does, "")
{
    struct test_child child;
    HANDLE process;

    require(test_child_start(&child, "remote_goes_on"));
    test_child_expect(&child, "ready", PATIENCE);
    process = OpenProcess(WORK, FALSE, (DWORD)child.pid);
    for (unsigned i = 0; i < 50; i++) {
        void *base = VirtualAllocEx(process, NULL, PAGE, MEM_RESERVE, PAGE_READWRITE);

        require(base != NULL);
        ok_succeeds(VirtualFreeEx(process, base, 0, MEM_RELEASE));
    }
    test_child_write_line(&child, "leave");
    ok_eq(test_child_wait(&child, PATIENCE), 7);
    ok_succeeds(CloseHandle(process));
}

/* --- whose it is ---------------------------------------------------------------------------- */

TEST(token_of_another_process_says_whose_it_is, "13.12")
{
    struct target target = new_target(PROCESS_QUERY_INFORMATION);
    unsigned char mine[256], its[256];
    HANDLE token = NULL, own = NULL;
    DWORD size = 0;

    ok_fails(OpenProcessToken(target.process, TOKEN_ADJUST_DEFAULT, &token), ERROR_ACCESS_DENIED);
    ok_succeeds(OpenProcessToken(target.process, TOKEN_QUERY, &token));
    ok_succeeds(OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &own));
    ok_succeeds(GetTokenInformation(token, TokenUser, its, sizeof(its), &size));
    ok_succeeds(GetTokenInformation(own, TokenUser, mine, sizeof(mine), &size));
    ok(EqualSid(((TOKEN_USER *)(void *)its)->User.Sid, ((TOKEN_USER *)(void *)mine)->User.Sid));
    ok_succeeds(CloseHandle(token));
    ok_succeeds(CloseHandle(own));
    end_target(&target);
}
#endif
