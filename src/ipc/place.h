/* SPDX-License-Identifier: MIT */
/*
 * Where a broker is found. Both ends must agree, so both ask here: a directory that only its
 * user may use, /tmp/.ntshm-UID (NTSHM_BROKER overrides), in it the socket and the lock that
 * serialises starts. The directory depends on no other environment, so that every program of
 * a user meets every other. The machine's one broker, where there is one, has /run/ntshm.
 *
 * A broker also listens on an abstract address made from the directory's path and place. It does
 * not serve anyone there: it is how a second broker, started because the directory was removed
 * under the first, finds that the first still lives, and wakes it to bind its socket again.
 */
#ifndef NT_IPC_PLACE_H
#define NT_IPC_PLACE_H

#include <sys/types.h>

struct nt_place {
    char directory[90];
    char socket[108];
    char lock[108];
    char incumbent[108]; /* abstract */
};

/**
 * nt_place_init() - the paths for a directory
 * @directory: NULL for this user's own
 *
 * Return: 0; -EINVAL for a path that is not absolute; -ENAMETOOLONG.
 */
int nt_place_init(struct nt_place *place, const char *directory, uid_t uid);

/**
 * nt_place_init_system() - the paths of the machine's one broker
 * @directory: NULL for /run/ntshm
 */
int nt_place_init_system(struct nt_place *place, const char *directory);

#endif
