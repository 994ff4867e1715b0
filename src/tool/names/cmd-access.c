// SPDX-License-Identifier: MIT
/*
 * `ntshm access`: what a user may do with an object, and why: AccessChk's question. The descriptor
 * is read as it is now, the user's groups come from the account database, and the answer is the
 * broker's own check (rtl/access-check.h), asked for each right.
 */
#include <ntshm/ntshm.h>
#include <ntstatus.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tool/names/access-why.h"
#include "tool/names/descriptor-print.h"
#include "tool/names/name-list.h"
#include "tool/names/names.h"
#include "tool/names/open.h"
#include "tool/kit/output.h"
#include "tool/names/rights.h"
#include "tool/tool.h"
#include "tool/names/who.h"
#include "util/macro.h"

#define EXIT_NOT_GRANTED 3
#define MOST_NOTES       4

struct access_options {
    struct nt_output output;
    const char *name, *who;
    const char *want;
};

/* A question and its answer. */
struct question {
    const struct access_options *options;
    char type[NT_NAME_TYPE];
    enum nt_kind kind;
    const struct nt_descriptor *descriptor;
    struct nt_identity identity;
    bool somebody; /* no user but anybody in a group */
    ACCESS_MASK granted;
    struct nt_access_reason reasons[32]; /* a bit each */
    const char *notes[MOST_NOTES];
    size_t n_notes;
};

/* --- answering -------------------------------------------------------------------------------- */

/* Rights that are asked for: all that the type has. */
static ACCESS_MASK valid_rights(const struct question *question)
{
    return nt_kind_rights(question->kind)->valid;
}

static void answer(struct question *question)
{
    for (unsigned i = 0; i < 32; i++) {
        ACCESS_MASK right = 1u << i;

        if (!(valid_rights(question) & right))
            continue;
        question->reasons[i] =
            nt_access_why(question->kind, question->descriptor, &question->identity, right);
        if (question->reasons[i].granted)
            question->granted |= right;
    }
}

static void note(struct question *question, const char *text)
{
    if (question->n_notes < MOST_NOTES)
        question->notes[question->n_notes++] = text;
}

/* What no descriptor says: who reaches the name at all, and what stands above the rights. */
static void add_notes(struct question *question)
{
    struct ntshm_broker_place place = {.size = sizeof(place)};
    struct ntshm_name_description is = {.size = sizeof(is)};
    uint32_t uid = question->identity.uid;
    bool described = ntshm_describe_name(question->options->name, &is);

    if (ntshm_broker_place(&place) && !place.is_system && uid != geteuid() && uid != 0)
        note(question, "This is a broker of one user's own: others cannot reach its names, and get "
                       "what this says only through a broker of the machine.");
    else if (described && is.session != 0 && uid != is.owner && uid != 0)
        note(question, "The name is in Local\\, a session's: another user's Local\\ is another "
                       "place, where this name is not found.");
    if (described && uid == is.owner && uid != 0 && question->granted != valid_rights(question))
        note(question, "Whose programs hold it can debug each other: between programs of one user "
                       "rights are courtesy.");
    if (uid == 0)
        note(question, "Root may take ownership, and then change the list.");
}

/* --- words ------------------------------------------------------------------------------------ */

static bool ace_at(const ACL *dacl, unsigned number, struct nt_ace *ret_ace)
{
    size_t at = 0;

    for (unsigned i = 1; nt_acl_next(dacl, &at, ret_ace); i++)
        if (i == number)
            return true;
    return false;
}

static const char *why_word(enum nt_why why)
{
    static const char *const words[] = {
        [NT_WHY_ENTRY] = "entry",
        [NT_WHY_NO_ENTRY] = "no_entry",
        [NT_WHY_NO_DACL] = "no_dacl",
        [NT_WHY_OWNER] = "owner",
        [NT_WHY_PRIVILEGE] = "privilege",
        [NT_WHY_LABEL] = "label",
        [NT_WHY_UNKNOWN_RIGHT] = "unknown_right",
    };

    return words[why];
}

static const char *why_text(const struct question *question, const struct nt_access_reason *reason,
                            char *text, size_t size)
{
    char who[NT_WHO_TEXT];
    struct nt_ace ace;

    switch (reason->why) {
    case NT_WHY_ENTRY:
        if (ace_at(question->descriptor->dacl, reason->entry, &ace))
            snprintf(text, size, "entry %u: %s %s", reason->entry, nt_ace_type_text(&ace),
                     ace.sid ? nt_who_text(ace.sid, who) : "?");
        return text;
    case NT_WHY_NO_ENTRY:
        return "no entry gives it";
    case NT_WHY_NO_DACL:
        return "there is no list: everybody may everything";
    case NT_WHY_OWNER:
        return "is the owner, who may always read and change the list";
    case NT_WHY_PRIVILEGE:
        return "root's privilege";
    case NT_WHY_LABEL:
        return "the label: the user's level is lower";
    default:
        return "this type has no such right";
    }
}

static bool same_reason(const struct nt_access_reason *a, const struct nt_access_reason *b)
{
    return a->granted == b->granted && a->why == b->why && a->entry == b->entry;
}

/* The rights from @first on that have its reason; 0 when an earlier one has it too. */
static ACCESS_MASK group_of(const struct question *question, unsigned first)
{
    ACCESS_MASK valid = valid_rights(question), group = 0;

    if (!(valid & (1u << first)))
        return 0;
    for (unsigned i = 0; i < 32; i++) {
        if (!(valid & (1u << i)) || !same_reason(&question->reasons[i], &question->reasons[first]))
            continue;
        if (i < first)
            return 0;
        group |= 1u << i;
    }
    return group;
}

/* --- for people ------------------------------------------------------------------------------- */

static void print_user(const struct question *question)
{
    const struct nt_identity *identity = &question->identity;
    const struct group *group;
    char clean[200];

    if (question->somebody) {
        printf("anybody who is in %s and in nothing else\n",
               nt_output_clean(question->options->who, clean, sizeof(clean)));
        return;
    }
    printf("%s (uid %u)", nt_name_user(identity->uid, clean), (unsigned)identity->uid);
    group = identity->gid == UINT32_MAX ? NULL : getgrgid(identity->gid);
    if (group)
        printf(", groups %s", nt_output_clean(group->gr_name, clean, sizeof(clean)));
    else
        printf(", no groups known");
    for (size_t i = 0; i < identity->n_groups; i++) {
        group = identity->groups[i] == identity->gid ? NULL : getgrgid(identity->groups[i]);
        if (group)
            printf(" %s", nt_output_clean(group->gr_name, clean, sizeof(clean)));
    }
    putchar('\n');
}

static void add_row(struct nt_table *table, const struct question *question, unsigned bit,
                    ACCESS_MASK group)
{
    const struct nt_access_reason *reason = &question->reasons[bit];
    char rights[NT_RIGHTS_TEXT], why[NT_WHO_TEXT + 64];

    nt_table_add(table, reason->granted ? NT_STYLE_GOOD : NT_STYLE_BAD,
                 reason->granted ? "yes" : "no");
    nt_table_add(table, NT_STYLE_PLAIN, nt_rights_text(question->kind, group, rights));
    nt_table_add(table, NT_STYLE_DIM, why_text(question, reason, why, sizeof(why)));
}

static int print_answer(const struct question *question)
{
    static const struct nt_column columns[] = {
        {"MAY", NT_ALIGN_LEFT}, {"RIGHTS", NT_ALIGN_LEFT}, {"WHY", NT_ALIGN_LEFT}};
    struct nt_table *table = nt_table_new(columns, NT_ARRAY_SIZE(columns));
    char rights[NT_RIGHTS_TEXT];
    int status;

    print_user(question);
    printf("may: %s (0x%08x)\n\n", nt_rights_text(question->kind, question->granted, rights),
           (unsigned)question->granted);
    for (unsigned granted = 2; granted-- > 0;)
        for (unsigned i = 0; i < 32; i++) {
            ACCESS_MASK group = group_of(question, i);

            if (group && question->reasons[i].granted == (granted != 0))
                add_row(table, question, i, group);
        }
    status = nt_table_print(table, &question->options->output, stdout);
    for (size_t i = 0; i < question->n_notes; i++)
        printf("%s%s\n", i == 0 ? "\n" : "", question->notes[i]);
    return status;
}

/* --- JSON ------------------------------------------------------------------------------------- */

static void add_text(struct json_object *object, const char *key, const char *text)
{
    json_object_object_add(object, key, json_object_new_string(text));
}

static void add_mask(struct json_object *object, const char *key, ACCESS_MASK mask)
{
    char text[16];

    snprintf(text, sizeof(text), "0x%08x", (unsigned)mask);
    add_text(object, key, text);
}

static struct json_object *reason_json(const struct question *question, unsigned bit,
                                       ACCESS_MASK group)
{
    const struct nt_access_reason *reason = &question->reasons[bit];
    struct json_object *object = json_object_new_object();
    struct nt_ace ace;

    json_object_object_add(object, "granted", json_object_new_boolean(reason->granted));
    add_mask(object, "mask", group);
    json_object_object_add(object, "rights", nt_rights_json(question->kind, group));
    add_text(object, "why", why_word(reason->why));
    if (reason->why == NT_WHY_ENTRY && ace_at(question->descriptor->dacl, reason->entry, &ace)) {
        json_object_object_add(object, "entry", json_object_new_uint64(reason->entry));
        json_object_object_add(object, "ace", nt_ace_json(&ace, question->kind));
    }
    return object;
}

static void add_user_json(struct json_object *object, const struct question *question)
{
    struct json_object *groups;
    char text[64];

    if (question->somebody)
        return;
    groups = json_object_new_array();
    add_text(object, "user", nt_name_user(question->identity.uid, text));
    json_object_object_add(object, "uid", json_object_new_uint64(question->identity.uid));
    if (question->identity.gid != UINT32_MAX)
        json_object_array_add(groups, json_object_new_uint64(question->identity.gid));
    for (size_t i = 0; i < question->identity.n_groups; i++)
        if (question->identity.groups[i] != question->identity.gid)
            json_object_array_add(groups, json_object_new_uint64(question->identity.groups[i]));
    json_object_object_add(object, "gids", groups);
}

static int print_json(const struct question *question)
{
    struct json_object *object = json_object_new_object(), *reasons = json_object_new_array(),
                       *notes = json_object_new_array();
    char clean[3 * 1024];

    add_text(object, "name", nt_output_clean(question->options->name, clean, sizeof(clean)));
    add_text(object, "type", question->type);
    add_user_json(object, question);
    add_mask(object, "granted", question->granted);
    json_object_object_add(object, "rights", nt_rights_json(question->kind, question->granted));
    for (unsigned i = 0; i < 32; i++) {
        ACCESS_MASK group = group_of(question, i);

        if (group)
            json_object_array_add(reasons, reason_json(question, i, group));
    }
    json_object_object_add(object, "reasons", reasons);
    for (size_t i = 0; i < question->n_notes; i++)
        json_object_array_add(notes, json_object_new_string(question->notes[i]));
    json_object_object_add(object, "notes", notes);
    return nt_tool_print_json(object);
}

/* --- the command ------------------------------------------------------------------------------ */

/* "read", "all", a right's word or constant, or a number. 0: none of them. */
static ACCESS_MASK wanted_rights(const struct question *question)
{
    static const struct {
        const char *word;
        ACCESS_MASK mask;
    } generic[] = {{"read", GENERIC_READ},
                   {"write", GENERIC_WRITE},
                   {"execute", GENERIC_EXECUTE},
                   {"all", GENERIC_ALL}};
    const char *want = question->options->want;
    char *end;
    unsigned long number = strtoul(want, &end, 0);

    if (end != want && !*end)
        return nt_access_map(question->kind, (ACCESS_MASK)number);
    for (size_t i = 0; i < NT_ARRAY_SIZE(generic); i++)
        if (strcmp(generic[i].word, want) == 0)
            return nt_access_map(question->kind, generic[i].mask);
    return nt_rights_by_name(question->kind, want);
}

static int judge(struct question *question)
{
    ACCESS_MASK wanted = 0;
    char clean[200];
    int status;

    if (question->options->want && !(wanted = wanted_rights(question))) {
        nt_tool_error("'%s' is no right of a %s",
                      nt_output_clean(question->options->want, clean, sizeof(clean)),
                      question->type);
        return NT_TOOL_USAGE;
    }
    answer(question);
    add_notes(question);
    status = question->options->output.json ? print_json(question) : print_answer(question);
    if (status == NT_TOOL_OK && (wanted & ~question->granted))
        return EXIT_NOT_GRANTED;
    return status;
}

/* The user, or who asks. */
static bool find_user(struct question *question)
{
    char own[16], clean[200];
    const char *why;

    snprintf(own, sizeof(own), "%u", (unsigned)geteuid());
    if (nt_who_identity(question->options->who ? question->options->who : own, &question->identity,
                        &question->somebody, &why))
        return true;
    nt_tool_error("'%s': %s", nt_output_clean(question->options->who, clean, sizeof(clean)), why);
    return false;
}

static int ask(const struct access_options *options)
{
    HANDLE handle = nt_name_open_as(options->name, READ_CONTROL);
    struct question question = {.options = options};
    struct nt_read_descriptor descriptor;
    char clean[512];
    DWORD error;
    int status;

    if (!handle && GetLastError() == ERROR_ACCESS_DENIED)
        return nt_tool_error("'%s': its descriptor may not be read: this user lacks READ_CONTROL",
                             nt_output_clean(options->name, clean, sizeof(clean)));
    if (!handle)
        return nt_name_not_opened(options->name, GetLastError());
    nt_name_type(handle, question.type);
    question.kind = nt_rights_kind(question.type);
    error = nt_descriptor_read(handle, &descriptor);
    CloseHandle(handle);
    if (error || !question.kind)
        return nt_tool_error("'%s' has no descriptor of its own",
                             nt_output_clean(options->name, clean, sizeof(clean)));
    question.descriptor = &descriptor.parts;
    status = NT_TOOL_FAILED;
    if (find_user(&question)) {
        status = judge(&question);
        nt_identity_deinit(&question.identity);
    }
    nt_read_descriptor_deinit(&descriptor);
    return status;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct access_options *options = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->output;
        return 0;
    case 'w':
        options->want = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (options->who)
            argp_error(state, "one NAME and one USER at a time");
        if (!argument[0])
            argp_error(state, options->name ? "which user?" : "which name?");
        *(options->name ? &options->who : &options->name) = argument;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "which name?");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int nt_tool_access(int argc, char **argv)
{
    static const struct argp_option option_table[] = {
        {"want", 'w', "RIGHT", 0,
         "exit code 3 unless it is granted: read, write, execute, all, a right as it is printed "
         "here, its constant, or a number",
         0},
        {0},
    };
    static const struct argp_child children[] = {{&nt_output_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        option_table,
        parse,
        "NAME [USER|UID|SID]",
        "Print what a user may do with an object, and why.\vWithout a user, who asks. Of a SID "
        "that is a group's, anybody who is in that group and in no other. The groups are those of "
        "the account database, not those that a running program may have beside. The descriptor "
        "must be readable by who asks (READ_CONTROL).\n\nExit codes: 0 done; 1 failed; 2 wrong "
        "usage; 3 with --want: not granted.",
        children,
        NULL,
        NULL};
    struct access_options options = {.name = NULL};

    argp_parse(&argp, argc, argv, 0, NULL, &options);
    return ask(&options);
}
