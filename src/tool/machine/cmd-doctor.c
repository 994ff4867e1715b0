// SPDX-License-Identifier: MIT
/*
 * `ntshm doctor`: asks all the checks; see doctor.h.
 */
#include "tool/machine/doctor.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tool/tool.h"

static const char *const words[NT_HEALTH_COUNT] = {"ok", "warning", "bad"};
static const enum nt_style styles[NT_HEALTH_COUNT] = {NT_STYLE_GOOD, NT_STYLE_WARNING,
                                                      NT_STYLE_BAD};

enum { KEY_NO_GPU = 0x2000 };

static const struct argp_option options[] = {
    {"no-gpu", KEY_NO_GPU, NULL, 0, "do not ask the Vulkan drivers", 0},
    {0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct nt_doctor *doctor = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &doctor->output;
        return 0;
    case KEY_NO_GPU:
        doctor->no_gpu = true;
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "what is '%s' for?", argument);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const char *nt_doctor_read(const char *path, char *text, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, size - 1);

    if (fd >= 0)
        close(fd);
    while (n > 0 && text[n - 1] == '\n')
        n--;
    text[n > 0 ? n : 0] = '\0';
    return text;
}

static void say_json(struct nt_doctor *doctor, enum nt_health health, const char *check,
                     const char *advice, const char *text)
{
    struct json_object *entry = json_object_new_object();

    json_object_object_add(entry, "check", json_object_new_string(check));
    json_object_object_add(entry, "health", json_object_new_string(words[health]));
    json_object_object_add(entry, "text", json_object_new_string(text));
    if (advice)
        json_object_object_add(entry, "advice", json_object_new_string(advice));
    json_object_array_add(doctor->checks, entry);
}

void nt_doctor_say(struct nt_doctor *doctor, enum nt_health health, const char *check,
                   const char *advice, const char *format, ...)
{
    bool styled = nt_output_styled(&doctor->output, stdout);
    char text[512], clean[800];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    nt_output_clean(text, clean, sizeof(clean));
    doctor->n[health]++;
    if (doctor->checks) {
        say_json(doctor, health, check, advice, clean);
        return;
    }
    printf("%s%-8s%s %-16s %s\n", nt_style_begin(styles[health], styled), words[health],
           nt_style_begin(NT_STYLE_PLAIN, styled), check, clean);
    if (advice)
        printf("%-8s %-16s %s-> %s%s\n", "", "", nt_style_begin(NT_STYLE_DIM, styled), advice,
               nt_style_begin(NT_STYLE_PLAIN, styled));
    fflush(stdout);
}

static int conclude(struct nt_doctor *doctor)
{
    struct json_object *object;
    int status = doctor->n[NT_HEALTH_BAD] ? NT_TOOL_FAILED : NT_TOOL_OK;

    if (!doctor->checks) {
        printf("%u ok, %u warning%s, %u bad\n", doctor->n[NT_HEALTH_OK],
               doctor->n[NT_HEALTH_WARNING], doctor->n[NT_HEALTH_WARNING] == 1 ? "" : "s",
               doctor->n[NT_HEALTH_BAD]);
        return status;
    }
    object = json_object_new_object();
    json_object_object_add(object, "ok", json_object_new_boolean(status == NT_TOOL_OK));
    json_object_object_add(object, "warnings",
                           json_object_new_uint64(doctor->n[NT_HEALTH_WARNING]));
    json_object_object_add(object, "bad", json_object_new_uint64(doctor->n[NT_HEALTH_BAD]));
    json_object_object_add(object, "checks", doctor->checks);
    return nt_tool_print_json(object) == NT_TOOL_OK ? status : NT_TOOL_FAILED;
}

int nt_tool_doctor(int argc, char **argv)
{
    static const struct argp_child children[] = {{&nt_output_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        options,
        parse,
        NULL,
        "See whether this machine has what the library needs, and say what to change.\vA warning "
        "is "
        "about something that not everybody needs. Nothing is changed, and no broker is started. "
        "Exit codes: 0 all that is essential is there; 1 something is missing; 2 usage.",
        children,
        NULL,
        NULL};
    struct nt_doctor doctor = {.no_gpu = false};

    argp_parse(&argp, argc, argv, 0, NULL, &doctor);
    if (doctor.output.json)
        doctor.checks = json_object_new_array();
    nt_doctor_kernel(&doctor);
    nt_doctor_limits(&doctor);
    nt_doctor_broker(&doctor);
    /* Each driver has a deadline of its own, in a process that is forked. */
    nt_output_deadline(0);
    if (!doctor.no_gpu)
        nt_doctor_vulkan(&doctor);
    return conclude(&doctor);
}
