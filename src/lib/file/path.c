// SPDX-License-Identifier: MIT
/*
 * Text becomes a path and back. See path.h.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <wchar.h>

#include <ntstatus.h>

#include "lib/file/file.h"
#include "lib/file/path.h"
#include "os/file.h"
#include "rtl/status.h"
#include "util/macro.h"
#include "util/utf.h"

static const struct {
    const char *name, *path;
} devices[] = {
    {"NUL", "/dev/null"},
    {"NUL:", "/dev/null"},
    {"CONIN$", "/dev/tty"},
    {"CONOUT$", "/dev/tty"},
};

static bool has_drive(const char *path)
{
    char letter = path[0] | 0x20;

    return letter >= 'a' && letter <= 'z' && path[1] == ':';
}

/* Drops a prefix of four characters that ends what Windows would parse; the rest is absolute. */
static bool drop_prefix(char *path)
{
    if (strncmp(path, "//?/", 4) != 0 && strncmp(path, "//./", 4) != 0 &&
        strncmp(path,
                "/?"
                "?/",
                4) != 0)
        return false;
    memmove(path, path + 4, strlen(path + 4) + 1);
    return true;
}

static NTSTATUS name_device(char **path)
{
    for (size_t i = 0; i < NT_ARRAY_SIZE(devices); i++) {
        char *device;

        if (strcasecmp(*path, devices[i].name) != 0)
            continue;
        device = strdup(devices[i].path);
        if (!device)
            return STATUS_NO_MEMORY;
        free(*path);
        *path = device;
        break;
    }
    return STATUS_SUCCESS;
}

static NTSTATUS make_absolute(char **path)
{
    size_t length = strlen(*path);
    char *absolute;

    if ((*path)[0] == '/')
        return STATUS_SUCCESS;
    absolute = malloc(length + 2);
    if (!absolute)
        return STATUS_NO_MEMORY;
    absolute[0] = '/';
    memcpy(absolute + 1, *path, length + 1);
    free(*path);
    *path = absolute;
    return STATUS_SUCCESS;
}

/* Windows' spelling, in place. */
static NTSTATUS translate(char **path)
{
    NTSTATUS status;
    bool prefixed;

    for (char *at = *path; *at; at++) {
        if (*at == '\\')
            *at = '/';
    }
    prefixed = drop_prefix(*path);
    if ((*path)[0] == '\0' || has_drive(*path))
        return STATUS_OBJECT_PATH_NOT_FOUND;
    status = name_device(path);
    if (NT_SUCCESS(status) && prefixed)
        status = make_absolute(path);
    return status;
}

static NTSTATUS take(char *text, char **ret_path)
{
    NTSTATUS status = translate(&text);

    if (!NT_SUCCESS(status)) {
        free(text);
        return status;
    }
    *ret_path = text;
    return STATUS_SUCCESS;
}

NTSTATUS nt_path_from_utf8(const char *text, char **ret_path)
{
    size_t count;
    char *copy;

    if (!text || !*text)
        return STATUS_OBJECT_PATH_NOT_FOUND;
    if (nt_utf8_to_units(text, NULL, 0, &count) == -EILSEQ)
        return STATUS_UNMAPPABLE_CHARACTER;
    copy = strdup(text);
    return copy ? take(copy, ret_path) : STATUS_NO_MEMORY;
}

static bool is_high(uint16_t unit)
{
    return unit >= 0xD800 && unit < 0xDC00;
}

static bool is_low(uint16_t unit)
{
    return unit >= 0xDC00 && unit < 0xE000;
}

static bool pairs_are_whole(const uint16_t *units, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (is_low(units[i]))
            return false;
        if (is_high(units[i]) && (i + 1 == count || !is_low(units[++i])))
            return false;
    }
    return true;
}

NTSTATUS nt_path_from_wide(const WCHAR *text, char **ret_path)
{
    NT_CLEANUP(nt_freep) uint16_t *units = NULL;
    size_t length, count, size;
    char *utf8;

    if (!text || !*text)
        return STATUS_OBJECT_PATH_NOT_FOUND;
    length = wcslen(text);
    units = malloc(length * 2 * sizeof(*units));
    if (!units)
        return STATUS_NO_MEMORY;
    if (nt_wide_to_units((const uint32_t *)text, length, units, length * 2, &count) < 0 ||
        !pairs_are_whole(units, count))
        return STATUS_OBJECT_NAME_INVALID;
    size = nt_units_to_utf8(units, count, NULL, 0) + 1;
    utf8 = malloc(size);
    if (!utf8)
        return STATUS_NO_MEMORY;
    nt_units_to_utf8(units, count, utf8, size);
    return take(utf8, ret_path);
}

NTSTATUS nt_path_to_wide(const char *path, WCHAR *text, size_t room, size_t *ret_count)
{
    NT_CLEANUP(nt_freep) uint16_t *units = NULL;
    size_t length = strlen(path);
    size_t count = 0, wide = 0;

    units = malloc((length + 1) * sizeof(*units));
    if (!units)
        return STATUS_NO_MEMORY;
    if (nt_utf8_to_units(path, units, length, &count) < 0)
        return STATUS_UNMAPPABLE_CHARACTER;
    (void)nt_units_to_wide(units, count, (uint32_t *)text, room, &wide);
    *ret_count = wide;
    if (wide >= room)
        return STATUS_BUFFER_TOO_SMALL;
    text[wide] = 0;
    return STATUS_SUCCESS;
}

/* --- full paths ---------------------------------------------------------------------------- */

/* Adds the names of @path behind @full, which has room; . and .. are gone afterwards. */
static size_t add_names(char *full, size_t at, const char *path)
{
    while (*path) {
        size_t length = strcspn(path, "/");

        if (length == 2 && path[0] == '.' && path[1] == '.') {
            while (at > 0 && full[--at] != '/')
                ;
        } else if (length && !(length == 1 && path[0] == '.')) {
            full[at++] = '/';
            memcpy(full + at, path, length);
            at += length;
        }
        path += length;
        path += strspn(path, "/");
    }
    return at;
}

NTSTATUS nt_path_full(const char *path, char **ret_path)
{
    NT_CLEANUP(nt_freep) char *folder = NULL;
    size_t length = strlen(path);
    size_t at = 0;
    char *full;

    if (path[0] != '/') {
        int r = nt_os_directory_current(&folder);

        if (r < 0)
            return nt_file_status(r);
    }
    full = malloc((folder ? strlen(folder) : 0) + length + 4);
    if (!full)
        return STATUS_NO_MEMORY;
    if (folder)
        at = add_names(full, at, folder);
    at = add_names(full, at, path);
    /* A separator at the end stays, as on Windows. */
    if (at == 0 || (length && path[length - 1] == '/'))
        full[at++] = '/';
    full[at] = '\0';
    *ret_path = full;
    return STATUS_SUCCESS;
}

/* --- errors -------------------------------------------------------------------------------- */

static bool folder_exists(const char *path)
{
    NT_CLEANUP(nt_freep) char *folder = strdup(path);
    struct stat stat;
    size_t end;

    if (!folder)
        return true;
    end = strlen(folder);
    while (end > 1 && folder[end - 1] == '/')
        end--;
    while (end > 0 && folder[end - 1] != '/')
        end--;
    if (end == 0)
        return true; /* the current directory */
    folder[end > 1 ? end - 1 : end] = '\0';
    return nt_os_file_stat_path(folder, true, &stat) == 0 && S_ISDIR(stat.st_mode);
}

NTSTATUS nt_path_status(const char *path, int error)
{
    NTSTATUS status = nt_file_status(error);

    if (status == STATUS_OBJECT_NAME_NOT_FOUND && error == -ENOENT && !folder_exists(path))
        return STATUS_OBJECT_PATH_NOT_FOUND;
    return status;
}
