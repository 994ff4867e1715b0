// SPDX-License-Identifier: MIT
/*
 * Fuzzes the PE parser and base relocations. The input is a file. What the parser takes must keep
 * its promises: sections in order, inside the image, their data inside the file. The image is then
 * laid out as the library does it and relocated, with nothing readable behind its end.
 */
#include <stdbool.h>

#include <ntstatus.h>

#include "fuzz/guarded.h"
#include "rtl/pe.h"
#include "util/macro.h"

#define PAGE 4096u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct guarded in, out;

struct touched {
    uint8_t pages[GUARDED_ROOM / PAGE + 1];
};

static void touch(uint32_t page, void *context)
{
    struct touched *touched = context;

    FUZZ_CHECK(page < sizeof(touched->pages));
    touched->pages[page] = 1;
}

static void check_section(const struct nt_pe *pe, uint32_t index, uint64_t file_size)
{
    const struct nt_pe_section *section = &pe->sections[index];
    uint64_t end = nt_align_up(pe->size_of_image, PAGE), start;

    FUZZ_CHECK(section->rva % PAGE == 0 && section->virtual_size % PAGE == 0);
    FUZZ_CHECK(section->rva <= end && section->virtual_size <= end - section->rva);
    FUZZ_CHECK(section->raw_offset <= file_size &&
               section->raw_size <= file_size - section->raw_offset);
    FUZZ_CHECK(section->raw_size <= section->virtual_size);
    FUZZ_CHECK(section->protect && !(section->protect & (section->protect - 1)));
    if (index > 0) {
        start = (uint64_t)section[-1].rva + section[-1].virtual_size;
        FUZZ_CHECK(section->rva >= start);
    } else {
        FUZZ_CHECK(section->rva >= nt_align_up(pe->size_of_headers, PAGE) && section->rva > 0);
    }
}

static void check_promises(const struct nt_pe *pe, uint64_t file_size)
{
    FUZZ_CHECK(pe->n_sections <= NT_PE_MAX_SECTIONS && !(pe->flat && pe->n_sections));
    FUZZ_CHECK(pe->size_of_image > 0 && pe->size_of_headers < pe->size_of_image);
    FUZZ_CHECK(pe->size_of_headers <= file_size && pe->preferred_base % 0x10000 == 0);
    FUZZ_CHECK(pe->plus == (pe->machine != IMAGE_FILE_MACHINE_I386));
    FUZZ_CHECK(pe->base_field + (pe->plus ? 8 : 4) <= file_size);
    for (uint32_t i = 0; i < pe->n_sections; i++)
        check_section(pe, i, file_size);
}

/* Exactly size_of_image bytes in front of the guard. */
static uint8_t *lay_out(const struct nt_pe *pe, const uint8_t *data, size_t size)
{
    uint8_t *image = guarded_take(&out, pe->size_of_image, 1);
    size_t headers = pe->flat ? size : pe->size_of_headers;

    memset(image, 0, pe->size_of_image);
    memcpy(image, data, headers < pe->size_of_image ? headers : pe->size_of_image);
    for (uint32_t i = 0; i < pe->n_sections; i++) {
        const struct nt_pe_section *section = &pe->sections[i];
        uint64_t room =
            pe->size_of_image > section->rva ? pe->size_of_image - (uint64_t)section->rva : 0;

        if (room)
            memcpy(image + section->rva, data + section->raw_offset,
                   section->raw_size < room ? section->raw_size : room);
    }
    return image;
}

/* Checked first and then applied: both agree, and only what was told is changed. */
static void try_relocations(const struct nt_pe *pe, const uint8_t *data, size_t size)
{
    static uint8_t before[GUARDED_ROOM];
    static struct touched touched;
    uint8_t *image;
    NTSTATUS status;

    if (pe->size_of_image > GUARDED_ROOM)
        return;
    memset(&touched, 0, sizeof(touched));
    image = lay_out(pe, data, size);
    memcpy(before, image, pe->size_of_image);
    status = nt_pe_relocations_touch(pe, image, touch, &touched);
    FUZZ_CHECK(status == STATUS_SUCCESS || status == STATUS_INVALID_IMAGE_FORMAT);
    FUZZ_CHECK(memcmp(before, image, pe->size_of_image) == 0);
    FUZZ_CHECK(nt_pe_relocate(pe, before, image, 0x123456780000) == status);
    for (uint32_t at = 0; at < pe->size_of_image && NT_SUCCESS(status); at++)
        FUZZ_CHECK(image[at] == before[at] || touched.pages[at / PAGE]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *bytes;
    struct nt_pe pe, again;
    size_t room;
    NTSTATUS status;

    if (size > GUARDED_ROOM)
        return 0;
    bytes = guarded_copy(&in, data, size, 1);
    status = nt_pe_parse(bytes, size, size, &pe);
    room = nt_pe_header_room(bytes, size < 64 ? size : 64);
    FUZZ_CHECK(room <= NT_PE_MOST_HEADERS);
    if (NT_SUCCESS(status)) {
        check_promises(&pe, size);
        try_relocations(&pe, data, size);
    }
    /* The library reads that much of a file; it must be enough. */
    if (room < size) {
        bytes = guarded_copy(&in, data, room, 1);
        FUZZ_CHECK(nt_pe_parse(bytes, room, size, &again) == status);
        FUZZ_CHECK(!NT_SUCCESS(status) || memcmp(&pe, &again, sizeof(pe)) == 0);
    }
    return 0;
}
