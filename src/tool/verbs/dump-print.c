// SPDX-License-Identifier: MIT
/*
 * What was read, for people and for programs; see dump-print.h.
 */
#include "tool/verbs/dump-print.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tool/kit/output.h"
#include "tool/kit/text.h"

#define MOST_JSON (UINT64_C(16) << 20)

const char *nt_dump_state(enum nt_dump_state state)
{
    static const char *const words[NT_DUMP_STATES] = {"data", "zero", "reserved", "gone"};

    return words[state];
}

/* --- lines ------------------------------------------------------------------------------------ */

static void print_line(struct nt_dump_printer *printer)
{
    const char *dim = nt_style_begin(NT_STYLE_DIM, printer->styled);
    const char *plain = nt_style_begin(NT_STYLE_PLAIN, printer->styled);
    char hex[NT_DUMP_LINE * 3 + 2], text[NT_DUMP_LINE + 1];
    char *at = hex;

    for (unsigned i = 0; i < NT_DUMP_LINE; i++) {
        if (i == NT_DUMP_LINE / 2)
            *at++ = ' ';
        if (i < printer->n_line)
            at += snprintf(at, 4, "%02x ", printer->line[i]);
        else
            at += snprintf(at, 4, "   ");
    }
    for (unsigned i = 0; i < printer->n_line; i++)
        text[i] = printer->line[i] >= ' ' && printer->line[i] < 0x7f ? (char)printer->line[i] : '.';
    text[printer->n_line] = '\0';
    fprintf(printer->out, "%s%0*llx%s  %s |%s|\n", dim, printer->digits,
            (unsigned long long)printer->line_offset, plain, hex, text);
}

/* The line is full, or something else begins: one that repeats the last one is a star. */
static void flush_line(struct nt_dump_printer *printer)
{
    bool repeats = !printer->all && printer->n_line == NT_DUMP_LINE &&
                   printer->n_last == NT_DUMP_LINE &&
                   memcmp(printer->line, printer->last, NT_DUMP_LINE) == 0;

    if (printer->n_line == 0)
        return;
    if (!repeats)
        print_line(printer);
    else if (!printer->starred)
        fputs("*\n", printer->out);
    printer->starred = repeats;
    memcpy(printer->last, printer->line, NT_DUMP_LINE);
    printer->n_last = printer->n_line;
    printer->n_line = 0;
}

static void add_bytes(struct nt_dump_printer *printer, uint64_t offset, const unsigned char *bytes,
                      size_t size)
{
    while (size > 0) {
        size_t n = NT_DUMP_LINE - printer->n_line;

        if (n > size)
            n = size;
        if (printer->n_line == 0)
            printer->line_offset = offset;
        memcpy(printer->line + printer->n_line, bytes, n);
        printer->n_line += (unsigned)n;
        if (printer->n_line == NT_DUMP_LINE)
            flush_line(printer);
        offset += n;
        bytes += n;
        size -= n;
    }
}

/* Of a long run of zeros all lines in the middle are one star, so that they need not be made. */
static void add_zeros(struct nt_dump_printer *printer, uint64_t offset, uint64_t size)
{
    static const unsigned char zeros[4096];
    uint64_t end = offset + size;

    while (offset < end) {
        uint64_t n = end - offset < sizeof(zeros) ? end - offset : sizeof(zeros);

        add_bytes(printer, offset, zeros, (size_t)n);
        offset += n;
        if (!printer->all && end - offset > sizeof(zeros))
            offset += (end - offset - 1) / sizeof(zeros) * sizeof(zeros);
    }
}

static void print_absent(struct nt_dump_printer *printer, uint64_t offset,
                         const struct nt_dump_run *run)
{
    bool gone = run->state == NT_DUMP_GONE;
    const char *style = nt_style_begin(gone ? NT_STYLE_BAD : NT_STYLE_DIM, printer->styled);
    char number[32];

    flush_line(printer);
    printer->n_last = 0;
    printer->starred = false;
    fprintf(printer->out, "%s%0*llx  %s bytes %s%s\n", style, printer->digits,
            (unsigned long long)offset, nt_text_number(run->size, number),
            gone ? "are gone: the file was cut, or cannot be read"
                 : "are only reserved: no page is there",
            nt_style_begin(NT_STYLE_PLAIN, printer->styled));
}

bool nt_dump_print_hex(struct nt_dump_printer *printer, uint64_t offset, const void *bytes,
                       const struct nt_dump_run *run)
{
    if (run->state == NT_DUMP_DATA)
        add_bytes(printer, offset, bytes, (size_t)run->size);
    else if (run->state == NT_DUMP_ZERO)
        add_zeros(printer, offset, run->size);
    else
        print_absent(printer, offset, run);
    return true;
}

void nt_dump_print_hex_end(struct nt_dump_printer *printer, uint64_t end)
{
    flush_line(printer);
    fprintf(printer->out, "%s%0*llx%s\n", nt_style_begin(NT_STYLE_DIM, printer->styled),
            printer->digits, (unsigned long long)end,
            nt_style_begin(NT_STYLE_PLAIN, printer->styled));
}

/* --- bytes ------------------------------------------------------------------------------------ */

static bool write_zeros(FILE *out, uint64_t size)
{
    static const char zeros[65536];

    while (size > 0) {
        size_t n = size < sizeof(zeros) ? (size_t)size : sizeof(zeros);

        if (fwrite(zeros, 1, n, out) != n)
            return false;
        size -= n;
    }
    return true;
}

static bool skip_hole(struct nt_dump_printer *printer)
{
    uint64_t hole = printer->hole;

    printer->hole = 0;
    return hole == 0 || fseeko(printer->out, (off_t)hole, SEEK_CUR) == 0;
}

bool nt_dump_print_raw(struct nt_dump_printer *printer, uint64_t offset, const void *bytes,
                       const struct nt_dump_run *run)
{
    (void)offset;
    if (run->state != NT_DUMP_DATA && !printer->sparse)
        return write_zeros(printer->out, run->size);
    if (run->state != NT_DUMP_DATA) {
        printer->hole += run->size;
        return true;
    }
    return skip_hole(printer) &&
           fwrite(bytes, 1, (size_t)run->size, printer->out) == (size_t)run->size;
}

bool nt_dump_print_raw_end(struct nt_dump_printer *printer)
{
    if (!skip_hole(printer) || fflush(printer->out) != 0)
        return false;
    return !printer->sparse || ftruncate(fileno(printer->out), ftello(printer->out)) == 0;
}

/* --- JSON ------------------------------------------------------------------------------------- */

static struct json_object *hex_of(const unsigned char *bytes, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    char *text = malloc(2 * size);
    struct json_object *object = NULL;

    if (text) {
        for (size_t i = 0; i < size; i++) {
            text[2 * i] = digits[bytes[i] >> 4];
            text[2 * i + 1] = digits[bytes[i] & 15];
        }
        object = json_object_new_string_len(text, (int)(2 * size));
    }
    free(text);
    return object;
}

bool nt_dump_print_json(struct nt_dump_printer *printer, uint64_t offset, const void *bytes,
                        const struct nt_dump_run *run)
{
    struct json_object *range = json_object_new_object();

    json_object_object_add(range, "offset", json_object_new_uint64(offset));
    json_object_object_add(range, "length", json_object_new_uint64(run->size));
    json_object_object_add(range, "state", json_object_new_string(nt_dump_state(run->state)));
    if (run->state == NT_DUMP_DATA) {
        printer->json_bytes += run->size;
        if (printer->json_bytes <= MOST_JSON)
            json_object_object_add(range, "hex", hex_of(bytes, (size_t)run->size));
    }
    json_object_array_add(printer->ranges, range);
    return printer->json_bytes <= MOST_JSON;
}
