/* SPDX-License-Identifier: MIT */
/*
 * A black box on a real device, and a reader of it.
 */
#ifndef NTSHM_TEST_BOXTEST_H
#define NTSHM_TEST_BOXTEST_H

#include <string.h>
#include <unistd.h>
#include "d3d12/kit.h"
#include "ntshm/blackbox.h"
#include "tool/blackbox/blackbox-parse.h"

struct boxtest {
    ID3D12Device5 *device;
    bool owns_device;
    HANDLE section;
    unsigned char *view; /* the reader's */
    struct ntshm_blackbox *box;
    unsigned char *meta; /* last copy */
    struct nt_blackbox_report report;
    char text[NT_BLACKBOX_TEXT];
};

/* A box in an unnamed section, on a device of its own. */
void boxtest_open(struct boxtest *test, const struct ntshm_blackbox_desc *desc);
/* The same on a device that stays the caller's. */
void boxtest_open_on(struct boxtest *test, ID3D12Device5 *device,
                     const struct ntshm_blackbox_desc *desc);
/* The same in a named section. */
void boxtest_open_named(struct boxtest *test, ID3D12Device5 *device, const char *name,
                        const struct ntshm_blackbox_desc *desc);
/* The reader alone: another process has the box. */
void boxtest_look(struct boxtest *test, const char *name);
/* Closes all of it. */
void boxtest_close(struct boxtest *test);

/* Copies and parses; the report of before is gone. */
void boxtest_read(struct boxtest *test);

/* A name by its number; the name of the newest marker. Valid until the next of these calls. */
const char *boxtest_name(struct boxtest *test, uint32_t number);
const char *boxtest_newest_name(struct boxtest *test);

/* Parts of the live section. */
volatile struct ntshm_blackbox_header *boxtest_header(struct boxtest *test);
volatile struct ntshm_blackbox_list_record *boxtest_list(struct boxtest *test, uint32_t i);

#endif
