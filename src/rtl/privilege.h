/* SPDX-License-Identifier: MIT */
/*
 * The privileges that Windows knows, by name and number. The number is the low word of the LUID,
 * whose high word is 0, on every machine. Which of them mean something here, and who has them, is
 * lib/security/privilege.h's to say.
 */
#ifndef NT_RTL_PRIVILEGE_H
#define NT_RTL_PRIVILEGE_H

#include <stddef.h>
#include <stdint.h>

struct nt_privilege_name {
    uint32_t number;
    const char *name;    /* "SeLockMemoryPrivilege" */
    const char *display; /* what it allows, for people */
};

/** nt_privilege_by_number() - NULL for none */
const struct nt_privilege_name *nt_privilege_by_number(uint32_t number);

/**
 * nt_privilege_by_name() - the case of letters does not matter; NULL for none
 * @units, @width: ends with NUL; bytes of a unit, 1, 2 or 4 (rtl/text.h)
 */
const struct nt_privilege_name *nt_privilege_by_name(const void *units, unsigned width);

#endif
