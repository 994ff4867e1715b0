// SPDX-License-Identifier: MIT
/*
 * The environment; see environment.h. One lock keeps our own calls apart; against a setenv() of
 * the program itself on another thread nothing can be done.
 */
#include <ctype.h>
#include <errno.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "lib/process/environment.h"
#include "lib/process/lock.h"
#include "util/macro.h"

extern char **environ;

/* The entry of @name (its first @length bytes), with = behind it; NULL. The lock is held. */
static char *find(const char *name, size_t length)
{
    char *alike = NULL;

    for (char **entry = environ; entry && *entry; entry++) {
        if ((*entry)[0] == '\0' || strncasecmp(*entry, name, length) != 0 ||
            (*entry)[length] != '=')
            continue;
        if (strncmp(*entry, name, length) == 0)
            return *entry;
        if (!alike)
            alike = *entry;
    }
    return alike;
}

int nt_environment_get(const char *name, char **ret_value)
{
    size_t length = strlen(name);
    char *value = NULL;
    int r = -ENOENT;

    nt_lock_take(NT_LOCK_ENVIRONMENT);
    if (length && !strchr(name, '='))
        value = find(name, length);
    if (value) {
        *ret_value = strdup(value + length + 1);
        r = *ret_value ? 0 : -ENOMEM;
    }
    nt_lock_drop(NT_LOCK_ENVIRONMENT);
    return r;
}

int nt_environment_set(const char *name, const char *value)
{
    NT_CLEANUP(nt_freep) char *known = NULL;
    size_t length = strlen(name);
    const char *entry;
    int r = -ENOENT;

    if (!length || strchr(name, '='))
        return -EINVAL;
    nt_lock_take(NT_LOCK_ENVIRONMENT);
    entry = find(name, length);
    if (entry)
        known = strndup(entry, length);
    if (entry && !known)
        r = -ENOMEM;
    else if (value)
        r = setenv(known ? known : name, value, 1) < 0 ? -errno : 0;
    else if (known)
        r = unsetenv(known) < 0 ? -errno : 0;
    nt_lock_drop(NT_LOCK_ENVIRONMENT);
    return r;
}

char *nt_environment_block(size_t *ret_size)
{
    size_t size = 0, at = 0;
    char *block;

    nt_lock_take(NT_LOCK_ENVIRONMENT);
    for (char **entry = environ; entry && *entry; entry++)
        size += strlen(*entry) + 1;
    block = calloc(1, size + 2);
    for (char **entry = environ; block && entry && *entry; entry++) {
        memcpy(block + at, *entry, strlen(*entry) + 1);
        at += strlen(*entry) + 1;
    }
    nt_lock_drop(NT_LOCK_ENVIRONMENT);
    *ret_size = size ? size + 1 : 2;
    return block;
}

/* --- expanding ---------------------------------------------------------------------- */

struct text {
    char *bytes;
    size_t length, room;
    int failed;
};

static void add(struct text *text, const char *bytes, size_t count)
{
    size_t room = text->room ? text->room : 128;
    char *larger;

    while (room < text->length + count + 1)
        room *= 2;
    if (room != text->room) {
        larger = text->failed ? NULL : realloc(text->bytes, room);
        if (!larger) {
            text->failed = 1;
            return;
        }
        text->bytes = larger;
        text->room = room;
    }
    memcpy(text->bytes + text->length, bytes, count);
    text->length += count;
    text->bytes[text->length] = '\0';
}

/* Adds the value of the name between two %, or says that there is none. */
static int add_value(struct text *text, const char *name, size_t length)
{
    NT_CLEANUP(nt_freep) char *copy = strndup(name, length);
    NT_CLEANUP(nt_freep) char *value = NULL;

    if (!copy)
        text->failed = 1;
    if (!copy || nt_environment_get(copy, &value) < 0)
        return -ENOENT;
    add(text, value, strlen(value));
    return 0;
}

char *nt_environment_expand(const char *source)
{
    struct text text = {0};

    add(&text, "", 0);
    while (*source && !text.failed) {
        const char *end = *source == '%' ? strchr(source + 1, '%') : NULL;

        if (end && add_value(&text, source + 1, (size_t)(end - source - 1)) == 0) {
            source = end + 1;
        } else if (end) {
            add(&text, source, (size_t)(end + 1 - source));
            source = end + 1;
        } else {
            size_t plain = *source == '%' ? 1 : strcspn(source, "%");

            add(&text, source, plain);
            source += plain;
        }
    }
    if (text.failed) {
        free(text.bytes);
        return NULL;
    }
    return text.bytes;
}

/* --- names -------------------------------------------------------------------------- */

/* The host's name up to the first dot, in capitals, at most 15 bytes: a NetBIOS name. */
int nt_computer_name(char *name, size_t size)
{
    char host[256];
    size_t length;

    if (gethostname(host, sizeof(host)) < 0)
        return -errno;
    host[sizeof(host) - 1] = '\0';
    length = strcspn(host, ".");
    if (length > 15)
        length = 15;
    if (length >= size)
        return -ENAMETOOLONG;
    for (size_t i = 0; i < length; i++)
        name[i] = (char)toupper((unsigned char)host[i]);
    name[length] = '\0';
    return 0;
}

int nt_user_name(char *name, size_t size)
{
    struct passwd entry, *found = NULL;
    char room[4096];
    int length;

    if (getpwuid_r(geteuid(), &entry, room, sizeof(room), &found) == 0 && found)
        length = snprintf(name, size, "%s", entry.pw_name);
    else /* a user without an entry, as in many containers */
        length = snprintf(name, size, "%u", (unsigned)geteuid());
    return length >= 0 && (size_t)length < size ? 0 : -ENAMETOOLONG;
}
