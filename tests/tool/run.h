/* SPDX-License-Identifier: MIT */
/*
 * Running the real `ntshm` as a process.
 */
#ifndef NTSHM_TEST_TOOL_RUN_H
#define NTSHM_TEST_TOOL_RUN_H

#include <json-c/json.h>
#include <stdbool.h>
#include <sys/types.h>

struct run {
    pid_t pid;
    int out_fd; /* its standard output and error, together */
    int code;   /* exit code, 128 + the signal that ended it */
    char *out;  /* what it printed, NUL-terminated */
};

/* Starts `ntshm ARGUMENTS...`; the list ends with NULL. */
#define run_start(run, ...) run_start_((run), (const char *const[]){"ntshm", __VA_ARGS__, NULL})
void run_start_(struct run *run, const char *const *arguments);

/* Waits for its end, with the case's own deadline behind it, and collects what it printed. */
void run_wait(struct run *run);

/* Both; and gives back the text. */
#define run_tool(run, ...) run_tool_((run), (const char *const[]){"ntshm", __VA_ARGS__, NULL})
void run_tool_(struct run *run, const char *const *arguments);

void run_free(struct run *run);

/* Asserts exit code and that the text is somewhere in what was printed. */
#define ok_run(run, code, text) ok_run_(__FILE__, __LINE__, (run), (code), (text))
void ok_run_(const char *file, int line, const struct run *run, int code, const char *text);

/* The whole of what was printed as one JSON value; NULL (a failed assertion) when it is none. */
struct json_object *run_json(const struct run *run);

/* A member of an object; NULL objects give NULL, 0 and "". */
struct json_object *json_at(struct json_object *object, const char *key);
struct json_object *json_item(struct json_object *array, size_t i);
size_t json_length(struct json_object *array);
const char *json_text(struct json_object *object, const char *key);
uint64_t json_number(struct json_object *object, const char *key);

/* How many processes an answer of `ntshm holders --json` names; the broker, which has what it hands
 * out for a moment longer, is none. */
size_t json_holders(struct json_object *answer);

#endif
