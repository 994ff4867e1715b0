// SPDX-License-Identifier: MIT
/*
 * Directories, listing and private namespaces when something fails inside: nothing is made, no
 * handle, descriptor, alias or name is left, and the same call works afterwards.
 */
#include <string.h>

#include <ntstatus.h>
#include <windows.h>
#include <winternl.h>

#include "fault/kit.h"
#include "harness/test.h"

/* How messages are lost is library.c's to look at. */
#define TALK (FAULT_BIT(SEND) | FAULT_BIT(RECV) | FAULT_BIT(SOCKET) | FAULT_BIT(CONNECT))

static HANDLE made, directory, boundary, space;

static OBJECT_ATTRIBUTES *at(HANDLE root, const wchar_t *name)
{
    static OBJECT_ATTRIBUTES attributes;
    static UNICODE_STRING string;

    RtlInitUnicodeString(&string, name);
    InitializeObjectAttributes(&attributes, &string, 0, root, NULL);
    return &attributes;
}

static uint32_t status_result(NTSTATUS status)
{
    return NT_SUCCESS(status) ? 0 : RtlNtStatusToDosError(status);
}

static void close_made(void)
{
    ok_succeeds(CloseHandle(made));
    made = NULL;
}

static void greet_broker(void)
{
    made = CreateEventA(NULL, TRUE, FALSE, A_("greeting"));
    require(made != NULL);
    close_made();
}

/* --- directories ---------------------------------------------------------------------------- */

static const wchar_t *path(void)
{
    static wchar_t text[128];

    wcscpy(text, L"\\BaseNamedObjects\\");
    wcscat(text, L_("directory"));
    return text;
}

static uint32_t run_create(void)
{
    return status_result(NtCreateDirectoryObject(&made, DIRECTORY_ALL_ACCESS, at(NULL, path())));
}

static uint32_t run_create_nameless(void)
{
    return status_result(NtCreateDirectoryObject(&made, DIRECTORY_ALL_ACCESS, NULL));
}

static uint32_t run_open_global(void)
{
    return status_result(
        NtOpenDirectoryObject(&made, DIRECTORY_QUERY, at(NULL, L"\\BaseNamedObjects")));
}

static uint32_t run_event_in(void)
{
    return status_result(
        NtCreateEvent(&made, EVENT_ALL_ACCESS, at(directory, L"event"), NotificationEvent, FALSE));
}

static uint32_t run_inner(void)
{
    return status_result(
        NtCreateDirectoryObject(&made, DIRECTORY_ALL_ACCESS, at(directory, L"inner")));
}

static uint32_t run_list(void)
{
    char buffer[1024];
    ULONG context = 0, length;
    NTSTATUS status =
        NtQueryDirectoryObject(directory, buffer, sizeof(buffer), FALSE, TRUE, &context, &length);

    return status_result(status);
}

TEST_DEADLINE(a_directory_is_made_whole_or_not_at_all, "11.9 11.27", 120)
{
    static const struct fault_call calls[] = {
        {"NtCreateDirectoryObject", greet_broker, run_create, close_made, FAULT_MEMORY, 0, TALK},
        {"NtCreateDirectoryObject, no name", greet_broker, run_create_nameless, close_made,
         FAULT_MEMORY, 0, TALK},
        {"NtOpenDirectoryObject", greet_broker, run_open_global, close_made, FAULT_MEMORY, 0, TALK},
    };

    for (size_t i = 0; i < ARRAYSIZE(calls); i++)
        fault_walk_call(&calls[i]);
}

TEST_DEADLINE(what_stands_in_a_directory_is_made_whole_or_not_at_all, "11.9", 120)
{
    static const struct fault_call calls[] = {
        {"NtCreateEvent, RootDirectory", NULL, run_event_in, close_made, FAULT_MEMORY, 0, TALK},
        {"NtCreateDirectoryObject, RootDirectory", NULL, run_inner, close_made, FAULT_MEMORY, 0,
         TALK},
    };
    struct fault_call list = {
        "NtQueryDirectoryObject", NULL, run_list, NULL, FAULT_MEMORY, 0, TALK};
    HANDLE event;

    require(run_create_nameless() == 0);
    directory = made;
    for (size_t i = 0; i < ARRAYSIZE(calls); i++)
        fault_walk_call(&calls[i]);
    require(run_event_in() == 0);
    event = made;
    fault_walk_call(&list);
    ok_succeeds(CloseHandle(event));
    ok_succeeds(CloseHandle(directory));
}

/* --- private namespaces --------------------------------------------------------------------- */

static PSID everyone(void)
{
    static SID sid = {.Revision = SID_REVISION,
                      .SubAuthorityCount = 1,
                      .IdentifierAuthority = {.Value = {0, 0, 0, 0, 0, 1}}};

    return &sid;
}

static uint32_t run_boundary(void)
{
    made = CreateBoundaryDescriptorW(L"boundary", 0);
    return fault_result(made != NULL);
}

static void drop_boundary(void)
{
    DeleteBoundaryDescriptor(made);
    made = NULL;
}

/* It has one of its own each time, which a failure must leave as it was. */
static uint32_t run_add(void)
{
    HANDLE own = CreateBoundaryDescriptorW(L"boundary", 0);
    uint32_t error = fault_result(own != NULL);

    if (own)
        error = fault_result(AddSIDToBoundaryDescriptor(&own, everyone()));
    DeleteBoundaryDescriptor(own);
    return error;
}

static uint32_t run_namespace(void)
{
    made = CreatePrivateNamespaceW(NULL, boundary, L"alias");
    return fault_result(made != NULL);
}

static uint32_t run_open_namespace(void)
{
    made = OpenPrivateNamespaceW(boundary, L"other");
    return fault_result(made != NULL);
}

static uint32_t run_event_behind(void)
{
    made = CreateEventW(NULL, TRUE, FALSE, L"alias\\event");
    return fault_result(made != NULL);
}

static void close_namespace(void)
{
    ok_succeeds(ClosePrivateNamespace(made, 0));
    made = NULL;
}

static void make_boundary(void)
{
    boundary = CreateBoundaryDescriptorW(L_("boundary"), 0);
    require(boundary && AddSIDToBoundaryDescriptor(&boundary, everyone()));
}

TEST_DEADLINE(a_boundary_is_made_whole_or_not_at_all, "11.33 11.36", 120)
{
    static const struct fault_call calls[] = {
        {"CreateBoundaryDescriptor", NULL, run_boundary, drop_boundary, FAULT_MEMORY, 0, 0},
        {"AddSIDToBoundaryDescriptor", NULL, run_add, NULL, FAULT_MEMORY, 0, 0},
    };

    for (size_t i = 0; i < ARRAYSIZE(calls); i++)
        fault_walk_call(&calls[i]);
}

/* The alias and the boundary are free again after each failure: the next try shows it. */
TEST_DEADLINE(a_namespace_is_made_whole_or_not_at_all, "11.39 11.41", 120)
{
    static const struct fault_call create = {"CreatePrivateNamespace",
                                             greet_broker,
                                             run_namespace,
                                             close_namespace,
                                             FAULT_MEMORY,
                                             0,
                                             TALK};
    static const struct fault_call calls[] = {
        {"OpenPrivateNamespace", NULL, run_open_namespace, close_namespace, FAULT_MEMORY, 0, TALK},
        {"CreateEvent behind an alias", NULL, run_event_behind, close_made, FAULT_MEMORY, 0, TALK},
    };

    make_boundary();
    fault_walk_call(&create);
    require(run_namespace() == 0);
    space = made;
    for (size_t i = 0; i < ARRAYSIZE(calls); i++)
        fault_walk_call(&calls[i]);
    ok_succeeds(ClosePrivateNamespace(space, 0));
    DeleteBoundaryDescriptor(boundary);
}
