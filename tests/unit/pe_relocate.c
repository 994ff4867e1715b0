// SPDX-License-Identifier: MIT
/*
 * Base relocations, against sums made here byte by byte, and the tables that are refused.
 */
#include <string.h>

#include <windows.h>
#include <winternl.h>
#include <ntstatus.h>

#include "api/image_kit.h"
#include "harness/test.h"
#include "rtl/pe.h"

#define PAGE       0x1000u
#define IMAGE_SIZE 0x3000u
#define TABLE_AT   0x2000u

static struct nt_pe pe;
static unsigned char image[IMAGE_SIZE], expected[IMAGE_SIZE];

/* An image with @size bytes of relocations at TABLE_AT and a pattern elsewhere. */
static void fill_image(bool plus, uint32_t size)
{
    memset(&pe, 0, sizeof(pe));
    pe.plus = plus;
    pe.size_of_image = IMAGE_SIZE;
    pe.relocations_rva = TABLE_AT;
    pe.relocations_size = size;
    for (unsigned i = 0; i < TABLE_AT; i++)
        image[i] = (unsigned char)(i * 7 + (i >> 8));
    memset(image + TABLE_AT, 0, IMAGE_SIZE - TABLE_AT);
}

static uint32_t add_block(uint32_t at, uint32_t page, const WORD *entries, size_t n_entries)
{
    return at + (uint32_t)image_add_block(image + at, page, entries, n_entries);
}

static void expect(uint32_t at, unsigned width, uint64_t delta)
{
    unsigned carry = 0;

    for (unsigned i = 0; i < width; i++) {
        unsigned sum = expected[at + i] + (unsigned)(delta >> 8 * i & 0xFF) + carry;

        expected[at + i] = (unsigned char)sum;
        carry = sum >> 8;
    }
}

static void note_page(uint32_t page, void *context)
{
    *(uint64_t *)context |= 1ull << page;
}

TEST(each_kind_of_relocation_adds_its_part, "14.16")
{
    static const WORD first[] = {IMAGE_REL_BASED_DIR64 << 12 | 0x101,
                                 IMAGE_REL_BASED_ABSOLUTE << 12,
                                 IMAGE_REL_BASED_HIGHLOW << 12 | 0x200};
    static const WORD second[] = {IMAGE_REL_BASED_HIGH << 12 | 0x010,
                                  IMAGE_REL_BASED_LOW << 12 | 0x020,
                                  IMAGE_REL_BASED_DIR64 << 12 | 0xFF8};
    const uint64_t delta = 0xFFFF8123456789AB;
    uint64_t pages = 0;
    uint32_t end;

    fill_image(true, 0);
    end = add_block(TABLE_AT, 0, first, 3);
    pe.relocations_size = add_block(end, 0x1000, second, 3) - TABLE_AT;
    memcpy(expected, image, sizeof(image));
    expect(0x101, 8, delta);
    expect(0x200, 4, delta);
    expect(0x1010, 2, delta >> 16);
    expect(0x1020, 2, delta);
    expect(0x1FF8, 8, delta);
    ok_status(nt_pe_relocations_touch(&pe, image, note_page, &pages), STATUS_SUCCESS);
    ok_eq(pages, 3);
    ok_status(nt_pe_relocate(&pe, image, image, delta), STATUS_SUCCESS);
    ok_mem_eq(image, expected, sizeof(image));
}

/* One field across two pages touches both. */
TEST(a_field_across_pages_touches_both, "14.16")
{
    static const WORD entry[] = {IMAGE_REL_BASED_DIR64 << 12 | 0xFFC};
    uint64_t pages = 0;

    fill_image(true, 0);
    pe.relocations_size = add_block(TABLE_AT, 0, entry, 1) - TABLE_AT;
    memcpy(expected, image, sizeof(image));
    expect(0xFFC, 8, 0x10000);
    ok_status(nt_pe_relocations_touch(&pe, image, note_page, &pages), STATUS_SUCCESS);
    ok_eq(pages, 3);
    ok_status(nt_pe_relocate(&pe, image, image, 0x10000), STATUS_SUCCESS);
    ok_mem_eq(image, expected, sizeof(image));
}

static NTSTATUS relocate_both_ways(void)
{
    uint64_t pages = 0;
    NTSTATUS status = nt_pe_relocations_touch(&pe, image, note_page, &pages);

    ok_status(nt_pe_relocate(&pe, image, image, 0x10000), status);
    return status;
}

/* One block at TABLE_AT with one entry. */
static NTSTATUS relocate_one(bool plus, uint32_t page, WORD entry)
{
    fill_image(plus, 0);
    pe.relocations_size = add_block(TABLE_AT, page, &entry, 1) - TABLE_AT;
    return relocate_both_ways();
}

TEST(relocations_stay_inside_the_image, "14.16")
{
    static const struct {
        unsigned kind;
        uint32_t width;
    } kinds[] = {{IMAGE_REL_BASED_HIGH, 2},
                 {IMAGE_REL_BASED_LOW, 2},
                 {IMAGE_REL_BASED_HIGHLOW, 4},
                 {IMAGE_REL_BASED_DIR64, 8}};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        WORD last = (WORD)(kinds[i].kind << 12 | (PAGE - kinds[i].width));

        ok_status(relocate_one(true, IMAGE_SIZE - PAGE, last), STATUS_SUCCESS);
        ok_status(relocate_one(true, IMAGE_SIZE - PAGE, last + 1), STATUS_INVALID_IMAGE_FORMAT);
        ok_status(relocate_one(true, IMAGE_SIZE, (WORD)(kinds[i].kind << 12)),
                  STATUS_INVALID_IMAGE_FORMAT);
        ok_status(relocate_one(true, UINT32_MAX, (WORD)(kinds[i].kind << 12 | 0xFFF)),
                  STATUS_INVALID_IMAGE_FORMAT);
    }
    ok_status(relocate_one(true, UINT32_MAX, IMAGE_REL_BASED_ABSOLUTE), STATUS_SUCCESS);
}

TEST(unknown_kinds_of_relocation_are_refused, "14.16")
{
    for (unsigned kind = 0; kind < 16; kind++) {
        bool known = kind <= IMAGE_REL_BASED_HIGHLOW;

        ok_status(relocate_one(false, 0, (WORD)(kind << 12)),
                  known ? STATUS_SUCCESS : STATUS_INVALID_IMAGE_FORMAT);
        known |= kind == IMAGE_REL_BASED_DIR64;
        ok_status(relocate_one(true, 0, (WORD)(kind << 12)),
                  known ? STATUS_SUCCESS : STATUS_INVALID_IMAGE_FORMAT);
    }
}

TEST(a_table_ends_where_it_ends, "14.16")
{
    IMAGE_BASE_RELOCATION block = {0, 8};

    fill_image(true, 0);
    ok_status(relocate_both_ways(), STATUS_SUCCESS); /* none */
    pe.relocations_size = 7;
    ok_status(relocate_both_ways(), STATUS_SUCCESS); /* too short for a block */
    pe.relocations_size = IMAGE_SIZE - TABLE_AT;
    ok_status(relocate_both_ways(), STATUS_SUCCESS); /* zeros end it */
    pe.relocations_size++;
    ok_status(relocate_both_ways(), STATUS_INVALID_IMAGE_FORMAT); /* beyond the image */
    pe.relocations_rva = UINT32_MAX;
    pe.relocations_size = UINT32_MAX;
    ok_status(relocate_both_ways(), STATUS_INVALID_IMAGE_FORMAT);

    fill_image(true, 16);
    memcpy(image + TABLE_AT, &block, sizeof(block)); /* empty, and one more of zeros */
    ok_status(relocate_both_ways(), STATUS_SUCCESS);
    for (uint32_t size = 0; size < 20; size++) {
        bool fits = size >= 8 && size <= 16;

        block = (IMAGE_BASE_RELOCATION){0x1000, size};
        memcpy(image + TABLE_AT, &block, sizeof(block));
        memset(image + TABLE_AT + 8, 0, 12);
        ok_status(relocate_both_ways(), fits ? STATUS_SUCCESS : STATUS_INVALID_IMAGE_FORMAT);
    }
    block.SizeOfBlock = UINT32_MAX;
    memcpy(image + TABLE_AT, &block, sizeof(block));
    ok_status(relocate_both_ways(), STATUS_INVALID_IMAGE_FORMAT);
}
