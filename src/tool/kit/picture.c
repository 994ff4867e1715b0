// SPDX-License-Identifier: MIT
/*
 * Where a picture goes; see picture.h.
 */
#include "tool/kit/picture.h"
#include "tool/tool.h"
#include "util/macro.h"

#include <errno.h>
#include <string.h>

static int save(const char *path, const char *bytes, size_t size)
{
    FILE *stream = strcmp(path, "-") == 0 ? stdout : fopen(path, "we");
    int error = 0;

    if (!stream)
        return -errno;
    if (fwrite(bytes, 1, size, stream) != size || fflush(stream) != 0)
        error = errno ? -errno : -EIO;
    if (stream != stdout && fclose(stream) != 0 && !error)
        error = -errno;
    return error;
}

int nt_picture_save(const char *path, int (*draw)(FILE *stream, const void *subject),
                    const void *subject)
{
    NT_CLEANUP(nt_freep) char *bytes = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&bytes, &size);
    int error = stream ? draw(stream, subject) : -ENOMEM;

    if (stream && fclose(stream) != 0 && !error)
        error = -ENOMEM;
    if (error)
        return nt_tool_error("the picture could not be drawn: %s", strerror(-error));
    error = save(path, bytes, size);
    if (error)
        return nt_tool_error("'%s' cannot be written: %s", path, strerror(-error));
    return NT_TOOL_OK;
}
