// SPDX-License-Identifier: MIT
/*
 * The form of what a child inherits; see inherit-format.h.
 */
#include "lib/process/inherit-format.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/macro.h"

static bool check_texts(const struct nt_inherit_header *header, const char *bytes, size_t size)
{
    for (unsigned i = 0; i < NT_INHERIT_TEXTS; i++) {
        uint64_t at = header->text_at[i];

        if (at && (at >= size || !memchr(bytes + at, '\0', size - at)))
            return false;
    }
    return true;
}

static bool check_handle(const struct nt_inherit_handle *handle, size_t left)
{
    if (left < sizeof(*handle) || handle->size > NT_PARCEL_BYTES ||
        nt_align_up(handle->size, 8) > left - sizeof(*handle))
        return false;
    if (handle->handle == 0 || handle->handle % 4 || handle->n_fds > NT_PARCEL_FDS)
        return false;
    for (uint32_t i = 0; i < handle->n_fds; i++) {
        if (handle->fds[i] <= 2)
            return false;
    }
    return true;
}

static int compare_fds(const void *a, const void *b)
{
    int first = *(const int *)a, second = *(const int *)b;

    return (first > second) - (first < second);
}

/* Who is named twice would be closed twice. */
static bool check_fds(const struct nt_inherit_header *header, const void *bytes)
{
    NT_CLEANUP(nt_freep)
    int *fds = calloc((size_t)header->n_handles + 1, NT_PARCEL_FDS * sizeof(*fds));
    const struct nt_inherit_handle *handle = NULL;
    size_t n = 0;

    if (!fds)
        return false;
    if (header->page_fd >= 0)
        fds[n++] = header->page_fd;
    for (uint32_t i = 0; i < header->n_handles; i++) {
        handle = nt_inherit_next(bytes, handle);
        for (uint32_t j = 0; j < handle->n_fds; j++)
            fds[n++] = handle->fds[j];
    }
    qsort(fds, n, sizeof(*fds), compare_fds);
    for (size_t i = 1; i < n; i++) {
        if (fds[i] == fds[i - 1])
            return false;
    }
    return true;
}

static bool check_handles(const struct nt_inherit_header *header, const char *bytes, size_t size)
{
    uint64_t at = header->handles_at;

    if (at % 8 || at > size)
        return false;
    for (uint32_t i = 0; i < header->n_handles; i++) {
        const struct nt_inherit_handle *handle = (const void *)(bytes + at);

        if (!check_handle(handle, size - at))
            return false;
        at += sizeof(*handle) + nt_align_up(handle->size, 8);
    }
    return check_fds(header, bytes);
}

bool nt_inherit_check(const void *bytes, size_t size)
{
    const struct nt_inherit_header *header = bytes;

    return size >= sizeof(*header) && header->magic == NT_INHERIT_MAGIC && header->size == size &&
           (header->page_fd == -1 || header->page_fd > 2) && check_texts(header, bytes, size) &&
           check_handles(header, bytes, size);
}

const char *nt_inherit_text(const void *bytes, enum nt_inherit_text text)
{
    const struct nt_inherit_header *header = bytes;

    return header->text_at[text] ? (const char *)bytes + header->text_at[text] : NULL;
}

const struct nt_inherit_handle *nt_inherit_next(const void *bytes,
                                                const struct nt_inherit_handle *handle)
{
    const struct nt_inherit_header *header = bytes;

    if (!handle)
        return (const void *)((const char *)bytes + header->handles_at);
    return (const void *)((const char *)(handle + 1) + nt_align_up(handle->size, 8));
}

/* --- the variable ------------------------------------------------------------------------------
 */

void nt_inherit_name_print(const struct nt_inherit_name *name, char *text)
{
    int at = snprintf(text, NT_INHERIT_NAME_SIZE, "%d:%" PRIx64 ":%" PRIx64 ":", name->fd,
                      name->device, name->inode);

    for (unsigned i = 0; i < NT_INHERIT_NONCE; i++)
        at += snprintf(text + at, NT_INHERIT_NAME_SIZE - (size_t)at, "%02x", name->nonce[i]);
}

static bool parse_number(const char **text, int base, uint64_t *ret_value)
{
    char *end;

    *ret_value = strtoull(*text, &end, base);
    if (end == *text || *end != ':')
        return false;
    *text = end + 1;
    return true;
}

static bool parse_nonce(const char *text, unsigned char *nonce)
{
    for (unsigned i = 0; i < NT_INHERIT_NONCE; i++) {
        char pair[3] = {text[0], text[0] ? text[1] : '\0', '\0'};
        char *end;

        nonce[i] = (unsigned char)strtoul(pair, &end, 16);
        if (end != pair + 2)
            return false;
        text += 2;
    }
    return *text == '\0';
}

/* Printed again it must be the same text: numbers know more spellings than one. */
bool nt_inherit_name_parse(const char *text, struct nt_inherit_name *ret_name)
{
    char again[NT_INHERIT_NAME_SIZE];
    const char *at = text;
    uint64_t fd;

    if (!parse_number(&at, 10, &fd) || fd <= 2 || fd > INT_MAX ||
        !parse_number(&at, 16, &ret_name->device) || !parse_number(&at, 16, &ret_name->inode) ||
        !parse_nonce(at, ret_name->nonce))
        return false;
    ret_name->fd = (int)fd;
    nt_inherit_name_print(ret_name, again);
    return strcmp(again, text) == 0;
}
