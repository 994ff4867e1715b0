// SPDX-License-Identifier: MIT
/*
 * Fuzzes access control lists: reading one from outside, and a program of changes to it. Input: the
 * size of the list (two bytes) and its bytes; then steps. A list that was good stays good, holds as
 * many entries as it should, and every entry that a step did not touch is what it was.
 */
#include <stdbool.h>

#include <ntstatus.h>

#include "fuzz/guarded.h"
#include "rtl/acl.h"

#define MAX_STEPS 64
#define MAX_ACES  512u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
    const uint8_t *at;
    size_t left;
};

static struct guarded list_place, aces_place;

static uint8_t take_byte(struct input *input)
{
    if (input->left == 0)
        return 0;
    input->left--;
    return *input->at++;
}

static uint32_t take_number(struct input *input, unsigned n_bytes)
{
    uint32_t value = 0;

    for (unsigned i = 0; i < n_bytes; i++)
        value |= (uint32_t)take_byte(input) << 8 * i;
    return value;
}

/* --- what a list holds ---------------------------------------------------------------------- */

/* A sum over its entries from that index on; in their order. */
static uint64_t sum_from(const ACL *acl, unsigned first)
{
    uint64_t sum = 14695981039346656037ull;
    struct nt_ace ace;
    size_t at = 0;

    for (unsigned i = 0; nt_acl_next(acl, &at, &ace); i++) {
        for (size_t k = 0; i >= first && k < ace.size; k++)
            sum = (sum ^ ((const unsigned char *)ace.bytes)[k]) * 1099511628211ull;
    }
    return sum;
}

static unsigned count(const ACL *acl)
{
    struct nt_ace ace;
    unsigned n = 0;
    size_t at = 0;

    while (nt_acl_next(acl, &at, &ace)) {
        FUZZ_CHECK(!ace.sid || nt_sid_check(ace.sid, ace.size - 8) == nt_sid_size(ace.sid));
        n++;
    }
    return n;
}

static void check_list(const ACL *acl, size_t size, unsigned want)
{
    unsigned char *free_at = nt_acl_first_free(acl);
    size_t used = nt_acl_used(acl);

    FUZZ_CHECK(nt_acl_check(acl, size) == size);
    FUZZ_CHECK(count(acl) == want && used <= size);
    FUZZ_CHECK(used == size ? !free_at : free_at == (const unsigned char *)acl + used);
}

/* --- steps ---------------------------------------------------------------------------------- */

static unsigned step_add(struct input *input, ACL *acl)
{
    uint8_t n = take_byte(input) % 17, type = take_byte(input), flags = take_byte(input);
    uint8_t revision = take_byte(input) % 8;
    uint32_t sub[16] = {0}, mask = take_number(input, 2);
    struct nt_sid sid;
    NTSTATUS status;

    sub[0] = take_byte(input);
    nt_sid_make(&sid, 5, n > 15 ? 15 : n, sub);
    if (n == 16)
        sid.bytes[1] = 16;
    status = nt_acl_add(acl, revision, type, flags, mask, &sid.sid);
    FUZZ_CHECK(status == STATUS_SUCCESS || status == STATUS_INVALID_SID ||
               status == STATUS_REVISION_MISMATCH || status == STATUS_INVALID_PARAMETER ||
               status == STATUS_ALLOTTED_SPACE_EXCEEDED);
    FUZZ_CHECK(n < 16 || status == STATUS_INVALID_SID);
    return NT_SUCCESS(status);
}

/* Entries from the input, or some of the list's own. */
static unsigned step_insert(struct input *input, ACL *acl, unsigned n)
{
    uint8_t choice = take_byte(input), revision = take_byte(input) % 8;
    DWORD at = choice & 1 ? MAXDWORD : take_byte(input);
    unsigned behind = at < n ? n - at : 0;
    size_t size = take_number(input, 2) % MAX_ACES;
    uint64_t sum = sum_from(acl, n - behind);
    unsigned after;
    void *aces;

    if (choice & 2 && n > 0) {
        FUZZ_CHECK(nt_acl_get(acl, choice % n, &aces) == STATUS_SUCCESS);
        size = (size_t)((unsigned char *)acl + nt_acl_used(acl) - (unsigned char *)aces);
    } else {
        size = size > input->left ? input->left : size;
        aces = guarded_copy(&aces_place, input->at, size, 1);
        input->at += size;
        input->left -= size;
    }
    if (!NT_SUCCESS(nt_acl_insert(acl, revision, at, aces, size))) {
        FUZZ_CHECK(count(acl) == n && sum_from(acl, n - behind) == sum);
        return 0;
    }
    after = count(acl);
    FUZZ_CHECK(sum_from(acl, after - behind) == sum);
    return after - n;
}

static unsigned step_delete(struct input *input, ACL *acl, unsigned n)
{
    unsigned index = take_byte(input);
    uint64_t sum = sum_from(acl, index + 1);

    if (!NT_SUCCESS(nt_acl_delete(acl, index))) {
        FUZZ_CHECK(index >= n);
        return 0;
    }
    FUZZ_CHECK(index < n && sum_from(acl, index) == sum);
    return 1;
}

static void run(struct input *input, ACL *acl, size_t size)
{
    unsigned n = count(acl);

    check_list(acl, size, n);
    for (int i = 0; i < MAX_STEPS && input->left > 0; i++) {
        switch (take_byte(input) % 3) {
        case 0:
            n += step_add(input, acl);
            break;
        case 1:
            n += step_insert(input, acl, n);
            break;
        default:
            n -= step_delete(input, acl, n);
            break;
        }
        check_list(acl, size, n);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    size_t list_size = take_number(&input, 2);
    ACL *acl;

    /* A list may be longer than what is given of it: zeroes, as memory that was asked for has. */
    if (list_size < sizeof(ACL) || list_size > 4096) {
        acl = guarded_copy(&list_place, input.at, input.left, 1);
        list_size = nt_acl_check(acl, input.left);
        input.left = 0;
    } else {
        size_t some = list_size < input.left ? list_size : input.left;

        acl = guarded_take(&list_place, list_size, 1);
        memset(acl, 0, list_size);
        if (some)
            memcpy(acl, input.at, some);
        input.at += some;
        input.left -= some;
        list_size = nt_acl_check(acl, list_size);
    }
    if (list_size)
        run(&input, acl, list_size);
    return 0;
}
