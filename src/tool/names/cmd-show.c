// SPDX-License-Identifier: MIT
/*
 * `ntshm show`: everything about one object. The broker is asked first, without opening it; what
 * only a handle can ask (an event's state, a descriptor) comes from one that is closed again.
 * Nothing is changed: no state is set, no wait ends by it.
 */
#include <aclapi.h>
#include <ntshm/ntshm.h>
#include <ntshm/shared.h>
#include <sddl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tool/names/descriptor-print.h"
#include "tool/names/name-list.h"
#include "tool/names/names.h"
#include "tool/names/open.h"
#include "tool/kit/output.h"
#include "tool/kit/process.h"
#include "tool/names/rights.h"
#include "tool/names/scan.h"
#include "tool/names/show-state.h"
#include "tool/kit/text.h"
#include "tool/tool.h"
#include "util/macro.h"

#define PARTS                                                                              \
    (OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION | \
     LABEL_SECURITY_INFORMATION)

static void add_text(struct json_object *facts, const char *key, const char *text)
{
    json_object_object_add(facts, key, json_object_new_string(text));
}

static void add_number(struct json_object *facts, const char *key, uint64_t number)
{
    json_object_object_add(facts, key, json_object_new_uint64(number));
}

/* --- what the broker knows -------------------------------------------------------------------- */

static void add_maker(struct json_object *facts, const struct ntshm_name_description *is)
{
    struct timespec now;
    char text[64];

    add_text(facts, "owner", nt_name_user(is->owner, text));
    add_number(facts, "owner_uid", is->owner);
    add_number(facts, "owner_gid", is->group);
    if (is->creator)
        add_number(facts, "creator_pid", is->creator);
    add_text(facts, "integrity", nt_level_text(is->integrity));
    add_number(facts, "session", is->session);
    if (is->age_ns == 0 || clock_gettime(CLOCK_REALTIME, &now) < 0)
        return;
    add_text(facts, "created",
             nt_text_time((uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec - is->age_ns,
                          text));
    json_object_object_add(facts, "age_seconds", json_object_new_double((double)is->age_ns / 1e9));
}

static void add_holders(struct json_object *facts, const struct ntshm_name_description *is)
{
    struct nt_lease_count lease = {.inode = is->lease_inode};
    unsigned hidden;

    if (!is->lease_inode || nt_scan_leases(&lease, 1, &hidden) < 0)
        return;
    add_number(facts, "handles", lease.handles);
    add_number(facts, "holders", lease.holders);
    json_object_object_add(facts, "handles_complete", json_object_new_boolean(hidden == 0));
}

/* --- what a handle tells ---------------------------------------------------------------------- */

static void add_security(struct json_object *facts, HANDLE handle)
{
    PSECURITY_DESCRIPTOR descriptor = NULL;
    LPSTR sddl = NULL;

    if (GetSecurityInfo(handle, SE_KERNEL_OBJECT, PARTS, NULL, NULL, NULL, NULL, &descriptor) != 0)
        return;
    if (ConvertSecurityDescriptorToStringSecurityDescriptorA(descriptor, SDDL_REVISION_1, PARTS,
                                                             &sddl, NULL))
        add_text(facts, "security", sddl);
    LocalFree(sddl);
    LocalFree(descriptor);
}

static void add_carried(struct json_object *facts, HANDLE handle)
{
    struct ntshm_shared shared;

    if (!ntshm_take_shared(handle, &shared))
        return;
    nt_carried_facts(facts, &shared);
    for (UINT i = 0; i < shared.n_fds; i++)
        close(shared.fds[i]);
}

static void add_access(struct json_object *facts, ACCESS_MASK access)
{
    char text[16];

    snprintf(text, sizeof(text), "0x%08x", (unsigned)access);
    add_text(facts, "access", text);
}

static struct json_object *make_facts(const char *name, HANDLE handle,
                                      const struct ntshm_name_description *is)
{
    struct json_object *facts = json_object_new_object();
    char clean[3 * 1024], type[NT_NAME_TYPE];
    ACCESS_MASK granted = is ? is->allowed : 0;

    if (!facts)
        return NULL;
    add_text(facts, "name", nt_text_clean(name, strlen(name), clean, sizeof(clean)));
    if (handle)
        json_object_object_add(facts, "path", nt_name_path(handle));
    add_text(facts, "type", is ? is->type : nt_name_type(handle, type));
    if (handle)
        nt_state_granted(handle, &granted);
    add_access(facts, granted);
    json_object_object_add(facts, "rights",
                           nt_rights_json(nt_rights_kind(is ? is->type : type), granted));
    if (is)
        nt_state_add_described(facts, is);
    if (handle) {
        nt_state_add(facts, handle, is);
        add_carried(facts, handle);
        add_security(facts, handle);
    }
    if (is && is->lease_inode) {
        add_maker(facts, is);
        add_holders(facts, is);
    }
    return facts;
}

/* --- for people ------------------------------------------------------------------------------- */

/* Told along with another one. */
static bool is_along(const char *key)
{
    static const char *const keys[] = {"rights",  "owner_uid",   "owner_gid",
                                       "holders", "age_seconds", "handles_complete"};

    for (size_t i = 0; i < NT_ARRAY_SIZE(keys); i++)
        if (strcmp(keys[i], key) == 0)
            return true;
    return false;
}

static uint64_t number_at(struct json_object *facts, const char *key)
{
    return json_object_get_uint64(json_object_object_get(facts, key));
}

static const char *age_text(double seconds, char text[static 32])
{
    if (seconds < 120)
        snprintf(text, 32, "%.1f s", seconds);
    else if (seconds < 7200)
        snprintf(text, 32, "%.0f min", seconds / 60);
    else if (seconds < 172800)
        snprintf(text, 32, "%.0f h", seconds / 3600);
    else
        snprintf(text, 32, "%.0f days", seconds / 86400);
    return text;
}

/* The number may be another process's by now: one that is younger than the object. */
static const char *creator_text(struct json_object *facts, pid_t pid, char *name)
{
    const double tick = 0.02; /* what a process's age is not known to */
    double age = json_object_get_double(json_object_object_get(facts, "age_seconds"));
    uint64_t lived = nt_process_age(pid);

    return lived && (double)lived / 1e9 + tick >= age ? nt_process_name(pid, name) : "has ended";
}

/* What is said of @key beside its value, for people; "" for most. */
static void say_more(struct json_object *facts, const char *key, struct json_object *value,
                     char *text, size_t size)
{
    const char *type = json_object_get_string(json_object_object_get(facts, "type"));
    char buffer[NT_RIGHTS_TEXT];

    text[0] = 0;
    if (strcmp(key, "access") == 0)
        snprintf(text, size, " (%s)",
                 nt_rights_text(nt_rights_kind(type),
                                (ACCESS_MASK)strtoul(json_object_get_string(value), NULL, 16),
                                buffer));
    else if (strstr(key, "bytes"))
        snprintf(text, size, " (%s)", nt_output_size(json_object_get_uint64(value), buffer));
    else if (strcmp(key, "owner") == 0)
        snprintf(text, size, " (uid %u, gid %u)", (unsigned)number_at(facts, "owner_uid"),
                 (unsigned)number_at(facts, "owner_gid"));
    else if (strcmp(key, "creator_pid") == 0)
        snprintf(text, size, " (%s)", creator_text(facts, (pid_t)number_at(facts, key), buffer));
    else if (strcmp(key, "created") == 0)
        snprintf(
            text, size, " (%s ago)",
            age_text(json_object_get_double(json_object_object_get(facts, "age_seconds")), buffer));
    else if (strcmp(key, "handles") == 0)
        snprintf(text, size, " in %u process%s%s", (unsigned)number_at(facts, "holders"),
                 number_at(facts, "holders") == 1 ? "" : "es",
                 json_object_get_boolean(json_object_object_get(facts, "handles_complete"))
                     ? ""
                     : " that may be looked into");
}

static const char *value_text(struct json_object *value, const char *key, char text[static 32])
{
    if (json_object_is_type(value, json_type_boolean))
        return json_object_get_boolean(value) ? "yes" : "no";
    if (strstr(key, "bytes"))
        return nt_text_number(json_object_get_uint64(value), text);
    if (!json_object_is_type(value, json_type_double))
        return json_object_get_string(value);
    snprintf(text, 32, "%.1f", json_object_get_double(value));
    return text;
}

static void print_fact(const char *key, const char *text, const char *more, bool styled)
{
    char label[32], clean[4096];

    snprintf(label, sizeof(label), "%s", key);
    for (size_t i = 0; label[i]; i++)
        if (label[i] == '_')
            label[i] = ' ';
    printf("%s%-16s%s %s%s\n", nt_style_begin(NT_STYLE_DIM, styled), label,
           nt_style_begin(NT_STYLE_PLAIN, styled), text,
           nt_output_clean(more, clean, sizeof(clean)));
}

/* Of words, on one line; of objects, a line each with what "text" says of it. */
static void print_array(const char *key, struct json_object *array, bool styled)
{
    char line[1024] = "";
    size_t used = 0;

    for (size_t i = 0; i < json_object_array_length(array); i++) {
        struct json_object *item = json_object_array_get_idx(array, i);

        if (json_object_is_type(item, json_type_object))
            print_fact("descriptor", json_object_get_string(json_object_object_get(item, "text")),
                       "", styled);
        else if (used < sizeof(line))
            used += (size_t)snprintf(line + used, sizeof(line) - used, "%s%s", used ? " " : "",
                                     json_object_get_string(item));
    }
    if (line[0])
        print_fact(key, line, "", styled);
}

static void print_facts(struct json_object *facts, bool styled)
{
    char text[32], more[NT_RIGHTS_TEXT + 8];

    json_object_object_foreach(facts, key, value)
    {
        if (is_along(key) || !value)
            continue;
        if (json_object_is_type(value, json_type_array)) {
            print_array(key, value, styled);
            continue;
        }
        say_more(facts, key, value, more, sizeof(more));
        print_fact(key, value_text(value, key, text), more, styled);
    }
}

/* --- the command ------------------------------------------------------------------------------ */

struct show_options {
    struct nt_output output;
    const char *name;
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct show_options *options = state->input;

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

static int show(const struct show_options *options)
{
    struct ntshm_name_description is = {.size = sizeof(is)};
    bool described = ntshm_describe_name(options->name, &is);
    HANDLE handle = nt_name_open(options->name);
    struct json_object *facts;

    if (!handle && (!described || GetLastError() == ERROR_FILE_NOT_FOUND))
        return nt_name_not_opened(options->name, GetLastError());
    facts = make_facts(options->name, handle, described ? &is : NULL);
    CloseHandle(handle);
    if (!facts || options->output.json)
        return nt_tool_print_json(facts);
    print_facts(facts, nt_output_styled(&options->output, stdout));
    json_object_put(facts);
    return NT_TOOL_OK;
}

int nt_tool_show(int argc, char **argv)
{
    static const struct argp_child children[] = {{&nt_output_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        NULL,
        parse,
        "NAME",
        "Print everything about an object: type, size and memory, state, who made it and when, who "
        "may open it.\vACCESS is what this user gets. What may not be known is left out: a state "
        "needs the right to query, the descriptor READ_CONTROL. Looking changes nothing.",
        children,
        NULL,
        NULL};
    struct show_options options = {.name = NULL};

    argp_parse(&argp, argc, argv, 0, NULL, &options);
    return show(&options);
}
