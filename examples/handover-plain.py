#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A program that knows nothing of ntshm, and gets memory of it as a file descriptor (handover.c).

usage: handover-plain.py SOCKET

It answers with what it finds there, and whether it could have mapped it for writing.
"""
import mmap
import os
import socket
import struct
import sys

with socket.socket(socket.AF_UNIX) as listener:
    listener.bind(sys.argv[1])
    listener.listen()
    print("listening", flush=True)
    connection, _ = listener.accept()

with connection:
    message, descriptors, _, _ = socket.recv_fds(connection, 8, 1)
    memory, size = descriptors[0], struct.unpack("Q", message)[0]
    with mmap.mmap(memory, size, prot=mmap.PROT_READ) as view:
        text = view[:view.find(b"\0")].decode()
    try:
        mmap.mmap(memory, size).close()
        text += ", and I can write there"
    except PermissionError:
        text += ", and I cannot write there"
    os.close(memory)
    connection.sendall(text.encode())
print(text)
