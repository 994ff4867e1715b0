// SPDX-License-Identifier: MIT
/*
 * Walks a name part by part, as the object manager would walk its directories: Global, Local
 * and Session stand in every directory of named objects, so that Local\Global\x is Global\x.
 */
#include <stdio.h>
#include <string.h>

#include <ntstatus.h>

#include "rtl/name.h"

struct cursor {
    const uint16_t *at;
    size_t left;
};

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

/* Takes a part that a backslash ends; false when no backslash is left. */
static bool take_part(struct cursor *cursor, const uint16_t **ret_part, size_t *ret_count)
{
    for (size_t i = 0; i < cursor->left; i++) {
        if (cursor->at[i] == '\\') {
            *ret_part = cursor->at;
            *ret_count = i;
            cursor->at += i + 1;
            cursor->left -= i + 1;
            return true;
        }
    }
    return false;
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

static NTSTATUS take_session(struct cursor *cursor, struct nt_name *name)
{
    const uint16_t *part;
    size_t count;

    if (!take_part(cursor, &part, &count)) {
        /* The path ends here: the session's directory itself. */
        return parse_number(cursor->at, cursor->left, &name->session)
                   ? STATUS_OBJECT_TYPE_MISMATCH
                   : STATUS_OBJECT_PATH_NOT_FOUND;
    }
    if (!parse_number(part, count, &name->session))
        return STATUS_OBJECT_PATH_NOT_FOUND;
    name->directory = NT_DIRECTORY_SESSION;
    return STATUS_SUCCESS;
}

static bool is_directory(const uint16_t *part, size_t count)
{
    return is_word(part, count, "Global") || is_word(part, count, "Local") ||
           is_word(part, count, "Session");
}

/* The relative walk; @name->directory is where it begins. */
static NTSTATUS walk(struct cursor *cursor, bool inside, struct nt_name *name)
{
    const uint16_t *part;
    size_t count;

    while (take_part(cursor, &part, &count)) {
        NTSTATUS status = STATUS_SUCCESS;

        if (count == 0)
            return inside ? STATUS_OBJECT_NAME_INVALID : STATUS_OBJECT_PATH_SYNTAX_BAD;
        if (is_word(part, count, "Global"))
            name->directory = NT_DIRECTORY_GLOBAL;
        else if (is_word(part, count, "Session"))
            status = take_session(cursor, name);
        else if (!is_word(part, count, "Local"))
            status = STATUS_OBJECT_PATH_NOT_FOUND;
        if (!NT_SUCCESS(status))
            return status;
        inside = true;
    }

    if (cursor->left == 0)
        return inside ? STATUS_OBJECT_NAME_INVALID : STATUS_OBJECT_TYPE_MISMATCH;
    if (is_directory(cursor->at, cursor->left))
        return STATUS_OBJECT_TYPE_MISMATCH;
    name->leaf = cursor->at;
    name->leaf_count = cursor->left;
    return STATUS_SUCCESS;
}

/* The last part of an absolute path's root: the directory of named objects. */
static NTSTATUS take_named_objects(struct cursor *cursor)
{
    const uint16_t *part;
    size_t count;

    if (!take_part(cursor, &part, &count))
        return is_word(cursor->at, cursor->left, "BaseNamedObjects") ? STATUS_OBJECT_TYPE_MISMATCH
                                                                     : STATUS_OBJECT_PATH_NOT_FOUND;
    return is_word(part, count, "BaseNamedObjects") ? STATUS_SUCCESS : STATUS_OBJECT_PATH_NOT_FOUND;
}

/* The parts in front of the named objects in an absolute path. */
static NTSTATUS take_root(struct cursor *cursor, struct nt_name *name)
{
    struct cursor sessions;
    const uint16_t *part;
    size_t count;
    NTSTATUS status;

    if (!take_part(cursor, &part, &count) || count != 0)
        return STATUS_OBJECT_PATH_SYNTAX_BAD;
    if (is_word(cursor->at, cursor->left, "Sessions"))
        return STATUS_OBJECT_TYPE_MISMATCH;
    sessions = *cursor;
    if (take_part(&sessions, &part, &count) && is_word(part, count, "Sessions")) {
        status = take_session(&sessions, name);
        *cursor = sessions;
    } else {
        name->directory = NT_DIRECTORY_GLOBAL;
        status = STATUS_SUCCESS;
    }
    return NT_SUCCESS(status) ? take_named_objects(cursor) : status;
}

NTSTATUS nt_name_parse(const uint16_t *units, size_t count, bool absolute, struct nt_name *ret_name)
{
    struct cursor cursor = {units, count};
    struct nt_name name = {.directory = NT_DIRECTORY_LOCAL};
    NTSTATUS status;

    if (count > NT_NAME_MAX_UNITS)
        return STATUS_OBJECT_NAME_INVALID;
    if (absolute) {
        status = take_root(&cursor, &name);
        if (!NT_SUCCESS(status))
            return status;
    }
    status = walk(&cursor, absolute, &name);
    if (NT_SUCCESS(status))
        *ret_name = name;
    return status;
}

size_t nt_name_path(const struct nt_name *name, uint32_t session, uint16_t *units, size_t max_units)
{
    char directory[64];
    size_t count;

    if (name->directory == NT_DIRECTORY_GLOBAL)
        session = 0;
    else if (name->directory == NT_DIRECTORY_SESSION)
        session = name->session;
    if (session)
        snprintf(directory, sizeof(directory), "\\Sessions\\%u\\BaseNamedObjects\\",
                 (unsigned)session);
    else
        snprintf(directory, sizeof(directory), "\\BaseNamedObjects\\");
    count = strlen(directory);
    for (size_t i = 0; i < count && i < max_units; i++)
        units[i] = (unsigned char)directory[i];
    for (size_t i = 0; i < name->leaf_count && count + i < max_units; i++)
        units[count + i] = name->leaf[i];
    return count + name->leaf_count;
}

int nt_name_compare(const uint16_t *a, size_t a_count, const uint16_t *b, size_t b_count)
{
    int order = memcmp(a, b, sizeof(*a) * (a_count < b_count ? a_count : b_count));

    if (order)
        return order;
    return (a_count > b_count) - (a_count < b_count);
}
