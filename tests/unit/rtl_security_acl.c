// SPDX-License-Identifier: MIT
/*
 * rtl/acl: lists from outside, and lists that are built and changed.
 */
#include <string.h>

#include <ntstatus.h>

#include "harness/test.h"
#include "rtl_security_kit.h"

#define ONE_ALLOW (8 + 12) /* an entry with a SID of one sub-authority */

static void put16(void *bytes, size_t at, unsigned value)
{
    uint16_t v = (uint16_t)value;

    memcpy((unsigned char *)bytes + at, &v, sizeof(v));
}

TEST(bytes_that_are_a_list, "13.11")
{
    ACL *acl = LIST(ALLOW(EVERYONE, 1), DENY(EVERYONE, 2));
    unsigned char *bytes = (unsigned char *)acl;
    const size_t size = 8 + 2 * ONE_ALLOW;

    ok_eq(nt_acl_check(acl, size), size);
    ok_eq(nt_acl_check(acl, size + 100), size);
    ok_eq(nt_acl_check(acl, size - 1), 0);
    ok_eq(nt_acl_check(acl, 7), 0);
    ok_eq(nt_acl_check(acl, 0), 0);
    for (unsigned revision = 0; revision < 256; revision++) {
        bytes[0] = (unsigned char)revision;
        ok_eq(nt_acl_check(acl, size), revision >= 2 && revision <= 4 ? size : 0);
    }
}

TEST(a_list_must_hold_its_entries, "13.11")
{
    ACL *acl = LIST(ALLOW(EVERYONE, 1), DENY(EVERYONE, 2));
    const size_t size = 8 + 2 * ONE_ALLOW;

    put16(acl, 4, 3);
    ok_eq(nt_acl_check(acl, size), 0);
    put16(acl, 4, 0xFFFF);
    ok_eq(nt_acl_check(acl, size), 0);
    put16(acl, 4, 1);
    ok_eq(nt_acl_check(acl, size), size);
    put16(acl, 4, 2);
    put16(acl, 2, (unsigned)size - 4);
    ok_eq(nt_acl_check(acl, size), 0);
    put16(acl, 2, 7);
    ok_eq(nt_acl_check(acl, size), 0);
    put16(acl, 2, 0);
    ok_eq(nt_acl_check(acl, size), 0);
}

TEST(an_entry_must_hold_its_sid, "13.11")
{
    ACL *acl = LIST(ALLOW(EVERYONE, 1));
    unsigned char *ace = (unsigned char *)acl + 8;

    put16(ace, 2, ONE_ALLOW - 4);
    ok_eq(nt_acl_check(acl, 28), 0);
    put16(ace, 2, ONE_ALLOW - 1);
    ok_eq(nt_acl_check(acl, 28), 0);
    put16(ace, 2, 4);
    ok_eq(nt_acl_check(acl, 28), 0);
    put16(ace, 2, 0);
    ok_eq(nt_acl_check(acl, 28), 0);
    put16(ace, 2, ONE_ALLOW + 4);
    ok_eq(nt_acl_check(acl, 28), 0);
    put16(ace, 2, ONE_ALLOW);
    ok_eq(nt_acl_check(acl, 28), 28);
    ace[9] = 2; /* a SID of more sub-authorities than there are */
    ok_eq(nt_acl_check(acl, 28), 0);
    ace[9] = 1;
    ace[8] = 3; /* of another revision */
    ok_eq(nt_acl_check(acl, 28), 0);
}

TEST(an_entry_is_a_multiple_of_four_bytes, "13.11")
{
    ACL *acl = kit_empty(8 + ONE_ALLOW + 8);
    unsigned char *ace = (unsigned char *)acl + 8;

    require(nt_acl_add(acl, 2, 0, 0, 1, kit_sid(EVERYONE)) == 0, "no entry");
    for (unsigned size = ONE_ALLOW; size <= ONE_ALLOW + 8; size++) {
        put16(ace, 2, size);
        ok_eq(nt_acl_check(acl, 36), size % 4 ? 0 : 36);
    }
    /* What it holds behind its SID is its own. */
    ok_eq(nt_acl_used(acl), 36);
}

/* Types whose entries begin otherwise need no SID there; no object here may have them. */
TEST(types_of_entries, "13.14")
{
    ACL *acl = LIST(ALLOW(EVERYONE, 1));
    unsigned char *ace = (unsigned char *)acl + 8;

    for (unsigned type = 0; type < 256; type++) {
        bool plain = type <= 3 || type == 0x11;

        ace[0] = (unsigned char)type;
        ok_eq(nt_acl_check(acl, 28), 28);
        ok_eq(nt_acl_is_supported(acl), plain);
        if (plain)
            ok(nt_sid_equal(kit_entry(acl, 0).sid, kit_sid(EVERYONE)));
    }
    ace[0] = ACCESS_ALLOWED_OBJECT_ACE_TYPE;
    memset(ace + 8, 0xFF, 12);
    ok_eq(nt_acl_check(acl, 28), 28);
    ok_ptr_eq(kit_entry(acl, 0).sid, NULL);
    ok_eq(kit_entry(acl, 0).mask, 0);
    ace[0] = ACCESS_ALLOWED_CALLBACK_ACE_TYPE;
    ok_eq(nt_acl_check(acl, 28), 0);
}

TEST(a_list_is_walked_to_its_end, "13.14")
{
    ACL *acl = LIST(ALLOW(ALICE, 5), DENY(STAFF, 0xFFFFFFFF), AUDIT(EVERYONE, 2), LABEL(LOW, 1));
    struct nt_ace ace;
    size_t at = 0;

    ok_str_eq(kit_text(acl),
              "0 0 5 " ALICE "; 1 0 ffffffff " STAFF "; 2 40 2 " EVERYONE "; 11 0 1 " LOW);
    ok_eq(nt_acl_used(acl), 8 + 2 * 24 + 2 * 20);
    for (unsigned i = 0; i < 4; i++)
        ok(nt_acl_next(acl, &at, &ace));
    ok(!nt_acl_next(acl, &at, &ace));
    ok(!nt_acl_next(acl, &at, &ace));
    at = 0;
    ok(!nt_acl_next(kit_empty(8), &at, &ace));
    ok_eq(nt_acl_used(kit_empty(100)), 8);
}

TEST(the_longest_list_is_walked, "13.14")
{
    ACL *acl = kit_empty(65532);
    NTSTATUS status;
    unsigned n = 0;

    while (NT_SUCCESS(status = nt_acl_add(acl, 2, 0, 0, n, kit_sid(EVERYONE)))) {
        n++;
        if (n % 200 == 0) /* the kit has not so many SIDs */
            break;
    }
    while (NT_SUCCESS(status = nt_acl_add(acl, 2, 0, 0, n, nt_sid_known(NT_SID_EVERYONE))))
        n++;
    ok_status(status, STATUS_ALLOTTED_SPACE_EXCEEDED);
    ok_eq(n, (65532 - 8) / 20);
    ok_eq(nt_acl_check(acl, 65532), 65532);
    ok_eq(kit_count(acl), n);
    ok_eq(kit_entry(acl, n - 1).mask, n - 1);
    ok_eq(nt_acl_used(acl), 8 + n * 20);
}

TEST(a_new_list_is_empty, "13.11")
{
    uint32_t place[16];
    ACL *acl = (ACL *)(void *)place;

    memset(place, 0xEE, sizeof(place));
    ok_status(nt_acl_init(acl, 7, ACL_REVISION), STATUS_BUFFER_TOO_SMALL);
    ok_status(nt_acl_init(acl, 0, ACL_REVISION), STATUS_BUFFER_TOO_SMALL);
    ok_status(nt_acl_init(acl, 65536, ACL_REVISION), STATUS_INVALID_PARAMETER);
    ok_status(nt_acl_init(acl, SIZE_MAX, ACL_REVISION), STATUS_INVALID_PARAMETER);
    ok_status(nt_acl_init(acl, 64, 1), STATUS_INVALID_PARAMETER);
    ok_status(nt_acl_init(acl, 64, 5), STATUS_INVALID_PARAMETER);
    ok_eq(place[0], 0xEEEEEEEE);
    for (unsigned revision = 2; revision <= 4; revision++) {
        ok_status(nt_acl_init(acl, 64, revision), STATUS_SUCCESS);
        ok_eq(nt_acl_check(acl, 64), 64);
        ok_eq(acl->AclRevision, revision);
        ok_eq(kit_count(acl), 0);
    }
    ok_ptr_eq(nt_acl_first_free(acl), place + 2);
    ok_ptr_eq(nt_acl_first_free(kit_empty(8)), NULL);
}

TEST(an_entry_is_added_at_the_end, "13.14")
{
    ACL *acl = kit_empty(8 + 20 + 24 + 3);

    ok_status(nt_acl_add(acl, 2, 0, CONTAINER_INHERIT_ACE, 7, kit_sid(EVERYONE)), STATUS_SUCCESS);
    ok_status(nt_acl_add(acl, 3, 1, 0, 8, kit_sid(ALICE)), STATUS_SUCCESS);
    ok_eq(acl->AclRevision, 3);
    ok_str_eq(kit_text(acl), "0 2 7 " EVERYONE "; 1 0 8 " ALICE);
    ok_status(nt_acl_add(acl, 2, 0, 0, 7, kit_sid(EVERYONE)), STATUS_ALLOTTED_SPACE_EXCEEDED);
    ok_eq(acl->AclRevision, 3);
    ok_eq(nt_acl_check(acl, 55), 55);
    ok_eq(kit_count(acl), 2);
}

TEST(what_cannot_be_added, "13.14")
{
    unsigned char bad_sid[12] = {2, 1};
    ACL *acl = kit_empty(200);

    ok_status(nt_acl_add(acl, 2, 0, 0, 1, (const SID *)(const void *)bad_sid), STATUS_INVALID_SID);
    ok_status(nt_acl_add(acl, 5, 0, 0, 1, kit_sid(ALICE)), STATUS_REVISION_MISMATCH);
    ok_status(nt_acl_add(acl, 2, 0, 0x20, 1, kit_sid(ALICE)), STATUS_INVALID_PARAMETER);
    ok_status(nt_acl_add(acl, 2, 0, 0x40, 1, kit_sid(ALICE)), STATUS_INVALID_PARAMETER);
    ok_status(nt_acl_add(acl, 2, 1, 0x80, 1, kit_sid(ALICE)), STATUS_INVALID_PARAMETER);
    ok_status(nt_acl_add(acl, 2, 5, 0, 1, kit_sid(ALICE)), STATUS_INVALID_PARAMETER);
    ok_status(nt_acl_add(acl, 2, 9, 0, 1, kit_sid(ALICE)), STATUS_INVALID_PARAMETER);
    ok_status(nt_acl_add(acl, 2, 0x11, 0, 8, kit_sid(LOW)), STATUS_INVALID_PARAMETER);
    ok_eq(kit_count(acl), 0);
    ok_status(nt_acl_add(acl, 2, 2, 0xC0 | 0x1F, 1, kit_sid(ALICE)), STATUS_SUCCESS);
    ok_status(nt_acl_add(acl, 2, 0x11, 0x1F, 7, kit_sid(LOW)), STATUS_SUCCESS);
    ok_eq(kit_count(acl), 2);
}

TEST(entries_are_inserted_anywhere, "13.14")
{
    const ACL *two = LIST(ALLOW(ALICE, 0x10), DENY(EVERYONE, 0x20));
    const void *aces = (const unsigned char *)two + 8;
    ACL *acl = kit_empty(300);

    ok_status(nt_acl_insert(acl, 2, 0, aces, 44), STATUS_SUCCESS);
    ok_status(nt_acl_insert(acl, 2, 1, aces, 24), STATUS_SUCCESS);
    ok_status(nt_acl_insert(acl, 4, MAXDWORD, (const unsigned char *)aces + 24, 20),
              STATUS_SUCCESS);
    ok_str_eq(kit_text(acl),
              "0 0 10 " ALICE "; 0 0 10 " ALICE "; 1 0 20 " EVERYONE "; 1 0 20 " EVERYONE);
    ok_eq(acl->AclRevision, 4);
    /* An index behind the end is the end, and nothing at all may be inserted. */
    ok_status(nt_acl_insert(acl, 2, 77, aces, 24), STATUS_SUCCESS);
    ok_status(nt_acl_insert(acl, 2, 0, aces, 0), STATUS_SUCCESS);
    ok_eq(kit_count(acl), 5);
    ok_eq(kit_entry(acl, 4).mask, 0x10);
    ok_eq(nt_acl_check(acl, 300), 300);
}

TEST(entries_of_the_same_list_are_inserted, "13.14")
{
    ACL *acl = kit_empty(300);
    void *last;

    ok_status(nt_acl_add(acl, 2, 0, 0, 1, kit_sid(EVERYONE)), STATUS_SUCCESS);
    ok_status(nt_acl_add(acl, 2, 1, 0, 2, kit_sid(ALICE)), STATUS_SUCCESS);
    ok_status(nt_acl_get(acl, 1, &last), STATUS_SUCCESS);
    ok_status(nt_acl_insert(acl, 2, 0, last, 24), STATUS_SUCCESS);
    ok_str_eq(kit_text(acl), "1 0 2 " ALICE "; 0 0 1 " EVERYONE "; 1 0 2 " ALICE);
}

TEST(what_cannot_be_inserted, "13.14")
{
    const ACL *one = LIST(ALLOW(ALICE, 0x10));
    unsigned char aces[28];
    ACL *acl = kit_empty(8 + 24 + 20);

    memcpy(aces, (const unsigned char *)one + 8, 24);
    memset(aces + 24, 0, 4);
    ok_status(nt_acl_insert(acl, 5, 0, aces, 24), STATUS_INVALID_PARAMETER);
    ok_status(nt_acl_insert(acl, 2, 0, aces, 23), STATUS_INVALID_PARAMETER);
    ok_status(nt_acl_insert(acl, 2, 0, aces, 28), STATUS_INVALID_PARAMETER);
    ok_status(nt_acl_insert(acl, 2, 0, aces, 3), STATUS_INVALID_PARAMETER);
    aces[8] = 9;
    ok_status(nt_acl_insert(acl, 2, 0, aces, 24), STATUS_INVALID_PARAMETER);
    aces[8] = 1;
    ok_status(nt_acl_insert(acl, 2, 0, aces, 24), STATUS_SUCCESS);
    ok_status(nt_acl_insert(acl, 2, 0, aces, 24), STATUS_BUFFER_TOO_SMALL);
    ok_eq(kit_count(acl), 1);
}

TEST(entries_are_got_and_deleted, "13.14")
{
    ACL *acl = LIST(ALLOW(ALICE, 1), DENY(EVERYONE, 2), ALLOW(BOB, 3));
    void *ace;

    ok_status(nt_acl_get(acl, 1, &ace), STATUS_SUCCESS);
    ok_ptr_eq(ace, (unsigned char *)acl + 8 + 24);
    ok_status(nt_acl_get(acl, 3, &ace), STATUS_INVALID_PARAMETER);
    ok_status(nt_acl_delete(acl, 3), STATUS_INVALID_PARAMETER);
    ok_status(nt_acl_delete(acl, MAXDWORD), STATUS_INVALID_PARAMETER);
    ok_status(nt_acl_delete(acl, 1), STATUS_SUCCESS);
    ok_str_eq(kit_text(acl), "0 0 1 " ALICE "; 0 0 3 " BOB);
    ok_status(nt_acl_delete(acl, 1), STATUS_SUCCESS);
    ok_status(nt_acl_delete(acl, 0), STATUS_SUCCESS);
    ok_eq(kit_count(acl), 0);
    ok_eq(nt_acl_used(acl), 8);
    ok_status(nt_acl_delete(acl, 0), STATUS_INVALID_PARAMETER);
}
