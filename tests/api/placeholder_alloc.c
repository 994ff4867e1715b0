// SPDX-License-Identifier: MIT
/*
 * Placeholders: making one, what it is until it is replaced, and replacing it by memory.
 */
#include "api/placeholder_kit.h"

/* --- making --------------------------------------------------------------------------------- */

TEST(a_placeholder_is_reserved_memory_to_look_at, "5.1 5.5")
{
    char *base, *reserved;

    needs(CAN_RESERVE);
    base = new_placeholder(16);
    ok_eq((uintptr_t)base % GRANULE, 0);
    ok_region(base, .allocation_base = base, .allocation_protect = PAGE_NOACCESS,
              .state = MEM_RESERVE, .protect = 0, .type = MEM_PRIVATE, .size = GRANULE);
    ok_region(base + 3 * PAGE, .allocation_base = base, .allocation_protect = PAGE_NOACCESS,
              .state = MEM_RESERVE, .protect = 0, .type = MEM_PRIVATE, .size = 13 * PAGE);
    /* A reservation looks the same. */
    reserved = (char *)allocate2(NULL, GRANULE, MEM_RESERVE, PAGE_NOACCESS);
    ok_layout(reserved, "P16");
    release(reserved);
    release(base);
}

TEST(a_placeholder_lies_where_it_was_wanted, "5.1 5.14")
{
    char *place;

    needs(CAN_RESERVE);
    place = (char *)free_place(4 * GRANULE);
    ok_ptr_eq(placeholder_at(place + GRANULE, 16), place + GRANULE);
    ok_fails(allocate2(place + GRANULE, GRANULE, PLACEHOLDER, PAGE_NOACCESS),
             ERROR_INVALID_ADDRESS);
    ok_fails(allocate2(place, 2 * GRANULE, PLACEHOLDER, PAGE_NOACCESS), ERROR_INVALID_ADDRESS);
    ok_status(nt_allocate(place + GRANULE, GRANULE, PLACEHOLDER, PAGE_NOACCESS),
              STATUS_CONFLICTING_ADDRESSES);
    ok_status(nt_allocate(place + GRANULE, 2 * GRANULE, PLACEHOLDER, PAGE_NOACCESS),
              STATUS_CONFLICTING_ADDRESSES);
    ok_layout(place, "F16 P16 F32");
    release(place + GRANULE);
    ok_layout(place, "F64");
}

TEST(a_placeholder_has_whole_pages, "5.1 5.5")
{
    char *base;

    needs(CAN_RESERVE);
    base = (char *)allocate2(NULL, 2 * PAGE + 1, PLACEHOLDER, PAGE_NOACCESS);
    require(base != NULL);
    ok_layout(base, "P3 F13");
    release(base);
}

TEST(a_placeholder_has_no_access, "5.2")
{
    static const ULONG others[] = {PAGE_READONLY,     PAGE_READWRITE, PAGE_EXECUTE,
                                   PAGE_EXECUTE_READ, PAGE_WRITECOPY, PAGE_EXECUTE_READWRITE};

    needs(CAN_RESERVE);
    for (unsigned i = 0; i < ARRAYSIZE(others); i++) {
        ok_fails(allocate2(NULL, GRANULE, PLACEHOLDER, others[i]), ERROR_INVALID_PARAMETER);
        ok(!NT_SUCCESS(nt_allocate(NULL, GRANULE, PLACEHOLDER, others[i])));
    }
    ok_status(nt_allocate(NULL, GRANULE, PLACEHOLDER, PAGE_READWRITE), STATUS_INVALID_PARAMETER);
}

static void check_type_refused(ULONG type)
{
    void *memory;

    SetLastError(0xdeadbeef);
    memory = allocate2(NULL, GRANULE, type, PAGE_NOACCESS);
    ok(!memory && GetLastError() == ERROR_INVALID_PARAMETER, "0x%08x: %p, error %u", (unsigned)type,
       memory, (unsigned)GetLastError());
    if (memory)
        release(memory);
}

TEST(a_placeholder_is_only_reserved, "5.4")
{
    needs(CAN_RESERVE);
    check_type_refused(MEM_RESERVE_PLACEHOLDER);
    check_type_refused(MEM_COMMIT | MEM_RESERVE_PLACEHOLDER);
    check_type_refused(PLACEHOLDER | MEM_COMMIT);
    check_type_refused(PLACEHOLDER | MEM_REPLACE_PLACEHOLDER);
    check_type_refused(PLACEHOLDER | MEM_RESET);
}

TEST(only_the_newer_calls_know_placeholders, "5.3")
{
    char *base;
    PVOID address;
    SIZE_T size = GRANULE;

    needs(CAN_RESERVE);
    base = address = new_placeholder(16);
    ok_fails(VirtualAlloc(base, GRANULE, REPLACE, PAGE_READWRITE), ERROR_INVALID_PARAMETER);
    ok_fails(VirtualAllocEx(GetCurrentProcess(), NULL, GRANULE, PLACEHOLDER, PAGE_NOACCESS),
             ERROR_INVALID_PARAMETER);
    ok_fails(VirtualAllocFromApp(NULL, GRANULE, PLACEHOLDER, PAGE_NOACCESS),
             ERROR_INVALID_PARAMETER);
    ok_fails(VirtualAllocExNuma(GetCurrentProcess(), base, GRANULE, REPLACE | MEM_COMMIT,
                                PAGE_READWRITE, NUMA_NO_PREFERRED_NODE),
             ERROR_INVALID_PARAMETER);
    ok(!NT_SUCCESS(
        NtAllocateVirtualMemory(GetCurrentProcess(), &address, 0, &size, REPLACE, PAGE_READWRITE)));
    ok_ptr_eq(address, base);
    ok_eq(size, GRANULE);
    ok_layout(base, "P16");
    release(base);
}

TEST(only_the_newer_calls_map_into_placeholders, "5.3 3.50")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);
    LARGE_INTEGER offset = {.QuadPart = 0};
    SIZE_T size = GRANULE;
    PVOID address;
    char *base;

    needs(CAN_VIEW);
    base = address = new_placeholder(16);
    ok_fails(MapViewOfFileNuma2(section, GetCurrentProcess(), 0, base, GRANULE,
                                MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE, NUMA_NO_PREFERRED_NODE),
             ERROR_INVALID_PARAMETER);
    ok(!NT_SUCCESS(NtMapViewOfSection(section, GetCurrentProcess(), &address, 0, 0, &offset, &size,
                                      ViewUnmap, MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE)));
    ok_ptr_eq(address, base);
    ok_eq(size, GRANULE);
    ok_layout(base, "P16");
    release(base);
    drop(section, NULL);
}

/* --- what it is until it is replaced ---------------------------------------------------------- */

TEST(nothing_in_a_placeholder_can_be_used, "5.58")
{
    char *base;

    needs(CAN_RESERVE);
    base = new_placeholder(16);
    for (SIZE_T i = 0; i < 16; i += 5) {
        ok(!can_read(base + i * PAGE));
        ok(!can_write(base + i * PAGE));
    }
    ok(!can_run(base + PAGE));
    ok_layout(base, "P16");
    release(base);
}

TEST(a_placeholder_is_not_committed_nor_protected, "5.12 5.59")
{
    DWORD old = 0x1234;
    char *base;

    needs(CAN_RESERVE);
    base = new_placeholder(16);
    ok_status(nt_allocate(base, GRANULE, MEM_COMMIT, PAGE_READWRITE), STATUS_CONFLICTING_ADDRESSES);
    ok_status(nt_allocate(base + PAGE, PAGE, MEM_COMMIT, PAGE_READWRITE),
              STATUS_CONFLICTING_ADDRESSES);
    ok_fails(allocate2(base, PAGE, MEM_COMMIT, PAGE_READWRITE), ERROR_INVALID_ADDRESS);
    ok_fails(VirtualAlloc(base, GRANULE, MEM_COMMIT, PAGE_READWRITE), ERROR_INVALID_ADDRESS);
    ok_fails(VirtualProtect(base, GRANULE, PAGE_READWRITE, &old), ERROR_INVALID_ADDRESS);
    ok_fails(VirtualProtect(base + PAGE, PAGE, PAGE_NOACCESS, &old), ERROR_INVALID_ADDRESS);
    ok_layout(base, "P16");
    ok(!can_read(base));
    release(base);
}

TEST(a_placeholder_is_not_reserved_again, "5.13")
{
    char *base;

    needs(CAN_RESERVE);
    base = new_placeholder(16);
    ok_status(nt_allocate(base, GRANULE, MEM_RESERVE, PAGE_READWRITE),
              STATUS_CONFLICTING_ADDRESSES);
    ok_fails(VirtualAlloc(base, PAGE, MEM_RESERVE, PAGE_READWRITE), ERROR_INVALID_ADDRESS);
    ok_fails(VirtualAlloc(base + PAGE, PAGE, BOTH, PAGE_READWRITE), ERROR_INVALID_ADDRESS);
    ok_layout(base, "P16");
    release(base);
}

TEST(nothing_is_decommitted_in_a_placeholder, "5.12 7.31")
{
    char *base;

    needs(CAN_RESERVE);
    base = new_placeholder(16);
    /* Whether it is an error or changes nothing: it is a placeholder afterwards. */
    (void)VirtualFree(base, GRANULE, MEM_DECOMMIT);
    (void)VirtualFree(base + PAGE, PAGE, MEM_DECOMMIT);
    ok_layout(base, "P16");
    preserve_pages(base, 4);
    ok_layout(base, "P4 P12");
    release(base);
    release(base + 4 * PAGE);
}

/* --- replacing it by memory --------------------------------------------------------------------
 */

TEST(a_placeholder_becomes_memory_of_zeros, "5.6")
{
    char *base;

    needs(CAN_REPLACE);
    base = new_placeholder(16);
    ok_status(nt_allocate(base, GRANULE, REPLACE | MEM_COMMIT, PAGE_READWRITE), STATUS_SUCCESS);
    ok_layout(base, "M16");
    ok(all_bytes(base, 0, GRANULE));
    base[0] = base[GRANULE - 1] = 1;
    release(base);
    ok_layout(base, "F16");
}

TEST(a_placeholder_becomes_memory_of_any_protection, "5.6")
{
    static const ULONG protections[] = {PAGE_NOACCESS, PAGE_READONLY,     PAGE_READWRITE,
                                        PAGE_EXECUTE,  PAGE_EXECUTE_READ, PAGE_EXECUTE_READWRITE};
    static const ULONG bad[] = {0, PAGE_WRITECOPY, PAGE_EXECUTE_WRITECOPY, PAGE_READONLY | 1};
    char *base;

    needs(CAN_REPLACE);
    base = new_placeholder(16);
    for (unsigned i = 0; i < ARRAYSIZE(bad); i++)
        ok_fails(allocate2(base, GRANULE, REPLACE | MEM_COMMIT, bad[i]), ERROR_INVALID_PARAMETER);
    ok_layout(base, "P16");
    for (unsigned i = 0; i < ARRAYSIZE(protections); i++) {
        ok_ptr_eq(allocate2(base, GRANULE, REPLACE | MEM_COMMIT, protections[i]), base);
        ok_region(base, .allocation_base = base, .allocation_protect = protections[i],
                  .state = MEM_COMMIT, .protect = protections[i], .type = MEM_PRIVATE,
                  .size = GRANULE);
        preserve_pages(base, 16);
        ok_layout(base, "P16");
    }
    release(base);
}

TEST(a_placeholder_becomes_reserved_memory, "5.7")
{
    char *base;

    needs(CAN_REPLACE);
    base = new_placeholder(16);
    replace_reserved(base, 16);
    ok_layout(base, "R16");
    ok(!can_read(base));
    /* Pages are committed later, one by one, by the plain call too. */
    ok_ptr_eq(VirtualAlloc(base + 2 * PAGE, PAGE, MEM_COMMIT, PAGE_READWRITE), base + 2 * PAGE);
    ok_ptr_eq(allocate2(base + 4 * PAGE, 2 * PAGE, MEM_COMMIT, PAGE_READWRITE), base + 4 * PAGE);
    ok_layout(base, "(R2M1R1M2R10)");
    base[2 * PAGE] = base[4 * PAGE] = 1;
    ok(!can_read(base + 3 * PAGE));
    ok_succeeds(VirtualFree(base + 4 * PAGE, PAGE, MEM_DECOMMIT));
    ok_layout(base, "(R2M1R2M1R10)");
    release(base);
    ok_layout(base, "F16");
}

TEST(a_placeholder_is_replaced_as_a_whole, "5.8 5.9 5.56")
{
    char *place, *base;

    needs(CAN_REPLACE);
    place = (char *)free_place(4 * GRANULE);
    base = placeholder_at(place + GRANULE, 16);
    for (unsigned committed = 0; committed < 2; committed++) {
        ULONG type = committed ? REPLACE | MEM_COMMIT : REPLACE;

        ok_status(nt_allocate(base, 15 * PAGE, type, PAGE_READWRITE), STATUS_CONFLICTING_ADDRESSES);
        ok_status(nt_allocate(base, PAGE, type, PAGE_READWRITE), STATUS_CONFLICTING_ADDRESSES);
        ok_status(nt_allocate(base, 17 * PAGE, type, PAGE_READWRITE), STATUS_CONFLICTING_ADDRESSES);
        ok_status(nt_allocate(base + PAGE, 15 * PAGE, type, PAGE_READWRITE),
                  STATUS_CONFLICTING_ADDRESSES);
        ok_status(nt_allocate(base + PAGE, PAGE, type, PAGE_READWRITE),
                  STATUS_CONFLICTING_ADDRESSES);
        ok_status(nt_allocate(base - GRANULE, 32 * PAGE, type, PAGE_READWRITE),
                  STATUS_CONFLICTING_ADDRESSES);
        ok_fails(allocate2(base, 15 * PAGE, type, PAGE_READWRITE), ERROR_INVALID_ADDRESS);
        ok_fails(allocate2(base + PAGE, 15 * PAGE, type, PAGE_READWRITE), ERROR_INVALID_ADDRESS);
        ok_layout(place, "F16 P16 F32");
    }
    release(base);
}

TEST(replacing_takes_the_right_flags, "5.10 5.11 5.17")
{
    char *base;

    needs(CAN_REPLACE);
    base = new_placeholder(16);
    ok_status(nt_allocate(base, GRANULE, MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE),
              STATUS_INVALID_PARAMETER);
    ok_status(nt_allocate(base, GRANULE, MEM_COMMIT | MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE),
              STATUS_INVALID_PARAMETER);
    ok_fails(allocate2(base, GRANULE, MEM_COMMIT | MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE),
             ERROR_INVALID_PARAMETER);
    ok_fails(allocate2(base, GRANULE, REPLACE | MEM_RESET, PAGE_READWRITE),
             ERROR_INVALID_PARAMETER);
    ok_layout(base, "P16");
    ok_fails(allocate2(NULL, GRANULE, REPLACE | MEM_COMMIT, PAGE_READWRITE),
             ERROR_INVALID_PARAMETER);
    release(base);
}

TEST(only_a_placeholder_is_replaced, "5.15 5.56")
{
    char *place, *plain;

    needs(CAN_REPLACE);
    place = (char *)free_place(2 * GRANULE);
    ok_fails(allocate2(place, GRANULE, REPLACE | MEM_COMMIT, PAGE_READWRITE),
             ERROR_INVALID_ADDRESS);
    ok_status(nt_allocate(place, GRANULE, REPLACE, PAGE_READWRITE), STATUS_CONFLICTING_ADDRESSES);
    ok_layout(place, "F32");

    plain = (char *)VirtualAlloc(place, GRANULE, MEM_RESERVE, PAGE_NOACCESS);
    ok_ptr_eq(plain, place);
    ok_status(nt_allocate(place, GRANULE, REPLACE | MEM_COMMIT, PAGE_READWRITE),
              STATUS_CONFLICTING_ADDRESSES);
    ok_layout(place, "P16 F16"); /* the reservation, which looks so */
    release(plain);
}

TEST(what_replaced_a_placeholder_is_not_replaced, "5.15 5.56")
{
    char *base;

    needs(CAN_REPLACE);
    base = new_placeholder(16);
    replace_pages(base, 16);
    base[PAGE] = 7;
    ok_status(nt_allocate(base, GRANULE, REPLACE | MEM_COMMIT, PAGE_READWRITE),
              STATUS_CONFLICTING_ADDRESSES);
    ok_eq(base[PAGE], 7);
    ok_layout(base, "M16");
    preserve_pages(base, 16);
    replace_reserved(base, 16);
    ok_status(nt_allocate(base, GRANULE, REPLACE, PAGE_READWRITE), STATUS_CONFLICTING_ADDRESSES);
    ok_layout(base, "R16");
    release(base);
}

TEST(pages_are_enough_to_replace, "5.18")
{
    char *base;

    needs(CAN_REPLACE);
    base = new_placeholder(16);
    preserve_pages(base, 4);
    preserve_pages(base + 4 * PAGE, 1);
    ok_layout(base, "P4 P1 P11");
    replace_pages(base + 4 * PAGE, 1);
    replace_pages(base + 5 * PAGE, 11);
    ok_layout(base, "P4 M1 M11");
    base[4 * PAGE] = base[5 * PAGE] = 1;
    ok(!can_read(base + 4 * PAGE - 1));
    release(base);
    release(base + 4 * PAGE);
    release(base + 5 * PAGE);
    ok_layout(base, "F16");
}

TEST(size_of_a_replacement_is_exact, "5.8 5.9 5.56")
{
    char *base;

    needs(CAN_REPLACE);
    base = new_placeholder(4);
    ok_status(nt_allocate(base, 4 * PAGE - 1, REPLACE | MEM_COMMIT, PAGE_READWRITE),
              STATUS_CONFLICTING_ADDRESSES);
    ok_status(nt_allocate(base, 3 * PAGE + 1, REPLACE, PAGE_READWRITE),
              STATUS_CONFLICTING_ADDRESSES);
    ok_layout(base, "P4");
    release(base);
}

/* --- and back -----------------------------------------------------------------------------------
 */

TEST(memory_becomes_a_placeholder_again, "5.34")
{
    char *base;

    needs(CAN_REPLACE);
    base = new_placeholder(16);
    for (unsigned turn = 0; turn < 3; turn++) {
        replace_pages(base, 16);
        ok(all_bytes(base, 0, GRANULE));
        for (SIZE_T i = 0; i < 16; i++)
            base[i * PAGE] = 'x';
        preserve_pages(base, 16);
        ok_layout(base, "P16");
        ok(!can_read(base));
    }
    replace_reserved(base, 16);
    ok_ptr_eq(VirtualAlloc(base + PAGE, PAGE, MEM_COMMIT, PAGE_READWRITE), base + PAGE);
    preserve_pages(base, 16);
    ok_layout(base, "P16");
    release(base);
}

TEST(plain_release_of_a_replacement_frees_it, "5.57")
{
    char *base;

    needs(CAN_REPLACE);
    base = new_placeholder(48);
    preserve_pages(base, 16);
    preserve_pages(base + GRANULE, 16);
    replace_pages(base + GRANULE, 16);
    ok_layout(base, "P16 M16 P16");
    release(base + GRANULE);
    ok_layout(base, "P16 F16 P16");
    /* Others can have it now. */
    ok_ptr_eq(VirtualAlloc(base + GRANULE, GRANULE, BOTH, PAGE_READWRITE), base + GRANULE);
    release(base + GRANULE);
    replace_reserved(base, 16);
    release(base);
    ok_layout(base, "F32 P16");
    release(base + 2 * GRANULE);
}

TEST(protections_end_with_the_memory, "5.34 5.6 8.17")
{
    DWORD old = 0;
    char *base;

    needs(CAN_REPLACE);
    base = new_placeholder(16);
    ok_ptr_eq(allocate2(base, GRANULE, REPLACE | MEM_COMMIT, PAGE_READWRITE | PAGE_GUARD), base);
    ok_succeeds(VirtualProtect(base + PAGE, PAGE, PAGE_READONLY, &old));
    ok_eq(old, PAGE_READWRITE | PAGE_GUARD);
    preserve_pages(base, 16);
    ok_layout(base, "P16");
    replace_pages(base, 16);
    ok_layout(base, "M16");
    base[0] = base[PAGE] = 1; /* neither a guard page nor read-only */
    release(base);
}

TEST(sizes_beyond_the_address_space_fail, "5.9 5.45 5.49 5.56")
{
    static const SIZE_T sizes[] = {(SIZE_T)-1, (SIZE_T)-0x1000, (SIZE_T)1 << 63, (SIZE_T)1 << 47,
                                   0x7fffffff0000};
    static const uintptr_t bases[] = {0, 0x1000, 0x7fffffff0000, 0x800000000000,
                                      (uintptr_t)-0x1000};
    HANDLE section;
    char *base;

    needs(CAN_COALESCE);
    needs(CAN_VIEW);
    section = new_section(NULL, PAGE_READWRITE, GRANULE);
    base = new_placeholder(16);
    preserve_pages(base, 4);
    for (unsigned i = 0; i < ARRAYSIZE(sizes); i++) {
        ok(!NT_SUCCESS(nt_allocate(base, sizes[i], REPLACE, PAGE_READWRITE)));
        ok(!NT_SUCCESS(nt_allocate(NULL, sizes[i], PLACEHOLDER, PAGE_NOACCESS)));
        ok(!NT_SUCCESS(nt_free(base, sizes[i], PRESERVE)));
        ok(!NT_SUCCESS(nt_free(base, sizes[i], COALESCE)));
        ok(!NT_SUCCESS(nt_free(base, sizes[i], MEM_RELEASE)));
        ok(replace_view(section, base, 0, sizes[i]) == NULL);
    }
    for (unsigned i = 0; i < ARRAYSIZE(bases); i++) {
        void *wrong = (void *)bases[i];

        ok(!NT_SUCCESS(nt_allocate(wrong, GRANULE, REPLACE, PAGE_READWRITE)));
        ok(!NT_SUCCESS(nt_free(wrong, GRANULE, PRESERVE)));
        ok(!NT_SUCCESS(nt_free(wrong, GRANULE, COALESCE)));
        ok(!NT_SUCCESS(nt_free(wrong, 0, MEM_RELEASE)));
        ok(replace_view(section, wrong, 0, GRANULE) == NULL);
        ok(!UnmapViewOfFile2(GetCurrentProcess(), wrong, MEM_PRESERVE_PLACEHOLDER));
    }
    ok_layout(base, "P4 P12");
    release(base);
    release(base + 4 * PAGE);
    drop(section, NULL);
}
