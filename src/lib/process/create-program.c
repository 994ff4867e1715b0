// SPDX-License-Identifier: MIT
/*
 * What a new process runs: the program, found as CreateProcess finds it, its arguments, and its
 * environment. See create.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ntstatus.h>

#include "lib/file/file.h"
#include "lib/file/path.h"
#include "lib/loader/loader.h"
#include "lib/process/create.h"
#include "lib/process/environment.h"
#include "lib/process/lock.h"
#include "rtl/command-line.h"
#include "util/macro.h"

extern char **environ;

/* --- where it is ------------------------------------------------------------------------------ */

/* A file that can be executed; @path is as system calls take it. */
static NTSTATUS check_program(const char *path)
{
    struct stat status;

    if (stat(path, &status) < 0)
        return nt_path_status(path, -errno);
    if (!S_ISREG(status.st_mode) || faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) < 0)
        return STATUS_ACCESS_DENIED;
    return STATUS_SUCCESS;
}

/* As one may begin at @directory, absolute; NULL: the current one. */
static NTSTATUS try_in(const char *directory, const char *name, char **ret_path)
{
    NT_CLEANUP(nt_freep) char *joined = NULL;
    NT_CLEANUP(nt_freep) char *here = NULL;
    NTSTATUS status;

    if (name[0] != '/' && (!directory || directory[0] != '/')) {
        here = getcwd(NULL, 0);
        if (!here)
            return nt_file_status(-errno);
    }
    if (name[0] == '/')
        joined = strdup(name);
    else if (asprintf(&joined, "%s%s%s/%s", here ? here : "", here && directory ? "/" : "",
                      directory ? directory : "", name) < 0)
        joined = NULL;
    if (!joined)
        return STATUS_NO_MEMORY;
    status = check_program(joined);
    if (NT_SUCCESS(status))
        *ret_path = NT_STEAL(joined);
    return status;
}

/* The directory that the running program is in. */
static NTSTATUS try_beside(const char *name, char **ret_path)
{
    NT_CLEANUP(nt_freep) char *program = NULL;
    NTSTATUS status = nt_module_path(NULL, &program);
    char *slash;

    if (!NT_SUCCESS(status))
        return status;
    slash = strrchr(program, '/');
    if (!slash)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    *slash = '\0';
    return try_in(program[0] ? program : "/", name, ret_path);
}

static NTSTATUS try_path(const char *name, char **ret_path)
{
    NT_CLEANUP(nt_freep) char *list = NULL;
    NTSTATUS worst = STATUS_OBJECT_NAME_NOT_FOUND;
    char *rest, *directory;

    if (nt_environment_get("PATH", &list) < 0)
        return worst;
    rest = list;
    while ((directory = strsep(&rest, ":"))) {
        NTSTATUS status = try_in(directory[0] ? directory : NULL, name, ret_path);

        if (NT_SUCCESS(status) || status == STATUS_NO_MEMORY)
            return status;
        if (status == STATUS_ACCESS_DENIED)
            worst = status;
    }
    return worst;
}

static bool is_missing(NTSTATUS status)
{
    return status == STATUS_OBJECT_NAME_NOT_FOUND || status == STATUS_OBJECT_PATH_NOT_FOUND;
}

/* @name as the caller wrote it. */
static NTSTATUS find(const char *name, bool search, char **ret_path)
{
    NT_CLEANUP(nt_freep) char *path = NULL;
    NTSTATUS status = nt_path_from_utf8(name, &path);

    if (!NT_SUCCESS(status))
        return status;
    if (!search || strchr(path, '/'))
        return try_in(NULL, path, ret_path);
    status = try_beside(path, ret_path);
    if (is_missing(status))
        status = try_in(NULL, path, ret_path);
    return is_missing(status) ? try_path(path, ret_path) : status;
}

/* The beginnings of an unquoted line, each up to a space. */
static NTSTATUS find_beginning(const char *line, char **ret_path)
{
    NTSTATUS first = STATUS_SUCCESS;

    for (size_t end = strcspn(line, " \t");; end += 1 + strcspn(line + end + 1, " \t")) {
        NT_CLEANUP(nt_freep) char *name = strndup(line, end);
        NTSTATUS status = name ? find(name, true, ret_path) : STATUS_NO_MEMORY;

        if (NT_SUCCESS(status) || status == STATUS_NO_MEMORY)
            return status;
        if (NT_SUCCESS(first))
            first = status;
        if (!line[end])
            return first;
    }
}

static NTSTATUS find_in_line(const char *line, char **ret_path)
{
    NT_CLEANUP(nt_freep) char *name = NULL;

    if (line[0] != '"')
        return find_beginning(line, ret_path);
    name = strndup(line + 1, strcspn(line + 1, "\""));
    return name ? find(name, true, ret_path) : STATUS_NO_MEMORY;
}

/* --- its arguments ---------------------------------------------------------------------------- */

static NTSTATUS split(struct nt_program *program)
{
    size_t n_bytes, count = nt_command_line_split(program->line, 1, NULL, NULL, &n_bytes);
    size_t head = (count + 1) * sizeof(void *);

    program->arguments = malloc(head + n_bytes);
    if (!program->arguments)
        return STATUS_NO_MEMORY;
    nt_command_line_split(program->line, 1, program->arguments, (char *)program->arguments + head,
                          &n_bytes);
    program->arguments[count] = NULL;
    return STATUS_SUCCESS;
}

static char *make_line(const char *application)
{
    char *line = malloc(strlen(application) * 2 + 3);

    if (line)
        *nt_command_line_quote(line, application) = '\0';
    return line;
}

NTSTATUS nt_program_find(const struct nt_program_request *request, struct nt_program *program)
{
    NTSTATUS status;

    if (!request->application && (!request->line || !request->line[0]))
        return STATUS_INVALID_PARAMETER;
    program->line =
        request->line && request->line[0] ? strdup(request->line) : make_line(request->application);
    if (!program->line)
        return STATUS_NO_MEMORY;
    status = request->application ? find(request->application, false, &program->path)
                                  : find_in_line(program->line, &program->path);
    return NT_SUCCESS(status) ? split(program) : status;
}

/* --- its environment -------------------------------------------------------------------------- */

static bool is_ours(const char *entry)
{
    return strncmp(entry, NT_INHERIT_VARIABLE "=", sizeof(NT_INHERIT_VARIABLE)) == 0;
}

NTSTATUS nt_program_set_environment(struct nt_program *program, const char *block,
                                    const char *inherit)
{
    NT_CLEANUP(nt_freep) char *own = NULL;
    size_t count = 0, bytes = 0, size, at = 0;
    const char *entry;
    char *text;

    if (!block) {
        own = nt_environment_block(&size);
        block = own;
    }
    if (!block)
        return STATUS_NO_MEMORY;
    for (entry = block; *entry; entry += strlen(entry) + 1, count++)
        bytes += strlen(entry) + 1;
    size = (count + 2) * sizeof(char *);
    program->environment = malloc(size + bytes + sizeof(NT_INHERIT_VARIABLE) + strlen(inherit) + 1);
    if (!program->environment)
        return STATUS_NO_MEMORY;
    text = (char *)program->environment + size;
    for (entry = block; *entry; entry += strlen(entry) + 1) {
        if (is_ours(entry))
            continue;
        program->environment[at++] = text;
        text = stpcpy(text, entry) + 1;
    }
    program->environment[at++] = text;
    sprintf(text, "%s=%s", NT_INHERIT_VARIABLE, inherit);
    program->environment[at] = NULL;
    return STATUS_SUCCESS;
}

void nt_program_deinit(struct nt_program *program)
{
    free(program->path);
    free(program->line);
    free(program->arguments);
    free(program->environment);
    *program = (struct nt_program){0};
}
