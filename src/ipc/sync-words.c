// SPDX-License-Identifier: MIT
/*
 * The first state of what one waits on. A broker makes it for a named object, before anybody has
 * the page; the library for an unnamed one. What stands in the words afterwards is the library's.
 */
#include "ipc/sync-words.h"

void nt_sync_words_init(struct nt_sync_words *words, enum nt_kind kind, uint32_t initial)
{
    switch (kind) {
    case NT_KIND_EVENT:
        atomic_store(&words->state, (uint64_t)(initial != 0) << 32);
        break;
    case NT_KIND_SEMAPHORE:
        atomic_store(&words->state, (uint64_t)initial << 32);
        break;
    case NT_KIND_MUTANT:
        atomic_store(&words->owner, initial);
        atomic_store(&words->count, initial != 0);
        break;
    default:
        break; /* a timer begins without a due time, and not signalled */
    }
}
