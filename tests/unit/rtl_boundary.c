// SPDX-License-Identifier: MIT
/*
 * rtl/boundary: boundaries as applications build them, as they travel, and who is within one.
 */
#include <stdlib.h>
#include <string.h>

#include <ntstatus.h>

#include "harness/test.h"
#include "rtl/boundary.h"
#include "util/macro.h"

#define UNITS(literal) (const uint16_t *)(literal), NT_ARRAY_SIZE(literal) - 1
#define N_UNITS        (NT_BOUNDARY_MAX / 2)

static struct nt_sid uid_sid(uint32_t uid)
{
    struct nt_sid sid;

    nt_sid_of_uid(&sid, uid);
    return sid;
}

/* A boundary named "room" with these users, in this order. */
static struct nt_boundary *room(const uint32_t *uids, size_t n)
{
    struct nt_boundary *boundary = NULL;

    require(nt_boundary_new(UNITS(u"room"), &boundary) == STATUS_SUCCESS);
    for (size_t i = 0; i < n; i++) {
        struct nt_sid sid = uid_sid(uids[i]);

        ok_status(nt_boundary_add_sid(&boundary, &sid.sid), STATUS_SUCCESS);
    }
    return boundary;
}

static NTSTATUS canonical(const struct nt_boundary *boundary, uint16_t *units, size_t *count)
{
    size_t size;
    const void *bytes = nt_boundary_bytes(boundary, &size);

    return nt_boundary_canonical(bytes, size, units, count);
}

/* Whether the two are one boundary; both are freed. */
static bool same(struct nt_boundary *a, struct nt_boundary *b)
{
    static uint16_t first[N_UNITS], second[N_UNITS];
    size_t n_first = 0, n_second = 0;
    bool is_same;

    ok_status(canonical(a, first, &n_first), STATUS_SUCCESS);
    ok_status(canonical(b, second, &n_second), STATUS_SUCCESS);
    is_same = n_first == n_second && memcmp(first, second, n_first * sizeof(*first)) == 0;
    nt_boundary_free(a);
    nt_boundary_free(b);
    return is_same;
}

#define ROOM(...) \
    room((const uint32_t[]){__VA_ARGS__}, NT_ARRAY_SIZE(((const uint32_t[]){__VA_ARGS__})))

TEST(the_order_of_sids_does_not_matter, "11.44")
{
    ok(same(ROOM(1, 2, 3), ROOM(3, 1, 2)));
    ok(same(ROOM(1, 2), ROOM(2, 1, 1, 2)), "one SID twice is one");
    ok(!same(ROOM(1, 2), ROOM(1, 3)));
    ok(!same(ROOM(1, 2), ROOM(1)));
    ok(!same(ROOM(256), ROOM(1)));
}

TEST(the_name_is_part_of_a_boundary, "11.44")
{
    struct nt_boundary *other = NULL, *longer = NULL;
    struct nt_sid sid = uid_sid(1);

    require(nt_boundary_new(UNITS(u"Room"), &other) == STATUS_SUCCESS);
    ok_status(nt_boundary_add_sid(&other, &sid.sid), STATUS_SUCCESS);
    require(nt_boundary_new(UNITS(u"room\0"), &longer) == STATUS_SUCCESS);
    ok_status(nt_boundary_add_sid(&longer, &sid.sid), STATUS_SUCCESS);
    ok(!same(ROOM(1), other));
    ok(!same(ROOM(1), longer));
}

TEST(the_label_is_part_of_a_boundary, "11.37 11.44")
{
    struct nt_boundary *plain = ROOM(1), *low = ROOM(1), *medium = ROOM(1), *again = ROOM(1);
    struct nt_sid label, user = uid_sid(1);

    nt_sid_of_integrity(&label, 0x1000);
    ok_status(nt_boundary_add_label(&low, &label.sid), STATUS_SUCCESS);
    ok_status(nt_boundary_add_label(&low, &label.sid), STATUS_INVALID_PARAMETER);
    ok_status(nt_boundary_add_label(&again, &label.sid), STATUS_SUCCESS);
    nt_sid_of_integrity(&label, 0x2000);
    ok_status(nt_boundary_add_label(&medium, &label.sid), STATUS_SUCCESS);
    ok_status(nt_boundary_add_label(&plain, &user.sid), STATUS_INVALID_PARAMETER);
    ok(!same(plain, medium));
    ok(same(low, again));
}

TEST(a_boundary_without_a_name_is_none, "11.33")
{
    static uint16_t longest[NT_BOUNDARY_MAX];
    struct nt_boundary *boundary = NULL;

    ok_status(nt_boundary_new(longest, 0, &boundary), STATUS_INVALID_PARAMETER);
    ok_status(nt_boundary_new(longest, NT_BOUNDARY_MAX / 2, &boundary), STATUS_INVALID_PARAMETER);
    ok_status(nt_boundary_new(longest, NT_BOUNDARY_MAX / 2 + 1, &boundary),
              STATUS_INVALID_PARAMETER);
    ok_ptr_eq(boundary, NULL);
    ok_ptr_eq(nt_boundary_free(NULL), NULL);
}

TEST(a_boundary_without_a_sid_cannot_be_used, "11.34 11.35")
{
    static uint16_t units[N_UNITS];
    struct nt_boundary *boundary = room(NULL, 0);
    size_t count;

    ok_status(canonical(boundary, units, &count), STATUS_INVALID_PARAMETER);
    nt_boundary_free(boundary);
}

/* As many SIDs as fit; the next one is refused and nothing has changed. */
TEST(a_full_boundary_stays_as_it_is, "11.36")
{
    static uint16_t units[N_UNITS];
    struct nt_boundary *boundary = room(NULL, 0);
    struct nt_sid sid;
    size_t count = 0, size, before;
    NTSTATUS status;
    uint32_t n = 0;

    do {
        sid = uid_sid(n++);
        nt_boundary_bytes(boundary, &before);
        status = nt_boundary_add_sid(&boundary, &sid.sid);
    } while (NT_SUCCESS(status) && n < 100000);
    ok_status(status, STATUS_INVALID_PARAMETER);
    nt_boundary_bytes(boundary, &size);
    ok_eq(size, before);
    ok(size > NT_BOUNDARY_MAX - 16);
    ok_status(canonical(boundary, units, &count), STATUS_SUCCESS);
    ok(count > 0 && count <= N_UNITS);
    nt_boundary_free(boundary);
}

TEST(what_is_no_sid_is_not_added, "11.36")
{
    static const unsigned char bad_revision[] = {2, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0};
    static const unsigned char too_many[8 + 16 * 4] = {1, 16, 0, 0, 0, 0, 0, 1};
    struct nt_boundary *boundary = ROOM(1);
    size_t before, after;

    nt_boundary_bytes(boundary, &before);
    ok_status(nt_boundary_add_sid(&boundary, (const SID *)(const void *)bad_revision),
              STATUS_INVALID_PARAMETER);
    ok_status(nt_boundary_add_sid(&boundary, (const SID *)(const void *)too_many),
              STATUS_INVALID_PARAMETER);
    nt_boundary_bytes(boundary, &after);
    ok_eq(before, after);
    nt_boundary_free(boundary);
}

/* Every length between nothing and all, every bit flipped once: refused or a good one form. */
TEST(nothing_on_the_wire_is_believed, "11.35")
{
    static uint16_t units[N_UNITS + 2];
    struct nt_boundary *boundary = ROOM(1, 2, 70000);
    unsigned char *copy;
    size_t size, count;
    const void *bytes = nt_boundary_bytes(boundary, &size);

    for (size_t cut = 0; cut < size; cut++) {
        copy = malloc(cut ? cut : 1); /* nothing behind it */
        require(copy != NULL);
        memcpy(copy, bytes, cut);
        ok_status(nt_boundary_canonical(copy, cut, units, &count), STATUS_INVALID_PARAMETER);
        free(copy);
    }
    copy = malloc(size);
    require(copy != NULL);
    for (size_t bit = 0; bit < size * 8; bit++) {
        NTSTATUS status;

        memcpy(copy, bytes, size);
        copy[bit / 8] ^= 1u << bit % 8;
        units[N_UNITS] = 0x5A5A;
        status = nt_boundary_canonical(copy, size, units, &count);
        ok(status == STATUS_INVALID_PARAMETER || (status == STATUS_SUCCESS && count < N_UNITS),
           "bit %zu", bit);
        ok_eq(units[N_UNITS], 0x5A5A);
    }
    free(copy);
    nt_boundary_free(boundary);
}

/* A client may send what nt_boundary_add_sid() never makes: it would be a second boundary. */
TEST(a_sid_that_is_sent_twice_is_one, "11.44")
{
    static uint16_t units[N_UNITS], want[N_UNITS];
    struct nt_boundary *twice = ROOM(1, 2), *once = ROOM(1);
    size_t size, count = 0, n_want = 0;
    const void *bytes = nt_boundary_bytes(twice, &size);
    unsigned char *copy = malloc(size);

    require(copy != NULL);
    memcpy(copy, bytes, size);
    memcpy(copy + size - 16, copy + size - 32, 16);
    ok_status(nt_boundary_canonical(copy, size, units, &count), STATUS_SUCCESS);
    ok_status(canonical(once, want, &n_want), STATUS_SUCCESS);
    if (ok_eq(count, n_want))
        ok_mem_eq(units, want, count * sizeof(*want));
    free(copy);
    nt_boundary_free(twice);
    nt_boundary_free(once);
}

static bool holds(struct nt_boundary *boundary, const struct nt_identity *identity)
{
    static uint16_t units[N_UNITS];
    size_t count;
    bool within;

    require(canonical(boundary, units, &count) == STATUS_SUCCESS);
    within = nt_boundary_holds(units, count, identity);
    ok(!nt_boundary_holds(units, count - 1, identity), "cut off");
    ok(!nt_boundary_holds(units, count + 2, identity), "something behind it");
    nt_boundary_free(boundary);
    return within;
}

TEST(within_a_boundary_is_who_holds_every_sid, "11.38")
{
    struct nt_identity identity;
    struct nt_boundary *boundary;
    struct nt_sid group;

    require(nt_identity_init(&identity, 1000, 100, (const uint32_t[]){50, 60}, 2) == 0);
    ok(holds(ROOM(1000), &identity));
    ok(!holds(ROOM(1001), &identity));
    ok(!holds(ROOM(1000, 1001), &identity));
    boundary = ROOM(1000);
    nt_sid_of_gid(&group, 60);
    ok_status(nt_boundary_add_sid(&boundary, &group.sid), STATUS_SUCCESS);
    ok_status(nt_boundary_add_sid(&boundary, nt_sid_known(NT_SID_EVERYONE)), STATUS_SUCCESS);
    ok(holds(boundary, &identity));
    boundary = ROOM(1000);
    nt_sid_of_gid(&group, 61);
    ok_status(nt_boundary_add_sid(&boundary, &group.sid), STATUS_SUCCESS);
    ok(!holds(boundary, &identity));
    boundary = ROOM(1000);
    ok_status(nt_boundary_add_sid(&boundary, nt_sid_known(NT_SID_ADMINISTRATORS)), STATUS_SUCCESS);
    ok(!holds(boundary, &identity));
    nt_identity_deinit(&identity);
}

TEST(within_a_label_is_who_is_at_or_above_it, "11.37")
{
    static const struct {
        uint32_t level;
        bool within;
    } cases[] = {{0x1000, true}, {0x2000, true}, {0x2001, false}, {0x3000, false}};
    struct nt_identity identity;

    require(nt_identity_init(&identity, 1000, 100, NULL, 0) == 0);
    for (size_t i = 0; i < NT_ARRAY_SIZE(cases); i++) {
        struct nt_boundary *boundary = ROOM(1000);
        struct nt_sid label;

        nt_sid_of_integrity(&label, cases[i].level);
        ok_status(nt_boundary_add_label(&boundary, &label.sid), STATUS_SUCCESS);
        ok_eq(holds(boundary, &identity), cases[i].within);
    }
    nt_identity_deinit(&identity);
}
