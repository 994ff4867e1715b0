// SPDX-License-Identifier: MIT
/*
 * A map written as JSON: straight to a stream, since a map can have many thousand pieces of two
 * dozen fields each, and a tree of them all would take longer to make than the map. Addresses are
 * "0x..." strings, since JSON's numbers are no addresses everywhere; bytes are numbers.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <windows.h>

#include "tool/map/map-parts.h"
#include "tool/kit/protection.h"
#include "tool/kit/text.h"
#include "util/macro.h"

/* Where we are: the depth, and whether something stands before what comes. */
struct writer {
    FILE *stream;
    unsigned depth;
    bool follows;
};

/* --- JSON ------------------------------------------------------------------------------------- */

static void put(struct writer *writer, const char *text)
{
    fputs_unlocked(text, writer->stream);
}

static void new_line(struct writer *writer)
{
    static const char spaces[] = "\n        ";

    fwrite_unlocked(spaces, 1, 1 + 2 * (size_t)writer->depth, writer->stream);
}

/* NULL: what is in an array has no key. */
static void begin(struct writer *writer, const char *key)
{
    if (writer->follows)
        put(writer, ",");
    writer->follows = true;
    new_line(writer);
    if (key) {
        put(writer, "\"");
        put(writer, key);
        put(writer, "\":");
    }
}

static void open_group(struct writer *writer, const char *bracket)
{
    put(writer, bracket);
    writer->depth++;
    writer->follows = false;
}

static void close_group(struct writer *writer, const char *bracket)
{
    writer->depth--;
    new_line(writer);
    put(writer, bracket);
    writer->follows = true;
}

static void write_text(struct writer *writer, const char *key, const char *text)
{
    begin(writer, key);
    put(writer, "\"");
    while (*text) {
        size_t plain = 0;

        while ((unsigned char)text[plain] >= ' ' && text[plain] != '"' && text[plain] != '\\')
            plain++;
        fwrite_unlocked(text, 1, plain, writer->stream);
        text += plain;
        if (*text == '"' || *text == '\\')
            fprintf(writer->stream, "\\%c", *text++);
        else if (*text)
            fprintf(writer->stream, "\\u%04x", (unsigned char)*text++);
    }
    put(writer, "\"");
}

/* The digits of a number end at @end. */
static const char *digits(char *end, uint64_t number, unsigned base)
{
    *end = '\0';
    do
        *--end = "0123456789abcdef"[number % base];
    while (number /= base);
    return end;
}

static void write_number(struct writer *writer, const char *key, uint64_t number)
{
    char text[24];

    begin(writer, key);
    put(writer, digits(text + sizeof(text) - 1, number, 10));
}

static void write_address(struct writer *writer, const char *key, uint64_t address)
{
    char text[24];

    begin(writer, key);
    put(writer, "\"0x");
    put(writer, digits(text + sizeof(text) - 1, address, 16));
    put(writer, "\"");
}

static void write_flag(struct writer *writer, const char *key, bool flag)
{
    begin(writer, key);
    put(writer, flag ? "true" : "false");
}

/* --- the map ---------------------------------------------------------------------------------- */

static void write_piece(struct writer *writer, const struct nt_map_piece *piece)
{
    begin(writer, NULL);
    open_group(writer, "{");
    write_address(writer, "base", piece->base);
    write_number(writer, "size", piece->size);
    write_address(writer, "allocation", piece->allocation);
    write_text(writer, "kind", nt_map_kind_name(piece->kind));
    write_text(writer, "state", piece->state == MEM_COMMIT ? "committed" : "reserved");
    write_text(writer, "protect", nt_protection_name(piece->protect));
    write_text(writer, "allocated", nt_protection_name(piece->allocated));
    for (size_t i = 0; i < NT_MAP_N_MARKS; i++)
        write_flag(writer, nt_map_marks[i].key,
                   *(const bool *)((const char *)piece + nt_map_marks[i].field));
    for (size_t i = 0; i < NT_MAP_N_NUMBERS; i++)
        write_number(writer, nt_map_numbers[i].key,
                     *(const uint64_t *)((const char *)piece + nt_map_numbers[i].field));
    begin(writer, "node");
    fprintf(writer->stream, "%d", piece->node);
    write_number(writer, "page_size", piece->page_size);
    write_address(writer, "offset", piece->offset);
    write_text(writer, "name", piece->name);
    write_text(writer, "file", piece->file);
    write_address(writer, "device", piece->device);
    write_number(writer, "inode", piece->inode);
    close_group(writer, "}");
}

static void write_total(struct writer *writer, const char *key, const struct nt_map_total *total)
{
    begin(writer, key);
    open_group(writer, "{");
    write_number(writer, "pieces", total->pieces);
    write_number(writer, "size", total->size);
    write_number(writer, "committed", total->committed);
    write_number(writer, "reserved", total->reserved);
    write_number(writer, "resident", total->resident);
    write_number(writer, "dirty", total->dirty);
    write_number(writer, "private_bytes", total->private_bytes);
    write_number(writer, "proportional", total->proportional);
    write_number(writer, "swapped", total->swapped);
    write_number(writer, "largest", total->largest);
    close_group(writer, "}");
}

static void write_head(struct writer *writer, const struct nt_map *map)
{
    char time[40];

    write_text(writer, "format", NT_MAP_FORMAT);
    write_number(writer, "version", NT_MAP_VERSION);
    write_number(writer, "pid", (uint64_t)map->pid);
    write_text(writer, "command", map->command);
    write_flag(writer, "cooperated", map->cooperated);
    write_text(writer, "why_not", map->why_not);
    write_flag(writer, "consistent", map->consistent);
    write_text(writer, "taken", nt_text_time(map->taken_ns, time));
    write_number(writer, "taken_ns", map->taken_ns);
    begin(writer, "totals");
    open_group(writer, "{");
    write_total(writer, "all", &map->total);
    for (enum nt_map_kind kind = 0; kind < NT_MAP_N_KINDS; kind++)
        write_total(writer, nt_map_kind_name(kind), &map->totals[kind]);
    close_group(writer, "}");
}

int nt_map_write_json(const struct nt_map *map, FILE *stream)
{
    struct writer writer = {.stream = stream};

    errno = 0;
    open_group(&writer, "{");
    write_head(&writer, map);
    begin(&writer, "pieces");
    open_group(&writer, "[");
    for (size_t i = 0; i < map->n_pieces; i++)
        write_piece(&writer, &map->pieces[i]);
    close_group(&writer, "]");
    close_group(&writer, "}");
    put(&writer, "\n");
    if (fflush(stream) != 0 || ferror(stream))
        return errno ? -errno : -EIO;
    return 0;
}
