// SPDX-License-Identifier: MIT
/*
 * `ntshm broker log`: what the broker had to say. A user's own keeps two small files beside its
 * socket; the machine's tells its service manager, so that systemd's journal has it.
 */
#include "tool/kit/number.h"
#include "tool/kit/output.h"
#include "tool/names/open.h"
#include "tool/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <ntshm/ntshm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of a file: it has no more than 64 KiB when the broker wrote it. */
#define MOST_BYTES (256u << 10)
#define UNIT       "ntshm.service"

struct log_options {
    struct nt_output output;
    uint64_t n_lines;
    bool path;
};

static const struct argp_option options[] = {
    {"lines", 'n', "N", 0, "the last N lines only", 0},
    {"path", 'p', NULL, 0, "print where the log is, and nothing else", 0},
    {0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct log_options *log = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &log->output;
        return 0;
    case 'n':
        if (!nt_number_parse(argument, UINT32_MAX, &log->n_lines))
            argp_error(state, "--lines is a number");
        return 0;
    case 'p':
        log->path = true;
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "what is '%s' for?", argument);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* --- a user's own ----------------------------------------------------------------------------- */

/* What is in a plain file of that name, behind what is in @text already; other files are nothing.
 */
static void read_file(const char *path, char **text, size_t *size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    struct stat status;
    char *longer;
    ssize_t n = -1;

    if (fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
        (longer = realloc(*text, *size + MOST_BYTES + 1))) {
        *text = longer;
        while ((n = read(fd, *text + *size, MOST_BYTES)) < 0 && errno == EINTR)
            ;
    }
    if (n > 0)
        *size += (size_t)n;
    if (*text)
        (*text)[*size] = '\0';
    if (fd >= 0)
        close(fd);
}

/* Where the last @n_lines begin. */
static char *last_lines(char *text, size_t size, uint64_t n_lines)
{
    char *at = text + size;

    if (n_lines == 0)
        return at;
    while (at > text && (at[-1] != '\n' || at == text + size || --n_lines > 0))
        at--;
    return at;
}

/* "TIME LEVEL PID MESSAGE", as the broker writes it. */
static struct json_object *line_to_json(const char *line)
{
    struct json_object *entry = json_object_new_object();
    char when[32] = "", level[16] = "", clean[1024];
    int pid = 0, at = 0;

    if (sscanf(line, "%31s %15s %d %n", when, level, &pid, &at) < 3 || at == 0)
        at = 0;
    json_object_object_add(entry, "time", json_object_new_string(at ? when : ""));
    json_object_object_add(entry, "level", json_object_new_string(at ? level : ""));
    json_object_object_add(entry, "pid", json_object_new_int(at ? pid : 0));
    json_object_object_add(
        entry, "message", json_object_new_string(nt_output_clean(line + at, clean, sizeof(clean))));
    return entry;
}

static int print_lines(const struct log_options *log, char *lines)
{
    struct json_object *list = log->output.json ? json_object_new_array() : NULL;
    bool styled = nt_output_styled(&log->output, stdout);
    char *rest, clean[1024];

    for (char *line = strtok_r(lines, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        enum nt_style style = strstr(line, " error ")     ? NT_STYLE_BAD
                              : strstr(line, " warning ") ? NT_STYLE_WARNING
                                                          : NT_STYLE_PLAIN;

        nt_output_clean(line, clean, sizeof(clean));
        if (list)
            json_object_array_add(list, line_to_json(clean));
        else
            printf("%s%s%s\n", nt_style_begin(style, styled), clean,
                   nt_style_begin(NT_STYLE_PLAIN, styled));
    }
    return list ? nt_tool_print_json(list) : NT_TOOL_OK;
}

static int print_own(const struct log_options *log, const char *directory)
{
    char path[256], *text = NULL;
    size_t size = 0;
    char none[1] = "";
    int status;

    snprintf(path, sizeof(path), "%s/log.1", directory);
    read_file(path, &text, &size);
    snprintf(path, sizeof(path), "%s/log", directory);
    read_file(path, &text, &size);
    status = print_lines(log, text ? last_lines(text, size, log->n_lines) : none);
    free(text);
    return status;
}

/* --- the machine's ---------------------------------------------------------------------------- */

static int show_journal(const struct log_options *log)
{
    char lines[32];
    const char *arguments[] = {
        "journalctl", "--no-pager", "--unit",
        UNIT,         lines,        log->output.json ? "--output=json" : "--output=short-iso",
        NULL};

    if (log->n_lines == UINT64_MAX)
        snprintf(lines, sizeof(lines), "--lines=all");
    else
        snprintf(lines, sizeof(lines), "--lines=%llu", (unsigned long long)log->n_lines);
    nt_output_deadline(0);
    fflush(stdout);
    execvp(arguments[0], (char *const *)(uintptr_t)arguments);
    return nt_tool_error("the machine's broker writes to its standard error, which its service "
                         "manager keeps (journalctl: %s)",
                         strerror(errno));
}

/* Where it is: a file, or the unit that the journal knows it by. */
static int print_path(const struct log_options *log, const struct ntshm_broker_place *place)
{
    char clean[3 * sizeof(place->directory) + sizeof("/log")];
    struct json_object *object;

    nt_output_clean(place->directory, clean, 3 * sizeof(place->directory));
    if (!log->output.json) {
        if (place->is_system)
            printf("journalctl --unit=" UNIT "\n");
        else
            printf("%s/log\n", clean);
        return NT_TOOL_OK;
    }
    object = json_object_new_object();
    if (place->is_system) {
        json_object_object_add(object, "unit", json_object_new_string(UNIT));
    } else {
        strcat(clean, "/log");
        json_object_object_add(object, "path", json_object_new_string(clean));
    }
    return nt_tool_print_json(object);
}

int nt_tool_broker_log(int argc, char **argv)
{
    static const struct argp_child children[] = {{&nt_output_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        options,
        parse,
        NULL,
        "Print what the broker had to say.\vA user's own broker keeps the files log and log.1 "
        "beside "
        "its socket, 64 KiB each: when it began and left, what it refused, when a worker died. No "
        "names and no contents are in them. The machine's broker writes to its standard error: "
        "journalctl is run for the unit " UNIT ".",
        children,
        NULL,
        NULL};
    struct log_options log = {.n_lines = UINT64_MAX};
    struct ntshm_broker_place place = {.size = sizeof(place)};

    argp_parse(&argp, argc, argv, 0, NULL, &log);
    if (!ntshm_broker_place(&place))
        return nt_name_failed("NTSHM_BROKER", "used", GetLastError());
    if (log.path)
        return print_path(&log, &place);
    return place.is_system ? show_journal(&log) : print_own(&log, place.directory);
}
