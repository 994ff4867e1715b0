/* SPDX-License-Identifier: MIT */
/*
 * Formats as the C library of Windows reads them. They differ from this system's where it hurts:
 * %ld is 32 bits wide, %I64d, %I32d and %Id exist, %p is 16 upper-case digits, and what %s and %S
 * mean follows the function (in a wide one %s is a wide string, %S a narrow one), with %hs always
 * narrow and %ls, %ws always wide.
 *
 * A format and its arguments may come from anywhere: no format makes this read more arguments
 * than it names, %n is refused, and nothing is written behind the room that was given.
 */
#ifndef NT_RTL_FORMAT_H
#define NT_RTL_FORMAT_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

/* Where arguments come from: a va_list, or an array of 64-bit values (doubles by their bits). */
struct nt_format_arguments {
    va_list list;
    const uint64_t *array; /* NULL: the list counts */
    size_t n_array, at;    /* behind the end of the array everything is 0 */
};

/* What a format is written in, and where the result goes. */
struct nt_format {
    const void *text;
    size_t length;  /* units, or SIZE_MAX: it ends with NUL */
    unsigned width; /* bytes of a unit of the format and of the result: 1, 2 or 4 */
    unsigned wide;  /* bytes of the caller's wchar_t: 2 or 4 */
};

struct nt_text_out;

/**
 * nt_format() - write what a format says
 * @arguments: read on; a va_list is then to be ended by the caller
 * @out:       of the format's width; no NUL is added
 *
 * Return: 0; -EINVAL for a format that makes no sense (%n, %y, a lone % at the end), after what
 * came before it has been written; -EOVERFLOW when the text is longer than INT_MAX; -ENOMEM.
 */
int nt_format(const struct nt_format *format, struct nt_format_arguments *arguments,
              struct nt_text_out *out);

#endif
