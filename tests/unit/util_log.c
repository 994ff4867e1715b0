// SPDX-License-Identifier: MIT
/*
 * util/log: a message goes to whoever asked for it, whole and once, and costs the caller nothing
 * that it would notice.
 */
#include <errno.h>
#include <string.h>

#include "harness/test.h"
#include "util/log.h"
#include "util/macro.h"

struct heard {
    int level;
    unsigned n;
    char text[600];
};

static void listen_to(int level, const char *message, void *context)
{
    struct heard *heard = context;

    heard->level = level;
    heard->n++;
    snprintf(heard->text, sizeof(heard->text), "%s", message);
    errno = EBADMSG;
}

TEST(a_message_reaches_the_hook_and_keeps_errno, "")
{
    static struct heard heard;

    nt_log(NT_LOG_ERROR, "nobody listens yet");
    nt_log_set(listen_to, &heard);
    errno = ENOLCK;
    nt_log(NT_LOG_WARNING, "%s of %d", "three", 7);
    ok_eq(errno, ENOLCK);
    ok_eq(heard.level, NT_LOG_WARNING);
    ok_eq(heard.n, 1);
    ok_str_eq(heard.text, "three of 7");
    ok(strchr(heard.text, '\n') == NULL);
}

TEST(a_message_that_is_too_long_is_cut, "")
{
    static struct heard heard;
    static char text[2000];

    memset(text, 'x', sizeof(text) - 1);
    nt_log_set(listen_to, &heard);
    nt_log(NT_LOG_INFO, "%s", text);
    ok_eq(heard.n, 1);
    ok(strlen(heard.text) >= 255, "%zu characters", strlen(heard.text));
    ok(strlen(heard.text) < 600, "%zu characters", strlen(heard.text));
}

TEST(a_hook_can_be_replaced_and_taken_away, "")
{
    static struct heard first, second;

    nt_log_set(listen_to, &first);
    nt_log_set(listen_to, &second);
    nt_log(NT_LOG_DEBUG, "to the second");
    nt_log_set(NULL, NULL);
    nt_log(NT_LOG_DEBUG, "to nobody");
    ok_eq(first.n, 0);
    ok_eq(second.n, 1);
    ok_str_eq(second.text, "to the second");
}

TEST(an_array_grows_and_keeps_what_is_in_it, "")
{
    size_t n = 0, room = 0, huge = SIZE_MAX / sizeof(uint32_t);
    uint32_t *array = NULL, *before;

    for (uint32_t i = 0; i < 1000; i++) {
        require(NT_ARRAY_GROW(array, n, room));
        require(n < room);
        array[n++] = i;
    }
    ok_eq(room, 1024);
    for (uint32_t i = 0; i < 1000; i++)
        ok_eq(array[i], i);
    before = array;
    ok(!NT_ARRAY_GROW(array, huge, huge));
    ok_ptr_eq(array, before);
    ok_eq(huge, SIZE_MAX / sizeof(uint32_t));
    free(array);
}

TEST(arithmetic_on_powers_of_two, "")
{
    ok_eq(nt_align_up(0, 4096), 0);
    ok_eq(nt_align_up(1, 4096), 4096);
    ok_eq(nt_align_up(4096, 4096), 4096);
    ok_eq(nt_align_up(UINT64_MAX, 4096), 0);
    ok_eq(nt_align_down(4097, 4096), 4096);
    ok(nt_is_aligned(0x10000, 0x10000));
    ok(!nt_is_aligned(0x11000, 0x10000));
    ok_eq(nt_u64(0x12345678, 0x9abcdef0), 0x123456789abcdef0ull);
}
