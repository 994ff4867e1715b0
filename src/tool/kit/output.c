// SPDX-License-Identifier: MIT
/*
 * What every command prints with; see output.h. Tables are in table.c.
 */
#include "tool/kit/output.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tool/kit/deadline.h"
#include "tool/kit/text.h"
#include "tool/tool.h"
#include "util/macro.h"

#define DEFAULT_SECONDS 10u
#define MOST_SECONDS    (365u * 24 * 3600)

/* --- the options of every command ------------------------------------------------------------- */

enum { KEY_COLOR = 0x1000, KEY_DEADLINE };

static const struct argp_option options[] = {
    {"json", 'j', NULL, 0, "print JSON", 0},
    {"color", KEY_COLOR, "WHEN", OPTION_ARG_OPTIONAL,
     "colours: auto (on a terminal, unless NO_COLOR is set), always, never", 0},
    {"deadline", KEY_DEADLINE, "SECONDS", 0, "give up after so long, 10 unless told; 0 for never",
     0},
    {0},
};

static error_t parse_color(const char *text, struct argp_state *state, struct nt_output *output)
{
    if (!text || strcmp(text, "always") == 0)
        output->color = NT_COLOR_ALWAYS;
    else if (strcmp(text, "auto") == 0)
        output->color = NT_COLOR_AUTO;
    else if (strcmp(text, "never") == 0)
        output->color = NT_COLOR_NEVER;
    else
        argp_error(state, "--color is auto, always or never");
    return 0;
}

static error_t parse_deadline(const char *text, struct argp_state *state, struct nt_output *output)
{
    unsigned long seconds;
    char *end;

    errno = 0;
    seconds = strtoul(text, &end, 10);
    if (errno || end == text || *end || text[0] == '-' || seconds > MOST_SECONDS)
        argp_error(state, "--deadline is a number of seconds");
    output->seconds = (unsigned)seconds;
    output->seconds_given = true;
    return 0;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct nt_output *output = state->input;

    if (!output)
        return ARGP_ERR_UNKNOWN;
    switch (key) {
    case ARGP_KEY_INIT:
        *output = (struct nt_output){.seconds = DEFAULT_SECONDS};
        return 0;
    case 'j':
        output->json = true;
        return 0;
    case KEY_COLOR:
        return parse_color(argument, state, output);
    case KEY_DEADLINE:
        return parse_deadline(argument, state, output);
    case ARGP_KEY_SUCCESS:
        nt_output_deadline(output->seconds);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp nt_output_argp = {.options = options, .parser = parse};

/* --- colours ---------------------------------------------------------------------------------- */

bool nt_output_is_dumb(void)
{
    const char *terminal = getenv("TERM");

    return terminal && strcmp(terminal, "dumb") == 0;
}

bool nt_output_styled(const struct nt_output *output, FILE *stream)
{
    const char *no_color = getenv("NO_COLOR");
    int fd;

    if (output->color != NT_COLOR_AUTO)
        return output->color == NT_COLOR_ALWAYS;
    fd = fileno(stream);
    return !(no_color && no_color[0]) && !nt_output_is_dumb() && fd >= 0 && isatty(fd);
}

const char *nt_style_begin(enum nt_style style, bool styled)
{
    static const char *const codes[] = {
        [NT_STYLE_PLAIN] = "\033[0m", [NT_STYLE_HEAD] = "\033[1m",     [NT_STYLE_DIM] = "\033[2m",
        [NT_STYLE_GOOD] = "\033[32m", [NT_STYLE_WARNING] = "\033[33m", [NT_STYLE_BAD] = "\033[31m",
    };

    return styled && (size_t)style < NT_ARRAY_SIZE(codes) ? codes[style] : "";
}

/* --- text ------------------------------------------------------------------------------------- */

const char *nt_output_clean(const char *text, char *clean, size_t size)
{
    return nt_text_clean(text, strlen(text), clean, size);
}

const char *nt_output_size(uint64_t bytes, char *text)
{
    return nt_text_size(bytes, text);
}
