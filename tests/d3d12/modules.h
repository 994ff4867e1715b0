/* SPDX-License-Identifier: MIT */
/*
 * A leak checker knows where an allocation came from only while its module is loaded: what the
 * driver and the layer keep for ever could otherwise not be told from ours.
 */
#ifndef TESTS_D3D12_MODULES_H
#define TESTS_D3D12_MODULES_H

#include <dlfcn.h>

#include "harness/test.h"

static inline void kit_keep_modules(void)
{
    static const char *const modules[] = {"libvulkan_lvp.so", "libVkLayer_khronos_validation.so"};

    for (unsigned i = 0; i < sizeof(modules) / sizeof(modules[0]); i++) {
        if (!dlopen(modules[i], RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE))
            test_note("%s", dlerror());
    }
}

#endif
