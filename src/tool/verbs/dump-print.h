/* SPDX-License-Identifier: MIT */
/*
 * Where `ntshm dump` puts what it reads: lines for people, bytes for programs, JSON.
 */
#ifndef NT_TOOL_DUMP_PRINT_H
#define NT_TOOL_DUMP_PRINT_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "tool/verbs/dump-source.h"

#define NT_DUMP_LINE 16u

struct nt_dump_printer {
    FILE *out;
    bool styled;
    bool all;   /* lines that repeat are printed too */
    int digits; /* of an offset */

    /* The line that is being filled, and the last one that was printed. */
    unsigned char line[NT_DUMP_LINE], last[NT_DUMP_LINE];
    uint64_t line_offset;
    unsigned n_line, n_last;
    bool starred;

    bool sparse;   /* @out is a file: holes stay holes */
    uint64_t hole; /* bytes to skip before the next write */
    struct json_object *ranges;
    uint64_t json_bytes; /* data in @ranges */
};

/** nt_dump_print_hex() - a run as lines of hexadecimal and ASCII; as `hexdump -C` has them */
bool nt_dump_print_hex(struct nt_dump_printer *printer, uint64_t offset, const void *bytes,
                       const struct nt_dump_run *run);
/** nt_dump_print_hex_end() - the last line, and where it ends */
void nt_dump_print_hex_end(struct nt_dump_printer *printer, uint64_t end);

/** nt_dump_print_raw() - a run as it is; what is not there as zeros, or as a hole */
bool nt_dump_print_raw(struct nt_dump_printer *printer, uint64_t offset, const void *bytes,
                       const struct nt_dump_run *run);
/** nt_dump_print_raw_end() - a hole at the end belongs to the file too. Return: false: not written
 */
bool nt_dump_print_raw_end(struct nt_dump_printer *printer);

/** nt_dump_print_json() - a run as an object of "ranges". Return: false: too much for JSON */
bool nt_dump_print_json(struct nt_dump_printer *printer, uint64_t offset, const void *bytes,
                        const struct nt_dump_run *run);

/** nt_dump_state() - "data", "zero", "reserved", "gone" */
const char *nt_dump_state(enum nt_dump_state state);

#endif
