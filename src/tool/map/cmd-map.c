// SPDX-License-Identifier: MIT
/*
 * `ntshm map`: the address space of a process, as a table, as JSON or drawn; of a process that runs
 * or from a map that was saved as JSON; and what has changed between two of them.
 */
#include "tool/map/map.h"
#include "tool/map/map-print.h"
#include "tool/kit/picture.h"
#include "tool/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/macro.h"

#define LARGEST_FILE (1ll << 30)

enum { KEY_SVG = 0x3000, KEY_HTML, KEY_DIFF, KEY_SUMMARY };

struct map_options {
    struct nt_output output;
    const char *sources[2];
    unsigned n_sources, kinds;
    enum nt_map_depth depth;
    enum nt_map_order order;
    bool diff;
    const char *svg, *html;
};

static const struct argp_option options[] = {
    {"all", 'a', NULL, 0, "a row for each run of pages that are alike, not for each allocation", 0},
    {"summary", KEY_SUMMARY, NULL, 0, "only the totals of each kind", 0},
    {"kind", 'k', "KIND[,KIND...]", 0, "only these kinds", 0},
    {"sort", 's', "KEY", 0, "address, size, committed, resident or private, the most first", 0},
    {"svg", KEY_SVG, "FILE", 0, "draw it to scale into FILE; - is standard output", 0},
    {"html", KEY_HTML, "FILE", 0, "the same as a page to be opened in a browser", 0},
    {"diff", KEY_DIFF, NULL, 0, "what has changed from the first to the second", 0},
    {0},
};

static void parse_kinds(struct map_options *map, char *list, struct argp_state *state)
{
    char *rest = NULL;

    for (char *word = strtok_r(list, ",", &rest); word; word = strtok_r(NULL, ",", &rest)) {
        enum nt_map_kind kind = 0;

        while (kind < NT_MAP_N_KINDS && strcmp(word, nt_map_kind_name(kind)) != 0)
            kind++;
        if (kind == NT_MAP_N_KINDS)
            argp_error(state, "there is no kind '%s'", word);
        else
            map->kinds |= 1u << kind;
    }
}

static void parse_order(struct map_options *map, const char *word, struct argp_state *state)
{
    map->order = 0;
    while (map->order < NT_MAP_N_ORDERS && strcmp(word, nt_map_order_name(map->order)) != 0)
        map->order++;
    if (map->order == NT_MAP_N_ORDERS)
        argp_error(state, "--sort is address, size, committed, resident or private");
}

static void check(struct map_options *map, struct argp_state *state)
{
    if (map->n_sources != (map->diff ? 2 : 1))
        argp_error(state, map->diff ? "--diff takes two" : "which process?");
    if (map->diff && (map->svg || map->html))
        argp_error(state, "a difference is not drawn");
    if (map->output.json && (map->svg || map->html))
        argp_error(state, "JSON or a picture, not both");
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct map_options *map = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &map->output;
        return 0;
    case 'a':
        map->depth = NT_MAP_PIECES;
        return 0;
    case KEY_SUMMARY:
        map->depth = NT_MAP_SUMMARY;
        return 0;
    case 'k':
        parse_kinds(map, argument, state);
        return 0;
    case 's':
        parse_order(map, argument, state);
        return 0;
    case KEY_SVG:
        map->svg = argument;
        return 0;
    case KEY_HTML:
        map->html = argument;
        return 0;
    case KEY_DIFF:
        map->diff = true;
        return 0;
    case ARGP_KEY_ARG:
        if (map->n_sources == 2)
            argp_error(state, "two processes or files at most");
        map->sources[map->n_sources++] = argument;
        return 0;
    case ARGP_KEY_END:
        check(map, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* --- where a map comes from ------------------------------------------------------------------- */

static int not_taken(const char *source, int error)
{
    switch (-error) {
    case ESRCH:
        return nt_tool_error("there is no process %s", source);
    case EACCES:
        return nt_tool_error("the memory of process %s may not be looked at: %s", source,
                             geteuid() == 0 ? "this root lacks CAP_SYS_PTRACE"
                                            : "it is another user's, or lets nobody; root may");
    case ENODATA:
        return nt_tool_error("process %s has no memory: it has ended, or is a thread of the kernel",
                             source);
    default:
        return nt_tool_error("the memory of process %s cannot be read: %s", source,
                             strerror(-error));
    }
}

static int take(const char *source, const struct nt_output *output, struct nt_map *ret_map)
{
    /* A part of the time for the library there, so that the kernel's word still comes. */
    unsigned patience_ms = output->seconds && output->seconds < 20 ? output->seconds * 250 : 0;
    char *end;
    long pid = strtol(source, &end, 10);
    int r = pid > INT32_MAX ? -ESRCH : nt_map_take((pid_t)pid, patience_ms, ret_map);

    return r < 0 ? not_taken(source, r) : NT_TOOL_OK;
}

/* NULL with a word on stderr. */
static struct json_object *read_file(const char *path)
{
    int fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    struct json_object *object = NULL;
    struct stat status;

    if (fd < 0 || fstat(fd, &status) < 0) {
        nt_tool_error("'%s' is no process's number, and no file either: %s", path, strerror(errno));
    } else if (S_ISDIR(status.st_mode) ||
               (S_ISREG(status.st_mode) && status.st_size > LARGEST_FILE)) {
        nt_tool_error("'%s' is no map", path);
    } else {
        object = json_object_from_fd_ex(fd, 8);
        if (!object)
            nt_tool_error("'%s' is no map: it is not JSON", path);
    }
    if (fd > STDERR_FILENO)
        close(fd);
    return object;
}

static int load(const char *path, struct nt_map *ret_map)
{
    struct json_object *object = read_file(path);
    int r;

    if (!object)
        return NT_TOOL_FAILED;
    r = nt_map_from_json(object, ret_map);
    json_object_put(object);
    if (r == -EINVAL)
        return nt_tool_error("'%s' is no map that `ntshm map --json` wrote", path);
    return r < 0 ? nt_tool_error("out of memory") : NT_TOOL_OK;
}

/* A number is a process's; a file of that name is reached as ./NAME. */
static int get(const char *source, const struct map_options *options, struct nt_map *ret_map)
{
    bool is_number = source[0] && strspn(source, "0123456789") == strlen(source);
    int status = is_number ? take(source, &options->output, ret_map) : load(source, ret_map);

    if (status == NT_TOOL_OK && options->kinds && nt_map_keep(ret_map, options->kinds) < 0)
        return nt_tool_error("out of memory");
    return status;
}

/* --- where it goes ---------------------------------------------------------------------------- */

static int draw_svg(FILE *stream, const void *map)
{
    return nt_map_draw_svg(map, stream);
}

static int draw_html(FILE *stream, const void *map)
{
    return nt_map_draw_html(map, stream);
}

static int show(const struct map_options *options, const struct nt_map *map)
{
    int status = NT_TOOL_OK;

    if (options->svg)
        status = nt_picture_save(options->svg, draw_svg, map);
    if (options->html && status == NT_TOOL_OK)
        status = nt_picture_save(options->html, draw_html, map);
    if (options->svg || options->html)
        return status;
    if (options->output.json)
        return nt_map_write_json(map, stdout) < 0 ? nt_tool_error("the JSON could not be written")
                                                  : NT_TOOL_OK;
    return nt_map_print(map, options->depth, options->order, &options->output, stdout);
}

static int show_diff(const struct map_options *options, const struct nt_map *before,
                     const struct nt_map *after)
{
    struct nt_map_diff diff;
    int status;

    if (nt_map_compare(before, after, &diff) < 0)
        return nt_tool_error("out of memory");
    status = options->output.json ? nt_tool_print_json(nt_map_diff_to_json(before, after, &diff))
                                  : nt_map_print_diff(before, after, &diff, options->depth,
                                                      &options->output, stdout);
    nt_map_diff_deinit(&diff);
    return status;
}

int nt_tool_map(int argc, char **argv)
{
    static const struct argp_child children[] = {{&nt_output_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        options,
        parse,
        "PID|FILE\n--diff PID|FILE PID|FILE",
        "Show the address space of a process.\vFILE is a map that was saved with --json, - is "
        "standard input. What a process is that uses the library and runs its service thread is "
        "told by both; of any other, by the kernel alone, and the first lines say so.\n\n"
        "RESIDENT is in memory, PRIVATE is in memory and of this process alone, SHARE is what is "
        "in memory divided by those who share it.\n\n"
        "Kinds: image, view (shared memory), file, private, large (pages), heap, stack, device, "
        "placeholder, reserved, library (what it needs itself), system.",
        children,
        NULL,
        NULL};
    struct map_options options = {.depth = NT_MAP_ALLOCATIONS};
    struct nt_map maps[2] = {{0}, {0}};
    int status = NT_TOOL_OK;

    argp_parse(&argp, argc, argv, 0, NULL, &options);
    for (unsigned i = 0; i < options.n_sources && status == NT_TOOL_OK; i++)
        status = get(options.sources[i], &options, &maps[i]);
    /* Who reads what is printed may take his time. */
    if (!options.svg && !options.html)
        nt_output_deadline(0);
    if (status == NT_TOOL_OK)
        status = options.diff ? show_diff(&options, &maps[0], &maps[1]) : show(&options, &maps[0]);
    nt_map_deinit(&maps[0]);
    nt_map_deinit(&maps[1]);
    return status;
}
