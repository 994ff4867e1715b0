// SPDX-License-Identifier: MIT
/*
 * Tables; see output.h. The cells are kept until the widths are known. A table without memory goes
 * on taking cells, and says so once, when it is printed.
 */
#include "tool/kit/output.h"

#include <locale.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "tool/tool.h"

struct cell {
    char *text;
    enum nt_style style;
    unsigned width; /* columns of a terminal */
};

struct nt_table {
    const struct nt_column *columns;
    size_t n_columns;
    size_t n_heads; /* of the cells, in front: all columns have one, or none has */
    struct cell *cells;
    size_t n_cells, room;
    bool failed;
    locale_t utf8; /* 0: characters are counted as one column each */
};

/* How many columns of a terminal clean UTF-8 takes. */
static unsigned width_of(const struct nt_table *table, const char *text)
{
    locale_t before = table->utf8 ? uselocale(table->utf8) : (locale_t)0;
    size_t left = strlen(text), n;
    unsigned width = 0;
    mbstate_t state = {0};
    wchar_t character;

    for (; left > 0; text += n, left -= n) {
        int columns = 1;

        n = table->utf8 ? mbrtowc(&character, text, left, &state) : 1;
        if (n == 0 || n > left) {
            n = 1;
            memset(&state, 0, sizeof(state));
        } else if (table->utf8) {
            columns = wcwidth(character);
        } else if ((text[0] & 0xc0) == 0x80) {
            columns = 0;
        }
        width += columns < 0 ? 1 : (unsigned)columns;
    }
    if (before)
        uselocale(before);
    return width;
}

/* Room for one more; NULL without memory. */
static struct cell *next_cell(struct nt_table *table)
{
    if (table->n_cells == table->room) {
        size_t room = table->room ? 2 * table->room : 64;
        struct cell *cells = reallocarray(table->cells, room, sizeof(*cells));

        if (!cells)
            return NULL;
        table->cells = cells;
        table->room = room;
    }
    return &table->cells[table->n_cells];
}

void nt_table_add(struct nt_table *table, enum nt_style style, const char *text)
{
    struct cell *cell;
    size_t size;

    if (!table || table->failed)
        return;
    text = text ? text : "";
    size = 3 * strlen(text) + 4;
    cell = next_cell(table);
    if (!cell || !(cell->text = malloc(size))) {
        table->failed = true;
        return;
    }
    nt_output_clean(text, cell->text, size);
    cell->style = style;
    cell->width = width_of(table, cell->text);
    table->n_cells++;
}

void nt_table_addf(struct nt_table *table, enum nt_style style, const char *format, ...)
{
    va_list arguments;
    char *text = NULL;
    int n;

    if (!table || table->failed)
        return;
    va_start(arguments, format);
    n = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (n < 0) {
        table->failed = true;
        return;
    }
    nt_table_add(table, style, text);
    free(text);
}

static bool has_heads(const struct nt_table *table)
{
    for (size_t i = 0; i < table->n_columns; i++)
        if (table->columns[i].head)
            return true;
    return false;
}

struct nt_table *nt_table_new(const struct nt_column *columns, size_t n_columns)
{
    struct nt_table *table = calloc(1, sizeof(*table));

    if (!table)
        return NULL;
    table->columns = columns;
    table->n_columns = n_columns;
    table->utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    table->n_heads = has_heads(table) ? n_columns : 0;
    for (size_t i = 0; i < table->n_heads; i++)
        nt_table_add(table, NT_STYLE_HEAD, columns[i].head);
    return table;
}

/* --- printing --------------------------------------------------------------------------------- */

static unsigned column_width(const struct nt_table *table, size_t column)
{
    unsigned widest = 0;

    for (size_t i = column; i < table->n_cells; i += table->n_columns)
        if (table->cells[i].width > widest)
            widest = table->cells[i].width;
    return widest;
}

static void print_cell(const struct cell *cell, enum nt_align align, unsigned room, bool styled,
                       FILE *stream)
{
    bool plain = cell->style == NT_STYLE_PLAIN || !styled;
    int pad = room > cell->width ? (int)(room - cell->width) : 0;

    if (align == NT_ALIGN_RIGHT)
        fprintf(stream, "%*s", pad, "");
    fprintf(stream, "%s%s%s", plain ? "" : nt_style_begin(cell->style, true), cell->text,
            plain ? "" : nt_style_begin(NT_STYLE_PLAIN, true));
    if (align == NT_ALIGN_LEFT)
        fprintf(stream, "%*s", pad, "");
}

/* A row without the white space that would end it. */
static void print_row(const struct nt_table *table, const struct cell *row, size_t n,
                      const unsigned *widths, bool styled, FILE *stream)
{
    while (n > 0 && !row[n - 1].text[0])
        n--;
    for (size_t i = 0; i < n; i++) {
        enum nt_align align = table->columns[i].align;
        bool last = i + 1 == n;

        print_cell(&row[i], align, last && align == NT_ALIGN_LEFT ? 0 : widths[i], styled, stream);
        if (!last)
            fputs("  ", stream);
    }
    fputc('\n', stream);
}

/* Heads that nothing stands under are not printed. */
static void print_table(const struct nt_table *table, unsigned *widths, bool styled, FILE *stream)
{
    size_t n = table->n_columns;

    for (size_t i = 0; i < n; i++)
        widths[i] = column_width(table, i);
    if (table->n_cells == table->n_heads)
        return;
    for (size_t i = 0; i < table->n_cells; i += n)
        print_row(table, &table->cells[i], table->n_cells - i < n ? table->n_cells - i : n, widths,
                  styled, stream);
}

static void free_table(struct nt_table *table)
{
    for (size_t i = 0; i < table->n_cells; i++)
        free(table->cells[i].text);
    free(table->cells);
    if (table->utf8)
        freelocale(table->utf8);
    free(table);
}

int nt_table_print(struct nt_table *table, const struct nt_output *output, FILE *stream)
{
    bool done = false;

    if (table && !table->failed) {
        unsigned *widths = calloc(table->n_columns, sizeof(*widths));

        done = widths != NULL;
        if (stream == stdout) /* who reads may take his time */
            nt_output_deadline(0);
        if (done)
            print_table(table, widths, nt_output_styled(output, stream), stream);
        free(widths);
    }
    if (table)
        free_table(table);
    return done ? NT_TOOL_OK : nt_tool_error("out of memory");
}
