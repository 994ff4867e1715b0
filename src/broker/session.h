/* SPDX-License-Identifier: MIT */
/*
 * Sessions: whose directory Local\ is. A session is a user's: all of a user's programs meet in one,
 * or, where the broker was told so, those of each login. Only root outside any login is session 0,
 * where Local\ is Global\.
 */
#ifndef NT_BROKER_SESSION_H
#define NT_BROKER_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "os/os.h"

/**
 * nt_session_of() - the session of a process
 * @audit: a login of its own user is a session of its own; its number is the kernel's
 *
 * Return: its number; 1 where there is only the user's; 0.
 */
uint32_t nt_session_of(const struct nt_os_peer *peer, bool audit);

#endif
