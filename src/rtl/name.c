// SPDX-License-Identifier: MIT
/*
 * Walks a name part by part, as the object manager would walk its directories. step() knows which
 * directories are always there; the walk ends in front of the first part that is none of them.
 */
#include <stdio.h>
#include <string.h>

#include <ntstatus.h>

#include "rtl/name.h"

/* Whether the part is the ASCII word @word: letter by letter, case counts (11.6). */
static bool is_word(const uint16_t *part, size_t count, const char *word)
{
    if (strlen(word) != count)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (part[i] != (unsigned char)word[i])
            return false;
    }
    return true;
}

/* A session number: digits without a sign, at most 32 bits. */
static bool parse_number(const uint16_t *part, size_t count, uint32_t *ret_number)
{
    uint64_t number = 0;

    if (count == 0 || count > 10)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (part[i] < '0' || part[i] > '9')
            return false;
        number = number * 10 + (part[i] - '0');
    }
    if (number > UINT32_MAX)
        return false;
    *ret_number = (uint32_t)number;
    return true;
}

/* From one directory that is always there to the next; false when @part is none. */
static bool step(struct nt_name *name, const uint16_t *part, size_t count)
{
    switch (name->directory) {
    case NT_DIRECTORY_ROOT:
        if (is_word(part, count, "BaseNamedObjects"))
            name->directory = NT_DIRECTORY_GLOBAL;
        else if (is_word(part, count, "Sessions"))
            name->directory = NT_DIRECTORY_SESSIONS;
        else
            return false;
        return true;
    case NT_DIRECTORY_SESSIONS:
    case NT_DIRECTORY_LINKS:
        if (!parse_number(part, count, &name->session))
            return false;
        name->directory = name->directory == NT_DIRECTORY_LINKS ? NT_DIRECTORY_SESSION
                                                                : NT_DIRECTORY_SESSION_ROOT;
        return true;
    case NT_DIRECTORY_SESSION_ROOT:
        if (!is_word(part, count, "BaseNamedObjects"))
            return false;
        name->directory = NT_DIRECTORY_SESSION;
        return true;
    default:
        if (is_word(part, count, "Global"))
            name->directory = NT_DIRECTORY_GLOBAL;
        else if (is_word(part, count, "Session"))
            name->directory = NT_DIRECTORY_LINKS;
        else /* Local is a link to the directory that it stands in */
            return is_word(part, count, "Local");
        return true;
    }
}

NTSTATUS nt_name_take(const uint16_t **units, size_t *count, const uint16_t **ret_part,
                      size_t *ret_count, bool *ret_last)
{
    size_t n = 0;

    while (n < *count && (*units)[n] != '\\')
        n++;
    if (n == 0)
        return STATUS_OBJECT_NAME_INVALID;
    *ret_part = *units;
    *ret_count = n;
    *ret_last = n == *count;
    n += !*ret_last;
    *units += n;
    *count -= n;
    return STATUS_SUCCESS;
}

/* @name says where it begins; a backslash in front is gone already. */
static NTSTATUS walk(struct nt_name *name, const uint16_t *units, size_t count)
{
    bool last = count == 0;

    name->rest = units;
    name->rest_count = count;
    while (!last) {
        const uint16_t *part;
        size_t part_count;
        NTSTATUS status = nt_name_take(&units, &count, &part, &part_count, &last);

        if (!NT_SUCCESS(status))
            return status;
        if (!step(name, part, part_count))
            return STATUS_SUCCESS;
        name->rest = units;
        name->rest_count = count;
    }
    return STATUS_SUCCESS;
}

NTSTATUS nt_name_parse_in(enum nt_directory_kind directory, uint32_t session, const uint16_t *units,
                          size_t count, struct nt_name *ret_name)
{
    struct nt_name name = {.directory = directory, .session = session};
    NTSTATUS status;

    if (count > NT_NAME_MAX_UNITS)
        return STATUS_OBJECT_NAME_INVALID;
    if (count > 0 && units[0] == '\\')
        return STATUS_OBJECT_PATH_SYNTAX_BAD;
    status = walk(&name, units, count);
    if (NT_SUCCESS(status))
        *ret_name = name;
    return status;
}

NTSTATUS nt_name_parse(const uint16_t *units, size_t count, bool absolute, struct nt_name *ret_name)
{
    struct nt_name name = {.directory = NT_DIRECTORY_ROOT};
    NTSTATUS status;

    if (!absolute)
        return nt_name_parse_in(NT_DIRECTORY_LOCAL, 0, units, count, ret_name);
    if (count > NT_NAME_MAX_UNITS)
        return STATUS_OBJECT_NAME_INVALID;
    if (count == 0 || units[0] != '\\')
        return STATUS_OBJECT_PATH_SYNTAX_BAD;
    status = walk(&name, units + 1, count - 1);
    if (NT_SUCCESS(status))
        *ret_name = name;
    return status;
}

/* The path of a directory that is always there; "" for the root. */
static void directory_path(const struct nt_name *name, uint32_t session, char text[static 64])
{
    unsigned number = name->directory == NT_DIRECTORY_LOCAL ? session : name->session;

    switch (name->directory) {
    case NT_DIRECTORY_ROOT:
        text[0] = '\0';
        return;
    case NT_DIRECTORY_SESSIONS:
        snprintf(text, 64, "\\Sessions");
        return;
    case NT_DIRECTORY_SESSION_ROOT:
        snprintf(text, 64, "\\Sessions\\%u", number);
        return;
    case NT_DIRECTORY_LINKS:
        snprintf(text, 64, "\\BaseNamedObjects\\Session");
        return;
    default:
        if (number && name->directory != NT_DIRECTORY_GLOBAL)
            snprintf(text, 64, "\\Sessions\\%u\\BaseNamedObjects", number);
        else
            snprintf(text, 64, "\\BaseNamedObjects");
    }
}

size_t nt_name_path(const struct nt_name *name, uint32_t session, uint16_t *units, size_t max_units)
{
    char directory[64];
    size_t count;

    directory_path(name, session, directory);
    if (name->rest_count > 0 || directory[0] == '\0')
        strcat(directory, "\\");
    count = strlen(directory);
    for (size_t i = 0; i < count && i < max_units; i++)
        units[i] = (unsigned char)directory[i];
    for (size_t i = 0; i < name->rest_count && count + i < max_units; i++)
        units[count + i] = name->rest[i];
    return count + name->rest_count;
}

int nt_name_compare(const uint16_t *a, size_t a_count, const uint16_t *b, size_t b_count)
{
    int order = memcmp(a, b, sizeof(*a) * (a_count < b_count ? a_count : b_count));

    if (order)
        return order;
    return (a_count > b_count) - (a_count < b_count);
}
