/* SPDX-License-Identifier: MIT */
/*
 * What ntshmd was told on its command line.
 */
#ifndef NT_BROKER_OPTIONS_H
#define NT_BROKER_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "broker/user.h"

/* Where the machine's broker is found. */
#define NT_SYSTEM_DIRECTORY "/run/ntshm"

struct nt_options {
    const char *directory; /* NULL: the user's own, or the machine's */
    int ready_fd;          /* -1: nobody waits */
    unsigned linger_ms;    /* UINT_MAX: it stays for ever */
    bool verbose;
    int resume_fd;       /* the arena of a keeper that executed this program; -1: none */
    bool reexec;         /* tell the one that runs to execute the program anew */
    bool system;         /* serve every user of the machine */
    bool audit_sessions; /* a login is a session */
    bool has_global_group;
    gid_t global_group;             /* its members may create sections in Global\ */
    uint64_t most[NT_CHARGE_COUNT]; /* that one user may have; 0: as the broker thinks right */
};

/** nt_options_init() - what holds when nothing is said */
void nt_options_init(struct nt_options *options);

/**
 * nt_options_parse() - read the command line; strings are borrowed
 *
 * Return: -1 to go on, else the exit status: what there is to say has been said.
 */
int nt_options_parse(struct nt_options *options, int argc, char **argv);

#endif
