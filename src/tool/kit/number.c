// SPDX-License-Identifier: MIT
/*
 * Numbers that were typed; see number.h. What strtoull() would skip or negate is none.
 */
#include "tool/kit/number.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Where it ends; NULL when there is none at the beginning. */
static const char *parse(const char *text, int base, unsigned long long *ret_number)
{
    char *end;

    errno = 0;
    *ret_number = strtoull(text, &end, base);
    return errno || end == text || text[0] < '0' || text[0] > '9' ? NULL : end;
}

bool nt_number_parse(const char *text, uint64_t most, uint64_t *ret_number)
{
    unsigned long long number;
    const char *end = parse(text, 10, &number);

    if (!end || *end || number > most)
        return false;
    *ret_number = number;
    return true;
}

bool nt_number_parse_size(const char *text, uint64_t *ret_bytes)
{
    static const char units[] = "KMGTPE";
    unsigned long long number;
    const char *end = parse(text, 0, &number), *unit;
    unsigned shift = 0;

    if (!end)
        return false;
    if (*end > ' ' && (unit = strchr(units, *end & ~0x20))) {
        shift = 10 * (unsigned)(unit - units + 1);
        end += strncmp(end + 1, "iB", 2) == 0 ? 3 : 1;
    }
    if (*end || number << shift >> shift != number)
        return false;
    *ret_bytes = number << shift;
    return true;
}

uint64_t nt_number_argument(const char *text, uint64_t most, const struct argp_state *state)
{
    uint64_t number = 0;

    if (!nt_number_parse(text, most, &number))
        argp_error(state, "'%s' is no number from 0 to %llu", text, (unsigned long long)most);
    return number;
}
