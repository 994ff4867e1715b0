// SPDX-License-Identifier: MIT
/*
 * libntshm-main.a: main() for programs that begin with wmain; see include/ntshm/wmain.h. It is in
 * an archive of its own, so that it is linked into programs without a main() and into no others,
 * and so that nothing named main is in the shared library.
 *
 * Which of the forms of wmain there is, the linker says: each is a weak reference under the name
 * that C or C++ gives it, and only the program's own is not NULL. Nothing of the shared library is
 * used: a linker that has left it out as not needed must not need it for this.
 */
#include <stdio.h>
#include <stdlib.h>

#include "rtl/text.h"

typedef int entry(int count, void **arguments, void **environment);

/* C; C++ with no, two and three parameters, the arguments being wchar_t * or const wchar_t *. */
#define ENTRIES(X)                                  \
    X(c, "wmain", 4)                                \
    X(cxx_none, "_Z5wmainv", 4)                     \
    X(cxx_two, "_Z5wmainiPPw", 4)                   \
    X(cxx_two_const, "_Z5wmainiPPKw", 4)            \
    X(cxx_three, "_Z5wmainiPPwS0_", 4)              \
    X(cxx_three_const, "_Z5wmainiPPKwS1_", 4)       \
    X(c16, "ntshm16_wmain", 2)                      \
    X(cxx16_none, "_Z13ntshm16_wmainv", 2)          \
    X(cxx16_two, "_Z13ntshm16_wmainiPPw", 2)        \
    X(cxx16_two_const, "_Z13ntshm16_wmainiPPKw", 2) \
    X(cxx16_three, "_Z13ntshm16_wmainiPPwS0_", 2)   \
    X(cxx16_three_const, "_Z13ntshm16_wmainiPPKwS1_", 2)

#define X(name, symbol, width) extern entry name __asm__(symbol) __attribute__((__weak__));
ENTRIES(X)
#undef X

/* A list of texts, as wide ones; what is not UTF-8 is U+FFFD there. NULL without memory. */
static void **widen(char **texts, unsigned width)
{
    size_t count = 0;
    void **wide;

    while (texts[count])
        count++;
    wide = calloc(count + 1, sizeof(*wide));
    for (size_t i = 0; wide && i < count; i++) {
        wide[i] = nt_text_new(texts[i], 1, SIZE_MAX, width, NULL);
        if (!wide[i])
            return NULL;
    }
    return wide;
}

/*
 * They live as long as the program; volatile, so that they are really kept here, where a leak
 * checker finds them.
 */
static void **volatile wide_arguments, **volatile wide_environment;

static int run(entry *begin, unsigned width, int count, char **arguments, char **environment)
{
    wide_arguments = widen(arguments, width);
    wide_environment = widen(environment, width);
    if (!wide_arguments || !wide_environment) {
        fputs("ntshm: no memory for the arguments\n", stderr);
        return EXIT_FAILURE;
    }
    return begin(count, wide_arguments, wide_environment);
}

int main(int argc, char **argv, char **envp);
int main(int argc, char **argv, char **envp)
{
#define X(name, symbol, width) \
    if (name)                  \
        return run(name, width, argc, argv, envp);
    ENTRIES(X)
#undef X
    fputs("ntshm: this program has neither main nor wmain\n", stderr);
    return EXIT_FAILURE;
}
