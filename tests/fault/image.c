// SPDX-License-Identifier: MIT
/*
 * Image sections when something fails inside: laying out a file, taking over what another process
 * laid out, and mapping a view that has to be relocated.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <windows.h>
#include <winternl.h>
#include <ntstatus.h>

#include "api/image_kit.h"
#include "fault/kit.h"
#include "harness/test.h"
#include "lib/memory/image.h"
#include "os/os.h"

#define NOWHERE 0x7FFFFFFF0000ull /* behind what a program may use: every view is relocated */

static struct image_file bytes;
static HANDLE file = INVALID_HANDLE_VALUE, section;
static unsigned char *view;

static void build(void)
{
    static const WORD entry[] = {IMAGE_REL_BASED_DIR64 << 12 | 0x10};
    static unsigned char table[16];
    size_t size = image_add_block(table, 0x1000, entry, 1);
    const struct image_spec spec = {
        .base = NOWHERE,
        .relocations_rva = 0x2000,
        .relocations_size = (uint32_t)size,
        .n_parts = 2,
        .parts = {{.rva = 0x1000,
                   .virtual_size = 0x1000,
                   .raw_size = 0x200,
                   .characteristics = IMAGE_SCN_MEM_READ | IMAGE_SCN_MEM_WRITE},
                  {.rva = 0x2000,
                   .virtual_size = 0x1000,
                   .raw_size = 0x200,
                   .characteristics = IMAGE_SCN_MEM_READ,
                   .data = table,
                   .data_size = size}}};

    image_build(&spec, &bytes);
}

static void open_image_file(void)
{
    char path[512];
    DWORD n;

    build();
    snprintf(path, sizeof(path), "%s/image", test_dir());
    file = CreateFileA(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    require(file != INVALID_HANDLE_VALUE, "error %lu", (unsigned long)GetLastError());
    ok_succeeds(WriteFile(file, bytes.bytes, (DWORD)bytes.size, &n, NULL));
    ok_succeeds(CloseHandle(file));
    file = CreateFileA(path, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    require(file != INVALID_HANDLE_VALUE, "error %lu", (unsigned long)GetLastError());
}

static uint32_t run_create(void)
{
    section = CreateFileMappingW(file, NULL, PAGE_READONLY | SEC_IMAGE, 0, 0, NULL);
    return fault_result(section != NULL);
}

static void close_section(void)
{
    ok_succeeds(CloseHandle(section));
    section = NULL;
}

TEST_DEADLINE(an_image_section_is_made_whole_or_not_at_all, "14.5", 120)
{
    const struct fault_call call = {
        .name = "create, image",
        .run = run_create,
        .undo = close_section,
        .must_meet = FAULT_BIT(STAT) | FAULT_BIT(READ) | FAULT_BIT(MEMFD) | FAULT_BIT(FTRUNCATE) |
                     FAULT_BIT(WRITE) | FAULT_BIT(SEAL) | FAULT_MEMORY,
        .may_survive = FAULT_BIT(LOCK), /* a file system that has no locks */
    };

    open_image_file();
    fault_walk_call(&call);
    ok_succeeds(CloseHandle(file));
}

static uint32_t run_map(void)
{
    view = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    return fault_result(view != NULL);
}

static void unmap(void)
{
    ok_succeeds(UnmapViewOfFile(view));
    view = NULL;
}

TEST_DEADLINE(an_image_view_is_mapped_whole_or_not_at_all, "14.2 14.16", 120)
{
    const struct fault_call call = {
        .name = "map, image, relocated",
        .run = run_map,
        .undo = unmap,
        .must_meet = FAULT_BIT(MMAP) | FAULT_BIT(MEMFD) | FAULT_BIT(FTRUNCATE) | FAULT_BIT(SEAL) |
                     FAULT_MEMORY,
        .ignored = FAULT_BIT(MUNMAP),
    };

    open_image_file();
    ok_eq(run_create(), 0);
    fault_walk_call(&call);
    close_section();
    ok_succeeds(CloseHandle(file));
}

/* --- what another process made --------------------------------------------------------------- */

static int layout = -1;
static struct nt_image *adopted;

static uint32_t run_adopt(void)
{
    return RtlNtStatusToDosError(nt_image_adopt(layout, 0x3000, false, &adopted));
}

static void free_adopted(void)
{
    adopted = nt_image_free(adopted);
}

TEST_DEADLINE(a_layout_is_adopted_whole_or_not_at_all, "14.26", 120)
{
    const struct fault_call call = {
        .name = "adopt, image",
        .run = run_adopt,
        .undo = free_adopted,
        .must_meet = FAULT_BIT(STAT) | FAULT_BIT(READ) | FAULT_MEMORY,
    };
    struct nt_image *image;
    int fd;

    build();
    require(nt_os_memfd_new("file", bytes.size, NT_OS_MEMFD_FILL, &fd) == 0);
    require(pwrite(fd, bytes.bytes, bytes.size, 0) == (ssize_t)bytes.size);
    require(NT_SUCCESS(nt_image_new(fd, false, &image, &layout)));
    nt_image_free(image);
    nt_os_close(fd);
    fault_walk_call(&call);
    layout = nt_os_close(layout);
}
