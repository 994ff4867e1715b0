/* SPDX-License-Identifier: MIT */
/*
 * The words of SDDL, which parsing and printing share: types of entries, their flags, rights, and
 * the flags of a list. Each is a pair of letters, or fewer, that stands for bits.
 */
#ifndef NT_RTL_SDDL_WORDS_H
#define NT_RTL_SDDL_WORDS_H

#include <stddef.h>
#include <stdint.h>

struct nt_sddl_word {
    char letters[3];
    uint32_t value;
};

/* Each ends with a word without letters. */
extern const struct nt_sddl_word nt_sddl_types[];
extern const struct nt_sddl_word nt_sddl_flags[];
/* One bit each, in the order of the bits, which is the one in which Windows writes them. */
extern const struct nt_sddl_word nt_sddl_rights[];
/* Several bits each; written where a mask is just that. */
extern const struct nt_sddl_word nt_sddl_sets[];
/* What the lowest bits are in a mandatory label. */
extern const struct nt_sddl_word nt_sddl_policies[];

#define NT_SDDL_NULL_ACL "NO_ACCESS_CONTROL"

#endif
