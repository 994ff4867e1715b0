// SPDX-License-Identifier: MIT
/*
 * What the kernel says of a process's mappings: /proc/PID/smaps, one line that tells where a
 * mapping lies and of what it is, then lines of "Name: number kB"; and /proc/PID/numa_maps, one
 * line a mapping. Paths in them are chosen by whoever made the files; the kernel writes a newline
 * in one as \012.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tool/map/map-parts.h"
#include "util/macro.h"

/* --- smaps ------------------------------------------------------------------------------------ */

static struct nt_map_vma *add(struct nt_map_vmas *vmas)
{
    if (vmas->count == vmas->room) {
        size_t room = vmas->room ? 2 * vmas->room : 128;
        struct nt_map_vma *entries = reallocarray(vmas->entries, room, sizeof(*entries));

        if (!entries)
            return NULL;
        vmas->entries = entries;
        vmas->room = room;
    }
    vmas->entries[vmas->count] = (struct nt_map_vma){.page_size = 4096, .node = -1};
    return &vmas->entries[vmas->count++];
}

/* A number, and the character that must follow it. */
static bool number(const char **text, int base, char after, uint64_t *ret_number)
{
    char *end;

    errno = 0;
    *ret_number = strtoull(*text, &end, base);
    if (end == *text || errno != 0 || *end != after)
        return false;
    *text = end + 1;
    return true;
}

/* "55d0-55e0 r-xp 00000000 fe:00 1234   /path" */
static int head(const char *line, size_t length, struct nt_map *map, struct nt_map_vma *vma)
{
    const char *at = line;
    uint64_t major, minor;
    size_t skipped;

    if (!number(&at, 16, '-', &vma->start) || !number(&at, 16, ' ', &vma->end) ||
        vma->start >= vma->end || strnlen(at, 5) < 5 || at[4] != ' ')
        return -EINVAL;
    vma->readable = at[0] == 'r';
    vma->writable = at[1] == 'w';
    vma->executable = at[2] == 'x';
    vma->shared = at[3] == 's';
    at += 5;
    if (!number(&at, 16, ' ', &vma->offset) || !number(&at, 16, ':', &major) ||
        !number(&at, 16, ' ', &minor))
        return -EINVAL;
    vma->inode = strtoull(at, (char **)&at, 10);
    vma->device = vma->inode ? major << 32 | minor : 0;
    skipped = strspn(at, " ");
    at += skipped;
    length -= (size_t)(at - line);
    vma->path = nt_map_text(map, at, length);
    return vma->path ? 0 : -ENOMEM;
}

static void flags(const char *text, struct nt_map_vma *vma)
{
    for (; text[0] && text[1]; text += text[2] ? 3 : 2) {
        vma->grows_down |= text[0] == 'g' && text[1] == 'd';
        vma->of_device |= text[0] == 'p' && text[1] == 'f'; /* frames that are no memory's */
        vma->of_device |= text[0] == 'i' && text[1] == 'o';
    }
}

/* "Rss:      8 kB": what counts is added to where it counts. */
static void field(const char *line, struct nt_map_vma *vma)
{
    static const struct {
        const char *name;
        size_t field[2]; /* 0: none */
    } fields[] = {
#define AT(member) offsetof(struct nt_map_vma, member)
        {"Rss:", {AT(resident), 0}},
        {"Pss:", {AT(proportional), 0}},
        {"Shared_Dirty:", {AT(dirty), 0}},
        {"Private_Dirty:", {AT(dirty), AT(private_bytes)}},
        {"Private_Clean:", {AT(private_bytes), 0}},
        {"Private_Hugetlb:", {AT(resident), AT(private_bytes)}},
        {"Shared_Hugetlb:", {AT(resident), 0}},
        {"Swap:", {AT(swapped), 0}},
#undef AT
    };
    const char *colon = strchr(line, ':');
    uint64_t kilobytes;

    if (!colon)
        return;
    if (strncmp(line, "VmFlags: ", 9) == 0) {
        flags(line + 9, vma);
        return;
    }
    kilobytes = strtoull(colon + 1, NULL, 10);
    if (kilobytes > UINT64_MAX >> 20)
        return;
    if (strncmp(line, "KernelPageSize:", 15) == 0 && kilobytes)
        vma->page_size = kilobytes << 10;
    for (size_t i = 0; kilobytes && i < NT_ARRAY_SIZE(fields); i++) {
        if (strncmp(line, fields[i].name, (size_t)(colon - line) + 1) != 0)
            continue;
        for (size_t k = 0; k < 2 && fields[i].field[k]; k++)
            *(uint64_t *)((char *)vma + fields[i].field[k]) += kilobytes << 10;
    }
}

static bool is_head(char first)
{
    return (first >= '0' && first <= '9') || (first >= 'a' && first <= 'f');
}

int nt_map_read_smaps(FILE *stream, struct nt_map *map, struct nt_map_vmas *ret_vmas)
{
    NT_CLEANUP(nt_freep) char *line = NULL;
    struct nt_map_vma nobody, *vma = NULL; /* whose numbers nobody wants */
    uint64_t end = 0;
    size_t room = 0;
    ssize_t length;
    int r = 0;

    nobody = (struct nt_map_vma){.path = ""};
    *ret_vmas = (struct nt_map_vmas){.count = 0};
    while (r == 0 && (length = getline(&line, &room, stream)) > 0) {
        if (line[length - 1] == '\n')
            line[--length] = '\0';
        if (is_head(line[0])) {
            vma = add(ret_vmas);
            r = vma ? head(line, (size_t)length, map, vma) : -ENOMEM;
            /* What was mapped while the list was written may be told twice. */
            if (r == 0 && vma->start < end) {
                vma->offset += vma->inode ? end - vma->start : 0;
                vma->start = end;
            }
            if (r == 0 && vma->start >= vma->end) {
                ret_vmas->count--;
                vma = &nobody;
            }
            end = r == 0 && vma != &nobody ? vma->end : end;
        } else if (vma) {
            field(line, vma);
        } else {
            r = -EINVAL;
        }
    }
    if (r == 0 && ferror(stream))
        r = errno ? -errno : -EIO;
    if (r < 0) {
        free(ret_vmas->entries);
        *ret_vmas = (struct nt_map_vmas){.count = 0};
    }
    return r;
}

/* --- nodes ------------------------------------------------------------------------------------ */

/* The one node of "N0=12 N1=3", -1 for several. */
static int node_of_pages(const char *line)
{
    int node = -1;

    for (const char *at = line; (at = strstr(at, " N")) != NULL; at += 2) {
        char *end;
        unsigned long number = strtoul(at + 2, &end, 10);

        if (end == at + 2 || *end != '=' || number > 4096)
            continue;
        if (node >= 0 && node != (int)number)
            return -1;
        node = (int)number;
    }
    return node;
}

/* The node that a policy names: "prefer:1", "prefer=static:1", "bind:0"; of a set, none. */
static int node_of_policy(const char *policy)
{
    size_t length = strcspn(policy, " ");
    const char *colon = memchr(policy, ':', length);
    unsigned long number;
    char *end;

    if (!colon || (strncmp(policy, "prefer", 6) != 0 && strncmp(policy, "bind", 4) != 0))
        return -1;
    number = strtoul(colon + 1, &end, 10);
    return end != colon + 1 && (*end == ' ' || !*end) && number <= 4096 ? (int)number : -1;
}

void nt_map_read_nodes(FILE *stream, struct nt_map_vmas *vmas)
{
    NT_CLEANUP(nt_freep) char *line = NULL;
    size_t room = 0, i = 0;
    ssize_t length;

    while ((length = getline(&line, &room, stream)) > 0) {
        const char *at = line;
        uint64_t start;

        if (line[length - 1] == '\n')
            line[--length] = '\0';
        if (!number(&at, 16, ' ', &start))
            continue;
        while (i < vmas->count && vmas->entries[i].start < start)
            i++;
        if (i == vmas->count || vmas->entries[i].start != start)
            continue;
        vmas->entries[i].node = node_of_policy(at);
        if (vmas->entries[i].node < 0)
            vmas->entries[i].node = node_of_pages(at);
    }
}
