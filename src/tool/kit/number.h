/* SPDX-License-Identifier: MIT */
/*
 * Numbers that were typed: the whole text is one, without a sign, and not above what makes sense.
 */
#ifndef NT_TOOL_NUMBER_H
#define NT_TOOL_NUMBER_H

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>

/** nt_number_parse() - a decimal number up to @most. Return: false when @text is none. */
bool nt_number_parse(const char *text, uint64_t most, uint64_t *ret_number);

/**
 * nt_number_parse_size() - bytes: a number (0x too), or one with K, M, G, T behind it (KiB, MiB
 * ... too). Return: false when @text is none, or too many.
 */
bool nt_number_parse_size(const char *text, uint64_t *ret_bytes);

/** nt_number_argument() - an option's number from 0 to @most; another is wrong usage */
uint64_t nt_number_argument(const char *text, uint64_t most, const struct argp_state *state);

#endif
