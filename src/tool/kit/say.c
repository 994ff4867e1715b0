// SPDX-License-Identifier: MIT
/*
 * How a command says that it did not work, and its answer to a program; see tool.h.
 */
#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tool/kit/deadline.h"
#include "tool/kit/text.h"
#include "tool/tool.h"

int nt_tool_error(const char *format, ...)
{
    char line[2048], clean[3 * sizeof(line)];
    va_list arguments;

    nt_output_deadline_restore();
    fflush(stdout);
    va_start(arguments, format);
    vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    fprintf(stderr, "ntshm: %s\n", nt_text_clean(line, strlen(line), clean, sizeof(clean)));
    return NT_TOOL_FAILED;
}

int nt_tool_print_json(struct json_object *object)
{
    const char *text = NULL;
    int status = NT_TOOL_OK;

    if (object)
        text = json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY |
                                                          JSON_C_TO_STRING_NOSLASHESCAPE);
    nt_output_deadline(0); /* who reads may take his time */
    if (!text || puts(text) < 0 || fflush(stdout) != 0)
        status = nt_tool_error("the JSON could not be written");
    json_object_put(object);
    return status;
}
