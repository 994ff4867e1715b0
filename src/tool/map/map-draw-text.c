// SPDX-License-Identifier: MIT
/*
 * What the picture of a map tells in words: labels, and the text under the pointer.
 */
#include <windows.h>

#include "tool/map/map-draw.h"
#include "tool/map/map-parts.h"
#include "tool/kit/protection.h"
#include "tool/kit/svg.h"
#include "tool/kit/text.h"

#include <string.h>

const char *nt_map_label(const struct nt_map_piece *piece)
{
    const char *slash = piece->name[0] == '/' ? strrchr(piece->name, '/') : NULL;

    if (slash && slash[1])
        return slash + 1;
    return piece->name[0] ? piece->name : nt_map_kind_title(piece->kind);
}

static void tell_state(FILE *stream, const struct nt_map_piece *piece)
{
    const char *protection = nt_protection_name(piece->protect);
    char size[32];

    fputs(piece->state == MEM_RESERVE ? "\nreserved" : "\ncommitted", stream);
    if (protection[0])
        fprintf(stream, ", %s", protection);
    if (piece->guard)
        fputs(", guard", stream);
    if (piece->copy_on_write)
        fputs(", copied when written", stream);
    if (piece->write_watch)
        fputs(", writes are watched", stream);
    if (piece->window)
        fputs(", window for physical pages", stream);
    if (piece->page_size > 4096)
        fprintf(stream, ", pages of %s", nt_text_size(piece->page_size, size));
    if (piece->node >= 0)
        fprintf(stream, ", NUMA node %d", piece->node);
}

static void tell_memory(FILE *stream, const struct nt_map_piece *piece)
{
    char size[5][32];

    fprintf(stream, "\nin memory %s: private %s, changed %s, our share %s; swapped %s",
            nt_text_size(piece->resident, size[0]), nt_text_size(piece->private_bytes, size[1]),
            nt_text_size(piece->dirty, size[2]), nt_text_size(piece->proportional, size[3]),
            nt_text_size(piece->swapped, size[4]));
}

/* Everything known of a piece, as lines of escaped text. */
static void tell_piece(FILE *stream, const struct nt_map_piece *piece)
{
    char size[32];

    nt_svg_escape(stream, piece->name[0] ? piece->name : nt_map_kind_title(piece->kind));
    fprintf(stream, "\n%s, %s at 0x%llx", nt_map_kind_title(piece->kind),
            nt_text_size(piece->size, size), (unsigned long long)piece->base);
    if (piece->allocation && piece->allocation != piece->base)
        fprintf(stream, " (of 0x%llx)", (unsigned long long)piece->allocation);
    if (piece->file[0]) {
        fputs("\nof the file ", stream);
        nt_svg_escape(stream, piece->file);
    }
    if (piece->name[0] && (piece->inode || piece->offset))
        fprintf(stream, "\nfrom offset 0x%llx", (unsigned long long)piece->offset);
    tell_state(stream, piece);
    if (piece->state != MEM_RESERVE || piece->resident || piece->swapped)
        tell_memory(stream, piece);
    if (!piece->of_library)
        fputs("\nas the kernel tells it", stream);
}

void nt_map_tell_run(FILE *stream, const struct nt_map_piece *pieces, size_t n)
{
    size_t counts[NT_MAP_N_KINDS] = {0};
    uint64_t bytes = 0;
    unsigned long long end = pieces[n - 1].base + pieces[n - 1].size;
    char size[32];

    if (n == 1) {
        tell_piece(stream, pieces);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        counts[pieces[i].kind]++;
        bytes += pieces[i].size;
    }
    fprintf(stream, "%zu small pieces, %s\n0x%llx to 0x%llx", n, nt_text_size(bytes, size),
            (unsigned long long)pieces[0].base, end);
    for (unsigned kind = 0; kind < NT_MAP_N_KINDS; kind++)
        if (counts[kind])
            fprintf(stream, "\n%zu %s", counts[kind], nt_map_kind_title((enum nt_map_kind)kind));
}

const char *nt_map_source_text(const struct nt_map *map, char *text)
{
    if (map->cooperated)
        snprintf(text, 192, "told by the library in the process and by the kernel");
    else
        snprintf(text, 192, "told by the kernel alone%s%s", map->why_not[0] ? ": the process " : "",
                 map->why_not);
    return text;
}
