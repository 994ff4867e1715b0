// SPDX-License-Identifier: MIT
/*
 * The Nt layer of sections: creating, opening and querying, with statuses.
 */
#include "api/api.h"

#include <string.h>

static NTSTATUS create(HANDLE *section, OBJECT_ATTRIBUTES *attributes, uint64_t size, ULONG protect,
                       ULONG flags)
{
    LARGE_INTEGER bytes = {.QuadPart = (LONGLONG)size};

    *section = (HANDLE)(ULONG_PTR)0xdeadbeef;
    return NtCreateSection(section, SECTION_ALL_ACCESS, attributes, &bytes, protect, flags, NULL);
}

static NTSTATUS create_named(HANDLE *section, const wchar_t *leaf, ULONG flags)
{
    UNICODE_STRING path = nt_path(leaf);
    OBJECT_ATTRIBUTES attributes = nt_attributes(&path, flags);

    return create(section, &attributes, PAGE, PAGE_READWRITE, SEC_COMMIT);
}

static NTSTATUS open_named(HANDLE *section, const wchar_t *leaf, ACCESS_MASK access)
{
    UNICODE_STRING path = nt_path(leaf);
    OBJECT_ATTRIBUTES attributes = nt_attributes(&path, 0);

    *section = (HANDLE)(ULONG_PTR)0xdeadbeef;
    return NtOpenSection(section, access, &attributes);
}

TEST(nt_creates_and_maps_a_section, "1.5 1.40 1.42")
{
    HANDLE section;
    volatile uint32_t *view;

    SetLastError(0xdeadbeef);
    ok_status(create(&section, NULL, 0x12345, PAGE_READWRITE, SEC_COMMIT), STATUS_SUCCESS);
    ok_error(0xdeadbeef);
    ok_eq(section_size(section), 0x13000);
    view = map_words(section);
    ok(all_bytes(view, 0, 0x13000));
    drop(section, view);
}

TEST(nt_junk_protection_leaves_no_handle, "1.4 11.32")
{
    static const ULONG junk[] = {0x1234, 0, PAGE_READWRITE | PAGE_READONLY};

    for (unsigned i = 0; i < ARRAYSIZE(junk); i++) {
        HANDLE section;
        NTSTATUS status = create(&section, NULL, PAGE, junk[i], SEC_COMMIT);

        ok(status == STATUS_INVALID_PAGE_PROTECTION || status == STATUS_INVALID_PARAMETER,
           "0x%x: status 0x%08x", (unsigned)junk[i], (unsigned)status);
        ok_ptr_eq(section, NULL);
    }
}

TEST(nt_flags_that_do_not_go_together, "1.7 1.8 1.9 1.11 1.14")
{
    static const struct {
        ULONG flags;
        NTSTATUS status;
    } rows[] = {
        {SEC_RESERVE | SEC_COMMIT, STATUS_INVALID_PARAMETER},
        {SEC_NOCACHE, STATUS_INVALID_PARAMETER},
        {SEC_RESERVE | SEC_LARGE_PAGES, STATUS_INVALID_PARAMETER},
        {SEC_FILE | SEC_COMMIT, STATUS_INVALID_PARAMETER},
        {SEC_IMAGE, STATUS_INVALID_FILE_FOR_SECTION},
    };

    for (unsigned i = 0; i < ARRAYSIZE(rows); i++) {
        HANDLE section;
        NTSTATUS status = create(&section, NULL, PAGE, PAGE_READONLY, rows[i].flags);

        /* Which parameter was wrong may be said, too. */
        ok(RtlNtStatusToDosError(status) == RtlNtStatusToDosError(rows[i].status),
           "0x%08x: status 0x%08x", (unsigned)rows[i].flags, (unsigned)status);
        ok(!NT_SUCCESS(status));
    }
}

TEST(nt_query_tells_size_and_attributes, "1.40 1.6")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, 4090);
    SECTION_BASIC_INFORMATION information;
    SIZE_T size = 0xdeadbeef;

    memset(&information, 0xcc, sizeof(information));
    ok_status(
        NtQuerySection(section, SectionBasicInformation, &information, sizeof(information), &size),
        STATUS_SUCCESS);
    ok_eq(size, sizeof(information));
    ok_ptr_eq(information.BaseAddress, NULL);
    ok_eq(information.Attributes, SEC_COMMIT);
    ok_eq(information.Size.QuadPart, 0x1000);
    drop(section, NULL);
}

TEST(nt_query_needs_the_right_to, "1.55")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE);
    HANDLE reader = with_rights(section, SECTION_MAP_READ | SECTION_MAP_WRITE);
    SECTION_BASIC_INFORMATION information;

    ok_status(
        NtQuerySection(reader, SectionBasicInformation, &information, sizeof(information), NULL),
        STATUS_ACCESS_DENIED);
    drop(reader, NULL);
    drop(section, NULL);
}

TEST(nt_query_looks_at_the_length, "1.56")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE);
    SECTION_BASIC_INFORMATION information[2];

    ok_status(NtQuerySection(section, SectionBasicInformation, information,
                             sizeof(*information) - 1, NULL),
              STATUS_INFO_LENGTH_MISMATCH);
    ok_status(NtQuerySection(section, SectionBasicInformation, information, 0, NULL),
              STATUS_INFO_LENGTH_MISMATCH);
    ok_status(NtQuerySection(section, SectionBasicInformation, information,
                             sizeof(*information) + 1, NULL),
              STATUS_SUCCESS);
    drop(section, NULL);
}

TEST(nt_image_query_wants_an_image, "1.57 17.10")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE);
    uint64_t image[16];

    ok_status(NtQuerySection(section, SectionImageInformation, image, 8, NULL),
              STATUS_INFO_LENGTH_MISMATCH);
    ok_status(NtQuerySection(section, SectionImageInformation, image, 64, NULL),
              STATUS_SECTION_NOT_IMAGE);
    drop(section, NULL);
}

TEST(nt_query_wants_a_section, "")
{
    SECTION_BASIC_INFORMATION information;

    ok_status(
        NtQuerySection(NULL, SectionBasicInformation, &information, sizeof(information), NULL),
        STATUS_INVALID_HANDLE);
}

TEST(nt_opens_the_one_that_is_there_when_asked, "11.23 1.19")
{
    HANDLE first, second;

    ok_status(create_named(&first, L_("if"), OBJ_OPENIF), STATUS_SUCCESS);
    ok_status(create_named(&second, L_("if"), OBJ_OPENIF), STATUS_OBJECT_NAME_EXISTS);
    ok_succeeds(CompareObjectHandles(first, second));
    drop(first, NULL);
    drop(second, NULL);
}

TEST(nt_collides_without_being_asked, "11.24 11.32")
{
    HANDLE first, second;

    ok_status(create_named(&first, L_("collision"), 0), STATUS_SUCCESS);
    ok_status(create_named(&second, L_("collision"), 0), STATUS_OBJECT_NAME_COLLISION);
    ok_ptr_eq(second, NULL);
    drop(first, NULL);
    ok_status(create_named(&first, L_("collision"), 0), STATUS_SUCCESS);
    drop(first, NULL);
}

TEST(nt_collides_with_another_type, "11.25 11.21 11.22")
{
    UNICODE_STRING path = nt_path(L_("types"));
    OBJECT_ATTRIBUTES attributes = nt_attributes(&path, 0);
    HANDLE event = NULL, section;
    NTSTATUS status;

    ok_status(NtCreateEvent(&event, EVENT_ALL_ACCESS, &attributes, NotificationEvent, FALSE),
              STATUS_SUCCESS);
    status = create_named(&section, L_("types"), 0);
    ok(status == STATUS_OBJECT_NAME_COLLISION || status == STATUS_OBJECT_TYPE_MISMATCH, "0x%08x",
       (unsigned)status);
    ok_ptr_eq(section, NULL);
    ok_status(create_named(&section, L_("types"), OBJ_OPENIF), STATUS_OBJECT_TYPE_MISMATCH);
    ok_ptr_eq(section, NULL);
    ok_status(open_named(&section, L_("types"), SECTION_QUERY), STATUS_OBJECT_TYPE_MISMATCH);
    ok_ptr_eq(section, NULL);
    drop(event, NULL);
}

TEST(nt_opens_by_path, "11.2 11.4 2.12 11.32")
{
    HANDLE section, opened;

    ok_status(create_named(&section, L_("path"), 0), STATUS_SUCCESS);
    ok_status(open_named(&opened, L_("path"), SECTION_QUERY | SECTION_MAP_READ), STATUS_SUCCESS);
    ok_succeeds(CompareObjectHandles(section, opened));
    ok_eq(section_size(opened), PAGE);
    drop(opened, NULL);
    drop(section, NULL);
    ok_status(open_named(&opened, L_("path"), SECTION_QUERY), STATUS_OBJECT_NAME_NOT_FOUND);
    ok_ptr_eq(opened, NULL);
}

TEST(nt_path_and_global_name_are_one, "11.4")
{
    HANDLE section = new_section(L_("Global\\nt"), PAGE_READWRITE, PAGE);
    HANDLE opened;

    ok_status(open_named(&opened, L_("Global\\nt") + 7, SECTION_QUERY), STATUS_SUCCESS);
    ok_succeeds(CompareObjectHandles(section, opened));
    drop(opened, NULL);
    drop(section, NULL);
}

TEST(nt_session_path_names_the_session, "11.2 11.8")
{
    HANDLE plain = new_section(L_("session"), PAGE_READWRITE, PAGE), opened = NULL;
    UNICODE_STRING path;
    OBJECT_ATTRIBUTES attributes;
    wchar_t text[300];

    if (session_number() == 0)
        swprintf(text, ARRAYSIZE(text), L"\\BaseNamedObjects\\%ls", L_("session"));
    else
        swprintf(text, ARRAYSIZE(text), L"\\Sessions\\%u\\BaseNamedObjects\\%ls", session_number(),
                 L_("session"));
    RtlInitUnicodeString(&path, text);
    attributes = nt_attributes(&path, 0);
    ok_status(NtOpenSection(&opened, SECTION_QUERY, &attributes), STATUS_SUCCESS);
    ok_succeeds(CompareObjectHandles(plain, opened));
    drop(opened, NULL);
    drop(plain, NULL);
}
