/* SPDX-License-Identifier: MIT */
/*
 * Text for people. What comes out of a black box or a broker was written by somebody else: it is
 * cleaned before a terminal or a JSON parser sees it.
 */
#ifndef NT_TOOL_TEXT_H
#define NT_TOOL_TEXT_H

#include <stddef.h>
#include <stdint.h>

/**
 * nt_text_clean() - foreign bytes as harmless, valid UTF-8
 * @text, @length: any bytes; a NUL ends them early
 * @clean, @size:  room for the result, at least 4; cut at a character when it does not fit
 *
 * Malformed sequences, control characters and the marks that turn the writing direction become
 * U+FFFD. 3 bytes of room for each byte of text always suffice. Return: @clean.
 */
const char *nt_text_clean(const char *text, size_t length, char *clean, size_t size);

/**
 * nt_text_decode() - the character at the start of some UTF-8
 * @length:     bytes at @text, at least 1
 * @ret_length: the bytes to step over
 *
 * Return: the character; 0 for a malformed one, of which one byte is stepped over.
 */
uint32_t nt_text_decode(const char *text, size_t length, size_t *ret_length);

/** nt_text_number() - 71303168 as "71,303,168"; @text has room for 32 bytes. Return: @text. */
const char *nt_text_number(uint64_t number, char *text);

/** nt_text_size() - bytes for people: "64 KiB", "1.5 GiB"; @text has room for 32. Return: @text. */
const char *nt_text_size(uint64_t bytes, char *text);

/** nt_text_time() - CLOCK_REALTIME nanoseconds as "2026-11-22 10:00:00 UTC"; 40 bytes */
const char *nt_text_time(uint64_t unix_ns, char *text);

/** nt_text_removed_reason() - the name of a device-removed HRESULT, or "unknown reason" */
const char *nt_text_removed_reason(uint32_t hresult);

#endif
