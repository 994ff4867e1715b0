/* SPDX-License-Identifier: MIT */
/*
 * Message definitions: texts with inserts (%1, %2!08X!) and escapes (%n, %0), as FormatMessage
 * writes them out. The format of an insert is one of rtl/format.h.
 */
#ifndef NT_RTL_MESSAGE_H
#define NT_RTL_MESSAGE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* FORMAT_MESSAGE_MAX_WIDTH_MASK: one line, but for %n. */
#define NT_MESSAGE_ONE_LINE 255

struct nt_message {
    const void *text;      /* ends with NUL */
    unsigned width;        /* bytes of a unit of it, of the result and of plain inserts */
    unsigned wide;         /* bytes of the caller's wchar_t */
    bool ignore_inserts;   /* leave inserts as they stand */
    unsigned line;         /* longest line in units; 0: no limit; NT_MESSAGE_ONE_LINE */
    const uint64_t *array; /* the values for the inserts, or */
    va_list *list;         /* where they come from; both NULL: there are none */
};

/**
 * nt_message_format() - write a message out
 * @ret_text:  units of 4 bytes, without a NUL, whatever the message's width; free() it
 * @ret_count: how many
 *
 * Return: 0; -EINVAL for a malformed insert, one of a floating-point number, or one without
 * values; -EOVERFLOW: an insert of more than 65,536 units; -ENOMEM.
 */
int nt_message_format(const struct nt_message *message, uint32_t **ret_text, size_t *ret_count);

#endif
