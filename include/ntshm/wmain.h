/* SPDX-License-Identifier: MIT */
/*
 * ntshm/wmain.h - programs that begin with wmain.
 *
 * The flags of ntshm.pc name a small archive whose main() is linked into a program that has none:
 * it turns the arguments and the environment into wide text and calls wmain, in any of the forms
 *     int wmain(void)    int wmain(int, wchar_t **)    int wmain(int, wchar_t **, wchar_t **)
 * in C or C++, extern "C" or not. Where wchar_t has two bytes it is found by another name.
 */
#ifndef NTSHM_WMAIN_H
#define NTSHM_WMAIN_H

#if __SIZEOF_WCHAR_T__ == 2
#    define wmain ntshm16_wmain
#endif

#endif
