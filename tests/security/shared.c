// SPDX-License-Identifier: MIT
/*
 * What another library shares, between real users with one broker for all of them: the descriptor
 * of an object keeps the third one out, by name and by number; a private namespace keeps out who
 * is outside its boundary; and root gives to anybody what the handle carries, and no more.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ntstatus.h>
#include <sddl.h>
#include <windows.h>

#include <ntshm/ntshm.h>
#include <ntshm/shared.h>

#include "broker/kit.h"
#include "harness/test.h"

#define BROKER 60001u
#define ALICE  60002u
#define BOB    60003u
#define CAROL  60004u

#define MS     20000

/* --- a user, told what to do ------------------------------------------------------------------ */

/*
 * A child is a user. Each line is a call and its words; it answers with the last error (0: good),
 * or for "take" and "handle" with the byte that it found, and leaves the next one there.
 *
 *   share NAME SDDL       ntshm_create_sharedW of new memory that begins with 'a'; kept
 *   open NAME ACCESS      ntshm_open_sharedW; kept
 *   take, handle VALUE    what the kept handle carries, or that one
 *   close                 the kept handle
 *   space NAME SID, look NAME SID   CreatePrivateNamespace, OpenPrivateNamespace as "space"
 */
static HANDLE kept, space;

static void say(bool good)
{
    test_say("%u", good ? 0 : (unsigned)GetLastError());
}

static const wchar_t *wide_of(const char *text)
{
    static wchar_t wide[200];
    size_t n = 0;

    for (; text[n] && n < 199; n++)
        wide[n] = (unsigned char)text[n];
    wide[n] = 0;
    return wide;
}

static void do_share(const char *name, const char *sddl)
{
    struct ntshm_shared shared = {.type = NTSHM_SHARED_RESOURCE, .n_fds = 1};
    SECURITY_ATTRIBUTES attributes = {.nLength = sizeof(attributes)};

    require(ConvertStringSecurityDescriptorToSecurityDescriptorA(
        sddl, SDDL_REVISION_1, &attributes.lpSecurityDescriptor, NULL));
    shared.fds[0] = memfd_create("shared", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    require(shared.fds[0] >= 0 && fchmod(shared.fds[0], 0600) == 0);
    require(write(shared.fds[0], "a", 1) == 1);
    require(fcntl(shared.fds[0], F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0);
    kept = ntshm_create_sharedW(&attributes, wide_of(name), &shared);
    say(kept != NULL);
    close(shared.fds[0]);
    LocalFree(attributes.lpSecurityDescriptor);
}

static void do_take(HANDLE handle)
{
    struct ntshm_shared shared;
    char byte = 0;

    if (!ntshm_take_shared(handle, &shared)) {
        say(false);
        return;
    }
    ok_eq(pread(shared.fds[0], &byte, 1, 0), 1);
    byte++;
    ok_eq(pwrite(shared.fds[0], &byte, 1, 0), 1);
    close(shared.fds[0]);
    test_say("%c", byte - 1);
}

static void do_space(const char *verb, const char *name, const char *sid_text)
{
    HANDLE boundary = CreateBoundaryDescriptorW(wide_of(name), 0);
    PSID sid = NULL;

    require(boundary && ConvertStringSidToSidA(sid_text, &sid));
    require(AddSIDToBoundaryDescriptor(&boundary, sid));
    space = strcmp(verb, "space") == 0 ? CreatePrivateNamespaceW(NULL, boundary, L"space")
                                       : OpenPrivateNamespaceW(boundary, L"space");
    say(space != NULL);
    LocalFree(sid);
    DeleteBoundaryDescriptor(boundary);
}

static void obey(const char *verb, const char *name, const char *more)
{
    if (strcmp(verb, "share") == 0) {
        do_share(name, more);
    } else if (strcmp(verb, "open") == 0) {
        kept = ntshm_open_sharedW((DWORD)strtoul(more, NULL, 0), FALSE, wide_of(name));
        say(kept != NULL);
    } else if (strcmp(verb, "take") == 0) {
        do_take(kept);
    } else if (strcmp(verb, "handle") == 0) {
        do_take((HANDLE)(uintptr_t)strtoull(name, NULL, 16));
    } else if (strcmp(verb, "close") == 0) {
        say(CloseHandle(kept));
    } else {
        do_space(verb, name, more);
    }
}

CHILD(shared_user)
{
    char line[256];

    (void)argc;
    kit_become((uid_t)atoi(argv[1]));
    test_say("ready");
    while (test_hear(line, sizeof(line), 3 * MS) && strcmp(line, "bye") != 0) {
        char *verb = strtok(line, " "), *name = strtok(NULL, " "), *more = strtok(NULL, "");

        obey(verb, name, more);
    }
    if (space)
        ok_succeeds(ClosePrivateNamespace(space, 0));
    return 0;
}

/* --- the case's side -------------------------------------------------------------------------- */

static struct kit_broker broker;
static struct test_child alice, bob, carol;

static void begin_user(struct test_child *child, uid_t uid)
{
    char text[16];

    snprintf(text, sizeof(text), "%u", (unsigned)uid);
    require(test_child_start(child, "shared_user", text));
    require(test_child_expect(child, "ready", MS));
}

static void begin(const char *name)
{
    kit_need_root();
    kit_open_house();
    kit_broker_start_system(&broker, name, BROKER, NULL);
    begin_user(&alice, ALICE);
    begin_user(&bob, BOB);
    begin_user(&carol, CAROL);
}

static void end(void)
{
    struct test_child *users[] = {&alice, &bob, &carol};

    for (size_t i = 0; i < 3; i++) {
        test_child_write_line(users[i], "bye");
        ok_eq(test_child_wait(users[i], MS), 0);
    }
    ntshm_quiesce();
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}

static const char *ask(struct test_child *user, const char *line)
{
    static char answer[64];

    test_child_write_line(user, "%s", line);
    require(test_child_read_line(user, answer, sizeof(answer), MS), "%s", line);
    return answer;
}

#define FOR_TWO "D:(A;;GA;;;S-1-22-1-60002)(A;;GA;;;S-1-22-1-60003)"

TEST_DEADLINE(its_descriptor_keeps_the_third_user_out, "D12.6 13.8 13.40", 120)
{
    begin("three");
    ok_str_eq(ask(&alice, "share Global\\heap " FOR_TWO), "0");
    ok_str_eq(ask(&bob, "open Global\\heap 0x10000000"), "0");
    ok_str_eq(ask(&bob, "take"), "a");
    ok_str_eq(ask(&alice, "take"), "b");
    ok_str_eq(ask(&carol, "open Global\\heap 0x10000000"), "5");
    ok_str_eq(ask(&carol, "open Global\\heap 0x2000000"), "5"); /* MAXIMUM_ALLOWED */
    ok_str_eq(ask(&carol, "open Global\\heap 0x3"), "5");
    ok_str_eq(ask(&carol, "open Global\\heap 0x20000"), "5");
    ok_str_eq(ask(&carol, "share Global\\heap D:"), "183"); /* nor is its name hers */
    /* A plain name is a session's: nobody else sees it, whatever its descriptor says. */
    ok_str_eq(ask(&bob, "close"), "0");
    ok_str_eq(ask(&bob, "share heap D:(A;;GA;;;WD)"), "0");
    ok_str_eq(ask(&carol, "open heap 0x10000000"), "2");
    ok_str_eq(ask(&alice, "take"), "c");
    ok_str_eq(ask(&alice, "close"), "0");
    ok_str_eq(ask(&carol, "open Global\\heap 0x10000000"), "2");
    ok_str_eq(ask(&carol, "share Global\\heap " FOR_TWO), "0"); /* it was free */
    ok_str_eq(ask(&alice, "open Global\\heap 0x10000000"), "0");
    ok_str_eq(ask(&alice, "take"), "a");
    end();
}

/* Some rights bring the object and none of what it carries. */
TEST_DEADLINE(a_part_of_the_rights_brings_nothing, "D12.5", 120)
{
    begin("part");
    ok_str_eq(ask(&alice, "share Global\\heap D:(A;;GRGWGX;;;S-1-22-1-60003)"
                          "(A;;0xF0001;;;S-1-22-1-60004)"),
              "0");
    ok_str_eq(ask(&bob, "open Global\\heap 0x10000000"), "5");
    ok_str_eq(ask(&bob, "open Global\\heap 0x2000000"), "0");
    ok_str_eq(ask(&bob, "take"), "5");
    ok_str_eq(ask(&carol, "open Global\\heap 0x10000000"), "5");
    ok_str_eq(ask(&carol, "open Global\\heap 0xF0001"), "0");
    ok_str_eq(ask(&carol, "take"), "5");
    ok_str_eq(ask(&alice, "take"), "a");
    end();
}

/* Who is outside the boundary can neither find the namespace nor make one of that boundary. */
TEST_DEADLINE(a_private_namespace_keeps_out_who_is_outside, "D12.7 11.39 11.43", 120)
{
    begin("space");
    ok_str_eq(ask(&alice, "space room S-1-22-1-60002"), "0");
    ok_str_eq(ask(&alice, "share space\\heap D:(A;;GA;;;WD)"), "0");
    ok_str_eq(ask(&alice, "take"), "a");
    ok_str_eq(ask(&bob, "look room S-1-22-1-60002"), "5");
    ok_str_eq(ask(&bob, "space room S-1-22-1-60002"), "5");
    ok_str_eq(ask(&bob, "open space\\heap 0x10000000"), "3");
    /* One of his own has the same name, and is another place. */
    ok_str_eq(ask(&bob, "space room S-1-22-1-60003"), "0");
    ok_str_eq(ask(&bob, "open space\\heap 0x10000000"), "2");
    ok_str_eq(ask(&bob, "share space\\heap D:(A;;GA;;;WD)"), "0");
    ok_str_eq(ask(&bob, "take"), "a");
    ok_str_eq(ask(&alice, "take"), "b");
    end();
}

/* Root may give to anybody; a handle that carries less arrives with nothing. */
TEST_DEADLINE(root_gives_what_the_handle_carries, "D12.5 12.25", 120)
{
    begin("root");
    for (unsigned named = 0; named < 2; named++) {
        struct ntshm_shared shared = {.type = NTSHM_SHARED_RESOURCE, .n_fds = 1};
        HANDLE handle, process, there = NULL, less = NULL;
        char line[64];

        shared.fds[0] = memfd_create("root", MFD_CLOEXEC);
        require(shared.fds[0] >= 0 && write(shared.fds[0], "r", 1) == 1);
        handle = ntshm_create_sharedW(NULL, named ? L"Global\\heap" : NULL, &shared);
        require(handle != NULL);
        process = OpenProcess(PROCESS_ALL_ACCESS, FALSE, (DWORD)bob.pid);
        require(process != NULL);
        ok_succeeds(DuplicateHandle(GetCurrentProcess(), handle, process, &there, 0, FALSE,
                                    DUPLICATE_SAME_ACCESS));
        ok_succeeds(
            DuplicateHandle(GetCurrentProcess(), handle, process, &less, READ_CONTROL, FALSE, 0));
        snprintf(line, sizeof(line), "handle %llx", (unsigned long long)(uintptr_t)there);
        ok_str_eq(ask(&bob, line), "r");
        snprintf(line, sizeof(line), "handle %llx", (unsigned long long)(uintptr_t)less);
        ok_str_eq(ask(&bob, line), "5");
        if (named)
            ok_str_eq(ask(&bob, "open Global\\heap 0x10000000"), "5");
        ok_succeeds(CloseHandle(process));
        ok_succeeds(CloseHandle(handle));
        close(shared.fds[0]);
    }
    end();
}
