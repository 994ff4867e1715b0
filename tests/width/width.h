/* SPDX-License-Identifier: MIT */
/*
 * What the units of the width test have in common. unit.c is compiled once with the native
 * wchar_t and once or twice with -fshort-wchar, each time under another prefix (UNIT); main.c,
 * which uses no wide character, holds them together in one program.
 */
#ifndef NT_TESTS_WIDTH_WIDTH_H
#define NT_TESTS_WIDTH_WIDTH_H

#include <stddef.h>

/* The names that all units know; each has a character outside of the BMP, or half of one. */
enum width_name {
    WIDTH_LOCAL, /* Local\ and a character above U+FFFF */
    WIDTH_PAIR,  /* the same name, its character written as two wide ones by every unit */
    WIDTH_LONE,  /* a lone surrogate */
    WIDTH_LONG,  /* longer than what fits on a stack */
    WIDTH_N_NAMES
};

/* One unit, as main.c calls it. Handles are those of the library. */
struct width_unit {
    const char *name;
    size_t (*wide_size)(void);
    void *(*create)(enum width_name name);
    void *(*open)(enum width_name name);
    void *(*create_event)(enum width_name name);
    void *(*open_event)(enum width_name name);
    void *(*create_shared)(enum width_name name);
    void *(*open_shared)(enum width_name name);
    void *(*nt_open)(const char *leaf);
    /* Each gives the number of the line where something was wrong, or 0. */
    int (*check_loader)(void);
    int (*check_names)(void);
    int (*check_files)(void);
    int (*check_d3d12)(void);
};

#endif
