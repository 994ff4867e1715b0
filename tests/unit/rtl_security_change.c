// SPDX-License-Identifier: MIT
/*
 * rtl/descriptor: what a change makes of an object's descriptor.
 */
#include <ntstatus.h>

#include "harness/test.h"
#include "rtl_security_kit.h"

static struct nt_descriptor an_old_one(void)
{
    struct nt_descriptor old =
        kit_labelled(ALICE, LIST(ALLOW(ALICE, 7)), LIST(AUDIT(BOB, 1), LABEL(LOW, 1)));

    old.control |= SE_DACL_PROTECTED | SE_SACL_PROTECTED;
    return old;
}

#define OLD_DACL "0 0 7 " ALICE
#define OLD_SACL "2 40 1 " BOB "; 11 0 1 " LOW

static void is(struct result *result, const char *owner, const char *group, const char *dacl,
               const char *sacl)
{
    is_sid(result->descriptor.owner, owner);
    is_sid(result->descriptor.group, group);
    ok_str_eq(kit_text(result->descriptor.dacl), dacl);
    ok_str_eq(kit_text(result->descriptor.sacl), sacl);
    drop(result);
}

TEST(a_change_of_one_part_leaves_the_others, "13.36")
{
    struct nt_descriptor old = an_old_one();
    struct nt_descriptor change = kit_labelled(BOB, LIST(DENY(BOB, GENERIC_WRITE)), NULL);
    struct nt_identity *identity = alice();
    struct result result;

    change.group = kit_sid(EVERYONE);
    identity->in_force = NT_IN_FORCE_RESTORE;
    result = changed(&old, 0, &change, identity, STATUS_SUCCESS);
    ok_eq(result.descriptor.control,
          SE_DACL_PRESENT | SE_DACL_PROTECTED | SE_SACL_PRESENT | SE_SACL_PROTECTED);
    is(&result, ALICE, STAFF, OLD_DACL, OLD_SACL);
    result = changed(&old, OWNER_SECURITY_INFORMATION, &change, identity, STATUS_SUCCESS);
    is(&result, BOB, STAFF, OLD_DACL, OLD_SACL);
    result = changed(&old, GROUP_SECURITY_INFORMATION, &change, identity, STATUS_SUCCESS);
    is(&result, ALICE, EVERYONE, OLD_DACL, OLD_SACL);
    result = changed(&old, DACL_SECURITY_INFORMATION, &change, identity, STATUS_SUCCESS);
    ok_eq(result.descriptor.control, SE_DACL_PRESENT | SE_SACL_PRESENT | SE_SACL_PROTECTED);
    is(&result, ALICE, STAFF, "1 0 20002 " BOB, OLD_SACL);
    result = changed(&old, 7, &change, identity, STATUS_SUCCESS);
    is(&result, BOB, EVERYONE, "1 0 20002 " BOB, OLD_SACL);
}

TEST(owner_and_group_must_be_there_when_asked_for, "13.34 13.37")
{
    struct nt_descriptor old = an_old_one(), change = {.control = 0};

    changed(&old, OWNER_SECURITY_INFORMATION, &change, alice(), STATUS_INVALID_SECURITY_DESCR);
    changed(&old, GROUP_SECURITY_INFORMATION, &change, alice(), STATUS_INVALID_SECURITY_DESCR);
    change.owner = kit_sid(BOB);
    changed(&old, OWNER_SECURITY_INFORMATION, &change, alice(), STATUS_INVALID_OWNER);
}

TEST(a_dacl_that_is_not_there_lets_everybody_in, "13.35")
{
    struct nt_descriptor old = an_old_one(), change = {.control = 0};
    struct result result;

    result = changed(&old, DACL_SECURITY_INFORMATION, &change, alice(), STATUS_SUCCESS);
    ok_eq(result.descriptor.control & SE_DACL_PRESENT, SE_DACL_PRESENT);
    is(&result, ALICE, STAFF, "none", OLD_SACL);
    change.control = SE_DACL_PRESENT;
    result = changed(&old, DACL_SECURITY_INFORMATION, &change, alice(), STATUS_SUCCESS);
    is(&result, ALICE, STAFF, "none", OLD_SACL);
}

TEST(creator_owner_in_a_change_is_the_new_owner, "13.12")
{
    struct nt_descriptor old = an_old_one();
    struct nt_descriptor change = kit_descriptor(BOB, LIST(ALLOW(CREATOR_OWNER, 1)));
    struct nt_identity *identity = alice();
    struct result result;

    result = changed(&old, DACL_SECURITY_INFORMATION, &change, identity, STATUS_SUCCESS);
    is(&result, ALICE, STAFF, "0 0 1 " ALICE, OLD_SACL);
    identity->in_force = NT_IN_FORCE_RESTORE;
    result = changed(&old, DACL_SECURITY_INFORMATION | OWNER_SECURITY_INFORMATION, &change,
                     identity, STATUS_SUCCESS);
    is(&result, BOB, STAFF, "0 0 1 " BOB, OLD_SACL);
}

TEST(protection_of_a_dacl_is_set_and_cleared, "13.31")
{
    const SECURITY_INFORMATION dacl = DACL_SECURITY_INFORMATION;
    struct nt_descriptor old = an_old_one(), change = kit_descriptor(ALICE, NULL);
    struct result result;

    result =
        changed(&old, dacl | PROTECTED_DACL_SECURITY_INFORMATION, &change, alice(), STATUS_SUCCESS);
    ok(result.descriptor.control & SE_DACL_PROTECTED);
    drop(&result);
    change.control |= SE_DACL_PROTECTED;
    result = changed(&old, dacl, &change, alice(), STATUS_SUCCESS);
    ok(result.descriptor.control & SE_DACL_PROTECTED);
    drop(&result);
    result = changed(&old, dacl | UNPROTECTED_DACL_SECURITY_INFORMATION, &change, alice(),
                     STATUS_SUCCESS);
    ok(!(result.descriptor.control & SE_DACL_PROTECTED));
    drop(&result);
}

TEST(inheritance_is_told_where_it_was_wanted, "13.31")
{
    struct nt_descriptor old = kit_descriptor(ALICE, NULL), change = kit_descriptor(ALICE, NULL);
    struct result result;

    change.control |= SE_DACL_AUTO_INHERITED;
    result = changed(&old, DACL_SECURITY_INFORMATION, &change, alice(), STATUS_SUCCESS);
    ok_eq(result.descriptor.control, SE_DACL_PRESENT);
    drop(&result);
    change.control |= SE_DACL_AUTO_INHERIT_REQ;
    result = changed(&old, DACL_SECURITY_INFORMATION, &change, alice(), STATUS_SUCCESS);
    ok_eq(result.descriptor.control, SE_DACL_PRESENT | SE_DACL_AUTO_INHERITED);
    drop(&result);
}

TEST(labels_and_audits_are_changed_apart, "13.40 13.31")
{
    struct nt_descriptor old = an_old_one();
    struct nt_descriptor change = kit_labelled(ALICE, NULL, LIST(AUDIT(ALICE, 2)));
    struct nt_identity *identity = alice();
    struct result result;

    /* Audits only: the label stays. */
    result = changed(&old, SACL_SECURITY_INFORMATION, &change, identity, STATUS_SUCCESS);
    is(&result, ALICE, STAFF, OLD_DACL, "11 0 1 " LOW "; 2 40 2 " ALICE);
    /* The label only: the audits stay. */
    change.sacl = LIST(LABEL(MEDIUM, 3), AUDIT(ALICE, 2));
    result = changed(&old, LABEL_SECURITY_INFORMATION, &change, identity, STATUS_SUCCESS);
    is(&result, ALICE, STAFF, OLD_DACL, "11 0 3 " MEDIUM "; 2 40 1 " BOB);
    /* Both at once, or audits with a label among them. */
    result = changed(&old, SACL_SECURITY_INFORMATION | LABEL_SECURITY_INFORMATION, &change,
                     identity, STATUS_SUCCESS);
    is(&result, ALICE, STAFF, OLD_DACL, "11 0 3 " MEDIUM "; 2 40 2 " ALICE);
    result = changed(&old, SACL_SECURITY_INFORMATION, &change, identity, STATUS_SUCCESS);
    is(&result, ALICE, STAFF, OLD_DACL, "11 0 3 " MEDIUM "; 2 40 2 " ALICE);
    /* None: they go. */
    change.sacl = NULL;
    result = changed(&old, LABEL_SECURITY_INFORMATION, &change, identity, STATUS_SUCCESS);
    is(&result, ALICE, STAFF, OLD_DACL, "2 40 1 " BOB);
    result = changed(&old, SACL_SECURITY_INFORMATION, &change, identity, STATUS_SUCCESS);
    is(&result, ALICE, STAFF, OLD_DACL, "11 0 1 " LOW);
    old.sacl = LIST(LABEL(LOW, 1));
    result = changed(&old, LABEL_SECURITY_INFORMATION, &change, identity, STATUS_SUCCESS);
    ok(!(result.descriptor.control & SE_SACL_PRESENT));
    is(&result, ALICE, STAFF, OLD_DACL, "none");
}

TEST(a_label_is_not_raised_above_the_own_level, "13.40")
{
    const SECURITY_INFORMATION label = LABEL_SECURITY_INFORMATION;
    struct nt_descriptor old = an_old_one();
    struct nt_descriptor change = kit_labelled(ALICE, NULL, LIST(LABEL(HIGH, 1)));
    struct nt_identity *identity = alice();
    struct result result;

    changed(&old, label, &change, identity, STATUS_PRIVILEGE_NOT_HELD);
    changed(&old, SACL_SECURITY_INFORMATION, &change, identity, STATUS_PRIVILEGE_NOT_HELD);
    identity->in_force = NT_IN_FORCE_RELABEL;
    result = changed(&old, label, &change, identity, STATUS_SUCCESS);
    drop(&result);
    /* Without a label an object is at Medium. */
    identity->in_force = 0;
    identity->integrity = SECURITY_MANDATORY_LOW_RID;
    change.sacl = NULL;
    changed(&old, label, &change, identity, STATUS_PRIVILEGE_NOT_HELD);
    result = changed(&old, SACL_SECURITY_INFORMATION, &change, identity, STATUS_SUCCESS);
    is(&result, ALICE, STAFF, OLD_DACL, "11 0 1 " LOW);
}
