/* SPDX-License-Identifier: MIT */
/*
 * The bytes of a section, read so that nothing can fault and nothing is made by looking: memory
 * through its descriptor, where a page that nobody has touched is a hole and stays one; files and
 * what is only reserved through a guarded view.
 */
#ifndef NT_TOOL_DUMP_SOURCE_H
#define NT_TOOL_DUMP_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <windows.h>

enum nt_dump_state {
    NT_DUMP_DATA,
    NT_DUMP_ZERO,     /* nobody has touched it: it would be read as zeros */
    NT_DUMP_RESERVED, /* no page is there: it has not been committed */
    NT_DUMP_GONE,     /* it cannot be read: the file was cut, or its disk failed */
    NT_DUMP_STATES
};

struct nt_dump_source {
    HANDLE section; /* borrowed */
    uint64_t size;
    int fd;     /* of the memory; -1: by views */
    char *view; /* of [from, to), or NULL */
    uint64_t from, to;
    bool is_image; /* which is mapped as a whole */
};

struct nt_dump_run {
    enum nt_dump_state state;
    uint64_t size; /* NT_DUMP_DATA: bytes that were read */
};

/**
 * nt_dump_open() - look at a section
 * @section: its handle carries FILE_MAP_READ and SECTION_QUERY
 *
 * Return: false with the last error. nt_dump_close() in both cases.
 */
bool nt_dump_open(struct nt_dump_source *source, HANDLE section);

/**
 * nt_dump_next() - what begins at @offset, below the source's size
 * @room: bytes that @buffer has: data is read into it
 *
 * Return: false with the last error; *@ret_run is never empty otherwise, and may reach beyond the
 * source's end when it is no data.
 */
bool nt_dump_next(struct nt_dump_source *source, uint64_t offset, void *buffer, size_t room,
                  struct nt_dump_run *ret_run);

/** nt_dump_close() - the view and the descriptor; the section's handle is left alone */
void nt_dump_close(struct nt_dump_source *source);

#endif
