/* SPDX-License-Identifier: MIT */
/*
 * What the printing functions share, whatever the width of their text.
 */
#ifndef NT_API_PRINT_H
#define NT_API_PRINT_H

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

/**
 * nt_api_print() - print into a buffer
 * @buffer, @size: units; a NUL is always written when @size is not 0
 * @width: bytes of a unit of @format and @buffer
 * @wide:  bytes of the caller's wchar_t
 * @arguments: borrowed, not read on
 *
 * Return: the units that all of the text has; -1 with errno EINVAL, EOVERFLOW, ENOMEM.
 */
int nt_api_print(void *buffer, size_t size, const void *format, unsigned width, unsigned wide,
                 va_list arguments);

/**
 * nt_api_put_text() - write text of any width to a stream, in UTF-8, under the stream's lock
 * @length: units
 *
 * Return: 0; -1 with errno.
 */
int nt_api_put_text(FILE *stream, const void *text, unsigned width, size_t length);

#endif
