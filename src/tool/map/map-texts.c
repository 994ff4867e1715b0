// SPDX-License-Identifier: MIT
/*
 * The names in a map. A process with thousands of views has few names, so each is kept once, in
 * chunks that never move; two equal names have one address.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tool/map/map-parts.h"
#include "tool/kit/text.h"

#define CHUNK   65536u
#define LONGEST 16384u /* bytes; the rest of a longer text is cut off */

struct chunk {
    struct chunk *next;
    size_t used, size;
    char bytes[];
};

struct nt_map_texts {
    struct chunk *chunks;
    const char **slots; /* by hash; NULL: free */
    size_t n_slots, count;
    char clean[3 * LONGEST + 4];
};

static uint64_t hash_of(const char *text)
{
    uint64_t hash = 0xcbf29ce484222325;

    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3;
    return hash;
}

/* Where the text is, or belongs. */
static const char **slot_of(const char **slots, size_t n_slots, const char *text)
{
    size_t at = hash_of(text) & (n_slots - 1);

    while (slots[at] && strcmp(slots[at], text) != 0)
        at = (at + 1) & (n_slots - 1);
    return &slots[at];
}

/* Half of the slots stay free. */
static bool grow(struct nt_map_texts *texts)
{
    size_t n_slots = texts->n_slots ? 2 * texts->n_slots : 256;
    const char **slots;

    if (2 * (texts->count + 1) <= texts->n_slots)
        return true;
    slots = calloc(n_slots, sizeof(const char *));
    if (!slots)
        return false;
    for (size_t i = 0; i < texts->n_slots; i++)
        if (texts->slots[i])
            *slot_of(slots, n_slots, texts->slots[i]) = texts->slots[i];
    free(texts->slots);
    texts->slots = slots;
    texts->n_slots = n_slots;
    return true;
}

static const char *keep(struct nt_map_texts *texts, const char *text)
{
    size_t length = strlen(text) + 1, room = length > CHUNK ? length : CHUNK;
    struct chunk *chunk = texts->chunks;

    if (!chunk || chunk->size - chunk->used < length) {
        chunk = malloc(sizeof(*chunk) + room);
        if (!chunk)
            return NULL;
        *chunk = (struct chunk){.next = texts->chunks, .size = room};
        texts->chunks = chunk;
    }
    memcpy(chunk->bytes + chunk->used, text, length);
    chunk->used += length;
    return chunk->bytes + chunk->used - length;
}

const char *nt_map_text(struct nt_map *map, const char *text, size_t length)
{
    struct nt_map_texts *texts = map->texts;
    const char **slot;

    if (length == 0)
        return "";
    if (!texts)
        map->texts = texts = calloc(1, sizeof(*texts));
    if (!texts || !grow(texts))
        return NULL;
    nt_text_clean(text, length < LONGEST ? length : LONGEST, texts->clean, sizeof(texts->clean));
    if (!texts->clean[0])
        return "";
    slot = slot_of(texts->slots, texts->n_slots, texts->clean);
    if (!*slot) {
        *slot = keep(texts, texts->clean);
        texts->count += *slot != NULL;
    }
    return *slot;
}

void nt_map_texts_free(struct nt_map_texts *texts)
{
    if (!texts)
        return;
    for (struct chunk *chunk = texts->chunks, *next; chunk; chunk = next) {
        next = chunk->next;
        free(chunk);
    }
    free(texts->slots);
    free(texts);
}
