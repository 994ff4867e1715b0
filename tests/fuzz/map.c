// SPDX-License-Identifier: MIT
/*
 * The reader of saved maps, and what is done with a map that it took: compared with itself, written
 * and read again, and drawn.
 */
#include <json-c/json.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "tool/map/map-diff.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct nt_map *map)
{
    struct nt_map_diff diff;
    uint64_t end = 0, sum = 0;

    for (size_t i = 0; i < map->n_pieces; i++) {
        if (map->pieces[i].base < end || !map->pieces[i].name || !map->pieces[i].file)
            abort();
        end = map->pieces[i].base + map->pieces[i].size;
        sum += map->pieces[i].size;
    }
    if (sum != map->total.size)
        abort();
    if (nt_map_compare(map, map, &diff) == 0) {
        if (diff.n_changes)
            abort();
        nt_map_diff_deinit(&diff);
    }
}

static void draw(const struct nt_map *map)
{
    static FILE *sink;

    if (!sink)
        sink = fopen("/dev/null", "we");
    if (!sink || nt_map_draw_svg(map, sink) || nt_map_draw_html(map, sink))
        abort();
}

static void write_again(const struct nt_map *map)
{
    struct json_object *json;
    struct nt_map again;
    size_t size = 0;
    char *text = NULL;
    FILE *stream = open_memstream(&text, &size);

    if (!stream || nt_map_write_json(map, stream) < 0)
        abort();
    fclose(stream);
    json = json_tokener_parse(text);
    free(text);
    if (!json || nt_map_from_json(json, &again) != 0 || again.n_pieces != map->n_pieces)
        abort();
    nt_map_deinit(&again);
    json_object_put(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct json_tokener *tokener = size < 1u << 20 ? json_tokener_new_ex(8) : NULL;
    struct json_object *json;
    struct nt_map map;

    if (!tokener)
        return 0;
    json = json_tokener_parse_ex(tokener, (const char *)data, (int)size);
    json_tokener_free(tokener);
    if (nt_map_from_json(json, &map) == 0) {
        check(&map);
        write_again(&map);
        draw(&map);
        nt_map_deinit(&map);
    }
    json_object_put(json);
    return 0;
}
