// SPDX-License-Identifier: MIT
/*
 * The part of a map that the library in the process tells, through its service thread.
 *
 * The names of sections are paths in the name space of objects; what this user would type for them
 * is shorter, and is what is kept.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <windows.h>
#include <ntshm/ntshm.h>

#include "tool/map/map-parts.h"

struct asking {
    struct nt_map *map;
    struct nt_map_runs *runs;
    DWORD session; /* whose names this process can call Local\x */
    bool has_session;
    int error;
};

static bool our_session(DWORD *ret_session)
{
    HANDLE token = NULL;
    DWORD length;
    BOOL told =
        OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token) &&
        GetTokenInformation(token, TokenSessionId, ret_session, sizeof(*ret_session), &length);

    if (token)
        CloseHandle(token);
    return told;
}

/* The rest of a name that is in the directory of that session, else NULL. */
static const char *in_session(const struct asking *asking, const char *name, const char *directory)
{
    static const char sessions[] = "\\Sessions\\";
    char *end;

    if (strncmp(name, sessions, sizeof(sessions) - 1) != 0 || !asking->has_session ||
        strtoul(name + sizeof(sessions) - 1, &end, 10) != asking->session ||
        strncmp(end, directory, strlen(directory)) != 0)
        return NULL;
    return end + strlen(directory);
}

/* Global\x and Local\x for what is in the one directory and in that of the session. */
static const char *short_name(const struct asking *asking, const char *name)
{
    static const char directory[] = "\\BaseNamedObjects\\";
    const char *local = in_session(asking, name, directory), *leaf = local;
    char text[4200];

    if (strncmp(name, directory, sizeof(directory) - 1) == 0)
        leaf = name + sizeof(directory) - 1;
    if (!leaf)
        return nt_map_text(asking->map, name, strlen(name));
    snprintf(text, sizeof(text), "%s\\%s", local ? "Local" : "Global", leaf);
    return nt_map_text(asking->map, text, strlen(text));
}

static struct nt_map_run *add(struct nt_map_runs *runs)
{
    if (runs->count == runs->room) {
        size_t room = runs->room ? 2 * runs->room : 64;
        struct nt_map_run *entries = reallocarray(runs->entries, room, sizeof(*entries));

        if (!entries)
            return NULL;
        runs->entries = entries;
        runs->room = room;
    }
    return &runs->entries[runs->count++];
}

static BOOL visit(const struct ntshm_region_run *run, void *context)
{
    struct asking *asking = context;
    const char *name = short_name(asking, run->name);
    struct nt_map_run *ours = name ? add(asking->runs) : NULL;

    if (!ours) {
        asking->error = -ENOMEM;
        return FALSE;
    }
    *ours = (struct nt_map_run){
        .base = (uint64_t)run->base,
        .size = run->size,
        .allocation = (uint64_t)run->allocation_base,
        .allocated = run->allocation_protect,
        .state = run->state,
        .protect = run->protect,
        .type = run->type,
        .flags = run->flags,
        .node = run->node == NUMA_NO_PREFERRED_NODE || run->node > 4096 ? -1 : (int)run->node,
        .offset = run->offset,
        .name = name,
    };
    return TRUE;
}

static HANDLE open_process(const struct nt_map *map)
{
    return OpenProcess(PROCESS_QUERY_INFORMATION, FALSE, (DWORD)map->pid);
}

static BOOL ask(HANDLE process, unsigned patience_ms, struct asking *asking, ULONGLONG *ret_changes)
{
    return ntshm_query_regions(process, patience_ms, asking ? visit : NULL, asking, ret_changes);
}

/* ERROR_NOT_SUPPORTED needs no word here: the caller sees what the process maps. */
static void why_not(struct nt_map *map, DWORD error)
{
    const char *why = error == ERROR_NOT_SUPPORTED   ? ""
                      : error == ERROR_ACCESS_DENIED ? "is another user's, or ends"
                      : error == ERROR_SEM_TIMEOUT   ? "does not answer"
                                                     : NULL;

    if (why)
        snprintf(map->why_not, sizeof(map->why_not), "%s", why);
    else
        snprintf(map->why_not, sizeof(map->why_not), "does not answer: error %u", (unsigned)error);
}

int nt_map_ask_library(struct nt_map *map, unsigned patience_ms, struct nt_map_runs *ret_runs)
{
    struct asking asking = {.map = map, .runs = ret_runs};
    ULONGLONG changes = 0;
    HANDLE process;

    asking.has_session = our_session(&asking.session);
    process = open_process(map);
    ret_runs->told = process && ask(process, patience_ms, &asking, &changes);
    if (!ret_runs->told)
        why_not(map, GetLastError());
    ret_runs->changes = changes;
    if (process)
        CloseHandle(process);
    return asking.error;
}

uint64_t nt_map_library_changes(const struct nt_map *map, unsigned patience_ms)
{
    HANDLE process = open_process(map);
    ULONGLONG changes = 0;

    if (process && !ask(process, patience_ms, NULL, &changes))
        changes = 0;
    if (process)
        CloseHandle(process);
    return changes;
}
