# SPDX-License-Identifier: MIT
"""Shared memory, events, mutexes and semaphores whose names live as long as somebody has them open.

    import ntshm
    shm = ntshm.SharedMemory("scores", create=True, size=4096)
    shm.buf[:5] = b"hello"          # another process: ntshm.SharedMemory("scores").buf

The interface of SharedMemory is that of multiprocessing.shared_memory, without what that leaves
behind when a process is killed.
"""
from ._memory import ShareableList, SharedMemory
from ._sync import Event, Mutex, Semaphore

__all__ = ["Event", "Mutex", "Semaphore", "ShareableList", "SharedMemory"]
__version__ = "0.1.0"
