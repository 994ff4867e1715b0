// SPDX-License-Identifier: MIT
/*
 * The picture of a map as a page: the drawing, and under it every piece in a table, which the
 * pieces of the drawing are links into. Without scripts, and forbidden to load anything.
 */
#include <windows.h>

#include "tool/map/map-draw.h"
#include "tool/kit/svg.h"
#include "tool/kit/text.h"

static const char head[] =
    "<meta charset=\"utf-8\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
    "style-src 'unsafe-inline'\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n"
    "<meta name=\"color-scheme\" content=\"light dark\">\n"
    "<style>\n"
    "body{margin:0;background:#fff;color:#1b1f24;font:12px system-ui,'Segoe UI','DejaVu Sans',"
    "Arial,sans-serif}\n"
    "svg{display:block;max-width:100%;height:auto;margin:0 auto}\n"
    "h2{font-size:16px;margin:8px 20px}\n"
    "table{border-collapse:collapse;margin:0 20px 40px;font-variant-numeric:tabular-nums}\n"
    "th{position:sticky;top:0;background:#f3f4f6;text-align:left;padding:4px 10px}\n"
    "td{padding:2px 10px;border-top:1px solid #d0d5db;white-space:nowrap}\n"
    "td:last-child{white-space:normal;overflow-wrap:anywhere;unicode-bidi:isolate}\n"
    ".n{text-align:right}.a{font-family:ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace}\n"
    "tr:target{background:#fff3a3;scroll-margin-top:40px}\n"
    "@media (prefers-color-scheme:dark){body{background:#14171c;color:#e6e9ed}"
    "th{background:#20252c}td{border-color:#3a414b}tr:target{background:#5a4b00}}\n"
    "</style>\n";

static void put_size(FILE *stream, uint64_t bytes)
{
    char size[32];

    fprintf(stream, "<td class=\"n\">%s", bytes ? nt_text_size(bytes, size) : "");
}

static void put_row(FILE *stream, const struct nt_map_piece *piece, size_t i)
{
    char letters[32];

    fprintf(stream, "<tr id=\"p%zu\"><td class=\"a\">%llx", i, (unsigned long long)piece->base);
    put_size(stream, piece->size);
    fprintf(stream, "<td>%s<td>%s<td class=\"a\">%s", nt_map_kind_title(piece->kind),
            piece->state == MEM_RESERVE ? "reserved" : "committed",
            nt_map_piece_protection(piece, letters));
    put_size(stream, piece->resident);
    put_size(stream, piece->private_bytes);
    put_size(stream, piece->dirty);
    put_size(stream, piece->swapped);
    fprintf(stream, "<td class=\"a n\">");
    if (piece->name[0] && (piece->inode || piece->offset))
        fprintf(stream, "%llx", (unsigned long long)piece->offset);
    fputs("<td>", stream);
    nt_svg_escape(stream, piece->name);
    fputc('\n', stream);
}

int nt_map_draw_html(const struct nt_map *map, FILE *stream)
{
    char number[32];
    int error;

    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<title>", stream);
    nt_svg_escape(stream, map->command);
    fprintf(stream, ", process %lld: address space</title>\n%s", (long long)map->pid, head);
    error = nt_map_draw_page(map, stream, true);
    if (error)
        return error;
    fprintf(stream,
            "<h2>All %s pieces</h2>\n<table>\n<thead><tr><th>Address<th class=\"n\">Size<th>Kind"
            "<th>State<th>Protection<th class=\"n\">In memory<th class=\"n\">Private"
            "<th class=\"n\">Changed<th class=\"n\">Swapped<th class=\"n\">Offset<th>Name"
            "<tbody>\n",
            nt_text_number(map->n_pieces, number));
    for (size_t i = 0; i < map->n_pieces; i++)
        put_row(stream, &map->pieces[i], i);
    fputs("</table>\n</html>\n", stream);
    return nt_svg_flush(stream);
}
