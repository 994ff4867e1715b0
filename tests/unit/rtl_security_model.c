// SPDX-License-Identifier: MIT
/*
 * The access check against a second reading of the same rules, over very many descriptors made by
 * chance: one right at a time, and each right by a search through the list. What the check does in
 * one walk with masks is here a question of 32 single answers. The same comparison must find the
 * difference when the second reading is made wrong.
 */
#include <ntstatus.h>

#include "harness/test.h"
#include "rtl_security_kit.h"

#define N_CASES   60000
#define MAX_LIST  8
#define RIGHTS    (STANDARD_RIGHTS_ALL | 0x3F)
#define NO_FAULTS 0u

/* Ways to be wrong: what the comparison must notice. */
enum fault {
    FAULT_DENIES_FIRST = 1,       /* denies count wherever they stand */
    FAULT_NO_OWNER_RIGHTS = 2,    /* OWNER RIGHTS are an unknown SID */
    FAULT_CHILDREN_COUNT = 4,     /* INHERIT_ONLY is not looked at */
    FAULT_NO_LABEL = 8,           /* no mandatory label */
    FAULT_OWNER_HAS_NOTHING = 16, /* no implicit rights */
};

static uint64_t chance_state;

static uint32_t chance(uint32_t below)
{
    chance_state = chance_state * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)(chance_state >> 33) % below;
}

/* Who there is; the same few meet often. */
static const char *const people[] = {ALICE,          BOB,           STAFF,        ALICES,
                                     EVERYONE,       AUTHENTICATED, OWNER_RIGHTS, SYSTEM,
                                     ADMINISTRATORS, CREATOR_OWNER};
static const SID *sids[10];
static const uint32_t levels[] = {0, 0x1000, 0x2000, 0x3000, 0x4000};

static const SID *somebody(void)
{
    return sids[chance(10)];
}

static ACCESS_MASK some_rights(void)
{
    ACCESS_MASK mask = chance(4) == 0 ? RIGHTS : 0;

    for (unsigned i = 1 + chance(4); i > 0; i--) {
        mask ^= 1u << chance(6);
        mask ^= chance(2) ? 1u << (16 + chance(5)) : 0;
    }
    return mask & RIGHTS;
}

struct lists {
    uint32_t dacl[512], sacl[64];
};

static void make_descriptor(struct lists *lists, struct nt_descriptor *ret)
{
    ACL *dacl = (ACL *)(void *)lists->dacl, *sacl = (ACL *)(void *)lists->sacl;
    struct nt_sid level;

    require(nt_acl_init(dacl, sizeof(lists->dacl), 2) == 0, "no list");
    require(nt_acl_init(sacl, sizeof(lists->sacl), 2) == 0, "no list");
    for (unsigned i = chance(MAX_LIST + 1); i > 0; i--) {
        unsigned type = chance(8) == 0 ? SYSTEM_AUDIT_ACE_TYPE : chance(2);

        require(nt_acl_add(dacl, 2, type, chance(6) == 0 ? INHERIT_ONLY_ACE : 0, some_rights(),
                           somebody()) == 0,
                "no entry");
    }
    for (unsigned i = chance(3); i > 0; i--) {
        nt_sid_of_integrity(&level, levels[chance(5)]);
        require(nt_acl_add(sacl, 2, SYSTEM_MANDATORY_LABEL_ACE_TYPE,
                           chance(5) == 0 ? INHERIT_ONLY_ACE : 0, chance(8), &level.sid) == 0,
                "no label");
    }
    *ret = (struct nt_descriptor){.control = chance(20) ? SE_DACL_PRESENT : 0,
                                  .owner = somebody(),
                                  .group = sids[2],
                                  .dacl = chance(20) ? dacl : NULL,
                                  .sacl = chance(2) ? sacl : NULL};
}

/* --- the second reading --------------------------------------------------------------------- */

struct question {
    const struct nt_descriptor *descriptor;
    const struct nt_identity *identity;
    const struct nt_access_mapping *mapping;
    unsigned faults;
};

static bool is_asked(const struct question *q, const struct nt_ace *ace, ACCESS_MASK right)
{
    bool is_owner_rights = nt_sid_equal(ace->sid, sids[6]);

    if (ace->type > ACCESS_DENIED_ACE_TYPE || !(ace->mask & right))
        return false;
    if ((ace->flags & INHERIT_ONLY_ACE) && !(q->faults & FAULT_CHILDREN_COUNT))
        return false;
    if (is_owner_rights && !(q->faults & FAULT_NO_OWNER_RIGHTS))
        return nt_identity_has(q->identity, q->descriptor->owner);
    return nt_identity_has(q->identity, ace->sid);
}

static bool names_owner_rights(const struct question *q)
{
    for (unsigned i = 0; i < kit_count(q->descriptor->dacl); i++) {
        struct nt_ace ace = kit_entry(q->descriptor->dacl, i);

        if (ace.type <= ACCESS_DENIED_ACE_TYPE && !(ace.flags & INHERIT_ONLY_ACE) &&
            nt_sid_equal(ace.sid, sids[6]))
            return !(q->faults & FAULT_NO_OWNER_RIGHTS);
    }
    return false;
}

/* Does the list, or ownership, give this one right? */
static bool dacl_gives(const struct question *q, ACCESS_MASK right)
{
    const ACL *dacl = q->descriptor->dacl;
    bool gives = false;

    if ((right & (READ_CONTROL | WRITE_DAC)) && !(q->faults & FAULT_OWNER_HAS_NOTHING) &&
        nt_identity_has(q->identity, q->descriptor->owner) && !names_owner_rights(q))
        return true;
    for (unsigned i = 0; i < kit_count(dacl); i++) {
        struct nt_ace ace = kit_entry(dacl, i);

        if (!is_asked(q, &ace, right))
            continue;
        if (!(q->faults & FAULT_DENIES_FIRST))
            return ace.type == ACCESS_ALLOWED_ACE_TYPE;
        if (ace.type == ACCESS_DENIED_ACE_TYPE)
            return false;
        gives = true;
    }
    return gives;
}

/* A right that reads is one that is in the mapping's read; the same for execute; the rest writes.
 */
static bool label_leaves(const struct question *q, ACCESS_MASK right)
{
    uint32_t level = SECURITY_MANDATORY_MEDIUM_RID, policy = SYSTEM_MANDATORY_LABEL_NO_WRITE_UP;
    const ACL *sacl = q->descriptor->sacl;
    bool reads = q->mapping->read & right, executes = q->mapping->execute & right;
    bool writes = (q->mapping->write & right) || (!reads && !executes);

    for (unsigned i = sacl ? kit_count(sacl) : 0; i > 0; i--) {
        struct nt_ace ace = kit_entry(sacl, i - 1);

        if (!(ace.flags & INHERIT_ONLY_ACE)) {
            nt_sid_is_integrity(ace.sid, &level);
            policy = ace.mask;
        }
    }
    if (q->identity->integrity >= level || (q->faults & FAULT_NO_LABEL))
        return true;
    return (reads && !(policy & 2)) || (writes && !(policy & 1)) || (executes && !(policy & 4));
}

static bool gives(const struct question *q, ACCESS_MASK right, bool is_asked_for)
{
    const struct nt_descriptor *descriptor = q->descriptor;

    if (!label_leaves(q, right))
        return false;
    if (!(descriptor->control & SE_DACL_PRESENT) || !descriptor->dacl)
        return is_asked_for || (right & q->mapping->all);
    return dacl_gives(q, right);
}

/* What is granted, 0 for nothing. */
static ACCESS_MASK second_reading(const struct question *q, ACCESS_MASK desired)
{
    ACCESS_MASK granted = 0;

    for (unsigned bit = 0; bit < 21; bit++) {
        ACCESS_MASK right = 1u << bit;

        if (gives(q, right, desired & right))
            granted |= right;
        else if (desired & right)
            return 0;
    }
    return desired & MAXIMUM_ALLOWED ? granted : desired;
}

/* --- the comparison ------------------------------------------------------------------------- */

/* How often the two differ. */
static unsigned compare(unsigned n_cases, unsigned faults)
{
    static const struct nt_access_mapping mapping = {0x20005, 0x20002, 0x20008, 0xF001F};
    struct nt_identity identity;
    struct nt_descriptor descriptor;
    struct lists lists;
    unsigned n_different = 0;

    for (unsigned i = 0; i < 10; i++)
        sids[i] = kit_sid(people[i]);
    chance_state = 20261122;
    for (unsigned i = 0; i < n_cases; i++) {
        struct question q = {&descriptor, &identity, &mapping, faults};
        ACCESS_MASK desired, granted, want;

        kit_identity(&identity, chance(3) ? 1001 : 0);
        identity.integrity = levels[chance(5)];
        make_descriptor(&lists, &descriptor);
        desired = chance(3) ? some_rights() : (ACCESS_MASK)MAXIMUM_ALLOWED;
        if (chance(8) == 0)
            desired |= MAXIMUM_ALLOWED;
        want = second_reading(&q, desired);
        nt_access_check(&descriptor, &identity, desired, &mapping, &granted);
        if (granted != want && n_different++ == 0 && faults == NO_FAULTS)
            test_note("case %u: %s wants %x: %x, not %x", i, kit_text(descriptor.dacl), desired,
                      granted, want);
        nt_identity_deinit(&identity);
    }
    return n_different;
}

TEST(the_check_agrees_with_a_second_reading, "13.10 13.11 13.13 13.14 13.18 13.40")
{
    ok_eq(compare(N_CASES, NO_FAULTS), 0);
}

TEST(the_comparison_finds_each_fault, "13.14")
{
    for (unsigned fault = FAULT_DENIES_FIRST; fault <= FAULT_OWNER_HAS_NOTHING; fault <<= 1) {
        unsigned found = compare(N_CASES / 20, fault);

        ok(found > 10, "fault %u was found %u times", fault, found);
    }
}
