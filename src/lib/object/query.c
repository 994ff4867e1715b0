// SPDX-License-Identifier: MIT
/*
 * Names of objects. A named object keeps its path from the day it was opened; a file is asked
 * where it is now, since it can be renamed.
 */
#include "lib/object/query.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <ntstatus.h>

#include "lib/file/file.h"
#include "os/file-more.h"
#include "util/macro.h"
#include "util/utf.h"

static struct nt_object_path *new_path(size_t count)
{
    struct nt_object_path *path = malloc(sizeof(*path) + count * sizeof(*path->units));

    if (path)
        path->count = count;
    return path;
}

static NTSTATUS file_name(const struct nt_file *file, struct nt_object_path **ret_path)
{
    NT_CLEANUP(nt_freep) char *now = NULL;
    struct nt_object_path *path;
    const char *text = file->path;
    size_t count;
    int r = nt_os_file_name(file->fd, &now);

    *ret_path = NULL;
    if (r == 0)
        text = now;
    else if (r != -ENOENT) /* deleted: it keeps the name that it had */
        return nt_file_status(r);
    if (!text)
        return STATUS_SUCCESS;
    path = new_path(strlen(text)); /* a character takes no more units than bytes */
    if (!path)
        return STATUS_NO_MEMORY;
    if (nt_utf8_to_units(text, path->units, path->count, &count) < 0) {
        free(path);
        return STATUS_UNMAPPABLE_CHARACTER;
    }
    path->count = count;
    *ret_path = path;
    return STATUS_SUCCESS;
}

NTSTATUS nt_object_query_name(const struct nt_object *object, struct nt_object_path **ret_path)
{
    *ret_path = NULL;
    if (object->type == &nt_file_type)
        return file_name(NT_CONTAINER_OF(object, const struct nt_file, object), ret_path);
    if (!object->path)
        return STATUS_SUCCESS;
    *ret_path = new_path(object->path->count);
    if (!*ret_path)
        return STATUS_NO_MEMORY;
    memcpy((*ret_path)->units, object->path->units, object->path->count * sizeof(uint16_t));
    return STATUS_SUCCESS;
}
