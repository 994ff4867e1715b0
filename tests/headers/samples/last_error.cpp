// SPDX-License-Identifier: MIT
/*
 * What to do with an error, as Windows programs do it: the text of the last error in a message
 * box, through LocalAlloc, StringCchPrintf and FormatMessage.
 */
#include <windows.h>
#include <strsafe.h>

static void show_error(LPCTSTR function)
{
    LPTSTR message = NULL, display;
    DWORD error = GetLastError();
    SIZE_T size;

    FormatMessage(
        FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS,
        NULL, error, MAKELANGID(LANG_NEUTRAL, SUBLANG_DEFAULT), (LPTSTR)&message, 0, NULL);
    size = (lstrlen(message) + lstrlen(function) + 40) * sizeof(TCHAR);
    display = (LPTSTR)LocalAlloc(LMEM_ZEROINIT, size);
    StringCchPrintf(display, LocalSize(display) / sizeof(TCHAR), TEXT("%s failed with %lu: %s"),
                    function, error, message);
    MessageBox(NULL, display, TEXT("Sample"), MB_OK);
    LocalFree(message);
    LocalFree(display);
    ExitProcess(error);
}

int main()
{
    if (!OpenFileMapping(FILE_MAP_READ, FALSE, TEXT("Local\\nobody has made this")))
        show_error(TEXT("OpenFileMapping"));
    return 0;
}
