// SPDX-License-Identifier: MIT
/*
 * Fuzzes the grammar of object names against a second reading of the same rules: the name is
 * split at its backslashes first and looked at from there. Input: units, little-endian; each name
 * is read both as a relative one and as a path from the root.
 */
#include <stdbool.h>

#include <ntstatus.h>

#include "fuzz/guarded.h"
#include "rtl/name.h"

#define MAX_PARTS 64u
#define ROOM      (NT_NAME_MAX_UNITS + 64u)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct part {
    const uint16_t *at;
    size_t count;
};

/* What the second reading says. */
struct reading {
    bool known; /* false: too many parts for it */
    NTSTATUS status;
    enum nt_directory_kind directory;
    uint32_t session;
    const uint16_t *rest;
};

static bool is(const struct part *part, const char *word)
{
    size_t i;

    for (i = 0; i < part->count && word[i]; i++) {
        if (part->at[i] != (unsigned char)word[i])
            return false;
    }
    return i == part->count && !word[i];
}

static bool is_number(const struct part *part, uint32_t *ret_number)
{
    char digits[12] = "";

#ifdef FUZZ_PLANT
    if (part->count > 3) /* planted: no session has a longer number */
        return false;
#endif
    if (part->count == 0 || part->count > 10)
        return false;
    for (size_t i = 0; i < part->count; i++) {
        if (part->at[i] < '0' || part->at[i] > '9')
            return false;
        digits[i] = (char)part->at[i];
    }
    if (strtoull(digits, NULL, 10) > UINT32_MAX)
        return false;
    *ret_number = (uint32_t)strtoull(digits, NULL, 10);
    return true;
}

static size_t split(const uint16_t *units, size_t count, struct part *parts)
{
    size_t n = 0;

    parts[0] = (struct part){units, 0};
    for (size_t i = 0; i < count; i++) {
        if (units[i] != '\\') {
            parts[n].count++;
        } else if (++n == MAX_PARTS) {
            return 0;
        } else {
            parts[n] = (struct part){units + i + 1, 0};
        }
    }
    return n + 1;
}

static bool holds_objects(enum nt_directory_kind kind)
{
    return kind == NT_DIRECTORY_LOCAL || kind == NT_DIRECTORY_GLOBAL ||
           kind == NT_DIRECTORY_SESSION;
}

/* What @part leads to from where the reading is; false: out of what is always there. */
static bool lead(struct reading *reading, const struct part *part)
{
    static const struct {
        int from; /* -1: a directory of named objects */
        const char *word;
        int to; /* -1: where it is */
    } ways[] = {
        {NT_DIRECTORY_ROOT, "BaseNamedObjects", NT_DIRECTORY_GLOBAL},
        {NT_DIRECTORY_ROOT, "Sessions", NT_DIRECTORY_SESSIONS},
        {NT_DIRECTORY_SESSION_ROOT, "BaseNamedObjects", NT_DIRECTORY_SESSION},
        {-1, "Global", NT_DIRECTORY_GLOBAL},
        {-1, "Local", -1},
        {-1, "Session", NT_DIRECTORY_LINKS},
    };

    if (reading->directory == NT_DIRECTORY_SESSIONS || reading->directory == NT_DIRECTORY_LINKS) {
        if (!is_number(part, &reading->session))
            return false;
        reading->directory = reading->directory == NT_DIRECTORY_LINKS ? NT_DIRECTORY_SESSION
                                                                      : NT_DIRECTORY_SESSION_ROOT;
        return true;
    }
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        int from = holds_objects(reading->directory) ? -1 : (int)reading->directory;

        if (from != ways[i].from || !is(part, ways[i].word))
            continue;
        if (ways[i].to >= 0)
            reading->directory = (enum nt_directory_kind)ways[i].to;
        return true;
    }
    return false;
}

static struct reading read_name(const uint16_t *units, size_t count, bool absolute)
{
    struct reading reading = {.known = true, .status = STATUS_SUCCESS};
    struct part parts[MAX_PARTS];
    size_t n, i = 0;

    reading.directory = absolute ? NT_DIRECTORY_ROOT : NT_DIRECTORY_LOCAL;
    reading.rest = units + count;
    if (count > NT_NAME_MAX_UNITS)
        reading.status = STATUS_OBJECT_NAME_INVALID;
    else if (absolute != (count > 0 && units[0] == '\\'))
        reading.status = STATUS_OBJECT_PATH_SYNTAX_BAD;
    if (reading.status != STATUS_SUCCESS || count == (size_t)absolute)
        return reading;
    n = split(units, count, parts);
    reading.known = n > 0;
    for (i = absolute; reading.known && i < n; i++) {
        reading.rest = parts[i].at;
        if (parts[i].count == 0) {
            reading.status = STATUS_OBJECT_NAME_INVALID;
            return reading;
        }
        if (!lead(&reading, &parts[i]))
            return reading;
    }
    reading.rest = units + count;
    return reading;
}

static NTSTATUS parse(const uint16_t *units, size_t count, bool absolute, struct nt_name *name)
{
    struct reading reading = read_name(units, count, absolute);
    NTSTATUS status = nt_name_parse(units, count, absolute, name);

    FUZZ_CHECK(status == STATUS_SUCCESS || status == STATUS_OBJECT_PATH_SYNTAX_BAD ||
               status == STATUS_OBJECT_NAME_INVALID);
    if (!reading.known)
        return status;
    FUZZ_CHECK(status == reading.status);
    if (status != STATUS_SUCCESS)
        return status;
    FUZZ_CHECK(name->directory == reading.directory);
    FUZZ_CHECK(
        (name->directory != NT_DIRECTORY_SESSION && name->directory != NT_DIRECTORY_SESSION_ROOT) ||
        name->session == reading.session);
    FUZZ_CHECK(name->rest_count == (size_t)(units + count - reading.rest));
    FUZZ_CHECK(name->rest_count == 0 || name->rest == reading.rest);
    return status;
}

/* The rest part by part: together with the backslashes it is the rest again. */
static void take_parts(const struct nt_name *name)
{
    const uint16_t *units = name->rest, *part;
    size_t count = name->rest_count, part_count, together = 0;
    bool last = false;

    while (!last && nt_name_take(&units, &count, &part, &part_count, &last) == STATUS_SUCCESS) {
        FUZZ_CHECK(part == name->rest + together && part_count > 0);
        together += part_count + !last;
        FUZZ_CHECK(units == name->rest + together && count == name->rest_count - together);
    }
    FUZZ_CHECK(!last || together == name->rest_count);
}

static struct guarded first, second;

/* "Local\" in front changes nothing but the room that is left. */
static void try_prefix(const uint16_t *units, size_t count, const struct nt_name *name)
{
    static const char prefix[] = "Local\\";
    uint16_t *longer = guarded_take(&second, (count + 6) * sizeof(*longer), sizeof(*longer));
    struct nt_name again;

    for (size_t i = 0; i < 6; i++)
        longer[i] = (unsigned char)prefix[i];
    memcpy(longer + 6, units, count * sizeof(*units));
    if (count == 0 || count + 6 > NT_NAME_MAX_UNITS) {
        FUZZ_CHECK(nt_name_parse(longer, count + 6, false, &again) == STATUS_OBJECT_NAME_INVALID);
        return;
    }
    FUZZ_CHECK(nt_name_parse(longer, count + 6, false, &again) == STATUS_SUCCESS);
    FUZZ_CHECK(again.directory == name->directory);
    FUZZ_CHECK(nt_name_compare(again.rest, again.rest_count, name->rest, name->rest_count) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t count = size / sizeof(uint16_t);
    struct nt_name relative, absolute;
    const uint16_t *units;

    if (count > ROOM)
        return 0;
    units = guarded_copy(&first, data, count * sizeof(*units), sizeof(*units));
    if (parse(units, count, false, &relative) == STATUS_SUCCESS) {
        try_prefix(units, count, &relative);
        take_parts(&relative);
        /* Nothing is both: an absolute path begins with a backslash, a relative one never. */
        FUZZ_CHECK(nt_name_parse(units, count, true, &absolute) != STATUS_SUCCESS);
    }
    if (parse(units, count, true, &absolute) == STATUS_SUCCESS)
        take_parts(&absolute);
    if (count > 1) {
        size_t half = count / 2;
        int order = nt_name_compare(units, half, units + half, count - half);
        int reverse = nt_name_compare(units + half, count - half, units, half);

        FUZZ_CHECK((order > 0) == (reverse < 0) && (order == 0) == (reverse == 0));
        FUZZ_CHECK(nt_name_compare(units, count, units, count) == 0);
    }
    return 0;
}
