// SPDX-License-Identifier: MIT
/*
 * Views of images behind the API: which pages a relocated view shares with the others, what
 * relocating leaves as it is, and what the kernel may refuse.
 */
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/test.h"
#include "lib/memory/region.h"
#include "os/os.h"
#include "unit/image_unit.h"

/* A section around an image, as section.c makes it. */
static void section_of(struct nt_section *section, struct nt_image *image, int layout)
{
    memset(section, 0, sizeof(*section));
    nt_object_init(&section->object, &nt_section_type);
    nt_object_ref(&section->object); /* it is the test's, and not freed with the last view */
    section->size = nt_image_size(image);
    section->protection = PAGE_READONLY;
    section->attributes = SEC_IMAGE | SEC_FILE;
    section->lease_fd = section->write_fd = section->map_fd = -1;
    section->read_fd = layout;
    section->image = image;
}

static NTSTATUS map(struct nt_section *section, uint64_t offset, unsigned char **ret_view)
{
    struct nt_view_request request = {.offset = offset, .protect = PAGE_READONLY};
    size_t size;

    return nt_image_map(section, &request, (void **)ret_view, &size);
}

static uint64_t inode_at(const unsigned char *address)
{
    struct nt_os_vma vma;

    require(nt_os_vma_query((uint64_t)address, &vma) == 0 && vma.start <= (uint64_t)address);
    return vma.inode;
}

static uint64_t inode_of(int fd)
{
    struct stat stat;

    require(fstat(fd, &stat) == 0);
    return stat.st_ino;
}

static uint64_t word_at(const unsigned char *address)
{
    uint64_t word;

    memcpy(&word, address, sizeof(word));
    return word;
}

/* Only what relocations touch is this view's; the rest is the section's, in every view. */
TEST(a_relocated_view_shares_what_is_not_touched, "14.2 14.16 14.26")
{
    struct image_spec spec = movable();
    struct nt_section section;
    struct nt_image *image;
    unsigned char *first, *second;
    int layout;

    make_spec(&spec, &image, &layout);
    section_of(&section, image, layout);
    require(map(&section, 0, &first) == STATUS_IMAGE_NOT_AT_BASE);
    require(map(&section, 0, &second) == STATUS_IMAGE_NOT_AT_BASE);
    ok_eq(word_at(first + POINTER_AT), (uint64_t)first + POINTER_AT);
    ok_eq(word_at(second + POINTER_AT), (uint64_t)second + POINTER_AT);
    ok_eq(word_at(first + 0x3008), 2);
    ok_eq(((IMAGE_NT_HEADERS64 *)(void *)(first + IMAGE_NT_AT))->OptionalHeader.ImageBase,
          (uint64_t)first);
    ok_eq(inode_at(first + 0x1000), inode_of(layout));
    ok_eq(inode_at(first + TABLE_AT), inode_of(layout));
    ok_ne(inode_at(first + 0x3000), inode_of(layout));
    ok_ne(inode_at(first + 0x3000), inode_at(second + 0x3000));
    ok_status(nt_view_unmap(first, 0), STATUS_SUCCESS);
    ok_status(nt_view_unmap(second, 0), STATUS_SUCCESS);
    close(layout);
    nt_image_free(image);
}

/* Where it cannot lie at its preferred base a view of an image lies as any other. */
TEST(an_image_lies_as_high_as_it_can, "14.2")
{
    struct nt_view_request request = {.protect = PAGE_READONLY};
    struct image_spec spec = movable();
    struct nt_section section;
    struct nt_image *image;
    void *plain[8], *high;
    size_t size;
    int layout;

    make_spec(&spec, &image, &layout);
    section_of(&section, image, layout);
    request.top_down = true;
    ok_status(nt_image_map(&section, &request, &high, &size), STATUS_IMAGE_NOT_AT_BASE);
    ok_eq((uint64_t)high % NT_GRANULARITY, 0);
    request.top_down = false;
    for (unsigned i = 0; i < 8; i++) {
        ok_status(nt_image_map(&section, &request, &plain[i], &size), STATUS_IMAGE_NOT_AT_BASE);
        ok((uint64_t)high > (uint64_t)plain[i]);
    }
    for (unsigned i = 0; i < 8; i++)
        ok_status(nt_view_unmap(plain[i], 0), STATUS_SUCCESS);
    ok_status(nt_view_unmap(high, 0), STATUS_SUCCESS);
    close(layout);
    nt_image_free(image);
}

/* What relocating wrote is not told as written: that is the view's user's doing only. */
TEST(relocated_pages_are_not_told_as_written, "14.5 14.6")
{
    struct image_spec spec = movable();
    MEMORY_BASIC_INFORMATION information;
    struct nt_section section;
    struct nt_image *image;
    unsigned char *view;
    int layout;

    make_spec(&spec, &image, &layout);
    section_of(&section, image, layout);
    require(map(&section, 0, &view) == STATUS_IMAGE_NOT_AT_BASE);
    ok_eq(word_at(view + POINTER_AT), (uint64_t)view + POINTER_AT);
    ok_status(nt_memory_query(view + 0x3000, &information), STATUS_SUCCESS);
    ok_eq(information.Protect, PAGE_WRITECOPY);
    view[POINTER_AT] ^= 1;
    ok_status(nt_memory_query(view + 0x3000, &information), STATUS_SUCCESS);
    ok_eq(information.Protect, PAGE_READWRITE);
    ok_status(nt_view_unmap(view, 0), STATUS_SUCCESS);
    close(layout);
    nt_image_free(image);
}

/* A piece of an image is relocated for where the image would begin. */
TEST(a_view_from_within_is_relocated_for_the_whole, "1.53 14.16")
{
    struct image_spec spec = movable();
    struct nt_section section;
    struct nt_image *image;
    unsigned char *view;
    int layout;

    spec.section_alignment = 0x10000;
    spec.parts[0].rva = 0x10000;
    spec.parts[1].rva = 0x20000;
    spec.parts[2].rva = 0x30000;
    spec.relocations_rva = 0x30000;
    image_add_block(table, 0x20000, (const WORD[]){IMAGE_REL_BASED_DIR64 << 12 | 0x10}, 1);
    make_spec(&spec, &image, &layout);
    section_of(&section, image, layout);
    require(map(&section, 0x20000, &view) == STATUS_IMAGE_NOT_AT_BASE);
    ok_eq(word_at(view + 0x10), (uint64_t)view - 0x20000 + POINTER_AT);
    ok_status(nt_view_unmap(view, 0), STATUS_SUCCESS);
    close(layout);
    nt_image_free(image);
}

TEST(damaged_relocations_are_an_error_and_leave_nothing, "14.16")
{
    struct image_spec spec = movable();
    struct nt_section section;
    struct nt_image *image;
    unsigned char *view;
    int layout;

    spec.relocations_size = 0x10000;
    make_spec(&spec, &image, &layout);
    section_of(&section, image, layout);
    ok_status(map(&section, 0, &view), STATUS_INVALID_IMAGE_FORMAT);
    ok_eq(section.object.refs, 2);
    close(layout);
    nt_image_free(image);
}

/* Without relocations an image is mapped elsewhere as it is, header and all. */
TEST(an_image_without_relocations_stays_as_it_is, "14.2 14.16")
{
    struct image_spec spec = movable();
    struct nt_section section;
    struct nt_image *image;
    unsigned char *view;
    int layout;

    spec.characteristics = IMAGE_FILE_EXECUTABLE_IMAGE | IMAGE_FILE_RELOCS_STRIPPED;
    make_spec(&spec, &image, &layout);
    section_of(&section, image, layout);
    require(map(&section, 0, &view) == STATUS_IMAGE_NOT_AT_BASE);
    ok_eq(word_at(view + POINTER_AT), NOWHERE + POINTER_AT);
    ok_eq(((IMAGE_NT_HEADERS64 *)(void *)(view + IMAGE_NT_AT))->OptionalHeader.ImageBase, NOWHERE);
    ok_eq(inode_at(view + 0x3000), inode_of(layout));
    ok_status(nt_view_unmap(view, 0), STATUS_SUCCESS);
    close(layout);
    nt_image_free(image);
}

/* AddressSanitizer keeps the lower memory for itself. */
#ifdef __SANITIZE_ADDRESS__
#    define BASE 0x200000000000ull
#else
#    define BASE 0x300000000ull
#endif

/* Maps with @request, tells where, and unmaps. */
static uint64_t place_of(struct nt_section *section, const struct nt_view_request *request,
                         NTSTATUS *ret_status)
{
    void *view = NULL;
    size_t size;

    *ret_status = nt_image_map(section, request, &view, &size);
    if (NT_SUCCESS(*ret_status))
        ok_status(nt_view_unmap(view, 0), STATUS_SUCCESS);
    return (uint64_t)view;
}

TEST(the_preferred_place_is_left_for_the_callers, "14.1 14.2")
{
    struct image_spec spec = movable();
    struct nt_view_request request = {.lowest = BASE};
    struct nt_section section;
    struct nt_image *image;
    uint64_t size, place;
    NTSTATUS status;
    int layout;

    spec.base = BASE;
    make_spec(&spec, &image, &layout);
    section_of(&section, image, layout);
    size = section.size;
    request.highest = BASE + size - 1;
    ok_eq(place_of(&section, &request, &status), BASE);
    ok_status(status, STATUS_SUCCESS);
    /* It would end behind the highest address. */
    request = (struct nt_view_request){.lowest = BASE / 2, .highest = BASE + size - 2};
    place = place_of(&section, &request, &status);
    ok(place >= BASE / 2 && place + size < BASE + size);
    ok_status(status, STATUS_IMAGE_NOT_AT_BASE);
    request = (struct nt_view_request){.lowest = BASE + 0x10000, .highest = 2 * BASE};
    ok(place_of(&section, &request, &status) > BASE);
    ok_status(status, STATUS_IMAGE_NOT_AT_BASE);
    request = (struct nt_view_request){.base = (void *)(BASE + 0x20000)};
    ok_eq(place_of(&section, &request, &status), BASE + 0x20000);
    ok_status(status, STATUS_IMAGE_NOT_AT_BASE);
    close(layout);
    nt_image_free(image);
}

TEST(an_image_does_not_reach_beyond_the_address_space, "14.1")
{
    struct image_spec spec = movable();
    struct nt_view_request request = {.base = (void *)(NT_USER_END - NT_PAGE_SIZE)};
    struct nt_section section;
    struct nt_image *image;
    void *view;
    size_t size;
    int layout;

    make_spec(&spec, &image, &layout);
    section_of(&section, image, layout);
    ok_status(nt_image_map(&section, &request, &view, &size), STATUS_INVALID_PARAMETER_4);
    ok_eq(section.object.refs, 2);
    close(layout);
    nt_image_free(image);
}

/* Its pointers have 32 bits. */
TEST(a_narrow_image_goes_below_4_gib, "14.2 14.16")
{
    struct image_spec spec = movable();
    struct nt_section section;
    struct nt_image *image;
    unsigned char *view;
    uint32_t pointer;
    int layout;

    spec.narrow = true;
    spec.base = 0x30000000;
    spec.parts[0].virtual_size = 0x20000;
    spec.parts[1].rva = 0x21000;
    spec.parts[2].rva = 0x22000;
    spec.relocations_rva = 0x22000;
    spec.relocations_size = (uint32_t)image_add_block(
        table, 0x21000, (const WORD[]){IMAGE_REL_BASED_HIGHLOW << 12 | 0x10}, 1);
    make_spec(&spec, &image, &layout);
    section_of(&section, image, layout);
    require(map(&section, 0, &view) == STATUS_SUCCESS, "not at its base");
    ok_eq((uint64_t)view, 0x30000000);
    ok_status(nt_view_unmap(view, 0), STATUS_SUCCESS);
    close(layout);
    nt_image_free(image);

    /* No program's memory: it must move. */
    image_build(&spec, &file);
    image_narrow(&file)->OptionalHeader.ImageBase = 0;
    require(NT_SUCCESS(make(false, &image, &layout)));
    section_of(&section, image, layout);
    require(map(&section, 0, &view) == STATUS_IMAGE_NOT_AT_BASE);
    ok((uint64_t)view >= 0x10000000 && (uint64_t)view + nt_image_size(image) <= 1ull << 32);
    memcpy(&pointer, view + 0x21010, sizeof(pointer));
    ok_eq(pointer, (uint32_t)(NOWHERE + POINTER_AT) + (uint32_t)(uint64_t)view);
    ok_status(nt_view_unmap(view, 0), STATUS_SUCCESS);
    close(layout);
    nt_image_free(image);
}

/* A relocation that makes zeros something gives the view a page; one in a gap changes nothing. */
TEST(relocations_outside_of_raw_data, "14.10 14.16")
{
    struct image_spec spec = movable();
    struct nt_section section;
    struct nt_image *image;
    unsigned char *view;
    int layout;

    spec.relocations_size = (uint32_t)image_add_block(
        table, 0x2000, (const WORD[]){IMAGE_REL_BASED_DIR64 << 12 | 0x800}, 1);
    spec.size_of_image = 0x8000;
    spec.relocations_size += (uint32_t)image_add_block(
        table + spec.relocations_size, 0x6000, (const WORD[]){IMAGE_REL_BASED_DIR64 << 12}, 1);
    spec.parts[2].data_size = spec.relocations_size;
    make_spec(&spec, &image, &layout);
    section_of(&section, image, layout);
    require(map(&section, 0, &view) == STATUS_IMAGE_NOT_AT_BASE);
    ok_eq(word_at(view + 0x2800), (uint64_t)view - NOWHERE);
    ok_eq(view[0x1000], 0xCC);
    ok_status(nt_view_unmap(view, 0), STATUS_SUCCESS);
    close(layout);
    nt_image_free(image);
}

/* --- a process that gave up making memory executable ----------------------------------------- */

#ifndef PR_SET_MDWE
#    define PR_SET_MDWE              65
#    define PR_MDWE_REFUSE_EXEC_GAIN 1
#endif

TEST(code_is_mapped_where_the_kernel_refuses_to_make_it, "1.60 14.5")
{
    struct image_spec spec = movable();
    struct nt_section section;
    struct nt_image *image;
    unsigned char *view;
    int layout;

    if (prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0) < 0)
        skip("this kernel knows no PR_SET_MDWE");
    make_spec(&spec, &image, &layout);
    section_of(&section, image, layout);
    ok_status(map(&section, 0, &view), STATUS_IMAGE_NOT_AT_BASE);
    ok_status(nt_view_unmap(view, 0), STATUS_SUCCESS);
    close(layout);
    nt_image_free(image);

    spec.parts[0].characteristics = WRITES | EXECUTES;
    make_spec(&spec, &image, &layout);
    section_of(&section, image, layout);
    ok_status(map(&section, 0, &view), STATUS_ACCESS_DENIED);
    close(layout);
    nt_image_free(image);
}
