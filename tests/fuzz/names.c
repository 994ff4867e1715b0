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
    bool good;
    enum nt_directory_kind directory;
    uint32_t session;
    struct part leaf;
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

/* The parts of the root that an absolute path begins with; returns how many, 0 when wrong. */
static size_t read_root(const struct part *parts, size_t n, struct reading *reading)
{
    if (n < 3 || parts[0].count != 0)
        return 0;
    if (is(&parts[1], "BaseNamedObjects")) {
        reading->directory = NT_DIRECTORY_GLOBAL;
        return 2;
    }
    if (n >= 5 && is(&parts[1], "Sessions") && is_number(&parts[2], &reading->session) &&
        is(&parts[3], "BaseNamedObjects")) {
        reading->directory = NT_DIRECTORY_SESSION;
        return 4;
    }
    return 0;
}

static struct reading read_name(const uint16_t *units, size_t count, bool absolute)
{
    struct reading reading = {.known = true, .directory = NT_DIRECTORY_LOCAL};
    struct part parts[MAX_PARTS];
    size_t n = split(units, count, parts), i = 0;

    reading.known = n > 0;
    if (n == 0 || count > NT_NAME_MAX_UNITS || (absolute && !(i = read_root(parts, n, &reading))))
        return reading;
    for (; i + 1 < n; i++) {
        if (is(&parts[i], "Local"))
            continue;
        if (is(&parts[i], "Global")) {
            reading.directory = NT_DIRECTORY_GLOBAL;
        } else if (is(&parts[i], "Session") && i + 2 < n &&
                   is_number(&parts[i + 1], &reading.session)) {
            reading.directory = NT_DIRECTORY_SESSION;
            i++;
        } else {
            return reading;
        }
    }
    reading.leaf = parts[n - 1];
    reading.good = reading.leaf.count > 0 && !is(&reading.leaf, "Local") &&
                   !is(&reading.leaf, "Global") && !is(&reading.leaf, "Session");
    return reading;
}

static bool is_failure_of_a_name(NTSTATUS status)
{
    return status == STATUS_OBJECT_TYPE_MISMATCH || status == STATUS_OBJECT_PATH_SYNTAX_BAD ||
           status == STATUS_OBJECT_PATH_NOT_FOUND || status == STATUS_OBJECT_NAME_INVALID;
}

static NTSTATUS parse(const uint16_t *units, size_t count, bool absolute, struct nt_name *name)
{
    struct reading reading = read_name(units, count, absolute);
    NTSTATUS status = nt_name_parse(units, count, absolute, name);

    FUZZ_CHECK(status == STATUS_SUCCESS || is_failure_of_a_name(status));
    if (!reading.known)
        return status;
    FUZZ_CHECK((status == STATUS_SUCCESS) == reading.good);
    if (!reading.good)
        return status;
    FUZZ_CHECK(name->directory == reading.directory);
    FUZZ_CHECK(name->directory != NT_DIRECTORY_SESSION || name->session == reading.session);
    FUZZ_CHECK(name->leaf == reading.leaf.at && name->leaf_count == reading.leaf.count);
    return status;
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
    if (count + 6 > NT_NAME_MAX_UNITS) {
        FUZZ_CHECK(nt_name_parse(longer, count + 6, false, &again) == STATUS_OBJECT_NAME_INVALID);
        return;
    }
    FUZZ_CHECK(nt_name_parse(longer, count + 6, false, &again) == STATUS_SUCCESS);
    FUZZ_CHECK(again.directory == name->directory);
    FUZZ_CHECK(nt_name_compare(again.leaf, again.leaf_count, name->leaf, name->leaf_count) == 0);
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
        /* Nothing is both: an absolute path begins with a backslash, a relative one never. */
        FUZZ_CHECK(nt_name_parse(units, count, true, &absolute) != STATUS_SUCCESS);
    }
    parse(units, count, true, &absolute);
    if (count > 1) {
        size_t half = count / 2;
        int order = nt_name_compare(units, half, units + half, count - half);
        int reverse = nt_name_compare(units + half, count - half, units, half);

        FUZZ_CHECK((order > 0) == (reverse < 0) && (order == 0) == (reverse == 0));
        FUZZ_CHECK(nt_name_compare(units, count, units, count) == 0);
    }
    return 0;
}
