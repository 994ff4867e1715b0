// SPDX-License-Identifier: MIT
/*
 * What commands print with: tables, colours, sizes, and the deadline.
 */
#include "tool/kit/output.h"
#include "harness/test.h"
#include "tool/tool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct nt_column columns[] = {
    {"NAME", NT_ALIGN_LEFT}, {"SIZE", NT_ALIGN_RIGHT}, {"NOTE", NT_ALIGN_LEFT}};

static char *print(struct nt_table *table, enum nt_output_color color)
{
    const struct nt_output output = {.color = color};
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);

    require(stream != NULL);
    ok_eq(nt_table_print(table, &output, stream), NT_TOOL_OK);
    fclose(stream);
    return text;
}

/* Wide characters take two columns, marks above others none; what ends a row is no white space. */
TEST(columns_are_as_wide_as_the_widest_cell_looks, "")
{
    struct nt_table *table = nt_table_new(columns, 3);
    char *text;

    nt_table_add(table, NT_STYLE_PLAIN, "kurz");
    nt_table_addf(table, NT_STYLE_PLAIN, "%u", 7u);
    nt_table_add(table, NT_STYLE_PLAIN, NULL);
    nt_table_add(table, NT_STYLE_PLAIN, "日本語");
    nt_table_add(table, NT_STYLE_PLAIN, "12345");
    nt_table_add(table, NT_STYLE_PLAIN, "e\xcc\x81");
    nt_table_add(table, NT_STYLE_PLAIN, "é");
    text = print(table, NT_COLOR_NEVER);
    ok_str_eq(text, "NAME     SIZE  NOTE\n"
                    "kurz        7\n"
                    "日本語  12345  e\xcc\x81\n"
                    "é\n");
    free(text);
}

TEST(what_comes_from_outside_is_made_harmless, "")
{
    struct nt_table *table = nt_table_new(columns, 3);
    char clean[16], *text;

    nt_table_add(table, NT_STYLE_PLAIN, "a\033[31mb\nc\xff\xe2\x80\xae");
    text = print(table, NT_COLOR_NEVER);
    ok_str_eq(text, "NAME         SIZE  NOTE\n"
                    "a\xef\xbf\xbd[31mb\xef\xbf\xbd"
                    "c\xef\xbf\xbd\xef\xbf\xbd\n");
    free(text);
    ok_str_eq(nt_output_clean("abcdefghijklmnopq", clean, sizeof(clean)), "abcdefghijklmno");
    ok_str_eq(nt_output_clean("abcdefghijklm\xc3\xa4\xc3\xa4", clean, sizeof(clean)),
              "abcdefghijklm\xc3\xa4");
}

TEST(a_table_without_rows_prints_nothing, "")
{
    char *text = print(nt_table_new(columns, 3), NT_COLOR_ALWAYS);

    ok_str_eq(text, "");
    free(text);
}

TEST(colour_is_outside_the_padding_and_only_where_it_is_wanted, "")
{
    const struct nt_output automatic = {.color = NT_COLOR_AUTO};
    struct nt_table *table = nt_table_new(columns, 1);
    char *text;

    nt_table_add(table, NT_STYLE_BAD, "no");
    nt_table_add(table, NT_STYLE_PLAIN, "plain");
    text = print(table, NT_COLOR_ALWAYS);
    ok_str_eq(text, "\033[1mNAME\033[0m\n\033[31mno\033[0m\nplain\n");
    free(text);
    ok(!nt_output_styled(&automatic, stdout)); /* a pipe, in tests */
    ok_str_eq(nt_style_begin(NT_STYLE_GOOD, false), "");
}

TEST(sizes_are_short_and_never_too_large, "")
{
    char text[32];

    ok_str_eq(nt_output_size(0, text), "0 B");
    ok_str_eq(nt_output_size(1023, text), "1023 B");
    ok_str_eq(nt_output_size(1024, text), "1 KiB");
    ok_str_eq(nt_output_size(1536, text), "1.5 KiB");
    ok_str_eq(nt_output_size((1ull << 20) - 1, text), "1023.9 KiB");
    ok_str_eq(nt_output_size(1ull << 40, text), "1 TiB");
    ok_str_eq(nt_output_size(UINT64_MAX, text), "15.9 EiB");
}

/* How a process ends that does @what. */
static int end_of(void (*what)(void), char *said, size_t size)
{
    int ends[2], status;
    ssize_t n;
    pid_t pid;

    require(pipe(ends) == 0);
    pid = fork();
    if (pid == 0) {
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        what();
        _exit(42);
    }
    close(ends[1]);
    while (waitpid(pid, &status, 0) < 0)
        ;
    do
        n = read(ends[0], said, size - 1);
    while (n < 0 && errno == EINTR);
    said[n > 0 ? n : 0] = 0;
    close(ends[0]);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void say_goodbye(void)
{
    (void)!write(STDERR_FILENO, "clean ", 6);
}

static void clean_and_stand_still(void)
{
    nt_output_deadline_clean(say_goodbye);
    nt_output_deadline(1);
    for (;;)
        pause();
}

/* The one that was set first would have ended it. */
static void take_away(void)
{
    pid_t pid;

    nt_output_deadline(1);
    nt_output_deadline(3600);
    nt_output_deadline(0);
    pid = fork();
    if (pid == 0) {
        nt_output_deadline(1); /* a child has its own */
        pause();
    }
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
}

TEST(a_deadline_ends_the_process, "")
{
    char said[256];

    ok_eq(end_of(clean_and_stand_still, said, sizeof(said)), NT_TOOL_FAILED);
    ok(strncmp(said, "clean ntshm: not done after 1 seconds", 37) == 0, "%s", said);
    ok_eq(end_of(take_away, said, sizeof(said)), 42);
}
