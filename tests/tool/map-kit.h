/* SPDX-License-Identifier: MIT */
/*
 * A process with something of everything in its memory, and what `ntshm map --json` says of a
 * process, looked through.
 */
#ifndef NTSHM_TEST_TOOL_MAP_KIT_H
#define NTSHM_TEST_TOOL_MAP_KIT_H

#include "harness/test.h"
#include "tool/run.h"

#define MAP_PATIENCE 30000
#define MAP_GRANULE  0x10000u
#define MAP_PAGE     4096u

/*
 * What it has: a view of 4 granules at offset 2 of the section Local\scene, 3 pages of it touched;
 * 16 granules reserved, of them 1 and 2 committed, 5 pages touched, and a guard page at 8; a
 * placeholder of 8; and a view of a reserved section, of which pages 1 and 2 are committed.
 */
struct scene {
    struct test_child child;
    char pid[16];
    char *view, *memory, *place, *later;
};

/** scene_start() - @helps: "helps" with the service thread, "silent" without */
void scene_start(struct scene *scene, const char *helps);
void scene_end(struct scene *scene);

/** map_of() - of a pid or a file; an assertion fails when there is none */
struct json_object *map_of(const char *source);
/** map_piece_at() - the piece that begins at an address, or NULL */
struct json_object *map_piece_at(struct json_object *map, const void *address);
/** map_address() - a member that is an address; map_flag() - one that is true or false */
uint64_t map_address(struct json_object *object, const char *key);
bool map_flag(struct json_object *object, const char *key);
/** map_at() - an address as printf's %p tells it */
char *map_at(const char *text);

/** ok_map_pieces() - in order, apart from one another, and adding up to what is said of them */
void ok_map_pieces(struct json_object *map);

#define ok_piece(map, address, size_, kind_, state_, protect_)   \
    do {                                                         \
        struct json_object *piece_ = map_piece_at(map, address); \
        ok(piece_ != NULL, "no piece at %p", (void *)(address)); \
        ok_eq(json_number(piece_, "size"), (uint64_t)(size_));   \
        ok_str_eq(json_text(piece_, "kind"), (kind_));           \
        ok_str_eq(json_text(piece_, "state"), (state_));         \
        ok_str_eq(json_text(piece_, "protect"), (protect_));     \
    } while (0)

#endif
