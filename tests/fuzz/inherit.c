// SPDX-License-Identifier: MIT
/*
 * What a child inherits: the variable that names the memory, and the memory. What is found sound is
 * walked through to the end, text by text and handle by handle, in memory that ends where the input
 * ends.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/process/inherit-format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
    if (!holds)
        abort();
}

static void walk(const unsigned char *bytes, size_t size)
{
    const struct nt_inherit_header *header = (const void *)bytes;
    const struct nt_inherit_handle *handle = NULL;

    for (unsigned i = 0; i < NT_INHERIT_TEXTS; i++) {
        const char *text = nt_inherit_text(bytes, i);

        demand(!text || (const unsigned char *)text + strlen(text) < bytes + size);
    }
    for (uint32_t i = 0; i < header->n_handles; i++) {
        handle = nt_inherit_next(bytes, handle);
        demand((const unsigned char *)(handle + 1) + handle->size <= bytes + size);
        demand(handle->handle && handle->n_fds <= NT_PARCEL_FDS);
        for (uint32_t j = 0; j < handle->n_fds; j++)
            demand(handle->fds[j] > 2 && handle->fds[j] != header->page_fd);
    }
}

static void try_name(const uint8_t *data, size_t size)
{
    struct nt_inherit_name name, again;
    char text[NT_INHERIT_NAME_SIZE];
    char *copy = strndup((const char *)data, size);

    if (copy && nt_inherit_name_parse(copy, &name)) {
        nt_inherit_name_print(&name, text);
        demand(strcmp(text, copy) == 0 && nt_inherit_name_parse(text, &again) && name.fd > 2);
    }
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned char *bytes = malloc(size ? size : 1); /* aligned, and its end is its end */

    if (!bytes)
        return 0;
    memcpy(bytes, data, size);
    if (nt_inherit_check(bytes, size))
        walk(bytes, size);
    free(bytes);
    try_name(data, size);
    return 0;
}
