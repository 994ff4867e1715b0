/* SPDX-License-Identifier: MIT */
/*
 * Where a black box is read from: the live section of a name, or a dump file.
 *
 * Of either, header and tables are copied before anything in them is looked at; the payload stays
 * where it is. A section is only ever mapped for reading.
 */
#ifndef NT_TOOL_BLACKBOX_SOURCE_H
#define NT_TOOL_BLACKBOX_SOURCE_H

#include <windows.h>
#include "tool/blackbox/blackbox-parse.h"

struct nt_blackbox_source {
    const char *title;         /* name or path, borrowed */
    HANDLE section;            /* keeps the name; NULL for a file */
    const unsigned char *view; /* all of the section; NULL for a file */
    uint64_t size;             /* of section or file */
    void *meta;                /* the copy, header.meta_size bytes; NULL before the first */
    uint64_t meta_size;
};

/**
 * nt_blackbox_source_open_name() - map a section by name, for reading
 * @name:   UTF-8, borrowed; the handle keeps the name alive until nt_blackbox_source_close()
 * @source: filled on success
 * @why:    the reason, NT_BLACKBOX_WHY bytes
 */
bool nt_blackbox_source_open_name(const char *name, struct nt_blackbox_source *source, char *why);

/** nt_blackbox_source_open_file() - read header and tables of a dump; arguments as above */
bool nt_blackbox_source_open_file(const char *path, struct nt_blackbox_source *source, char *why);

/**
 * nt_blackbox_source_copy() - copy header and tables of a live section, anew each time
 *
 * Records that the recorder was changing while they were copied are marked as not there. Does
 * nothing for a file. Return: false with @why; the old copy then stays.
 */
bool nt_blackbox_source_copy(struct nt_blackbox_source *source, char *why);

/**
 * nt_blackbox_source_save() - write a dump of a live section, from the last copy
 * @path:      written under another name first and then renamed: it is whole or not there
 * @reason:    NTSHM_BLACKBOX_SAVED_DEATH ...
 * @ret_bytes: how much was saved
 */
bool nt_blackbox_source_save(struct nt_blackbox_source *source, const char *path, uint32_t reason,
                             uint64_t *ret_bytes, char *why);

/** nt_blackbox_source_leave() - let the section go; the last copy of header and tables stays */
void nt_blackbox_source_leave(struct nt_blackbox_source *source);

void nt_blackbox_source_close(struct nt_blackbox_source *source);

#endif
