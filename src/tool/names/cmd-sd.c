// SPDX-License-Identifier: MIT
/*
 * `ntshm sd`: an object's security descriptor, as SDDL and as a table; and another one.
 */
#include <ntstatus.h>
#include <sddl.h>
#include <stdlib.h>
#include <string.h>

#include "tool/names/descriptor-print.h"
#include "tool/names/names.h"
#include "tool/names/open.h"
#include "tool/kit/output.h"
#include "tool/names/rights.h"
#include "tool/kit/text.h"
#include "tool/tool.h"

struct sd_options {
    struct nt_output output;
    const char *name;
    const char *set;
};

/* --- another one ------------------------------------------------------------------------------ */

/* The parts that it has. */
static SECURITY_INFORMATION parts_of(const struct nt_descriptor *descriptor)
{
    SECURITY_INFORMATION parts = 0;
    struct nt_ace ace;
    size_t at = 0;

    if (descriptor->owner)
        parts |= OWNER_SECURITY_INFORMATION;
    if (descriptor->group)
        parts |= GROUP_SECURITY_INFORMATION;
    if (descriptor->control & SE_DACL_PRESENT)
        parts |= DACL_SECURITY_INFORMATION;
    if (descriptor->control & SE_SACL_PRESENT)
        parts |= LABEL_SECURITY_INFORMATION;
    while (descriptor->sacl && nt_acl_next(descriptor->sacl, &at, &ace))
        if (ace.type != SYSTEM_MANDATORY_LABEL_ACE_TYPE)
            parts |= SACL_SECURITY_INFORMATION;
    return parts;
}

/* A right that is needed is the usual reason. */
static int not_set(const char *name, SECURITY_INFORMATION parts, DWORD error)
{
    ACCESS_MASK needed = nt_descriptor_access_for_set(parts);
    char clean[512], rights[NT_RIGHTS_TEXT];

    nt_output_clean(name, clean, sizeof(clean));
    nt_rights_text((enum nt_kind)0, needed, rights);
    switch (error) {
    case ERROR_ACCESS_DENIED:
        return nt_tool_error("'%s': who sets this needs these rights: %s (see 'ntshm access %s')",
                             clean, rights, clean);
    case ERROR_INVALID_OWNER:
        return nt_tool_error("'%s': only root may give it to another owner", clean);
    case ERROR_PRIVILEGE_NOT_HELD:
        return nt_tool_error(
            "'%s': only root may set a label above its own level, or audit entries", clean);
    case ERROR_NOT_SUPPORTED:
        return nt_tool_error("'%s' has no descriptor of its own", clean);
    default:
        return nt_tool_error("'%s': the descriptor cannot be set (error %u)", clean,
                             (unsigned)error);
    }
}

/* Root's, as takeown and icacls do it: without them he is one user among others. Nobody else has
 * any. */
static void enable_privileges(void)
{
    static const char *const names[] = {"SeTakeOwnershipPrivilege", "SeRestorePrivilege",
                                        "SeSecurityPrivilege"};
    TOKEN_PRIVILEGES wanted = {.PrivilegeCount = 1};
    HANDLE token = NULL;

    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES, &token))
        return;
    wanted.Privileges[0].Attributes = SE_PRIVILEGE_ENABLED;
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (LookupPrivilegeValueA(NULL, names[i], &wanted.Privileges[0].Luid))
            AdjustTokenPrivileges(token, FALSE, &wanted, 0, NULL, NULL);
    CloseHandle(token);
}

static int set_parts(const char *name, PSECURITY_DESCRIPTOR bytes, SECURITY_INFORMATION parts)
{
    DWORD error = 0;
    HANDLE handle;

    enable_privileges();
    handle = nt_name_open_as(name, nt_descriptor_access_for_set(parts));
    if (!handle && GetLastError() != ERROR_ACCESS_DENIED)
        return nt_name_not_opened(name, GetLastError());
    if (!handle || !SetKernelObjectSecurity(handle, parts, bytes))
        error = GetLastError();
    CloseHandle(handle);
    return error ? not_set(name, parts, error) : NT_TOOL_OK;
}

static int set(const struct sd_options *options)
{
    PSECURITY_DESCRIPTOR bytes = NULL;
    struct nt_descriptor parts;
    int status;

    if (!ConvertStringSecurityDescriptorToSecurityDescriptorA(options->set, SDDL_REVISION_1, &bytes,
                                                              NULL)) {
        nt_tool_error("that is not SDDL; an example: 'D:(A;;GA;;;OW)(A;;GR;;;WD)'");
        return NT_TOOL_USAGE;
    }
    if (NT_SUCCESS(nt_descriptor_from_application(bytes, &parts)) && parts_of(&parts)) {
        status = set_parts(options->name, bytes, parts_of(&parts));
    } else {
        nt_tool_error("that SDDL says nothing");
        status = NT_TOOL_USAGE;
    }
    LocalFree(bytes);
    return status;
}

/* --- the one that it has ---------------------------------------------------------------------- */

static int print(const struct sd_options *options, const char *type,
                 const struct nt_descriptor *descriptor)
{
    enum nt_kind kind = nt_rights_kind(type);
    struct json_object *object;
    char clean[3 * 1024];

    if (!options->output.json)
        return nt_descriptor_print(descriptor, kind, &options->output);
    object = json_object_new_object();
    if (object) {
        json_object_object_add(
            object, "name",
            json_object_new_string(nt_output_clean(options->name, clean, sizeof(clean))));
        json_object_object_add(object, "type", json_object_new_string(type));
        nt_descriptor_json(object, descriptor, kind);
    }
    return nt_tool_print_json(object);
}

static int show(const struct sd_options *options)
{
    HANDLE handle = nt_name_open_as(options->name, READ_CONTROL);
    struct nt_read_descriptor descriptor;
    char type[NT_NAME_TYPE], clean[512];
    DWORD error;
    int status;

    if (!handle)
        return nt_name_not_opened(options->name, GetLastError());
    nt_name_type(handle, type);
    error = nt_descriptor_read(handle, &descriptor);
    CloseHandle(handle);
    if (error == ERROR_NOT_SUPPORTED)
        return nt_tool_error("'%s' has no descriptor of its own",
                             nt_output_clean(options->name, clean, sizeof(clean)));
    if (error)
        return nt_tool_error("the descriptor cannot be read (error %u)", (unsigned)error);
    status = print(options, type, &descriptor.parts);
    nt_read_descriptor_deinit(&descriptor);
    return status;
}

/* --- the command ------------------------------------------------------------------------------ */

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct sd_options *options = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->output;
        return 0;
    case 's':
        options->set = argument;
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

int nt_tool_sd(int argc, char **argv)
{
    static const struct argp_option option_table[] = {
        {"set", 's', "SDDL", 0,
         "set the parts that SDDL has: O: owner, G: group, D: list, S: label", 0},
        {0},
    };
    static const struct argp_child children[] = {{&nt_output_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        option_table,
        parse,
        "NAME",
        "Print the security descriptor of an object: as SDDL, and as a table.\vReading it takes "
        "READ_CONTROL, setting the list WRITE_DAC, owner, group and label WRITE_OWNER; the owner "
        "has the first two unless the list names OWNER RIGHTS, and root may take or give away the "
        "ownership of all that he can find. With --set nothing is printed. "
        "Handles that are open keep the rights that they have.\n\nFor example, everything for the "
        "owner and reading for everybody: --set 'D:(A;;GA;;;OW)(A;;GR;;;WD)'.",
        children,
        NULL,
        NULL};
    struct sd_options options = {.name = NULL};

    argp_parse(&argp, argc, argv, 0, NULL, &options);
    return options.set ? set(&options) : show(&options);
}
