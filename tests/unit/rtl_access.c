// SPDX-License-Identifier: MIT
/*
 * rtl/access: rights of sections and events.
 */
#include <ntstatus.h>

#include "harness/test.h"
#include "rtl/access.h"

#define SECTION NT_KIND_SECTION
#define EVENT   NT_KIND_EVENT

TEST(generic_rights_of_a_section, "13.3 2.13")
{
    ok_eq(nt_access_map(SECTION, GENERIC_READ), 0x20000 | 1 | 4);
    ok_eq(nt_access_map(SECTION, GENERIC_WRITE), 0x20000 | 2);
    ok_eq(nt_access_map(SECTION, GENERIC_EXECUTE), 0x20000 | 8);
    ok_eq(nt_access_map(SECTION, GENERIC_ALL), 0xF001F);
    ok_eq(nt_access_map(SECTION, GENERIC_READ | GENERIC_WRITE), 0x20000 | 1 | 4 | 2);
}

TEST(generic_rights_of_an_event, "2.17")
{
    ok_eq(nt_access_map(EVENT, GENERIC_READ), 0x20000 | 1);
    ok_eq(nt_access_map(EVENT, GENERIC_WRITE), 0x20000 | 2);
    ok_eq(nt_access_map(EVENT, GENERIC_EXECUTE), 0x20000 | 0x100000);
    ok_eq(nt_access_map(EVENT, GENERIC_ALL), 0x1F0003);
}

TEST(mapping_leaves_other_rights_alone, "2.13")
{
    ok_eq(nt_access_map(SECTION, 0), 0);
    ok_eq(nt_access_map(SECTION, SECTION_MAP_READ), 4);
    ok_eq(nt_access_map(SECTION, MAXIMUM_ALLOWED), MAXIMUM_ALLOWED);
    ok_eq(nt_access_map(SECTION, 0x40), 0x40);
    ok_eq(nt_access_map(SECTION, GENERIC_WRITE | SECTION_QUERY), 0x20003);
}

static void owner_gets(enum nt_kind kind, ACCESS_MASK desired, ACCESS_MASK want)
{
    ACCESS_MASK granted = 0xdeadbeef;

    ok_status(nt_access_grant_owner(kind, desired, &granted), STATUS_SUCCESS);
    ok_eq(granted, want);
}

/* It is refused, and nothing is written. */
static void nobody_gets(enum nt_kind kind, ACCESS_MASK desired, NTSTATUS status)
{
    ACCESS_MASK granted = 0xdeadbeef;

    ok_status(nt_access_grant_owner(kind, desired, &granted), status);
    ok_eq(granted, 0xdeadbeef);
}

TEST(every_valid_right_can_be_asked_for, "13.4 2.18")
{
    static const ACCESS_MASK sections = 0xF001F | SYNCHRONIZE, events = 0x1F0003;

    for (unsigned bit = 0; bit < 24; bit++) {
        ACCESS_MASK right = 1u << bit;

        if (right & sections)
            owner_gets(SECTION, right, right);
        else
            nobody_gets(SECTION, right, STATUS_ACCESS_DENIED);
        if (right & events)
            owner_gets(EVENT, right, right);
        else
            nobody_gets(EVENT, right, STATUS_ACCESS_DENIED);
    }
    ok_eq(nt_kind_rights(SECTION)->valid, sections);
    ok_eq(nt_kind_rights(EVENT)->valid, events);
}

TEST(generic_all_has_no_synchronize_on_a_section, "2.18 13.3")
{
    owner_gets(SECTION, GENERIC_ALL, 0xF001F);
    owner_gets(SECTION, GENERIC_ALL | SYNCHRONIZE, 0x1F001F);
    owner_gets(EVENT, GENERIC_ALL, 0x1F0003);
}

TEST(maximum_allowed_is_everything_for_the_owner, "2.17 13.7")
{
    owner_gets(SECTION, MAXIMUM_ALLOWED, 0xF001F);
    owner_gets(EVENT, MAXIMUM_ALLOWED, 0x1F0003);
    owner_gets(SECTION, MAXIMUM_ALLOWED | SECTION_MAP_READ, 0xF001F);
}

TEST(standard_rights_are_granted, "2.17")
{
    owner_gets(SECTION, DELETE, DELETE);
    owner_gets(SECTION, READ_CONTROL, READ_CONTROL);
    owner_gets(SECTION, WRITE_DAC, WRITE_DAC);
    owner_gets(SECTION, WRITE_OWNER, WRITE_OWNER);
}

TEST(no_right_at_all_opens_nothing, "2.14")
{
    ACCESS_MASK granted = 0xdeadbeef;

    ok_status(nt_access_grant_owner(SECTION, 0, &granted), STATUS_ACCESS_DENIED);
    ok_status(nt_access_grant_owner(EVENT, 0, &granted), STATUS_ACCESS_DENIED);
    ok_eq(granted, 0xdeadbeef);
}

TEST(undefined_rights_are_denied, "2.15")
{
    nobody_gets(SECTION, 0x40, STATUS_ACCESS_DENIED);
    nobody_gets(SECTION, 0x40 | SECTION_MAP_READ, STATUS_ACCESS_DENIED);
    nobody_gets(SECTION, 0x40 | GENERIC_ALL, STATUS_ACCESS_DENIED);
    nobody_gets(SECTION, 0x40 | MAXIMUM_ALLOWED, STATUS_ACCESS_DENIED);
    nobody_gets(EVENT, 0x4, STATUS_ACCESS_DENIED);
    nobody_gets(SECTION, 0x04000000, STATUS_ACCESS_DENIED);
}

TEST(system_security_needs_a_privilege, "2.16")
{
    nobody_gets(SECTION, ACCESS_SYSTEM_SECURITY, STATUS_PRIVILEGE_NOT_HELD);
    nobody_gets(SECTION, ACCESS_SYSTEM_SECURITY | SECTION_MAP_READ, STATUS_PRIVILEGE_NOT_HELD);
    nobody_gets(EVENT, ACCESS_SYSTEM_SECURITY | GENERIC_ALL, STATUS_PRIVILEGE_NOT_HELD);
}

/* A mask of all ones holds undefined bits too, and they are refused first. */
TEST(undefined_rights_are_denied_before_the_privilege_counts, "12.14 2.15 2.16")
{
    nobody_gets(SECTION, 0xFFFFFFFF, STATUS_ACCESS_DENIED);
    nobody_gets(EVENT, 0xFFFFFFFF, STATUS_ACCESS_DENIED);
    nobody_gets(SECTION, ACCESS_SYSTEM_SECURITY | 0x40, STATUS_ACCESS_DENIED);
}
