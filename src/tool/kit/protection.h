/* SPDX-License-Identifier: MIT */
/*
 * The names of the PAGE_ values, as maps, pictures and `ntshm show` print them and JSON is read.
 */
#ifndef NT_TOOL_PROTECTION_H
#define NT_TOOL_PROTECTION_H

#include <stdbool.h>
#include <stdint.h>

/** nt_protection_name() - "PAGE_READWRITE", without what a guard adds; "" for none */
const char *nt_protection_name(uint32_t protect);

/** nt_protection_by_name() - the value of that name. Return: false when there is none. */
bool nt_protection_by_name(const char *name, uint32_t *ret_protect);

#endif
