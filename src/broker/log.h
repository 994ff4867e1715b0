/* SPDX-License-Identifier: MIT */
/*
 * Where a broker tells what went wrong. A user's own broker has nobody who reads its standard
 * error, so it keeps a file beside its socket: "log", and "log.1" before that, 64 KiB each. The
 * machine's writes to standard error, which a service manager keeps. A line has a time, a level, a
 * pid and why; names of objects and contents never.
 */
#ifndef NT_BROKER_LOG_H
#define NT_BROKER_LOG_H

#include "broker/options.h"

/**
 * nt_broker_log_init() - send what is logged from now on where it belongs
 *
 * Before anything is logged, once in a process; nothing is opened here. A log that cannot be
 * written is not written.
 */
void nt_broker_log_init(const struct nt_options *options);

#endif
