/* SPDX-License-Identifier: MIT */
/*
 * lmcons.h - how long names of users and computers may be.
 */
#ifndef NTSHM_LMCONS_H
#define NTSHM_LMCONS_H

#define UNLEN 256
#define CNLEN 15

#endif
