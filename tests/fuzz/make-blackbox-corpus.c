// SPDX-License-Identifier: MIT
/*
 * Makes the corpus of the black box fuzzer: a few small boxes, whole and damaged.
 *
 *   make-blackbox-corpus DIRECTORY
 */
#include "tool/boximage.h"

#include <stdio.h>
#include <stdlib.h>

static void save(const char *directory, const char *name, const struct boximage *box, size_t size)
{
    char path[4096];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s", directory, name);
    file = fopen(path, "wb");
    if (!file || fwrite(box, 1, size, file) != size || fclose(file) != 0) {
        perror(path);
        exit(1);
    }
}

static void make_frame(struct boximage *box)
{
    box_init(box);
    box_list(box, 0, "frame");
    box_begin(box, 0, "lighting");
    box_begin(box, 0, "sun");
    box_end(box, 0, "sun");
    box_end(box, 0, "lighting");
    box_begin(box, 0, "present");
    box_end(box, 0, "present");
}

int main(int argc, char **argv)
{
    const char *directory = argc == 2 ? argv[1] : ".";
    struct boximage box;

    box_init(&box);
    save(directory, "empty", &box, sizeof(box));
    make_frame(&box);
    save(directory, "waiting", &box, sizeof(box));
    box_reached(&box, 0, 2, "sun", 0, "frame");
    save(directory, "nested-in-flight", &box, sizeof(box));
    box_reached(&box, 0, 5, "present", 4, "lighting");
    save(directory, "in-flight", &box, sizeof(box));
    save(directory, "truncated", &box, BOX_META - 100);
    box.header.state = NTSHM_BLACKBOX_REMOVED;
    box.header.removed_reason = 0x887a0005;
    box.header.saved_unix_ns = 1;
    box.header.saved_reason = NTSHM_BLACKBOX_SAVED_REMOVED;
    save(directory, "removed", &box, sizeof(box));
    box.queues[0].completed = UINT64_MAX;
    save(directory, "unended", &box, sizeof(box));
    make_frame(&box);
    box_reached(&box, 0, 5, "present", 4, "lighting");
    box_list(&box, 1, "\x1b[31mred\xff");
    for (unsigned i = 0; i < BOX_MARKERS; i++)
        box_begin(&box, 1, "deeper and deeper");
    box_reached(&box, 1, 60, "deeper and deeper", 300, "?");
    save(directory, "gone-round", &box, sizeof(box));
    box.header.lists.offset = UINT64_MAX - 63;
    save(directory, "hostile-offset", &box, sizeof(box));
    make_frame(&box);
    box.markers[1].sequence += BOX_MARKERS * 3;
    box.markers[2].list = 99;
    box.markers[3].check ^= 1;
    box.header.n_markers = UINT64_MAX;
    save(directory, "torn", &box, sizeof(box));
    make_frame(&box);
    box.markers[1].sequence = UINT64_MAX - BOX_MARKERS + 2;
    box.markers[1].check = ntshm_blackbox_check(&box.markers[1]);
    save(directory, "last-sequence", &box, sizeof(box));
    return 0;
}
