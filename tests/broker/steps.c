// SPDX-License-Identifier: MIT
/*
 * A crash at every step. `ntshmd-steps` is the broker with a crash point at each step between a
 * request's arrival and its answer, and at each step of a recovery (src/broker/step.h). At one of
 * them the worker kills itself, every third time that it comes there, ten times; meanwhile a
 * program creates, opens, changes and closes names, and must not see one error: what was cut is
 * done exactly once or not at all.
 */
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <windows.h>
#include <ntshm/ntshm.h>
#include <ntshm/shared.h>
#include <winternl.h>

#include "broker/kit.h"
#include "broker/step.h"
#include "harness/test.h"

#define SIZE     65536
#define N_DEATHS 10
#define MOST     2000 /* turns */

extern char **environ;

static const char *const steps[NT_STEP_COUNT] = {
#define X(name) #name,
    NT_STEPS(X)
#undef X
};

static struct ntshm_broker_statistics ask(void)
{
    struct ntshm_broker_statistics statistics = {.size = sizeof(statistics)};

    ok_succeeds(ntshm_broker_statistics(&statistics));
    return statistics;
}

static void use_steps(struct kit_broker *broker, const char *step)
{
    setenv("NTSHM_BROKER_PATH", NT_TEST_STEPS_PATH, 1);
    setenv("NTSHM_STEP", step, 1);
    kit_broker_start(broker, "steps", 60000);
}

/* Who may do what is another thing each time, and must be what was last set. */
static void change_security(HANDLE section, unsigned turn)
{
    DECLSPEC_ALIGN(8) unsigned char bytes[1024];
    SECURITY_DESCRIPTOR descriptor;
    DECLSPEC_ALIGN(8) unsigned char list[512];
    PSECURITY_DESCRIPTOR found = bytes;
    BOOL present = FALSE, defaulted;
    PACL acl = NULL, its = NULL;
    DWORD size;
    SID everyone = {.Revision = 1,
                    .SubAuthorityCount = 1,
                    .IdentifierAuthority = {{0, 0, 0, 0, 0, 1}},
                    .SubAuthority = {0}};

    acl = (PACL)list;
    ok_succeeds(InitializeAcl(acl, sizeof(list), ACL_REVISION));
    for (unsigned i = 0; i <= turn % 7; i++)
        ok_succeeds(AddAccessAllowedAce(acl, ACL_REVISION, SECTION_MAP_READ, &everyone));
    ok_succeeds(InitializeSecurityDescriptor(&descriptor, SECURITY_DESCRIPTOR_REVISION));
    ok_succeeds(SetSecurityDescriptorDacl(&descriptor, TRUE, acl, FALSE));
    ok_succeeds(SetKernelObjectSecurity(section, DACL_SECURITY_INFORMATION, &descriptor));
    ok_succeeds(
        GetKernelObjectSecurity(section, DACL_SECURITY_INFORMATION, found, sizeof(bytes), &size));
    ok_succeeds(GetSecurityDescriptorDacl(found, &present, &its, &defaulted));
    if (ok(present && its))
        ok_eq(its->AceCount, turn % 7 + 1);
}

static void one_turn(unsigned turn)
{
    char name[64];
    HANDLE section, again;
    uint32_t *view;

    snprintf(name, sizeof(name), "%s-%u", A_("step"), turn);
    section = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, SIZE, name);
    ok_succeeds(section);
    ok_error(ERROR_SUCCESS); /* never its own ERROR_ALREADY_EXISTS */
    view = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    if (!ok_succeeds(view))
        return;
    *view = turn;
    UnmapViewOfFile(view);
    change_security(section, turn);
    again = OpenFileMappingA(FILE_MAP_READ, FALSE, name);
    ok_succeeds(again);
    view = MapViewOfFile(again, FILE_MAP_READ, 0, 0, 0);
    ok(view && *view == turn);
    UnmapViewOfFile(view);
    CloseHandle(again);
    CloseHandle(section);
    ok_fails(OpenFileMappingA(FILE_MAP_READ, FALSE, name), ERROR_FILE_NOT_FOUND);
    if (turn % 4 == 0)
        ntshm_quiesce(); /* and a connection is made anew */
}

/* A namespace with a directory in it and an event in that, found, and destroyed. */
static void namespace_turn(unsigned turn)
{
    SID everyone = {
        .Revision = 1, .SubAuthorityCount = 1, .IdentifierAuthority = {{0, 0, 0, 0, 0, 1}}};
    HANDLE boundary, space, again, event, found;
    wchar_t name[16] = L"step-a";

    name[5] = (wchar_t)('a' + turn % 26);
    boundary = CreateBoundaryDescriptorW(name, 0);
    ok_succeeds(boundary);
    ok_succeeds(AddSIDToBoundaryDescriptor(&boundary, &everyone));
    space = CreatePrivateNamespaceW(NULL, boundary, L"mine");
    ok_succeeds(space); /* never its own ERROR_ALREADY_EXISTS */
    event = CreateEventW(NULL, TRUE, FALSE, L"mine\\bell");
    ok_succeeds(event);
    ok_error(ERROR_SUCCESS);
    again = OpenPrivateNamespaceW(boundary, L"again");
    ok_succeeds(again);
    found = OpenEventW(SYNCHRONIZE, FALSE, L"again\\bell");
    ok_succeeds(found);
    CloseHandle(found);
    ok_succeeds(ClosePrivateNamespace(space, PRIVATE_NAMESPACE_FLAG_DESTROY));
    ok_fails(OpenPrivateNamespaceW(boundary, L"mine"), ERROR_PATH_NOT_FOUND);
    /* Destroyed, and still what it is for who has it. */
    found = OpenEventW(SYNCHRONIZE, FALSE, L"again\\bell");
    ok_succeeds(found);
    CloseHandle(found);
    CloseHandle(event);
    ok_succeeds(ClosePrivateNamespace(again, 0));
    DeleteBoundaryDescriptor(boundary);
}

/* What another library shares, with two descriptors: made, found, and gone. */
static void shared_turn(unsigned turn)
{
    struct ntshm_shared shared = {.type = NTSHM_SHARED_RESOURCE, .n_fds = 2}, taken;
    HANDLE handle, again;
    uint32_t word = 0;

    for (unsigned i = 0; i < 2; i++) {
        word = turn + i;
        shared.fds[i] = memfd_create("step", MFD_CLOEXEC);
        require(shared.fds[i] >= 0);
        ok_eq(write(shared.fds[i], &word, sizeof(word)), (ssize_t)sizeof(word));
    }
    handle = ntshm_create_sharedW(NULL, L_("step-heap"), &shared);
    ok_succeeds(handle); /* never its own ERROR_ALREADY_EXISTS */
    again = ntshm_open_sharedW(GENERIC_ALL, FALSE, L_("step-heap"));
    ok_succeeds(again);
    if (ok_succeeds(ntshm_take_shared(again, &taken)) && ok_eq(taken.n_fds, 2)) {
        for (unsigned i = 0; i < 2; i++) {
            ok_eq(pread(taken.fds[i], &word, sizeof(word), 0), (ssize_t)sizeof(word));
            ok_eq(word, turn + i);
            close(taken.fds[i]);
        }
    }
    close(shared.fds[0]);
    close(shared.fds[1]);
    CloseHandle(again);
    CloseHandle(handle);
    ok_fails(ntshm_open_sharedW(GENERIC_ALL, FALSE, L_("step-heap")), ERROR_FILE_NOT_FOUND);
}

/* A section of a file that grows. */
struct growing {
    HANDLE file, section;
    int64_t size;
};

static void grow_begin(struct growing *growing)
{
    char path[128];
    HANDLE first;

    snprintf(path, sizeof(path), "%s/growing", test_dir());
    growing->file =
        CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    require(growing->file != INVALID_HANDLE_VALUE);
    growing->size = SIZE;
    first = CreateFileMappingA(growing->file, NULL, PAGE_READWRITE, 0, SIZE, A_("growing"));
    ok_succeeds(first);
    /* The right to let it grow comes with an open. */
    growing->section = OpenFileMappingA(SECTION_ALL_ACCESS, FALSE, A_("growing"));
    ok_succeeds(growing->section);
    CloseHandle(first);
}

static void grow_turn(struct growing *growing)
{
    LARGE_INTEGER size;

    growing->size += 4096;
    size.QuadPart = growing->size;
    ok_eq((uint32_t)NtExtendSection(growing->section, &size), 0);
    ok_eq(size.QuadPart, growing->size);
}

/* --- handles for another process, and jobs ---------------------------------------------------- */

/* Sets the events whose handles it is told. */
CHILD(step_receiver)
{
    char line[64];

    (void)argc;
    (void)argv;
    while (test_hear(line, sizeof(line), 100000) && strcmp(line, "end") != 0) {
        HANDLE event = (HANDLE)(uintptr_t)strtoull(line, NULL, 10);

        ok_succeeds(SetEvent(event));
        ok_succeeds(CloseHandle(event));
        test_say("set");
    }
    return 0;
}

/* One handle goes there, once: its value is another one each time. */
static void push_turn(struct test_child *child, HANDLE process, unsigned turn)
{
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL), remote = NULL;

    ok_succeeds(event);
    ok_succeeds(DuplicateHandle(GetCurrentProcess(), event, process, &remote, 0, FALSE,
                                DUPLICATE_SAME_ACCESS));
    ok((uintptr_t)remote >= 4 * ((uintptr_t)NT_MAILBOX_FIRST + turn));
    test_child_write_line(child, "%llu", (unsigned long long)(uintptr_t)remote);
    test_child_expect(child, "set", 100000);
    ok_eq(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
    CloseHandle(event);
}

/* A job, a member, and its end with the job. */
static void job_turn(void)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {.BasicLimitInformation.LimitFlags =
                                                       JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE};
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION accounting = {.TotalProcesses = 77};
    const char *arguments[] = {"sleep", "600", NULL};
    HANDLE job, process;
    pid_t pid = -1;
    int status;

    require(posix_spawnp(&pid, "sleep", NULL, NULL, (char **)arguments, environ) == 0);
    process = OpenProcess(PROCESS_ALL_ACCESS, FALSE, (DWORD)pid);
    ok_succeeds(process);
    job = CreateJobObjectA(NULL, A_("step-job"));
    ok_succeeds(job);
    ok_error(ERROR_SUCCESS);
    ok_succeeds(
        SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof(limits)));
    ok_succeeds(AssignProcessToJobObject(job, process));
    ok_succeeds(QueryInformationJobObject(job, JobObjectBasicAccountingInformation, &accounting,
                                          sizeof(accounting), NULL));
    ok_eq(accounting.TotalProcesses, 1);
    ok_eq(accounting.ActiveProcesses, 1);
    CloseHandle(process);
    CloseHandle(job);
    status = kit_reap(pid);
    ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void crash_at(const char *step)
{
    bool recovers = strncmp(step, "recover_", strlen("recover_")) == 0;
    struct ntshm_broker_statistics now;
    struct kit_broker broker;
    struct test_child child;
    struct growing growing;
    HANDLE kept, process;
    unsigned turn = 0;

    use_steps(&broker, step);
    require(test_child_start(&child, "step_receiver"));
    process = OpenProcess(PROCESS_ALL_ACCESS, FALSE, (DWORD)child.pid);
    ok_succeeds(process);
    kept = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, SIZE, A_("kept"));
    ok_succeeds(kept);
    grow_begin(&growing);
    do {
        if (recovers)
            kill(kit_worker_of(broker.pid), SIGKILL);
        one_turn(turn++);
        grow_turn(&growing);
        namespace_turn(turn);
        shared_turn(turn);
        push_turn(&child, process, turn - 1);
        job_turn();
        now = ask();
        ok_eq(now.names, 2);
        require(now.pid == (uint32_t)broker.pid, "%s: the broker is gone", step);
    } while (now.restarts < N_DEATHS * (recovers ? 3 : 1) && turn < MOST);
    ok(now.restarts >= N_DEATHS, "%s: %u deaths in %u turns", step, now.restarts, turn);
    test_note("%s: %u deaths in %u turns", step, now.restarts, turn);
    CloseHandle(growing.section);
    CloseHandle(growing.file);
    CloseHandle(kept);
    CloseHandle(process);
    test_child_write_line(&child, "end");
    ok_eq(test_child_wait(&child, 100000), 0);
    ok_eq(ask().names, 0);
    ok_eq(ask().fds, 0);
    ntshm_quiesce();
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}

TEST_DEADLINE(a_crash_at_any_step_is_not_seen, "", 120)
{
    const char *only = getenv("NTSHM_TEST_STEP"); /* by hand */

    for (int i = 0; i < NT_STEP_poison; i++) {
        if (!only || strcmp(only, steps[i]) == 0)
            crash_at(steps[i]);
    }
}

/* --- a request that crashes the worker each time ---------------------------------------------- */

TEST_DEADLINE(a_request_that_kills_workers_is_answered_and_disturbs_nobody, "", 60)
{
    struct ntshm_broker_statistics now;
    struct kit_broker broker;
    struct growing growing;
    LARGE_INTEGER size;
    HANDLE kept;

    use_steps(&broker, "poison:abort");
    kept = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, SIZE, A_("kept"));
    ok_succeeds(kept);
    grow_begin(&growing);
    size.QuadPart = growing.size + 4096;
    /* After the second death it is not served any more. */
    ok_ne((uint32_t)NtExtendSection(growing.section, &size), 0);
    now = ask();
    /* The call asks for the size and then for more: two requests, two deaths each. */
    ok_eq(now.restarts, 4);
    ok_eq(now.names, 2);
    one_turn(1);
    ok_eq(ask().restarts, 4);
    /* Another request of the kind is another one. */
    size.QuadPart = growing.size + 4096;
    ok_ne((uint32_t)NtExtendSection(growing.section, &size), 0);
    ok_eq(ask().restarts, 8);
    CloseHandle(growing.section);
    CloseHandle(growing.file);
    CloseHandle(kept);
    ok_eq(ask().names, 0);
    ntshm_quiesce();
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}
