/* SPDX-License-Identifier: MIT */
/*
 * What a command's own --help tells of its options, arguments and sub-commands. Completion reads it
 * and nothing else, so that it cannot say less or more than the command takes.
 */
#ifndef NT_TOOL_COMPLETE_HELP_H
#define NT_TOOL_COMPLETE_HELP_H

#include <stdbool.h>
#include <stddef.h>

#define NT_HELP_MOST 64

struct nt_help_option {
    char key; /* "-k"; 0: none */
    char name[32];
    char value[40]; /* the word for its argument; "": it has none */
    bool optional;  /* its argument must stand behind "=" */
    const char *text;
};

struct nt_help_command {
    char name[32];
    const char *text;
};

struct nt_help {
    char *text; /* the others point into it */
    struct nt_help_option options[NT_HELP_MOST];
    size_t n_options;
    struct nt_help_command commands[NT_HELP_MOST];
    size_t n_commands;
    char arguments[8][32]; /* the words of the usage line, NAME and so on */
    size_t n_arguments;
    bool repeats; /* the last one may come again */
    bool runs;    /* "-- COMMAND" at the end */
};

/** nt_help_parse() - @text is the output of --help; it is malloc'ed, and cut into pieces here */
void nt_help_parse(struct nt_help *help, char *text);

/** nt_help_option() - by "-k", "--name" or a "--name=..."; NULL: no such option */
const struct nt_help_option *nt_help_option(const struct nt_help *help, const char *word);

void nt_help_deinit(struct nt_help *help);

#endif
