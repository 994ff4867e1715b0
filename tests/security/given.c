// SPDX-License-Identifier: MIT
/*
 * Handles for another user's process: root may give them, and what goes along are descriptors,
 * which can do there what they can do at all. So nothing goes that would bring more than the handle
 * carries: an unnamed event lies in memory with others, a file was opened for more.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <windows.h>

#include <ntshm/ntshm.h>

#include "broker/kit.h"
#include "harness/test.h"
#include "os/remote.h"

#define BROKER 60001u
#define ALICE  60002u
#define BOB    60003u

#define MS     20000
#define SAME   DUPLICATE_SAME_ACCESS
#define SHARED (FILE_SHARE_READ | FILE_SHARE_WRITE)

/* A user's program that has work done for others, with an event and a section. */
CHILD(given_user)
{
    HANDLE event, section;
    char line[64];

    (void)argc;
    kit_become((uid_t)atoi(argv[1]));
    ok_succeeds(ntshm_service_start());
    event = CreateEventW(NULL, TRUE, FALSE, NULL);
    section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, NULL);
    require(event && section);
    test_say("%llx %llx", (unsigned long long)(uintptr_t)event,
             (unsigned long long)(uintptr_t)section);
    test_hear(line, sizeof(line), 60000);
    ok_succeeds(CloseHandle(section));
    ok_succeeds(CloseHandle(event));
    ntshm_service_stop();
    return 0;
}

struct user {
    struct test_child child;
    HANDLE process, event, section;
};

static void begin(struct user *user, uid_t uid)
{
    unsigned long long event, section;
    char text[64];

    snprintf(text, sizeof(text), "%u", (unsigned)uid);
    require(test_child_start(&user->child, "given_user", text));
    require(test_child_read_line(&user->child, text, sizeof(text), MS));
    require(sscanf(text, "%llx %llx", &event, &section) == 2);
    user->event = (HANDLE)(uintptr_t)event;
    user->section = (HANDLE)(uintptr_t)section;
    user->process = OpenProcess(PROCESS_ALL_ACCESS, FALSE, (DWORD)user->child.pid);
    require(user->process != NULL);
}

static void end(struct user *user)
{
    ok_succeeds(CloseHandle(user->process));
    test_child_write_line(&user->child, "end");
    ok_eq(test_child_wait(&user->child, MS), 0);
}

static BOOL give(HANDLE from, HANDLE handle, const struct user *to, DWORD access, DWORD options)
{
    HANDLE there;

    return DuplicateHandle(from, handle, to->process, &there, access, FALSE, options);
}

TEST_DEADLINE(an_unnamed_event_goes_to_no_other_user, "12.25", 120)
{
    HANDLE self = GetCurrentProcess(), event, named, section, here;
    struct user alice, other, bob;
    struct kit_broker broker;

    kit_need_root();
    kit_broker_start_system(&broker, "given", BROKER, NULL);
    begin(&alice, ALICE);
    begin(&other, ALICE);
    begin(&bob, BOB);
    event = CreateEventW(NULL, TRUE, FALSE, NULL);
    named = CreateEventW(NULL, TRUE, FALSE, L_("event"));
    section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, NULL);
    ok_fails(give(self, event, &alice, 0, SAME), ERROR_NOT_SUPPORTED);
    ok_succeeds(give(self, named, &alice, 0, SAME));
    ok_succeeds(give(self, section, &alice, FILE_MAP_READ, 0));
    /* One user's to another's, by root; and between two of one user. */
    ok_fails(give(alice.process, alice.event, &bob, 0, SAME), ERROR_NOT_SUPPORTED);
    ok_succeeds(give(alice.process, alice.event, &other, 0, SAME));
    ok_succeeds(give(alice.process, alice.section, &bob, 0, SAME));
    ok_succeeds(DuplicateHandle(alice.process, alice.event, self, &here, 0, FALSE, SAME));
    ok_succeeds(CloseHandle(here));
    ok_succeeds(CloseHandle(section));
    ok_succeeds(CloseHandle(named));
    ok_succeeds(CloseHandle(event));
    end(&bob);
    end(&other);
    end(&alice);
    ntshm_quiesce();
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}

TEST_DEADLINE(a_file_goes_to_another_user_only_as_it_was_opened, "12.13", 120)
{
    HANDLE self = GetCurrentProcess(), file;
    struct kit_broker broker;
    struct user alice;
    char path[128];

    kit_need_root();
    kit_broker_start_system(&broker, "file", BROKER, NULL);
    begin(&alice, ALICE);
    snprintf(path, sizeof(path), "%s/given", test_dir());
    file = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, SHARED, NULL, CREATE_NEW, 0, NULL);
    require(file != INVALID_HANDLE_VALUE);
    ok_fails(give(self, file, &alice, FILE_GENERIC_READ, 0), ERROR_NOT_SUPPORTED);
    ok_fails(give(self, file, &alice, FILE_GENERIC_WRITE, 0), ERROR_NOT_SUPPORTED);
    ok_fails(give(self, file, &alice, FILE_APPEND_DATA | FILE_READ_DATA, 0), ERROR_NOT_SUPPORTED);
    ok_succeeds(give(self, file, &alice, 0, SAME));
    ok_succeeds(CloseHandle(file));
    file = CreateFileA(path, GENERIC_READ, SHARED, NULL, OPEN_EXISTING, 0, NULL);
    if (ok(file != INVALID_HANDLE_VALUE)) {
        ok_succeeds(give(self, file, &alice, 0, SAME));
        ok_succeeds(CloseHandle(file));
    }
    end(&alice);
    ntshm_quiesce();
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}

/* Sits where the library would serve its process, and looks at what it is sent. */
CHILD(given_robber)
{
    static unsigned char bytes[65536];
    int listen_fd, fd, fds[NT_OS_MAX_FDS];
    size_t size, n_fds = 0;
    bool writes = false;
    uint64_t began;
    char name[64];

    (void)argc;
    if (strcmp(argv[1], "0") != 0)
        kit_become((uid_t)atoi(argv[1]));
    require(nt_os_process_began(getpid(), &began) == 0);
    snprintf(name, sizeof(name), "ntshm-service/%d/%llu/0", (int)getpid(),
             (unsigned long long)began);
    require(nt_os_socket_listen_abstract(name, &listen_fd) == 0);
    test_say("ready");
    for (int i = 0; i < 2; i++) { /* that somebody connects, and that he says something */
        struct pollfd entry = {.fd = i ? fd : listen_fd, .events = POLLIN};

        require(nt_os_poll(&entry, 1, nt_os_now_ns() + MS * 1000000ull) == 0);
        require(i || nt_os_socket_accept(listen_fd, &fd) == 0);
    }
    require(nt_os_socket_recv(fd, bytes, sizeof(bytes), &size, fds, 4, &n_fds, NULL, false) == 0);
    for (size_t i = 0; i < n_fds; i++) {
        writes = writes || (fcntl(fds[i], F_GETFL) & O_ACCMODE) == O_RDWR;
        close(fds[i]);
    }
    test_say("%u %s", (unsigned)n_fds, writes ? "writes" : "reads");
    close(fd);
    close(listen_fd);
    return 0;
}

/* A view to be read over there, of a section that may be written here. */
static void map_in(const char *uid, HANDLE section, const char *found)
{
    struct test_child child;
    HANDLE process;

    require(test_child_start(&child, "given_robber", uid));
    test_child_expect(&child, "ready", MS);
    process = OpenProcess(PROCESS_ALL_ACCESS, FALSE, (DWORD)child.pid);
    require(process != NULL);
    ok(!MapViewOfFile2(section, process, 0, NULL, 0, 0, PAGE_READONLY));
    test_child_expect(&child, found, MS);
    ok_eq(test_child_wait(&child, MS), 0);
    ok_succeeds(CloseHandle(process));
}

TEST_DEADLINE(a_view_in_another_users_process_can_do_no_more_than_it_shall, "3.32", 120)
{
    HANDLE section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, NULL);

    kit_need_root();
    require(section != NULL);
    map_in("60002", section, "1 reads");
    map_in("0", section, "1 writes"); /* its own user's */
    ok_succeeds(CloseHandle(section));
}
