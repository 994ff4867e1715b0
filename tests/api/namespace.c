// SPDX-License-Identifier: MIT
/*
 * Boundaries and private namespaces. Wine 8 has no boundaries that could be used: there the cases
 * are skipped.
 */
#include "api/api.h"

#include <string.h>

/* S-1-AUTHORITY-SUB in a static place of its own. */
static PSID sid_of(BYTE authority, DWORD sub)
{
    static union {
        SID sid;
        BYTE bytes[SECURITY_MAX_SID_SIZE];
    } sids[8];
    static unsigned turn;
    SID *sid = &sids[turn++ % 8].sid;

    memset(sid, 0, sizeof(*sid));
    sid->Revision = SID_REVISION;
    sid->SubAuthorityCount = 1;
    sid->IdentifierAuthority.Value[5] = authority;
    sid->SubAuthority[0] = sub;
    return sid;
}

#define EVERYONE      sid_of(1, 0)
#define AUTHENTICATED sid_of(5, 11)
#define NULL_SID      sid_of(0, 0) /* nobody's */
#define LOW           sid_of(16, 0x1000)
#define SYSTEM_LEVEL  sid_of(16, 0x4000)

/* A boundary of that name with these SIDs (NULL: no more); the case ends without it. */
static HANDLE boundary_of(const wchar_t *name, PSID first, PSID second)
{
    HANDLE boundary = CreateBoundaryDescriptorW(name, 0);

    if (!boundary)
        win_skip("no boundary descriptors");
    if (first)
        ok_succeeds(AddSIDToBoundaryDescriptor(&boundary, first));
    if (second)
        ok_succeeds(AddSIDToBoundaryDescriptor(&boundary, second));
    return boundary;
}

static HANDLE create(const wchar_t *name, const wchar_t *alias)
{
    HANDLE boundary = boundary_of(name, EVERYONE, NULL);
    HANDLE space = CreatePrivateNamespaceW(NULL, boundary, alias);

    ok(space != NULL, "error %lu", (unsigned long)GetLastError());
    DeleteBoundaryDescriptor(boundary);
    return space;
}

static HANDLE open(const wchar_t *name, const wchar_t *alias)
{
    HANDLE boundary = boundary_of(name, EVERYONE, NULL);
    HANDLE space;

    SetLastError(0xdead);
    space = OpenPrivateNamespaceW(boundary, alias);
    DeleteBoundaryDescriptor(boundary);
    return space;
}

static void close_space(HANDLE space)
{
    if (space)
        ok_succeeds(ClosePrivateNamespace(space, 0));
}

static HANDLE new_event(const wchar_t *name)
{
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, name);

    ok(event != NULL, "error %lu", (unsigned long)GetLastError());
    ok_error(0);
    return event;
}

static void no_event(const wchar_t *name, DWORD error)
{
    HANDLE event = OpenEventW(SYNCHRONIZE, FALSE, name);

    ok_error(error);
    if (!ok_ptr_eq(event, NULL))
        CloseHandle(event);
}

TEST(a_boundary_and_its_parts, "11.33 11.36 11.37")
{
    HANDLE boundary = boundary_of(L_("parts"), NULL, NULL), other;

    ok_fails(CreateBoundaryDescriptorW(NULL, 0), ERROR_INVALID_PARAMETER);
    ok_fails(CreateBoundaryDescriptorW(L"", 0), ERROR_INVALID_PARAMETER);
    ok_fails(CreateBoundaryDescriptorW(L"x", 2), ERROR_INVALID_PARAMETER);
    other = CreateBoundaryDescriptorW(L"x", CREATE_BOUNDARY_DESCRIPTOR_ADD_APPCONTAINER_SID);
    ok(other != NULL);
    DeleteBoundaryDescriptor(other);
    other = CreateBoundaryDescriptorA("x", 0);
    ok(other != NULL);
    DeleteBoundaryDescriptor(other);

    ok_succeeds(AddSIDToBoundaryDescriptor(&boundary, EVERYONE));
    ok_succeeds(AddSIDToBoundaryDescriptor(&boundary, EVERYONE));
    ok_succeeds(AddIntegrityLabelToBoundaryDescriptor(&boundary, LOW));
    ok_fails(AddIntegrityLabelToBoundaryDescriptor(&boundary, LOW), ERROR_INVALID_PARAMETER);
    ok_fails(AddSIDToBoundaryDescriptor(NULL, EVERYONE), ERROR_INVALID_PARAMETER);
    ok_fails(AddSIDToBoundaryDescriptor(&boundary, NULL), ERROR_INVALID_PARAMETER);
    other = NULL;
    ok_fails(AddSIDToBoundaryDescriptor(&other, EVERYONE), ERROR_INVALID_PARAMETER);
    DeleteBoundaryDescriptor(boundary);
    boundary = boundary_of(L_("parts"), NULL, NULL);
    ok_fails(AddIntegrityLabelToBoundaryDescriptor(&boundary, EVERYONE), ERROR_INVALID_PARAMETER);
    DeleteBoundaryDescriptor(boundary);
    DeleteBoundaryDescriptor(NULL);
}

TEST(a_boundary_is_no_handle, "11.33")
{
    HANDLE boundary = boundary_of(L_("handle"), EVERYONE, NULL);

    ok_fails(CloseHandle(boundary), ERROR_INVALID_HANDLE);
    DeleteBoundaryDescriptor(boundary);
}

TEST(a_boundary_needs_a_sid, "11.34 11.35")
{
    HANDLE boundary = boundary_of(L_("no sid"), NULL, NULL);

    ok_fails(CreatePrivateNamespaceW(NULL, boundary, L"alias"), ERROR_INVALID_PARAMETER);
    ok_fails(OpenPrivateNamespaceW(boundary, L"alias"), ERROR_INVALID_PARAMETER);
    DeleteBoundaryDescriptor(boundary);
    ok_fails(CreatePrivateNamespaceW(NULL, NULL, L"alias"), ERROR_INVALID_PARAMETER);
}

TEST(a_namespace_has_names_of_its_own, "11.40 11.45")
{
    HANDLE space = create(L_("own"), L"own"), event, outside, found;

    event = new_event(L"own\\event");
    found = OpenEventW(EVENT_ALL_ACCESS, FALSE, L"own\\event");
    ok_succeeds(SetEvent(found));
    ok_eq(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
    drop(found, NULL);
    /* Outside, the same name is another's. */
    no_event(L"event", ERROR_FILE_NOT_FOUND);
    outside = CreateEventW(NULL, TRUE, FALSE, L_("event"));
    ok(outside != NULL);
    drop(outside, NULL);
    drop(event, NULL);
    no_event(L"own\\event", ERROR_FILE_NOT_FOUND);
    close_space(space);
    no_event(L"own\\event", ERROR_PATH_NOT_FOUND);
}

TEST(sections_in_a_namespace, "11.45 11.21 11.22")
{
    HANDLE space = create(L_("sections"), L"sec"), section, found;

    section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, L"sec\\s");
    ok(section != NULL);
    ok_error(0);
    found = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, L"sec\\s");
    ok(found != NULL);
    ok_error(ERROR_ALREADY_EXISTS);
    drop(found, NULL);
    found = OpenFileMappingW(FILE_MAP_READ, FALSE, L"sec\\s");
    ok(found != NULL);
    drop(found, NULL);
    found = OpenFileMappingA(FILE_MAP_READ, FALSE, "sec\\s");
    ok(found != NULL);
    drop(found, NULL);
    ok_fails(CreateEventW(NULL, TRUE, FALSE, L"sec\\s"), ERROR_INVALID_HANDLE);
    no_event(L"sec\\s", ERROR_INVALID_HANDLE);
    drop(section, NULL);
    close_space(space);
}

TEST(names_behind_an_alias_follow_the_grammar, "11.6 11.9 11.11 11.12 11.45")
{
    HANDLE space = create(L_("grammar"), L"Gram"), event;

    ok_fails(CreateEventW(NULL, TRUE, FALSE, L"Gram\\"), ERROR_INVALID_NAME);
    ok_fails(CreateEventW(NULL, TRUE, FALSE, L"Gram\\x\\y"), ERROR_PATH_NOT_FOUND);
    ok_fails(CreateEventW(NULL, TRUE, FALSE, L"Gram\\Global\\y"), ERROR_PATH_NOT_FOUND);
    ok_fails(CreateEventW(NULL, TRUE, FALSE, L"gram\\x"), ERROR_PATH_NOT_FOUND);
    ok_fails(CreateEventW(NULL, TRUE, FALSE, L"Local\\Gram\\x"), ERROR_PATH_NOT_FOUND);
    ok_fails(CreateEventW(NULL, TRUE, FALSE, L"Gram\\\\x"), ERROR_BAD_PATHNAME);
    event = new_event(L"Gram\\a/b c:.");
    drop(event, NULL);
    event = new_event(L"Gram"); /* without a backslash it is a name as any other */
    drop(event, NULL);
    close_space(space);
}

TEST(one_namespace_for_a_boundary, "11.39 11.44")
{
    HANDLE boundary = boundary_of(L_("one"), EVERYONE, AUTHENTICATED), same, space, second, event;

    space = CreatePrivateNamespaceW(NULL, boundary, L"first");
    ok(space != NULL);
    ok_fails(CreatePrivateNamespaceW(NULL, boundary, L"second"), ERROR_ALREADY_EXISTS);
    /* The alias that failed is free. */
    same = boundary_of(L_("one"), AUTHENTICATED, EVERYONE);
    second = OpenPrivateNamespaceW(same, L"second");
    ok(second != NULL, "the order of SIDs");
    event = new_event(L"first\\event");
    drop(OpenEventW(SYNCHRONIZE, FALSE, L"second\\event"), NULL);
    drop(event, NULL);
    close_space(second);
    close_space(space);
    DeleteBoundaryDescriptor(boundary);
    DeleteBoundaryDescriptor(same);
}

TEST(other_boundaries_have_other_namespaces, "11.40 11.44")
{
    const wchar_t *name = L_("other");
    HANDLE boundaries[4], spaces[4], events[4];
    static const wchar_t *const aliases[] = {L"a0", L"a1", L"a2", L"a3"};
    static const wchar_t *const names[] = {L"a0\\x", L"a1\\x", L"a2\\x", L"a3\\x"};

    boundaries[0] = boundary_of(name, EVERYONE, NULL);
    boundaries[1] = boundary_of(name, EVERYONE, AUTHENTICATED);
    boundaries[2] = boundary_of(L_("another"), EVERYONE, NULL);
    boundaries[3] = boundary_of(name, EVERYONE, NULL);
    ok_succeeds(AddIntegrityLabelToBoundaryDescriptor(&boundaries[3], LOW));
    for (unsigned i = 0; i < 4; i++) {
        spaces[i] = CreatePrivateNamespaceW(NULL, boundaries[i], aliases[i]);
        ok(spaces[i] != NULL, "%u: error %lu", i, (unsigned long)GetLastError());
        events[i] = new_event(names[i]);
        DeleteBoundaryDescriptor(boundaries[i]);
    }
    ok_fails(CompareObjectHandles(events[0], events[1]), ERROR_NOT_SAME_OBJECT);
    for (unsigned i = 0; i < 4; i++) {
        drop(events[i], NULL);
        close_space(spaces[i]);
    }
}

TEST(an_alias_is_used_once, "11.41")
{
    const wchar_t *name = L_("alias");
    HANDLE space = create(name, L"twice");
    HANDLE boundary = boundary_of(L_("free"), EVERYONE, NULL), again;

    ok_fails(CreatePrivateNamespaceW(NULL, boundary, L"twice"), ERROR_DUP_NAME);
    ok_fails(OpenPrivateNamespaceW(boundary, L"twice"), ERROR_DUP_NAME);
    ok_ptr_eq(open(name, L"twice"), NULL);
    ok_error(ERROR_DUP_NAME);
    /* Another spelling is another alias; the boundary has not been taken meanwhile. */
    again = CreatePrivateNamespaceW(NULL, boundary, L"Twice");
    ok(again != NULL);
    close_space(again);
    close_space(space);
    space = create(name, L"twice");
    close_space(space);
    DeleteBoundaryDescriptor(boundary);
}

TEST(what_is_no_alias, "11.45")
{
    HANDLE boundary = boundary_of(L_("none"), EVERYONE, NULL);
    static const wchar_t *const aliases[] = {NULL,     L"",       L"a\\b",   L"\\",
                                             L"Local", L"Global", L"Session"};

    for (unsigned i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++) {
        ok_fails(CreatePrivateNamespaceW(NULL, boundary, aliases[i]), ERROR_INVALID_PARAMETER);
        ok_fails(OpenPrivateNamespaceW(boundary, aliases[i]), ERROR_INVALID_PARAMETER);
    }
    DeleteBoundaryDescriptor(boundary);
}

TEST(a_missing_namespace, "11.43")
{
    HANDLE space = open(L_("missing"), L"alias");

    ok_ptr_eq(space, NULL);
    ok_error(ERROR_PATH_NOT_FOUND);
    no_event(L"alias\\event", ERROR_PATH_NOT_FOUND);
}

TEST(outside_of_the_boundary, "11.37 11.38")
{
    HANDLE boundary = boundary_of(L_("outside"), EVERYONE, NULL_SID);

    ok_fails(CreatePrivateNamespaceW(NULL, boundary, L"alias"), ERROR_ACCESS_DENIED);
    DeleteBoundaryDescriptor(boundary);
    boundary = boundary_of(L_("above"), EVERYONE, NULL);
    ok_succeeds(AddIntegrityLabelToBoundaryDescriptor(&boundary, SYSTEM_LEVEL));
    ok_fails(CreatePrivateNamespaceW(NULL, boundary, L"alias"), ERROR_ACCESS_DENIED);
    DeleteBoundaryDescriptor(boundary);
}

/* The creator's end is the end of opening; who has it open goes on. */
TEST(a_namespace_after_its_creators_handle, "11.47 11.49")
{
    const wchar_t *name = L_("after");
    HANDLE space = create(name, L"creator"), opened, event, found;

    event = new_event(L"creator\\event");
    opened = open(name, L"opener");
    ok(opened != NULL);
    close_space(space);
    ok_ptr_eq(open(name, L"late"), NULL);
    ok_error(ERROR_PATH_NOT_FOUND);
    found = OpenEventW(EVENT_ALL_ACCESS, FALSE, L"opener\\event");
    ok(found != NULL);
    drop(found, NULL);
    /* Another may be made, and is another one. */
    space = create(name, L"creator");
    no_event(L"creator\\event", ERROR_FILE_NOT_FOUND);
    drop(event, NULL);
    close_space(opened);
    close_space(space);
}

TEST(a_destroyed_namespace, "11.48")
{
    const wchar_t *name = L_("destroyed");
    HANDLE space = create(name, L"creator"), opened, event, found;

    opened = open(name, L"opener");
    event = new_event(L"creator\\event");
    ok_succeeds(ClosePrivateNamespace(opened, PRIVATE_NAMESPACE_FLAG_DESTROY));
    no_event(L"opener\\event", ERROR_PATH_NOT_FOUND);
    ok_ptr_eq(open(name, L"late"), NULL);
    ok_error(ERROR_PATH_NOT_FOUND);
    found = OpenEventW(EVENT_ALL_ACCESS, FALSE, L"creator\\event");
    ok(found != NULL);
    drop(found, NULL);
    opened = create(name, L"new");
    no_event(L"new\\event", ERROR_FILE_NOT_FOUND);
    ok_succeeds(ClosePrivateNamespace(space, PRIVATE_NAMESPACE_FLAG_DESTROY));
    /* That was the old one. */
    space = open(name, L"again");
    ok(space != NULL);
    close_space(space);
    close_space(opened);
    drop(event, NULL);
}

TEST(what_is_no_namespace_is_not_closed, "11.47 11.50")
{
    HANDLE space = create(L_("close"), L"alias"), event = new_event(NULL);

    ok_fails(ClosePrivateNamespace(NULL, 0), ERROR_INVALID_HANDLE);
    ok_fails(ClosePrivateNamespace(event, 0), ERROR_INVALID_HANDLE);
    ok_fails(ClosePrivateNamespace(space, 2), ERROR_INVALID_PARAMETER);
    drop(event, NULL);
    event = new_event(L"alias\\event");
    drop(event, NULL);
    close_space(space);
    ok_fails(ClosePrivateNamespace(space, 0), ERROR_INVALID_HANDLE);
}

/* CloseHandle is the wrong call: the namespace is closed, the alias stays and leads nowhere. */
TEST(a_namespace_closed_by_closehandle, "11.50")
{
    const wchar_t *name = L_("wrong");
    HANDLE space = create(name, L"stays"), boundary = boundary_of(name, EVERYONE, NULL);

    ok_succeeds(CloseHandle(space));
    no_event(L"stays\\event", ERROR_PATH_NOT_FOUND);
    ok_fails(CreatePrivateNamespaceW(NULL, boundary, L"stays"), ERROR_DUP_NAME);
    space = CreatePrivateNamespaceW(NULL, boundary, L"other");
    ok(space != NULL);
    close_space(space);
    DeleteBoundaryDescriptor(boundary);
}

TEST(namespaces_by_narrow_names, "11.45")
{
    HANDLE boundary = boundary_of(L_("narrow"), EVERYONE, NULL), space, opened, event, found;

    space = CreatePrivateNamespaceA(NULL, boundary, "n\xc3\xa4rrow");
    ok(space != NULL);
    opened = OpenPrivateNamespaceA(boundary, "other");
    ok(opened != NULL);
    event = new_event(L"n\u00e4rrow\\x");
    found = OpenEventA(SYNCHRONIZE, FALSE, "other\\x");
    ok(found != NULL);
    drop(found, NULL);
    drop(event, NULL);
    close_space(opened);
    close_space(space);
    DeleteBoundaryDescriptor(boundary);
}

/* A boundary's name may hold anything, and be what an alias is. */
TEST(a_boundarys_name_is_no_objects_name, "11.33 11.44")
{
    HANDLE space = create(L_("alias"), L"alias"), boundary, other;

    boundary = boundary_of(L"alias\\x", EVERYONE, NULL);
    other = CreatePrivateNamespaceW(NULL, boundary, L"other");
    ok(other != NULL);
    close_space(space);
    close_space(other);
    DeleteBoundaryDescriptor(boundary);
}

CHILD(namespace_visitor)
{
    const wchar_t *name = L_("shared");
    HANDLE space, event;
    char line[16];

    (void)argc, (void)argv;
    no_event(L"creator\\event", ERROR_PATH_NOT_FOUND);
    space = open(name, L"mine");
    ok(space != NULL);
    event = OpenEventW(EVENT_ALL_ACCESS, FALSE, L"mine\\event");
    ok(event != NULL);
    ok_succeeds(SetEvent(event));
    test_say("set");
    test_hear(line, sizeof(line), 20000);
    drop(event, NULL);
    close_space(space);
    return 0;
}

TEST(an_alias_is_the_processs_own, "11.42 11.45 11.46")
{
    HANDLE space = create(L_("shared"), L"creator"), event = new_event(L"creator\\event");
    struct test_child child;

    require(test_child_start(&child, "namespace_visitor"));
    test_child_expect(&child, "set", 20000);
    ok_eq(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
    test_child_write_line(&child, "go");
    ok_eq(test_child_wait(&child, 20000), 0);
    drop(event, NULL);
    close_space(space);
}

CHILD(namespace_creator)
{
    HANDLE space = create(L_("crash"), L"creator");

    (void)argc, (void)argv, (void)space;
    test_say("created");
    test_hear((char[4]){0}, 4, 20000);
    return 0;
}

TEST(a_namespace_after_its_creators_death, "11.28 11.49")
{
    const wchar_t *name = L_("crash");
    struct test_child child;
    HANDLE space, again;

    DeleteBoundaryDescriptor(boundary_of(name, EVERYONE, NULL));
    require(test_child_start(&child, "namespace_creator"));
    test_child_expect(&child, "created", 20000);
    space = open(name, L"opener");
    ok(space != NULL);
    test_child_kill(&child);
    again = open(name, L"late");
    ok_ptr_eq(again, NULL);
    ok_error(ERROR_PATH_NOT_FOUND);
    again = create(name, L"own");
    close_space(again);
    close_space(space);
}

TEST(names_told_of_what_is_in_a_namespace, "11.45")
{
    HANDLE space = create(L_("told"), L"alias"), event = new_event(L"alias\\event");
    union {
        UNICODE_STRING string;
        char bytes[512];
    } answer;
    ULONG length;

    ok_status(NtQueryObject(event, ObjectNameInformation, &answer, sizeof(answer), &length),
              STATUS_SUCCESS);
    ok_wstr_eq(answer.string.Buffer, L"\\...\\event");
    drop(event, NULL);
    close_space(space);
}

/* A namespace's handle is one of a directory. */
TEST(a_namespace_as_a_root, "11.45")
{
    HANDLE space = create(L_("root"), L"alias"), event = NULL, found;
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING string;

    RtlInitUnicodeString(&string, L"event");
    attributes = nt_attributes(&string, 0);
    attributes.RootDirectory = space;
    ok_status(NtCreateEvent(&event, EVENT_ALL_ACCESS, &attributes, NotificationEvent, FALSE),
              STATUS_SUCCESS);
    found = OpenEventW(SYNCHRONIZE, FALSE, L"alias\\event");
    ok(found != NULL);
    drop(found, NULL);
    drop(event, NULL);
    close_space(space);
}
