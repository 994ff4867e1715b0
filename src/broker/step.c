// SPDX-License-Identifier: MIT
/*
 * Crash points; see step.h.
 */
#include "broker/step.h"

#ifdef NT_BROKER_STEPS

#    include <signal.h>
#    include <stdbool.h>
#    include <stdlib.h>
#    include <string.h>
#    include <unistd.h>

static uint64_t *counted;
static int chosen = -1;
static bool aborts;

static const char *const step_names[NT_STEP_COUNT] = {
#    define X(name) #    name,
    NT_STEPS(X)
#    undef X
};

void nt_step_init(uint64_t *hits)
{
    const char *text = getenv("NTSHM_STEP");
    size_t length = text ? strcspn(text, ":") : 0;

    counted = hits;
    aborts = text && strcmp(text + length, ":abort") == 0;
    for (int i = 0; text && i < NT_STEP_COUNT; i++) {
        if (strlen(step_names[i]) == length && strncmp(step_names[i], text, length) == 0)
            chosen = i;
    }
}

void nt_step(enum nt_step step)
{
    if ((int)step != chosen)
        return;
    if (aborts)
        abort();
    if (++*counted % 3 == 1)
        kill(getpid(), SIGKILL);
}

#endif
