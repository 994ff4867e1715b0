// SPDX-License-Identifier: MIT
/*
 * Handles of every kind of object: their rights, their flags, what NtQueryObject tells, what their
 * descriptors refuse, and that no call takes a handle of the wrong kind.
 */
#include "api/kinds_kit.h"

#include <string.h>

TEST(every_kind_tells_its_type_and_its_name, "11.30")
{
    for (unsigned i = 0; i < N_KINDS; i++) {
        HANDLE handle = new_kind(&kinds[i], NULL, L_("told")), unnamed;
        union {
            OBJECT_NAME_INFORMATION name;
            char bytes[2048];
        } answer;
        const wchar_t *want = L_("told");
        size_t length;

        memset(&answer, 0, sizeof(answer));
        ok_wstr_eq(type_of(handle), kinds[i].type);
        ok_status(NtQueryObject(handle, ObjectNameInformation, &answer, sizeof(answer), NULL),
                  STATUS_SUCCESS);
        length = answer.name.Name.Length / sizeof(wchar_t);
        if (ok(length > wcslen(want), "%s", kinds[i].text))
            ok_wstr_eq(answer.name.Name.Buffer + length - wcslen(want), want);
        unnamed = new_kind(&kinds[i], NULL, NULL);
        ok_wstr_eq(type_of(unnamed), kinds[i].type);
        ok_status(NtQueryObject(unnamed, ObjectNameInformation, &answer, sizeof(answer), NULL),
                  STATUS_SUCCESS);
        ok_eq(answer.name.Name.Length, 0);
        drop(unnamed, NULL);
        drop(handle, NULL);
    }
}

static void check_counts(HANDLE handle, ULONG want)
{
    OBJECT_BASIC_INFORMATION basic;

    ok_status(NtQueryObject(handle, ObjectBasicInformation, &basic, sizeof(basic), NULL),
              STATUS_SUCCESS);
    ok_eq(basic.HandleCount, want);
    ok(basic.PointerCount >= want);
}

TEST(every_kind_counts_its_handles, "")
{
    for (unsigned i = 0; i < N_KINDS; i++) {
        HANDLE handle = new_kind(&kinds[i], NULL, L_("counted")), copy;

        check_counts(handle, 1);
        copy = with_rights(handle, READ_CONTROL);
        check_counts(copy, 2);
        drop(handle, NULL);
        check_counts(copy, 1);
        drop(copy, NULL);
    }
}

static DWORD granted_for(const struct kind *kind, HANDLE handle, DWORD access)
{
    HANDLE copy = NULL;
    DWORD granted;

    if (!ok(DuplicateHandle(GetCurrentProcess(), handle, GetCurrentProcess(), &copy, access, FALSE,
                            0),
            "%s, access 0x%x: error %u", kind->text, (unsigned)access, (unsigned)GetLastError()))
        return 0;
    granted = granted_of(copy);
    drop(copy, NULL);
    return granted;
}

TEST(generic_rights_of_every_kind, "12.8 13.3")
{
    for (unsigned i = 0; i < N_KINDS; i++) {
        const struct kind *kind = &kinds[i];
        HANDLE handle = NULL;
        OBJECT_ATTRIBUTES attributes = nt_attributes(NULL, 0);

        test_note("%s", kind->text);
        ok_status(kind->nt_create(&handle, kind->all, &attributes), STATUS_SUCCESS);
        ok_eq(granted_of(handle), kind->all);
        ok_eq(granted_for(kind, handle, GENERIC_READ), kind->read);
        ok_eq(granted_for(kind, handle, GENERIC_WRITE), kind->write);
        ok_eq(granted_for(kind, handle, GENERIC_EXECUTE), kind->execute);
        ok_eq(granted_for(kind, handle, GENERIC_ALL), kind->all);
        ok_eq(granted_for(kind, handle, 0), 0);
        drop(handle, NULL);
    }
}

TEST(creating_gives_all_rights, "13.1 13.6")
{
    for (unsigned i = 1; i < N_KINDS; i++) {
        struct descriptor nobody;
        HANDLE handle;

        descriptor_init_empty(&nobody);
        handle = kinds[i].create(&nobody.attributes, L_("all"));
        /* Wine asks the descriptor of a new timer. */
        todo_if(test_on_wine() && i == KIND_TIMER) ok_succeeds(handle);
        if (handle)
            ok_eq(granted_of(handle), kinds[i].all);
        drop(handle, NULL);
    }
}

TEST(descriptors_of_every_kind_are_enforced, "13.11 13.13 13.20 13.39")
{
    for (unsigned i = 0; i < N_KINDS; i++) {
        const struct kind *kind = &kinds[i];
        struct descriptor nobody;
        HANDLE handle, again = NULL;

        test_note("%s", kind->text);
        descriptor_init_empty(&nobody);
        handle = kind->create(&nobody.attributes, L_("guarded"));
        todo_if(test_on_wine() && i == KIND_TIMER) ok_succeeds(handle);
        if (!handle)
            continue;
        ok_fails(again = kind->open(kind->all, FALSE, L_("guarded")), ERROR_ACCESS_DENIED);
        drop(again, NULL);
        again = NULL;
        ok_fails(again = kind->create(NULL, L_("guarded")), ERROR_ACCESS_DENIED);
        drop(again, NULL);
        /* The owner may always look at the descriptor, and change it. */
        again = kind->open(READ_CONTROL | WRITE_DAC, FALSE, L_("guarded"));
        ok_succeeds(again);
        drop(again, NULL);
        drop(handle, NULL);
    }
}

TEST(handles_of_every_kind_have_flags, "12.1 12.3 12.24 1.59")
{
    for (unsigned i = 0; i < N_KINDS; i++) {
        SECURITY_ATTRIBUTES security = {.nLength = sizeof(security), .bInheritHandle = TRUE};
        HANDLE handle = new_kind(&kinds[i], &security, L_("flags")), again;
        DWORD flags = 0xdeadbeef;

        ok_succeeds(GetHandleInformation(handle, &flags));
        ok_eq(flags, HANDLE_FLAG_INHERIT);
        again = kinds[i].open(READ_CONTROL, FALSE, L_("flags"));
        ok_succeeds(GetHandleInformation(again, &flags));
        ok_eq(flags, 0);
        ok_succeeds(SetHandleInformation(again, HANDLE_FLAG_PROTECT_FROM_CLOSE,
                                         HANDLE_FLAG_PROTECT_FROM_CLOSE));
        ok_fails(CloseHandle(again), ERROR_INVALID_HANDLE);
        ok_succeeds(SetHandleInformation(again, HANDLE_FLAG_PROTECT_FROM_CLOSE, 0));
        drop(again, NULL);
        again = kinds[i].open(READ_CONTROL, TRUE, L_("flags"));
        ok_succeeds(GetHandleInformation(again, &flags));
        ok_eq(flags, HANDLE_FLAG_INHERIT);
        drop(again, NULL);
        drop(handle, NULL);
    }
}

TEST(waiting_needs_the_right_to_wait, "12.32 17.5")
{
    for (unsigned i = 0; i < N_KINDS; i++) {
        HANDLE handle = new_kind(&kinds[i], NULL, NULL);
        HANDLE silent = with_rights(handle, READ_CONTROL);
        HANDLE two[2] = {GetCurrentProcess(), silent};

        test_note("%s", kinds[i].text);
        SetLastError(0xdeadbeef);
        if (kinds[i].is_waitable) {
            ok_ne(WaitForSingleObject(handle, 0), WAIT_FAILED);
            ok_eq(WaitForSingleObject(silent, 0), WAIT_FAILED);
            ok_error(ERROR_ACCESS_DENIED);
            SetLastError(0xdeadbeef);
            ok_eq(WaitForMultipleObjects(2, two, FALSE, 0), WAIT_FAILED);
            ok_error(ERROR_ACCESS_DENIED);
            if (i == KIND_MUTEX)
                ok_succeeds(ReleaseMutex(handle));
        } else {
            ok_eq(WaitForSingleObject(handle, 0), WAIT_FAILED);
        }
        drop(silent, NULL);
        drop(handle, NULL);
    }
}

/* --- handles of the wrong kind ------------------------------------------------------ */

static bool use_section(HANDLE handle)
{
    void *view = MapViewOfFile(handle, FILE_MAP_READ, 0, 0, 0);

    if (view)
        UnmapViewOfFile(view);
    return view != NULL;
}

static bool use_event(HANDLE handle)
{
    return SetEvent(handle);
}

static bool use_mutex(HANDLE handle)
{
    return ReleaseMutex(handle);
}

static bool use_semaphore(HANDLE handle)
{
    return ReleaseSemaphore(handle, 1, NULL);
}

static bool use_timer(HANDLE handle)
{
    return CancelWaitableTimer(handle);
}

static bool use_job(HANDLE handle)
{
    return TerminateJobObject(handle, 0);
}

TEST(no_call_takes_another_kind, "12.33")
{
    static bool (*const uses[N_KINDS])(HANDLE) = {use_section,   use_event, use_mutex,
                                                  use_semaphore, use_timer, use_job};

    for (unsigned i = 0; i < N_KINDS; i++) {
        HANDLE handle = new_kind(&kinds[i], NULL, NULL);

        for (unsigned j = 0; j < N_KINDS; j++) {
            bool used;

            SetLastError(0xdeadbeef);
            used = uses[j](handle);
            if (j != i)
                ok(!used && GetLastError() == ERROR_INVALID_HANDLE, "%s used as %s: error %u",
                   kinds[i].text, kinds[j].text, (unsigned)GetLastError());
            else if (j == KIND_MUTEX)
                ok(!used && GetLastError() == ERROR_NOT_OWNER);
            else
                ok(used, "%s: error %u", kinds[i].text, (unsigned)GetLastError());
        }
        drop(handle, NULL);
    }
}

TEST(no_kind_of_these_is_a_file, "12.33")
{
    for (unsigned i = 0; i < N_KINDS; i++) {
        HANDLE handle = new_kind(&kinds[i], NULL, NULL);
        LARGE_INTEGER size;

        /* A section of Wine is one. */
        todo_if(test_on_wine() && i == KIND_SECTION)
        {
            SetLastError(0xdeadbeef);
            ok_eq(GetFileType(handle), FILE_TYPE_UNKNOWN);
            ok_error(ERROR_INVALID_HANDLE);
            ok_fails(GetFileSizeEx(handle, &size), ERROR_INVALID_HANDLE);
        }
        drop(handle, NULL);
    }
}
