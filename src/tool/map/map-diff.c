// SPDX-License-Identifier: MIT
/*
 * Two maps beside one another; see map-diff.h. Allocations are matched in three goes: the same
 * place, an overlap, then by order among those with one kind and name. Each takes those that are
 * not matched yet.
 */
#include "tool/map/map-diff.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <windows.h>

#include "util/macro.h"

/* --- allocations ------------------------------------------------------------------------------ */

static bool is_part(const struct nt_map_allocation *allocation, const struct nt_map_piece *piece)
{
    const struct nt_map_piece *last = allocation->first + allocation->total.pieces - 1;

    return piece->allocation == last->allocation && piece->of_library == last->of_library;
}

static void add_piece(struct nt_map_allocation *allocation, const struct nt_map_piece *piece)
{
    struct nt_map_total *total = &allocation->total;

    /* What is only reserved in it is of its kind too. */
    if (allocation->kind == NT_MAP_RESERVED)
        allocation->kind = piece->kind;
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

int nt_map_allocations(const struct nt_map *map, bool apart, struct nt_map_allocation **ret_list,
                       size_t *ret_count)
{
    struct nt_map_allocation *list = calloc(map->n_pieces + 1, sizeof(*list));
    size_t count = 0;

    if (!list)
        return -ENOMEM;
    for (size_t i = 0; i < map->n_pieces; i++) {
        const struct nt_map_piece *piece = &map->pieces[i];

        if (apart || count == 0 || !is_part(&list[count - 1], piece))
            list[count++] = (struct nt_map_allocation){
                .base = piece->base, .kind = piece->kind, .first = piece};
        add_piece(&list[count - 1], piece);
    }
    *ret_list = list;
    *ret_count = count;
    return 0;
}

int nt_map_keep(struct nt_map *map, unsigned kinds)
{
    NT_CLEANUP(nt_freep) struct nt_map_allocation *list = NULL;
    size_t count, kept = 0;

    if (nt_map_allocations(map, false, &list, &count) < 0)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++) {
        bool all = kinds >> list[i].kind & 1;

        for (uint64_t k = 0; k < list[i].total.pieces; k++) {
            struct nt_map_piece piece = list[i].first[k];

            if (all || (kinds >> piece.kind & 1))
                map->pieces[kept++] = piece;
        }
    }
    map->n_pieces = kept;
    nt_map_add_up(map);
    return 0;
}

/* --- matching --------------------------------------------------------------------------------- */

/* For each allocation of one map the index of its other half, plus one; 0: none. */
struct match {
    size_t *of_before, *of_after;
};

static bool is_alike(const struct nt_map_allocation *a, const struct nt_map_allocation *b)
{
    return a->kind == b->kind && strcmp(a->first->name, b->first->name) == 0;
}

static void pair(struct match *match, size_t before, size_t after)
{
    match->of_before[before] = after + 1;
    match->of_after[after] = before + 1;
}

static uint64_t end_of(const struct nt_map_allocation *allocation)
{
    const struct nt_map_piece *last = allocation->first + allocation->total.pieces - 1;

    return last->base + last->size;
}

static void match_places(const struct nt_map_diff *diff, struct match *match)
{
    for (size_t i = 0, k = 0; i < diff->n_before && k < diff->n_after;) {
        const struct nt_map_allocation *a = &diff->before[i], *b = &diff->after[k];

        if (a->base == b->base && is_alike(a, b))
            pair(match, i, k);
        i += a->base <= b->base;
        k += b->base <= a->base;
    }
}

static void match_overlaps(const struct nt_map_diff *diff, struct match *match)
{
    for (size_t i = 0, k = 0; i < diff->n_before && k < diff->n_after;) {
        const struct nt_map_allocation *a = &diff->before[i], *b = &diff->after[k];
        bool overlap = a->base < end_of(b) && b->base < end_of(a);

        if (overlap && !match->of_before[i] && !match->of_after[k] && is_alike(a, b))
            pair(match, i, k);
        if (end_of(a) <= end_of(b))
            i++;
        else
            k++;
    }
}

/* To sort by what makes two alike, then by address. */
struct order {
    const struct nt_map_allocation *allocation;
    size_t index;
};

static int compare_alike(const struct nt_map_allocation *a, const struct nt_map_allocation *b)
{
    return a->kind != b->kind ? (a->kind < b->kind ? -1 : 1)
                              : strcmp(a->first->name, b->first->name);
}

static int compare(const void *left, const void *right)
{
    const struct order *a = left, *b = right;
    int r = compare_alike(a->allocation, b->allocation);

    return r ? r : (a->index > b->index) - (a->index < b->index);
}

/* Those that are left over and have a name, sorted. */
static size_t sort_rest(const struct nt_map_allocation *list, size_t count, const size_t *matched,
                        struct order *order)
{
    size_t n = 0;

    for (size_t i = 0; i < count; i++)
        if (!matched[i] && list[i].first->name[0])
            order[n++] = (struct order){&list[i], i};
    qsort(order, n, sizeof(*order), compare);
    return n;
}

static int match_order(const struct nt_map_diff *diff, struct match *match)
{
    NT_CLEANUP(nt_freep) struct order *before = calloc(diff->n_before + 1, sizeof(*before));
    NT_CLEANUP(nt_freep) struct order *after = calloc(diff->n_after + 1, sizeof(*after));
    size_t n_before, n_after;

    if (!before || !after)
        return -ENOMEM;
    n_before = sort_rest(diff->before, diff->n_before, match->of_before, before);
    n_after = sort_rest(diff->after, diff->n_after, match->of_after, after);
    for (size_t i = 0, k = 0; i < n_before && k < n_after;) {
        int r = compare_alike(before[i].allocation, after[k].allocation);

        if (r == 0)
            pair(match, before[i].index, after[k].index);
        i += r <= 0;
        k += r >= 0;
    }
    return 0;
}

/* --- what has become of them ------------------------------------------------------------------ */

/* False: nothing. */
static bool differs(const struct nt_map_allocation *a, const struct nt_map_allocation *b,
                    enum nt_map_change_kind *ret_how)
{
    const struct nt_map_total *x = &a->total, *y = &b->total;

    if (y->committed != x->committed)
        *ret_how = y->committed > x->committed ? NT_MAP_GROWN : NT_MAP_SHRUNK;
    else if (y->size != x->size)
        *ret_how = y->size > x->size ? NT_MAP_GROWN : NT_MAP_SHRUNK;
    else if (x->resident != y->resident || x->private_bytes != y->private_bytes ||
             x->swapped != y->swapped || x->pieces != y->pieces ||
             a->first->protect != b->first->protect || a->first->inode != b->first->inode)
        *ret_how = NT_MAP_CHANGED;
    else if (a->base != b->base)
        *ret_how = NT_MAP_MOVED;
    else
        return false;
    return true;
}

static void add_change(struct nt_map_diff *diff, enum nt_map_change_kind how,
                       const struct nt_map_allocation *before,
                       const struct nt_map_allocation *after)
{
    diff->changes[diff->n_changes++] = (struct nt_map_change){how, before, after};
}

static void list_changes(struct nt_map_diff *diff, const struct match *match)
{
    enum nt_map_change_kind how;

    for (size_t k = 0; k < diff->n_after; k++) {
        const struct nt_map_allocation *after = &diff->after[k];
        size_t i = match->of_after[k];

        if (i == 0)
            add_change(diff, NT_MAP_NEW, NULL, after);
        else if (differs(&diff->before[i - 1], after, &how))
            add_change(diff, how, &diff->before[i - 1], after);
    }
    for (size_t i = 0; i < diff->n_before; i++)
        if (!match->of_before[i])
            add_change(diff, NT_MAP_GONE, &diff->before[i], NULL);
}

static int match_all(struct nt_map_diff *diff)
{
    NT_CLEANUP(nt_freep) size_t *of_before = calloc(diff->n_before + 1, sizeof(*of_before));
    NT_CLEANUP(nt_freep) size_t *of_after = calloc(diff->n_after + 1, sizeof(*of_after));
    struct match match = {of_before, of_after};

    diff->changes = calloc(diff->n_before + diff->n_after + 1, sizeof(*diff->changes));
    if (!of_before || !of_after || !diff->changes)
        return -ENOMEM;
    match_places(diff, &match);
    match_overlaps(diff, &match);
    if (match_order(diff, &match) < 0)
        return -ENOMEM;
    list_changes(diff, &match);
    return 0;
}

int nt_map_compare(const struct nt_map *before, const struct nt_map *after,
                   struct nt_map_diff *ret_diff)
{
    int r;

    memset(ret_diff, 0, sizeof(*ret_diff));
    r = nt_map_allocations(before, false, &ret_diff->before, &ret_diff->n_before);
    if (r == 0)
        r = nt_map_allocations(after, false, &ret_diff->after, &ret_diff->n_after);
    if (r == 0)
        r = match_all(ret_diff);
    if (r < 0)
        nt_map_diff_deinit(ret_diff);
    return r;
}

void nt_map_diff_deinit(struct nt_map_diff *diff)
{
    free(diff->before);
    free(diff->after);
    free(diff->changes);
    memset(diff, 0, sizeof(*diff));
}

const char *nt_map_change_name(enum nt_map_change_kind how)
{
    static const char *const names[] = {
        [NT_MAP_NEW] = "new",       [NT_MAP_GONE] = "gone",   [NT_MAP_GROWN] = "grown",
        [NT_MAP_SHRUNK] = "shrunk", [NT_MAP_MOVED] = "moved", [NT_MAP_CHANGED] = "changed",
    };

    return names[how];
}

/* --- JSON ------------------------------------------------------------------------------------- */

static bool add(struct json_object *object, const char *key, struct json_object *value)
{
    if (!value || json_object_object_add(object, key, value) != 0) {
        json_object_put(value);
        return false;
    }
    return true;
}

static struct json_object *address_json(uint64_t address)
{
    char text[24];

    snprintf(text, sizeof(text), "0x%llx", (unsigned long long)address);
    return json_object_new_string(text);
}

static struct json_object *allocation_json(const struct nt_map_allocation *allocation)
{
    struct json_object *object = json_object_new_object();
    const struct nt_map_total *total = &allocation->total;

    if (object && !(add(object, "base", address_json(allocation->base)) &&
                    add(object, "size", json_object_new_uint64(total->size)) &&
                    add(object, "committed", json_object_new_uint64(total->committed)) &&
                    add(object, "resident", json_object_new_uint64(total->resident)) &&
                    add(object, "private_bytes", json_object_new_uint64(total->private_bytes)) &&
                    add(object, "swapped", json_object_new_uint64(total->swapped)))) {
        json_object_put(object);
        return NULL;
    }
    return object;
}

static bool fill_change(struct json_object *object, const struct nt_map_change *change)
{
    const struct nt_map_allocation *one = change->after ? change->after : change->before;

    if (!add(object, "change", json_object_new_string(nt_map_change_name(change->how))) ||
        !add(object, "kind", json_object_new_string(nt_map_kind_name(one->kind))) ||
        !add(object, "name", json_object_new_string(one->first->name)))
        return false;
    return (!change->before || add(object, "before", allocation_json(change->before))) &&
           (!change->after || add(object, "after", allocation_json(change->after)));
}

static struct json_object *changes_json(const struct nt_map_diff *diff)
{
    struct json_object *array = json_object_new_array();

    for (size_t i = 0; array && i < diff->n_changes; i++) {
        struct json_object *object = json_object_new_object();

        if (object && fill_change(object, &diff->changes[i]) &&
            json_object_array_add(array, object) == 0)
            continue;
        json_object_put(object);
        json_object_put(array);
        return NULL;
    }
    return array;
}

static struct json_object *map_json(const struct nt_map *map)
{
    struct json_object *object = json_object_new_object();

    if (object && !(add(object, "pid", json_object_new_int(map->pid)) &&
                    add(object, "command", json_object_new_string(map->command)) &&
                    add(object, "taken_ns", json_object_new_uint64(map->taken_ns)))) {
        json_object_put(object);
        return NULL;
    }
    return object;
}

static struct json_object *delta_json(const struct nt_map_total *a, const struct nt_map_total *b)
{
    struct json_object *object = json_object_new_object();
#define DELTA(key, member) \
    add(object, key, json_object_new_int64((int64_t)b->member - (int64_t)a->member))

    if (object && !(DELTA("size", size) && DELTA("committed", committed) &&
                    DELTA("reserved", reserved) && DELTA("resident", resident) &&
                    DELTA("private_bytes", private_bytes) && DELTA("swapped", swapped))) {
        json_object_put(object);
        return NULL;
    }
#undef DELTA
    return object;
}

static struct json_object *deltas_json(const struct nt_map *before, const struct nt_map *after)
{
    struct json_object *object = json_object_new_object();
    bool done = object && add(object, "all", delta_json(&before->total, &after->total));

    for (enum nt_map_kind kind = 0; done && kind < NT_MAP_N_KINDS; kind++)
        done = add(object, nt_map_kind_name(kind),
                   delta_json(&before->totals[kind], &after->totals[kind]));
    if (!done) {
        json_object_put(object);
        return NULL;
    }
    return object;
}

struct json_object *nt_map_diff_to_json(const struct nt_map *before, const struct nt_map *after,
                                        const struct nt_map_diff *diff)
{
    struct json_object *object = json_object_new_object();

    if (object &&
        !(add(object, "before", map_json(before)) && add(object, "after", map_json(after)) &&
          add(object, "deltas", deltas_json(before, after)) &&
          add(object, "changes", changes_json(diff)))) {
        json_object_put(object);
        return NULL;
    }
    return object;
}
