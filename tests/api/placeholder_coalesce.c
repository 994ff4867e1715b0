// SPDX-License-Identifier: MIT
/*
 * Placeholders: making one of several.
 */
#include "api/placeholder_kit.h"

/* Sixteen pages in parts of 4, 4 and 8. */
static char *three_parts(void)
{
    char *base = new_placeholder(16);

    preserve_pages(base, 4);
    preserve_pages(base + 4 * PAGE, 4);
    ok_layout(base, "P4 P4 P8");
    return base;
}

static void release_three(char *base)
{
    release(base);
    release(base + 4 * PAGE);
    release(base + 8 * PAGE);
}

TEST(two_placeholders_become_one, "5.47")
{
    char *base;

    needs(CAN_COALESCE);
    base = three_parts();
    coalesce_pages(base, 8);
    ok_layout(base, "P8 P8");
    coalesce_pages(base, 16);
    ok_layout(base, "P16");
    /* It is one: replaced at once, released at once. */
    replace_pages(base, 16);
    preserve_pages(base, 16);
    release(base);
    ok_layout(base, "F16");
}

TEST(three_placeholders_become_one, "5.47")
{
    PVOID address;
    SIZE_T size = GRANULE;
    char *base;

    needs(CAN_COALESCE);
    base = address = three_parts();
    ok_status(NtFreeVirtualMemory(GetCurrentProcess(), &address, &size, COALESCE), STATUS_SUCCESS);
    ok_ptr_eq(address, base);
    ok_eq(size, GRANULE);
    ok_layout(base, "P16");
    release(base);
}

TEST(many_placeholders_become_one, "5.47")
{
    char *base;

    needs(CAN_COALESCE);
    base = new_placeholder(256);
    for (SIZE_T i = 0; i < 255; i++)
        preserve_pages(base + i * PAGE, 1);
    ok_layout(base + 100 * PAGE, "P1 P1 P1");
    coalesce_pages(base + 10 * PAGE, 200);
    ok_layout(base + 8 * PAGE, "P1 P1 P200 P1");
    coalesce_pages(base, 256);
    ok_layout(base, "P256");
    release(base);
}

TEST(one_placeholder_is_not_coalesced, "5.48 5.56")
{
    char *base;

    needs(CAN_COALESCE);
    base = three_parts();
    ok_status(nt_free(base, 4 * PAGE, COALESCE), STATUS_CONFLICTING_ADDRESSES);
    ok_status(nt_free(base + 8 * PAGE, 8 * PAGE, COALESCE), STATUS_CONFLICTING_ADDRESSES);
    ok_fails(VirtualFree(base, 4 * PAGE, COALESCE), ERROR_INVALID_ADDRESS);
    ok_layout(base, "P4 P4 P8");
    release_three(base);
}

TEST(whole_placeholders_are_coalesced, "5.49 5.56")
{
    static const struct {
        SIZE_T first, n;
    } wrong[] = {{0, 17}, {0, 15}, {1, 15}, {0, 9}, {0, 7},
                 {1, 7},  {3, 2},  {4, 13}, {4, 5}, {1, 2}};
    char *place, *base;

    needs(CAN_COALESCE);
    place = (char *)free_place(3 * GRANULE);
    base = placeholder_at(place + GRANULE, 16);
    preserve_pages(base, 4);
    preserve_pages(base + 4 * PAGE, 4);
    for (unsigned i = 0; i < ARRAYSIZE(wrong); i++) {
        ok_status(nt_free(base + wrong[i].first * PAGE, wrong[i].n * PAGE, COALESCE),
                  STATUS_CONFLICTING_ADDRESSES);
        ok_layout(place, "F16 P4 P4 P8 F16");
    }
    ok_fails(VirtualFree(base, 17 * PAGE, COALESCE), ERROR_INVALID_ADDRESS);
    ok_fails(VirtualFree(base + PAGE, 15 * PAGE, COALESCE), ERROR_INVALID_ADDRESS);
    release_three(base);
}

TEST(coalescing_takes_a_size_and_the_right_flags, "5.50 5.51 5.55 5.56")
{
    char *base;

    needs(CAN_COALESCE);
    base = three_parts();
    ok_status(nt_free(base, 0, COALESCE), STATUS_INVALID_PARAMETER_3);
    ok_fails(VirtualFree(base, 0, COALESCE), ERROR_INVALID_PARAMETER);
    ok_status(nt_free(base, GRANULE, MEM_COALESCE_PLACEHOLDERS), STATUS_INVALID_PARAMETER_4);
    ok_status(nt_free(base, GRANULE, MEM_PRESERVE_PLACEHOLDER), STATUS_INVALID_PARAMETER_4);
    ok_fails(VirtualFree(base, GRANULE, COALESCE | MEM_PRESERVE_PLACEHOLDER),
             ERROR_INVALID_PARAMETER);
    ok_fails(VirtualFree(base, GRANULE, MEM_DECOMMIT | MEM_COALESCE_PLACEHOLDERS),
             ERROR_INVALID_PARAMETER);
    ok_fails(VirtualFree(base, GRANULE, MEM_DECOMMIT | MEM_PRESERVE_PLACEHOLDER),
             ERROR_INVALID_PARAMETER);
    ok_fails(VirtualFree(base, GRANULE, COALESCE | MEM_DECOMMIT), ERROR_INVALID_PARAMETER);
    ok_layout(base, "P4 P4 P8");
    release_three(base);
}

TEST(what_replaced_a_placeholder_is_not_coalesced, "5.52 5.56")
{
    HANDLE section;
    char *base;

    needs(CAN_COALESCE);
    base = three_parts();
    replace_pages(base + 4 * PAGE, 4);
    base[4 * PAGE] = 5;
    ok_status(nt_free(base, GRANULE, COALESCE), STATUS_CONFLICTING_ADDRESSES);
    ok_status(nt_free(base, 8 * PAGE, COALESCE), STATUS_CONFLICTING_ADDRESSES);
    ok_status(nt_free(base + 4 * PAGE, 12 * PAGE, COALESCE), STATUS_CONFLICTING_ADDRESSES);
    ok_layout(base, "P4 M4 P8");
    ok_eq(base[4 * PAGE], 5);

    preserve_pages(base + 4 * PAGE, 4);
    replace_reserved(base + 8 * PAGE, 8);
    ok_status(nt_free(base, GRANULE, COALESCE), STATUS_CONFLICTING_ADDRESSES);
    ok_layout(base, "P4 P4 R8");

    preserve_pages(base + 8 * PAGE, 8);
    section = new_section(NULL, PAGE_READWRITE, GRANULE);
    view_pages(section, base, 0, 4);
    ok_status(nt_free(base, GRANULE, COALESCE), STATUS_CONFLICTING_ADDRESSES);
    ok_layout(base, "V4 P4 P8");
    restore_view(base);
    coalesce_pages(base, 16);
    release(base);
    drop(section, NULL);
}

TEST(what_is_free_is_not_coalesced, "5.53 5.56")
{
    char *base;

    needs(CAN_COALESCE);
    base = three_parts();
    release(base + 4 * PAGE);
    ok_status(nt_free(base, GRANULE, COALESCE), STATUS_CONFLICTING_ADDRESSES);
    ok_status(nt_free(base, 8 * PAGE, COALESCE), STATUS_CONFLICTING_ADDRESSES);
    ok_status(nt_free(base + 4 * PAGE, 12 * PAGE, COALESCE), STATUS_CONFLICTING_ADDRESSES);
    ok_layout(base, "P4 F4 P8");
    release(base);
    release(base + 8 * PAGE);
    ok_status(nt_free(base, GRANULE, COALESCE), STATUS_CONFLICTING_ADDRESSES);
    ok_layout(base, "F16");
}

TEST(a_reservation_is_not_coalesced, "5.52 5.54 5.56")
{
    char *place;

    needs(CAN_COALESCE);
    place = (char *)free_place(2 * GRANULE);
    placeholder_at(place, 16);
    ok_ptr_eq(VirtualAlloc(place + GRANULE, GRANULE, MEM_RESERVE, PAGE_NOACCESS), place + GRANULE);
    ok_status(nt_free(place, 2 * GRANULE, COALESCE), STATUS_CONFLICTING_ADDRESSES);
    ok_layout(place, "P16 P16"); /* the second is the reservation, which looks so */
    ok_ptr_eq(VirtualAlloc(place + GRANULE, PAGE, MEM_COMMIT, PAGE_READWRITE), place + GRANULE);
    release(place);
    release(place + GRANULE);
}

TEST(placeholders_of_two_reservations_become_one, "5.54")
{
    char *place;

    needs(CAN_COALESCE);
    place = (char *)free_place(3 * GRANULE);
    placeholder_at(place, 16);
    placeholder_at(place + GRANULE, 16);
    placeholder_at(place + 2 * GRANULE, 16);
    ok_layout(place, "P16 P16 P16");
    coalesce_pages(place, 48);
    ok_layout(place, "P48");
    replace_pages(place, 48);
    ok(all_bytes(place, 0, 3 * GRANULE));
    release(place);
}

TEST(a_coalesced_range_is_rounded_to_pages, "5.47 5.42")
{
    char *base;

    needs(CAN_COALESCE);
    base = three_parts();
    ok_succeeds(VirtualFree(base + 1, 8 * PAGE - 2, COALESCE));
    ok_layout(base, "P8 P8");
    release(base);
    release(base + 8 * PAGE);
}

TEST(failures_leave_every_state_as_it_was, "5.56")
{
    static const char layout[] = "P2 M2 (R1M1R2) V4 P4";
    HANDLE section;
    char *base;

    needs(CAN_COALESCE);
    needs(CAN_VIEW);
    section = new_section(NULL, PAGE_READWRITE, GRANULE);
    base = new_placeholder(16);
    preserve_pages(base, 2);
    preserve_pages(base + 2 * PAGE, 2);
    preserve_pages(base + 4 * PAGE, 4);
    preserve_pages(base + 8 * PAGE, 4);
    replace_pages(base + 2 * PAGE, 2);
    replace_reserved(base + 4 * PAGE, 4);
    ok_ptr_eq(VirtualAlloc(base + 5 * PAGE, PAGE, MEM_COMMIT, PAGE_READWRITE), base + 5 * PAGE);
    view_pages(section, base + 8 * PAGE, 4, 4);
    base[2 * PAGE] = 2;
    base[5 * PAGE] = 5;
    base[8 * PAGE] = 8;
    ok_layout(base, layout);
    /* Each range of the sixteen pages, but for those that something can be done with. */
    for (SIZE_T first = 0; first < 16; first++) {
        for (SIZE_T n = 1; first + n <= 16; n++) {
            ok(!NT_SUCCESS(nt_free(base + first * PAGE, n * PAGE, COALESCE)));
            ok(!replace_view(section, base + first * PAGE, 0, n * PAGE) ||
               UnmapViewOfFile2(GetCurrentProcess(), base + first * PAGE,
                                MEM_PRESERVE_PLACEHOLDER));
        }
    }
    ok_layout(base, layout);
    ok_eq(base[2 * PAGE] + base[5 * PAGE] + base[8 * PAGE], 15);
    release(base);
    release(base + 2 * PAGE);
    release(base + 4 * PAGE);
    drop(section, base + 8 * PAGE);
    release(base + 12 * PAGE);
    ok_layout(base, "F16");
}
