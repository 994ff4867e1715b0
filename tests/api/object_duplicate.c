// SPDX-License-Identifier: MIT
/*
 * A copy of a handle that asks for more than its source has: the object's descriptor decides.
 */
#include "api/descriptor_kit.h"

static HANDLE section_of(const wchar_t *name, struct descriptor *descriptor)
{
    HANDLE section = CreateFileMappingW(INVALID_HANDLE_VALUE, &descriptor->attributes,
                                        PAGE_EXECUTE_READWRITE, 0, PAGE, name);

    require(section != NULL, "error %u", (unsigned)GetLastError());
    return section;
}

/* Both an unnamed object and a named one. */
#define EACH_NAME(var, text)                                           \
    for (const wchar_t *names_[] = {NULL, text}, **at_ = names_, *var; \
         at_ < names_ + 2 && (var = *at_, true); at_++)

TEST(a_section_that_refuses_is_not_widened, "12.11 12.13 13.11")
{
    struct descriptor empty;

    descriptor_init_empty(&empty);
    EACH_NAME(name, L_("refuses"))
    {
        HANDLE section = section_of(name, &empty), reader = with_rights(section, SECTION_MAP_READ);

        check_not_widened(reader, SECTION_MAP_READ | SECTION_MAP_WRITE, ERROR_ACCESS_DENIED);
        check_not_widened(reader, FILE_MAP_WRITE, ERROR_ACCESS_DENIED);
        check_not_widened(reader, SECTION_QUERY, ERROR_ACCESS_DENIED);
        check_not_widened(reader, GENERIC_ALL, ERROR_ACCESS_DENIED);
        check_not_widened(reader, SECTION_MAP_EXECUTE, ERROR_ACCESS_DENIED);
        /* One right too many, and all of them are asked of the descriptor. */
        check_not_widened(reader, SECTION_MAP_READ | READ_CONTROL, ERROR_ACCESS_DENIED);
        /* What the source has needs no asking, nor does nothing at all. */
        check_widens(reader, SECTION_MAP_READ, SECTION_MAP_READ);
        check_widens(section, SECTION_MAP_WRITE | SECTION_QUERY, SECTION_MAP_WRITE | SECTION_QUERY);
        check_widens(reader, 0, 0);
        drop(reader, NULL);
        drop(section, NULL);
    }
}

TEST(a_refused_widening_leaves_no_way_to_write, "12.11")
{
    struct descriptor empty;

    descriptor_init_empty(&empty);
    EACH_NAME(name, L_("reader"))
    {
        HANDLE section = section_of(name, &empty), reader = with_rights(section, SECTION_MAP_READ);
        HANDLE self = GetCurrentProcess();

        drop(section, NULL);
        check_map_fails(reader, FILE_MAP_WRITE, ERROR_ACCESS_DENIED);
        check_not_widened(reader, SECTION_MAP_WRITE, ERROR_ACCESS_DENIED);
        ok_fails(DuplicateHandle(self, reader, self, &section, FILE_MAP_WRITE, FALSE,
                                 DUPLICATE_CLOSE_SOURCE),
                 ERROR_ACCESS_DENIED);
        /* 12.21: the source is closed all the same. */
        ok_fails(CloseHandle(reader), ERROR_INVALID_HANDLE);
    }
}

TEST(the_owner_s_own_rights_are_there_for_a_copy_too, "12.10 13.13")
{
    struct descriptor empty;

    descriptor_init_empty(&empty);
    EACH_NAME(name, L_("owner"))
    {
        HANDLE section = section_of(name, &empty), reader = with_rights(section, SECTION_MAP_READ);

        check_widens(reader, READ_CONTROL, READ_CONTROL);
        check_widens(reader, WRITE_DAC, WRITE_DAC);
        check_widens(reader, READ_CONTROL | WRITE_DAC, READ_CONTROL | WRITE_DAC);
        todo_wine
        { /* Wine gives the owner every standard right */
            check_not_widened(reader, WRITE_OWNER, ERROR_ACCESS_DENIED);
            check_not_widened(reader, DELETE, ERROR_ACCESS_DENIED);
        }
        drop(reader, NULL);
        drop(section, NULL);
    }
}

TEST(a_copy_gets_what_the_descriptor_grants, "12.10")
{
    struct descriptor reading;

    descriptor_init_empty(&reading);
    descriptor_allow(&reading, sid_everyone(), SECTION_MAP_READ | SECTION_QUERY);
    EACH_NAME(name, L_("grants"))
    {
        HANDLE section = section_of(name, &reading), none = with_rights(section, 0);

        check_widens(none, SECTION_MAP_READ, SECTION_MAP_READ);
        check_widens(none, GENERIC_READ, READ_CONTROL | SECTION_QUERY | SECTION_MAP_READ);
        check_not_widened(none, SECTION_MAP_WRITE, ERROR_ACCESS_DENIED);
        check_not_widened(none, GENERIC_WRITE, ERROR_ACCESS_DENIED);
        /* Wine gives all rights of the type. */
        todo_wine check_widens(none, MAXIMUM_ALLOWED,
                               READ_CONTROL | WRITE_DAC | SECTION_QUERY | SECTION_MAP_READ);
        drop(none, NULL);
        drop(section, NULL);
    }
}

TEST(an_object_with_the_default_descriptor_is_widened_for_its_owner, "12.10 13.8")
{
    EACH_NAME(name, L_("default"))
    {
        HANDLE section = new_section(name, PAGE_EXECUTE_READWRITE, PAGE);
        HANDLE none = with_rights(section, 0), event;

        ok_eq(granted_of(section), 0xF000F);
        check_widens(section, GENERIC_ALL, SECTION_ALL);
        check_widens(none, GENERIC_ALL, SECTION_ALL);
        /* Wine grants any bit. */
        todo_wine check_not_widened(none, SECTION_MAP_READ | 0x40, ERROR_ACCESS_DENIED);
        drop(none, NULL);
        drop(section, NULL);
        event = CreateEventW(NULL, TRUE, FALSE, name);
        none = with_rights(event, SYNCHRONIZE);
        check_widens(none, EVENT_MODIFY_STATE, EVENT_MODIFY_STATE);
        check_widens(none, GENERIC_ALL, EVENT_ALL);
        drop(none, NULL);
        drop(event, NULL);
    }
}

TEST(an_event_that_refuses_is_not_widened, "12.11 12.10")
{
    struct descriptor waiting;

    descriptor_init_empty(&waiting);
    descriptor_allow(&waiting, sid_everyone(), SYNCHRONIZE);
    EACH_NAME(name, L_("event"))
    {
        HANDLE event = CreateEventW(&waiting.attributes, TRUE, FALSE, name), none, waiter;

        require(event != NULL, "error %u", (unsigned)GetLastError());
        none = with_rights(event, EVENT_MODIFY_STATE);
        waiter = with_rights(none, SYNCHRONIZE);
        check_not_widened(waiter, EVENT_MODIFY_STATE, ERROR_ACCESS_DENIED);
        check_not_widened(waiter, SYNCHRONIZE | EVENT_MODIFY_STATE, ERROR_ACCESS_DENIED);
        check_not_widened(none, SYNCHRONIZE | EVENT_MODIFY_STATE, ERROR_ACCESS_DENIED);
        ok_succeeds(SetEvent(none));
        ok_eq(WaitForSingleObject(waiter, 0), WAIT_OBJECT_0);
        drop(waiter, NULL);
        drop(none, NULL);
        drop(event, NULL);
    }
}

TEST(what_a_copy_is_given_works, "12.10")
{
    struct descriptor null;

    descriptor_init_null(&null);
    EACH_NAME(name, L_("works"))
    {
        HANDLE section = section_of(name, &null), reader, writer = NULL;
        HANDLE self = GetCurrentProcess();
        volatile uint32_t *seen, *words;

        /* Of a named one: another object of this process, which was opened for reading only. */
        reader = name ? open_section(name, FILE_MAP_READ) : with_rights(section, FILE_MAP_READ);
        seen = (volatile uint32_t *)MapViewOfFile(reader, FILE_MAP_READ, 0, 0, 0);
        require(seen != NULL);
        check_map_fails(reader, FILE_MAP_WRITE, ERROR_ACCESS_DENIED);
        ok_succeeds(DuplicateHandle(self, reader, self, &writer,
                                    SECTION_MAP_READ | SECTION_MAP_WRITE, FALSE, 0));
        words = map_words(writer);
        *words = 4711;
        ok_eq(*seen, 4711);
        ok(!can_write(seen));
        /* The source is what it was. */
        check_map_fails(reader, FILE_MAP_WRITE, ERROR_ACCESS_DENIED);
        drop(writer, words);
        drop(reader, seen);
        drop(section, NULL);
    }
}

TEST(an_event_opened_for_nothing_becomes_one_to_set, "12.10")
{
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, L_("nothing"));
    HANDLE reader = OpenEventW(READ_CONTROL, FALSE, L_("nothing")), self = GetCurrentProcess();
    HANDLE setter = NULL, waiter = NULL;

    require(event && reader);
    ok_fails(SetEvent(reader), ERROR_ACCESS_DENIED);
    ok_succeeds(DuplicateHandle(self, reader, self, &setter, EVENT_MODIFY_STATE, FALSE, 0));
    ok_succeeds(DuplicateHandle(self, reader, self, &waiter, SYNCHRONIZE, FALSE, 0));
    ok_eq(WaitForSingleObject(waiter, 0), WAIT_TIMEOUT);
    ok_succeeds(SetEvent(setter));
    ok_eq(WaitForSingleObject(waiter, 0), WAIT_OBJECT_0);
    ok_eq(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
    drop(waiter, NULL);
    drop(setter, NULL);
    drop(reader, NULL);
    drop(event, NULL);
}

TEST(the_last_handle_is_asked_too, "12.10 12.11")
{
    struct descriptor empty;
    HANDLE section, reader;

    descriptor_init_empty(&empty);
    section = section_of(L_("last"), &empty);
    reader = with_rights(section, SECTION_MAP_READ);
    drop(section, NULL);
    check_not_widened(reader, SECTION_MAP_WRITE, ERROR_ACCESS_DENIED);
    check_widens(reader, WRITE_DAC, WRITE_DAC);
    drop(reader, NULL);
}

TEST(system_security_is_for_who_has_the_privilege, "12.10 13.19")
{
    EACH_NAME(name, L_("audit"))
    {
        HANDLE section = new_section(name, PAGE_READWRITE, PAGE);

        /* Wine does not look at the privilege. */
        todo_wine check_not_widened(section, ACCESS_SYSTEM_SECURITY, ERROR_PRIVILEGE_NOT_HELD);
        drop(section, NULL);
    }
}
