// SPDX-License-Identifier: MIT
/*
 * Our side of the comparison with another implementation (compare.py): it answers one question a
 * line, in hexadecimal.
 *
 *   parse TEXT                          the bytes of the descriptor
 *   print BYTES                         its text
 *   check BYTES UID GID GROUPS DESIRED  the access mask that is granted; 0 for none
 *
 * A question that is refused is answered with "error" and the status. With an argument it is a
 * control instead: it does one of the three wrongly, now and then, and the comparison must see it.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ntstatus.h>

#include "rtl/access-check.h"
#include "rtl/sddl.h"

#define LINE_MOST (1u << 20)
#define EVERYTHING                                                                         \
    (OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION | \
     SACL_SECURITY_INFORMATION)

static const struct nt_access_mapping mapping = {0x120089, 0x120116, 0x1200A0, 0x1F01FF};
static const char *wrong = "";

static bool is_wrong(const char *which)
{
    return strcmp(wrong, which) == 0;
}

static void refuse(NTSTATUS status)
{
    printf("error %08" PRIx32 "\n", (uint32_t)status);
}

static size_t bytes_of(const char *text, unsigned char *bytes)
{
    size_t n = 0;
    unsigned byte;

    while (isxdigit((unsigned char)text[2 * n]) && sscanf(text + 2 * n, "%2x", &byte) == 1)
        bytes[n++] = (unsigned char)byte;
    return n;
}

/* The first entry of the DACL, to be spoilt by a control. */
static ACCESS_ALLOWED_ACE *first_ace(void *bytes)
{
    const SECURITY_DESCRIPTOR_RELATIVE *relative = bytes;
    ACL *dacl = (ACL *)((char *)bytes + relative->Dacl);

    return relative->Dacl && dacl->AceCount ? (ACCESS_ALLOWED_ACE *)(dacl + 1) : NULL;
}

/* Denying entries become such as speak of nothing. */
static void forget_denials(void *bytes)
{
    ACCESS_ALLOWED_ACE *ace = first_ace(bytes);
    unsigned n = 0;

    if (ace)
        n = ((ACL *)ace - 1)->AceCount;
    for (; n > 0; n--, ace = (ACCESS_ALLOWED_ACE *)((char *)ace + ace->Header.AceSize)) {
        if (ace->Header.AceType == ACCESS_DENIED_ACE_TYPE)
            ace->Mask = 0;
    }
}

static void parse(char *text)
{
    struct nt_descriptor_block block = {0};
    NTSTATUS status = nt_sddl_parse(text, strlen(text), &block);

    if (!NT_SUCCESS(status)) {
        refuse(status);
        return;
    }
    if (is_wrong("parse") && first_ace(block.bytes))
        first_ace(block.bytes)->Mask &= ~(ACCESS_MASK)WRITE_OWNER;
    for (size_t i = 0; i < block.size; i++)
        printf("%02x", ((unsigned char *)block.bytes)[i]);
    putchar('\n');
    nt_descriptor_block_deinit(&block);
}

static void print(void *bytes, size_t size)
{
    struct nt_descriptor descriptor;
    char *text = NULL;
    NTSTATUS status;
    size_t length;

    if (is_wrong("print") && first_ace(bytes))
        first_ace(bytes)->Header.AceFlags &= (BYTE)~INHERIT_ONLY_ACE;
    status = nt_descriptor_from_relative(bytes, size, &descriptor);
    if (NT_SUCCESS(status))
        status = nt_sddl_print(&descriptor, EVERYTHING, &text, &length);
    if (NT_SUCCESS(status))
        puts(text);
    else
        refuse(status);
    free(text);
}

static size_t groups_of(char *text, uint32_t *groups, size_t most)
{
    size_t n = 0;

    for (char *word = strtok(text, ","); word && n < most; word = strtok(NULL, ","))
        groups[n++] = (uint32_t)strtoul(word, NULL, 10);
    return n;
}

static void check(void *bytes, size_t size, char *rest)
{
    unsigned uid, gid, desired;
    struct nt_descriptor descriptor;
    struct nt_identity identity;
    char list[256] = "";
    uint32_t groups[16];
    ACCESS_MASK granted = 0;
    NTSTATUS status;

    if (sscanf(rest, "%u %u %255s %x", &uid, &gid, list, &desired) != 4 ||
        nt_identity_init(&identity, uid, gid, groups, groups_of(list, groups, 16)) < 0) {
        puts("error question");
        return;
    }
    if (is_wrong("check"))
        forget_denials(bytes);
    status = nt_descriptor_from_relative(bytes, size, &descriptor);
    if (NT_SUCCESS(status))
        status = nt_access_check(&descriptor, &identity, desired, &mapping, &granted);
    if (NT_SUCCESS(status) || status == STATUS_ACCESS_DENIED)
        printf("%08x\n", (unsigned)granted);
    else
        refuse(status);
    nt_identity_deinit(&identity);
}

static void answer(char *line, unsigned char *bytes)
{
    char *rest = strchr(line, ' ');
    size_t size;

    if (!rest)
        rest = line + strlen(line);
    else
        *rest++ = '\0';
    if (strcmp(line, "parse") == 0) {
        parse(rest);
        return;
    }
    size = bytes_of(rest, bytes);
    if (strcmp(line, "print") == 0)
        print(bytes, size);
    else if (strcmp(line, "check") == 0)
        check(bytes, size, rest + 2 * size);
    else
        puts("error question");
}

int main(int argc, char **argv)
{
    char *line = malloc(LINE_MOST);
    unsigned char *bytes = malloc(LINE_MOST);

    if (!line || !bytes)
        return EXIT_FAILURE;
    if (argc > 1)
        wrong = argv[1];
    while (fgets(line, (int)LINE_MOST, stdin)) {
        line[strcspn(line, "\n")] = '\0';
        answer(line, bytes);
    }
    free(line);
    free(bytes);
    return EXIT_SUCCESS;
}
