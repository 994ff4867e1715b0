// SPDX-License-Identifier: MIT
/*
 * `ntshm holders`: every process that keeps an object alive, and every one that only keeps its
 * memory: Windows' "handle -a" for a name. The broker tells which pipe and which memory to look
 * for, /proc who has them.
 */
#include <fcntl.h>
#include <ntshm/ntshm.h>
#include <ntshm/shared.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tool/names/name-list.h"
#include "tool/names/names.h"
#include "tool/names/open.h"
#include "tool/kit/output.h"
#include "tool/names/scan.h"
#include "tool/kit/text.h"
#include "tool/tool.h"
#include "util/macro.h"

struct holders_options {
    struct nt_output output;
    const char *name;
};

/* --- what to look for ------------------------------------------------------------------------- */

/*
 * A file's device is told by stat(2) and by /proc/PID/maps in different ways on some file systems
 * (btrfs, overlayfs): so a page of it is mapped here, where that is allowed, and looked up.
 */
static void find_file(const char *name, struct nt_scan_key *key)
{
    HANDLE section = nt_name_open_as(name, SECTION_MAP_READ);
    const void *view = section ? MapViewOfFile(section, FILE_MAP_READ, 0, 0, 1) : NULL;

    if (view) {
        nt_scan_map_of(view, &key->map_device, &key->map_inode);
        UnmapViewOfFile(view);
    }
    CloseHandle(section);
}

/* A shared heap's or resource's memory: beside the label, which is sealed for good, the memfd. */
static void find_shared(const char *name, struct nt_scan_key *key)
{
    HANDLE handle = nt_name_open(name);
    struct ntshm_shared shared = {.n_fds = 0};
    struct stat status;

    if (handle && !ntshm_take_shared(handle, &shared))
        shared.n_fds = 0;
    for (UINT i = 0; i < shared.n_fds; i++) {
        int seals = fcntl(shared.fds[i], F_GET_SEALS);

        if (seals >= 0 && !(seals & F_SEAL_WRITE) && fstat(shared.fds[i], &status) == 0) {
            key->memory_inode = key->map_inode = status.st_ino;
            key->map_device = status.st_dev;
        }
        close(shared.fds[i]);
    }
    CloseHandle(handle);
}

static void make_key(const char *name, const struct ntshm_name_description *is,
                     struct nt_scan_key *ret_key)
{
    *ret_key = (struct nt_scan_key){
        .lease_inode = is->lease_inode,
        .memory_inode = is->memory_inode,
        .map_device = is->memory_device,
        .map_inode = is->memory_inode,
        .is_memory = !(is->attributes & SEC_FILE) || (is->attributes & SEC_IMAGE),
    };
    if (!ret_key->is_memory && ret_key->map_inode)
        find_file(name, ret_key);
    if (strncmp(is->type, "Dxgk", 4) == 0)
        find_shared(name, ret_key);
}

/* --- words ------------------------------------------------------------------------------------ */

/* What a process can do to the memory, as far as its descriptors say; NULL: no memory. */
static const char *memory_access(const struct nt_scan_holder *holder)
{
    if (holder->writable)
        return "read-write";
    return holder->readable ? "read-only" : NULL;
}

static const char *what_it_has(const struct nt_scan_holder *holder, char *text, size_t size)
{
    if (holder->keeps)
        snprintf(text, size, "%s", holder->handles ? "broker, with a handle on its way" : "broker");
    else if (holder->handles)
        snprintf(text, size, "%u handle%s", holder->handles, holder->handles == 1 ? "" : "s");
    else if (holder->readable || holder->writable)
        snprintf(text, size, "descriptor only");
    else
        snprintf(text, size, "view only");
    return text;
}

/*
 * The broker's own descriptors keep no name alive, but for a handle that it has for somebody. Its
 * two processes have one table of them: the first is told.
 */
static bool is_told(const struct nt_scan *scan, size_t i)
{
    if (!scan->holders[i].keeps)
        return true;
    for (size_t before = 0; before < i; before++)
        if (scan->holders[before].keeps)
            return false;
    return scan->holders[i].handles > 0;
}

/* "rw-s" of /proc as Windows' words. */
static const char *view_access(const struct nt_scan_view *view, char text[static 32])
{
    bool r = view->access[0] == 'r', w = view->access[1] == 'w', x = view->access[2] == 'x';

    snprintf(text, 32, "%s%s%s",
             w   ? "read-write"
             : r ? "read-only"
                 : "none",
             x ? "-execute" : "", view->access[3] == 'p' && w ? ", own copy" : "");
    return text;
}

/* --- printing --------------------------------------------------------------------------------- */

static void add_view(struct nt_table *table, const struct nt_scan_view *view)
{
    char access[32], size[32];

    for (unsigned i = 0; i < 3; i++)
        nt_table_add(table, NT_STYLE_PLAIN, NULL);
    nt_table_add(table, NT_STYLE_DIM, "view");
    nt_table_add(table, NT_STYLE_PLAIN, view_access(view, access));
    nt_table_addf(table, NT_STYLE_PLAIN, "0x%llx", (unsigned long long)view->base);
    nt_table_add(table, NT_STYLE_PLAIN, nt_output_size(view->size, size));
    nt_table_addf(table, NT_STYLE_PLAIN, "0x%llx", (unsigned long long)view->offset);
}

static void add_holder(struct nt_table *table, const struct nt_scan_holder *holder)
{
    char user[64], what[64];

    nt_table_addf(table, NT_STYLE_PLAIN, "%d", (int)holder->pid);
    nt_table_add(table, NT_STYLE_HEAD, holder->command);
    nt_table_add(table, NT_STYLE_PLAIN, nt_name_user(holder->uid, user));
    nt_table_add(table, NT_STYLE_PLAIN, what_it_has(holder, what, sizeof(what)));
    nt_table_add(table, NT_STYLE_PLAIN, memory_access(holder));
    for (unsigned i = 0; i < 3; i++)
        nt_table_add(table, NT_STYLE_DIM, i == 0 && holder->views_hidden ? "?" : NULL);
    for (size_t i = 0; i < holder->n_views; i++)
        add_view(table, &holder->views[i]);
}

static void print_hidden(const struct nt_scan *scan)
{
    fflush(stdout);
    if (scan->hidden)
        fprintf(stderr,
                "ntshm: %u process%s of other users could not be looked into; root sees all\n",
                scan->hidden, scan->hidden == 1 ? "" : "es");
    else if (scan->proc_hides)
        fprintf(stderr, "ntshm: /proc hides the processes of other users; root sees all\n");
}

static int print_holders(const struct nt_scan *scan, const struct nt_output *output)
{
    static const struct nt_column columns[] = {
        {"PID", NT_ALIGN_RIGHT},  {"COMMAND", NT_ALIGN_LEFT}, {"USER", NT_ALIGN_LEFT},
        {"HAS", NT_ALIGN_LEFT},   {"ACCESS", NT_ALIGN_LEFT},  {"ADDRESS", NT_ALIGN_RIGHT},
        {"SIZE", NT_ALIGN_RIGHT}, {"OFFSET", NT_ALIGN_RIGHT},
    };
    struct nt_table *table = nt_table_new(columns, NT_ARRAY_SIZE(columns));
    int status;

    for (size_t i = 0; i < scan->n_holders; i++)
        if (is_told(scan, i))
            add_holder(table, &scan->holders[i]);
    status = nt_table_print(table, output, stdout);
    print_hidden(scan);
    return status;
}

/* --- JSON ------------------------------------------------------------------------------------- */

static void add_text(struct json_object *object, const char *key, const char *text)
{
    json_object_object_add(object, key, json_object_new_string(text));
}

static void add_number(struct json_object *object, const char *key, uint64_t number)
{
    json_object_object_add(object, key, json_object_new_uint64(number));
}

static void add_address(struct json_object *object, const char *key, uint64_t address)
{
    char text[24];

    snprintf(text, sizeof(text), "0x%llx", (unsigned long long)address);
    add_text(object, key, text);
}

static struct json_object *view_json(const struct nt_scan_view *view)
{
    struct json_object *object = json_object_new_object();
    char text[32];

    add_address(object, "address", view->base);
    add_number(object, "bytes", view->size);
    add_number(object, "offset", view->offset);
    add_text(object, "access", view_access(view, text));
    add_text(object, "flags", view->access);
    return object;
}

static struct json_object *holder_json(const struct nt_scan_holder *holder)
{
    struct json_object *object = json_object_new_object(), *views = json_object_new_array();
    char clean[200];

    add_number(object, "pid", (uint64_t)holder->pid);
    add_text(object, "command", nt_output_clean(holder->command, clean, sizeof(clean)));
    add_text(object, "user", nt_name_user(holder->uid, clean));
    add_number(object, "uid", holder->uid);
    add_number(object, "handles", holder->handles);
    add_number(object, "descriptors", holder->readable + holder->writable);
    if (memory_access(holder))
        add_text(object, "access", memory_access(holder));
    json_object_object_add(object, "broker", json_object_new_boolean(holder->keeps));
    for (size_t i = 0; i < holder->n_views; i++)
        json_object_array_add(views, view_json(&holder->views[i]));
    json_object_object_add(object, "views", views);
    json_object_object_add(object, "views_hidden", json_object_new_boolean(holder->views_hidden));
    return object;
}

static int print_json(const char *name, const struct ntshm_name_description *is,
                      const struct nt_scan *scan)
{
    struct json_object *object = json_object_new_object(), *list = json_object_new_array();
    char clean[3 * 1024];

    add_text(object, "name", nt_output_clean(name, clean, sizeof(clean)));
    add_text(object, "type", is->type);
    for (size_t i = 0; i < scan->n_holders; i++)
        if (is_told(scan, i))
            json_object_array_add(list, holder_json(&scan->holders[i]));
    json_object_object_add(object, "processes", list);
    add_number(object, "hidden_processes", scan->hidden);
    json_object_object_add(object, "complete",
                           json_object_new_boolean(!scan->hidden && !scan->proc_hides));
    return nt_tool_print_json(object);
}

/* --- the command ------------------------------------------------------------------------------ */

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct holders_options *options = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->output;
        return 0;
    case ARGP_KEY_ARG:
        if (options->name)
            argp_error(state, "one NAME at a time");
        if (!argument[0])
            argp_error(state, "which name?");
        options->name = argument;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "which name?");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int find_holders(const struct holders_options *options)
{
    struct ntshm_name_description is = {.size = sizeof(is)};
    struct nt_scan_key key;
    struct nt_scan scan;
    int r, status;

    if (!ntshm_describe_name(options->name, &is))
        return nt_name_not_opened(options->name, GetLastError());
    if (!is.lease_inode)
        return nt_tool_error("this directory is always there: nobody keeps it");
    make_key(options->name, &is, &key);
    r = nt_scan_object(&key, &scan);
    if (r < 0)
        return nt_tool_error("/proc cannot be read: %s", strerror(-r));
    if (options->output.json)
        status = print_json(options->name, &is, &scan);
    else
        status = print_holders(&scan, &options->output);
    nt_scan_deinit(&scan);
    return status;
}

int nt_tool_holders(int argc, char **argv)
{
    static const struct argp_child children[] = {{&nt_output_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        NULL,
        parse,
        "NAME",
        "Print who has an object: processes with handles, and those that only have views of its "
        "memory or a descriptor of it.\vHandles keep the name alive; a handle that was duplicated "
        "within its process is one here. ACCESS is what the process's descriptors of the memory "
        "allow, and each view's own. A view of an image whose pages were relocated is not "
        "found.\n\n"
        "Whose processes may not be looked into is said on standard error, and the exit code is 0 "
        "all the same.",
        children,
        NULL,
        NULL};
    struct holders_options options = {.name = NULL};

    argp_parse(&argp, argc, argv, 0, NULL, &options);
    return find_holders(&options);
}
