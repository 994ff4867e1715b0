/* SPDX-License-Identifier: MIT */
/*
 * Finding the broker, and starting one when none runs.
 *
 * There may be two: the machine's, which serves all users, and this user's own. A process chooses
 * once: the machine's where it exists - one that exists and does not answer is an error, never a
 * reason to go elsewhere - unless this user's own has live names, which new programs of that user
 * must find. NTSHM_BROKER says it instead: a directory is a user's own broker there, "system" is
 * the machine's, "system:DIRECTORY" is one in another directory. NTSHM_SYSTEM=DIRECTORY is where
 * the choice looks for the machine's.
 */
#ifndef NT_LIB_CLIENT_CONNECT_H
#define NT_LIB_CLIENT_CONNECT_H

#include <stdbool.h>

#include "os/os.h"

/**
 * nt_broker_connect() - a socket to the broker of this process
 * @who:       whom the calling thread is; its uid has a broker of its own
 * @start:     start a user's own when none listens
 * @has_names: asks, over a connection that is closed then, whether a broker has live names
 * @ret_fd:    owned by the caller
 *
 * NT_LOCK_CONNECTION is held. Return: 0; -ENOENT when none runs and @start is false; -EPERM when
 * another user owns the directory or the socket; -ECONNREFUSED when none could be started, or the
 * machine's does not answer. Why is told to the log.
 */
int nt_broker_connect(const struct nt_os_peer *who, bool start,
                      bool (*has_names)(int fd, const struct nt_os_peer *who), int *ret_fd);

struct nt_place;

/**
 * nt_broker_locate() - where nt_broker_connect() would go now
 *
 * Starts none and keeps no connection. NT_LOCK_CONNECTION is held. Return: 0; -EINVAL or
 * -ENAMETOOLONG for a directory in the environment that is none.
 */
int nt_broker_locate(const struct nt_os_peer *who,
                     bool (*has_names)(int fd, const struct nt_os_peer *who),
                     struct nt_place *ret_place, bool *ret_system);

/** nt_broker_program() - the program that would be started; @path has room for it */
const char *nt_broker_program(char *path, size_t size);

/** nt_broker_connect_own() - the one in @place, which is @uid's or root's; for choose.c */
int nt_broker_connect_own(const struct nt_place *place, uid_t uid, bool start, int *ret_fd);

#endif
