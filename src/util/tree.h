/* SPDX-License-Identifier: MIT */
/*
 * Ordered trees: the intrusive red-black tree of BSD's <sys/tree.h>, as libbsd packages it.
 * Only macros, so nothing is linked. RB_NFIND is the lower bound.
 */
#ifndef NT_UTIL_TREE_H
#define NT_UTIL_TREE_H

#include <bsd/sys/tree.h>

/* RB_GENERATE_STATIC says __unused, which is a field's name in other headers. */
#define NT_RB_GENERATE(name, type, field, compare) \
    RB_GENERATE_INTERNAL(name, type, field, compare, static __attribute__((unused)))

#endif
