/* SPDX-License-Identifier: MIT */
/*
 * What the two programs that share memory by name must agree on: the name, and how much.
 */
#ifndef EXAMPLES_NAMED_MEMORY_H
#define EXAMPLES_NAMED_MEMORY_H

#include <windows.h>

#define SHARED_SIZE 256 /* bytes */
#define SHARED_NAME TEXT("Global\\ExampleNamedMemory")

#endif
