// SPDX-License-Identifier: MIT
/*
 * Placeholders: splitting one, and giving one or a part of one back.
 */
#include "api/placeholder_kit.h"

/* --- splitting ------------------------------------------------------------------------------ */

static void release_all(char *base, const SIZE_T *n_pages)
{
    for (; *n_pages; n_pages++) {
        release(base);
        base += *n_pages * PAGE;
    }
}

TEST(a_placeholder_is_split_in_all_ways, "5.37 5.38 5.39")
{
    static const struct {
        SIZE_T first, n;
        const char *layout;
        SIZE_T parts[4];
    } splits[] = {
        {0, 1, "P1 P31", {1, 31}},          {0, 16, "P16 P16", {16, 16}},
        {0, 31, "P31 P1", {31, 1}},         {31, 1, "P31 P1", {31, 1}},
        {16, 16, "P16 P16", {16, 16}},      {1, 31, "P1 P31", {1, 31}},
        {16, 1, "P16 P1 P15", {16, 1, 15}}, {1, 30, "P1 P30 P1", {1, 30, 1}},
        {5, 20, "P5 P20 P7", {5, 20, 7}},   {8, 8, "P8 P8 P16", {8, 8, 16}},
    };

    needs(CAN_RESERVE);
    for (unsigned i = 0; i < ARRAYSIZE(splits); i++) {
        char *base = new_placeholder(32);

        preserve_pages(base + splits[i].first * PAGE, splits[i].n);
        ok_layout(base, splits[i].layout);
        release_all(base, splits[i].parts);
        ok_layout(base, "F32");
    }
}

TEST(parts_are_split_again, "5.37 5.38 5.39")
{
    char *base;

    needs(CAN_RESERVE);
    base = new_placeholder(16);
    preserve_pages(base + 4 * PAGE, 4);
    ok_layout(base, "P4 P4 P8");
    preserve_pages(base, 2);
    preserve_pages(base + 15 * PAGE, 1);
    ok_status(nt_free(base + 5 * PAGE, PAGE, PRESERVE), STATUS_SUCCESS);
    ok_layout(base, "P2 P2 P1 P1 P2 P7 P1");
    release_all(base, (const SIZE_T[]){2, 2, 1, 1, 2, 7, 1, 0});
    ok_layout(base, "F16");
}

TEST(a_placeholder_is_not_split_into_itself, "5.40 5.56")
{
    char *base;

    needs(CAN_RESERVE);
    base = new_placeholder(16);
    ok_fails(VirtualFree(base, GRANULE, PRESERVE), ERROR_INVALID_ADDRESS);
    ok_status(nt_free(base, GRANULE, PRESERVE), STATUS_CONFLICTING_ADDRESSES);
    ok_status(nt_free(base, GRANULE - 1, PRESERVE), STATUS_CONFLICTING_ADDRESSES);
    ok_layout(base, "P16");
    preserve_pages(base, 4);
    ok_status(nt_free(base, 4 * PAGE, PRESERVE), STATUS_CONFLICTING_ADDRESSES);
    ok_status(nt_free(base + 4 * PAGE, 12 * PAGE, PRESERVE), STATUS_CONFLICTING_ADDRESSES);
    ok_layout(base, "P4 P12");
    release(base);
    release(base + 4 * PAGE);
}

TEST(a_split_has_a_size, "5.41 17.7")
{
    char *base;

    needs(CAN_RESERVE);
    base = new_placeholder(16);
    ok_fails(VirtualFree(base, 0, PRESERVE), ERROR_INVALID_PARAMETER);
    ok_status(nt_free(base, 0, PRESERVE), STATUS_INVALID_PARAMETER_3);
    /* That is said before the address is looked at. */
    ok_status(nt_free(base + GRANULE, 0, PRESERVE), STATUS_INVALID_PARAMETER_3);
    ok_layout(base, "P16");
    release(base);
}

TEST(a_split_is_rounded_to_pages, "5.42")
{
    char *base;

    needs(CAN_RESERVE);
    base = new_placeholder(16);
    ok_succeeds(VirtualFree(base + 4 * PAGE + 1, PAGE, PRESERVE)); /* touches two pages */
    ok_layout(base, "P4 P2 P10");
    ok_succeeds(VirtualFree(base + 10 * PAGE - 1, 2, PRESERVE));
    ok_layout(base, "P4 P2 P3 P2 P5");
    release_all(base, (const SIZE_T[]){4, 2, 3, 2, 5, 0});
}

TEST(a_split_stays_within_one_placeholder, "5.38 5.56")
{
    char *base;

    needs(CAN_RESERVE);
    base = new_placeholder(16);
    preserve_pages(base, 8);
    /* Over the border, over the end, and in what is free. */
    ok(!VirtualFree(base + 6 * PAGE, 4 * PAGE, PRESERVE));
    ok(!VirtualFree(base + 12 * PAGE, 8 * PAGE, PRESERVE));
    ok(!VirtualFree(base, 16 * PAGE, PRESERVE));
    ok_status(nt_free(base + 6 * PAGE, 4 * PAGE, PRESERVE), STATUS_UNABLE_TO_FREE_VM);
    ok_layout(base, "P8 P8");
    release(base);
    ok(!VirtualFree(base, PAGE, PRESERVE));
    ok_error(ERROR_INVALID_ADDRESS);
    ok_status(nt_free(base, PAGE, PRESERVE), STATUS_MEMORY_NOT_ALLOCATED);
    ok_layout(base, "F8 P8");
    release(base + 8 * PAGE);
}

TEST(a_part_of_memory_becomes_a_placeholder, "5.35 5.56")
{
    char *base;

    needs(CAN_REPLACE);
    base = new_placeholder(16);
    replace_pages(base, 16);
    for (SIZE_T i = 0; i < 16; i++)
        base[i * PAGE] = (char)(i + 1);
    preserve_pages(base + 4 * PAGE, 4);
    ok_layout(base, "M4 P4 M8");
    ok_eq(base[3 * PAGE], 4);
    ok_eq(base[8 * PAGE], 9);
    ok(!can_read(base + 4 * PAGE));
    /* The head and the tail, too. */
    preserve_pages(base, 1);
    preserve_pages(base + 15 * PAGE, 1);
    ok_layout(base, "P1 M3 P4 M7 P1");
    ok_eq(base[PAGE], 2);
    ok_eq(base[14 * PAGE], 15);
    /* What is left can be restored, and all of it coalesced. */
    preserve_pages(base + PAGE, 3);
    preserve_pages(base + 8 * PAGE, 7);
    ok_layout(base, "P1 P3 P4 P7 P1");
    coalesce_pages(base, 16);
    replace_pages(base, 16);
    ok(all_bytes(base, 0, GRANULE));
    release(base);
}

TEST(what_was_no_placeholder_does_not_become_one, "5.36 5.56")
{
    char *plain;

    needs(CAN_RESERVE);
    plain = (char *)VirtualAlloc(NULL, GRANULE, BOTH, PAGE_READWRITE);
    require(plain != NULL);
    plain[PAGE] = 1;
    ok_status(nt_free(plain, GRANULE, PRESERVE), STATUS_CONFLICTING_ADDRESSES);
    ok_status(nt_free(plain + PAGE, PAGE, PRESERVE), STATUS_CONFLICTING_ADDRESSES);
    ok_layout(plain, "M16");
    ok_eq(plain[PAGE], 1);
    release(plain);
}

/* --- giving back ---------------------------------------------------------------------------- */

TEST(a_placeholder_is_given_back_whole, "5.43 5.46")
{
    char *base;

    needs(CAN_RESERVE);
    base = new_placeholder(16);
    ok_fails(VirtualFree(base, GRANULE, MEM_RELEASE), ERROR_INVALID_PARAMETER); /* 7.21 */
    ok_fails(VirtualFree(base + PAGE, 0, MEM_RELEASE), ERROR_INVALID_ADDRESS);
    ok_status(nt_free(base + PAGE, 0, MEM_RELEASE), STATUS_FREE_VM_NOT_AT_BASE);
    ok_layout(base, "P16");
    release(base);
    ok_layout(base, "F16");
    ok_fails(VirtualFree(base, 0, MEM_RELEASE), ERROR_INVALID_ADDRESS);
    ok_status(nt_free(base, 0, MEM_RELEASE), STATUS_MEMORY_NOT_ALLOCATED);
}

TEST(parts_are_given_back_one_by_one, "5.43 5.46")
{
    char *base;

    needs(CAN_RESERVE);
    base = new_placeholder(16);
    preserve_pages(base + 4 * PAGE, 4);
    release(base + 4 * PAGE);
    ok_layout(base, "P4 F4 P8");
    ok_status(nt_free(base + 4 * PAGE, 0, MEM_RELEASE), STATUS_MEMORY_NOT_ALLOCATED);
    release(base);
    ok_layout(base, "F8 P8");
    release(base + 8 * PAGE);
    ok_layout(base, "F16");
}

TEST(the_nt_call_gives_a_part_back, "5.44 5.46")
{
    PVOID address;
    SIZE_T size = 0x4000;
    char *base;

    needs(CAN_REPLACE);
    base = address = new_placeholder(8);
    ok_status(NtFreeVirtualMemory(GetCurrentProcess(), &address, &size, MEM_RELEASE),
              STATUS_SUCCESS);
    ok_ptr_eq(address, base);
    ok_eq(size, 0x4000);
    ok_layout(base, "F4 P4");
    ok_status(nt_free(base, 0x4000, MEM_RELEASE), STATUS_MEMORY_NOT_ALLOCATED);
    /* A middle and a tail are parts as well, and what stays is a placeholder. */
    ok_status(nt_free(base + 5 * PAGE, PAGE, MEM_RELEASE), STATUS_SUCCESS);
    ok_layout(base, "F4 P1 F1 P2");
    ok_status(nt_free(base + 7 * PAGE, PAGE, MEM_RELEASE), STATUS_SUCCESS);
    ok_layout(base, "F4 P1 F1 P1 F1");
    replace_pages(base + 4 * PAGE, 1);
    ok_layout(base, "F4 M1 F1 P1 F1");
    release(base + 4 * PAGE);
    /* All of it, with its size. */
    ok_status(nt_free(base + 6 * PAGE, PAGE, MEM_RELEASE), STATUS_SUCCESS);
    ok_layout(base, "F8");
}

TEST(several_placeholders_are_not_given_back_at_once, "5.45 5.56")
{
    char *base;

    needs(CAN_REPLACE);
    base = new_placeholder(16);
    preserve_pages(base, 4);
    ok_status(nt_free(base, GRANULE, MEM_RELEASE), STATUS_UNABLE_TO_FREE_VM);
    ok_status(nt_free(base, 5 * PAGE, MEM_RELEASE), STATUS_UNABLE_TO_FREE_VM);
    ok_status(nt_free(base + 4 * PAGE, 13 * PAGE, MEM_RELEASE), STATUS_UNABLE_TO_FREE_VM);
    ok_layout(base, "P4 P12");
    replace_pages(base, 4);
    base[0] = 3;
    ok_status(nt_free(base, GRANULE, MEM_RELEASE), STATUS_UNABLE_TO_FREE_VM);
    ok_eq(base[0], 3);
    ok_layout(base, "M4 P12");
    release(base);
    release(base + 4 * PAGE);
}

TEST(a_part_of_a_replacement_is_given_back, "5.44 5.57 7.26")
{
    char *base;

    needs(CAN_REPLACE);
    base = new_placeholder(16);
    replace_pages(base, 16);
    base[0] = 1;
    base[15 * PAGE] = 2;
    ok_status(nt_free(base + 4 * PAGE, 4 * PAGE, MEM_RELEASE), STATUS_SUCCESS);
    ok_layout(base, "M4 F4 M8");
    ok_eq(base[0], 1);
    ok_eq(base[15 * PAGE], 2);
    /* The rests still come from a placeholder. */
    preserve_pages(base, 4);
    ok_layout(base, "P4 F4 M8");
    release(base);
    release(base + 8 * PAGE);
    ok_layout(base, "F16");
}
