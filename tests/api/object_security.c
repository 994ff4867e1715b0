// SPDX-License-Identifier: MIT
/*
 * What the descriptor of an object is when it is made, and what it lets whom do that opens the
 * object by its name.
 */
#include "api/descriptor_kit.h"

#include <string.h>

/* --- what it begins with -------------------------------------------------------------------- */

/* The DACL of the default descriptor: all rights for the owner, and a user that is not the owner is
 * not listed (13.12). */
static void check_default_dacl(PACL dacl, DWORD all)
{
    bool found = false;

    for (DWORD i = 0; dacl && i < dacl->AceCount; i++) {
        ACCESS_ALLOWED_ACE *ace = NULL;

        if (!ok_succeeds(GetAce(dacl, i, (LPVOID *)&ace)))
            continue;
        ok_eq(ace->Header.AceType, ACCESS_ALLOWED_ACE_TYPE);
        if (!EqualSid(sid_user(), sid_owner()))
            ok(!EqualSid(&ace->SidStart, sid_user()));
        if (!EqualSid(&ace->SidStart, sid_owner()))
            continue;
        found = true;
        ok_eq(ace->Mask, all);
    }
    ok(found);
}

/* The default descriptor: of the token's owner and group. */
static void check_default(HANDLE object, DWORD all)
{
    union relative descriptor;

    read_security(object, THE_PARTS, &descriptor);
    ok_eq(control_in(&descriptor), SE_SELF_RELATIVE | SE_DACL_PRESENT);
    ok(EqualSid(owner_in(&descriptor), sid_owner()));
    ok(EqualSid(group_in(&descriptor), sid_group()));
    check_default_dacl(dacl_in(&descriptor), all);
}

TEST(an_object_without_a_descriptor_gets_the_token_s, "13.8 13.12 1.59")
{
    struct descriptor fresh;
    const wchar_t *names[] = {NULL, L_("default")};

    descriptor_init(&fresh);
    for (unsigned i = 0; i < ARRAYSIZE(names); i++) {
        SECURITY_ATTRIBUTES without = {.nLength = sizeof(without)};
        HANDLE event = CreateEventW(&without, TRUE, FALSE, names[i]);
        HANDLE section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, PAGE,
                                            names[i] ? L_("section") : NULL);

        require(event && section);
        /* Wine: GENERIC_ALL stays, and an object has no descriptor before somebody gives one. */
        todo_wine check_default(event, EVENT_ALL);
        todo_wine check_default(section, SECTION_ALL);
        drop(event, NULL);
        drop(section, NULL);
    }
}

TEST(a_descriptor_without_a_dacl_gets_the_token_s, "13.9")
{
    const wchar_t *names[] = {NULL, L_("absent")};
    struct descriptor fresh;

    descriptor_init(&fresh);
    for (unsigned i = 0; i < ARRAYSIZE(names); i++) {
        HANDLE event = CreateEventW(&fresh.attributes, TRUE, FALSE, names[i]);

        require(event != NULL, "error %u", (unsigned)GetLastError());
        todo_wine check_default(event, EVENT_ALL); /* GENERIC_ALL */
        drop(event, NULL);
    }
}

TEST(a_section_of_the_nt_layer_without_a_dacl_gets_the_token_s, "13.9 13.8")
{
    LARGE_INTEGER size = {.QuadPart = PAGE};
    OBJECT_ATTRIBUTES attributes = nt_attributes(NULL, 0);
    struct descriptor fresh;
    HANDLE section = NULL;

    descriptor_init(&fresh);
    attributes.SecurityDescriptor = &fresh.absolute;
    ok_status(NtCreateSection(&section, SECTION_ALL, &attributes, &size, PAGE_READWRITE, SEC_COMMIT,
                              NULL),
              STATUS_SUCCESS);
    todo_wine check_default(section, SECTION_ALL); /* GENERIC_ALL */
    drop(section, NULL);
}

TEST(an_object_keeps_the_entries_that_it_was_given, "13.6 13.3")
{
    const wchar_t *names[] = {NULL, L_("given")};
    struct descriptor given;

    descriptor_init_empty(&given);
    descriptor_allow(&given, sid_everyone(), SECTION_MAP_READ);
    descriptor_allow(&given, sid_nobody(), GENERIC_ALL);
    for (unsigned i = 0; i < ARRAYSIZE(names); i++) {
        HANDLE section = CreateFileMappingW(INVALID_HANDLE_VALUE, &given.attributes, PAGE_READWRITE,
                                            0, PAGE, names[i]);
        union relative descriptor;

        require(section != NULL, "error %u", (unsigned)GetLastError());
        read_security(section, THE_PARTS, &descriptor);
        ok(EqualSid(owner_in(&descriptor), sid_owner()));
        require(dacl_in(&descriptor) != NULL);
        ok_eq(dacl_in(&descriptor)->AceCount, 2);
        check_allows(dacl_in(&descriptor), 0, sid_everyone(), SECTION_MAP_READ);
        /* Generic rights of an entry are the section's from the day it is made: Wine keeps them. */
        todo_wine check_allows(dacl_in(&descriptor), 1, sid_nobody(), SECTION_ALL);
        drop(section, NULL);
    }
}

TEST(the_creator_gets_all_that_it_asked_for, "13.6 13.1")
{
    const wchar_t *names[] = {NULL, L_("refusing")};
    struct descriptor empty, deny;

    descriptor_init_empty(&empty);
    descriptor_init_empty(&deny);
    descriptor_deny(&deny, sid_everyone(), GENERIC_ALL);
    for (unsigned i = 0; i < ARRAYSIZE(names); i++) {
        HANDLE section = CreateFileMappingW(INVALID_HANDLE_VALUE, &empty.attributes, PAGE_READWRITE,
                                            0, PAGE, names[i]);
        HANDLE event;

        require(section != NULL, "error %u", (unsigned)GetLastError());
        ok_eq(granted_of(section),
              STANDARD_RIGHTS_REQUIRED | SECTION_QUERY | SECTION_MAP_READ | SECTION_MAP_WRITE);
        drop(section, map_words(section));
        event = CreateEventW(&deny.attributes, TRUE, FALSE, names[i]);
        require(event != NULL, "error %u", (unsigned)GetLastError());
        ok_eq(granted_of(event), EVENT_ALL);
        ok_succeeds(SetEvent(event));
        drop(event, NULL);
    }
}

TEST(creating_with_the_most_that_is_allowed_gives_all, "13.7")
{
    OBJECT_ATTRIBUTES attributes = nt_attributes(NULL, 0);
    struct descriptor empty;
    HANDLE event = NULL;

    descriptor_init_empty(&empty);
    attributes.SecurityDescriptor = &empty.absolute;
    ok_status(NtCreateEvent(&event, MAXIMUM_ALLOWED, &attributes, NotificationEvent, FALSE),
              STATUS_SUCCESS);
    ok_eq(granted_of(event), EVENT_ALL);
    drop(event, NULL);
}

/* --- opening -------------------------------------------------------------------------------- */

static HANDLE named_section(const wchar_t *name, struct descriptor *descriptor)
{
    HANDLE section = CreateFileMappingW(INVALID_HANDLE_VALUE, &descriptor->attributes,
                                        PAGE_EXECUTE_READWRITE, 0, PAGE, name);

    require(section != NULL, "error %u", (unsigned)GetLastError());
    return section;
}

static void check_opens(const wchar_t *name, DWORD access, DWORD granted)
{
    HANDLE section = OpenFileMappingW(access, FALSE, name);

    if (!ok(section != NULL, "access 0x%x: error %u", (unsigned)access, (unsigned)GetLastError()))
        return;
    ok(granted_of(section) == granted, "access 0x%x gave 0x%x, expected 0x%x", (unsigned)access,
       (unsigned)granted_of(section), (unsigned)granted);
    drop(section, NULL);
}

TEST(a_null_dacl_lets_everyone_do_everything, "13.10")
{
    const wchar_t *name = L_("null");
    struct descriptor null;
    union relative descriptor;
    HANDLE section;

    descriptor_init_null(&null);
    section = named_section(name, &null);
    check_opens(name, SECTION_ALL, SECTION_ALL);
    check_opens(name, SECTION_MAP_WRITE, SECTION_MAP_WRITE);
    read_security(section, THE_PARTS, &descriptor);
    ok_ptr_eq(dacl_in(&descriptor), NULL);
    check_widens(section, GENERIC_ALL, SECTION_ALL);
    drop(section, NULL);
}

TEST(an_empty_dacl_lets_nobody_in_but_the_owner_look, "13.11 13.13 13.20")
{
    static const DWORD refused[] = {
        SECTION_QUERY, SECTION_MAP_READ, SECTION_MAP_WRITE,           SECTION_MAP_EXECUTE,
        GENERIC_READ,  GENERIC_ALL,      READ_CONTROL | SECTION_QUERY};
    const wchar_t *name = L_("empty");
    struct descriptor empty;
    HANDLE section;

    descriptor_init_empty(&empty);
    section = named_section(name, &empty);
    for (unsigned i = 0; i < ARRAYSIZE(refused); i++)
        check_open_fails(name, refused[i], ERROR_ACCESS_DENIED);
    check_opens(name, READ_CONTROL, READ_CONTROL);
    check_opens(name, WRITE_DAC, WRITE_DAC);
    todo_wine
    { /* Wine gives the owner every standard right */
        check_open_fails(name, DELETE, ERROR_ACCESS_DENIED);
        check_open_fails(name, WRITE_OWNER, ERROR_ACCESS_DENIED);
        check_open_fails(name, SYNCHRONIZE, ERROR_ACCESS_DENIED);
        check_opens(name, MAXIMUM_ALLOWED, READ_CONTROL | WRITE_DAC);
    }
    drop(section, NULL);
}

TEST(owner_rights_in_the_dacl_replace_those_of_the_owner, "13.13")
{
    const wchar_t *name = L_("rights");
    struct descriptor descriptor;
    HANDLE section;

    descriptor_init_empty(&descriptor);
    descriptor_allow(&descriptor, sid_owner_rights(), READ_CONTROL | SECTION_MAP_READ);
    section = named_section(name, &descriptor);
    /* Wine does not know the entry, and gives the owner what it always has. */
    todo_wine
    {
        check_opens(name, READ_CONTROL | FILE_MAP_READ, READ_CONTROL | SECTION_MAP_READ);
        check_open_fails(name, WRITE_DAC, ERROR_ACCESS_DENIED);
    }
    check_open_fails(name, FILE_MAP_WRITE, ERROR_ACCESS_DENIED);
    drop(section, NULL);
}

TEST(opening_gives_what_the_entries_allow, "13.20 2.13 2.17 13.3")
{
    const wchar_t *name = L_("reading");
    struct descriptor reading;
    HANDLE section;

    descriptor_init_empty(&reading);
    descriptor_allow(&reading, sid_everyone(), SECTION_MAP_READ | SECTION_QUERY);
    section = named_section(name, &reading);
    check_opens(name, FILE_MAP_READ, SECTION_MAP_READ);
    check_opens(name, FILE_MAP_READ | SECTION_QUERY, SECTION_MAP_READ | SECTION_QUERY);
    check_opens(name, FILE_MAP_COPY, SECTION_MAP_READ);
    check_opens(name, GENERIC_READ, READ_CONTROL | SECTION_QUERY | SECTION_MAP_READ);
    check_open_fails(name, FILE_MAP_WRITE, ERROR_ACCESS_DENIED);
    check_open_fails(name, FILE_MAP_READ | FILE_MAP_WRITE, ERROR_ACCESS_DENIED);
    check_open_fails(name, GENERIC_ALL, ERROR_ACCESS_DENIED);
    todo_wine
    { /* Wine gives the owner every standard right */
        check_opens(name, MAXIMUM_ALLOWED,
                    READ_CONTROL | WRITE_DAC | SECTION_QUERY | SECTION_MAP_READ);
        check_open_fails(name, SYNCHRONIZE, ERROR_ACCESS_DENIED);
        check_open_fails(name, DELETE, ERROR_ACCESS_DENIED);
    }
    drop(section, NULL);
}

TEST(generic_rights_of_an_entry_are_the_kind_s, "13.3 2.13")
{
    const wchar_t *name = L_("generic");
    struct descriptor generic;
    HANDLE section;

    descriptor_init_empty(&generic);
    descriptor_allow(&generic, sid_everyone(), GENERIC_READ);
    section = named_section(name, &generic);
    check_opens(name, GENERIC_READ, READ_CONTROL | SECTION_QUERY | SECTION_MAP_READ);
    check_open_fails(name, FILE_MAP_WRITE, ERROR_ACCESS_DENIED);
    drop(section, NULL);
}

TEST(map_copy_in_an_entry_is_the_right_to_query, "13.5 2.8")
{
    const wchar_t *name = L_("copy"), *other = L_("read");
    struct descriptor copy, read;
    HANDLE section, queried;

    descriptor_init_empty(&copy);
    descriptor_allow(&copy, sid_everyone(), FILE_MAP_COPY);
    section = named_section(name, &copy);
    /* Asked for, it is SECTION_MAP_READ. */
    check_open_fails(name, FILE_MAP_COPY, ERROR_ACCESS_DENIED);
    check_opens(name, SECTION_QUERY | READ_CONTROL, SECTION_QUERY | READ_CONTROL);
    queried = OpenFileMappingW(SECTION_QUERY | READ_CONTROL, FALSE, name);
    require(queried != NULL, "error %u", (unsigned)GetLastError());
    ok_fails(MapViewOfFile(queried, FILE_MAP_COPY, 0, 0, 0), ERROR_ACCESS_DENIED);
    drop(queried, NULL);
    drop(section, NULL);
    /* What copying does take is the right to read. */
    descriptor_init_empty(&read);
    descriptor_allow(&read, sid_everyone(), FILE_MAP_READ);
    section = named_section(other, &read);
    check_opens(other, FILE_MAP_COPY, SECTION_MAP_READ);
    check_open_fails(other, SECTION_QUERY | READ_CONTROL, ERROR_ACCESS_DENIED);
    drop(section, NULL);
}

TEST(entries_count_in_their_order, "13.14")
{
    const wchar_t *name = L_("deny first"), *other = L_("deny later");
    struct descriptor first, later;
    HANDLE a, b;

    descriptor_init_empty(&first);
    descriptor_deny(&first, sid_everyone(), SECTION_MAP_WRITE);
    descriptor_allow(&first, sid_everyone(), SECTION_ALL);
    descriptor_init_empty(&later);
    descriptor_allow(&later, sid_everyone(), SECTION_MAP_READ | SECTION_MAP_WRITE);
    descriptor_deny(&later, sid_everyone(), SECTION_ALL);
    a = named_section(name, &first);
    b = named_section(other, &later);
    check_opens(name, FILE_MAP_READ, SECTION_MAP_READ);
    check_open_fails(name, FILE_MAP_READ | FILE_MAP_WRITE, ERROR_ACCESS_DENIED);
    todo_wine check_opens(name, MAXIMUM_ALLOWED, SECTION_ALL & ~SECTION_MAP_WRITE);
    check_opens(other, FILE_MAP_READ | FILE_MAP_WRITE, SECTION_MAP_READ | SECTION_MAP_WRITE);
    check_open_fails(other, SECTION_MAP_EXECUTE, ERROR_ACCESS_DENIED);
    /* Wine gives the owner every standard right. */
    todo_wine check_open_fails(other, DELETE, ERROR_ACCESS_DENIED);
    drop(a, NULL);
    drop(b, NULL);
}

TEST(an_entry_for_somebody_else_is_nothing_to_us, "13.20")
{
    const wchar_t *name = L_("somebody");
    struct descriptor descriptor;
    HANDLE event;

    descriptor_init_empty(&descriptor);
    descriptor_deny(&descriptor, sid_nobody(), EVENT_ALL);
    descriptor_allow(&descriptor, sid_nobody(), EVENT_ALL);
    descriptor_allow(&descriptor, sid_user(), SYNCHRONIZE);
    event = CreateEventW(&descriptor.attributes, TRUE, TRUE, name);
    require(event != NULL);
    for (unsigned i = 0; i < 2; i++) {
        HANDLE opened = OpenEventW(SYNCHRONIZE, FALSE, name);

        require(opened != NULL, "error %u", (unsigned)GetLastError());
        ok_eq(WaitForSingleObject(opened, 0), WAIT_OBJECT_0);
        ok_fails(SetEvent(opened), ERROR_ACCESS_DENIED);
        drop(opened, NULL);
    }
    ok_fails(OpenEventW(EVENT_MODIFY_STATE, FALSE, name), ERROR_ACCESS_DENIED);
    ok_fails(OpenEventW(SYNCHRONIZE | EVENT_MODIFY_STATE, FALSE, name), ERROR_ACCESS_DENIED);
    drop(event, NULL);
}

TEST(a_name_that_exists_and_refuses_is_access_denied, "13.39")
{
    const wchar_t *name = L_("taken");
    struct descriptor empty;
    HANDLE section, event;

    descriptor_init_empty(&empty);
    section = named_section(name, &empty);
    ok_fails(CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, PAGE, name),
             ERROR_ACCESS_DENIED);
    event = CreateEventW(&empty.attributes, TRUE, FALSE, L_("taken event"));
    require(event != NULL);
    ok_fails(CreateEventW(NULL, TRUE, FALSE, L_("taken event")), ERROR_ACCESS_DENIED);
    drop(event, NULL);
    drop(section, NULL);
}

TEST(the_descriptor_of_a_second_create_is_not_looked_at, "13.39 1.19")
{
    const wchar_t *name = L_("second");
    struct descriptor null, empty;
    union relative descriptor;
    HANDLE section, second;

    descriptor_init_null(&null);
    descriptor_init_empty(&empty);
    section = named_section(name, &null);
    second =
        CreateFileMappingW(INVALID_HANDLE_VALUE, &empty.attributes, PAGE_READWRITE, 0, PAGE, name);
    ok_error(ERROR_ALREADY_EXISTS);
    require(second != NULL);
    read_security(second, THE_PARTS, &descriptor);
    ok_ptr_eq(dacl_in(&descriptor), NULL);
    drop(second, NULL);
    drop(section, NULL);
}

TEST(a_refused_name_can_be_made_once_it_is_gone, "13.39")
{
    const wchar_t *name = L_("gone");
    struct descriptor empty;
    HANDLE section;

    descriptor_init_empty(&empty);
    section = named_section(name, &empty);
    check_open_fails(name, FILE_MAP_READ, ERROR_ACCESS_DENIED);
    drop(section, NULL);
    section = new_section(name, PAGE_READWRITE, PAGE);
    check_opens(name, FILE_MAP_READ, SECTION_MAP_READ);
    drop(section, NULL);
}
