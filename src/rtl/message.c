// SPDX-License-Identifier: MIT
/*
 * Message definitions; see message.h. The result grows in memory a unit at a time, so that the
 * values for inserts are read once and lines can still be broken where a space was.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rtl/format.h"
#include "rtl/message.h"
#include "rtl/text.h"

#define MOST_VALUES 101   /* %99 with two stars */
#define MOST_FORMAT 64    /* units between the two ! */
#define MOST_TEXT   65536 /* units of an insert */
#define NO_SPACE    SIZE_MAX

struct result {
    uint32_t *units;
    size_t count, room;
    size_t line_start, space; /* the last place where the line can be broken, or NO_SPACE */
    int error;
};

struct work {
    const struct nt_message *message;
    size_t at;
    struct result result;
    va_list list;
    uint64_t values[MOST_VALUES]; /* those of the list that have been read */
    size_t n_values;
};

/* --- the result --------------------------------------------------------------------- */

static bool make_room(struct result *result, size_t more)
{
    size_t room = result->room ? result->room : 128;
    uint32_t *units;

    if (result->error)
        return false;
    while (room < result->count + more)
        room *= 2;
    if (room == result->room)
        return true;
    units = realloc(result->units, room * sizeof(*units));
    if (!units) {
        result->error = -ENOMEM;
        return false;
    }
    result->units = units;
    result->room = room;
    return true;
}

static void push(struct result *result, uint32_t unit)
{
    if (make_room(result, 1))
        result->units[result->count++] = unit;
}

static void end_line(struct result *result)
{
    push(result, '\r');
    push(result, '\n');
    result->line_start = result->count;
    result->space = NO_SPACE;
}

/* Puts a line break where the space is. */
static void break_at_space(struct result *result)
{
    size_t at = result->space;

    if (!make_room(result, 1))
        return;
    memmove(result->units + at + 2, result->units + at + 1,
            (result->count - at - 1) * sizeof(*result->units));
    result->units[at] = '\r';
    result->units[at + 1] = '\n';
    result->count++;
    result->line_start = at + 2;
    result->space = NO_SPACE;
}

/* A unit of the text, in lines of the length that was asked for. */
static void emit(struct work *work, uint32_t unit)
{
    struct result *result = &work->result;
    unsigned line = work->message->line;

    if (unit == ' ')
        result->space = result->count;
    push(result, unit);
    if (line && line != NT_MESSAGE_ONE_LINE && result->count - result->line_start > line &&
        result->space != NO_SPACE)
        break_at_space(result);
}

/* --- inserts ------------------------------------------------------------------------ */

static uint32_t peek(const struct work *work, size_t ahead)
{
    for (size_t i = 0; i < ahead; i++) {
        if (!nt_text_unit(work->message->text, work->message->width, work->at + i))
            return 0;
    }
    return nt_text_unit(work->message->text, work->message->width, work->at + ahead);
}

/* @count values from number @first on; NULL when there are none at all. */
static const uint64_t *get_values(struct work *work, size_t first, size_t count)
{
    if (work->message->array)
        return work->message->array + first;
    if (!work->message->list)
        return NULL;
    while (work->n_values < first + count)
        work->values[work->n_values++] = va_arg(work->list, uint64_t);
    return work->values + first;
}

/* Reads what stands between two !, as a format; "s" when there is nothing. */
static int read_format(struct work *work, uint32_t *format, size_t *ret_count, size_t *ret_stars)
{
    size_t n = 0;

    *ret_stars = 0;
    format[n++] = '%';
    if (peek(work, 0) != '!') {
        format[n++] = 's';
        *ret_count = n;
        return 0;
    }
    for (work->at++; peek(work, 0) != '!'; work->at++) {
        uint32_t unit = peek(work, 0);

        if (!unit || unit == '%' || n == MOST_FORMAT)
            return -EINVAL;
        *ret_stars += unit == '*';
        format[n++] = unit;
    }
    work->at++;
    *ret_count = n;
    return *ret_stars <= 2 && n > 1 && !strchr("aAeEfFgG", (int)(format[n - 1] & 0x7F)) ? 0
                                                                                        : -EINVAL;
}

/* A format in units of the message's width, with the values, as text in @text. */
static int write_insert(struct work *work, const uint32_t *units, size_t n, const uint64_t *values,
                        size_t n_values)
{
    unsigned width = work->message->width;
    uint32_t format[MOST_FORMAT + 1], *text = NULL;
    struct nt_format what = {
        .text = format, .length = n, .width = width, .wide = work->message->wide};
    struct nt_text_out out = {.width = width};
    int r = 0;

    for (size_t i = 0; i < n; i++)
        nt_text_set(format, width, i, units[i]);
    for (int pass = 0; pass < 2 && r == 0; pass++) {
        struct nt_format_arguments arguments = {.array = values, .n_array = n_values};

        if (pass == 1) {
            text = malloc((out.count + 1) * width);
            if (!text)
                return -ENOMEM;
            out = (struct nt_text_out){.units = text, .room = out.count, .width = width};
        }
        r = nt_format(&what, &arguments, &out);
        if (r == 0 && out.count > MOST_TEXT)
            r = -EOVERFLOW;
    }
    for (size_t i = 0; r == 0 && i < out.count; i++)
        emit(work, nt_text_unit(text, width, i));
    free(text);
    return r;
}

/* %1 to %99, behind the %. */
static int put_insert(struct work *work)
{
    uint32_t format[MOST_FORMAT + 1];
    size_t number = peek(work, 0) - '0', n, stars;
    const uint64_t *values;
    int r;

    work->at++;
    if (peek(work, 0) >= '0' && peek(work, 0) <= '9') {
        number = number * 10 + (peek(work, 0) - '0');
        work->at++;
    }
    r = read_format(work, format, &n, &stars);
    if (r < 0)
        return r;
    values = get_values(work, number - 1, stars + 1);
    return values ? write_insert(work, format, n, values, stars + 1) : -EINVAL;
}

/* --- the whole ---------------------------------------------------------------------- */

static void put_line_end(struct work *work, uint32_t unit)
{
    if (unit == '\r' && peek(work, 0) == '\n')
        work->at++;
    if (work->message->line)
        emit(work, ' ');
    else
        end_line(&work->result);
}

/* What follows a %. Returns 1 at %0, which ends the message. */
static int put_escape(struct work *work)
{
    uint32_t unit = peek(work, 0);

    if (unit >= '1' && unit <= '9') {
        if (!work->message->ignore_inserts)
            return put_insert(work);
        emit(work, '%');
        return 0; /* the digits are text */
    }
    if (!unit)
        return -EINVAL;
    work->at++;
    switch (unit) {
    case '0':
        return 1;
    case 'n':
        end_line(&work->result);
        return 0;
    case 'r':
        push(&work->result, '\r');
        return 0;
    case 't':
        emit(work, '\t');
        return 0;
    case 'b':
        emit(work, ' ');
        return 0;
    default:
        if (work->message->ignore_inserts && unit != ' ' && unit != '.' && unit != '!')
            emit(work, '%');
        emit(work, unit);
        return 0;
    }
}

int nt_message_format(const struct nt_message *message, uint32_t **ret_text, size_t *ret_count)
{
    struct work work = {.message = message, .result = {.space = NO_SPACE}};
    uint32_t unit;
    int r = 0;

    if (message->list)
        va_copy(work.list, *message->list);
    while (r == 0 && (unit = peek(&work, 0)) != 0) {
        work.at++;
        if (unit == '%')
            r = put_escape(&work);
        else if (unit == '\r' || unit == '\n')
            put_line_end(&work, unit);
        else
            emit(&work, unit);
        if (work.result.error)
            r = work.result.error;
    }
    if (message->list)
        va_end(work.list);
    if (r < 0) {
        free(work.result.units);
        return r;
    }
    *ret_text = work.result.units;
    *ret_count = work.result.count;
    return 0;
}
