/* SPDX-License-Identifier: MIT */
/*
 * Walks over Direct3D operations (fault/fault.h): allocations, the calls behind the OS seam, and
 * the calls of Vulkan that need memory or import something, each of which is a point that fails
 * once. And imports that the driver refuses.
 */
#ifndef NT_TESTS_D3D12_FAULT_KIT_H
#define NT_TESTS_D3D12_FAULT_KIT_H

#include <stdbool.h>
#include <stdint.h>

/**
 * fault_refuse() - from now on the @nth import (from 0) of this thread is refused
 * @closes: as lavapipe does: the descriptor is closed though nothing was imported
 */
void fault_refuse(unsigned nth, bool closes);
/** fault_accept() - imports are as the driver likes again; true when one was refused */
bool fault_accept(void);
/** fault_imports() - imports since fault_refuse() */
unsigned fault_imports(void);

#endif
