// SPDX-License-Identifier: MIT
/*
 * Maps as JSON, as it is written and as anybody may write it; and what has changed between two.
 */
#include <windows.h>

#include "tool/map/map-diff.h"
#include "tool/map-look.h"

#include <errno.h>

/* --- JSON ------------------------------------------------------------------------------------- */

static char *text_of(const struct nt_map *map)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);

    require(stream != NULL);
    ok_eq(nt_map_write_json(map, stream), 0);
    fclose(stream);
    return text;
}

static struct json_object *json_of(const struct nt_map *map)
{
    char *text = text_of(map);
    struct json_object *json = json_tokener_parse(text);

    free(text);
    return json;
}

/* As json-c would write it, and as it was when it was read. */
static void ok_same_text(const struct nt_map *map, struct json_object *json,
                         const struct nt_map *again)
{
    char *text = text_of(map), *text_again = text_of(again);

    ok_str_eq(text_again, text);
    text[strlen(text) - 1] = '\0';
    ok_str_eq(json_object_to_json_string_ext(json, JSON_C_TO_STRING_PRETTY |
                                                       JSON_C_TO_STRING_NOSLASHESCAPE),
              text);
    free(text);
    free(text_again);
}

TEST(json_of_a_map_is_that_map, "")
{
    const struct look look = {.smaps = look_program, .stack = 0x7f1000700000};
    struct nt_map map = look_at(&look), again;
    struct json_object *json = json_of(&map);

    require(json != NULL);
    ok_eq(nt_map_from_json(json, &again), 0);
    ok_eq(again.n_pieces, map.n_pieces);
    ok_same_text(&map, json, &again);
    ok_eq(again.pid, 7);
    ok_str_eq(again.command, "seven");
    ok_mem_eq(&again.totals, &map.totals, sizeof(map.totals));
    ok_mem_eq(&again.total, &map.total, sizeof(map.total));
    for (size_t i = 0; i < map.n_pieces && i < again.n_pieces; i++) {
        struct nt_map_piece piece = again.pieces[i];

        ok_str_eq(piece.name, map.pieces[i].name);
        ok_str_eq(piece.file, map.pieces[i].file);
        ok_eq(piece.base, map.pieces[i].base);
        ok_eq(piece.size, map.pieces[i].size);
        ok_eq(piece.allocation, map.pieces[i].allocation);
        ok_eq(piece.kind, map.pieces[i].kind);
        ok_eq(piece.state, map.pieces[i].state);
        ok_eq(piece.protect, map.pieces[i].protect);
        ok_eq(piece.allocated, map.pieces[i].allocated);
        ok_eq(piece.offset, map.pieces[i].offset);
        ok_eq(piece.resident, map.pieces[i].resident);
        ok_eq(piece.page_size, map.pieces[i].page_size);
        ok_eq(piece.guard, map.pieces[i].guard);
        ok_eq(piece.node, map.pieces[i].node);
        ok_eq(piece.inode, map.pieces[i].inode);
        ok_eq(piece.device, map.pieces[i].device);
    }
    json_object_put(json);
    nt_map_deinit(&again);
    nt_map_deinit(&map);
}

/* A map with one field of its second piece, or of itself, put another way. */
static int with(const char *key, const char *value, bool of_piece)
{
    const struct look look = {.smaps = look_program};
    struct nt_map map = look_at(&look), again;
    struct json_object *json = json_of(&map), *pieces, *to = json, *other;
    int r;

    require(json && json_object_object_get_ex(json, "pieces", &pieces));
    if (of_piece)
        to = json_object_array_get_idx(pieces, 1);
    other = value ? json_tokener_parse(value) : NULL;
    require(!value || other);
    if (other)
        json_object_object_add(to, key, other);
    else
        json_object_object_del(to, key);
    r = nt_map_from_json(json, &again);
    nt_map_deinit(&again);
    nt_map_deinit(&map);
    json_object_put(json);
    return r;
}

/* Whoever names a file chooses what stands in the JSON, and no more than that. */
TEST(json_holds_any_name, "")
{
    const struct look look = {
        .smaps = "1000-2000 r--s 00000000 fe:00 5   /a\"},{\\b\x1b\xff\xc3\xa9/\x7f\n"};
    struct nt_map map = look_at(&look), again;
    struct json_object *json;

    snprintf(map.command, sizeof(map.command), "\"%s", "\\");
    json = json_of(&map);
    require(json != NULL);
    ok_eq(nt_map_from_json(json, &again), 0);
    ok_str_eq(again.command, "\"\\");
    require(again.n_pieces == 1);
    ok_str_eq(again.pieces[0].name, map.pieces[0].name);
    ok_same_text(&map, json, &again);
    json_object_put(json);
    nt_map_deinit(&again);
    nt_map_deinit(&map);
}

TEST(map_of_nothing_is_json_too, "")
{
    struct nt_map map = {.pid = 1}, again;
    struct json_object *json = json_of(&map);

    require(json != NULL);
    ok_eq(nt_map_from_json(json, &again), 0);
    ok_eq(again.n_pieces, 0);
    ok_same_text(&map, json, &again);
    json_object_put(json);
    nt_map_deinit(&again);
}

TEST(json_that_lies_is_refused, "")
{
    ok_eq(with("command", "\"x\"", false), 0); /* the control */
    ok_eq(with("format", "\"map\"", false), -EINVAL);
    ok_eq(with("version", "2", false), -EINVAL);
    ok_eq(with("pid", "-1", false), -EINVAL);
    ok_eq(with("pid", "1e10", false), -EINVAL);
    ok_eq(with("pieces", "{}", false), -EINVAL);
    ok_eq(with("pieces", "[7]", false), -EINVAL);
    ok_eq(with("command", NULL, false), -EINVAL);
    ok_eq(with("base", "\"0x400000\"", true), -EINVAL); /* over the first */
    ok_eq(with("base", "\"0x401001\"", true), -EINVAL);
    ok_eq(with("base", "\"401000\"", true), -EINVAL);
    ok_eq(with("base", "4198400", true), -EINVAL);
    ok_eq(with("base", "\"0xfffffffffffff000\"", true), -EINVAL);
    ok_eq(with("base", "\"0x10000000000000000\"", true), -EINVAL);
    ok_eq(with("size", "18446744073709547520", true), -EINVAL);
    ok_eq(with("size", "1", true), -EINVAL);
    ok_eq(with("size", "0", true), -EINVAL);
    ok_eq(with("size", "1048576", true), -EINVAL); /* over the third */
    ok_eq(with("kind", "\"memory\"", true), -EINVAL);
    ok_eq(with("state", "\"free\"", true), -EINVAL);
    ok_eq(with("protect", "\"rw\"", true), -EINVAL);
    ok_eq(with("resident", "1073741824", true), -EINVAL);
    ok_eq(with("resident", "-4096", true), -EINVAL);
    ok_eq(with("node", "-2", true), -EINVAL);
    ok_eq(with("guard", "1", true), -EINVAL);
    ok_eq(with("page_size", "3", true), -EINVAL);
    ok_eq(with("name", "7", true), -EINVAL);
    ok_eq(with("inode", NULL, true), -EINVAL);
}

/* --- differences ------------------------------------------------------------------------------ */

static const char *change_at(const struct nt_map_diff *diff, uint64_t before, uint64_t after)
{
    for (size_t i = 0; i < diff->n_changes; i++) {
        const struct nt_map_change *change = &diff->changes[i];

        if ((change->before ? change->before->base : 0) == before &&
            (change->after ? change->after->base : 0) == after)
            return nt_map_change_name(change->how);
    }
    return "";
}

TEST(differences_are_found_by_place_by_overlap_and_by_name, "")
{
    const struct look first = {.smaps = "1000-2000 rw-p 00000000 00:00 0 [heap]\n"
                                        "5000-6000 r--s 00000000 fe:00 3 /x\n"
                                        "7000-8000 r--s 00000000 fe:00 4 /y\n"
                                        "9000-a000 rw-p 00000000 00:00 0 \n"
                                        "c000-d000 rw-p 00000000 00:00 0 \n"
                                        "f000-11000 rw-p 00000000 00:00 0 [stack]\n"
                                        "15000-16000 rw-p 00000000 00:00 0 \n"};
    const struct look second = {.smaps = "1000-4000 rw-p 00000000 00:00 0 [heap]\n"
                                         "6000-7000 r--s 00000000 fe:00 3 /x\n"
                                         "9000-a000 rw-p 00000000 00:00 0 \nRss: 4 kB\n"
                                         "c000-d000 r--s 00000000 fe:00 9 /z\n"
                                         "e000-11000 rw-p 00000000 00:00 0 [stack]\n"
                                         "14000-16000 rw-p 00000000 00:00 0 \n"};
    struct nt_map before = look_at(&first), after = look_at(&second);
    struct nt_map_diff diff;

    ok_eq(nt_map_compare(&before, &after, &diff), 0);
    ok_str_eq(change_at(&diff, 0x1000, 0x1000), "grown");
    ok_str_eq(change_at(&diff, 0x5000, 0x6000), "moved");
    ok_str_eq(change_at(&diff, 0x7000, 0), "gone");
    ok_str_eq(change_at(&diff, 0x9000, 0x9000), "changed");
    ok_str_eq(change_at(&diff, 0xc000, 0), "gone");
    ok_str_eq(change_at(&diff, 0, 0xc000), "new");
    ok_str_eq(change_at(&diff, 0xf000, 0xe000), "grown");
    ok_str_eq(change_at(&diff, 0x15000, 0x14000), "grown");
    ok_eq(diff.n_changes, 8);
    nt_map_diff_deinit(&diff);
    ok_eq(nt_map_compare(&before, &before, &diff), 0);
    ok_eq(diff.n_changes, 0);
    nt_map_diff_deinit(&diff);
    nt_map_deinit(&before);
    nt_map_deinit(&after);
}

TEST(map_keeps_the_kinds_that_are_wanted, "")
{
    static const struct nt_map_run runs[] = {
        {.base = 0x10000,
         .size = 0x1000,
         .allocation = 0x10000,
         .state = MEM_COMMIT,
         .type = MEM_PRIVATE,
         .protect = PAGE_READWRITE,
         .name = ""},
        {.base = 0x11000,
         .size = 0x1000,
         .allocation = 0x10000,
         .state = MEM_RESERVE,
         .type = MEM_PRIVATE,
         .name = ""},
    };
    const struct look look = {.smaps = "1000-2000 rw-p 00000000 00:00 0 [heap]\n"
                                       "10000-12000 rw-p 00000000 00:00 0 \nRss: 4 kB\n"
                                       "20000-30000 ---p 00000000 00:00 0 \n",
                              .runs = runs,
                              .n_runs = 2};
    struct nt_map map = look_at(&look);

    ok_eq(map.n_pieces, 4);
    ok_eq(nt_map_keep(&map, 1u << NT_MAP_PRIVATE), 0);
    ok_eq(map.n_pieces, 2); /* and what is reserved in it */
    ok_eq(map.total.size, 0x2000);
    ok_eq(map.total.resident, 0x1000);
    ok_eq(map.totals[NT_MAP_HEAP].pieces, 0);
    ok_eq(nt_map_keep(&map, 1u << NT_MAP_IMAGE), 0);
    ok_eq(map.n_pieces, 0);
    nt_map_deinit(&map);
}
