// SPDX-License-Identifier: MIT
/*
 * Pass names of a black box, each kept once. begin_pass looks a name up on every call and mostly
 * finds it, so that looking up takes no lock: the index holds name numbers, is only ever added to,
 * and a number is stored in it after its entry is complete. Adding takes the lock and looks again.
 */
#include "d3d12/blackbox/blackbox.h"
#include "util/macro.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int nt_blackbox_names_init(struct nt_blackbox_names *names, struct ntshm_blackbox_name *section)
{
    *names = (struct nt_blackbox_names){.count = 1, .section = section};
    names->index = calloc(NT_BLACKBOX_NAME_INDEX, sizeof(*names->index));
    names->copy = calloc(NTSHM_BLACKBOX_MAX_NAMES, sizeof(*names->copy));
    if (!names->index || !names->copy) {
        free(names->index);
        free(names->copy);
        *names = (struct nt_blackbox_names){0};
        return -ENOMEM;
    }
    pthread_mutex_init(&names->lock, NULL);
    return 0;
}

void nt_blackbox_names_deinit(struct nt_blackbox_names *names)
{
    if (!names->index)
        return;
    pthread_mutex_destroy(&names->lock);
    free(names->index);
    free(names->copy);
    *names = (struct nt_blackbox_names){0};
}

size_t nt_blackbox_text_length(const char *text, size_t room)
{
    size_t length = strnlen(text, room + 1);

    if (length <= room)
        return length;
    /* Continuation bytes are 10xxxxxx: go back to the start of the character that is cut. */
    length = room;
    while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
        length--;
    return length > 0 ? length : room;
}

static uint32_t hash_text(const char *text, size_t length)
{
    uint32_t hash = 2166136261u;

    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)text[i]) * 16777619u;
    return hash ^ hash >> 15;
}

/* The number of the name, or 0 with the free slot that its search ended at. */
static uint32_t find(const struct nt_blackbox_names *names, const char *text, size_t length,
                     uint32_t *ret_slot)
{
    uint32_t slot = hash_text(text, length) & (NT_BLACKBOX_NAME_INDEX - 1);
    uint32_t number;

    /* The index has twice as many slots as there are names: an empty one always comes. */
    while ((number = __atomic_load_n(&names->index[slot], __ATOMIC_ACQUIRE)) != 0) {
        const struct ntshm_blackbox_name *name = &names->copy[number];

        if (name->length == length && memcmp(name->text, text, length) == 0)
            return number;
        slot = (slot + 1) & (NT_BLACKBOX_NAME_INDEX - 1);
    }
    *ret_slot = slot;
    return 0;
}

/* Adds a name to the table, in the order that a crash may interrupt anywhere. */
static uint32_t add(struct nt_blackbox_names *names, const char *text, size_t length, uint32_t slot)
{
    uint32_t number = names->count;

    if (number >= NTSHM_BLACKBOX_MAX_NAMES)
        return 0;
    memcpy(names->copy[number].text, text, length);
    names->copy[number].length = (uint32_t)length;
    memcpy(names->section[number].text, text, length);
    nt_blackbox_publish(&names->section[number].length, (uint32_t)length);
    nt_blackbox_publish(&names->index[slot], number);
    names->count = number + 1;
    return number;
}

uint32_t nt_blackbox_name(struct nt_blackbox_names *names, const char *text)
{
    uint32_t slot = 0;
    uint32_t number;
    size_t length;

    if (!text || !text[0])
        text = "unnamed";
    length = nt_blackbox_text_length(text, sizeof(names->copy->text));
    number = find(names, text, length, &slot);
    if (number)
        return number;
    pthread_mutex_lock(&names->lock);
    number = find(names, text, length, &slot);
    if (!number)
        number = add(names, text, length, slot);
    pthread_mutex_unlock(&names->lock);
    return number;
}
