/* SPDX-License-Identifier: MIT */
/*
 * Finding the broker, and starting one when none runs.
 */
#ifndef NT_LIB_CLIENT_CONNECT_H
#define NT_LIB_CLIENT_CONNECT_H

#include <stdbool.h>

/**
 * nt_broker_connect() - a socket to this user's broker
 * @start:  start a broker when none listens
 * @ret_fd: owned by the caller
 *
 * Return: 0; -ENOENT when none runs and @start is false; -EPERM when another user owns the
 * directory or the socket; -ECONNREFUSED when none could be started. Why is told to the log.
 */
int nt_broker_connect(bool start, int *ret_fd);

#endif
