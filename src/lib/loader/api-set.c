// SPDX-License-Identifier: MIT
/*
 * API sets: names like api-ms-win-core-memory-l1-1-6 that Windows maps to the module which has
 * the functions. An API set is known when the library has functions of it; of a level
 * (l1-1) every version up to the newest is there.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/loader/loader.h"
#include "util/macro.h"

#define PREFIX "api-ms-win-core-"

static const struct {
    const char *name;
    unsigned layer, level, newest;
} sets[] = {
    {"console", 1, 1, 0},
    {"debug", 1, 1, 1},
    {"errorhandling", 1, 1, 3},
    {"file", 1, 1, 0},
    {"file", 1, 2, 4},
    {"file", 2, 1, 4},
    {"handle", 1, 1, 0},
    {"heap", 1, 1, 0},
    {"heap", 2, 1, 0},
    {"heap-obsolete", 1, 1, 0},
    {"io", 1, 1, 1},
    {"kernel32-legacy", 1, 1, 1},
    {"libraryloader", 1, 1, 1},
    {"libraryloader", 1, 2, 2},
    {"localization", 1, 2, 2},
    {"memory", 1, 1, 8},
    {"processenvironment", 1, 2, 0},
    {"processthreads", 1, 1, 3},
    {"profile", 1, 1, 0},
    {"synch", 1, 1, 0},
    {"synch", 1, 2, 1},
    {"sysinfo", 1, 1, 0},
    {"sysinfo", 1, 2, 3},
};

/* "-l" or "-": what stands before a number; and the number, at most four digits. */
static bool take_number(const char **text, const char *before, unsigned *ret_number)
{
    size_t length = strlen(before), digits;

    if (strncasecmp(*text, before, length) != 0)
        return false;
    *text += length;
    digits = strspn(*text, "0123456789");
    if (digits == 0 || digits > 4)
        return false;
    *ret_number = (unsigned)strtoul(*text, NULL, 10);
    *text += digits;
    return true;
}

bool nt_api_set_is_known(const char *name)
{
    if (strncasecmp(name, PREFIX, strlen(PREFIX)) != 0)
        return false;
    name += strlen(PREFIX);
    for (size_t i = 0; i < NT_ARRAY_SIZE(sets); i++) {
        const char *rest = name + strlen(sets[i].name);
        unsigned layer, level, version;

        if (strncasecmp(name, sets[i].name, strlen(sets[i].name)) == 0 &&
            take_number(&rest, "-l", &layer) && take_number(&rest, "-", &level) &&
            take_number(&rest, "-", &version) && *rest == '\0' && layer == sets[i].layer &&
            level == sets[i].level && version <= sets[i].newest)
            return true;
    }
    return false;
}
