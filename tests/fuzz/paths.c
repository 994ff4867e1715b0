// SPDX-License-Identifier: MIT
/*
 * Fuzzes the reading of paths: UTF-8 as it comes, and the same bytes as wide characters. What comes
 * out has no \ and no drive, is the same again by way of wide text, and its full form is absolute,
 * without empty names, . and .., and its own full form.
 */
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include <ntstatus.h>

#include "fuzz/guarded.h"
#include "lib/file/path.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_wide(const char *path)
{
    size_t count = 0, again = 0;
    wchar_t *wide;
    char *back = NULL;

    if (nt_path_to_wide(path, NULL, 0, &count) != STATUS_BUFFER_TOO_SMALL)
        abort();
    wide = malloc((count + 1) * sizeof(*wide));
    if (!wide)
        return;
    if (nt_path_to_wide(path, wide, count, &again) != STATUS_BUFFER_TOO_SMALL || again != count)
        abort();
    if (nt_path_to_wide(path, wide, count + 1, &again) != STATUS_SUCCESS || wcslen(wide) != count)
        abort();
    /* What is left may be read as a prefix, a drive or a device once more; else it is the same. */
    if (NT_SUCCESS(nt_path_from_wide(wide, &back)) && strlen(back) == strlen(path) &&
        strcmp(back, path) != 0)
        abort();
    free(back);
    free(wide);
}

static void check_names(const char *full)
{
    if (full[0] != '/')
        abort();
    for (const char *at = full; *at; at += strcspn(at, "/")) {
        size_t length = strcspn(++at, "/");

        if ((length == 0 && *at) || (length == 1 && at[0] == '.') ||
            (length == 2 && at[0] == '.' && at[1] == '.'))
            abort();
    }
}

static void check_full(const char *path)
{
    char *full = NULL, *again = NULL;

    if (nt_path_full(path, &full) != STATUS_SUCCESS)
        abort();
    check_names(full);
    if (nt_path_full(full, &again) != STATUS_SUCCESS || strcmp(full, again) != 0)
        abort();
    free(again);
    free(full);
}

static void check(NTSTATUS status, char *path)
{
    if (!NT_SUCCESS(status))
        return;
    if (!path[0] || strchr(path, '\\'))
        abort();
    check_wide(path);
    check_full(path);
    free(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = calloc(1, size + 1), *path = NULL;
    wchar_t *wide = calloc(size / sizeof(wchar_t) + 1, sizeof(wchar_t));
    NTSTATUS status;

    if (text && wide) {
        memcpy(text, data, size);
        memcpy(wide, data, size / sizeof(wchar_t) * sizeof(wchar_t));
        status = nt_path_from_utf8(text, &path);
        check(status, path);
        path = NULL;
        status = nt_path_from_wide(wide, &path);
        check(status, path);
    }
    free(text);
    free(wide);
    return 0;
}
