// SPDX-License-Identifier: MIT
/*
 * Directories and private namespaces between real users, with one broker for all of them: who may
 * make a namespace, who gets into it, who may put something there, and what a squatter gets.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ntstatus.h>
#include <sddl.h>
#include <windows.h>
#include <winternl.h>

#include "broker/kit.h"
#include "harness/test.h"
#include "rtl/access.h"
#include "util/macro.h"

#define BROKER 60001u /* whom the broker runs as */
#define ALICE  60002u
#define BOB    60003u

#define MS     20000

/* --- a user, told what to do ------------------------------------------------------------------ */

/*
 * A child is a user. Each line is a call and its words; it answers with the last error or the
 * status, and keeps what it got.
 *
 *   create ALIAS BOUNDARY SID [SDDL]   CreatePrivateNamespace; "space" is its handle
 *   open ALIAS BOUNDARY SID            OpenPrivateNamespace
 *   close FLAGS                        ClosePrivateNamespace
 *   event NAME [SDDL], find NAME       CreateEvent, OpenEvent(EVENT_MODIFY_STATE)
 *   dir PATH [SDDL], look PATH         NtCreateDirectoryObject, NtOpenDirectoryObject to query
 *   has PATH NAME                      1 when NAME is listed there, else 0
 */
static HANDLE space;

static DWORD result(const void *handle)
{
    return handle ? 0 : GetLastError();
}

static SECURITY_ATTRIBUTES *attributes_of(const char *sddl)
{
    static SECURITY_ATTRIBUTES attributes = {.nLength = sizeof(attributes)};

    if (!sddl)
        return NULL;
    LocalFree(attributes.lpSecurityDescriptor);
    attributes.lpSecurityDescriptor = NULL;
    ok_succeeds(ConvertStringSecurityDescriptorToSecurityDescriptorA(
        sddl, SDDL_REVISION_1, &attributes.lpSecurityDescriptor, NULL));
    return &attributes;
}

static HANDLE boundary_of(const char *name, const char *text)
{
    HANDLE boundary = CreateBoundaryDescriptorA(name, 0);
    PSID sid = NULL;

    ok_succeeds(ConvertStringSidToSidA(text, &sid));
    ok_succeeds(AddSIDToBoundaryDescriptor(&boundary, sid));
    LocalFree(sid);
    return boundary;
}

static OBJECT_ATTRIBUTES *at(const char *path, const char *sddl)
{
    static wchar_t text[256];
    static UNICODE_STRING string;
    static OBJECT_ATTRIBUTES attributes;
    size_t n = 0;

    for (; path[n] && n < 255; n++)
        text[n] = (unsigned char)path[n];
    text[n] = 0;
    RtlInitUnicodeString(&string, text);
    InitializeObjectAttributes(&attributes, &string, 0, NULL,
                               sddl ? attributes_of(sddl)->lpSecurityDescriptor : NULL);
    return &attributes;
}

static bool has(const char *path, const char *name)
{
    char buffer[2048];
    OBJECT_DIRECTORY_INFORMATION *entry = (void *)buffer;
    ULONG context = 0;
    bool found = false;
    HANDLE directory;

    if (!NT_SUCCESS(NtOpenDirectoryObject(&directory, DIRECTORY_QUERY, at(path, NULL))))
        return false;
    while (!found && NtQueryDirectoryObject(directory, buffer, sizeof(buffer), TRUE, FALSE,
                                            &context, NULL) == STATUS_SUCCESS) {
        size_t n = 0;

        while (name[n] && entry->Name.Buffer[n] == (unsigned char)name[n])
            n++;
        found = !name[n] && !entry->Name.Buffer[n];
    }
    CloseHandle(directory);
    return found;
}

static unsigned enter(char *const words[static 5])
{
    HANDLE boundary = boundary_of(words[2], words[3]);
    unsigned error;

    if (words[0][0] == 'c')
        space = CreatePrivateNamespaceA(attributes_of(words[4]), boundary, words[1]);
    else
        space = OpenPrivateNamespaceA(boundary, words[1]);
    error = result(space);
    DeleteBoundaryDescriptor(boundary);
    return error;
}

static unsigned act(char *const words[static 5])
{
    HANDLE handle = NULL;

    if (strcmp(words[0], "create") == 0 || strcmp(words[0], "open") == 0)
        return enter(words);
    if (strcmp(words[0], "close") == 0)
        return ClosePrivateNamespace(space, (ULONG)atoi(words[1])) ? 0 : GetLastError();
    if (strcmp(words[0], "event") == 0)
        return result(CreateEventA(attributes_of(words[2]), TRUE, FALSE, words[1]));
    if (strcmp(words[0], "find") == 0)
        return result(OpenEventA(EVENT_MODIFY_STATE, FALSE, words[1]));
    if (strcmp(words[0], "dir") == 0)
        return (unsigned)NtCreateDirectoryObject(&handle, DIRECTORY_ALL_ACCESS,
                                                 at(words[1], words[2]));
    if (strcmp(words[0], "look") == 0)
        return (unsigned)NtOpenDirectoryObject(&handle, DIRECTORY_QUERY, at(words[1], NULL));
    return has(words[1], words[2]);
}

CHILD(tenant)
{
    char line[512];

    (void)argc;
    if (atoi(argv[1]) != 0)
        kit_become((uid_t)atoi(argv[1]));
    test_say("ready");
    while (test_hear(line, sizeof(line), MS) && strcmp(line, "bye") != 0) {
        char *words[5] = {NULL};
        char *next = line;

        for (size_t i = 0; i < 5 && next; i++)
            words[i] = strsep(&next, " ");
        test_say("%u", act(words));
    }
    return 0;
}

static struct kit_broker broker;
static struct test_child alice, bob;

static unsigned tell(struct test_child *child, const char *line)
{
    char answer[64] = "";

    test_child_write_line(child, line);
    ok(test_child_read_line(child, answer, sizeof(answer), MS), "%s", line);
    return (unsigned)strtoul(answer, NULL, 10);
}

#define TOLD(child, line, want) ok_eq(tell(&(child), (line)), (unsigned)(want))

static void start(struct test_child *child, unsigned uid)
{
    char text[16];

    snprintf(text, sizeof(text), "%u", uid);
    require(test_child_start(child, "tenant", text));
    test_child_expect(child, "ready", MS);
}

static void finish(struct test_child *child)
{
    test_child_write_line(child, "bye");
    ok_eq(test_child_wait(child, MS), 0);
}

static void begin(void)
{
    kit_need_root();
    kit_broker_start_system(&broker, "machine", BROKER, NULL);
    start(&alice, ALICE);
    start(&bob, BOB);
}

static void end(void)
{
    finish(&alice);
    finish(&bob);
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}

#define ALICES "S-1-22-1-60002"
#define BOBS   "S-1-22-1-60003"

/* --- private namespaces ----------------------------------------------------------------------- */

TEST_DEADLINE(a_squatter_outside_the_boundary_does_not_get_in, "11.38 11.42 11.51", 120)
{
    begin();
    /* Before its owner comes, and after. */
    TOLD(bob, "create squat app " ALICES, ERROR_ACCESS_DENIED);
    TOLD(alice, "create mine app " ALICES, 0);
    TOLD(bob, "create squat app " ALICES, ERROR_ACCESS_DENIED);
    TOLD(bob, "open squat app " ALICES, ERROR_ACCESS_DENIED);
    TOLD(alice, "event mine\\x", 0);
    TOLD(bob, "find mine\\x", ERROR_PATH_NOT_FOUND);
    TOLD(bob, "find squat\\x", ERROR_PATH_NOT_FOUND);
    end();
}

TEST_DEADLINE(one_alias_and_two_boundaries_of_two_users, "11.40 11.44", 120)
{
    begin();
    TOLD(alice, "create app app " ALICES, 0);
    TOLD(bob, "create app app " BOBS, 0);
    TOLD(alice, "event app\\x", 0);
    TOLD(bob, "find app\\x", ERROR_FILE_NOT_FOUND);
    TOLD(bob, "event app\\x", 0);
    TOLD(bob, "find app\\x", 0);
    end();
}

/* The descriptor lets others in to look; what is there has descriptors of its own. */
TEST_DEADLINE(a_namespace_that_others_may_enter, "11.42 11.51", 120)
{
    begin();
    TOLD(alice, "create mine app " ALICES " D:(A;;GA;;;" ALICES ")(A;;GR;;;WD)", 0);
    TOLD(alice, "event mine\\closed", 0);
    TOLD(alice, "event mine\\shared D:(A;;GA;;;WD)", 0);
    TOLD(bob, "open theirs app " ALICES, 0);
    TOLD(bob, "find theirs\\shared", 0);
    TOLD(bob, "find theirs\\closed", ERROR_ACCESS_DENIED);
    TOLD(bob, "event theirs\\own", ERROR_ACCESS_DENIED);
    /* Only its owner, or whom the descriptor lets, ends it. */
    TOLD(bob, "close 1", ERROR_ACCESS_DENIED);
    TOLD(bob, "find theirs\\shared", 0);
    TOLD(alice, "close 1", 0);
    TOLD(alice, "open again app " ALICES, ERROR_PATH_NOT_FOUND);
    TOLD(bob, "find theirs\\shared", 0);
    TOLD(bob, "close 0", 0);
    TOLD(bob, "find theirs\\shared", ERROR_PATH_NOT_FOUND);
    end();
}

TEST_DEADLINE(a_namespace_that_others_may_fill, "11.51", 120)
{
    begin();
    TOLD(alice, "create mine app " ALICES " D:(A;;GRGW;;;WD)", 0);
    TOLD(bob, "open theirs app " ALICES, 0);
    TOLD(bob, "event theirs\\own D:(A;;GA;;;WD)", 0);
    TOLD(alice, "find mine\\own", 0);
    end();
}

/* A boundary of SIDs that both hold is both's: first come, first served. */
TEST_DEADLINE(a_boundary_that_both_are_within, "11.38 11.39", 120)
{
    begin();
    TOLD(bob, "create first app S-1-1-0", 0);
    TOLD(alice, "create second app S-1-1-0", ERROR_ALREADY_EXISTS);
    TOLD(alice, "open second app S-1-1-0", ERROR_ACCESS_DENIED);
    finish(&bob);
    TOLD(alice, "create second app S-1-1-0", 0);
    start(&bob, BOB);
    end();
}

/* --- directories ------------------------------------------------------------------------------ */

TEST_DEADLINE(a_directory_of_another_user, "13.20", 120)
{
    begin();
    TOLD(alice, "dir \\BaseNamedObjects\\hers", STATUS_SUCCESS);
    TOLD(alice, "dir \\BaseNamedObjects\\hers\\inner", STATUS_SUCCESS);
    TOLD(bob, "look \\BaseNamedObjects\\hers", STATUS_ACCESS_DENIED);
    TOLD(bob, "dir \\BaseNamedObjects\\hers\\own", STATUS_ACCESS_DENIED);
    TOLD(bob, "dir \\BaseNamedObjects\\hers", STATUS_OBJECT_NAME_COLLISION);
    TOLD(bob, "event Global\\hers\\x", ERROR_ACCESS_DENIED);
    TOLD(alice, "event Global\\hers\\x D:(A;;GA;;;WD)", 0);
    TOLD(alice, "event Global\\hers\\closed", 0);
    /* Passing through takes no right. */
    TOLD(bob, "find Global\\hers\\x", 0);
    TOLD(bob, "find Global\\hers\\closed", ERROR_ACCESS_DENIED);
    TOLD(bob, "event Global\\hers\\x", 0);
    end();
}

TEST_DEADLINE(a_directory_that_others_may_use, "13.20", 120)
{
    begin();
    TOLD(alice, "dir \\BaseNamedObjects\\open D:(A;;0x5;;;WD)", STATUS_SUCCESS);
    TOLD(bob, "event Global\\open\\x", 0);
    TOLD(bob, "dir \\BaseNamedObjects\\open\\d", STATUS_ACCESS_DENIED);
    TOLD(bob, "look \\BaseNamedObjects\\open", STATUS_SUCCESS);
    TOLD(bob, "has \\BaseNamedObjects\\open x", 1);
    TOLD(alice, "has \\BaseNamedObjects\\open x", 1);
    end();
}

/* Both are in a session 1, and it is not one. */
TEST_DEADLINE(another_users_session_is_not_listed, "11.2 11.4", 120)
{
    begin();
    TOLD(alice, "event Local\\mine", 0);
    TOLD(alice, "event Global\\all", 0);
    TOLD(alice, "has \\Sessions\\1\\BaseNamedObjects mine", 1);
    TOLD(bob, "has \\Sessions\\1\\BaseNamedObjects mine", 0);
    TOLD(bob, "has \\BaseNamedObjects all", 1);
    TOLD(bob, "has \\BaseNamedObjects mine", 0);
    TOLD(bob, "has \\Sessions 1", 1);
    TOLD(bob, "look \\Sessions\\2", STATUS_OBJECT_PATH_NOT_FOUND);
    TOLD(bob, "dir \\Sessions\\own", STATUS_ACCESS_DENIED);
    TOLD(bob, "dir \\own", STATUS_ACCESS_DENIED);
    end();
}

/* --- the protocol by hand --------------------------------------------------------------------- */

/* Who knows the number of a directory and not its secret has nothing. */
TEST_DEADLINE(a_root_is_not_guessed, "11.51", 60)
{
    struct kit_reply made, reply;
    struct kit_request request;
    struct kit_broker own;
    int fd;

    kit_broker_start(&own, "own", 60000);
    fd = kit_connect(own.directory);
    require(kit_hello(fd, 0, &reply));
    kit_fill_create(&request, 1, "directory");
    request.create.kind = NT_KIND_DIRECTORY;
    request.create.access = DIRECTORY_ALL_ACCESS;
    request.create.size = 0;
    require(kit_ask(fd, &request, &made));
    ok_status(made.header.status, STATUS_SUCCESS);
    for (unsigned i = 0; i < 64; i++) {
        kit_fill_create(&request, 2 + i, "x");
        request.create.kind = NT_KIND_EVENT;
        request.create.access = EVENT_ALL_ACCESS;
        request.create.root = made.object.root;
        request.create.root.secret ^= UINT64_C(1) << i;
        require(kit_ask(fd, &request, &reply));
        ok_status(reply.header.status, STATUS_OBJECT_PATH_NOT_FOUND);
        kit_reply_drop(&reply);
    }
    request.header.number++;
    request.create.root = made.object.root;
    require(kit_ask(fd, &request, &reply));
    ok_status(reply.header.status, STATUS_SUCCESS);
    kit_reply_drop(&reply);
    kit_reply_drop(&made);
    close(fd);
    ok_eq(kit_broker_end(&own, SIGTERM), 0);
}
