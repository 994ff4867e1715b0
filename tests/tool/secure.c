// SPDX-License-Identifier: MIT
/*
 * `ntshm sd` and `ntshm access`: descriptors as text and table, set again, and what they mean.
 */
#include <windows.h>
#include <sddl.h>

#include "harness/test.h"
#include "tool/run.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ok_tool(code, text, ...)      \
    do {                              \
        struct run run_;              \
        run_tool(&run_, __VA_ARGS__); \
        ok_run(&run_, code, text);    \
        run_free(&run_);              \
    } while (0)

static struct json_object *told(struct run *run)
{
    struct json_object *object = run_json(run);

    run_free(run);
    return object;
}

TEST(sd_prints_and_sets, "13.31 13.34")
{
    HANDLE handle =
        CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 65536, L_("Local\\it"));
    struct json_object *is, *entry;
    struct run run;

    require(handle != NULL);
    ok_tool(0, "", "sd", A_("Local\\it"), "--set",
            "D:P(D;;0x2;;;S-1-22-2-77)(A;;GA;;;OW)(A;;GR;;;WD)S:(ML;;NW;;;LW)");
    run_tool(&run, "sd", "--json", A_("Local\\it"));
    ok_eq(run.code, 0);
    is = told(&run);
    ok_str_eq(json_text(is, "type"), "Section");
    ok(strstr(json_text(is, "sddl"), "D:P(D;;DC;;;S-1-22-2-77)") != NULL, "%s",
       json_text(is, "sddl"));
    ok_str_eq(json_text(is, "protected"), "true");
    ok_str_eq(json_text(json_at(is, "label"), "level"), "low");
    ok_eq(json_length(json_at(is, "dacl")), 3);
    entry = json_item(json_at(is, "dacl"), 0);
    ok_str_eq(json_text(entry, "type"), "deny");
    ok_str_eq(json_text(entry, "sid"), "S-1-22-2-77");
    ok_str_eq(json_object_get_string(json_item(json_at(entry, "rights"), 0)), "SECTION_MAP_WRITE");
    entry = json_item(json_at(is, "dacl"), 2);
    ok_str_eq(json_text(entry, "who"), "Everyone");
    json_object_put(is);
    ok_tool(0, "protected: inherits nothing", "sd", A_("Local\\it"));
    ok_tool(0, "query, map read, read control", "sd", A_("Local\\it"));
    ok_tool(0, "", "sd", A_("Local\\it"), "--set", "D:");
    ok_tool(0, "empty: only the owner", "sd", A_("Local\\it"));
    ok_tool(0, "", "sd", A_("Local\\it"), "--set", "D:NO_ACCESS_CONTROL");
    ok_tool(0, "none: everybody may everything", "sd", A_("Local\\it"));
    CloseHandle(handle);
}

/* A failed --set leaves what was there. */
TEST(sd_says_what_is_wrong, "")
{
    HANDLE handle = CreateEventW(NULL, TRUE, FALSE, L_("Local\\it"));
    struct run before, after;

    run_tool(&before, "sd", A_("Local\\it"));
    ok_tool(2, "is not SDDL", "sd", A_("Local\\it"), "--set", "D:(A;;XX;;;WD)");
    ok_tool(2, "says nothing", "sd", A_("Local\\it"), "--set", "");
    if (geteuid() != 0)
        ok_tool(1, "only root may", "sd", A_("Local\\it"), "--set", "O:SY");
    run_tool(&after, "sd", A_("Local\\it"));
    ok_str_eq(after.out, before.out);
    run_free(&before);
    run_free(&after);
    ok_tool(1, "nobody has a handle", "sd", A_("Local\\other"));
    ok_tool(1, "has no descriptor of its own", "sd", "\\");
    ok_tool(1, "has no descriptor of its own", "access", "\\");
    CloseHandle(handle);
}

TEST(access_tells_who_may_what_and_why, "13.15 13.16")
{
    HANDLE handle =
        CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 65536, L_("Local\\it"));
    struct json_object *is, *reason;
    struct run run;
    bool found = false;

    require(handle != NULL);
    ok_tool(0, "", "sd", A_("Local\\it"), "--set",
            "D:(D;;0x2;;;S-1-22-1-65534)(A;;0x7;;;WD)(A;;GA;;;OW)");
    run_tool(&run, "access", "--json", A_("Local\\it"), "65534");
    ok_eq(run.code, 0);
    is = told(&run);
    ok_str_eq(json_text(is, "granted"), "0x00000005");
    ok_eq(json_number(is, "uid"), 65534);
    for (size_t i = 0; i < json_length(json_at(is, "reasons")); i++) {
        reason = json_item(json_at(is, "reasons"), i);
        if (strcmp(json_text(reason, "mask"), "0x00000002") != 0)
            continue;
        found = true;
        ok_str_eq(json_text(reason, "granted"), "false");
        ok_str_eq(json_text(reason, "why"), "entry");
        ok_eq(json_number(reason, "entry"), 1);
        ok_str_eq(json_text(json_at(reason, "ace"), "type"), "deny");
    }
    ok(found);
    json_object_put(is);
    ok_tool(0, "entry 1: deny", "access", A_("Local\\it"), "65534");
    ok_tool(0, "anybody who is in S-1-1-0", "access", A_("Local\\it"), "S-1-1-0");
    ok_tool(3, "", "access", A_("Local\\it"), "65534", "--want=map write");
    ok_tool(3, "", "access", A_("Local\\it"), "65534", "--want=write");
    ok_tool(0, "", "access", A_("Local\\it"), "65534", "--want=SECTION_MAP_READ");
    ok_tool(0, "", "access", A_("Local\\it"), "--want=all");
    ok_tool(2, "is no right of a Section", "access", A_("Local\\it"), "--want=modify state");
    ok_tool(1, "no such account", "access", A_("Local\\it"), "nobody-has-this-name");
    ok_tool(1, "nobody here holds that SID", "access", A_("Local\\it"), "S-1-5-21-1-2-3-4");
    ok_tool(1, "nobody has a handle", "access", A_("Local\\other"));
    CloseHandle(handle);
}
