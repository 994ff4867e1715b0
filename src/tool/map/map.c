// SPDX-License-Identifier: MIT
/*
 * What a map is made of has a name and adds up; see map.h. How it is taken: map-take.c.
 */
#include "tool/map/map.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <windows.h>

#include "tool/map/map-parts.h"
#include "util/macro.h"

/* --- what the kinds are called ---------------------------------------------------------------- */

static const struct {
    const char *name, *title;
} kinds[NT_MAP_N_KINDS] = {
    [NT_MAP_IMAGE] = {"image", "Image"},
    [NT_MAP_VIEW] = {"view", "Shared memory"},
    [NT_MAP_FILE] = {"file", "Mapped file"},
    [NT_MAP_PRIVATE] = {"private", "Private"},
    [NT_MAP_LARGE] = {"large", "Large pages"},
    [NT_MAP_HEAP] = {"heap", "Heap"},
    [NT_MAP_STACK] = {"stack", "Stack"},
    [NT_MAP_DEVICE] = {"device", "Device"},
    [NT_MAP_PLACEHOLDER] = {"placeholder", "Placeholder"},
    [NT_MAP_RESERVED] = {"reserved", "Reserved"},
    [NT_MAP_OWN] = {"library", "Library's own"},
    [NT_MAP_SYSTEM] = {"system", "System"},
};

const char *nt_map_kind_name(enum nt_map_kind kind)
{
    return kinds[kind].name;
}

const char *nt_map_kind_title(enum nt_map_kind kind)
{
    return kinds[kind].title;
}

const char *nt_map_piece_protection(const struct nt_map_piece *piece, char *text)
{
    static const struct {
        uint32_t protect;
        const char *text;
    } rights[] = {
        {PAGE_NOACCESS, "---"},          {PAGE_READONLY, "r--"},
        {PAGE_READWRITE, "rw-"},         {PAGE_WRITECOPY, "rc-"},
        {PAGE_EXECUTE, "--x"},           {PAGE_EXECUTE_READ, "r-x"},
        {PAGE_EXECUTE_READWRITE, "rwx"}, {PAGE_EXECUTE_WRITECOPY, "rcx"},
    };
    const char *known = piece->protect ? "?" : "";

    for (size_t i = 0; i < NT_ARRAY_SIZE(rights); i++)
        if ((piece->protect & 0xFF) == rights[i].protect)
            known = rights[i].text;
    snprintf(text, 32, "%s%s%s", known, known[0] && piece->guard ? " " : "",
             piece->guard ? "guard" : "");
    return text;
}

/* --- sums ------------------------------------------------------------------------------------- */

static void add_to(struct nt_map_total *total, const struct nt_map_piece *piece)
{
    total->pieces++;
    total->size += piece->size;
    *(piece->state == MEM_COMMIT ? &total->committed : &total->reserved) += piece->size;
    total->resident += piece->resident;
    total->dirty += piece->dirty;
    total->private_bytes += piece->private_bytes;
    total->proportional += piece->proportional;
    total->swapped += piece->swapped;
    if (piece->size > total->largest)
        total->largest = piece->size;
}

void nt_map_add_up(struct nt_map *map)
{
    memset(map->totals, 0, sizeof(map->totals));
    memset(&map->total, 0, sizeof(map->total));
    for (size_t i = 0; i < map->n_pieces; i++) {
        add_to(&map->totals[map->pieces[i].kind], &map->pieces[i]);
        add_to(&map->total, &map->pieces[i]);
    }
}

void nt_map_deinit(struct nt_map *map)
{
    free(map->pieces);
    nt_map_texts_free(map->texts);
    map->pieces = NULL;
    map->texts = NULL;
    map->n_pieces = 0;
}
