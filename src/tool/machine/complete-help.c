// SPDX-License-Identifier: MIT
/*
 * Reading what argp prints; see complete-help.h.
 */
#include "tool/machine/complete-help.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- the usage line --------------------------------------------------------------------------- */

static void add_argument(struct nt_help *help, const char *word, size_t length)
{
    const size_t most = sizeof(help->arguments) / sizeof(help->arguments[0]);

    if (length > 0 && help->n_arguments < most)
        snprintf(help->arguments[help->n_arguments++], sizeof(help->arguments[0]), "%.*s",
                 (int)length, word);
}

/* "Usage: ntshm wait [OPTION...] NAME... [-- COMMAND [ARGUMENT...]]" */
static void parse_usage(struct nt_help *help, char *line)
{
    char *rest, *begin = strstr(line, "[OPTION...]");

    if (!begin)
        return;
    for (char *word = strtok_r(begin + strlen("[OPTION...]"), " ", &rest); word;
         word = strtok_r(NULL, " ", &rest)) {
        if (strcmp(word, "--") == 0 || strcmp(word, "[--") == 0) {
            help->runs = true;
            return;
        }
        word += strspn(word, "[");
        help->repeats = strstr(word, "...") != NULL;
        add_argument(help, word, strcspn(word, ".]["));
    }
}

/* --- options and commands --------------------------------------------------------------------- */

/* "  -n, --count=N      a semaphore: ..." or "      --color[=WHEN]   ..." */
static void parse_option(struct nt_help *help, char *line)
{
    struct nt_help_option *option = &help->options[help->n_options];
    char *at = line + strspn(line, " "), *name = strstr(at, "--");
    size_t length;

    if (help->n_options == NT_HELP_MOST || at - line > 6 || at[0] != '-' || !name || name - at > 4)
        return;
    memset(option, 0, sizeof(*option));
    option->key = at[1] == '-' ? '\0' : at[1];
    name += 2;
    length = strcspn(name, "=[ ");
    snprintf(option->name, sizeof(option->name), "%.*s", (int)length, name);
    at = name + length;
    option->optional = *at == '[';
    at += option->optional;
    if (*at == '=') {
        length = strcspn(at + 1, " ]");
        snprintf(option->value, sizeof(option->value), "%.*s", (int)length, at + 1);
        at += 1 + length;
    }
    at += strcspn(at, " ");
    option->text = at + strspn(at, " ");
    help->n_options++;
}

/* "  wait       wait for events, ..." */
static void parse_command(struct nt_help *help, char *line)
{
    struct nt_help_command *command = &help->commands[help->n_commands];
    size_t length;

    if (help->n_commands == NT_HELP_MOST || strncmp(line, "  ", 2) != 0 || line[2] == ' ')
        return;
    length = strcspn(line + 2, " ");
    snprintf(command->name, sizeof(command->name), "%.*s", (int)length, line + 2);
    command->text = line + 2 + length + strspn(line + 2 + length, " ");
    help->n_commands++;
}

void nt_help_parse(struct nt_help *help, char *text)
{
    bool in_commands = false;
    char *rest;

    memset(help, 0, sizeof(*help));
    help->text = text;
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        if (strncmp(line, "Usage: ", 7) == 0)
            parse_usage(help, line);
        else if (strcmp(line, "Commands:") == 0)
            in_commands = true;
        else if (in_commands)
            parse_command(help, line);
        else
            parse_option(help, line);
    }
}

const struct nt_help_option *nt_help_option(const struct nt_help *help, const char *word)
{
    size_t length = strcspn(word, "=");

    for (size_t i = 0; i < help->n_options; i++) {
        const struct nt_help_option *option = &help->options[i];

        if (word[0] == '-' && word[1] != '-' && option->key && word[1] == option->key && !word[2])
            return option;
        if (strncmp(word, "--", 2) == 0 && strlen(option->name) == length - 2 &&
            memcmp(word + 2, option->name, length - 2) == 0)
            return option;
    }
    return NULL;
}

void nt_help_deinit(struct nt_help *help)
{
    free(help->text);
    help->text = NULL;
}
