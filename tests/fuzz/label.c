// SPDX-License-Identifier: MIT
/*
 * Fuzzes the labels of shared heaps and resources: any bytes that a stranger may put into the first
 * descriptor of a shared handle. What passes is a whole copy that makes sense by itself; nothing
 * beyond its bytes is read.
 *
 * The words that no bytes of chance would hit (magic, version) are put right in half of the inputs.
 */
#include <stdlib.h>
#include <string.h>

#include "d3d12/share/label.h"
#include "d3d12/memory/memory.h"
#include "fuzz/guarded.h"

#define LIMIT (UINT64_C(1) << 56)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What everybody who opens the label relies on. */
static void check_sense(const struct nt_d3d_label *label)
{
    FUZZ_CHECK(label->magic == NT_D3D_LABEL_MAGIC && label->version == NT_D3D_LABEL_VERSION);
    FUZZ_CHECK(label->size && label->size <= LIMIT);
    FUZZ_CHECK(label->heap_flags & D3D12_HEAP_FLAG_SHARED);
    FUZZ_CHECK(label->alignment == 65536 || label->alignment == 4194304);
    if (label->memory_kind == NT_D3D_MEMORY_EXPORT) {
        FUZZ_CHECK(label->base <= LIMIT && label->allocation <= LIMIT && label->base % 4 == 0);
        FUZZ_CHECK(label->base + label->size <= label->allocation);
        FUZZ_CHECK(label->type_index < 32);
    } else {
        FUZZ_CHECK(label->memory_kind == NT_D3D_MEMORY_MEMFD ||
                   label->memory_kind == NT_D3D_MEMORY_DMABUF ||
                   label->memory_kind == NT_D3D_MEMORY_SECTION);
        FUZZ_CHECK(!label->base && !label->allocation);
    }
    if (label->type == NT_D3D_LABEL_HEAP) {
        FUZZ_CHECK(!label->desc.Dimension && !label->desc.Width && !label->desc.Flags);
    } else {
        FUZZ_CHECK(label->type == NT_D3D_LABEL_RESOURCE);
        FUZZ_CHECK(label->memory_kind != NT_D3D_MEMORY_SECTION);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct guarded place;
    struct nt_d3d_label label, before;
    unsigned char *bytes;

    if (size > 4096)
        return 0;
    bytes = guarded_copy(&place, data, size, 1);
    if (size >= 8 && (data[size - 1] & 1)) {
        const uint32_t words[] = {NT_D3D_LABEL_MAGIC, NT_D3D_LABEL_VERSION};

        memcpy(bytes, words, sizeof(words));
    }
    memset(&label, 0x5a, sizeof(label));
    before = label;
    if (!nt_d3d_label_check(bytes, size, &label)) {
        FUZZ_CHECK(!memcmp(&label, &before, sizeof(label)));
        return 0;
    }
    FUZZ_CHECK(size == sizeof(label) && !memcmp(&label, bytes, size));
    check_sense(&label);
    return 0;
}
