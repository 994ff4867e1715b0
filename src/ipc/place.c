// SPDX-License-Identifier: MIT
/*
 * The paths of a broker.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "ipc/place.h"

/* FNV-1a; it only has to differ between two directories of one user. */
static uint64_t hash(const char *text)
{
    uint64_t value = 0xcbf29ce484222325u;

    for (; *text; text++)
        value = (value ^ (unsigned char)*text) * 0x100000001b3u;
    return value;
}

/*
 * The incumbent's name: the path, and which directory the path is under. Two containers can
 * share a network (so abstract names) without sharing /tmp.
 */
static void name_incumbent(struct nt_place *place, uid_t uid)
{
    char parent[sizeof(place->directory)];
    struct stat status = {.st_ino = 0};
    char *slash;

    memcpy(parent, place->directory, sizeof(parent));
    slash = strrchr(parent, '/');
    if (slash)
        slash[slash == parent ? 1 : 0] = '\0';
    if (stat(parent, &status) < 0)
        status.st_ino = 0;
    snprintf(place->incumbent, sizeof(place->incumbent), "ntshm/%u/%016llx/%llx:%llx",
             (unsigned)uid, (unsigned long long)hash(place->directory),
             (unsigned long long)status.st_dev, (unsigned long long)status.st_ino);
}

int nt_place_init(struct nt_place *place, const char *directory, uid_t uid)
{
    int n;

    /* A relative path would be another one for each program. */
    if (directory && directory[0] != '/')
        return -EINVAL;
    if (directory)
        n = snprintf(place->directory, sizeof(place->directory), "%s", directory);
    else
        n = snprintf(place->directory, sizeof(place->directory), "/tmp/.ntshm-%u", (unsigned)uid);
    if (n < 0 || (size_t)n >= sizeof(place->directory))
        return -ENAMETOOLONG;
    snprintf(place->socket, sizeof(place->socket), "%s/broker", place->directory);
    snprintf(place->lock, sizeof(place->lock), "%s/lock", place->directory);
    name_incumbent(place, uid);
    return 0;
}

int nt_place_init_system(struct nt_place *place, const char *directory)
{
    return nt_place_init(place, directory ? directory : "/run/ntshm", 0);
}
