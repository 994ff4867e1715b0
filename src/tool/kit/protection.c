// SPDX-License-Identifier: MIT
/*
 * The names of the PAGE_ values; see protection.h.
 */
#include "tool/kit/protection.h"

#include <string.h>
#include <windows.h>

#include "util/macro.h"

static const struct {
    uint32_t value;
    const char *name;
} protections[] = {
    {PAGE_NOACCESS, "PAGE_NOACCESS"},
    {PAGE_READONLY, "PAGE_READONLY"},
    {PAGE_READWRITE, "PAGE_READWRITE"},
    {PAGE_WRITECOPY, "PAGE_WRITECOPY"},
    {PAGE_EXECUTE, "PAGE_EXECUTE"},
    {PAGE_EXECUTE_READ, "PAGE_EXECUTE_READ"},
    {PAGE_EXECUTE_READWRITE, "PAGE_EXECUTE_READWRITE"},
    {PAGE_EXECUTE_WRITECOPY, "PAGE_EXECUTE_WRITECOPY"},
};

const char *nt_protection_name(uint32_t protect)
{
    for (size_t i = 0; i < NT_ARRAY_SIZE(protections); i++)
        if ((protect & 0xFF) == protections[i].value)
            return protections[i].name;
    return "";
}

bool nt_protection_by_name(const char *name, uint32_t *ret_protect)
{
    for (size_t i = 0; i < NT_ARRAY_SIZE(protections); i++) {
        if (strcmp(name, protections[i].name) == 0) {
            *ret_protect = protections[i].value;
            return true;
        }
    }
    return false;
}
