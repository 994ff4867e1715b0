// SPDX-License-Identifier: MIT
/*
 * What a map is made of, without a process: what the kernel's words mean, and the library's laid
 * over them.
 */
#include <windows.h>
#include <ntshm/ntshm.h>

#include "tool/map-look.h"

#include <elf.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096u

/* --- kinds ------------------------------------------------------------------------------------ */

TEST(kernel_alone_tells_most_kinds, "")
{
    const struct look look = {.smaps = look_program, .stack = 0x7f1000700000};
    struct nt_map map = look_at(&look);

    ok_kind(&map, 0x400000, "image");
    ok_kind(&map, 0x404000, "image"); /* its zeroed data */
    ok_eq(look_piece_at(&map, 0x404000)->allocation, 0x400000);
    ok_kind(&map, 0x800000, "heap");
    ok_kind(&map, 0x10000000, "view");
    ok_eq(look_piece_at(&map, 0x10000000)->offset, 0x20000);
    ok_eq(look_piece_at(&map, 0x10000000)->inode, 77);
    ok_kind(&map, 0x10020000, "library");
    ok_kind(&map, 0x10030000, "view");
    ok_str_eq(look_piece_at(&map, 0x10030000)->name, "memfd:somebody's");
    ok_kind(&map, 0x10040000, "image");
    ok_str_eq(look_piece_at(&map, 0x10040000)->name, "/x/a.dll");
    ok_kind(&map, 0x10050000, "file");
    ok_kind(&map, 0x10070000, "reserved");
    ok_eq(look_piece_at(&map, 0x10070000)->state, MEM_RESERVE);
    ok_kind(&map, 0x10100000, "device");
    ok_kind(&map, 0x10400000, "large");
    ok_eq(look_piece_at(&map, 0x10400000)->page_size, 2u << 20);
    ok_eq(look_piece_at(&map, 0x10400000)->resident, 2u << 20);
    ok_kind(&map, 0x7f0000000000, "heap");
    ok_kind(&map, 0x7f0000021000, "heap");
    ok_kind(&map, 0x7f1000000000, "stack");
    ok(look_piece_at(&map, 0x7f1000000000)->guard);
    ok_kind(&map, 0x7f1000001000, "stack");
    ok_kind(&map, 0x7f2000000000, "system");
    ok_kind(&map, 0x7ffc00000000, "stack");
    ok_kind(&map, 0xffffffffff600000, "system");
    ok_eq(map.totals[NT_MAP_IMAGE].size, 6 * PAGE + 2 * PAGE);
    ok_eq(map.totals[NT_MAP_HEAP].reserved, 0x7f0004000000 - 0x7f0000021000);
    nt_map_deinit(&map);
}

/* A private mapping of code is code; the same file mapped for reading elsewhere is a file. */
TEST(file_is_an_image_where_it_is_code, "")
{
    const struct look look = {.smaps = "1000-2000 r-xp 00000000 fe:00 5   /bin/x\n"
                                       "3000-4000 r--p 00000000 fe:00 5   /bin/x\n"
                                       "4000-5000 rw-p 00000000 00:00 0 \n"};
    struct nt_map map = look_at(&look);

    ok_kind(&map, 0x1000, "image");
    ok_kind(&map, 0x3000, "file");
    ok_kind(&map, 0x4000, "private");
    nt_map_deinit(&map);
}

/* What a process that was loaded at 0x10000 has there: two parts, the second ending with zeroes. */
static int elf_at(uint64_t address, uint64_t zeroes)
{
    struct {
        Elf64_Ehdr header;
        Elf64_Phdr parts[2];
    } page = {
        .header = {.e_ident = ELFMAG,
                   .e_phentsize = sizeof(Elf64_Phdr),
                   .e_phnum = 2,
                   .e_phoff = sizeof(Elf64_Ehdr)},
        .parts = {{.p_type = PT_LOAD, .p_memsz = 0x1000},
                  {.p_type = PT_LOAD, .p_vaddr = 0x1000, .p_memsz = 0x1000 + zeroes}},
    };
    int fd = memfd_create("memory", MFD_CLOEXEC);

    require(fd >= 0 && pwrite(fd, &page, sizeof(page), (off_t)address) == sizeof(page));
    return fd;
}

static const char with_data[] = "10000-11000 r-xp 00000000 fe:00 5   /bin/x\n"
                                "11000-12000 rw-p 00001000 fe:00 5   /bin/x\n"
                                "12000-92000 rw-p 00000000 00:00 0 \nRss: 512 kB\n";

TEST(zeroed_data_of_an_image_ends_where_its_headers_say, "")
{
    struct look look = {.smaps = with_data, .memory = elf_at(0x10000, 0x3800)};
    struct nt_map map = look_at(&look);

    ok_kind(&map, 0x12000, "image");
    ok_eq(look_piece_at(&map, 0x12000)->size, 0x4000);
    ok_eq(look_piece_at(&map, 0x12000)->allocation, 0x10000);
    ok_str_eq(look_piece_at(&map, 0x12000)->name, "/bin/x");
    ok_kind(&map, 0x16000, "private");
    ok_str_eq(look_piece_at(&map, 0x16000)->name, "");
    ok_eq(look_piece_at(&map, 0x16000)->size, 0x7c000);
    ok_eq(look_piece_at(&map, 0x16000)->allocation, 0x16000);
    ok_eq(map.total.resident, 512u << 10);
    nt_map_deinit(&map);
    close(look.memory);
    look.memory = elf_at(0x10000, 0);
    map = look_at(&look);
    ok_kind(&map, 0x12000, "private");
    nt_map_deinit(&map);
    close(look.memory);
    look.memory = 0; /* may not be read: as much as there is of the file */
    map = look_at(&look);
    ok_kind(&map, 0x12000, "image");
    ok_eq(look_piece_at(&map, 0x12000)->size, 0x2000);
    ok_kind(&map, 0x14000, "private");
    nt_map_deinit(&map);
}

TEST(headers_that_lie_tell_no_end, "")
{
    Elf64_Ehdr header = {.e_ident = ELFMAG, .e_phentsize = sizeof(Elf64_Phdr), .e_phnum = 2};
    char page[4096] = {0};

    ok_eq(nt_map_image_end(0x10000, page, sizeof(page)), 0);
    header.e_phoff = sizeof(page) - 8;
    memcpy(page, &header, sizeof(header));
    ok_eq(nt_map_image_end(0x10000, page, sizeof(page)), 0);
    header.e_phoff = UINT64_MAX;
    memcpy(page, &header, sizeof(header));
    ok_eq(nt_map_image_end(0x10000, page, sizeof(page)), 0);
    header.e_phoff = sizeof(header);
    header.e_phnum = UINT16_MAX;
    memcpy(page, &header, sizeof(header));
    ok_eq(nt_map_image_end(0x10000, page, sizeof(page)), 0);
    ok_eq(nt_map_image_end(0x10000, page, 8), 0);
}

TEST(stack_of_a_thread_that_runs_is_told_by_its_looks, "")
{
    static const char threads[] = "100000-101000 ---p 00000000 00:00 0 \n"
                                  "101000-141000 rw-p 00000000 00:00 0 \n"
                                  "200000-201000 ---p 00000000 00:00 0 \n"
                                  "201000-241000 rw-p 00000000 00:00 0 \n"
                                  "300000-301000 ---p 00000000 00:00 0 \n"
                                  "301000-351000 rw-p 00000000 00:00 0 \n"
                                  "400000-401000 ---p 00000000 00:00 0 \n"
                                  "401000-c01000 rw-p 00000000 00:00 0 \n"
                                  "d00000-d40000 rw-p 00000000 00:00 0 \n";
    struct look look = {.smaps = threads, .stack = 0x140000, .n_hidden = 2};
    struct nt_map map = look_at(&look);

    ok_kind(&map, 0x101000, "stack");
    ok_kind(&map, 0x201000, "stack"); /* as large as the one that is known */
    ok_kind(&map, 0x200000, "stack");
    ok_kind(&map, 0x301000, "private");
    ok_kind(&map, 0x401000, "stack"); /* as large as they usually are */
    ok_kind(&map, 0xd00000, "private");
    nt_map_deinit(&map);
    look.n_hidden = 1;
    map = look_at(&look);
    ok_kind(&map, 0x201000, "stack");
    ok_kind(&map, 0x401000, "private");
    nt_map_deinit(&map);
}

TEST(node_is_the_policys_or_that_of_all_pages, "")
{
    const struct look look = {
        .smaps = "1000-2000 rw-p 00000000 00:00 0 \n3000-4000 rw-p 00000000 00:00 0 \n"
                 "5000-6000 rw-p 00000000 00:00 0 \n7000-8000 rw-p 00000000 00:00 0 \n",
        .nodes = "1000 prefer:1 anon=1 N0=1\n3000 default anon=2 N3=2 kernelpagesize_kB=4\n"
                 "nonsense\n5000 default anon=2 N0=1 N1=1\n7000 interleave:0-1\n"};
    struct nt_map map = look_at(&look);

    ok_eq(look_piece_at(&map, 0x1000)->node, 1);
    ok_eq(look_piece_at(&map, 0x3000)->node, 3);
    ok_eq(look_piece_at(&map, 0x5000)->node, -1);
    ok_eq(look_piece_at(&map, 0x7000)->node, -1);
    nt_map_deinit(&map);
}

TEST(name_cannot_take_over_a_terminal, "")
{
    const struct look look = {.smaps = "1000-2000 r--s 00000000 fe:00 5   /tmp/\x1b[2J\xff\n"};
    struct nt_map map = look_at(&look);

    ok_str_eq(look_piece_at(&map, 0x1000)->name, "/tmp/\xef\xbf\xbd[2J\xef\xbf\xbd");
    nt_map_deinit(&map);
}

/* The list of a process that maps while it is written. */
TEST(what_is_told_twice_counts_once, "")
{
    const struct look look = {.smaps = "1000-3000 rw-p 00000000 00:00 0 \nRss: 8 kB\n"
                                       "2000-3000 rw-p 00000000 00:00 0 \nRss: 4 kB\n"
                                       "2000-5000 rw-p 00000000 00:00 0 [heap]\nRss: 12 kB\n"
                                       "4000-8000 r--p 00003000 fe:00 5 /f\n"};
    struct nt_map map = look_at(&look);

    ok_eq(map.n_pieces, 3);
    ok_eq(look_piece_at(&map, 0x3000)->size, 0x2000);
    /* No more than its size: what is written is read again. */
    ok_eq(look_piece_at(&map, 0x3000)->resident, 0x2000);
    ok_eq(look_piece_at(&map, 0x5000)->offset, 0x4000);
    ok_eq(map.total.size, 0x7000);
    ok_eq(map.total.resident, 0x4000);
    nt_map_deinit(&map);
}

TEST(what_is_no_smaps_is_refused, "")
{
    static const char *const texts[] = {
        "Rss: 4 kB\n",
        "2000-1000 rw-p 00000000 00:00 0 \n",
        "1000 rw-p 00000000 00:00 0 \n",
        "1000-2000 rw\n",
        "1000-2000 rw-p xyz 00:00 0 \n",
        "fffffffffffffffff-fffffffffffffffffff rw-p 00000000 00:00 0 \n",
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        const struct look look = {.smaps = texts[i]};
        struct nt_map map;

        ok_eq(look_try(&look, &map), -EINVAL);
        nt_map_deinit(&map);
    }
}

/* --- the library's word over the kernel's ----------------------------------------------------- */

static const char joined[] = "10000-20000 rw-p 00000000 00:00 0 \n"
                             "Rss:                  12 kB\n"
                             "Pss:                   9 kB\n"
                             "Private_Dirty:        12 kB\n"
                             "Swap:                  4 kB\n";

/* Two allocations that the kernel has made one of, and a third that is gone. */
TEST(regions_cut_what_the_kernel_joined, "")
{
    static const struct nt_map_run runs[] = {
        {.base = 0x8000, .size = 0x1000, .allocation = 0x8000, .name = "", .state = MEM_COMMIT},
        {.base = 0x12000,
         .size = 0x2000,
         .allocation = 0x12000,
         .state = MEM_COMMIT,
         .type = MEM_PRIVATE,
         .protect = PAGE_READWRITE | PAGE_GUARD,
         .flags = NTSHM_REGION_WRITE_WATCH,
         .node = -1,
         .name = ""},
        {.base = 0x14000,
         .size = 0x8000,
         .allocation = 0x14000,
         .state = MEM_COMMIT,
         .type = MEM_PRIVATE,
         .protect = PAGE_READWRITE,
         .node = 2,
         .name = ""},
    };
    const struct look look = {.smaps = joined, .runs = runs, .n_runs = 3};
    struct nt_map map = look_at(&look);

    ok_eq(map.n_pieces, 4);
    ok_eq(look_piece_at(&map, 0x10000)->size, 0x2000);
    ok(!look_piece_at(&map, 0x10000)->of_library);
    ok_eq(look_piece_at(&map, 0x12000)->size, 0x2000);
    ok(look_piece_at(&map, 0x12000)->guard && look_piece_at(&map, 0x12000)->write_watch);
    ok_eq(look_piece_at(&map, 0x12000)->protect, PAGE_READWRITE);
    ok_eq(look_piece_at(&map, 0x14000)->size, 0x8000);
    ok_eq(look_piece_at(&map, 0x14000)->node, 2);
    ok_eq(look_piece_at(&map, 0x1c000)->size, 0x4000);
    /* Whoever gets it, it is all there. */
    ok_eq(map.total.resident, 12u << 10);
    ok_eq(map.total.proportional, 9u << 10);
    ok_eq(map.total.dirty, 12u << 10);
    ok_eq(map.total.private_bytes, 12u << 10);
    ok_eq(map.total.swapped, 4u << 10);
    ok_eq(map.total.size, 0x10000);
    nt_map_deinit(&map);
}

TEST(no_piece_gets_more_than_its_size, "")
{
    static const struct nt_map_run runs[] = {
        {.base = 0x10000,
         .size = 0x1000,
         .allocation = 0x10000,
         .state = MEM_COMMIT,
         .type = MEM_PRIVATE,
         .protect = PAGE_READWRITE,
         .name = ""},
    };
    const struct look look = {.smaps = "10000-12000 rw-p 00000000 00:00 0 \nRss: 8 kB\nPss: 5 kB\n",
                              .runs = runs,
                              .n_runs = 1};
    struct nt_map map = look_at(&look);

    ok_eq(look_piece_at(&map, 0x10000)->resident, 0x1000);
    ok_eq(look_piece_at(&map, 0x11000)->resident, 0x1000);
    ok_eq(map.total.proportional, 5u << 10);
    nt_map_deinit(&map);
}

/* A file that says of the pages from @from to @to that they are present. */
static int pagemap_of(uint64_t from, uint64_t to)
{
    const uint64_t present = 1ull << 63;
    int fd = memfd_create("pagemap", MFD_CLOEXEC);

    require(fd >= 0 && ftruncate(fd, 0x30 * 8) == 0);
    for (uint64_t page = from / 4096; page < to / 4096; page++)
        require(pwrite(fd, &present, sizeof(present), (off_t)page * 8) == sizeof(present));
    return fd;
}

/* Terabytes of it may lie between what is committed. */
TEST(pages_are_not_looked_for_where_none_can_be, "")
{
    static const struct nt_map_run runs[] = {
        {.base = 0x10000,
         .size = 0xe000,
         .allocation = 0x10000,
         .state = MEM_RESERVE,
         .type = MEM_MAPPED,
         .name = ""},
        {.base = 0x1e000,
         .size = 0x2000,
         .allocation = 0x10000,
         .state = MEM_COMMIT,
         .type = MEM_MAPPED,
         .protect = PAGE_READWRITE,
         .name = ""},
    };
    struct look look = {.smaps = "10000-20000 rw-s 00000000 00:01 9 /memfd:ntshm\nRss: 4 kB\n",
                        .runs = runs,
                        .n_runs = 2};

    for (int i = 0; i < 3; i++) {
        struct nt_map map;

        look.pagemap = i == 0 ? 0 : pagemap_of(i == 1 ? 0x10000 : 0x1e000, 0x20000);
        map = look_at(&look);
        ok_eq(look_piece_at(&map, 0x10000)->resident, 0);
        ok_eq(look_piece_at(&map, 0x1e000)->resident, 0x1000);
        nt_map_deinit(&map);
        if (i > 0)
            close(look.pagemap);
    }
}

/* A view in two mappings, since the kernel was told of a part of it, is one piece. */
TEST(pieces_that_are_alike_are_one, "")
{
    static const struct nt_map_run runs[] = {
        {.base = 0x10000,
         .size = 0x4000,
         .allocation = 0x10000,
         .offset = 0x10000,
         .state = MEM_COMMIT,
         .type = MEM_MAPPED,
         .protect = PAGE_READWRITE,
         .node = -1,
         .name = "Local\\x"},
    };
    const struct look look = {
        .smaps = "10000-12000 rw-s 00010000 00:01 9 /memfd:ntshm (deleted)\nRss: 4 kB\n"
                 "12000-14000 rw-s 00012000 00:01 9 /memfd:ntshm (deleted)\nRss: 8 kB\n",
        .runs = runs,
        .n_runs = 1};
    struct nt_map map = look_at(&look);

    ok_eq(map.n_pieces, 1);
    ok_eq(look_piece_at(&map, 0x10000)->size, 0x4000);
    ok_eq(look_piece_at(&map, 0x10000)->resident, 0x3000);
    ok_eq(look_piece_at(&map, 0x10000)->offset, 0x10000);
    ok_str_eq(look_piece_at(&map, 0x10000)->name, "Local\\x");
    ok_str_eq(look_piece_at(&map, 0x10000)->file, "");
    nt_map_deinit(&map);
}
