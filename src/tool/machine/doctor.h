/* SPDX-License-Identifier: MIT */
/*
 * `ntshm doctor`: each check says one thing about this machine, how bad it is, and what to change.
 */
#ifndef NT_TOOL_DOCTOR_H
#define NT_TOOL_DOCTOR_H

#include <json-c/json.h>
#include <stdbool.h>

#include "tool/kit/output.h"

enum nt_health {
    NT_HEALTH_OK,
    NT_HEALTH_WARNING, /* something that not everybody needs does not work, or soon will not */
    NT_HEALTH_BAD,     /* nothing works without */
    NT_HEALTH_COUNT
};

struct nt_doctor {
    struct nt_output output;
    bool no_gpu;
    struct json_object *checks; /* for JSON */
    unsigned n[NT_HEALTH_COUNT];
};

/**
 * nt_doctor_say() - what a check found; printed at once, so that a check that hangs is seen
 * @check:  a word or two
 * @advice: what to change; NULL for nothing
 */
void nt_doctor_say(struct nt_doctor *doctor, enum nt_health health, const char *check,
                   const char *advice, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/** nt_doctor_read() - the beginning of a small file, without its last newline. "": it cannot be */
const char *nt_doctor_read(const char *path, char *text, size_t size);

/* The checks, each file one subject. */
void nt_doctor_kernel(struct nt_doctor *doctor); /* doctor-kernel.c: calls that we stand on */
void nt_doctor_limits(struct nt_doctor *doctor); /* doctor-limits.c: how much there may be */
void nt_doctor_broker(struct nt_doctor *doctor); /* doctor-broker.c: who keeps the names */
void nt_doctor_vulkan(
    struct nt_doctor *doctor); /* doctor-vulkan.c: drivers, and what they import */

#endif
