// SPDX-License-Identifier: MIT
/*
 * Fuzzes boundaries. The input is one as it travels; its first two words, which would almost never
 * be right by chance, are made right. What is taken must be what a second reading of the same bytes
 * says, in one form, which a boundary of the same SIDs in another order has too; who is within it
 * is asked of that form, and of the input as if it were one.
 */
#include <stdbool.h>

#include <ntstatus.h>

#include "fuzz/guarded.h"
#include "rtl/boundary.h"

#define N_UNITS (NT_BOUNDARY_MAX / sizeof(uint16_t))

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct guarded sent_place, form_place, asked_place;
static struct nt_identity identity;

/* What travels: six words, the name, the SIDs. */
struct words {
    uint32_t magic, size, n_units, n_sids, has_label, label;
};

/* Root, or a user who lowered itself. */
static void set_identity(bool root)
{
    static const uint32_t groups[] = {50, 100};

    FUZZ_CHECK(nt_identity_init(&identity, root ? 0 : 1001, 1001, groups, 2) == 0);
    if (!root)
        identity.integrity = SECURITY_MANDATORY_LOW_RID;
}

static bool is_same(const unsigned char *a, const unsigned char *b)
{
    return a[1] == b[1] && memcmp(a, b, nt_sid_length(a[1])) == 0;
}

/* Are all SIDs of the first row in the second one? */
static bool is_within(const unsigned char *a, size_t n_a, const unsigned char *b, size_t n_b)
{
    for (size_t i = 0; i < n_a; i++, a += nt_sid_length(a[1])) {
        const unsigned char *at = b;
        size_t k = 0;

        while (k < n_b && !is_same(a, at)) {
            at += nt_sid_length(at[1]);
            k++;
        }
        if (k == n_b)
            return false;
    }
    return true;
}

/* The second reading: how many SIDs fill @size bytes exactly; 0 when they do not. */
static size_t count_sids(const unsigned char *at, size_t size)
{
    size_t n = 0;

    while (size > 0) {
        size_t length = nt_sid_check(at, size);

        if (length == 0)
            return 0;
        at += length;
        size -= length;
        n++;
    }
    return n;
}

static bool is_boundary(const unsigned char *bytes, size_t size, struct words *ret_words)
{
    size_t name;

    if (size < sizeof(*ret_words) || size > NT_BOUNDARY_MAX)
        return false;
    memcpy(ret_words, bytes, sizeof(*ret_words));
    name = ((size_t)ret_words->n_units * 2 + 3) / 4 * 4;
    return ret_words->magic == 0x6e746264 && ret_words->size == size && ret_words->n_units > 0 &&
           ret_words->has_label <= 1 && (ret_words->has_label || !ret_words->label) &&
           ret_words->n_sids > 0 && name < size - sizeof(*ret_words) &&
           count_sids(bytes + sizeof(*ret_words) + name, size - sizeof(*ret_words) - name) ==
               ret_words->n_sids;
}

/* In order, and none twice. */
static void check_order(const unsigned char *at, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const unsigned char *next = at + nt_sid_length(at[1]);
        size_t a = nt_sid_length(at[1]), b = nt_sid_length(next[1]);
        int order = memcmp(at, next, a < b ? a : b);

        FUZZ_CHECK(order < 0 || (order == 0 && a < b));
        at = next;
    }
}

/* All of it is held exactly if each of its SIDs is, and the level is reached. */
static bool is_held(const struct words *words, const unsigned char *at)
{
    for (size_t i = 0; i < words->n_sids; i++, at += nt_sid_length(at[1])) {
        struct nt_sid sid;

        memcpy(sid.bytes, at, nt_sid_length(at[1]));
        if (!nt_identity_has(&identity, &sid.sid))
            return false;
    }
    return !words->has_label || identity.integrity >= words->label;
}

static void check_form(const struct words *words, const unsigned char *bytes, size_t size,
                       const uint16_t *units, size_t count)
{
    const unsigned char *sids = bytes + sizeof(*words) + (words->n_units * 2 + 3) / 4 * 4;
    const unsigned char *form = (const unsigned char *)(units + 5 + words->n_units);
    size_t n = units[4], left = (count - 5 - words->n_units) * 2;

    FUZZ_CHECK(count >= 5 + words->n_units && count * 2 <= size);
    FUZZ_CHECK(units[0] == words->has_label &&
               (units[1] | (uint32_t)units[2] << 16) == words->label);
    FUZZ_CHECK(units[3] == words->n_units);
    FUZZ_CHECK(memcmp(units + 5, bytes + sizeof(*words), words->n_units * 2) == 0);
    FUZZ_CHECK(n > 0 && count_sids(form, left) == n);
    check_order(form, n);
    FUZZ_CHECK(is_within(form, n, sids, words->n_sids) && is_within(sids, words->n_sids, form, n));
#ifdef FUZZ_PLANT
    FUZZ_CHECK(n == words->n_sids); /* planted: one SID twice is two */
#endif
    for (int root = 0; root < 2; root++) {
        set_identity(root);
        FUZZ_CHECK(nt_boundary_holds(units, count, &identity) == is_held(words, sids));
        nt_identity_deinit(&identity);
    }
}

/* Made by the rules from the same parts, the SIDs in the other order: the same form. */
static void check_made(const struct words *words, const uint16_t *units, size_t count)
{
    static uint16_t form[N_UNITS];
    const unsigned char *sids[N_UNITS], *at = (const unsigned char *)(units + 5 + words->n_units);
    struct nt_boundary *boundary = NULL;
    size_t size, form_count = 0, n = units[4];
    struct nt_sid sid;
    const void *bytes;

    FUZZ_CHECK(nt_boundary_new(units + 5, words->n_units, &boundary) == STATUS_SUCCESS);
    if (words->has_label) {
        unsigned char label[12] = {1, 1, 0, 0, 0, 0, 0, 16};

        memcpy(label + 8, &words->label, 4);
        memcpy(sid.bytes, label, sizeof(label));
        FUZZ_CHECK(nt_boundary_add_label(&boundary, &sid.sid) == STATUS_SUCCESS);
        FUZZ_CHECK(nt_boundary_add_label(&boundary, &sid.sid) == STATUS_INVALID_PARAMETER);
    }
    for (size_t i = 0; i < n; i++, at += nt_sid_length(at[1]))
        sids[i] = at;
    for (size_t i = n; i-- > 0;) {
        memcpy(sid.bytes, sids[i], nt_sid_length(sids[i][1]));
        FUZZ_CHECK(nt_boundary_add_sid(&boundary, &sid.sid) == STATUS_SUCCESS);
        FUZZ_CHECK(nt_boundary_add_sid(&boundary, &sid.sid) ==
                   STATUS_SUCCESS); /* changes nothing */
    }
    bytes = nt_boundary_bytes(boundary, &size);
    FUZZ_CHECK(nt_boundary_canonical(bytes, size, form, &form_count) == STATUS_SUCCESS);
    FUZZ_CHECK(form_count == count && memcmp(form, units, count * sizeof(*units)) == 0);
    nt_boundary_free(boundary);
}

/* The words that every boundary begins with: a mark, and its size. */
static void make_right(unsigned char *bytes, size_t size)
{
    const uint32_t words[] = {0x6e746264, (uint32_t)size};

    memcpy(bytes, words, size < sizeof(words) ? size : sizeof(words));
}

/* What is no boundary's form is asked too. */
static void ask(const uint8_t *data, size_t size)
{
    const uint16_t *units = guarded_copy(&asked_place, data, size / 2 * 2, sizeof(*units));

    set_identity(true);
    nt_boundary_holds(units, size / 2, &identity);
    nt_identity_deinit(&identity);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint16_t *units = guarded_take(&form_place, NT_BOUNDARY_MAX, sizeof(*units));
    struct words words = {0};
    unsigned char *bytes;
    size_t count = 0;
    bool good;

    if (size > NT_BOUNDARY_MAX + 64)
        return 0;
    ask(data, size);
    bytes = guarded_copy(&sent_place, data, size, 4);
    make_right(bytes, size);
    good = is_boundary(bytes, size, &words);
    FUZZ_CHECK(nt_boundary_canonical(bytes, size, units, &count) ==
               (good ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER));
    if (!good)
        return 0;
    check_form(&words, bytes, size, units, count);
    check_made(&words, units, count);
    return 0;
}
