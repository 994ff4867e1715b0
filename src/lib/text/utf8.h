/* SPDX-License-Identifier: MIT */
/*
 * Native wide text and UTF-8, where a path or a module's name crosses between W and A.
 */
#ifndef NT_LIB_TEXT_UTF8_H
#define NT_LIB_TEXT_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

#include <windows.h>
#include <winternl.h>

/**
 * nt_text_to_utf8() - short wide text to UTF-8
 * @text: NUL-terminated; pairs of surrogates are one character
 * @utf8: terminated on success
 *
 * Return: true; false when it does not fit, or has a lone surrogate or no character.
 */
bool nt_text_to_utf8(const wchar_t *text, char *utf8, size_t size);

/**
 * nt_text_from_utf8() - UTF-8 to wide text
 * @ret_text:  terminated; free() it
 * @ret_count: characters before the NUL
 *
 * Return: STATUS_SUCCESS; STATUS_UNMAPPABLE_CHARACTER for malformed UTF-8; STATUS_NO_MEMORY.
 */
NTSTATUS nt_text_from_utf8(const char *utf8, wchar_t **ret_text, size_t *ret_count);

#endif
