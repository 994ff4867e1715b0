// SPDX-License-Identifier: MIT
/*
 * rtl/sid and rtl/identity: what bytes are a SID, the text of one, kernel numbers as SIDs, and who
 * is who.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "harness/test.h"
#include "rtl_security_kit.h"

TEST(bytes_that_are_a_sid, "13.33")
{
    unsigned char bytes[SECURITY_MAX_SID_SIZE] = {1, 15};
    static const unsigned char longer[8 + 4 * 255] = {1, 16};

    ok_eq(nt_sid_check(bytes, 68), 68);
    ok_eq(nt_sid_check(bytes, 67), 0);
    bytes[1] = 16;
    ok_eq(nt_sid_check(bytes, 68), 0);
    ok(nt_sid_check(longer, sizeof(longer)) == 0, "too many numbers, in room for them");
    bytes[1] = 0;
    ok_eq(nt_sid_check(bytes, 68), 8);
    ok_eq(nt_sid_check(bytes, 8), 8);
    ok_eq(nt_sid_check(bytes, 7), 0);
    ok_eq(nt_sid_check(bytes, 0), 0);
    bytes[0] = 2;
    ok_eq(nt_sid_check(bytes, 8), 0);
    bytes[0] = 0;
    ok_eq(nt_sid_check(bytes, 8), 0);
}

TEST(a_sid_may_lie_anywhere, "13.33")
{
    const SID *sid = kit_sid(ADMINISTRATORS);
    unsigned char bytes[SECURITY_MAX_SID_SIZE + 4];
    char text[NT_SID_TEXT_SIZE];

    for (unsigned shift = 0; shift < 4; shift++) {
        const SID *moved = (const SID *)(const void *)(bytes + shift);

        memset(bytes, 0xEE, sizeof(bytes));
        memcpy(bytes + shift, sid, nt_sid_size(sid));
        ok_eq(nt_sid_check(moved, 16), 16);
        ok(nt_sid_equal(moved, sid));
        nt_sid_to_text(moved, text);
        ok_str_eq(text, ADMINISTRATORS);
    }
}

TEST(equal_sids_are_equal_in_every_part, "13.20")
{
    ok(nt_sid_equal(kit_sid(ALICE), kit_sid(ALICE)));
    ok(!nt_sid_equal(kit_sid(ALICE), kit_sid(BOB)));
    ok(!nt_sid_equal(kit_sid(ALICE), kit_sid("S-1-22-1")));
    ok(!nt_sid_equal(kit_sid("S-1-22-1"), kit_sid(ALICE)));
    ok(!nt_sid_equal(kit_sid("S-1-1-0"), kit_sid("S-1-2-0")));
}

TEST(a_copy_has_nothing_behind_it, "13.20")
{
    struct nt_sid copy;

    memset(&copy, 0xEE, sizeof(copy));
    nt_sid_copy(&copy, kit_sid(EVERYONE));
    ok(nt_sid_equal(&copy.sid, kit_sid(EVERYONE)));
    for (size_t i = 12; i < sizeof(copy); i++)
        ok_eq(copy.bytes[i], 0);
}

TEST(kernel_numbers_are_sids_and_back, "13.8")
{
    static const uint32_t numbers[] = {0, 1, 1000, 65534, UINT32_MAX};
    struct nt_sid user, group, level;
    uint32_t number;

    for (size_t i = 0; i < 5; i++) {
        nt_sid_of_uid(&user, numbers[i]);
        nt_sid_of_gid(&group, numbers[i]);
        nt_sid_of_integrity(&level, numbers[i]);
        ok(nt_sid_is_uid(&user.sid, &number) && number == numbers[i]);
        ok(nt_sid_is_gid(&group.sid, &number) && number == numbers[i]);
        ok(nt_sid_is_integrity(&level.sid, &number) && number == numbers[i]);
        ok(!nt_sid_is_uid(&group.sid, &number) && !nt_sid_is_gid(&user.sid, &number));
        ok(!nt_sid_is_integrity(&user.sid, &number) && !nt_sid_is_uid(&level.sid, &number));
    }
    nt_sid_of_uid(&user, 1001);
    ok(nt_sid_equal(&user.sid, kit_sid(ALICE)));
    ok(!nt_sid_is_uid(kit_sid("S-1-22-1-1001-0"), &number));
    ok(!nt_sid_is_uid(kit_sid("S-1-22-1"), &number));
    ok(!nt_sid_is_uid(kit_sid("S-1-23-1-1001"), &number));
    ok(!nt_sid_is_integrity(kit_sid("S-1-16-0-0"), &number));
}

TEST(well_known_sids, "13.13")
{
    static const char *const texts[NT_SID_KNOWN_COUNT] = {
        [NT_SID_NULL] = "S-1-0-0",
        [NT_SID_EVERYONE] = "S-1-1-0",
        [NT_SID_LOCAL] = "S-1-2-0",
        [NT_SID_CREATOR_OWNER] = "S-1-3-0",
        [NT_SID_CREATOR_GROUP] = "S-1-3-1",
        [NT_SID_OWNER_RIGHTS] = "S-1-3-4",
        [NT_SID_AUTHENTICATED] = "S-1-5-11",
        [NT_SID_SYSTEM] = "S-1-5-18",
        [NT_SID_ADMINISTRATORS] = "S-1-5-32-544",
        [NT_SID_USERS] = "S-1-5-32-545",
    };
    char text[NT_SID_TEXT_SIZE];

    for (unsigned i = 0; i < NT_SID_KNOWN_COUNT; i++) {
        nt_sid_to_text(nt_sid_known((enum nt_known_sid)i), text);
        ok_str_eq(text, texts[i]);
    }
}

static void text_is(uint64_t authority, unsigned n, const char *want)
{
    static const uint32_t sub[15] = {UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX,
                                     UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX,
                                     UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX};
    struct nt_sid sid, back;
    char text[NT_SID_TEXT_SIZE];
    size_t used;

    nt_sid_make(&sid, authority, n, sub);
    nt_sid_to_text(&sid.sid, text);
    ok_str_eq(text, want);
    require(nt_sid_from_text(text, strlen(text), &back, &used), "%s", text);
    ok_eq(used, strlen(text));
    ok(nt_sid_equal(&sid.sid, &back.sid), "%s", text);
}

TEST(text_of_sids, "13.8")
{
    text_is(0, 1, "S-1-0-4294967295");
    text_is(0xFFFFFFFF, 1, "S-1-4294967295-4294967295");
    text_is(0x100000000, 1, "S-1-0x000100000000-4294967295");
    text_is(0xFFFFFFFFFFFF, 15,
            "S-1-0xffffffffffff-4294967295-4294967295-4294967295-4294967295-4294967295-4294967295"
            "-4294967295-4294967295-4294967295-4294967295-4294967295-4294967295-4294967295"
            "-4294967295-4294967295");
}

static bool is_text(const char *text, size_t want_used)
{
    struct nt_sid sid;
    size_t used = 0;

    return nt_sid_from_text(text, strlen(text), &sid, &used) && used == want_used;
}

TEST(text_that_is_a_sid, "13.8")
{
    ok(is_text("s-1-5-18", 8));
    ok(is_text("S-1-5-18)", 8));
    ok(is_text("S-1-5-18D:", 8));
    ok(is_text("S-1-0X10-18", 11));
    ok(is_text("S-1-0xABCDEFabcdef-1", 20));
    ok(is_text("S-1-5-0018", 10));
    ok(is_text("S-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1", 35));
}

TEST(text_that_is_no_sid, "13.8")
{
    static const char *const texts[] = {
        "",
        "S",
        "S-",
        "S-1",
        "S-1-",
        "S-1-5",
        "S-1-5-",
        "S-2-5-18",
        "S-0-5-18",
        "X-1-5-18",
        "S-1-5-x",
        "S-1--5-18",
        "S-1-5--18",
        "S-1-5-4294967296",
        "S-1-4294967296-1",
        "S-1-0x-1",
        "S-1-0x1000000000000-1",
        "S-1-5-00000000018",
        "S-1-5-18-",
        "S 1-5-18",
        "S-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1",
        "-1-5-18",
        "S-1-5-0x12-",
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        ok(!is_text(texts[i], strlen(texts[i])), "\"%s\"", texts[i]);
}

/* Not terminated: what lies behind the characters is not looked at. */
TEST(text_ends_where_its_length_says, "13.8")
{
    struct nt_sid sid;
    size_t used;

    require(nt_sid_from_text("S-1-5-1899", 8, &sid, &used), "refused");
    ok_eq(used, 8);
    ok(nt_sid_equal(&sid.sid, kit_sid(SYSTEM)));
    ok(!nt_sid_from_text("S-1-5-18", 6, &sid, &used));
    ok(!nt_sid_from_text("S-1-5-18", 0, &sid, &used));
}

/* --- identities ----------------------------------------------------------------------------- */

TEST(an_identity_has_its_user_and_groups, "13.20")
{
    const uint32_t groups[] = {300, 50, 50, 1001, 7};
    struct nt_identity identity;

    require(nt_identity_init(&identity, 1001, 1001, groups, 5) == 0, "no identity");
    ok(nt_identity_has(&identity, kit_sid(ALICE)));
    ok(nt_identity_has(&identity, kit_sid(ALICES)));
    ok(nt_identity_has(&identity, kit_sid(STAFF)));
    ok(nt_identity_has(&identity, kit_sid("S-1-22-2-300")));
    ok(nt_identity_has(&identity, kit_sid("S-1-22-2-7")));
    ok(nt_identity_has(&identity, kit_sid(EVERYONE)));
    ok(nt_identity_has(&identity, kit_sid(AUTHENTICATED)));
    ok(!nt_identity_has(&identity, kit_sid(BOB)));
    ok(!nt_identity_has(&identity, kit_sid("S-1-22-2-8")));
    ok(!nt_identity_has(&identity, kit_sid("S-1-22-1-50")));
    ok(!nt_identity_has(&identity, kit_sid("S-1-22-2-0")));
    ok(!nt_identity_has(&identity, kit_sid(ADMINISTRATORS)));
    ok(!nt_identity_has(&identity, kit_sid(SYSTEM)));
    ok(!nt_identity_has(&identity, kit_sid(OWNER_RIGHTS)));
    ok(!nt_identity_has(&identity, kit_sid(CREATOR_OWNER)));
    ok(!nt_identity_has(&identity, kit_sid(MEDIUM)));
    ok_eq(identity.integrity, SECURITY_MANDATORY_MEDIUM_RID);
    ok_eq(identity.in_force, 0);
    nt_identity_deinit(&identity);
}

TEST(root_is_the_system_and_an_administrator, "13.12 13.20")
{
    struct nt_identity identity;
    struct nt_sid sid;

    require(nt_identity_init(&identity, 0, 0, NULL, 0) == 0, "no identity");
    ok(nt_identity_has(&identity, kit_sid(ADMINISTRATORS)));
    ok(nt_identity_has(&identity, kit_sid(SYSTEM)));
    ok(nt_identity_has(&identity, kit_sid("S-1-22-1-0")));
    ok(!nt_identity_has(&identity, kit_sid(ALICE)));
    ok_eq(identity.integrity, SECURITY_MANDATORY_HIGH_RID);
    nt_identity_user(&identity, &sid);
    ok(nt_sid_equal(&sid.sid, kit_sid("S-1-22-1-0")));
    nt_identity_owner(&identity, &sid);
    ok(nt_sid_equal(&sid.sid, kit_sid(ADMINISTRATORS)));
    nt_identity_primary_group(&identity, &sid);
    ok(nt_sid_equal(&sid.sid, kit_sid("S-1-22-2-0")));
    nt_identity_deinit(&identity);
}

/* The groups as text, with their attributes. */
static void groups_are(const struct nt_identity *identity, const char *want)
{
    char all[1024] = "", text[NT_SID_TEXT_SIZE];
    struct nt_sid sid;
    uint32_t attributes;
    size_t used = 0;

    for (size_t i = 0; nt_identity_group(identity, i, &sid, &attributes); i++) {
        nt_sid_to_text(&sid.sid, text);
        used += (size_t)snprintf(all + used, sizeof(all) - used, "%s%s %x", i ? "; " : "", text,
                                 attributes);
        /* Whatever is told as enabled counts in a check, and nothing else does. */
        ok_eq(nt_identity_has(identity, &sid.sid), (attributes & SE_GROUP_ENABLED) != 0);
    }
    ok_str_eq(all, want);
}

TEST(groups_are_told_once_each, "13.20")
{
    const uint32_t groups[] = {300, 50, 50, 1001, 7};
    struct nt_identity identity;

    require(nt_identity_init(&identity, 1001, 1001, groups, 5) == 0, "no identity");
    groups_are(&identity, "S-1-22-2-1001 7; S-1-22-2-7 7; S-1-22-2-50 7; S-1-22-2-300 7; "
                          "S-1-1-0 7; S-1-5-11 7; S-1-16-8192 60");
    nt_identity_deinit(&identity);
    require(nt_identity_init(&identity, 0, 0, groups + 4, 1) == 0, "no identity");
    groups_are(&identity, "S-1-5-32-544 f; S-1-5-18 7; S-1-22-2-0 7; S-1-22-2-7 7; "
                          "S-1-1-0 7; S-1-5-11 7; S-1-16-12288 60");
    nt_identity_deinit(&identity);
    require(nt_identity_init(&identity, 5, 6, NULL, 0) == 0, "no identity");
    groups_are(&identity, "S-1-22-2-6 7; S-1-1-0 7; S-1-5-11 7; S-1-16-8192 60");
    nt_identity_deinit(&identity);
}

TEST(an_identity_of_very_many_groups, "13.20")
{
    static uint32_t groups[65536];
    struct nt_identity identity;
    struct nt_sid sid;
    unsigned n = 0;

    for (uint32_t i = 0; i < 65536; i++)
        groups[i] = (65535 - i) * 2;
    require(nt_identity_init(&identity, 1, 1, groups, 65536) == 0, "no identity");
    for (uint32_t gid = 0; gid < 131073; gid++) {
        nt_sid_of_gid(&sid, gid);
        n += nt_identity_has(&identity, &sid.sid);
    }
    ok_eq(n, 65537);
    nt_identity_deinit(&identity);
    /* Twice is as once. */
    nt_identity_deinit(&identity);
}

TEST(whom_an_identity_may_make_the_owner, "13.37")
{
    struct nt_identity identity;

    kit_identity(&identity, 1001);
    ok(nt_identity_may_own(&identity, kit_sid(ALICE)));
    ok(!nt_identity_may_own(&identity, kit_sid(BOB)));
    ok(!nt_identity_may_own(&identity, kit_sid(STAFF)));
    ok(!nt_identity_may_own(&identity, kit_sid(EVERYONE)));
    ok(!nt_identity_may_own(&identity, kit_sid(ADMINISTRATORS)));
    identity.in_force = NT_IN_FORCE_ALL & ~NT_IN_FORCE_RESTORE;
    ok(!nt_identity_may_own(&identity, kit_sid(BOB)));
    identity.in_force = NT_IN_FORCE_RESTORE;
    ok(nt_identity_may_own(&identity, kit_sid(BOB)));
    nt_identity_deinit(&identity);

    kit_identity(&identity, 0);
    ok(nt_identity_may_own(&identity, kit_sid(ADMINISTRATORS)));
    ok(nt_identity_may_own(&identity, kit_sid("S-1-22-1-0")));
    ok(!nt_identity_may_own(&identity, kit_sid(ALICE)));
    ok(!nt_identity_may_own(&identity, kit_sid(SYSTEM)));
    nt_identity_deinit(&identity);
}
