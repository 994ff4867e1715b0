// SPDX-License-Identifier: MIT
/*
 * NtQueryDirectoryObject. Wine 8 answers only when one entry is asked for.
 */
#include "api/api.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static OBJECT_ATTRIBUTES *at(HANDLE root, const wchar_t *text)
{
    static OBJECT_ATTRIBUTES attributes;
    static UNICODE_STRING string;

    RtlInitUnicodeString(&string, text);
    attributes = nt_attributes(&string, 0);
    attributes.RootDirectory = root;
    return &attributes;
}

static HANDLE directory_of_this_case(void)
{
    HANDLE directory;

    require(NT_SUCCESS(NtCreateDirectoryObject(&directory, DIRECTORY_ALL_ACCESS, NULL)));
    return directory;
}

static HANDLE event_in(HANDLE directory, const wchar_t *name)
{
    HANDLE event;

    require(NT_SUCCESS(
        NtCreateEvent(&event, EVENT_ALL_ACCESS, at(directory, name), NotificationEvent, FALSE)));
    return event;
}

static union {
    OBJECT_DIRECTORY_INFORMATION entries[1];
    char bytes[16384];
} answer;

static NTSTATUS ask(HANDLE directory, ULONG size, BOOLEAN single, BOOLEAN restart, ULONG *context,
                    ULONG *length)
{
    memset(&answer, 0x55, sizeof(answer));
    return NtQueryDirectoryObject(directory, &answer, size, single, restart, context, length);
}

static void is_string(const UNICODE_STRING *string, const wchar_t *want)
{
    size_t bytes = wcslen(want) * sizeof(wchar_t);

    ok_eq(string->Length, bytes);
    ok_eq(string->MaximumLength, bytes + sizeof(wchar_t));
    ok((char *)string->Buffer > answer.bytes &&
       (char *)string->Buffer + bytes < answer.bytes + sizeof(answer));
    ok_wstr_eq(string->Buffer, want);
}

/* The answer is an array, however many the header's type says. */
static const OBJECT_DIRECTORY_INFORMATION *entry_at(size_t i)
{
    return (const void *)(answer.bytes + i * sizeof(OBJECT_DIRECTORY_INFORMATION));
}

static void is_entry(size_t i, const wchar_t *name, const wchar_t *type)
{
    is_string(&entry_at(i)->Name, name);
    is_string(&entry_at(i)->TypeName, type);
}

static bool is_end(size_t i)
{
    static const OBJECT_DIRECTORY_INFORMATION zero;

    return memcmp(entry_at(i), &zero, sizeof(zero)) == 0;
}

/* What an entry takes, and the empty one behind it. */
static ULONG entry_size(const wchar_t *name, const wchar_t *type)
{
    return (ULONG)(sizeof(OBJECT_DIRECTORY_INFORMATION) +
                   (wcslen(name) + wcslen(type) + 2) * sizeof(wchar_t));
}
#define END_SIZE ((ULONG)sizeof(OBJECT_DIRECTORY_INFORMATION))

TEST(an_empty_directory_has_no_entries, "")
{
    HANDLE directory = directory_of_this_case();
    ULONG context = 7, length = 7;

    ok_status(ask(directory, sizeof(answer), TRUE, TRUE, &context, &length),
              STATUS_NO_MORE_ENTRIES);
    ok_eq(context, 7);
    ok_eq(length, END_SIZE);
    drop(directory, NULL);
}

TEST(entries_one_by_one, "")
{
    HANDLE directory = directory_of_this_case();
    HANDLE first = event_in(directory, L"only");
    ULONG context = 7, length = 7;

    ok_status(ask(directory, sizeof(answer), TRUE, TRUE, &context, &length), STATUS_SUCCESS);
    ok_eq(context, 1);
    ok_eq(length, entry_size(L"only", L"Event") + END_SIZE);
    is_entry(0, L"only", L"Event");
    ok(is_end(1));
    ok_status(ask(directory, sizeof(answer), TRUE, FALSE, &context, &length),
              STATUS_NO_MORE_ENTRIES);
    ok_eq(context, 1);
    ok_status(ask(directory, sizeof(answer), TRUE, TRUE, &context, NULL), STATUS_SUCCESS);
    ok_eq(context, 1);
    drop(first, NULL);
    context = 0;
    ok_status(ask(directory, sizeof(answer), TRUE, TRUE, &context, &length),
              STATUS_NO_MORE_ENTRIES);
    drop(directory, NULL);
}

TEST(a_buffer_that_is_too_small, "")
{
    HANDLE directory = directory_of_this_case(), event = event_in(directory, L"name");
    ULONG need = entry_size(L"name", L"Event") + END_SIZE;

    for (ULONG size = 0; size <= need + 1; size++) {
        ULONG context = 0, length = 7;
        NTSTATUS status = ask(directory, size, TRUE, TRUE, &context, &length);

        ok_status(status, size < need ? STATUS_BUFFER_TOO_SMALL : STATUS_SUCCESS);
        ok_eq(length, need);
        ok_eq(context, size >= need);
        ok_eq((unsigned char)answer.bytes[size], 0x55);
    }
    drop(event, NULL);
    drop(directory, NULL);
}

TEST(all_entries_at_once, "11.30")
{
    LARGE_INTEGER size = {.QuadPart = PAGE};
    HANDLE directory = directory_of_this_case(), inner = NULL, section = NULL;
    HANDLE event = event_in(directory, L"b event");
    ULONG context = 7, length = 7;

    ok_status(NtCreateDirectoryObject(&inner, DIRECTORY_ALL_ACCESS, at(directory, L"a directory")),
              STATUS_SUCCESS);
    ok_status(NtCreateSection(&section, SECTION_ALL_ACCESS, at(directory, L"c section"), &size,
                              PAGE_READWRITE, SEC_COMMIT, NULL),
              STATUS_SUCCESS);
    todo_wine
    {
        NTSTATUS status = ask(directory, sizeof(answer), FALSE, TRUE, &context, &length);

        ok_status(status, STATUS_SUCCESS);
        if (NT_SUCCESS(status)) {
            ok_eq(context, 3);
            is_entry(0, L"a directory", L"Directory");
            is_entry(1, L"b event", L"Event");
            is_entry(2, L"c section", L"Section");
            ok(is_end(3));
            ok_status(ask(directory, sizeof(answer), FALSE, FALSE, &context, &length),
                      STATUS_NO_MORE_ENTRIES);
        }
    }
    drop(event, NULL);
    drop(inner, NULL);
    drop(section, NULL);
    drop(directory, NULL);
}

/* Each answer is as many as fit, and together they are all. */
TEST(entries_in_pieces, "")
{
    enum { N = 40 };
    HANDLE directory = directory_of_this_case(), events[N];
    ULONG context = 0, length, one = entry_size(L"name 00", L"Event");
    unsigned found = 0;
    wchar_t name[16];
    NTSTATUS status;

    for (unsigned i = 0; i < N; i++) {
        wcscpy(name, L"name 00");
        name[5] = (wchar_t)(L'0' + i / 10);
        name[6] = (wchar_t)(L'0' + i % 10);
        events[i] = event_in(directory, name);
    }
    todo_wine
    {
        do {
            status = ask(directory, END_SIZE + 7 * one, FALSE, found == 0, &context, &length);
            ok(status == STATUS_MORE_ENTRIES || status == STATUS_SUCCESS, "status %lx",
               (unsigned long)status);
            for (unsigned i = 0; NT_SUCCESS(status) && !is_end(i) && i < 7; i++, found++) {
                name[5] = (wchar_t)(L'0' + found / 10);
                name[6] = (wchar_t)(L'0' + found % 10);
                is_entry(i, name, L"Event");
            }
            ok_eq(context, found);
        } while (status == STATUS_MORE_ENTRIES && found < N);
        ok_eq(found, N);
        context = 0;
        ok_status(ask(directory, END_SIZE + one - 1, FALSE, TRUE, &context, &length),
                  STATUS_BUFFER_TOO_SMALL);
        ok_eq(context, 0);
    }
    for (unsigned i = 0; i < N; i++)
        drop(events[i], NULL);
    drop(directory, NULL);
}

/* A directory with more names than one answer of anybody holds. */
TEST(many_entries, "")
{
    enum { N = 700, LONG = 120 };
    HANDLE directory = directory_of_this_case(), *events = calloc(N, sizeof(*events));
    ULONG context = 0, length;
    wchar_t name[LONG + 1];
    unsigned found = 0;

    require(events != NULL);
    wmemset(name, L'n', LONG);
    name[LONG] = 0;
    for (unsigned i = 0; i < N; i++) {
        for (unsigned digit = 0, rest = i; digit < 4; digit++, rest /= 10)
            name[3 - digit] = (wchar_t)(L'0' + rest % 10);
        events[i] = event_in(directory, name);
    }
    while (ask(directory, sizeof(answer), TRUE, found == 0, &context, &length) == STATUS_SUCCESS)
        found++;
    ok_eq(found, N);
    for (unsigned i = 0; i < N; i++)
        drop(events[i], NULL);
    free(events);
    drop(directory, NULL);
}

/* Whether the directory at @path has an entry of that name and type. */
static bool has(const wchar_t *path, const wchar_t *name, const wchar_t *type)
{
    ULONG context = 0, length;
    bool found = false;
    HANDLE directory;

    require(NT_SUCCESS(NtOpenDirectoryObject(&directory, DIRECTORY_QUERY, at(NULL, path))));
    while (!found &&
           ask(directory, sizeof(answer), TRUE, FALSE, &context, &length) == STATUS_SUCCESS)
        found = wcscmp(answer.entries[0].Name.Buffer, name) == 0 &&
                wcscmp(answer.entries[0].TypeName.Buffer, type) == 0;
    drop(directory, NULL);
    return found;
}

TEST(the_directory_of_named_objects, "11.2 11.3 11.4 11.15 11.30")
{
    const wchar_t *name = L_("listed");
    wchar_t global[256] = L"Global\\";
    HANDLE event;

    ok(has(L"\\", L"BaseNamedObjects", L"Directory"));
    ok(has(L"\\BaseNamedObjects", L"Global", L"SymbolicLink"));
    ok(has(L"\\BaseNamedObjects", L"Local", L"SymbolicLink"));
    ok(!has(L"\\BaseNamedObjects", name, L"Event"));
    wcscat(global, name);
    event = CreateEventW(NULL, FALSE, FALSE, global);
    ok(event != NULL);
    ok(has(L"\\BaseNamedObjects", name, L"Event"));
    drop(event, NULL);
    ok(!has(L"\\BaseNamedObjects", name, L"Event"));
}

TEST(what_cannot_be_asked, "")
{
    HANDLE directory = directory_of_this_case(), event = event_in(directory, L"event"), blind;
    ULONG context = 0, length;

    ok_status(ask(event, sizeof(answer), TRUE, TRUE, &context, &length),
              STATUS_OBJECT_TYPE_MISMATCH);
    ok_status(ask(NULL, sizeof(answer), TRUE, TRUE, &context, &length), STATUS_INVALID_HANDLE);
    ok_succeeds(DuplicateHandle(GetCurrentProcess(), directory, GetCurrentProcess(), &blind,
                                DIRECTORY_TRAVERSE, FALSE, 0));
    ok_status(ask(blind, sizeof(answer), TRUE, TRUE, &context, &length), STATUS_ACCESS_DENIED);
    drop(blind, NULL);
    drop(event, NULL);
    drop(directory, NULL);
}
