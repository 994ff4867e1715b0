// SPDX-License-Identifier: MIT
/*
 * `ntshm blackbox read NAME|FILE`.
 */
#include "tool/blackbox/blackbox-draw.h"
#include "tool/blackbox/blackbox-print.h"
#include "tool/blackbox/blackbox-source.h"
#include "tool/kit/output.h"
#include "tool/kit/picture.h"
#include "tool/kit/process.h"
#include "tool/tool.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_HISTORY NTSHM_BLACKBOX_MAX_MARKERS

enum kind {
    KIND_EITHER,
    KIND_NAME,
    KIND_FILE,
};

struct read_options {
    const char *title;
    enum kind kind;
    struct nt_output output;
    uint32_t n_history;
    const char *svg; /* a file, "-" for standard output; NULL: no picture */
};

#define OPTION_SVG 256

static const struct argp_option options[] = {
    {"file", 'f', NULL, 0, "the argument is a dump file", 0},
    {"history", 'n', "COUNT", 0, "also print the COUNT markers that were recorded last", 0},
    {"name", 'N', NULL, 0, "the argument is the name of a file mapping", 0},
    {"svg", OPTION_SVG, "FILE", 0,
     "draw it: queues, lists, passes and fence values, as SVG; - is standard output", 0},
    {0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct read_options *read = state->input;
    char *end;
    unsigned long count;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &read->output;
        return 0;
    case 'f':
        read->kind = KIND_FILE;
        return 0;
    case 'N':
        read->kind = KIND_NAME;
        return 0;
    case OPTION_SVG:
        read->svg = argument;
        return 0;
    case 'n':
        count = strtoul(argument, &end, 10);
        if (end == argument || *end || argument[0] == '-' || count > MAX_HISTORY)
            argp_error(state, "'%s' is not a count up to %u", argument, MAX_HISTORY);
        read->n_history = (uint32_t)count;
        return 0;
    case ARGP_KEY_ARG:
        if (read->title)
            argp_error(state, "one NAME or FILE at a time");
        read->title = argument;
        return 0;
    case ARGP_KEY_END:
        if (!read->title)
            argp_error(state, "which black box?");
        if (read->svg && read->output.json)
            argp_error(state, "JSON or a picture, not both");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static bool open_source(const struct read_options *read, struct nt_blackbox_source *source,
                        char *why)
{
    char name_why[NT_BLACKBOX_WHY];
    struct stat info;

    if (read->kind == KIND_FILE || (read->kind == KIND_EITHER && stat(read->title, &info) == 0))
        return nt_blackbox_source_open_file(read->title, source, why);
    if (nt_blackbox_source_open_name(read->title, source, name_why))
        return true;
    snprintf(why, NT_BLACKBOX_WHY, "%s%.100s",
             read->kind == KIND_EITHER ? "there is no such file, and " : "", name_why);
    return false;
}

static bool recorder_is_alive(const struct ntshm_blackbox_header *header)
{
    int fd = nt_process_open((pid_t)header->pid, header->pid_start);
    bool alive;

    if (fd < 0)
        return false;
    alive = !nt_process_wait(fd, 0);
    close(fd);
    return alive;
}

/* What a picture is made of. */
struct subject {
    const struct nt_blackbox_report *report;
    const struct nt_blackbox_origin *origin;
};

static int draw(FILE *stream, const void *data)
{
    const struct subject *subject = data;

    return nt_blackbox_draw(stream, subject->report, subject->origin);
}

static int print_source(const struct read_options *read, const struct nt_blackbox_source *source)
{
    struct nt_blackbox_origin origin = {
        .title = source->title, .live = source->view != NULL, .n_history = read->n_history};
    struct nt_blackbox_report report;
    char why[NT_BLACKBOX_WHY];
    int status = NT_TOOL_OK;

    if (nt_blackbox_parse(source->meta, source->meta_size, source->size, &report, why))
        return nt_tool_error("%s: %s", source->title, why);
    nt_output_deadline(0); /* all is read; who reads us may take his time */
    origin.styled = nt_output_styled(&read->output, stdout);
    origin.recorder_alive = origin.live && recorder_is_alive(&report.header);
    if (read->svg)
        status = nt_picture_save(read->svg, draw, &(struct subject){&report, &origin});
    else if (read->output.json)
        status = nt_tool_print_json(nt_blackbox_to_json(&report, &origin));
    else
        nt_blackbox_print(stdout, &report, &origin);
    nt_blackbox_report_deinit(&report);
    return status;
}

int nt_tool_blackbox_read(int argc, char **argv)
{
    static const struct argp_child children[] = {{&nt_output_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        options,
        parse,
        "NAME|FILE",
        "Print what a black box tells: the driver, how far each list and queue has come, and the "
        "passes in flight by name.\vThe argument is a file if there is one of that path, else "
        "the name of a file mapping, as in 'Local\\engine'.",
        children,
        NULL,
        NULL};
    struct read_options read = {0};
    struct nt_blackbox_source source;
    char why[NT_BLACKBOX_WHY];
    int status;

    argp_parse(&argp, argc, argv, 0, NULL, &read);
    if (!open_source(&read, &source, why))
        return nt_tool_error("%s: %s", read.title, why);
    status = print_source(&read, &source);
    nt_blackbox_source_close(&source);
    return status;
}
