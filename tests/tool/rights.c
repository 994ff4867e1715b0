// SPDX-License-Identifier: MIT
/*
 * Rights in words, and why somebody has one: the reasons must say what the access check does, for
 * whatever descriptor.
 */
#include <ntstatus.h>
#include <stdlib.h>
#include <string.h>

#include "harness/test.h"
#include "rtl/access-check.h"
#include "rtl/sddl.h"
#include "tool/names/access-why.h"
#include "tool/names/rights.h"

TEST(rights_have_the_words_of_their_type, "")
{
    char text[NT_RIGHTS_TEXT];
    struct json_object *array;

    ok_str_eq(nt_rights_text(NT_KIND_SECTION, 0, text), "none");
    ok_str_eq(nt_rights_text(NT_KIND_SECTION, SECTION_ALL_ACCESS, text), "all");
    ok_str_eq(nt_rights_text(NT_KIND_SECTION, SECTION_ALL_ACCESS | SYNCHRONIZE, text),
              "all, synchronize");
    ok_str_eq(nt_rights_text(NT_KIND_SECTION, 5 | READ_CONTROL | 0x8000, text),
              "query, map read, read control, 0x8000");
    ok_str_eq(nt_rights_text(NT_KIND_EVENT, 3, text), "query state, modify state");
    ok_str_eq(nt_rights_text((enum nt_kind)0, GENERIC_READ | 1, text), "generic read, 0x1");
    ok_eq(nt_rights_by_name(NT_KIND_SECTION, "map write"), SECTION_MAP_WRITE);
    ok_eq(nt_rights_by_name(NT_KIND_SECTION, "SECTION_MAP_WRITE"), SECTION_MAP_WRITE);
    ok_eq(nt_rights_by_name(NT_KIND_EVENT, "map write"), 0);
    ok_eq(nt_rights_kind("DxgkSharedSyncObject"), NT_KIND_D3D12);
    ok_eq(nt_rights_kind("Nothing"), 0);
    array = nt_rights_json(NT_KIND_SECTION, 0x80000001);
    ok_str_eq(json_object_get_string(json_object_array_get_idx(array, 0)), "SECTION_QUERY");
    ok_str_eq(json_object_get_string(json_object_array_get_idx(array, 1)), "GENERIC_READ");
    json_object_put(array);
}

static struct nt_access_reason why(const char *sddl, uint32_t uid, uint32_t gid, ACCESS_MASK right)
{
    struct nt_access_reason reason = {.entry = 99};
    struct nt_descriptor_block block;
    struct nt_descriptor parts;
    struct nt_identity identity;

    require(nt_sddl_parse(sddl, strlen(sddl), &block) == STATUS_SUCCESS);
    require(nt_descriptor_from_relative(block.bytes, block.size, &parts) == STATUS_SUCCESS);
    require(nt_identity_init(&identity, uid, gid, NULL, 0) == 0);
    identity.in_force = uid == 0 ? NT_IN_FORCE_ALL : 0;
    reason = nt_access_why(NT_KIND_SECTION, &parts, &identity, right);
    nt_identity_deinit(&identity);
    nt_descriptor_block_deinit(&block);
    return reason;
}

#define ok_why(sddl, uid, gid, right, is_granted, reason_why, number)                    \
    do {                                                                                 \
        struct nt_access_reason reason_ = why("O:S-1-22-1-7G:SY" sddl, uid, gid, right); \
        ok_eq(reason_.granted, is_granted);                                              \
        ok_eq(reason_.why, reason_why);                                                  \
        ok_eq(reason_.entry, number);                                                    \
    } while (0)

TEST(the_reason_is_the_rule_that_decided, "13.15 13.16 13.18")
{
    ok_why("D:(D;;0x2;;;S-1-22-2-9)(A;;0x6;;;WD)", 8, 9, SECTION_MAP_WRITE, false, NT_WHY_ENTRY, 1);
    ok_why("D:(D;;0x2;;;S-1-22-2-9)(A;;0x6;;;WD)", 8, 9, SECTION_MAP_READ, true, NT_WHY_ENTRY, 2);
    ok_why("D:(A;;0x6;;;WD)(D;;0x2;;;S-1-22-2-9)", 8, 9, SECTION_MAP_WRITE, true, NT_WHY_ENTRY, 1);
    ok_why("D:(A;;0x6;;;WD)", 8, 9, SECTION_EXTEND_SIZE, false, NT_WHY_NO_ENTRY, 0);
    ok_why("D:(A;;0x6;;;WD)", 7, 9, WRITE_DAC, true, NT_WHY_OWNER, 0);
    ok_why("D:(A;;0x6;;;OW)", 7, 9, WRITE_DAC, false, NT_WHY_NO_ENTRY, 0);
    ok_why("D:(A;;0x6;;;OW)", 7, 9, SECTION_MAP_READ, true, NT_WHY_ENTRY, 1);
    ok_why("D:(A;;0x6;;;OW)", 8, 9, SECTION_MAP_READ, false, NT_WHY_NO_ENTRY, 0);
    ok_why("D:(A;IO;0x6;;;WD)", 8, 9, SECTION_MAP_READ, false, NT_WHY_NO_ENTRY, 0);
    ok_why("", 8, 9, SECTION_MAP_WRITE, true, NT_WHY_NO_DACL, 0);
    ok_why("D:(A;;0x6;;;WD)S:(ML;;NW;;;HI)", 8, 9, SECTION_MAP_WRITE, false, NT_WHY_LABEL, 0);
    ok_why("D:(A;;0x6;;;WD)S:(ML;;NW;;;HI)", 8, 9, SECTION_MAP_READ, true, NT_WHY_ENTRY, 1);
    ok_why("D:(A;;0x6;;;WD)", 0, 0, WRITE_OWNER, true, NT_WHY_PRIVILEGE, 0);
    ok_why("D:(A;;0x6;;;WD)", 8, 9, WRITE_OWNER, false, NT_WHY_NO_ENTRY, 0);
    ok_why("D:(A;;GA;;;WD)", 8, 9, 0x8000, false, NT_WHY_UNKNOWN_RIGHT, 0);
}

static uint32_t number_state = 12345;

static unsigned number(unsigned below)
{
    number_state = number_state * 1664525u + 1013904223u;
    return (number_state >> 8) % below;
}

/* One of few, so that they meet. */
static const char *some_sid(void)
{
    static const char *const sids[] = {"WD",         "OW",         "SY",         "BA",         "AU",
                                       "S-1-22-1-7", "S-1-22-1-8", "S-1-22-2-9", "S-1-22-2-10"};

    return sids[number(sizeof(sids) / sizeof(*sids))];
}

static void make_sddl(char *text, size_t size)
{
    static const char *const labels[] = {"", "", "S:(ML;;NW;;;HI)", "S:(ML;;NWNR;;;ME)",
                                         "S:(ML;;NRNX;;;HI)"};
    size_t n = (size_t)snprintf(text, size, "O:%sG:SY", number(2) ? "S-1-22-1-7" : "BA");

    if (number(10))
        n += (size_t)snprintf(text + n, size - n, "D:");
    for (unsigned i = number(6); i > 0 && strstr(text, "D:"); i--)
        n += (size_t)snprintf(text + n, size - n, "(%s;%s;0x%x;;;%s)", number(3) ? "A" : "D",
                              number(8) ? "" : "IO", number(32) | number(32) << 16, some_sid());
    snprintf(text + n, size - n, "%s", labels[number(5)]);
}

static void compare(enum nt_kind kind, const struct nt_descriptor *parts,
                    const struct nt_identity *identity, const char *sddl)
{
    for (unsigned bit = 0; bit < 25; bit++) {
        ACCESS_MASK right = 1u << bit, granted = 0;
        struct nt_access_reason reason = nt_access_why(kind, parts, identity, right);
        bool is =
            NT_SUCCESS(nt_access_open(kind, parts, identity, right, &granted)) && (granted & right);

        ok(reason.granted == is, "uid %u, right 0x%x, reason %d of %s", (unsigned)identity->uid,
           right, (int)reason.why, sddl);
        /* Who is at the highest level is never kept back by a label. */
        ok(identity->integrity < SECURITY_MANDATORY_HIGH_RID || reason.why != NT_WHY_LABEL,
           "right 0x%x of %s", right, sddl);
    }
}

TEST(reasons_agree_with_the_check_for_any_descriptor, "13.15 13.16")
{
    static const uint32_t uids[] = {0, 7, 8}, gids[] = {0, 9, 10};
    char sddl[512];

    for (unsigned i = 0; i < 1000; i++) {
        struct nt_descriptor_block block;
        struct nt_descriptor parts;
        struct nt_identity identity;

        make_sddl(sddl, sizeof(sddl));
        require(nt_sddl_parse(sddl, strlen(sddl), &block) == STATUS_SUCCESS, "%s", sddl);
        require(nt_descriptor_from_relative(block.bytes, block.size, &parts) == STATUS_SUCCESS);
        for (unsigned who = 0; who < 3; who++) {
            require(nt_identity_init(&identity, uids[who], gids[number(3)], NULL, 0) == 0);
            identity.in_force = uids[who] == 0 ? NT_IN_FORCE_ALL : 0;
            if (number(4) == 0)
                identity.integrity = SECURITY_MANDATORY_HIGH_RID;
            compare(i % 2 ? NT_KIND_SECTION : NT_KIND_EVENT, &parts, &identity, sddl);
            nt_identity_deinit(&identity);
        }
        nt_descriptor_block_deinit(&block);
    }
}
