// SPDX-License-Identifier: MIT
/*
 * Running the real `ntshm` as a process; see run.h.
 */
#include "tool/run.h"
#include "harness/test.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

void run_start_(struct run *run, const char *const *arguments)
{
    posix_spawn_file_actions_t actions;
    int ends[2], error;

    *run = (struct run){.out_fd = -1};
    require(pipe2(ends, O_CLOEXEC) == 0);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 2);
    error = posix_spawn(&run->pid, NT_TEST_TOOL_PATH, &actions, NULL,
                        (char *const *)(uintptr_t)arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    run->out_fd = ends[0];
    require(error == 0, "%s: %s", NT_TEST_TOOL_PATH, strerror(error));
}

void run_wait(struct run *run)
{
    size_t size = 0, room = 1 << 16;
    ssize_t n;
    int status;

    run->out = malloc(room);
    require(run->out != NULL);
    while ((n = read(run->out_fd, run->out + size, room - size - 1)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        require(n > 0);
        size += (size_t)n;
        if (room - size < 4096)
            require((run->out = realloc(run->out, room *= 2)) != NULL);
    }
    run->out[size] = 0;
    close(run->out_fd);
    while (waitpid(run->pid, &status, 0) < 0)
        require(errno == EINTR);
    run->code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    test_note("exit code %d\n%s", run->code, run->out);
}

void run_tool_(struct run *run, const char *const *arguments)
{
    run_start_(run, arguments);
    run_wait(run);
}

void run_free(struct run *run)
{
    free(run->out);
    run->out = NULL;
}

void ok_run_(const char *file, int line, const struct run *run, int code, const char *text)
{
    test_ok_eq(file, line, "exit code", (uint64_t)run->code, (uint64_t)code, true);
    test_ok(file, line, strstr(run->out, text) != NULL, text, " is not in: %.800s", run->out);
}

struct json_object *run_json(const struct run *run)
{
    struct json_tokener *tokener = json_tokener_new_ex(32);
    struct json_object *object;
    size_t end;

    require(tokener != NULL);
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    object = json_tokener_parse_ex(tokener, run->out, (int)strlen(run->out) + 1);
    end = json_tokener_get_parse_end(tokener);
    ok(object != NULL && run->out[end + strspn(run->out + end, "\n")] == 0, "not one JSON value");
    json_tokener_free(tokener);
    return object;
}

struct json_object *json_at(struct json_object *object, const char *key)
{
    return object ? json_object_object_get(object, key) : NULL;
}

size_t json_length(struct json_object *array)
{
    return array && json_object_is_type(array, json_type_array) ? json_object_array_length(array)
                                                                : 0;
}

struct json_object *json_item(struct json_object *array, size_t i)
{
    return i < json_length(array) ? json_object_array_get_idx(array, i) : NULL;
}

const char *json_text(struct json_object *object, const char *key)
{
    struct json_object *value = json_at(object, key);

    return value ? json_object_get_string(value) : "";
}

uint64_t json_number(struct json_object *object, const char *key)
{
    struct json_object *value = json_at(object, key);

    return value ? json_object_get_uint64(value) : 0;
}

size_t json_holders(struct json_object *answer)
{
    struct json_object *list = json_at(answer, "processes");
    size_t n = 0;

    for (size_t i = 0; i < json_length(list); i++)
        n += strcmp(json_text(json_item(list, i), "broker"), "true") != 0;
    return n;
}
