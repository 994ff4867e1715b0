// SPDX-License-Identifier: MIT
/*
 * Directory objects: created, opened, the roots of relative names, and listed.
 */
#include "api/api.h"

#include <stdio.h>
#include <string.h>

#define GARBAGE ((HANDLE)(ULONG_PTR)0xdeadbeec)

/* Attributes for the counted @text (NULL: no name) behind @root. */
static OBJECT_ATTRIBUTES *at(HANDLE root, const wchar_t *text, ULONG flags)
{
    static OBJECT_ATTRIBUTES attributes;
    static UNICODE_STRING string;

    RtlInitUnicodeString(&string, text);
    attributes = nt_attributes(text ? &string : NULL, flags);
    attributes.RootDirectory = root;
    return &attributes;
}

/* The absolute path of @leaf in the global directory. */
static const wchar_t *path(const wchar_t *leaf, const wchar_t *rest)
{
    static wchar_t text[4][256];
    static unsigned turn;
    wchar_t *to = text[turn++ % 4];

    wcscpy(to, L"\\BaseNamedObjects\\");
    wcscat(to, leaf);
    wcscat(to, rest);
    return to;
}

static NTSTATUS make(HANDLE *handle, HANDLE root, const wchar_t *text, ULONG flags)
{
    *handle = GARBAGE;
    return NtCreateDirectoryObject(handle, DIRECTORY_ALL_ACCESS, at(root, text, flags));
}

static NTSTATUS find(HANDLE *handle, HANDLE root, const wchar_t *text)
{
    *handle = GARBAGE;
    return NtOpenDirectoryObject(handle, DIRECTORY_QUERY | DIRECTORY_TRAVERSE, at(root, text, 0));
}

static NTSTATUS make_event(HANDLE *handle, HANDLE root, const wchar_t *text, ULONG flags)
{
    *handle = GARBAGE;
    return NtCreateEvent(handle, EVENT_ALL_ACCESS, at(root, text, flags), NotificationEvent, FALSE);
}

static NTSTATUS find_event(HANDLE *handle, HANDLE root, const wchar_t *text)
{
    *handle = GARBAGE;
    return NtOpenEvent(handle, EVENT_ALL_ACCESS, at(root, text, 0));
}

/* Each must fail with @want and leave no handle. */
#define REFUSED(call, handle, want) \
    do {                            \
        ok_status((call), (want));  \
        ok_ptr_eq((handle), NULL);  \
    } while (0)

/* A directory of this case in the global one; the case ends without it. */
static HANDLE new_directory(const wchar_t *leaf)
{
    HANDLE directory;

    require(NT_SUCCESS(make(&directory, NULL, path(leaf, L""), 0)));
    return directory;
}

static void close_all(HANDLE a, HANDLE b, HANDLE c)
{
    drop(a, NULL);
    drop(b, NULL);
    drop(c, NULL);
}

TEST(a_directory_is_made_once, "11.23 11.24")
{
    const wchar_t *leaf = L_("once");
    HANDLE directory = new_directory(leaf), again;

    REFUSED(make(&again, NULL, path(leaf, L""), 0), again, STATUS_OBJECT_NAME_COLLISION);
    ok_status(make(&again, NULL, path(leaf, L""), OBJ_OPENIF), STATUS_OBJECT_NAME_EXISTS);
    drop(again, NULL);
    ok_status(find(&again, NULL, path(leaf, L"")), STATUS_SUCCESS);
    close_all(directory, again, NULL);
    REFUSED(find(&again, NULL, path(leaf, L"")), again, STATUS_OBJECT_NAME_NOT_FOUND);
}

TEST(names_stand_in_a_directory, "11.9")
{
    const wchar_t *leaf = L_("holds");
    HANDLE directory = new_directory(leaf), event, found;

    ok_status(make_event(&event, NULL, path(leaf, L"\\event"), 0), STATUS_SUCCESS);
    ok_status(find_event(&found, NULL, path(leaf, L"\\event")), STATUS_SUCCESS);
    drop(found, NULL);
    ok_status(find_event(&found, directory, L"event"), STATUS_SUCCESS);
    drop(found, NULL);
    REFUSED(make_event(&found, directory, L"event", 0), found, STATUS_OBJECT_NAME_COLLISION);
    /* Not in the directory above, nor under another spelling. */
    REFUSED(find_event(&found, NULL, path(L"event", L"")), found, STATUS_OBJECT_NAME_NOT_FOUND);
    REFUSED(find_event(&found, directory, L"Event"), found, STATUS_OBJECT_NAME_NOT_FOUND);
    close_all(event, directory, NULL);
}

TEST(a_section_may_stand_in_a_directory, "11.9 11.30")
{
    LARGE_INTEGER size = {.QuadPart = PAGE};
    HANDLE directory = new_directory(L_("section")), section = NULL, found = NULL;

    ok_status(NtCreateSection(&section, SECTION_ALL_ACCESS, at(directory, L"s", 0), &size,
                              PAGE_READWRITE, SEC_COMMIT, NULL),
              STATUS_SUCCESS);
    ok_status(NtOpenSection(&found, SECTION_MAP_READ, at(directory, L"s", 0)), STATUS_SUCCESS);
    drop(found, NULL);
    REFUSED(find_event(&found, directory, L"s"), found, STATUS_OBJECT_TYPE_MISMATCH);
    close_all(section, directory, NULL);
}

TEST(directories_stand_in_directories, "11.9")
{
    const wchar_t *leaf = L_("outer");
    HANDLE outer = new_directory(leaf), inner, event, found;

    ok_status(make(&inner, outer, L"inner", 0), STATUS_SUCCESS);
    ok_status(make_event(&event, inner, L"event", 0), STATUS_SUCCESS);
    ok_status(find_event(&found, NULL, path(leaf, L"\\inner\\event")), STATUS_SUCCESS);
    drop(found, NULL);
    ok_status(find_event(&found, outer, L"inner\\event"), STATUS_SUCCESS);
    drop(found, NULL);
    REFUSED(find_event(&found, outer, L"event"), found, STATUS_OBJECT_NAME_NOT_FOUND);
    /* The words of the directories of named objects mean nothing here. */
    REFUSED(find_event(&found, outer, L"Local\\event"), found, STATUS_OBJECT_PATH_NOT_FOUND);
    close_all(event, inner, outer);
}

TEST(a_path_through_what_is_no_directory, "11.9 11.11")
{
    HANDLE directory = new_directory(L_("through")), event, found;

    ok_status(make_event(&event, directory, L"event", 0), STATUS_SUCCESS);
    REFUSED(make_event(&found, directory, L"event\\x", 0), found, STATUS_OBJECT_TYPE_MISMATCH);
    REFUSED(make_event(&found, directory, L"none\\x", 0), found, STATUS_OBJECT_PATH_NOT_FOUND);
    REFUSED(find_event(&found, directory, L"none\\x"), found, STATUS_OBJECT_PATH_NOT_FOUND);
    REFUSED(find_event(&found, directory, L"none\\\\x"), found, STATUS_OBJECT_PATH_NOT_FOUND);
    todo_wine
    {
        NTSTATUS status = find_event(&found, directory, L"event\\x");

        ok_status(status, STATUS_OBJECT_TYPE_MISMATCH);
    }
    close_all(event, directory, NULL);
}

TEST(a_name_behind_a_root_is_relative, "11.10")
{
    HANDLE directory = new_directory(L_("relative")), handle;

    REFUSED(make_event(&handle, directory, L"\\x", 0), handle, STATUS_OBJECT_PATH_SYNTAX_BAD);
    REFUSED(find_event(&handle, directory, L"\\x"), handle, STATUS_OBJECT_PATH_SYNTAX_BAD);
    REFUSED(find(&handle, directory, L"\\x"), handle, STATUS_OBJECT_PATH_SYNTAX_BAD);
    REFUSED(find(&handle, NULL, L"relative"), handle, STATUS_OBJECT_PATH_SYNTAX_BAD);
    REFUSED(find(&handle, NULL, L""), handle, STATUS_OBJECT_PATH_SYNTAX_BAD);
    drop(directory, NULL);
}

TEST(no_name_behind_a_root, "11.13 11.14")
{
    HANDLE directory = new_directory(L_("empty")), handle;

    ok_status(find(&handle, directory, L""), STATUS_SUCCESS);
    drop(handle, NULL);
    ok_status(make_event(&handle, directory, L"", 0), STATUS_SUCCESS);
    drop(handle, NULL);
    ok_status(make(&handle, directory, L"", 0), STATUS_SUCCESS);
    drop(handle, NULL);
    REFUSED(find_event(&handle, directory, L""), handle, STATUS_OBJECT_TYPE_MISMATCH);
    REFUSED(find_event(&handle, directory, NULL), handle, STATUS_OBJECT_NAME_INVALID);
    REFUSED(find(&handle, directory, NULL), handle, STATUS_OBJECT_NAME_INVALID);
    REFUSED(make_event(&handle, directory, NULL, 0), handle, STATUS_OBJECT_NAME_INVALID);
    drop(directory, NULL);
}

TEST(a_root_must_be_a_directory, "11.32")
{
    HANDLE event, handle;

    ok_status(make_event(&event, NULL, NULL, 0), STATUS_SUCCESS);
    REFUSED(make_event(&handle, event, L"x", 0), handle, STATUS_OBJECT_TYPE_MISMATCH);
    REFUSED(find(&handle, event, L"x"), handle, STATUS_OBJECT_TYPE_MISMATCH);
    REFUSED(make_event(&handle, GARBAGE, L"x", 0), handle, STATUS_INVALID_HANDLE);
    REFUSED(make(&handle, GARBAGE, L"x", 0), handle, STATUS_INVALID_HANDLE);
    drop(event, NULL);
}

/* A place that only its handles lead to. */
TEST(a_directory_without_a_name, "11.13")
{
    HANDLE one, other, event, found;

    ok_status(make(&one, NULL, NULL, 0), STATUS_SUCCESS);
    ok_status(make(&other, NULL, L"", 0), STATUS_SUCCESS);
    ok_status(make_event(&event, one, L"event", 0), STATUS_SUCCESS);
    ok_status(find_event(&found, one, L"event"), STATUS_SUCCESS);
    drop(found, NULL);
    REFUSED(find_event(&found, other, L"event"), found, STATUS_OBJECT_NAME_NOT_FOUND);
    close_all(one, other, event);
}

TEST(clashes_with_directories, "11.21 11.25")
{
    const wchar_t *leaf = L_("clash");
    HANDLE directory = new_directory(leaf), event, handle;
    NTSTATUS status;

    ok_status(make_event(&event, directory, L"event", 0), STATUS_SUCCESS);
    REFUSED(find(&handle, directory, L"event"), handle, STATUS_OBJECT_TYPE_MISMATCH);
    REFUSED(find_event(&handle, NULL, path(leaf, L"")), handle, STATUS_OBJECT_TYPE_MISMATCH);
    REFUSED(make(&handle, directory, L"event", OBJ_OPENIF), handle, STATUS_OBJECT_TYPE_MISMATCH);
    REFUSED(make_event(&handle, NULL, path(leaf, L""), OBJ_OPENIF), handle,
            STATUS_OBJECT_TYPE_MISMATCH);
    status = make(&handle, directory, L"event", 0);
    ok(status == STATUS_OBJECT_NAME_COLLISION || status == STATUS_OBJECT_TYPE_MISMATCH);
    status = make_event(&handle, NULL, path(leaf, L""), 0);
    ok(status == STATUS_OBJECT_NAME_COLLISION || status == STATUS_OBJECT_TYPE_MISMATCH);
    close_all(event, directory, NULL);
}

/* Its name goes with its last handle; what stood in it stays alive without a way to it. */
TEST(a_directory_ends_with_its_last_handle, "11.27")
{
    const wchar_t *leaf = L_("ends");
    HANDLE directory = new_directory(leaf), event, found;

    ok_status(make_event(&event, directory, L"event", 0), STATUS_SUCCESS);
    drop(directory, NULL);
    todo_wine
    {
        NTSTATUS status = find(&found, NULL, path(leaf, L""));

        ok_status(status, STATUS_OBJECT_NAME_NOT_FOUND);
        if (NT_SUCCESS(status))
            drop(found, NULL);
        status = find_event(&found, NULL, path(leaf, L"\\event"));
        ok_status(status, STATUS_OBJECT_PATH_NOT_FOUND);
        if (NT_SUCCESS(status))
            drop(found, NULL);
    }
    ok_succeeds(SetEvent(event));
    ok_eq(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
    drop(event, NULL);
}

TEST(a_new_directory_of_an_old_name_is_empty, "11.27")
{
    const wchar_t *leaf = L_("anew");
    HANDLE directory = new_directory(leaf), event, found;

    ok_status(make_event(&event, directory, L"event", 0), STATUS_SUCCESS);
    drop(directory, NULL);
    todo_wine
    {
        NTSTATUS status;

        ok_status(make(&directory, NULL, path(leaf, L""), OBJ_OPENIF), STATUS_SUCCESS);
        status = find_event(&found, directory, L"event");
        ok_status(status, STATUS_OBJECT_NAME_NOT_FOUND);
        if (NT_SUCCESS(status))
            drop(found, NULL);
    }
    close_all(directory, event, NULL);
}

TEST(directories_that_are_always_there, "11.2 11.3 11.4 11.8")
{
    static const wchar_t *const paths[] = {
        L"\\",
        L"\\BaseNamedObjects",
        L"\\BaseNamedObjects\\Local",
        L"\\BaseNamedObjects\\Global",
        L"\\BaseNamedObjects\\Session",
        L"\\Sessions",
    };
    HANDLE handle;

    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        ok_status(find(&handle, NULL, paths[i]), STATUS_SUCCESS);
        drop(handle, NULL);
    }
    REFUSED(find(&handle, NULL, L"\\BaseNamedObjects\\"), handle, STATUS_OBJECT_NAME_INVALID);
    REFUSED(find(&handle, NULL, L"\\BaseNamedObjects\\Local\\"), handle,
            STATUS_OBJECT_NAME_INVALID);
    REFUSED(find(&handle, NULL, L"\\\\BaseNamedObjects"), handle, STATUS_OBJECT_NAME_INVALID);
    REFUSED(make(&handle, NULL, L"\\BaseNamedObjects\\Local", 0), handle,
            STATUS_OBJECT_NAME_COLLISION);
    ok_status(make(&handle, NULL, L"\\BaseNamedObjects\\Local", OBJ_OPENIF),
              STATUS_OBJECT_NAME_EXISTS);
    drop(handle, NULL);
}

/* From the root to a name, by handles. */
TEST(names_are_relative_to_them, "11.2 11.4")
{
    const wchar_t *leaf = L_("walked");
    HANDLE root, global, event, found;
    wchar_t text[256];

    ok_status(find(&root, NULL, L"\\"), STATUS_SUCCESS);
    ok_status(find(&global, root, L"BaseNamedObjects"), STATUS_SUCCESS);
    ok_status(make_event(&event, NULL, path(leaf, L""), 0), STATUS_SUCCESS);
    ok_status(find_event(&found, global, leaf), STATUS_SUCCESS);
    drop(found, NULL);
    wcscpy(text, L"BaseNamedObjects\\");
    wcscat(text, leaf);
    ok_status(find_event(&found, root, text), STATUS_SUCCESS);
    drop(found, NULL);
    wcscpy(text, L"Global\\");
    wcscat(text, leaf);
    ok_status(find_event(&found, global, text), STATUS_SUCCESS);
    drop(found, NULL);
    close_all(root, global, event);
}

TEST(rights_of_a_directory, "2.15 13.3")
{
    const wchar_t *leaf = L_("rights");
    HANDLE directory = new_directory(leaf), handle;
    PUBLIC_OBJECT_BASIC_INFORMATION basic;
    ULONG length;

    ok_status(NtOpenDirectoryObject(&handle, GENERIC_READ, at(NULL, path(leaf, L""), 0)),
              STATUS_SUCCESS);
    ok_status(NtQueryObject(handle, ObjectBasicInformation, &basic, sizeof(basic), &length),
              STATUS_SUCCESS);
    ok_eq(basic.GrantedAccess, STANDARD_RIGHTS_READ | DIRECTORY_QUERY | DIRECTORY_TRAVERSE);
    drop(handle, NULL);
    ok_status(NtOpenDirectoryObject(&handle, GENERIC_ALL, at(NULL, path(leaf, L""), 0)),
              STATUS_SUCCESS);
    ok_status(NtQueryObject(handle, ObjectBasicInformation, &basic, sizeof(basic), &length),
              STATUS_SUCCESS);
    ok_eq(basic.GrantedAccess, DIRECTORY_ALL_ACCESS);
    drop(handle, NULL);
    todo_wine
    {
        NTSTATUS status = NtOpenDirectoryObject(&handle, 0x100, at(NULL, path(leaf, L""), 0));

        ok_status(status, STATUS_ACCESS_DENIED); /* a right that no directory knows */
        if (NT_SUCCESS(status))
            drop(handle, NULL);
    }
    drop(directory, NULL);
}

TEST(bad_attributes_of_directories, "11.31 11.32")
{
    OBJECT_ATTRIBUTES *attributes = at(NULL, path(L_("bad"), L""), 0);
    HANDLE handle = GARBAGE;

    attributes->Length = sizeof(*attributes) - 1;
    REFUSED(NtCreateDirectoryObject(&handle, DIRECTORY_ALL_ACCESS, attributes), handle,
            STATUS_INVALID_PARAMETER);
    handle = GARBAGE;
    REFUSED(NtOpenDirectoryObject(&handle, DIRECTORY_QUERY, attributes), handle,
            STATUS_INVALID_PARAMETER);
    handle = GARBAGE;
    REFUSED(NtOpenDirectoryObject(&handle, DIRECTORY_QUERY, NULL), handle,
            STATUS_INVALID_PARAMETER);
    ok_status(NtCreateDirectoryObject(&handle, DIRECTORY_ALL_ACCESS, NULL), STATUS_SUCCESS);
    drop(handle, NULL);
    ok_status(NtCreateDirectoryObject(NULL, DIRECTORY_ALL_ACCESS, NULL), STATUS_ACCESS_VIOLATION);
}

/* The text of ObjectNameInformation, or of ObjectTypeInformation, which begins the same. */
static const wchar_t *told(HANDLE handle, OBJECT_INFORMATION_CLASS what)
{
    static union {
        UNICODE_STRING string;
        char bytes[4096];
    } answer;
    ULONG length;

    memset(&answer, 0, sizeof(answer));
    ok_status(NtQueryObject(handle, what, &answer, sizeof(answer), &length), STATUS_SUCCESS);
    return answer.string.Buffer ? answer.string.Buffer : L"";
}

TEST(names_of_what_stands_in_directories, "11.2")
{
    const wchar_t *leaf = L_("told");
    HANDLE directory = new_directory(leaf), event, inner;

    ok_wstr_eq(told(directory, ObjectNameInformation), path(leaf, L""));
    ok_wstr_eq(told(directory, ObjectTypeInformation), L"Directory");
    ok_status(make_event(&event, directory, L"event", 0), STATUS_SUCCESS);
    ok_wstr_eq(told(event, ObjectNameInformation), path(leaf, L"\\event"));
    ok_status(make(&inner, NULL, path(leaf, L"\\inner"), 0), STATUS_SUCCESS);
    ok_wstr_eq(told(inner, ObjectNameInformation), path(leaf, L"\\inner"));
    close_all(directory, event, inner);
    ok_status(make(&directory, NULL, NULL, 0), STATUS_SUCCESS);
    ok_wstr_eq(told(directory, ObjectNameInformation), L"");
    drop(directory, NULL);
}

TEST(copies_of_a_directorys_handle, "12.7 12.8")
{
    HANDLE directory = new_directory(L_("copy")), copy, event, found;

    ok_succeeds(DuplicateHandle(GetCurrentProcess(), directory, GetCurrentProcess(), &copy, 0,
                                FALSE, DUPLICATE_SAME_ACCESS));
    ok_succeeds(CompareObjectHandles(directory, copy));
    drop(directory, NULL);
    ok_status(make_event(&event, copy, L"event", 0), STATUS_SUCCESS);
    ok_status(find_event(&found, copy, L"event"), STATUS_SUCCESS);
    close_all(copy, event, found);
}

TEST(copies_of_a_directory_that_is_always_there, "12.9 12.10")
{
    const wchar_t *leaf = L_("always");
    HANDLE global, less, more, event;

    ok_status(find(&global, NULL, L"\\BaseNamedObjects"), STATUS_SUCCESS);
    ok_succeeds(DuplicateHandle(GetCurrentProcess(), global, GetCurrentProcess(), &less,
                                DIRECTORY_TRAVERSE, FALSE, 0));
    drop(global, NULL);
    ok_succeeds(DuplicateHandle(GetCurrentProcess(), less, GetCurrentProcess(), &more,
                                DIRECTORY_QUERY | DIRECTORY_TRAVERSE, FALSE, 0));
    ok_status(make_event(&event, more, leaf, 0), STATUS_SUCCESS);
    close_all(less, more, event);
}

CHILD(directory_reader)
{
    HANDLE event;
    char line[16];

    ok_status(find_event(&event, NULL, path(L_("shared"), L"\\event")), STATUS_SUCCESS);
    ok_succeeds(SetEvent(event));
    test_say("set");
    test_hear(line, sizeof(line), 20000);
    (void)argc, (void)argv;
    drop(event, NULL);
    return 0;
}

TEST(another_process_goes_through_the_directory, "11.9")
{
    HANDLE directory = new_directory(L_("shared")), event;
    struct test_child child;

    ok_status(make_event(&event, directory, L"event", 0), STATUS_SUCCESS);
    require(test_child_start(&child, "directory_reader"));
    test_child_expect(&child, "set", 20000);
    ok_eq(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
    test_child_write_line(&child, "go");
    ok_eq(test_child_wait(&child, 20000), 0);
    close_all(directory, event, NULL);
}
