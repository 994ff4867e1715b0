// SPDX-License-Identifier: MIT
/*
 * `ntshm ls` and `ntshm tree`: the names that there are, what has them and who holds it. Both look
 * without opening, and start no broker. `list` is an older name of ls.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tool/names/name-list.h"
#include "tool/names/names.h"
#include "tool/names/open.h"
#include "tool/kit/output.h"
#include "tool/kit/text.h"
#include "tool/tool.h"
#include "tool/kit/watch.h"
#include "util/macro.h"

struct ls_options {
    struct nt_output output;
    struct nt_names_query query;
    enum nt_names_order order;
    unsigned watch; /* seconds; 0: once */
};

enum { KEY_MATCH = 0x2000 };

static const struct argp_option sort_and_options[] = {
    {"sort", 's', "KEY", 0, "by name, size, used, handles or age", 0},
    {"type", 't', "TYPE", 0, "only objects of that type: Section, Event, Mutant, ...", 0},
    {"match", KEY_MATCH, "PATTERN", 0,
     "only names whose last part is like that, as a shell matches it; or with a backslash in it, "
     "the whole name",
     0},
    {"watch", 'w', "SECONDS", OPTION_ARG_OPTIONAL,
     "refresh in place, every 2 seconds unless told; q or ^C ends it", 0},
    {0},
};

static const struct argp_child children[] = {{&nt_output_argp, 0, NULL, 0}, {0}};

static unsigned parse_seconds(const char *text, struct argp_state *state)
{
    char *end;
    unsigned long seconds = strtoul(text, &end, 10);

    if (end == text || *end || text[0] == '-' || seconds == 0 || seconds > 86400)
        argp_error(state, "--watch takes seconds, at least 1");
    return (unsigned)seconds;
}

static error_t parse_sort(const char *text, struct argp_state *state, enum nt_names_order *order)
{
    static const char *const keys[] = {
        [NT_BY_NAME] = "name",       [NT_BY_SIZE] = "size", [NT_BY_USED] = "used",
        [NT_BY_HANDLES] = "handles", [NT_BY_AGE] = "age",
    };

    for (size_t i = 0; i < NT_ARRAY_SIZE(keys); i++) {
        if (strcmp(text, keys[i]) == 0) {
            *order = (enum nt_names_order)i;
            return 0;
        }
    }
    argp_error(state, "--sort is name, size, used, handles or age");
    return 0;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct ls_options *options = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->output;
        return 0;
    case 't':
        options->query.type = argument;
        return 0;
    case 's':
        return parse_sort(argument, state, &options->order);
    case KEY_MATCH:
        options->query.match = argument;
        return 0;
    case 'w':
        options->watch = argument ? parse_seconds(argument, state) : 2;
        return 0;
    case ARGP_KEY_ARG:
        if (options->query.path)
            argp_error(state, "one PATH at a time");
        if (!argument[0])
            argp_error(state, "which directory?");
        options->query.path = argument;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* --- printing --------------------------------------------------------------------------------- */

static const struct nt_column columns[] = {
    {"NAME", NT_ALIGN_LEFT},       {"TYPE", NT_ALIGN_LEFT},     {"SIZE", NT_ALIGN_RIGHT},
    {"COMMITTED", NT_ALIGN_RIGHT}, {"USED", NT_ALIGN_RIGHT},    {"HANDLES", NT_ALIGN_RIGHT},
    {"OWNER", NT_ALIGN_LEFT},      {"SESSION", NT_ALIGN_RIGHT},
};

static void add_size(struct nt_table *table, bool known, uint64_t bytes)
{
    char text[32];

    nt_table_add(table, NT_STYLE_PLAIN, known ? nt_output_size(bytes, text) : NULL);
}

static void add_facts(struct nt_table *table, const struct nt_names *names,
                      const struct nt_name_entry *entry)
{
    bool section = strcmp(entry->type, "Section") == 0, kept = entry->is.lease_inode != 0;
    char user[64];

    add_size(table, section && entry->told, entry->is.bytes);
    add_size(table, entry->has_committed, entry->committed);
    add_size(table, entry->told && entry->is.memory_inode, entry->is.memory_used);
    if (!entry->told) {
        nt_table_add(table, NT_STYLE_DIM, "?");
        nt_table_add(table, NT_STYLE_DIM, "?");
        nt_table_add(table, NT_STYLE_DIM, NULL);
        return;
    }
    if (kept)
        nt_table_addf(table, NT_STYLE_PLAIN, "%u%s", entry->handles, names->hidden ? "+" : "");
    else
        nt_table_add(table, NT_STYLE_PLAIN, NULL);
    nt_table_add(table, NT_STYLE_PLAIN, kept ? nt_name_user(entry->is.owner, user) : NULL);
    if (kept || entry->is.session)
        nt_table_addf(table, NT_STYLE_DIM, "%u", (unsigned)entry->is.session);
    else
        nt_table_add(table, NT_STYLE_DIM, NULL);
}

static enum nt_style style_of(const struct nt_name_entry *entry)
{
    return strcmp(entry->type, "Directory") == 0 ? NT_STYLE_HEAD : NT_STYLE_PLAIN;
}

/* Is there, behind @at, another one at @depth before the tree goes above that? */
static bool has_next(const struct nt_names *names, size_t at, unsigned depth)
{
    for (size_t i = at + 1; i < names->n && names->at[i].depth >= depth; i++)
        if (names->at[i].depth == depth)
            return true;
    return false;
}

static void add_branch(struct nt_table *table, const struct nt_names *names, size_t at)
{
    const struct nt_name_entry *entry = &names->at[at];
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);

    if (!stream) {
        nt_table_add(table, style_of(entry), entry->leaf);
        return;
    }
    for (unsigned depth = 1; depth < entry->depth; depth++)
        fputs(has_next(names, at, depth) ? "│   " : "    ", stream);
    if (entry->depth > 0)
        fputs(has_next(names, at, entry->depth) ? "├── " : "└── ", stream);
    fputs(entry->leaf, stream);
    if (fclose(stream) == 0)
        nt_table_add(table, style_of(entry), text);
    free(text);
}

static int print_table(const struct nt_names *names, const struct ls_options *options, FILE *stream)
{
    struct nt_table *table = nt_table_new(columns, NT_ARRAY_SIZE(columns));

    for (size_t i = 0; i < names->n; i++) {
        if (options->query.deep)
            add_branch(table, names, i);
        else
            nt_table_add(table, style_of(&names->at[i]), names->at[i].name);
        nt_table_add(table, NT_STYLE_PLAIN, names->at[i].type);
        add_facts(table, names, &names->at[i]);
    }
    return nt_table_print(table, &options->output, stream);
}

/* --- JSON ------------------------------------------------------------------------------------- */

/* The entries from @at on that stand at @depth, and in each what it holds. */
static struct json_object *to_json(const struct nt_names *names, size_t *at, unsigned depth,
                                   bool deep)
{
    struct json_object *list = json_object_new_array();

    while (list && *at < names->n && names->at[*at].depth == depth) {
        const struct nt_name_entry *entry = &names->at[(*at)++];
        struct json_object *object = nt_name_entry_json(names, entry);

        if (object && deep && strcmp(entry->type, "Directory") == 0)
            json_object_object_add(object, "entries", to_json(names, at, depth + 1, deep));
        json_object_array_add(list, object);
    }
    return list;
}

/* On one line when more of them follow. */
static int print_json(const struct nt_names *names, const struct ls_options *options, FILE *stream)
{
    size_t at = 0;
    struct json_object *list = to_json(names, &at, 0, options->query.deep);
    int flags = JSON_C_TO_STRING_NOSLASHESCAPE | (options->watch ? 0 : JSON_C_TO_STRING_PRETTY);
    const char *text = list ? json_object_to_json_string_ext(list, flags) : NULL;
    bool done;

    if (stream == stdout) /* who reads may take his time */
        nt_output_deadline(0);
    done = text && fprintf(stream, "%s\n", text) > 0;

    json_object_put(list);
    return done ? NT_TOOL_OK : nt_tool_error("the JSON could not be written");
}

/* --- the commands ----------------------------------------------------------------------------- */

static int print_once(FILE *stream, void *what)
{
    const struct ls_options *options = what;
    struct nt_names names;
    DWORD error = nt_names_read(&options->query, &names);
    int status;

    if (error) {
        nt_names_deinit(&names);
        if (error == ERROR_INVALID_HANDLE)
            return nt_tool_error("that is no directory; 'ntshm show' tells what it is");
        return nt_name_not_opened(options->query.path ? options->query.path : "Global", error);
    }
    if (!options->query.deep && options->order != NT_BY_NAME)
        nt_names_sort(&names, options->order);
    if (options->output.json)
        status = print_json(&names, options, stream);
    else
        status = print_table(&names, options, stream);
    if (options->query.deep && !names.running && !options->output.json)
        fputs("no broker runs: there are no names\n", options->watch ? stream : stderr);
    nt_names_deinit(&names);
    return status;
}

static int run(struct ls_options *options, const struct argp *argp, int argc, char **argv)
{
    char title[128], now[40];
    struct timespec time;

    argp_parse(argp, argc, argv, 0, NULL, options);
    if (!options->watch)
        return print_once(stdout, options);
    clock_gettime(CLOCK_REALTIME, &time);
    snprintf(title, sizeof(title), "%s, every %u s since %s; q ends it", argv[0], options->watch,
             nt_text_time((uint64_t)time.tv_sec * 1000000000u, now));
    return nt_watch(&options->output, options->watch, title, print_once, options);
}

#define ABOUT_NUMBERS                                                                           \
    "SIZE is a section's, COMMITTED what of it counts as memory, USED the memory or file that " \
    "there is by now. HANDLES counts what processes have open; a handle that was duplicated "   \
    "within its process is one, and a + says that other users' processes could not be looked "  \
    "into (root can). A ? stands where who asks may neither query the object nor read its "     \
    "descriptor.\n\nLooking keeps nothing alive and starts no broker: where none runs, there "  \
    "are no names. Another user's Local is seen by that user alone: sudo -u USER ntshm ls."

int nt_tool_ls(int argc, char **argv)
{
    static const struct argp argp = {
        sort_and_options,
        parse,
        "[PATH]",
        "List names, what has them, and how much it holds.\vPATH is a directory: Global, Local, "
        "one in them, or a path from the root as '\\BaseNamedObjects'; without it, the names of "
        "Global and of this session.\n\n" ABOUT_NUMBERS,
        children,
        NULL,
        NULL};
    struct ls_options options = {.watch = 0};

    return run(&options, &argp, argc, argv);
}

int nt_tool_tree(int argc, char **argv)
{
    static const struct argp argp = {
        sort_and_options + 1, /* a tree has an order of its own */
        parse,
        "[PATH]",
        "Draw the name space as a tree.\vPATH is a directory, as of ls: '\\' for all that there "
        "is.\n\n" ABOUT_NUMBERS,
        children,
        NULL,
        NULL};
    struct ls_options options = {.query.deep = true};

    return run(&options, &argp, argc, argv);
}
