// SPDX-License-Identifier: MIT
/*
 * Maps from texts; see map-look.h.
 */
#include "tool/map-look.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int look_try(const struct look *look, struct nt_map *map)
{
    struct nt_map_vmas vmas;
    struct nt_map_runs runs = {.entries = (struct nt_map_run *)look->runs, .count = look->n_runs};
    uint64_t pointer = look->stack;
    struct nt_map_hints hints = {.stacks = &pointer,
                                 .n_stacks = look->stack != 0,
                                 .n_hidden = look->n_hidden,
                                 .memory = look->memory ? look->memory : -1};
    FILE *stream = fmemopen((void *)look->smaps, strlen(look->smaps), "r");
    int r;

    *map = (struct nt_map){.pid = 7, .cooperated = look->n_runs != 0, .command = "seven"};
    require(stream != NULL);
    r = nt_map_read_smaps(stream, map, &vmas);
    fclose(stream);
    if (r == 0 && look->nodes) {
        stream = fmemopen((void *)look->nodes, strlen(look->nodes), "r");
        require(stream != NULL);
        nt_map_read_nodes(stream, &vmas);
        fclose(stream);
    }
    if (r == 0) {
        nt_map_kinds(&vmas, &hints);
        r = nt_map_join(map, &vmas, &runs, look->pagemap ? look->pagemap : -1);
        nt_map_add_up(map);
    }
    free(vmas.entries);
    return r;
}

struct nt_map look_at(const struct look *look)
{
    struct nt_map map;

    ok_eq(look_try(look, &map), 0);
    return map;
}

const struct nt_map_piece *look_piece_at(const struct nt_map *map, uint64_t base)
{
    static const struct nt_map_piece none = {.name = "no such piece", .file = ""};

    for (size_t i = 0; i < map->n_pieces; i++)
        if (map->pieces[i].base == base)
            return &map->pieces[i];
    ok(false, "no piece at 0x%llx", (unsigned long long)base);
    return &none;
}

const char look_program[] =
    "00400000-00401000 r--p 00000000 fe:00 11                /bin/program\n"
    "Rss:                   4 kB\n"
    "00401000-00403000 r-xp 00001000 fe:00 11                /bin/program\n"
    "00403000-00404000 rw-p 00003000 fe:00 11                /bin/program\n"
    "00404000-00406000 rw-p 00000000 00:00 0 \n"
    "00800000-00900000 rw-p 00000000 00:00 0                 [heap]\n"
    "10000000-10010000 rw-s 00020000 00:01 77                /memfd:ntshm (deleted)\n"
    "10020000-10021000 rw-s 00000000 00:01 78                /memfd:ntshm-commit (deleted)\n"
    "10030000-10031000 rw-s 00000000 00:01 79                /memfd:somebody's (deleted)\n"
    "10040000-10042000 r-xp 00000000 00:01 80                /memfd:ntshm-image:/x/a.dll "
    "(deleted)\n"
    "10050000-10060000 r--s 00000000 fe:00 12                /data/file\n"
    "10070000-10080000 ---p 00000000 00:00 0 \n"
    "10100000-10200000 rw-s 00000000 00:05 90                /dev/dri/renderD128\n"
    "10400000-10800000 rw-s 00000000 00:0f 91                /anon_hugepage (deleted)\n"
    "KernelPageSize:     2048 kB\n"
    "Shared_Hugetlb:     2048 kB\n"
    "7f0000000000-7f0000021000 rw-p 00000000 00:00 0 \n"
    "7f0000021000-7f0004000000 ---p 00000000 00:00 0 \n"
    "7f1000000000-7f1000001000 ---p 00000000 00:00 0 \n"
    "7f1000001000-7f1000801000 rw-p 00000000 00:00 0 \n"
    "7f2000000000-7f2000004000 r--p 00000000 00:00 0          [vvar]\n"
    "VmFlags: rd mr pf io de dd \n"
    "7ffc00000000-7ffc00021000 rw-p 00000000 00:00 0          [stack]\n"
    "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0  [vsyscall]\n";
