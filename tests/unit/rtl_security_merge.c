// SPDX-License-Identifier: MIT
/*
 * rtl/descriptor: the descriptor of a new object.
 */
#include <ntstatus.h>

#include "harness/test.h"
#include "rtl_security_kit.h"

/* --- new objects ---------------------------------------------------------------------------- */

TEST(a_new_object_has_its_makers_defaults, "13.8 13.12")
{
    struct result result = new_of(NULL, NULL, alice(), STATUS_SUCCESS);
    struct nt_identity root;

    is_sid(result.descriptor.owner, ALICE);
    is_sid(result.descriptor.group, ALICES);
    ok_str_eq(kit_text(result.descriptor.dacl), "0 0 f001f " ALICE "; 0 0 f001f " SYSTEM);
    ok_ptr_eq(result.descriptor.sacl, NULL);
    ok_eq(result.descriptor.control, SE_DACL_PRESENT);
    drop(&result);
    kit_identity(&root, 0);
    result = new_of(NULL, NULL, &root, STATUS_SUCCESS);
    is_sid(result.descriptor.owner, ADMINISTRATORS);
    is_sid(result.descriptor.group, "S-1-22-2-0");
    ok_str_eq(kit_text(result.descriptor.dacl), "0 0 f001f " ADMINISTRATORS "; 0 0 f001f " SYSTEM);
    drop(&result);
}

TEST(the_default_descriptor_is_what_nothing_becomes, "13.8 13.40")
{
    static const uint32_t levels[] = {0, 0x1000, 0x1FFF, 0x2000, 0x3000};
    struct nt_identity identity;

    for (unsigned i = 0; i < 10; i++) {
        struct nt_descriptor_default fallback;
        struct result result;
        const unsigned char *bytes;
        size_t size;

        kit_identity(&identity, i % 2 ? 0 : 1001);
        identity.integrity = levels[i / 2];
        result = new_of(NULL, NULL, &identity, STATUS_SUCCESS);
        nt_descriptor_default(NT_KIND_SECTION, &identity, &fallback);
        bytes = kit_relative(&fallback.descriptor, &size);
        ok_eq(size, result.block.size);
        ok_mem_eq(bytes, result.block.bytes, size);
        ok_eq(result.descriptor.sacl != NULL, levels[i / 2] < 0x2000);
        drop(&result);
    }
}

TEST(whoever_is_below_medium_labels_what_it_makes, "13.40")
{
    struct nt_descriptor given = kit_descriptor(ALICE, NULL);
    struct nt_identity *low = alice();
    struct result result;

    low->integrity = SECURITY_MANDATORY_LOW_RID;
    result = new_of(&given, NULL, low, STATUS_SUCCESS);
    ok_str_eq(kit_text(result.descriptor.sacl), "11 0 1 " LOW);
    drop(&result);
    given = kit_labelled(ALICE, NULL, LIST(LABEL("S-1-16-0", 0)));
    result = new_of(&given, NULL, low, STATUS_SUCCESS);
    ok_str_eq(kit_text(result.descriptor.sacl), "11 0 0 S-1-16-0");
    drop(&result);
    /* A list without a label takes nothing from it. */
    given = kit_labelled(ALICE, NULL, kit_empty(sizeof(ACL)));
    result = new_of(&given, NULL, low, STATUS_SUCCESS);
    ok_str_eq(kit_text(result.descriptor.sacl), "11 0 1 " LOW);
    drop(&result);
}

TEST(a_descriptor_without_a_dacl_gets_the_default_one, "13.9")
{
    struct nt_descriptor given = {.control = 0};
    struct result result = new_of(&given, NULL, alice(), STATUS_SUCCESS);

    is_sid(result.descriptor.owner, ALICE);
    ok_str_eq(kit_text(result.descriptor.dacl), "0 0 f001f " ALICE "; 0 0 f001f " SYSTEM);
    drop(&result);
    given.dacl = LIST(ALLOW(EVERYONE, 1));
    result = new_of(&given, NULL, alice(), STATUS_SUCCESS);
    ok_str_eq(kit_text(result.descriptor.dacl), "0 0 f001f " ALICE "; 0 0 f001f " SYSTEM);
    drop(&result);
}

TEST(null_and_empty_lists_are_kept, "13.10 13.11")
{
    struct nt_descriptor given = {.control = SE_DACL_PRESENT};
    struct result result = new_of(&given, NULL, alice(), STATUS_SUCCESS);

    ok_ptr_eq(result.descriptor.dacl, NULL);
    ok_eq(result.descriptor.control, SE_DACL_PRESENT);
    drop(&result);
    given.dacl = kit_empty(400);
    result = new_of(&given, NULL, alice(), STATUS_SUCCESS);
    require(result.descriptor.dacl, "the empty list is gone");
    ok_eq(kit_count(result.descriptor.dacl), 0);
    ok_eq(result.block.size, 20 + 8 + 16 + 16);
    drop(&result);
}

TEST(a_tokens_own_defaults_come_before_the_rule, "13.8 13.12")
{
    struct nt_identity *identity = alice();
    struct nt_descriptor_defaults defaults = {
        .owner = kit_sid(ALICE), .group = kit_sid(STAFF), .dacl = LIST(ALLOW(BOB, GENERIC_READ))};
    struct nt_descriptor given = {.control = SE_DACL_PRESENT, .dacl = LIST(ALLOW(BOB, 1))};
    struct result result = new_of(NULL, &defaults, identity, STATUS_SUCCESS);

    is_sid(result.descriptor.owner, ALICE);
    is_sid(result.descriptor.group, STAFF);
    ok_str_eq(kit_text(result.descriptor.dacl), "0 0 20005 " BOB);
    drop(&result);
    result = new_of(&given, &defaults, identity, STATUS_SUCCESS);
    is_sid(result.descriptor.group, STAFF);
    ok_str_eq(kit_text(result.descriptor.dacl), "0 0 1 " BOB);
    drop(&result);
    defaults.owner = kit_sid(BOB);
    new_of(NULL, &defaults, identity, STATUS_INVALID_OWNER);
    identity->in_force = NT_IN_FORCE_RESTORE;
    result = new_of(NULL, &defaults, identity, STATUS_SUCCESS);
    is_sid(result.descriptor.owner, BOB);
    drop(&result);
}

TEST(generic_rights_in_entries_become_the_kinds, "13.3 2.15")
{
    struct nt_descriptor given =
        kit_descriptor(ALICE, LIST(ALLOW(EVERYONE, GENERIC_READ | DELETE), DENY(BOB, GENERIC_ALL),
                                   ALLOW_CHILDREN(BOB, GENERIC_ALL)));
    struct result result = new_of(&given, NULL, alice(), STATUS_SUCCESS);
    struct nt_descriptor_block event = {NULL, 0};
    struct nt_descriptor read;

    ok_str_eq(kit_text(result.descriptor.dacl),
              "0 0 30005 " EVERYONE "; 1 0 f001f " BOB "; 0 8 10000000 " BOB);
    drop(&result);
    ok_status(nt_descriptor_for_new(NT_KIND_EVENT, &given, NULL, alice(), &event), STATUS_SUCCESS);
    ok_status(nt_descriptor_from_relative(event.bytes, event.size, &read), STATUS_SUCCESS);
    ok_str_eq(kit_text(read.dacl), "0 0 30001 " EVERYONE "; 1 0 1f0003 " BOB "; 0 8 10000000 " BOB);
    nt_descriptor_block_deinit(&event);
}

TEST(creator_owner_and_group_become_who_they_are, "13.12")
{
    struct nt_descriptor given =
        kit_descriptor(ALICE, LIST(ALLOW(CREATOR_OWNER, 1), DENY(CREATOR_GROUP, 2),
                                   ALLOW_CHILDREN(CREATOR_OWNER, 4)));
    struct result result;

    given.group = NULL;
    result = new_of(&given, NULL, alice(), STATUS_SUCCESS);
    ok_str_eq(kit_text(result.descriptor.dacl),
              "0 0 1 " ALICE "; 1 0 2 " ALICES "; 0 8 4 " CREATOR_OWNER);
    drop(&result);
}

TEST(an_owner_that_cannot_be_assigned, "13.37")
{
    struct nt_descriptor given = kit_descriptor(BOB, NULL);
    struct nt_identity *identity = alice();
    struct result result;

    new_of(&given, NULL, identity, STATUS_INVALID_OWNER);
    identity->in_force = NT_IN_FORCE_ALL & ~NT_IN_FORCE_RESTORE;
    new_of(&given, NULL, identity, STATUS_INVALID_OWNER);
    identity->in_force = NT_IN_FORCE_RESTORE;
    result = new_of(&given, NULL, identity, STATUS_SUCCESS);
    is_sid(result.descriptor.owner, BOB);
    drop(&result);
}

TEST(audit_entries_take_a_privilege, "13.19 13.32")
{
    struct nt_descriptor given =
        kit_labelled(ALICE, NULL, LIST(LABEL(LOW, 1), AUDIT(BOB, GENERIC_ALL)));
    struct nt_identity *identity = alice();
    struct result result;

    identity->in_force = NT_IN_FORCE_ALL & ~NT_IN_FORCE_SECURITY;
    new_of(&given, NULL, identity, STATUS_PRIVILEGE_NOT_HELD);
    identity->in_force = NT_IN_FORCE_SECURITY;
    result = new_of(&given, NULL, identity, STATUS_SUCCESS);
    ok_str_eq(kit_text(result.descriptor.sacl), "11 0 1 " LOW "; 2 40 f001f " BOB);
    ok_eq(result.descriptor.control, SE_DACL_PRESENT | SE_SACL_PRESENT);
    drop(&result);
    given.sacl = kit_empty(8);
    identity->in_force = 0;
    result = new_of(&given, NULL, identity, STATUS_SUCCESS);
    require(result.descriptor.sacl, "the empty list is gone");
    ok_eq(kit_count(result.descriptor.sacl), 0);
    drop(&result);
}

TEST(labels_that_may_not_be_given, "13.40")
{
    struct nt_descriptor given = kit_labelled(ALICE, NULL, LIST(LABEL(HIGH, 1)));
    struct nt_identity *identity = alice();
    struct result result;

    identity->in_force = NT_IN_FORCE_ALL & ~NT_IN_FORCE_RELABEL;
    new_of(&given, NULL, identity, STATUS_PRIVILEGE_NOT_HELD);
    identity->in_force = NT_IN_FORCE_RELABEL;
    result = new_of(&given, NULL, identity, STATUS_SUCCESS);
    ok_str_eq(kit_text(result.descriptor.sacl), "11 0 1 " HIGH);
    drop(&result);
    /* A second label is not overlooked, and a label must be one. */
    identity->in_force = 0;
    given.sacl = LIST(LABEL(LOW, 1), LABEL(HIGH, 1));
    new_of(&given, NULL, identity, STATUS_PRIVILEGE_NOT_HELD);
    given.sacl = LIST(LABEL(EVERYONE, 1));
    new_of(&given, NULL, identity, STATUS_INVALID_ACL);
    given.sacl = LIST(LABEL(LOW, 1));
    ((unsigned char *)(uintptr_t)given.sacl)[8 + 4] = 0x11;
    new_of(&given, NULL, identity, STATUS_INVALID_ACL);
}

TEST(entries_that_no_object_may_have, "13.14")
{
    ACL *dacl = LIST(ALLOW(EVERYONE, 4), ALLOW(BOB, 1));
    struct nt_descriptor given = kit_descriptor(ALICE, dacl), good = kit_descriptor(ALICE, NULL);

    ((unsigned char *)dacl)[8 + 20] = ACCESS_ALLOWED_CALLBACK_ACE_TYPE;
    new_of(&given, NULL, alice(), STATUS_INVALID_ACL);
    changed(&good, DACL_SECURITY_INFORMATION, &given, alice(), STATUS_INVALID_ACL);
    ((unsigned char *)dacl)[8 + 20] = ACCESS_ALLOWED_OBJECT_ACE_TYPE;
    new_of(&given, NULL, alice(), STATUS_INVALID_ACL);
    given = kit_labelled(ALICE, NULL, dacl);
    new_of(&given, NULL, alice(), STATUS_INVALID_ACL);
    changed(&good, LABEL_SECURITY_INFORMATION, &given, alice(), STATUS_INVALID_ACL);
}

TEST(control_bits_of_a_new_object, "13.8")
{
    struct nt_descriptor given = kit_descriptor(ALICE, LIST(ALLOW(EVERYONE, 4)));
    struct result result;

    given.control |= SE_OWNER_DEFAULTED | SE_GROUP_DEFAULTED | SE_DACL_DEFAULTED |
                     SE_DACL_PROTECTED | SE_DACL_AUTO_INHERITED | SE_SACL_PROTECTED;
    result = new_of(&given, NULL, alice(), STATUS_SUCCESS);
    ok_eq(result.descriptor.control, SE_DACL_PRESENT | SE_DACL_PROTECTED);
    drop(&result);
    given.control |= SE_DACL_AUTO_INHERIT_REQ;
    result = new_of(&given, NULL, alice(), STATUS_SUCCESS);
    ok_eq(result.descriptor.control, SE_DACL_PRESENT | SE_DACL_PROTECTED);
    drop(&result);
}

TEST(a_descriptor_has_a_longest_size, "13.8")
{
    ACL *dacl = kit_empty(65535);
    struct nt_descriptor given = kit_descriptor(ALICE, dacl);
    struct result result;
    const size_t fits = (NT_DESCRIPTOR_MAX - 20 - 16 - 16 - 8) / 20;

    for (size_t i = 0; i < fits; i++)
        require(nt_acl_add(dacl, 2, 0, 0, 1, nt_sid_known(NT_SID_EVERYONE)) == 0, "no room");
    result = new_of(&given, NULL, alice(), STATUS_SUCCESS);
    ok_eq(kit_count(result.descriptor.dacl), fits);
    drop(&result);
    require(nt_acl_add(dacl, 2, 0, 0, 1, nt_sid_known(NT_SID_EVERYONE)) == 0, "no room");
    new_of(&given, NULL, alice(), STATUS_INVALID_SECURITY_DESCR);
}

/* CREATOR OWNER becomes a longer SID: a list that was short enough may be so no more. */
TEST(a_list_that_grows_too_long, "13.12")
{
    ACL *dacl = kit_empty(65532);
    struct nt_descriptor given = kit_descriptor(ALICE, dacl);

    while (NT_SUCCESS(nt_acl_add(dacl, 2, 0, 0, 1, nt_sid_known(NT_SID_CREATOR_OWNER))))
        ;
    new_of(&given, NULL, alice(), STATUS_INVALID_SECURITY_DESCR);
}
