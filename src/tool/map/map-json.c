// SPDX-License-Identifier: MIT
/*
 * A map read from JSON, as map-write.c writes it. It may be anybody's file: every field has its
 * bounds, pieces are in order and do not overlap, sums are made anew.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <windows.h>

#include "tool/map/map-parts.h"
#include "tool/kit/protection.h"
#include "tool/kit/text.h"
#include "util/macro.h"

#define MOST          (1u << 22) /* pieces */
#define PAGE          4096u
#define MOST_NODES    4096
#define TOP           (UINT64_MAX - PAGE + 1) /* no piece ends above */

/* What is true or false of a piece, and the numbers of bytes. */
#define PIECE(member) offsetof(struct nt_map_piece, member)
const struct nt_map_field nt_map_marks[NT_MAP_N_MARKS] = {
    {"guard", PIECE(guard)},
    {"copy_on_write", PIECE(copy_on_write)},
    {"from_library", PIECE(of_library)},
    {"write_watch", PIECE(write_watch)},
    {"window", PIECE(window)},
    {"pinned", PIECE(pinned)},
};
const struct nt_map_field nt_map_numbers[NT_MAP_N_NUMBERS] = {
    {"resident", PIECE(resident)},
    {"dirty", PIECE(dirty)},
    {"private_bytes", PIECE(private_bytes)},
    {"proportional", PIECE(proportional)},
    {"swapped", PIECE(swapped)},
};

static bool get_number(struct json_object *object, const char *key, uint64_t most,
                       uint64_t *ret_number)
{
    struct json_object *value;

    if (!json_object_object_get_ex(object, key, &value) ||
        !json_object_is_type(value, json_type_int) || json_object_get_int64(value) < 0)
        return false;
    *ret_number = json_object_get_uint64(value);
    return *ret_number <= most;
}

/* Lower-case hexadecimal behind 0x, as it is written. */
static bool get_address(struct json_object *object, const char *key, uint64_t *ret_address)
{
    struct json_object *value;
    const char *text;

    if (!json_object_object_get_ex(object, key, &value) ||
        !json_object_is_type(value, json_type_string))
        return false;
    text = json_object_get_string(value);
    if (strncmp(text, "0x", 2) != 0 || !text[2] || strlen(text) > 18 ||
        strspn(text + 2, "0123456789abcdef") != strlen(text + 2))
        return false;
    *ret_address = strtoull(text, NULL, 16);
    return true;
}

static const char *get_text(struct json_object *object, const char *key, size_t *ret_length)
{
    struct json_object *value;

    if (!json_object_object_get_ex(object, key, &value) ||
        !json_object_is_type(value, json_type_string))
        return NULL;
    *ret_length = (size_t)json_object_get_string_len(value);
    return json_object_get_string(value);
}

static bool get_flag(struct json_object *object, const char *key, bool *ret_flag)
{
    struct json_object *value;

    if (!json_object_object_get_ex(object, key, &value) ||
        !json_object_is_type(value, json_type_boolean))
        return false;
    *ret_flag = json_object_get_boolean(value);
    return true;
}

static bool get_protect(struct json_object *object, const char *key, uint32_t *ret_protect)
{
    size_t length;
    const char *text = get_text(object, key, &length);

    *ret_protect = 0;
    if (!text || !text[0])
        return text != NULL;
    return nt_protection_by_name(text, ret_protect);
}

static bool get_kind(struct json_object *object, enum nt_map_kind *ret_kind)
{
    size_t length;
    const char *text = get_text(object, "kind", &length);

    for (*ret_kind = 0; text && *ret_kind < NT_MAP_N_KINDS; ++*ret_kind)
        if (strcmp(text, nt_map_kind_name(*ret_kind)) == 0)
            return true;
    return false;
}

static bool get_state(struct json_object *object, uint32_t *ret_state)
{
    size_t length;
    const char *text = get_text(object, "state", &length);

    *ret_state = text && strcmp(text, "committed") == 0 ? MEM_COMMIT : MEM_RESERVE;
    return text && (*ret_state == MEM_COMMIT || strcmp(text, "reserved") == 0);
}

static bool get_node(struct json_object *object, int *ret_node)
{
    struct json_object *value;
    int64_t node;

    if (!json_object_object_get_ex(object, "node", &value) ||
        !json_object_is_type(value, json_type_int))
        return false;
    node = json_object_get_int64(value);
    *ret_node = (int)node;
    return node >= -1 && node <= MOST_NODES;
}

/* -ENOMEM, or -EINVAL when there is no such text. */
static int get_name(struct nt_map *map, struct json_object *object, const char *key,
                    const char **ret_name)
{
    size_t length;
    const char *text = get_text(object, key, &length);

    if (!text)
        return -EINVAL;
    *ret_name = nt_map_text(map, text, length);
    return *ret_name ? 0 : -ENOMEM;
}

static bool get_numbers(struct json_object *object, struct nt_map_piece *piece)
{
    bool done = true;

    for (size_t i = 0; done && i < NT_MAP_N_MARKS; i++)
        done =
            get_flag(object, nt_map_marks[i].key, (bool *)((char *)piece + nt_map_marks[i].field));
    for (size_t i = 0; done && i < NT_MAP_N_NUMBERS; i++)
        done = get_number(object, nt_map_numbers[i].key, piece->size,
                          (uint64_t *)((char *)piece + nt_map_numbers[i].field));
    return done;
}

/* @from: where the piece before it ends. */
static int piece_from_json(struct json_object *object, struct nt_map *map, uint64_t from,
                           struct nt_map_piece *piece)
{
    int r;

    *piece = (struct nt_map_piece){.name = "", .file = ""};
    if (!json_object_is_type(object, json_type_object) ||
        !get_address(object, "base", &piece->base) ||
        !get_number(object, "size", UINT64_MAX, &piece->size) ||
        !get_address(object, "allocation", &piece->allocation) || !get_kind(object, &piece->kind) ||
        !get_state(object, &piece->state) || !get_protect(object, "protect", &piece->protect) ||
        !get_protect(object, "allocated", &piece->allocated) || !get_numbers(object, piece) ||
        !get_node(object, &piece->node) ||
        !get_number(object, "page_size", 1ull << 40, &piece->page_size) ||
        !get_address(object, "offset", &piece->offset) ||
        !get_address(object, "device", &piece->device) ||
        !get_number(object, "inode", UINT64_MAX, &piece->inode))
        return -EINVAL;
    if (piece->base < from || piece->base % PAGE || piece->size % PAGE || !piece->size ||
        piece->base >= TOP || piece->size > TOP - piece->base || piece->allocation > piece->base ||
        piece->page_size < PAGE || piece->page_size % PAGE)
        return -EINVAL;
    r = get_name(map, object, "name", &piece->name);
    return r < 0 ? r : get_name(map, object, "file", &piece->file);
}

static int pieces_from_json(struct json_object *object, struct nt_map *map)
{
    struct json_object *pieces;
    uint64_t from = 0;
    size_t count;
    int r = 0;

    if (!json_object_object_get_ex(object, "pieces", &pieces) ||
        !json_object_is_type(pieces, json_type_array))
        return -EINVAL;
    count = json_object_array_length(pieces);
    if (count > MOST)
        return -EINVAL;
    map->pieces = calloc(count ? count : 1, sizeof(*map->pieces));
    if (!map->pieces)
        return -ENOMEM;
    while (r == 0 && map->n_pieces < count) {
        struct nt_map_piece *piece = &map->pieces[map->n_pieces];

        r = piece_from_json(json_object_array_get_idx(pieces, map->n_pieces), map, from, piece);
        from = piece->base + piece->size;
        map->n_pieces += r == 0;
    }
    return r;
}

static int head_from_json(struct json_object *object, struct nt_map *map)
{
    const char *text;
    uint64_t number;
    size_t length;

    text = get_text(object, "format", &length);
    if (!text || strcmp(text, NT_MAP_FORMAT) != 0 ||
        !get_number(object, "version", NT_MAP_VERSION, &number) || number != NT_MAP_VERSION ||
        !get_number(object, "pid", INT32_MAX, &number) ||
        !get_flag(object, "cooperated", &map->cooperated) ||
        !get_flag(object, "consistent", &map->consistent) ||
        !get_number(object, "taken_ns", INT64_MAX, &map->taken_ns))
        return -EINVAL;
    map->pid = (pid_t)number;
    text = get_text(object, "command", &length);
    if (!text)
        return -EINVAL;
    nt_text_clean(text, length, map->command, sizeof(map->command));
    text = get_text(object, "why_not", &length);
    if (!text)
        return -EINVAL;
    nt_text_clean(text, length, map->why_not, sizeof(map->why_not));
    return 0;
}

int nt_map_from_json(struct json_object *object, struct nt_map *ret_map)
{
    int r;

    memset(ret_map, 0, sizeof(*ret_map));
    if (!json_object_is_type(object, json_type_object))
        return -EINVAL;
    r = head_from_json(object, ret_map);
    if (r == 0)
        r = pieces_from_json(object, ret_map);
    if (r < 0)
        nt_map_deinit(ret_map);
    else
        nt_map_add_up(ret_map);
    return r;
}
