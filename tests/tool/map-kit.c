// SPDX-License-Identifier: MIT
/*
 * The scene, and the reader of maps; see map-kit.h.
 */
#include <windows.h>
#include <ntshm/ntshm.h>

#include "tool/map-kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- a process with something of everything --------------------------------------------------- */

char *map_at(const char *text)
{
    return (char *)strtoull(text, NULL, 16);
}

/* One line of what is where: section's view, private memory, placeholder, reserved section's view.
 */
static void make_scene(const char *name)
{
    HANDLE section =
        CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 16 * MAP_GRANULE, name);
    HANDLE reserve = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE | SEC_RESERVE, 0,
                                        4 * MAP_GRANULE, NULL);
    char *view = MapViewOfFile(section, FILE_MAP_ALL_ACCESS, 0, 2 * MAP_GRANULE, 4 * MAP_GRANULE);
    char *memory = VirtualAlloc(NULL, 16 * MAP_GRANULE, MEM_RESERVE, PAGE_READWRITE);
    char *place = VirtualAlloc2(NULL, NULL, 8 * MAP_GRANULE, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER,
                                PAGE_NOACCESS, NULL, 0);
    char *later = MapViewOfFile(reserve, FILE_MAP_ALL_ACCESS, 0, 0, 0);

    require(view && memory && place && later);
    require(VirtualAlloc(memory + MAP_GRANULE, 2 * MAP_GRANULE, MEM_COMMIT, PAGE_READWRITE) !=
            NULL);
    require(VirtualAlloc(memory + 8 * MAP_GRANULE, MAP_PAGE, MEM_COMMIT,
                         PAGE_READONLY | PAGE_GUARD) != NULL);
    require(VirtualAlloc(later + MAP_PAGE, 2 * MAP_PAGE, MEM_COMMIT, PAGE_READWRITE) != NULL);
    memset(view, 1, 3 * MAP_PAGE);
    memset(memory + MAP_GRANULE, 1, 5 * MAP_PAGE);
    test_say("%p %p %p %p", (void *)view, (void *)memory, (void *)place, (void *)later);
}

static void grow(char *memory, char *view)
{
    require(VirtualAlloc(memory + 4 * MAP_GRANULE, MAP_GRANULE, MEM_COMMIT, PAGE_READWRITE) !=
            NULL);
    require(UnmapViewOfFile(view));
    memory = VirtualAlloc(NULL, 3 * MAP_GRANULE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    require(memory != NULL);
    test_say("%p", (void *)memory);
}

CHILD(map_scene)
{
    char line[256], memory[64], view[64];

    make_scene(argv[1]);
    if (strcmp(argv[2], "helps") == 0)
        require(ntshm_service_start());
    test_say("ready");
    while (test_hear(line, sizeof(line), 60000)) {
        if (sscanf(line, "grow %63s %63s", memory, view) == 2)
            grow(map_at(memory), map_at(view));
        else
            return 0;
    }
    return 0;
}

void scene_start(struct scene *scene, const char *helps)
{
    char line[256], words[4][64];

    require(test_child_start(&scene->child, "map_scene", A_("Local\\scene"), helps));
    require(test_child_read_line(&scene->child, line, sizeof(line), MAP_PATIENCE));
    require(sscanf(line, "%63s %63s %63s %63s", words[0], words[1], words[2], words[3]) == 4);
    scene->view = map_at(words[0]);
    scene->memory = map_at(words[1]);
    scene->place = map_at(words[2]);
    scene->later = map_at(words[3]);
    test_child_expect(&scene->child, "ready", MAP_PATIENCE);
    snprintf(scene->pid, sizeof(scene->pid), "%d", (int)scene->child.pid);
}

void scene_end(struct scene *scene)
{
    test_child_write_line(&scene->child, "end");
    ok_eq(test_child_wait(&scene->child, MAP_PATIENCE), 0);
}

/* --- reading what is told --------------------------------------------------------------------- */

struct json_object *map_of(const char *source)
{
    struct json_object *map;
    struct run run;

    /* Tens of thousands of regions, under a sanitizer, take their time. */
    run_tool(&run, "map", "--json", "--deadline=60", source);
    ok_eq(run.code, 0);
    map = run_json(&run);
    run_free(&run);
    return map;
}

uint64_t map_address(struct json_object *object, const char *key)
{
    return strtoull(json_text(object, key), NULL, 16);
}

/* The piece that begins at an address, or NULL. */
struct json_object *map_piece_at(struct json_object *map, const void *address)
{
    struct json_object *pieces = json_at(map, "pieces");

    for (size_t i = 0; i < json_length(pieces); i++)
        if (map_address(json_item(pieces, i), "base") == (uint64_t)address)
            return json_item(pieces, i);
    return NULL;
}

bool map_flag(struct json_object *object, const char *key)
{
    return json_object_get_boolean(json_at(object, key));
}

/* In order, apart from one another, and adding up to what is said of them. */
void ok_map_pieces(struct json_object *map)
{
    static const char *const sums[] = {"size",          "resident",     "dirty",
                                       "private_bytes", "proportional", "swapped"};
    struct json_object *pieces = json_at(map, "pieces"),
                       *all = json_at(json_at(map, "totals"), "all");
    uint64_t sum[6] = {0}, end = 0;

    for (size_t i = 0; i < json_length(pieces); i++) {
        struct json_object *piece = json_item(pieces, i);

        if (map_address(piece, "base") < end)
            ok(false, "piece %zu begins below the end of the one before it", i);
        end = map_address(piece, "base") + json_number(piece, "size");
        for (size_t k = 0; k < 6; k++)
            sum[k] += json_number(piece, sums[k]);
    }
    ok_eq(json_number(all, "pieces"), json_length(pieces));
    for (size_t k = 0; k < 6; k++)
        ok_eq(json_number(all, sums[k]), sum[k]);
}
