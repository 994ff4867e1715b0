// SPDX-License-Identifier: MIT
/*
 * The texts of the kernel; see commit-texts.h.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/memory/commit-texts.h"

/* The start of the line that begins with @name, or NULL. */
static const char *find_line(const char *text, const char *name)
{
    size_t length = strlen(name);

    while (text && *text) {
        if (strncmp(text, name, length) == 0)
            return text;
        text = strchr(text, '\n');
        if (text)
            text++;
    }
    return NULL;
}

static uint64_t plus(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static uint64_t minus(uint64_t a, uint64_t b)
{
    return a > b ? a - b : 0;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

uint64_t nt_commit_field(const char *text, const char *name, uint64_t otherwise)
{
    const char *line = find_line(text, name);
    uint64_t value;
    char *end;

    if (!line)
        return otherwise;
    line += strlen(name);
    if (*line != ' ' && *line != '\t')
        return otherwise;
    value = strtoull(line, &end, 10);
    if (end == line)
        return otherwise;
    if (strncmp(end, " kB", 3) == 0)
        value = value > UINT64_MAX / 1024 ? UINT64_MAX : value * 1024;
    return value;
}

uint64_t nt_commit_number(const char *text)
{
    char *end;
    uint64_t value = strtoull(text, &end, 10);

    /* Version 1 says "no limit" with the largest multiple of a page. */
    if (end == text || value >= (uint64_t)INT64_MAX - 65535)
        return NT_COMMIT_UNLIMITED;
    return value;
}

uint64_t nt_commit_machine_room(const char *meminfo, const char *overcommit)
{
    uint64_t limit, room;

    if (*overcommit == '2') {
        limit = nt_commit_field(meminfo, "CommitLimit:", NT_COMMIT_UNLIMITED);
        if (limit == NT_COMMIT_UNLIMITED)
            return limit;
        return minus(limit, nt_commit_field(meminfo, "Committed_AS:", 0));
    }
    room = nt_commit_field(meminfo, "MemAvailable:", NT_COMMIT_UNLIMITED);
    return plus(room, nt_commit_field(meminfo, "SwapFree:", 0));
}

uint64_t nt_commit_group_room(const struct nt_commit_group *group, int version, uint64_t swap_free)
{
    uint64_t used, both;

    if (version == 2) {
        if (group->limit == NT_COMMIT_UNLIMITED)
            return NT_COMMIT_UNLIMITED;
        if (group->swap_limit != NT_COMMIT_UNLIMITED)
            swap_free = smaller(swap_free, minus(group->swap_limit, group->swap_usage));
        return plus(minus(group->limit, minus(group->usage, group->cache)), swap_free);
    }
    used = minus(group->usage, group->cache);
    both = group->swap_limit == NT_COMMIT_UNLIMITED
               ? NT_COMMIT_UNLIMITED
               : minus(group->swap_limit, minus(group->swap_usage, group->cache));
    if (group->limit == NT_COMMIT_UNLIMITED)
        return both;
    return smaller(plus(minus(group->limit, used), swap_free), both);
}

/* Whether a version 1 line, "4:cpu,memory:/path", is of the memory controller. */
static bool is_memory_line(const char *controllers, const char *end)
{
    while (controllers < end) {
        const char *comma = memchr(controllers, ',', (size_t)(end - controllers));
        const char *stop = comma ? comma : end;

        if (stop - controllers == 6 && memcmp(controllers, "memory", 6) == 0)
            return true;
        controllers = stop + 1;
    }
    return false;
}

static bool take_path(const char *path, char *ret_path, size_t size)
{
    size_t length = strcspn(path, "\n");

    if (strncmp(path, "/..", 3) == 0 || (length == 1 && *path == '/'))
        length = 0;
    if (length >= size)
        return false;
    memcpy(ret_path, path, length);
    ret_path[length] = '\0';
    return true;
}

bool nt_commit_group_path(const char *text, int version, char *ret_path, size_t size)
{
    for (const char *line = text; line && *line;) {
        const char *next = strchr(line, '\n');
        const char *controllers = strchr(line, ':');
        const char *path = controllers ? strchr(controllers + 1, ':') : NULL;

        if (path && (!next || path < next)) {
            bool ours =
                version == 2 ? strncmp(line, "0::", 3) == 0 : is_memory_line(controllers + 1, path);

            if (ours)
                return take_path(path + 1, ret_path, size);
        }
        line = next ? next + 1 : NULL;
    }
    return false;
}
