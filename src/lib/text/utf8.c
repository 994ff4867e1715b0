// SPDX-License-Identifier: MIT
/*
 * Wide text and UTF-8, both through 16-bit units, so that one strict decoder serves all
 * (util/utf.h).
 */
#include "lib/text/utf8.h"

#include <stdlib.h>
#include <string.h>

#include <ntstatus.h>

#include "util/macro.h"
#include "util/utf.h"

bool nt_text_to_utf8(const wchar_t *text, char *utf8, size_t size)
{
    uint16_t units[256], back[256];
    size_t count, n_back;

    if (nt_wide_to_units((const uint32_t *)text, SIZE_MAX, units, NT_ARRAY_SIZE(units), &count) < 0)
        return false;
    if (nt_units_to_utf8(units, count, utf8, size) >= size)
        return false;
    /* A lone surrogate became another character: then it is not the same text any more. */
    return nt_utf8_to_units(utf8, back, NT_ARRAY_SIZE(back), &n_back) == 0 && n_back == count &&
           memcmp(units, back, count * sizeof(*units)) == 0;
}

NTSTATUS nt_text_from_utf8(const char *utf8, wchar_t **ret_text, size_t *ret_count)
{
    size_t room = strlen(utf8) + 1, count;
    NT_CLEANUP(nt_freep) uint16_t *units = malloc(room * sizeof(*units));
    wchar_t *text = malloc(room * sizeof(*text));

    if (!units || !text) {
        free(text);
        return STATUS_NO_MEMORY;
    }
    /* A character takes no more units than bytes, and no more wide characters than units. */
    if (nt_utf8_to_units(utf8, units, room, &count) < 0) {
        free(text);
        return STATUS_UNMAPPABLE_CHARACTER;
    }
    (void)nt_units_to_wide(units, count, (uint32_t *)text, room, ret_count);
    text[*ret_count] = L'\0';
    *ret_text = text;
    return STATUS_SUCCESS;
}
