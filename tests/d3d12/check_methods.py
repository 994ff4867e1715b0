#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Holds docs/D3D12.md against the interfaces and the tests.

Every slot of every vtable has a row in the table of its interface, no row is for a method that
is not there, and every test that the page names exists.

usage: check_methods.py SOURCE-ROOT PATH-OF-directx/d3d12.h
"""

import pathlib
import re
import sys

SECTIONS = {
    'IUnknown, ID3D12Object, ID3D12DeviceChild': 'ID3D12DeviceChild',
    'ID3D12Device to ID3D12Device5': 'ID3D12Device5',
    'ID3D12CommandQueue': 'ID3D12CommandQueue',
    'ID3D12CommandAllocator': 'ID3D12CommandAllocator',
    'ID3D12GraphicsCommandList to ID3D12GraphicsCommandList2': 'ID3D12GraphicsCommandList2',
    'ID3D12Heap, ID3D12Heap1': 'ID3D12Heap1',
    'ID3D12Resource to ID3D12Resource2': 'ID3D12Resource2',
    'ID3D12Fence, ID3D12Fence1': 'ID3D12Fence1',
}


def slots(header, interface):
    """The methods in the C vtable of @interface."""
    body = re.search(r'typedef struct %sVtbl\s*\{(.*?)\} %sVtbl;' % (interface, interface),
                     header, re.S).group(1)
    return list(dict.fromkeys(re.findall(r'STDMETHODCALLTYPE \*(\w+) ?\)', body)))


def rows(page, title):
    """The methods that the table below the heading @title names."""
    body = page.split('### %s\n' % title, 1)[1].split('\n### ', 1)[0]
    return [m for m in re.findall(r'^\| (\w+) \|', body, re.M) if m != 'method']


def main():
    root, header_path = map(pathlib.Path, sys.argv[1:])
    header = header_path.read_text()
    page = (root / 'docs' / 'D3D12.md').read_text()
    common = set(slots(header, 'ID3D12DeviceChild'))
    sources = ''.join(p.read_text() for p in (root / 'tests' / 'd3d12').glob('*.c'))
    tests = set(re.findall(r'^TEST(?:_\w+)?\((\w+),', sources, re.M))
    faults = []

    for title, interface in SECTIONS.items():
        want = set(slots(header, interface))
        if interface != 'ID3D12DeviceChild':
            want -= common
        have = rows(page, title)
        faults += ['%s: no row for %s' % (title, m) for m in sorted(want - set(have))]
        faults += ['%s: a row for %s, which is no method' % (title, m)
                   for m in sorted(set(have) - want)]
    for line in page.splitlines():
        if line.startswith('|'):
            faults += ['no such test: %s' % name
                       for name in re.findall(r'`([a-z]\w*_\w+)`', line) if name not in tests]
    for fault in faults:
        print('docs/D3D12.md:', fault)
    return 1 if faults else 0


if __name__ == '__main__':
    sys.exit(main())
