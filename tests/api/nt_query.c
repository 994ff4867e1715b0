// SPDX-License-Identifier: MIT
/*
 * NtQueryObject: what a handle is of, what it may do, what its object is called.
 */
#include "api/api.h"

#include <stddef.h>
#include <string.h>

/* Room for a structure, a name and its NUL. */
union answer {
    OBJECT_BASIC_INFORMATION basic;
    OBJECT_NAME_INFORMATION name;
    OBJECT_TYPE_INFORMATION type;
    OBJECT_DATA_INFORMATION data;
    char bytes[2048];
};

static NTSTATUS query(HANDLE handle, OBJECT_INFORMATION_CLASS what, union answer *answer,
                      ULONG size, ULONG *length)
{
    *length = 0xdeadbeef;
    memset(answer, 0xCC, sizeof(*answer));
    return NtQueryObject(handle, what, answer, size, length);
}

static OBJECT_BASIC_INFORMATION basic_of(HANDLE handle)
{
    union answer answer;
    ULONG length;

    require(query(handle, ObjectBasicInformation, &answer, sizeof(answer.basic), &length) ==
            STATUS_SUCCESS);
    return answer.basic;
}

/* The name is @want: the string, its length in bytes, a NUL behind it, and the answer's length. */
static void check_name(HANDLE handle, const wchar_t *want)
{
    ULONG bytes = (ULONG)(wcslen(want) * sizeof(wchar_t)), length;
    union answer answer;

    ok_status(query(handle, ObjectNameInformation, &answer, sizeof(answer), &length),
              STATUS_SUCCESS);
    ok_eq(length, sizeof(answer.name) + bytes + sizeof(wchar_t));
    ok_eq(answer.name.Name.Length, bytes);
    ok_eq(answer.name.Name.MaximumLength, bytes + sizeof(wchar_t));
    ok_ptr_eq(answer.name.Name.Buffer, &answer.name + 1);
    ok_wstr_eq(answer.name.Name.Buffer, want);
}

TEST(nt_query_object_tells_what_a_handle_may_do, "12.34")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE), copy = with_rights(section, 4);
    OBJECT_BASIC_INFORMATION basic = basic_of(section);

    ok_eq(basic.Attributes, 0);
    ok_eq(basic.GrantedAccess,
          STANDARD_RIGHTS_REQUIRED | SECTION_QUERY | SECTION_MAP_READ | SECTION_MAP_WRITE);
    ok_eq(basic_of(copy).GrantedAccess, SECTION_MAP_READ);
    ok_succeeds(SetHandleInformation(copy, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT));
    todo_wine ok_eq(basic_of(copy).Attributes, OBJ_INHERIT); /* Wine: always 0 */
    ok_eq(basic_of(section).Attributes, 0);
    ok_succeeds(
        SetHandleInformation(copy, HANDLE_FLAG_PROTECT_FROM_CLOSE, HANDLE_FLAG_PROTECT_FROM_CLOSE));
    todo_wine ok_eq(basic_of(copy).Attributes, OBJ_INHERIT | 1);
    ok_succeeds(SetHandleInformation(copy, HANDLE_FLAG_PROTECT_FROM_CLOSE, 0));
    drop(copy, NULL);
    drop(section, NULL);
}

TEST(nt_query_object_counts_handles, "")
{
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, L_("counted")), copy, again;
    OBJECT_BASIC_INFORMATION basic = basic_of(event);

    ok_eq(basic.HandleCount, 1);
    ok(basic.PointerCount >= 1);
    copy = with_rights(event, SYNCHRONIZE);
    ok_eq(basic_of(event).HandleCount, 2);
    again = OpenEventW(SYNCHRONIZE, FALSE, L_("counted"));
    ok_eq(basic_of(event).HandleCount, 3);
    ok_eq(basic_of(again).HandleCount, 3);
    drop(copy, NULL);
    drop(event, NULL);
    ok_eq(basic_of(again).HandleCount, 1);
    drop(again, NULL);
}

TEST(basic_information_has_one_size, "")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE);
    union answer answer;
    ULONG length;

    ok_eq(sizeof(answer.basic), 56);
    ok_status(query(section, ObjectBasicInformation, &answer, sizeof(answer.basic) - 1, &length),
              STATUS_INFO_LENGTH_MISMATCH);
    ok_status(query(section, ObjectBasicInformation, &answer, 0, &length),
              STATUS_INFO_LENGTH_MISMATCH);
    /* Wine takes more room than is needed. */
    todo_wine ok_status(
        query(section, ObjectBasicInformation, &answer, sizeof(answer.basic) + 1, &length),
        STATUS_INFO_LENGTH_MISMATCH);
    ok_status(query(section, ObjectBasicInformation, &answer, sizeof(answer.basic), &length),
              STATUS_SUCCESS);
    ok_eq(length, sizeof(answer.basic));
    ok_status(NtQueryObject(section, ObjectBasicInformation, &answer, sizeof(answer.basic), NULL),
              STATUS_SUCCESS);
    drop(section, NULL);
}

TEST(nt_query_object_tells_the_path_of_a_name, "11.2 11.3 11.4")
{
    wchar_t want[300];
    HANDLE local, global;

    global = new_section(L_("Global\\asked"), PAGE_READWRITE, PAGE);
    swprintf(want, ARRAYSIZE(want), L"\\BaseNamedObjects\\%ls", L_("Global\\asked") + 7);
    check_name(global, want);
    local = CreateEventW(NULL, FALSE, FALSE, L_("Local\\asked too"));
    if (session_number())
        swprintf(want, ARRAYSIZE(want), L"\\Sessions\\%u\\BaseNamedObjects\\%ls", session_number(),
                 L_("Local\\asked too") + 6);
    else
        swprintf(want, ARRAYSIZE(want), L"\\BaseNamedObjects\\%ls", L_("Local\\asked too") + 6);
    check_name(local, want);
    drop(global, NULL);
    drop(local, NULL);
}

TEST(an_opened_object_tells_its_name_too, "")
{
    UNICODE_STRING path = nt_path(L_("absolute"));
    OBJECT_ATTRIBUTES attributes = nt_attributes(&path, 0);
    wchar_t want[300];
    HANDLE made, opened;

    wcscpy(want, path.Buffer);
    made = new_section(L_("Global\\absolute"), PAGE_READWRITE, PAGE);
    ok_status(NtOpenSection(&opened, SECTION_QUERY, &attributes), STATUS_SUCCESS);
    check_name(opened, want);
    drop(made, NULL);
    check_name(opened, want);
    drop(opened, NULL);
}

TEST(an_unnamed_object_has_an_empty_name, "11.13")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE);
    union answer answer;
    ULONG length;

    ok_status(query(section, ObjectNameInformation, &answer, sizeof(answer), &length),
              STATUS_SUCCESS);
    ok_eq(length, sizeof(answer.name));
    ok_eq(answer.name.Name.Length, 0);
    ok_eq(answer.name.Name.MaximumLength, 0);
    ok_ptr_eq(answer.name.Name.Buffer, NULL);
    ok_eq(basic_of(section).NameInformationLength, 0);
    drop(section, NULL);
}

TEST(a_name_that_does_not_fit_tells_its_length, "")
{
    HANDLE section = new_section(L_("long enough"), PAGE_READWRITE, PAGE);
    ULONG need, length;
    union answer answer;

    ok_status(query(section, ObjectNameInformation, &answer, sizeof(answer), &need),
              STATUS_SUCCESS);
    ok_status(query(section, ObjectNameInformation, &answer, 0, &length),
              STATUS_INFO_LENGTH_MISMATCH);
    ok_eq(length, need);
    ok_status(query(section, ObjectNameInformation, &answer, sizeof(answer.name) - 1, &length),
              STATUS_INFO_LENGTH_MISMATCH);
    ok_status(query(section, ObjectNameInformation, &answer, sizeof(answer.name), &length),
              STATUS_INFO_LENGTH_MISMATCH);
    ok_eq(length, need);
    ok_status(query(section, ObjectNameInformation, &answer, need - 1, &length),
              STATUS_INFO_LENGTH_MISMATCH);
    ok_eq(length, need);
    ok_status(query(section, ObjectNameInformation, &answer, need, &length), STATUS_SUCCESS);
    ok_eq(length, need);
    drop(section, NULL);
}

static void check_type(HANDLE handle, const wchar_t *want, ACCESS_MASK valid)
{
    ULONG bytes = (ULONG)(wcslen(want) * sizeof(wchar_t)), length;
    union answer answer;

    ok_status(query(handle, ObjectTypeInformation, &answer, sizeof(answer), &length),
              STATUS_SUCCESS);
    ok_eq(answer.type.TypeName.Length, bytes);
    ok_wstr_eq(answer.type.TypeName.Buffer, want);
    ok(length >= sizeof(answer.type) + bytes + sizeof(wchar_t), "%u", (unsigned)length);
    ok_eq(answer.type.ValidAccessMask & valid, valid);
    ok_status(query(handle, ObjectTypeInformation, &answer, sizeof(answer.type), &length),
              STATUS_INFO_LENGTH_MISMATCH);
    ok(length >= sizeof(answer.type) + bytes, "%u", (unsigned)length);
    ok_status(query(handle, ObjectTypeInformation, &answer, 0, &length),
              STATUS_INFO_LENGTH_MISMATCH);
}

TEST(nt_query_object_tells_the_type, "")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE);
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);

    ok_eq(sizeof(OBJECT_TYPE_INFORMATION), 104);
    check_type(section, L"Section", SECTION_ALL_ACCESS);
    check_type(event, L"Event", EVENT_ALL_ACCESS);
    drop(section, NULL);
    drop(event, NULL);
}

TEST(nt_query_object_tells_the_flags_of_a_handle, "12.1 12.34")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE);
    union answer answer;
    ULONG length;

    ok_succeeds(SetHandleInformation(section, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT));
    ok_status(query(section, ObjectDataInformation, &answer, sizeof(answer.data), &length),
              STATUS_SUCCESS);
    ok_eq(length, sizeof(answer.data));
    ok_eq(answer.data.InheritHandle, TRUE);
    ok_eq(answer.data.ProtectFromClose, FALSE);
    ok_status(query(section, ObjectDataInformation, &answer, sizeof(answer.data) - 1, &length),
              STATUS_INVALID_BUFFER_SIZE);
    drop(section, NULL);
}

TEST(what_nt_query_object_refuses, "")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE);
    union answer answer;
    ULONG length;

    ok_status(query((HANDLE)(ULONG_PTR)0xdeadbee0, ObjectBasicInformation, &answer,
                    sizeof(answer.basic), &length),
              STATUS_INVALID_HANDLE);
    ok_status(query(NULL, ObjectNameInformation, &answer, sizeof(answer), &length),
              STATUS_INVALID_HANDLE);
    todo_wine ok_status(
        query(section, (OBJECT_INFORMATION_CLASS)77, &answer, sizeof(answer), &length),
        STATUS_INVALID_INFO_CLASS); /* Wine: not implemented */
    drop(section, NULL);
}

/* Two handles of the same new file. */
static void open_twice(HANDLE files[2])
{
    char path[1024];

    snprintf(path, sizeof(path), "%s/queried", test_dir());
    for (unsigned i = 0; i < 2; i++) {
        files[i] = CreateFileA(path, GENERIC_READ | GENERIC_WRITE,
                               FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_ALWAYS, 0, NULL);
        require(files[i] != INVALID_HANDLE_VALUE, "error %u", (unsigned)GetLastError());
    }
}

TEST(two_handles_of_one_file_are_different_objects, "12.30 12.31")
{
    HANDLE files[2], copy;

    open_twice(files);
    ok_fails(CompareObjectHandles(files[0], files[1]), ERROR_NOT_SAME_OBJECT);
    copy = with_rights(files[0], FILE_READ_DATA);
    ok_succeeds(CompareObjectHandles(files[0], copy));
    ok_eq(basic_of(files[0]).HandleCount, 2);
    ok_eq(basic_of(files[1]).HandleCount, 1);
    drop(copy, NULL);
    drop(files[0], NULL);
    drop(files[1], NULL);
}

TEST(a_file_tells_its_type_and_its_name, "")
{
    static const wchar_t end[] = L"queried";
    union answer answer;
    HANDLE files[2];
    ULONG need, length, count;

    open_twice(files);
    check_type(files[0], L"File", FILE_ALL_ACCESS);
    ok_status(query(files[0], ObjectNameInformation, &answer, sizeof(answer), &need),
              STATUS_SUCCESS);
    count = answer.name.Name.Length / sizeof(wchar_t);
    require(count > ARRAYSIZE(end));
    ok_wstr_eq(answer.name.Name.Buffer + count - (ARRAYSIZE(end) - 1), end);
    ok_eq(need, sizeof(answer.name) + (count + 1) * sizeof(wchar_t));
    ok_status(query(files[0], ObjectNameInformation, &answer, sizeof(answer.name) - 1, &length),
              STATUS_INFO_LENGTH_MISMATCH);
    ok_status(query(files[0], ObjectNameInformation, &answer, need - 1, &length),
              STATUS_BUFFER_OVERFLOW);
    ok_eq(length, need);
    drop(files[0], NULL);
    drop(files[1], NULL);
}
