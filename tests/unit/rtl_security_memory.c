// SPDX-License-Identifier: MIT
/*
 * Security data when memory is short: each piece that is asked for fails in its turn. The runner is
 * linked so that malloc(), calloc() and free() of src/rtl come by here.
 */
#include <errno.h>
#include <stdlib.h>

#include <ntstatus.h>

#include "harness/test.h"
#include "rtl_security_kit.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void __real_free(void *memory);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void __wrap_free(void *memory);

static bool counts;
static int fails_at; /* 1: the next one; 0: none */
static int n_pieces; /* asked for and not given back */

static bool fails(void)
{
    if (!counts)
        return false;
    if (fails_at > 0 && --fails_at == 0)
        return true;
    n_pieces++;
    return false;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails() ? NULL : __real_calloc(n, size);
}

void __wrap_free(void *memory)
{
    if (counts && memory)
        n_pieces--;
    __real_free(memory);
}

/* Two lists and the block: all three pieces are needed. */
static NTSTATUS make_new(struct nt_descriptor_block *block)
{
    static struct nt_identity identity;
    struct nt_descriptor given = kit_labelled(ALICE, LIST(ALLOW(EVERYONE, 4)), LIST(LABEL(LOW, 1)));
    NTSTATUS status;

    kit_identity(&identity, 1001);
    counts = true;
    status = nt_descriptor_for_new(NT_KIND_SECTION, &given, NULL, &identity, block);
    counts = false;
    return status;
}

static NTSTATUS make_change(struct nt_descriptor_block *block)
{
    static struct nt_identity identity;
    struct nt_descriptor old = kit_labelled(ALICE, LIST(ALLOW(EVERYONE, 4)), LIST(LABEL(LOW, 1)));
    struct nt_descriptor change = kit_descriptor(ALICE, LIST(DENY(EVERYONE, 4)));
    NTSTATUS status;

    kit_identity(&identity, 1001);
    counts = true;
    status = nt_descriptor_change(NT_KIND_SECTION, &old, DACL_SECURITY_INFORMATION, &change,
                                  &identity, block);
    counts = false;
    return status;
}

TEST(a_descriptor_without_memory, "13.8 13.31")
{
    NTSTATUS (*const makers[])(struct nt_descriptor_block *) = {make_new, make_change};

    for (unsigned i = 0; i < 2; i++) {
        struct nt_descriptor_block block = {NULL, 0};

        for (int n = 1; n <= 3; n++) {
            fails_at = n;
            ok_status(makers[i](&block), STATUS_NO_MEMORY);
            ok(!block.bytes && !block.size);
            ok_eq(n_pieces, 0);
        }
        fails_at = 4;
        ok_status(makers[i](&block), STATUS_SUCCESS);
        ok_eq(fails_at, 1);
        ok_eq(n_pieces, 1);
        counts = true;
        nt_descriptor_block_deinit(&block);
        counts = false;
        ok_eq(n_pieces, 0);
    }
}

TEST(a_copy_of_a_descriptor_without_memory, "13.6")
{
    SECURITY_DESCRIPTOR absolute = {.Revision = 1, .Control = SE_DACL_PRESENT};
    struct nt_descriptor_block block = {NULL, 0};
    struct nt_descriptor copy;

    fails_at = 1;
    counts = true;
    ok_status(nt_descriptor_capture(&absolute, &block, &copy), STATUS_NO_MEMORY);
    counts = false;
    ok(!block.bytes && !block.size);
    ok_status(nt_descriptor_capture(&absolute, &block, &copy), STATUS_SUCCESS);
    ok_eq(copy.control, SE_DACL_PRESENT);
    nt_descriptor_block_deinit(&block);
}

TEST(an_identity_without_memory, "13.20")
{
    uint32_t groups[NT_IDENTITY_INLINE + 1];
    struct nt_identity identity;

    for (uint32_t i = 0; i <= NT_IDENTITY_INLINE; i++)
        groups[i] = i;
    counts = true;
    fails_at = 1;
    ok_eq(nt_identity_init(&identity, 1, 1, groups, NT_IDENTITY_INLINE + 1), -ENOMEM);
    ok_eq(n_pieces, 0);
    /* So many need none. */
    fails_at = 1;
    ok_eq(nt_identity_init(&identity, 1, 1, groups, NT_IDENTITY_INLINE), 0);
    ok_eq(n_pieces, 0);
    nt_identity_deinit(&identity);
    fails_at = 0;
    ok_eq(nt_identity_init(&identity, 1, 1, groups, NT_IDENTITY_INLINE + 1), 0);
    ok_eq(n_pieces, 1);
    nt_identity_deinit(&identity);
    ok_eq(n_pieces, 0);
    counts = false;
}
