/* SPDX-License-Identifier: MIT */
/*
 * Sessions: whose directory Local\ is. A session is a user's; only root outside any login is
 * session 0, where Local\ is Global\.
 */
#ifndef NT_BROKER_SESSION_H
#define NT_BROKER_SESSION_H

#include <stdint.h>

#include "os/os.h"

/** nt_session_of() - 0, or 1: the one session of a user */
uint32_t nt_session_of(const struct nt_os_peer *peer);

#endif
