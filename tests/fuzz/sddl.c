// SPDX-License-Identifier: MIT
/*
 * Fuzzes SDDL. Whatever is accepted is a good descriptor; what is written of it reads as the same
 * bytes, and is written the same again. The text ends where a page ends, so that not one character
 * behind it may be looked at.
 */
#include <stdlib.h>

#include <ntstatus.h>

#include "fuzz/guarded.h"
#include "rtl/sddl.h"

#define EVERYTHING                                                                         \
    (OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION | \
     SACL_SECURITY_INFORMATION)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct guarded guarded;

static bool is_failure_of_text(NTSTATUS status)
{
    return status == STATUS_INVALID_PARAMETER || status == STATUS_INVALID_ACL ||
           status == STATUS_INVALID_SID;
}

static char *print(const struct nt_descriptor_block *block, SECURITY_INFORMATION information,
                   size_t *ret_length)
{
    struct nt_descriptor descriptor;
    char *text = NULL;

    FUZZ_CHECK(nt_descriptor_from_relative(block->bytes, block->size, &descriptor) ==
               STATUS_SUCCESS);
    FUZZ_CHECK(nt_sddl_print(&descriptor, information, &text, ret_length) == STATUS_SUCCESS);
    FUZZ_CHECK(text[*ret_length] == '\0' && strlen(text) == *ret_length);
    return text;
}

static void try_again(const struct nt_descriptor_block *block)
{
    struct nt_descriptor_block again = {0};
    size_t length, length_again;
    char *text = print(block, EVERYTHING, &length), *text_again;

    FUZZ_CHECK(nt_sddl_parse(text, length, &again) == STATUS_SUCCESS);
    FUZZ_CHECK(again.size == block->size && memcmp(again.bytes, block->bytes, block->size) == 0);
    text_again = print(&again, EVERYTHING, &length_again);
    FUZZ_CHECK(length == length_again && memcmp(text, text_again, length) == 0);
    nt_descriptor_block_deinit(&again);
    free(text);
    free(text_again);
    free(print(block, LABEL_SECURITY_INFORMATION, &length));
}

/* The text of a SID is that SID. */
static void try_sid(const char *text, size_t size)
{
    char canonical[NT_SID_TEXT_SIZE];
    struct nt_sid sid, again;

    if (nt_sddl_sid(text, size, &sid) != STATUS_SUCCESS)
        return;
    FUZZ_CHECK(nt_sid_check(&sid, sizeof(sid)) == nt_sid_size(&sid.sid));
    nt_sid_to_text(&sid.sid, canonical);
    FUZZ_CHECK(nt_sddl_sid(canonical, strlen(canonical), &again) == STATUS_SUCCESS);
    FUZZ_CHECK(nt_sid_equal(&sid.sid, &again.sid));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nt_descriptor_block block = {0};
    const char *text;
    NTSTATUS status;

    if (size > GUARDED_ROOM)
        return 0;
    text = guarded_copy(&guarded, data, size, 1);
    try_sid(text, size);
    status = nt_sddl_parse(text, size, &block);
    if (status == STATUS_SUCCESS)
        try_again(&block);
    else
        FUZZ_CHECK(is_failure_of_text(status) && !block.bytes);
    nt_descriptor_block_deinit(&block);
    return 0;
}
