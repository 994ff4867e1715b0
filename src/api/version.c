// SPDX-License-Identifier: MIT
/*
 * Which Windows this is: 10.0.20348, a server, for programs that refuse to run on others. The
 * functions are in sysinfoapi.h, winbase.h, winnt.h and winternl.h. Structures differ with the
 * width of their text, so each of them is made of the one of its width.
 */
#include <string.h>

#include <windows.h>
#include <winternl.h>
#include <ntstatus.h>

#include "api/wide16.h"

#define MAJOR 10
#define MINOR 0
#define BUILD 20348
#define SUITE (VER_SUITE_TERMINAL | VER_SUITE_SINGLEUSERTS)

/* OSVERSIONINFOW and ...EXW as a unit with a wchar_t of two bytes lays them out. */
struct version16 {
    DWORD size, major, minor, build, platform;
    uint16_t service_pack[128];
};

struct version16_ex {
    DWORD size, major, minor, build, platform;
    uint16_t service_pack[128];
    WORD pack_major, pack_minor, suite;
    BYTE product, reserved;
};

/* The numbers behind the text of the longer structures. */
struct tail {
    WORD pack_major, pack_minor, suite;
    BYTE product, reserved;
};

static const struct tail the_tail = {.suite = SUITE, .product = VER_NT_SERVER};

/* Both structures of one width: @size is the short one's, and only a longer one has a tail. */
static void fill(void *information, size_t size, bool is_long)
{
    DWORD head[] = {(DWORD)(is_long ? size + sizeof(struct tail) : size), MAJOR, MINOR, BUILD,
                    VER_PLATFORM_WIN32_NT};

    memset(information, 0, size);
    memcpy(information, head, sizeof(head));
    if (is_long)
        memcpy((char *)information + size, &the_tail, sizeof(the_tail));
}

_Static_assert(sizeof(OSVERSIONINFOEXW) == sizeof(OSVERSIONINFOW) + sizeof(struct tail) &&
                   sizeof(OSVERSIONINFOEXA) == sizeof(OSVERSIONINFOA) + sizeof(struct tail) &&
                   sizeof(struct version16_ex) == sizeof(struct version16) + sizeof(struct tail),
               "the longer structure is the shorter one and more");

static BOOL get_version(DWORD *information, size_t size)
{
    if (*information != size && *information != size + sizeof(struct tail)) {
        SetLastError(ERROR_INSUFFICIENT_BUFFER);
        return FALSE;
    }
    fill(information, size, *information != size);
    return TRUE;
}

NT_EXPORT DWORD WINAPI GetVersion(void)
{
    return (DWORD)BUILD << 16 | MINOR << 8 | MAJOR;
}

NT_EXPORT BOOL WINAPI GetVersionExA(LPOSVERSIONINFOA information)
{
    return get_version(&information->dwOSVersionInfoSize, sizeof(*information));
}

NT_EXPORT BOOL WINAPI GetVersionExW(LPOSVERSIONINFOW information)
{
    return get_version(&information->dwOSVersionInfoSize, sizeof(*information));
}

NT_TWIN(BOOL, GetVersionExW, struct version16 *information)
{
    return get_version(&information->size, sizeof(*information));
}

NT_EXPORT NTSTATUS NTAPI RtlGetVersion(PRTL_OSVERSIONINFOW information)
{
    fill(information, sizeof(*information),
         information->dwOSVersionInfoSize == sizeof(RTL_OSVERSIONINFOEXW));
    return STATUS_SUCCESS;
}

NT_TWIN(NTSTATUS, RtlGetVersion, struct version16 *information)
{
    fill(information, sizeof(*information), information->size == sizeof(struct version16_ex));
    return STATUS_SUCCESS;
}

/* --- comparing ---------------------------------------------------------------------- */

/* Three bits for each part, in the order of the VER_ bits. */
#define CONDITION_BITS 3
#define CONDITION_MASK 7u

NT_EXPORT ULONGLONG NTAPI VerSetConditionMask(ULONGLONG mask, DWORD part, BYTE condition)
{
    if (!part)
        return mask;
    /* Of several parts the first of these counts. */
    for (unsigned i = 8; i-- > 0;) {
        if (part & 1u << i)
            return mask | (ULONGLONG)(condition & CONDITION_MASK) << (i * CONDITION_BITS);
    }
    return mask;
}

struct version {
    DWORD major, minor, build, platform;
    struct tail tail;
};

static unsigned condition_of(ULONGLONG mask, DWORD part)
{
    return (unsigned)(mask >> (unsigned)__builtin_ctz(part) * CONDITION_BITS) & CONDITION_MASK;
}

/* Whether @ours stands to @wanted as @condition says. */
static bool holds(DWORD ours, DWORD wanted, unsigned condition)
{
    switch (condition) {
    case VER_EQUAL:
        return ours == wanted;
    case VER_GREATER:
        return ours > wanted;
    case VER_GREATER_EQUAL:
        return ours >= wanted;
    case VER_LESS:
        return ours < wanted;
    case VER_LESS_EQUAL:
        return ours <= wanted;
    default:
        return false;
    }
}

/*
 * The four numbers of a version are compared as one, from the most important one on: the first
 * that differs decides, by the condition of the first one that is asked for.
 */
static bool version_holds(const struct version *wanted, DWORD parts, ULONGLONG mask)
{
    const struct {
        DWORD part, ours, wanted;
    } rows[] = {
        {VER_MAJORVERSION, MAJOR, wanted->major},
        {VER_MINORVERSION, MINOR, wanted->minor},
        {VER_SERVICEPACKMAJOR, 0, wanted->tail.pack_major},
        {VER_SERVICEPACKMINOR, 0, wanted->tail.pack_minor},
    };
    unsigned condition = 0;

    for (unsigned i = 0; i < ARRAYSIZE(rows); i++) {
        if (!(parts & rows[i].part))
            continue;
        if (!condition)
            condition = condition_of(mask, rows[i].part);
        if (rows[i].ours != rows[i].wanted)
            return holds(rows[i].ours, rows[i].wanted, condition);
    }
    return !condition || holds(0, 0, condition);
}

static bool suite_holds(WORD wanted, unsigned condition)
{
    return condition == VER_AND ? (SUITE & wanted) == wanted
                                : condition == VER_OR && (!wanted || (SUITE & wanted));
}

static BOOL verify(const struct version *wanted, DWORD parts, ULONGLONG mask)
{
    bool good;

    if (!parts || !mask) {
        SetLastError(ERROR_BAD_ARGUMENTS);
        return FALSE;
    }
    good = version_holds(wanted, parts, mask);
    if (parts & VER_BUILDNUMBER)
        good &= holds(BUILD, wanted->build, condition_of(mask, VER_BUILDNUMBER));
    if (parts & VER_PLATFORMID)
        good &= holds(VER_PLATFORM_WIN32_NT, wanted->platform, condition_of(mask, VER_PLATFORMID));
    if (parts & VER_PRODUCT_TYPE)
        good &= holds(VER_NT_SERVER, wanted->tail.product, condition_of(mask, VER_PRODUCT_TYPE));
    if (parts & VER_SUITENAME)
        good &= suite_holds(wanted->tail.suite, condition_of(mask, VER_SUITENAME));
    if (!good)
        SetLastError(ERROR_OLD_WIN_VERSION);
    return good;
}

/* The numbers of a structure whose shorter form has @size bytes. */
static struct version read_version(const void *information, size_t size)
{
    struct version version;
    DWORD head[5];

    memcpy(head, information, sizeof(head));
    version = (struct version){head[1], head[2], head[3], head[4], {0}};
    memcpy(&version.tail, (const char *)information + size, sizeof(version.tail));
    return version;
}

NT_EXPORT BOOL WINAPI VerifyVersionInfoA(LPOSVERSIONINFOEXA information, DWORD parts,
                                         DWORDLONG mask)
{
    struct version wanted = read_version(information, sizeof(OSVERSIONINFOA));

    return verify(&wanted, parts, mask);
}

NT_EXPORT BOOL WINAPI VerifyVersionInfoW(LPOSVERSIONINFOEXW information, DWORD parts,
                                         DWORDLONG mask)
{
    struct version wanted = read_version(information, sizeof(OSVERSIONINFOW));

    return verify(&wanted, parts, mask);
}

NT_TWIN(BOOL, VerifyVersionInfoW, const struct version16_ex *information, DWORD parts,
        DWORDLONG mask)
{
    struct version wanted = read_version(information, sizeof(struct version16));

    return verify(&wanted, parts, mask);
}
