/* SPDX-License-Identifier: MIT */
/*
 * What the two processes of `ntshm blackbox demo` agree on.
 *
 * The recorder (`ntshm blackbox record`) makes the section and the GPU work; the watcher starts
 * it, opens the name, follows, and in the end takes the recorder's device or life. They share the
 * black box's payload: a page for words, and the target of the copy that will be torn. Beside it
 * the recorder says lines on its standard output: "ready", then "removed HRESULT" or "finished";
 * the end of its standard input tells it to leave.
 */
#ifndef NT_TOOL_BLACKBOX_DEMO_H
#define NT_TOOL_BLACKBOX_DEMO_H

#include <stdint.h>

#define NT_DEMO_TARGET_OFFSET 65536u /* of the target in the payload */
#define NT_DEMO_LISTS         64u

/* The passes of a frame, in order. */
#define NT_DEMO_PASSES                                                                         \
    "depth prepass", "shadow maps", "g-buffer", "mailbox echo", "lighting", "post-processing", \
        "present"
#define NT_DEMO_N_PASSES   7u
#define NT_DEMO_ECHO_PASS  3u
#define NT_DEMO_TORN_PASS  4u /* the one whose copy is torn */
#define NT_DEMO_MAIN_QUEUE "main"
#define NT_DEMO_COPY_QUEUE "streaming"

/* At the start of the payload. */
struct nt_demo_mailbox {
    uint32_t nonce;   /* 0x00: the watcher writes it, the GPU reads it */
    uint32_t reply;   /* 0x04: the GPU copies the nonce here */
    uint32_t command; /* 0x08: NT_DEMO_RUN or NT_DEMO_LAST, from the watcher */
};

#define NT_DEMO_RUN  0u /* frame after frame */
#define NT_DEMO_LAST 1u /* the next frame is the last: it has the big copy */

/* What word @i of the target holds before and after the copy. */
static inline uint32_t nt_demo_old_word(uint64_t i)
{
    return ~((uint32_t)i * 2654435761u);
}

static inline uint32_t nt_demo_new_word(uint64_t i)
{
    return (uint32_t)i * 2654435761u;
}

#endif
