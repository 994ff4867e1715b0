/* SPDX-License-Identifier: MIT */
/*
 * What every command prints with: tables for people, colour on a terminal, text that came from
 * outside made harmless, and a deadline, so that no command ever hangs on a broker or a process
 * that stands still.
 *
 * --json and --color are options of every command: argp children of nt_output_argp.
 */
#ifndef NT_TOOL_OUTPUT_H
#define NT_TOOL_OUTPUT_H

#include <argp.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "tool/kit/deadline.h" /* nt_output_deadline() */

/* What the options of every command say; a command keeps one in its own options. */
struct nt_output {
    bool json;
    enum nt_output_color { NT_COLOR_AUTO, NT_COLOR_ALWAYS, NT_COLOR_NEVER } color;
    unsigned seconds;   /* --deadline: 10 unless told, 0 for none; armed when it was parsed */
    bool seconds_given; /* told; what waits by nature disarms it otherwise */
};

/* -j --json, --color=auto|always|never (NO_COLOR is honoured), --deadline=SECONDS; its input is a
 * struct nt_output. Use: static const struct argp_child children[] = {{&nt_output_argp, 0, NULL,
 * 0}, {0}}; and state->child_inputs[0] = &options->output at ARGP_KEY_INIT. */
extern const struct argp nt_output_argp;

enum nt_style {
    NT_STYLE_PLAIN,
    NT_STYLE_HEAD, /* a table's head */
    NT_STYLE_DIM,  /* what matters less */
    NT_STYLE_GOOD,
    NT_STYLE_WARNING,
    NT_STYLE_BAD,
};

/** nt_output_is_dumb() - TERM says that the terminal knows no escape sequences */
bool nt_output_is_dumb(void);
/** nt_output_styled() - whether what goes to @stream is coloured */
bool nt_output_styled(const struct nt_output *output, FILE *stream);
/** nt_style_begin() - the bytes that begin a style, "" when @styled is false; end with PLAIN */
const char *nt_style_begin(enum nt_style style, bool styled);

/**
 * nt_output_clean() - text from outside for a terminal: control characters, broken UTF-8 and
 * marks that turn the direction of writing become U+FFFD; cut to @size. Return: @clean.
 */
const char *nt_output_clean(const char *text, char *clean, size_t size);

/** nt_output_size() - bytes for people: "64 KiB", "1.5 GiB"; @text has 32 bytes. Return: @text. */
const char *nt_output_size(uint64_t bytes, char *text);

/*
 * Tables: each cell is copied (cleaned); printed with columns as wide as their widest cell, counted
 * in columns of the terminal. A table that is wider than the terminal is not cut.
 */
struct nt_table;
enum nt_align { NT_ALIGN_LEFT, NT_ALIGN_RIGHT };
struct nt_column {
    const char *head;
    enum nt_align align;
};
struct nt_table *nt_table_new(const struct nt_column *columns, size_t n_columns);
/** nt_table_add() - the next cell, in rows from left to right; NULL is an empty one */
void nt_table_add(struct nt_table *table, enum nt_style style, const char *text);
void nt_table_addf(struct nt_table *table, enum nt_style style, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/** nt_table_print() - print and free it; to stdout without the deadline, since who reads may take
 * his time. Return: an exit code (out of memory told at the latest
 * here). */
int nt_table_print(struct nt_table *table, const struct nt_output *output, FILE *stream);

#endif
