/* SPDX-License-Identifier: MIT */
/*
 * Where a picture goes: it is drawn whole in memory, and only then is the file touched, so that a
 * drawing that fails leaves a picture of before as it was.
 */
#ifndef NT_TOOL_PICTURE_H
#define NT_TOOL_PICTURE_H

#include <stdio.h>

/**
 * nt_picture_save() - draw into a file
 * @path:    "-" is standard output
 * @draw:    writes the document; 0 or -errno
 * @subject: what it gets
 *
 * Return: an exit code; what failed was told on stderr.
 */
int nt_picture_save(const char *path, int (*draw)(FILE *stream, const void *subject),
                    const void *subject);

#endif
