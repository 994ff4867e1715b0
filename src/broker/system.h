/* SPDX-License-Identifier: MIT */
/*
 * One broker for the machine: what it is before it serves anyone.
 */
#ifndef NT_BROKER_SYSTEM_H
#define NT_BROKER_SYSTEM_H

#include "broker/options.h"

/**
 * nt_system_prepare() - give up what a broker of all users must not have; in user mode nothing
 *
 * Return: -1 to go on, else the exit status: what there is to say has been said.
 */
int nt_system_prepare(const struct nt_options *options);

#endif
