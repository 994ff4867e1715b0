// SPDX-License-Identifier: MIT
/*
 * rtl/access-check: what a descriptor lets somebody do. Sections throughout, whose rights are
 * QUERY 1, MAP_WRITE 2, MAP_READ 4, MAP_EXECUTE 8, EXTEND_SIZE 0x10 and the standard ones; an
 * unmapped mapping where the check itself is meant.
 */
#include <ntstatus.h>

#include "harness/test.h"
#include "rtl_security_kit.h"

#define READ  SECTION_MAP_READ
#define WRITE SECTION_MAP_WRITE
#define ALL   SECTION_ALL_ACCESS

static const struct nt_access_mapping mapping = {READ_CONTROL | SECTION_QUERY | READ,
                                                 READ_CONTROL | WRITE,
                                                 READ_CONTROL | SECTION_MAP_EXECUTE, ALL};

/* What user @uid gets; the status is told as 0 rights, which success never is. */
static ACCESS_MASK opens(uint32_t uid, const struct nt_descriptor *descriptor, ACCESS_MASK desired,
                         NTSTATUS want)
{
    struct nt_identity identity;
    ACCESS_MASK granted = 0xdeadbeef;

    kit_identity(&identity, uid);
    ok_status(nt_access_open(NT_KIND_SECTION, descriptor, &identity, desired, &granted), want);
    nt_identity_deinit(&identity);
    return granted;
}

#define GETS(uid, descriptor, desired, want) \
    ok_eq(opens(uid, descriptor, desired, STATUS_SUCCESS), (want))
#define DENIED(uid, descriptor, desired) \
    ok_eq(opens(uid, descriptor, desired, STATUS_ACCESS_DENIED), 0)

#define ALICE_UID 1001
#define BOB_UID   1002
#define CAROL_UID 1003

TEST(a_null_dacl_lets_everybody_do_everything, "13.10 13.18")
{
    struct nt_descriptor null_dacl = kit_descriptor(ALICE, NULL), absent = null_dacl;

    absent.control = 0;
    absent.dacl = LIST(DENY(EVERYONE, ALL)); /* not present, so it says nothing */
    for (unsigned i = 0; i < 2; i++) {
        const struct nt_descriptor *descriptor = i ? &absent : &null_dacl;

        GETS(BOB_UID, descriptor, ALL, ALL);
        GETS(BOB_UID, descriptor, GENERIC_ALL, ALL);
        GETS(BOB_UID, descriptor, MAXIMUM_ALLOWED, ALL);
        GETS(BOB_UID, descriptor, SYNCHRONIZE, SYNCHRONIZE);
        GETS(BOB_UID, descriptor, SYNCHRONIZE | MAXIMUM_ALLOWED, ALL | SYNCHRONIZE);
    }
}

TEST(an_empty_dacl_lets_nobody_in_but_the_owner_to_change_it, "13.11 13.13")
{
    struct nt_descriptor descriptor = kit_descriptor(ALICE, kit_empty(8));

    DENIED(BOB_UID, &descriptor, READ);
    DENIED(BOB_UID, &descriptor, READ_CONTROL);
    DENIED(BOB_UID, &descriptor, MAXIMUM_ALLOWED);
    DENIED(ALICE_UID, &descriptor, READ);
    DENIED(ALICE_UID, &descriptor, READ | READ_CONTROL);
    DENIED(ALICE_UID, &descriptor, DELETE);
    DENIED(ALICE_UID, &descriptor, WRITE_OWNER);
    GETS(ALICE_UID, &descriptor, READ_CONTROL, READ_CONTROL);
    GETS(ALICE_UID, &descriptor, WRITE_DAC, WRITE_DAC);
    GETS(ALICE_UID, &descriptor, MAXIMUM_ALLOWED, READ_CONTROL | WRITE_DAC);
}

TEST(an_owner_may_be_a_group, "13.13")
{
    struct nt_descriptor descriptor = kit_descriptor(STAFF, kit_empty(8));
    struct nt_descriptor root = kit_descriptor(ADMINISTRATORS, kit_empty(8));

    GETS(BOB_UID, &descriptor, READ_CONTROL | WRITE_DAC, READ_CONTROL | WRITE_DAC);
    GETS(0, &root, READ_CONTROL | WRITE_DAC, READ_CONTROL | WRITE_DAC);
    DENIED(BOB_UID, &root, READ_CONTROL);
    /* Root is held to the DACL as everybody is. */
    DENIED(0, &root, READ);
}

TEST(an_owner_cannot_be_denied_what_it_has, "13.13 13.14")
{
    struct nt_descriptor descriptor =
        kit_descriptor(ALICE, LIST(DENY(ALICE, ALL), ALLOW(EVERYONE, READ)));

    GETS(ALICE_UID, &descriptor, WRITE_DAC | READ_CONTROL, WRITE_DAC | READ_CONTROL);
    GETS(ALICE_UID, &descriptor, MAXIMUM_ALLOWED, WRITE_DAC | READ_CONTROL);
    DENIED(ALICE_UID, &descriptor, READ);
}

TEST(owner_rights_take_the_place_of_the_implicit_ones, "13.13")
{
    struct nt_descriptor allowed =
        kit_descriptor(ALICE, LIST(ALLOW(OWNER_RIGHTS, READ), ALLOW(BOB, WRITE)));
    struct nt_descriptor denied =
        kit_descriptor(ALICE, LIST(DENY(OWNER_RIGHTS, WRITE_DAC), ALLOW(EVERYONE, ALL)));
    struct nt_descriptor children =
        kit_descriptor(ALICE, LIST(ALLOW_CHILDREN(OWNER_RIGHTS, READ), ALLOW(BOB, WRITE)));

    GETS(ALICE_UID, &allowed, MAXIMUM_ALLOWED, READ);
    DENIED(ALICE_UID, &allowed, READ_CONTROL);
    DENIED(ALICE_UID, &allowed, WRITE_DAC);
    /* They are the owner's and nobody else's. */
    GETS(BOB_UID, &allowed, MAXIMUM_ALLOWED, WRITE);
    DENIED(BOB_UID, &allowed, READ);

    DENIED(ALICE_UID, &denied, WRITE_DAC);
    GETS(ALICE_UID, &denied, MAXIMUM_ALLOWED, ALL & ~WRITE_DAC);
    GETS(BOB_UID, &denied, MAXIMUM_ALLOWED, ALL);

    GETS(ALICE_UID, &children, MAXIMUM_ALLOWED, READ_CONTROL | WRITE_DAC);
}

TEST(entries_count_in_their_order, "13.14")
{
    struct nt_descriptor deny_first =
        kit_descriptor(BOB, LIST(DENY(ALICE, READ), ALLOW(EVERYONE, READ | WRITE)));
    struct nt_descriptor allow_first =
        kit_descriptor(BOB, LIST(ALLOW(EVERYONE, READ | WRITE), DENY(ALICE, READ | DELETE)));

    DENIED(ALICE_UID, &deny_first, READ);
    DENIED(ALICE_UID, &deny_first, READ | WRITE);
    GETS(ALICE_UID, &deny_first, WRITE, WRITE);
    GETS(ALICE_UID, &deny_first, MAXIMUM_ALLOWED, WRITE);
    GETS(CAROL_UID, &deny_first, READ | WRITE, READ | WRITE);

    GETS(ALICE_UID, &allow_first, READ | WRITE, READ | WRITE);
    GETS(ALICE_UID, &allow_first, MAXIMUM_ALLOWED, READ | WRITE);
    DENIED(ALICE_UID, &allow_first, READ | DELETE);
}

TEST(rights_are_gathered_from_several_entries, "13.14 13.20")
{
    struct nt_descriptor descriptor =
        kit_descriptor(BOB, LIST(ALLOW(ALICE, READ), ALLOW(STAFF, WRITE), ALLOW(EVERYONE, 0x10),
                                 ALLOW(AUTHENTICATED, SECTION_QUERY)));

    GETS(ALICE_UID, &descriptor, READ | WRITE | 0x11, READ | WRITE | 0x11);
    DENIED(CAROL_UID, &descriptor, READ | WRITE);
    GETS(CAROL_UID, &descriptor, MAXIMUM_ALLOWED, WRITE | 0x11);
    DENIED(CAROL_UID, &descriptor, MAXIMUM_ALLOWED | READ);
    GETS(CAROL_UID, &descriptor, MAXIMUM_ALLOWED | WRITE, WRITE | 0x11);
}

TEST(entries_for_children_only_do_not_count, "13.14")
{
    struct nt_descriptor descriptor = kit_descriptor(
        BOB, LIST(DENY_CHILDREN(EVERYONE, ALL), ALLOW(EVERYONE, READ), ALLOW_CHILDREN(ALICE, ALL)));

    GETS(ALICE_UID, &descriptor, MAXIMUM_ALLOWED, READ);
    DENIED(ALICE_UID, &descriptor, WRITE);
}

TEST(audit_entries_decide_on_nothing, "13.14")
{
    struct nt_descriptor descriptor =
        kit_descriptor(BOB, LIST(AUDIT(ALICE, ALL), LABEL(HIGH, 7), ALLOW(EVERYONE, READ)));

    GETS(ALICE_UID, &descriptor, MAXIMUM_ALLOWED, READ);
}

TEST(groups_let_in_and_keep_out, "13.20")
{
    struct nt_descriptor descriptor =
        kit_descriptor(BOB, LIST(DENY("S-1-22-2-99", ALL), ALLOW(STAFF, READ)));
    const uint32_t groups[] = {50, 99};
    struct nt_identity identity;
    ACCESS_MASK granted;

    GETS(ALICE_UID, &descriptor, READ, READ);
    require(nt_identity_init(&identity, ALICE_UID, 1, groups, 2) == 0, "no identity");
    ok_status(nt_access_open(NT_KIND_SECTION, &descriptor, &identity, READ, &granted),
              STATUS_ACCESS_DENIED);
    nt_identity_deinit(&identity);
    require(nt_identity_init(&identity, ALICE_UID, 99, groups, 1) == 0, "no identity");
    ok_status(nt_access_open(NT_KIND_SECTION, &descriptor, &identity, READ, &granted),
              STATUS_ACCESS_DENIED);
    nt_identity_deinit(&identity);
}

TEST(generic_rights_are_mapped_before_the_check, "13.20 13.3 2.13")
{
    struct nt_descriptor descriptor =
        kit_descriptor(BOB, LIST(ALLOW(EVERYONE, READ_CONTROL | SECTION_QUERY | READ)));

    GETS(ALICE_UID, &descriptor, GENERIC_READ, READ_CONTROL | SECTION_QUERY | READ);
    DENIED(ALICE_UID, &descriptor, GENERIC_WRITE);
    DENIED(ALICE_UID, &descriptor, GENERIC_ALL);
}

TEST(nothing_and_the_unknown_are_denied, "2.14 2.15 12.14 13.17")
{
    struct nt_descriptor descriptor = kit_descriptor(ALICE, NULL);

    DENIED(ALICE_UID, &descriptor, 0);
    DENIED(ALICE_UID, &descriptor, 0x40);
    DENIED(ALICE_UID, &descriptor, 0x40 | READ);
    DENIED(ALICE_UID, &descriptor, 0x04000000);
    DENIED(ALICE_UID, &descriptor, 0xFFFFFFFF);
    /* An entry that names such a right gives nothing either. */
    descriptor = kit_descriptor(BOB, LIST(ALLOW(EVERYONE, 0x40)));
    DENIED(ALICE_UID, &descriptor, MAXIMUM_ALLOWED);
    descriptor = kit_descriptor(BOB, LIST(ALLOW(EVERYONE, 0xFFFFFFFF)));
    GETS(ALICE_UID, &descriptor, MAXIMUM_ALLOWED, ALL | SYNCHRONIZE);
}

/* --- privileges ----------------------------------------------------------------------------- */

static NTSTATUS check_with(uint32_t in_force, uint32_t level,
                           const struct nt_descriptor *descriptor, ACCESS_MASK desired,
                           ACCESS_MASK *ret_granted)
{
    struct nt_identity identity;
    NTSTATUS status;

    kit_identity(&identity, ALICE_UID);
    identity.in_force = in_force;
    identity.integrity = level;
    *ret_granted = 0xdeadbeef;
    status = nt_access_check(descriptor, &identity, desired, &mapping, ret_granted);
    nt_identity_deinit(&identity);
    return status;
}

#define MEDIUM_LEVEL SECURITY_MANDATORY_MEDIUM_RID
#define LOW_LEVEL    SECURITY_MANDATORY_LOW_RID

TEST(system_security_is_a_privilege_and_never_the_dacl, "13.19 2.16")
{
    struct nt_descriptor everything = kit_descriptor(ALICE, LIST(ALLOW(EVERYONE, 0xFFFFFFFF)));
    struct nt_descriptor nothing = kit_descriptor(BOB, kit_empty(8));
    const ACCESS_MASK other = NT_IN_FORCE_ALL & ~NT_IN_FORCE_SECURITY;
    ACCESS_MASK granted;

    ok_status(check_with(other, MEDIUM_LEVEL, &everything, ACCESS_SYSTEM_SECURITY, &granted),
              STATUS_PRIVILEGE_NOT_HELD);
    ok_eq(granted, 0);
    ok_status(check_with(other, MEDIUM_LEVEL, &nothing, ACCESS_SYSTEM_SECURITY | READ, &granted),
              STATUS_PRIVILEGE_NOT_HELD);
    ok_status(check_with(0, MEDIUM_LEVEL, &everything, MAXIMUM_ALLOWED, &granted), STATUS_SUCCESS);
    ok_eq(granted, 0x1FFFFF);
    ok_status(
        check_with(NT_IN_FORCE_SECURITY, MEDIUM_LEVEL, &nothing, ACCESS_SYSTEM_SECURITY, &granted),
        STATUS_SUCCESS);
    ok_eq(granted, ACCESS_SYSTEM_SECURITY);
    /* It opens nothing else, and is not part of "all that there is". */
    ok_status(check_with(NT_IN_FORCE_SECURITY, MEDIUM_LEVEL, &nothing,
                         ACCESS_SYSTEM_SECURITY | READ, &granted),
              STATUS_ACCESS_DENIED);
    ok_eq(granted, 0);
    ok_status(
        check_with(NT_IN_FORCE_SECURITY, MEDIUM_LEVEL, &everything, MAXIMUM_ALLOWED, &granted),
        STATUS_SUCCESS);
    ok_eq(granted, 0x1FFFFF);
}

TEST(take_ownership_gives_write_owner_where_asked, "13.31 13.37")
{
    struct nt_descriptor denies = kit_descriptor(BOB, LIST(DENY(EVERYONE, ALL)));
    ACCESS_MASK granted;

    ok_status(check_with(NT_IN_FORCE_TAKE_OWNERSHIP, MEDIUM_LEVEL, &denies, WRITE_OWNER, &granted),
              STATUS_SUCCESS);
    ok_eq(granted, WRITE_OWNER);
    ok_status(check_with(NT_IN_FORCE_ALL & ~NT_IN_FORCE_TAKE_OWNERSHIP, MEDIUM_LEVEL, &denies,
                         WRITE_OWNER, &granted),
              STATUS_ACCESS_DENIED);
    ok_status(check_with(NT_IN_FORCE_TAKE_OWNERSHIP, MEDIUM_LEVEL, &denies, WRITE_OWNER | WRITE_DAC,
                         &granted),
              STATUS_ACCESS_DENIED);
    ok_status(
        check_with(NT_IN_FORCE_TAKE_OWNERSHIP, MEDIUM_LEVEL, &denies, MAXIMUM_ALLOWED, &granted),
        STATUS_ACCESS_DENIED);
}

TEST(a_check_refuses_what_it_cannot_judge, "13.15 13.16 13.17")
{
    static const ACCESS_MASK generic[] = {GENERIC_READ, GENERIC_WRITE, GENERIC_EXECUTE,
                                          GENERIC_ALL};
    struct nt_descriptor descriptor = kit_descriptor(ALICE, NULL), broken;
    ACCESS_MASK granted;

    for (unsigned i = 0; i < 4; i++) {
        ok_status(check_with(0, MEDIUM_LEVEL, &descriptor, generic[i] | READ, &granted),
                  STATUS_GENERIC_NOT_MAPPED);
        ok_eq(granted, 0);
    }
    broken = descriptor;
    broken.owner = NULL;
    ok_status(check_with(0, MEDIUM_LEVEL, &broken, READ, &granted), STATUS_INVALID_SECURITY_DESCR);
    broken = descriptor;
    broken.group = NULL;
    ok_status(check_with(0, MEDIUM_LEVEL, &broken, READ, &granted), STATUS_INVALID_SECURITY_DESCR);
    ok_status(check_with(0, MEDIUM_LEVEL, &descriptor, 0, &granted), STATUS_ACCESS_DENIED);
    ok_eq(granted, 0);
}

/* --- mandatory labels ----------------------------------------------------------------------- */

#define NO_WRITE   SYSTEM_MANDATORY_LABEL_NO_WRITE_UP
#define NO_READ    SYSTEM_MANDATORY_LABEL_NO_READ_UP
#define NO_EXECUTE SYSTEM_MANDATORY_LABEL_NO_EXECUTE_UP

/* All that Alice gets at @level of an object with this label whose DACL holds nothing back. */
static ACCESS_MASK most(uint32_t level, const char *label, uint32_t policy)
{
    struct nt_descriptor open = kit_labelled(BOB, NULL, LIST(LABEL(label, policy)));
    ACCESS_MASK granted;
    NTSTATUS status = check_with(0, level, &open, MAXIMUM_ALLOWED, &granted);

    ok_eq(status == STATUS_SUCCESS, granted != 0);
    return granted;
}

TEST(below_the_label_nothing_is_written, "13.40")
{
    const ACCESS_MASK reads = mapping.read | mapping.execute;

    ok_eq(most(LOW_LEVEL, MEDIUM, NO_WRITE), reads);
    ok_eq(most(MEDIUM_LEVEL, HIGH, NO_WRITE), reads);
    ok_eq(most(0, LOW, NO_WRITE), reads);
    ok_eq(most(MEDIUM_LEVEL, MEDIUM, NO_WRITE), ALL);
    ok_eq(most(MEDIUM_LEVEL, LOW, 7), ALL);
    ok_eq(most(SECURITY_MANDATORY_HIGH_RID, MEDIUM, 7), ALL);
    ok_eq(most(MEDIUM_LEVEL - 1, MEDIUM, NO_WRITE), reads);
}

TEST(the_other_policies_of_a_label, "13.40")
{
    ok_eq(most(LOW_LEVEL, MEDIUM, 0), ALL);
    ok_eq(most(LOW_LEVEL, MEDIUM, NO_READ), ALL & ~(SECTION_QUERY | READ));
    ok_eq(most(LOW_LEVEL, MEDIUM, NO_EXECUTE), ALL & ~SECTION_MAP_EXECUTE);
    ok_eq(most(LOW_LEVEL, MEDIUM, NO_WRITE | NO_READ), mapping.execute);
    ok_eq(most(LOW_LEVEL, MEDIUM, NO_WRITE | NO_EXECUTE), mapping.read);
    ok_eq(most(LOW_LEVEL, MEDIUM, NO_WRITE | NO_READ | NO_EXECUTE), 0);
    ok_eq(most(LOW_LEVEL, MEDIUM, NO_READ | NO_EXECUTE),
          ALL & ~(SECTION_QUERY | READ | SECTION_MAP_EXECUTE));
}

TEST(an_object_without_a_label_is_at_medium, "13.40")
{
    struct nt_descriptor open = kit_descriptor(BOB, NULL);
    struct nt_descriptor children =
        kit_labelled(BOB, NULL, LIST({SYSTEM_MANDATORY_LABEL_ACE_TYPE, INHERIT_ONLY_ACE, 7, HIGH}));
    ACCESS_MASK granted;

    for (unsigned i = 0; i < 2; i++) {
        const struct nt_descriptor *descriptor = i ? &children : &open;

        ok_status(check_with(0, LOW_LEVEL, descriptor, WRITE, &granted), STATUS_ACCESS_DENIED);
        ok_status(check_with(0, LOW_LEVEL, descriptor, READ, &granted), STATUS_SUCCESS);
        ok_status(check_with(0, MEDIUM_LEVEL, descriptor, ALL, &granted), STATUS_SUCCESS);
    }
}

TEST(the_first_label_is_the_one_that_counts, "13.40")
{
    struct nt_descriptor descriptor =
        kit_labelled(BOB, NULL, LIST(AUDIT(EVERYONE, 1), LABEL(LOW, NO_WRITE), LABEL(HIGH, 7)));
    ACCESS_MASK granted;

    ok_status(check_with(0, LOW_LEVEL, &descriptor, WRITE, &granted), STATUS_SUCCESS);
}

/* Nor can the owner below the label change the object's protection. */
TEST(a_label_stands_above_ownership_and_take_ownership, "13.40 13.13")
{
    struct nt_descriptor own = kit_labelled(ALICE, NULL, LIST(LABEL(MEDIUM, NO_WRITE)));
    struct nt_descriptor empty = kit_labelled(ALICE, kit_empty(8), LIST(LABEL(MEDIUM, NO_WRITE)));
    ACCESS_MASK granted;

    ok_status(check_with(0, LOW_LEVEL, &own, WRITE_DAC, &granted), STATUS_ACCESS_DENIED);
    ok_status(check_with(0, LOW_LEVEL, &empty, WRITE_DAC, &granted), STATUS_ACCESS_DENIED);
    ok_status(check_with(0, LOW_LEVEL, &empty, READ_CONTROL, &granted), STATUS_SUCCESS);
    ok_status(check_with(0, LOW_LEVEL, &empty, MAXIMUM_ALLOWED, &granted), STATUS_SUCCESS);
    ok_eq(granted, READ_CONTROL);
    ok_status(check_with(NT_IN_FORCE_TAKE_OWNERSHIP, LOW_LEVEL, &empty, WRITE_OWNER, &granted),
              STATUS_ACCESS_DENIED);
    ok_status(check_with(NT_IN_FORCE_TAKE_OWNERSHIP | NT_IN_FORCE_RELABEL, LOW_LEVEL, &empty,
                         WRITE_OWNER, &granted),
              STATUS_SUCCESS);
    ok_status(check_with(NT_IN_FORCE_SECURITY, LOW_LEVEL, &empty, ACCESS_SYSTEM_SECURITY, &granted),
              STATUS_SUCCESS);
}

TEST(a_label_gives_nothing_that_the_dacl_does_not, "13.40")
{
    struct nt_descriptor descriptor =
        kit_labelled(BOB, LIST(ALLOW(BOB, ALL)), LIST(LABEL(LOW, NO_WRITE)));
    ACCESS_MASK granted;

    ok_status(check_with(0, MEDIUM_LEVEL, &descriptor, READ, &granted), STATUS_ACCESS_DENIED);
}

/* --- creators ------------------------------------------------------------------------------- */

static ACCESS_MASK creates(enum nt_kind kind, uint32_t in_force, ACCESS_MASK desired, NTSTATUS want)
{
    struct nt_identity identity;
    ACCESS_MASK granted = 0xdeadbeef;

    kit_identity(&identity, ALICE_UID);
    identity.in_force = in_force;
    ok_status(nt_access_create(kind, &identity, desired, &granted), want);
    nt_identity_deinit(&identity);
    return granted;
}

TEST(a_creator_gets_all_that_it_asks, "13.6 13.7 2.15 2.16 12.14")
{
    const enum nt_kind section = NT_KIND_SECTION;

    ok_eq(creates(section, 0, 0, STATUS_SUCCESS), 0);
    ok_eq(creates(section, 0, ALL, STATUS_SUCCESS), ALL);
    ok_eq(creates(section, 0, GENERIC_READ, STATUS_SUCCESS), mapping.read);
    ok_eq(creates(section, 0, MAXIMUM_ALLOWED, STATUS_SUCCESS), ALL);
    ok_eq(creates(section, 0, MAXIMUM_ALLOWED | SYNCHRONIZE, STATUS_SUCCESS), ALL | SYNCHRONIZE);
    ok_eq(creates(section, 0, 0x40, STATUS_ACCESS_DENIED), 0);
    ok_eq(creates(section, 0, 0xFFFFFFFF, STATUS_ACCESS_DENIED), 0);
    ok_eq(creates(section, NT_IN_FORCE_ALL, 0xFFFFFFFF, STATUS_ACCESS_DENIED), 0);
    ok_eq(creates(section, NT_IN_FORCE_ALL & ~NT_IN_FORCE_SECURITY, ACCESS_SYSTEM_SECURITY | READ,
                  STATUS_PRIVILEGE_NOT_HELD),
          0);
    ok_eq(creates(section, NT_IN_FORCE_SECURITY, ACCESS_SYSTEM_SECURITY | READ, STATUS_SUCCESS),
          ACCESS_SYSTEM_SECURITY | READ);
    ok_eq(creates(NT_KIND_EVENT, 0, MAXIMUM_ALLOWED, STATUS_SUCCESS), EVENT_ALL_ACCESS);
}
