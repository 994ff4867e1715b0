// SPDX-License-Identifier: MIT
/*
 * Image sections behind the API: the layout that a file becomes, what it costs, that nobody can
 * change it, and what is believed of a layout that another process made (nothing).
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <windows.h>
#include <winternl.h>
#include <ntstatus.h>

#include "harness/test.h"
#include "os/os.h"
#include "unit/image_unit.h"

static void check_bytes(int layout, uint64_t at, const void *want, size_t size)
{
    unsigned char got[0x400];

    require(size <= sizeof(got) && pread(layout, got, size, (off_t)at) == (ssize_t)size);
    ok_mem_eq(got, want, size);
}

/* --- the layout ----------------------------------------------------------------------------- */

TEST(a_layout_holds_headers_and_sections_at_their_places, "14.7 14.8 14.10")
{
    static const unsigned char zeros[0x400];
    struct image_spec spec = movable();
    struct nt_image *image;
    int layout;

    spec.size_of_headers = 0x90;
    make_spec(&spec, &image, &layout);
    ok_eq(nt_image_size(image), 0x5000);
    ok(!image->no_execute);
    check_bytes(layout, 0, file.bytes, 0x90);
    check_bytes(layout, 0x90, zeros, 0x400);
    check_bytes(layout, 0x1000, file.bytes + 0x200, 0x200);
    check_bytes(layout, 0x1200, zeros, 0x400);
    check_bytes(layout, 0x3000, file.bytes + 0x400, 0x200);
    check_bytes(layout, TABLE_AT, table, spec.relocations_size);
    close(layout);
    nt_image_free(image);
}

TEST(nobody_can_change_a_layout, "14.26")
{
    struct image_spec spec = movable();
    struct nt_image *image;
    int layout;
    void *view;

    make_spec(&spec, &image, &layout);
    ok(nt_os_memfd_is_frozen(layout));
    ok(pwrite(layout, "x", 1, 0) < 0 && errno == EPERM);
    ok(ftruncate(layout, 0) < 0 && errno == EPERM);
    view = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, layout, 0);
    ok(view == MAP_FAILED && errno == EPERM);
    ok(fallocate(layout, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, PAGE) < 0);
    view = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, layout, 0);
    require(view != MAP_FAILED);
    munmap(view, PAGE);
    close(layout);
    nt_image_free(image);
}

static off_t blocks_of(int fd)
{
    struct stat stat;

    require(fstat(fd, &stat) == 0);
    return stat.st_blocks * 512;
}

/* Almost 4 GiB of zeros, and raw data of zeros, take no memory. */
TEST(a_large_image_costs_what_its_file_holds, "14.10")
{
    static unsigned char zeros[0x40000];
    struct image_spec spec = movable();
    struct nt_image *image;
    int layout;

    spec.parts[2].virtual_size = 0xFFFF0000 - TABLE_AT;
    make_spec(&spec, &image, &layout);
    ok_eq(nt_image_size(image), 0xFFFF0000);
    ok(blocks_of(layout) <= 0x20000, "%lld bytes", (long long)blocks_of(layout));
    close(layout);
    nt_image_free(image);

    spec = movable();
    spec.parts[0].virtual_size = spec.parts[0].raw_size = 0x40000;
    spec.parts[0].data = zeros;
    spec.parts[0].data_size = sizeof(zeros);
    spec.parts[1].rva = 0x41000;
    spec.parts[2].rva = 0x42000;
    spec.relocations_rva = 0x42000;
    make_spec(&spec, &image, &layout);
    ok(blocks_of(layout) <= 0x20000, "%lld bytes", (long long)blocks_of(layout));
    close(layout);
    nt_image_free(image);
}

TEST(no_page_executes_without_execute, "14.17 14.18")
{
    static const struct {
        DWORD characteristics;
        ULONG protect;
    } rows[] = {
        {EXECUTES, PAGE_READONLY},
        {READS | EXECUTES, PAGE_READONLY},
        {WRITES | EXECUTES, PAGE_WRITECOPY},
        {READS | WRITES | EXECUTES, PAGE_WRITECOPY},
        {READS, PAGE_READONLY},
        {WRITES, PAGE_WRITECOPY},
        {0, PAGE_NOACCESS},
    };
    struct image_spec spec = movable();

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nt_image *image;
        int layout;

        spec.parts[0].characteristics = rows[i].characteristics;
        image_build(&spec, &file);
        require(NT_SUCCESS(make(true, &image, &layout)));
        ok(image->no_execute);
        ok_eq(image->parts[1].protect, rows[i].protect);
        close(layout);
        nt_image_free(image);
    }
}

/* What all processes were to see the writes of is refused, not silently made private. */
TEST(shared_writable_sections_are_refused, "14.26")
{
    struct image_spec spec = movable();
    struct nt_image *image;
    int layout;

    spec.parts[1].characteristics |= IMAGE_SCN_MEM_SHARED;
    image_build(&spec, &file);
    ok_status(make(false, &image, &layout), STATUS_NOT_SUPPORTED);
    spec.parts[1].characteristics = READS | IMAGE_SCN_MEM_SHARED;
    make_spec(&spec, &image, &layout);
    close(layout);
    nt_image_free(image);
}

/* --- files that are not what they were ------------------------------------------------------ */

static int shrinking_fd = -1;
static unsigned reads_left;

static int shrink_before_read(enum nt_os_call call)
{
    if (call == NT_OS_READ && reads_left-- == 0)
        require(ftruncate(shrinking_fd, 0x300) == 0);
    return 0;
}

/* The file becomes shorter before each of the reads: an error, or what was read before. */
TEST(a_file_that_shrinks_meanwhile_is_refused, "14.13 14.14")
{
    struct image_spec spec = movable();
    bool done = false;

    for (unsigned n = 0; !done; n++) {
        struct nt_image *image = NULL;
        int layout = -1;
        NTSTATUS status;

        require(n < 20, "it never gets through");
        image_build(&spec, &file);
        shrinking_fd = file_of_bytes();
        reads_left = n;
        nt_os_set_fault(shrink_before_read);
        status = nt_image_new(shrinking_fd, false, &image, &layout);
        nt_os_set_fault(NULL);
        done = (int)reads_left >= 0;
        ok_status(status, done ? STATUS_SUCCESS : STATUS_INVALID_IMAGE_FORMAT);
        if (NT_SUCCESS(status))
            close(layout);
        nt_image_free(image);
        close(shrinking_fd);
    }
}

TEST(files_that_are_no_images_are_refused, "1.17 1.31 14.11")
{
    struct nt_image *image;
    int layout, pipes[2];

    file.size = 0;
    ok_status(make(false, &image, &layout), STATUS_INVALID_FILE_FOR_SECTION);
    memset(file.bytes, 'x', 0x1000);
    file.size = 0x1000;
    ok_status(make(false, &image, &layout), STATUS_INVALID_IMAGE_NOT_MZ);
    require(pipe2(pipes, O_CLOEXEC) == 0);
    ok(!NT_SUCCESS(nt_image_new(pipes[1], false, &image, &layout)));
    close(pipes[0]);
    close(pipes[1]);
    ok_status(nt_image_new(-1, false, &image, &layout), STATUS_INVALID_HANDLE);
}

TEST(headers_far_into_a_file_are_read, "14.13")
{
    struct image_spec spec = movable();
    struct nt_image *image;
    int layout;

    image_build(&spec, &file);
    memmove(file.bytes + 0x20000, file.bytes + IMAGE_NT_AT, 0x180);
    image_dos(&file)->e_lfanew = 0x20000;
    file.size = 0x20180;
    require(NT_SUCCESS(make(false, &image, &layout)));
    ok_eq(image->pe.n_sections, 3);
    close(layout);
    nt_image_free(image);
}

/* --- what another process made -------------------------------------------------------------- */

/* Another memfd of the same bytes, @size of them, frozen or not. */
static int copy_of(int layout, off_t size, bool freeze)
{
    int fd = memfd_create("copy", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    static unsigned char bytes[0x10000];
    ssize_t n = pread(layout, bytes, sizeof(bytes), 0);

    require(fd >= 0 && n >= 0 && n < (ssize_t)sizeof(bytes) && write(fd, bytes, (size_t)n) == n);
    require(ftruncate(fd, size) == 0);
    if (freeze)
        require(nt_os_memfd_freeze(fd) == 0);
    return fd;
}

TEST(a_layout_is_adopted_as_it_was_made, "14.26")
{
    struct image_spec spec = movable();
    struct nt_image *image, *adopted;
    SECTION_IMAGE_INFORMATION first, second;
    int layout;

    spec.size_of_headers = 1; /* the view shows less than what was parsed */
    make_spec(&spec, &image, &layout);
    require(NT_SUCCESS(nt_image_adopt(layout, 0x5000, true, &adopted)));
    ok(adopted->no_execute);
    ok_eq(nt_image_size(adopted), 0x5000);
    ok_mem_eq(&adopted->pe, &image->pe, sizeof(image->pe));
    nt_image_describe(image, &first);
    nt_image_describe(adopted, &second);
    ok_mem_eq(&first, &second, sizeof(first));
    nt_image_free(adopted);
    ok_status(nt_image_adopt(layout, 1, false, &adopted), STATUS_SUCCESS);
    nt_image_free(adopted);
    ok_status(nt_image_adopt(layout, 0, false, &adopted), STATUS_INVALID_IMAGE_FORMAT);
    ok_status(nt_image_adopt(layout, 0x5001, false, &adopted), STATUS_INVALID_IMAGE_FORMAT);
    close(layout);
    nt_image_free(image);
}

static NTSTATUS adopt_copy(int layout, off_t size, bool freeze)
{
    int fd = copy_of(layout, size, freeze);
    struct nt_image *adopted = NULL;
    NTSTATUS status = nt_image_adopt(fd, 0x5000, false, &adopted);

    close(fd);
    nt_image_free(adopted);
    return status;
}

/* Whoever can still write it could change code, or cut it off under a reader. */
TEST(only_frozen_layouts_are_adopted, "14.26")
{
    struct image_spec spec = movable();
    struct nt_image *image, *adopted;
    int layout, pipes[2];
    struct stat stat;

    make_spec(&spec, &image, &layout);
    require(fstat(layout, &stat) == 0);
    ok_status(adopt_copy(layout, stat.st_size, true), STATUS_SUCCESS);
    ok_status(adopt_copy(layout, stat.st_size, false), STATUS_INVALID_IMAGE_FORMAT);
    ok_status(adopt_copy(layout, stat.st_size - 8, true), STATUS_INVALID_IMAGE_FORMAT);
    ok_status(adopt_copy(layout, stat.st_size + 8, true), STATUS_INVALID_IMAGE_FORMAT);
    ok_status(adopt_copy(layout, 31, true), STATUS_INVALID_IMAGE_FORMAT);
    ok_status(adopt_copy(layout, 0, true), STATUS_INVALID_IMAGE_FORMAT);
    require(pipe2(pipes, O_CLOEXEC) == 0);
    ok(!NT_SUCCESS(nt_image_adopt(pipes[0], 0x5000, false, &adopted)));
    close(pipes[0]);
    close(pipes[1]);
    close(layout);
    nt_image_free(image);
}

/* Each word of the note at the end, with values that would lead outside. */
TEST(a_note_of_a_layout_is_not_believed, "14.26")
{
    static const uint64_t values[] = {0, 1, 0x8000, 1ull << 32, INT64_MAX, UINT64_MAX};
    struct image_spec spec = movable();
    struct nt_image *image;
    struct stat stat;
    int layout;

    make_spec(&spec, &image, &layout);
    require(fstat(layout, &stat) == 0);
    for (unsigned word = 0; word < 4; word++) {
        for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
            int fd = copy_of(layout, stat.st_size, false);
            struct nt_image *adopted = NULL;
            bool may_be = word == 1 && values[i] == 0x8000; /* the file's length */

            require(pwrite(fd, &values[i], 8, stat.st_size - 32 + 8 * (off_t)word) == 8);
            require(nt_os_memfd_freeze(fd) == 0);
            ok(NT_SUCCESS(nt_image_adopt(fd, 0x5000, false, &adopted)) == may_be,
               "word %u, value %zu", word, i);
            nt_image_free(adopted);
            close(fd);
        }
    }
    close(layout);
    nt_image_free(image);
}

/* --- where the file lies --------------------------------------------------------------------- */

/* A directory of its own where nothing may execute; gone with the process. */
static int file_without_execute(void)
{
    char path[512];
    int fd;

    if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("none", test_dir(), "tmpfs", MS_NOEXEC, "size=1m") < 0)
        skip("no file system can be mounted");
    snprintf(path, sizeof(path), "%s/image", test_dir());
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    require(fd >= 0 && write(fd, file.bytes, file.size) == (ssize_t)file.size);
    return fd;
}

/* The layout is a copy elsewhere, and no way around what the file's own place forbids. */
TEST(code_from_where_nothing_executes_is_refused, "1.60")
{
    struct image_spec spec = movable();
    struct nt_image *image;
    int layout, fd;

    image_build(&spec, &file);
    fd = file_without_execute();
    ok_status(nt_image_new(fd, false, &image, &layout), STATUS_ACCESS_DENIED);
    ok_status(nt_image_new(fd, true, &image, &layout), STATUS_SUCCESS);
    close(layout);
    nt_image_free(image);
    spec.parts[0].characteristics = READS;
    image_build(&spec, &file);
    require(pwrite(fd, file.bytes, file.size, 0) == (ssize_t)file.size);
    ok_status(nt_image_new(fd, false, &image, &layout), STATUS_SUCCESS);
    close(layout);
    nt_image_free(image);
    close(fd);
    umount2(test_dir(), MNT_DETACH);
}
