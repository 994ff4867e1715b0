// SPDX-License-Identifier: MIT
/*
 * Maps as tables for people: first whose it is and who told it, then the totals, then the rows.
 */
#include "tool/map/map-print.h"

#include <stdlib.h>
#include <string.h>

#include "tool/kit/text.h"
#include "tool/tool.h"
#include "util/macro.h"

static void add_size(struct nt_table *table, enum nt_style style, uint64_t bytes)
{
    char text[32];

    nt_table_add(table, bytes ? style : NT_STYLE_DIM, bytes ? nt_output_size(bytes, text) : "-");
}

/* --- the head --------------------------------------------------------------------------------- */

static void print_head(const struct nt_map *map, const struct nt_output *output, FILE *stream)
{
    bool styled = nt_output_styled(output, stream);
    char time[40];

    fprintf(stream, "%sprocess %d (%s)%s, %s\n", nt_style_begin(NT_STYLE_HEAD, styled),
            (int)map->pid, map->command, nt_style_begin(NT_STYLE_PLAIN, styled),
            nt_text_time(map->taken_ns, time));
    if (map->cooperated)
        fprintf(stream, "told by its library, and by the kernel\n");
    else
        fprintf(stream, "told by the kernel alone: the process %s\n", map->why_not);
    if (!map->consistent)
        fprintf(stream,
                "%sits memory changed while it was looked at; parts may be older than others%s\n",
                nt_style_begin(NT_STYLE_WARNING, styled), nt_style_begin(NT_STYLE_PLAIN, styled));
    fputc('\n', stream);
}

/* --- totals ----------------------------------------------------------------------------------- */

static const struct nt_column total_columns[] = {
    {"KIND", NT_ALIGN_LEFT},      {"SIZE", NT_ALIGN_RIGHT},    {"COMMITTED", NT_ALIGN_RIGHT},
    {"RESIDENT", NT_ALIGN_RIGHT}, {"PRIVATE", NT_ALIGN_RIGHT}, {"SHARE", NT_ALIGN_RIGHT},
    {"SWAPPED", NT_ALIGN_RIGHT},  {"LARGEST", NT_ALIGN_RIGHT}, {"PIECES", NT_ALIGN_RIGHT},
};

static void add_total(struct nt_table *table, const char *title, enum nt_style style,
                      const struct nt_map_total *total)
{
    nt_table_add(table, style, title);
    add_size(table, style, total->size);
    add_size(table, style, total->committed);
    add_size(table, style, total->resident);
    add_size(table, style, total->private_bytes);
    add_size(table, style, total->proportional);
    add_size(table, style, total->swapped);
    add_size(table, style, total->largest);
    nt_table_addf(table, style, "%llu", (unsigned long long)total->pieces);
}

static int print_totals(const struct nt_map *map, const struct nt_output *output, FILE *stream)
{
    struct nt_table *table = nt_table_new(total_columns, NT_ARRAY_SIZE(total_columns));

    if (!table)
        return nt_tool_error("out of memory");
    for (enum nt_map_kind kind = 0; kind < NT_MAP_N_KINDS; kind++)
        if (map->totals[kind].pieces)
            add_total(table, nt_map_kind_title(kind), NT_STYLE_PLAIN, &map->totals[kind]);
    add_total(table, "all", NT_STYLE_HEAD, &map->total);
    return nt_table_print(table, output, stream);
}

/* --- rows ------------------------------------------------------------------------------------- */

static const struct nt_column row_columns[] = {
    {"ADDRESS", NT_ALIGN_RIGHT},  {"SIZE", NT_ALIGN_RIGHT},    {"COMMITTED", NT_ALIGN_RIGHT},
    {"RESIDENT", NT_ALIGN_RIGHT}, {"PRIVATE", NT_ALIGN_RIGHT}, {"ACCESS", NT_ALIGN_LEFT},
    {"KIND", NT_ALIGN_LEFT},      {"NODE", NT_ALIGN_RIGHT},    {"NAME", NT_ALIGN_LEFT},
};

static void add_numbers(struct nt_table *table, uint64_t base, const struct nt_map_total *total)
{
    nt_table_addf(table, NT_STYLE_PLAIN, "%llx", (unsigned long long)base);
    add_size(table, NT_STYLE_PLAIN, total->size);
    add_size(table, NT_STYLE_PLAIN, total->committed);
    add_size(table, NT_STYLE_PLAIN, total->resident);
    add_size(table, NT_STYLE_PLAIN, total->private_bytes);
}

/* What is special about a piece, behind its name. */
static void add_name(struct nt_table *table, const struct nt_map_piece *piece)
{
    char offset[32] = "", clean[1024], file[1024];

    nt_output_clean(piece->name, clean, sizeof(clean));
    nt_output_clean(piece->file, file, sizeof(file));
    if (piece->offset)
        snprintf(offset, sizeof(offset), "%s+0x%llx", clean[0] ? " " : "",
                 (unsigned long long)piece->offset);
    nt_table_addf(table, NT_STYLE_PLAIN, "%s%s%s%s%s%s%s%s", clean, offset, file[0] ? " of " : "",
                  file, piece->page_size > 4096 ? " (large pages)" : "",
                  piece->write_watch ? " (write watch)" : "", piece->window ? " (window)" : "",
                  piece->pinned ? " (pinned)" : "");
}

static void add_place(struct nt_table *table, const struct nt_map_piece *piece,
                      enum nt_map_kind kind, const char *access)
{
    nt_table_add(table, NT_STYLE_PLAIN, access);
    nt_table_add(table, NT_STYLE_PLAIN, nt_map_kind_name(kind));
    if (piece->node >= 0)
        nt_table_addf(table, NT_STYLE_PLAIN, "%d", piece->node);
    else
        nt_table_add(table, NT_STYLE_PLAIN, NULL);
    add_name(table, piece);
}

/* "mixed" where its pieces differ. */
static void add_allocation(struct nt_table *table, const struct nt_map_allocation *allocation)
{
    const struct nt_map_piece *shown = allocation->first;
    char access[32], other[32];

    nt_map_piece_protection(allocation->first, access);
    for (uint64_t i = 1; i < allocation->total.pieces; i++) {
        const struct nt_map_piece *piece = allocation->first + i;

        if (strcmp(access, nt_map_piece_protection(piece, other)) != 0)
            snprintf(access, sizeof(access), "mixed");
        if (!shown->name[0])
            shown = piece;
    }
    add_numbers(table, allocation->base, &allocation->total);
    add_place(table, shown, allocation->kind, access);
}

/* --- the order of rows ------------------------------------------------------------------------ */

const char *nt_map_order_name(enum nt_map_order order)
{
    static const char *const names[NT_MAP_N_ORDERS] = {
        [NT_MAP_BY_ADDRESS] = "address",     [NT_MAP_BY_SIZE] = "size",
        [NT_MAP_BY_COMMITTED] = "committed", [NT_MAP_BY_RESIDENT] = "resident",
        [NT_MAP_BY_PRIVATE] = "private",
    };

    return names[order];
}

static uint64_t key_of(const struct nt_map_total *total, enum nt_map_order order)
{
    return order == NT_MAP_BY_SIZE        ? total->size
           : order == NT_MAP_BY_COMMITTED ? total->committed
           : order == NT_MAP_BY_RESIDENT  ? total->resident
           : order == NT_MAP_BY_PRIVATE   ? total->private_bytes
                                          : 0;
}

/* The most first; what is equal, and everything BY_ADDRESS, as it lies. */
static int compare_rows(const void *left, const void *right, void *context)
{
    const struct nt_map_allocation *a = left, *b = right;
    enum nt_map_order order = *(enum nt_map_order *)context;
    uint64_t of_a = key_of(&a->total, order), of_b = key_of(&b->total, order);

    if (of_a != of_b)
        return of_a < of_b ? 1 : -1;
    return (a->base > b->base) - (a->base < b->base);
}

static int print_rows(const struct nt_map *map, enum nt_map_depth depth, enum nt_map_order order,
                      const struct nt_output *output, FILE *stream)
{
    NT_CLEANUP(nt_freep) struct nt_map_allocation *list = NULL;
    struct nt_table *table = NULL;
    size_t count = 0;

    if (nt_map_allocations(map, depth == NT_MAP_PIECES, &list, &count) == 0)
        table = nt_table_new(row_columns, NT_ARRAY_SIZE(row_columns));
    if (!table)
        return nt_tool_error("out of memory");
    qsort_r(list, count, sizeof(*list), compare_rows, &order);
    for (size_t i = 0; i < count; i++)
        add_allocation(table, &list[i]);
    fputc('\n', stream);
    return nt_table_print(table, output, stream);
}

int nt_map_print(const struct nt_map *map, enum nt_map_depth depth, enum nt_map_order order,
                 const struct nt_output *output, FILE *stream)
{
    int status;

    print_head(map, output, stream);
    status = print_totals(map, output, stream);
    if (status == NT_TOOL_OK && depth != NT_MAP_SUMMARY)
        status = print_rows(map, depth, order, output, stream);
    return status;
}

/* --- differences ------------------------------------------------------------------------------ */

static const struct nt_column delta_columns[] = {
    {"KIND", NT_ALIGN_LEFT},      {"SIZE", NT_ALIGN_RIGHT},    {"COMMITTED", NT_ALIGN_RIGHT},
    {"RESIDENT", NT_ALIGN_RIGHT}, {"PRIVATE", NT_ALIGN_RIGHT}, {"SWAPPED", NT_ALIGN_RIGHT},
};

static void add_delta(struct nt_table *table, uint64_t before, uint64_t after)
{
    char text[32];

    if (before == after)
        nt_table_add(table, NT_STYLE_DIM, "-");
    else
        nt_table_addf(table, after > before ? NT_STYLE_WARNING : NT_STYLE_GOOD, "%c%s",
                      after > before ? '+' : '-',
                      nt_output_size(after > before ? after - before : before - after, text));
}

static void add_deltas(struct nt_table *table, const struct nt_map_total *a,
                       const struct nt_map_total *b)
{
    add_delta(table, a->size, b->size);
    add_delta(table, a->committed, b->committed);
    add_delta(table, a->resident, b->resident);
    add_delta(table, a->private_bytes, b->private_bytes);
    add_delta(table, a->swapped, b->swapped);
}

static int print_deltas(const struct nt_map *before, const struct nt_map *after,
                        const struct nt_output *output, FILE *stream)
{
    struct nt_table *table = nt_table_new(delta_columns, NT_ARRAY_SIZE(delta_columns));

    if (!table)
        return nt_tool_error("out of memory");
    for (enum nt_map_kind kind = 0; kind < NT_MAP_N_KINDS; kind++) {
        if (!before->totals[kind].pieces && !after->totals[kind].pieces)
            continue;
        nt_table_add(table, NT_STYLE_PLAIN, nt_map_kind_title(kind));
        add_deltas(table, &before->totals[kind], &after->totals[kind]);
    }
    nt_table_add(table, NT_STYLE_HEAD, "all");
    add_deltas(table, &before->total, &after->total);
    return nt_table_print(table, output, stream);
}

static const struct nt_column change_columns[] = {
    {"CHANGE", NT_ALIGN_LEFT},     {"ADDRESS", NT_ALIGN_RIGHT},  {"SIZE", NT_ALIGN_RIGHT},
    {"COMMITTED", NT_ALIGN_RIGHT}, {"RESIDENT", NT_ALIGN_RIGHT}, {"PRIVATE", NT_ALIGN_RIGHT},
    {"SWAPPED", NT_ALIGN_RIGHT},   {"KIND", NT_ALIGN_LEFT},      {"NAME", NT_ALIGN_LEFT},
};

static void add_change(struct nt_table *table, const struct nt_map_change *change)
{
    static const struct nt_map_total nothing;
    const struct nt_map_allocation *one = change->after ? change->after : change->before;

    nt_table_add(table, NT_STYLE_PLAIN, nt_map_change_name(change->how));
    nt_table_addf(table, NT_STYLE_PLAIN, "%llx", (unsigned long long)one->base);
    add_deltas(table, change->before ? &change->before->total : &nothing,
               change->after ? &change->after->total : &nothing);
    nt_table_add(table, NT_STYLE_PLAIN, nt_map_kind_name(one->kind));
    add_name(table, one->first);
}

static int print_changes(const struct nt_map_diff *diff, const struct nt_output *output,
                         FILE *stream)
{
    struct nt_table *table = nt_table_new(change_columns, NT_ARRAY_SIZE(change_columns));

    if (!table)
        return nt_tool_error("out of memory");
    for (size_t i = 0; i < diff->n_changes; i++)
        add_change(table, &diff->changes[i]);
    fputc('\n', stream);
    return nt_table_print(table, output, stream);
}

int nt_map_print_diff(const struct nt_map *before, const struct nt_map *after,
                      const struct nt_map_diff *diff, enum nt_map_depth depth,
                      const struct nt_output *output, FILE *stream)
{
    char first[40], second[40];
    int status;

    fprintf(stream, "from process %d (%s), %s\n  to process %d (%s), %s\n\n", (int)before->pid,
            before->command, nt_text_time(before->taken_ns, first), (int)after->pid, after->command,
            nt_text_time(after->taken_ns, second));
    status = print_deltas(before, after, output, stream);
    if (status == NT_TOOL_OK && depth != NT_MAP_SUMMARY && diff->n_changes)
        status = print_changes(diff, output, stream);
    return status;
}
