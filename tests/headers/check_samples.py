# SPDX-License-Identifier: MIT
"""Build programs as their authors would, with the flags of pkg-config alone, and run them.

usage: check_samples.py BUILD-DIRECTORY INCLUDE-DIRECTORY

The samples in samples/, in C and C++, narrow, with UNICODE, and each with -fshort-wchar; all forms
of wmain; a program with neither main nor wmain; and every error code of winerror.h must have a
text.
"""

import os
import re
import shutil
import sys
import tempfile
import time
from itertools import product

sys.dont_write_bytecode = True  # The source folder stays as it is.

from toolbox import C_COMPILERS, CXX_COMPILERS, Cases, present, run

BUILD, INCLUDE = (os.path.abspath(path) for path in sys.argv[1:3])
HERE = os.path.dirname(os.path.abspath(__file__))
WARNINGS = ["-Wall", "-Wextra", "-Werror"]
WIDTHS = [[], ["-fshort-wchar"]]
CHARACTERS = [[], ["-DUNICODE", "-D_UNICODE"]]

OUTPUT = ["1: h\u00e9 \U0001F600", "2: two words", "plain printf", "\u6f22 narrow 100%", "done"]

FORMS = {
    "none": "int wmain(void) { return 7; }",
    "two": "int wmain(int n, wchar_t **a) { return n == 2 && a[1][0] == L'\\x6f22' && !a[2] ? 7 : 1; }",
    "const": "int wmain(int n, const wchar_t *a[]) { return n == 2 && a[1][1] == 0 ? 7 : 1; }",
    "three": "int wmain(int n, wchar_t *a[], wchar_t *e[]) { return n == 2 && a[0] && e[0] ? 7 : 1; }",
    "extern C": "#ifdef __cplusplus\nextern \"C\"\n#endif\n"
                "int wmain(int n, wchar_t *a[]) { return n == 2 && a[1] ? 7 : 1; }",
}

MESSAGES = """
#include <windows.h>
#include <stdio.h>
static const struct { DWORD code; const char *name; } codes[] = {
%s
};
int main(void)
{
    char text[512];
    int wrong = 0;
    for (unsigned i = 0; i < ARRAYSIZE(codes); i++) {
        if (!FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM, NULL, codes[i].code, 0, text, 512, NULL)) {
            printf("%%s has no text\\n", codes[i].name);
            wrong++;
        }
    }
    printf("%%u codes\\n", (unsigned)ARRAYSIZE(codes));
    return wrong;
}
"""


def flags():
    """What pkg-config says of the library in the build folder."""
    environment = {**os.environ, "PKG_CONFIG_PATH": os.path.join(BUILD, "meson-uninstalled")}
    good, said = run(["pkg-config", "--cflags", "--libs", "ntshm-uninstalled"], env=environment)
    return said.split() if good else None


def build(cases, name, compiler, source, target, *more):
    language = "c++" if compiler in CXX_COMPILERS else "c"
    good, said = run([compiler, *WARNINGS, *more, "-x", language, source, "-x", "none", "-o", target,
                      *FLAGS])
    cases.check(f"{name}: build", good, said)
    return good


def start(target, *arguments):
    environment = {**os.environ, "LD_LIBRARY_PATH": os.path.join(BUILD, "src", "api"),
                   "NTSHM_BROKER": os.path.join(os.path.dirname(target), "broker"),
                   "NTSHM_BROKER_PATH": os.path.join(BUILD, "src", "broker", "ntshmd")}
    # A shell, for the exit code beside the output.
    good, said = run(["sh", "-c", '"$@" 2>&1; echo "exit $?"', "sh", target, *arguments],
                     env=environment)
    return said if good else ""


def surroundings(cases, folder, compiler, language):
    source = os.path.join(HERE, "samples", "surroundings.c")
    for width, characters in product(WIDTHS, CHARACTERS):
        if language == "c++" and not characters:
            continue  # the narrow one is main() in either language
        name = f"{compiler} surroundings {' '.join(width + characters)}"
        target = os.path.join(folder, "surroundings")
        if build(cases, name, compiler, source, target, *width, *characters):
            said = start(target, "h\u00e9 \U0001F600", "two words")
            cases.check(name, said.splitlines() == [*OUTPUT, "exit 0"], said)


def last_error(cases, folder, compiler):
    source = os.path.join(HERE, "samples", "last_error.cpp")
    os.makedirs(os.path.join(folder, "broker"), mode=0o700, exist_ok=True)
    for width, characters in product(WIDTHS, CHARACTERS):
        name = f"{compiler} last_error {' '.join(width + characters)}"
        target = os.path.join(folder, "last_error")
        if build(cases, name, compiler, source, target, *width, *characters):
            said = start(target)
            cases.check(name, "Sample: OpenFileMapping failed with 2: There is no" in said
                        and said.endswith("exit 2\n"), said)


def wmain_forms(cases, folder, compiler, language):
    suffix = "c" if language == "c" else "cpp"
    for (form, text), width in product(FORMS.items(), WIDTHS):
        source = os.path.join(folder, f"form.{suffix}")
        with open(source, "w", encoding="utf-8") as file:
            file.write("#include <windows.h>\n#include <tchar.h>\n" + text + "\n")
        name = f"{compiler} wmain {form} {' '.join(width)}"
        target = os.path.join(folder, "form")
        # As in C nobody has declared wmain, so nothing about prototypes is asked.
        if build(cases, name, compiler, source, target, *width, "-O2"):
            said = start(target, "\u6f22")
            cases.check(name, said == "exit 7\n", said)


def neither(cases, folder, compiler):
    source = os.path.join(folder, "neither.c")
    with open(source, "w", encoding="utf-8") as file:
        file.write("#include <windows.h>\nint other(void);\nint other(void) { return 0; }\n")
    target = os.path.join(folder, "neither")
    if build(cases, f"{compiler} neither", compiler, source, target):
        said = start(target)
        cases.check(f"{compiler} neither main nor wmain is said",
                    "neither main nor wmain" in said and said.endswith("exit 1\n"), said)


def messages(cases, folder, compiler):
    with open(os.path.join(INCLUDE, "winerror.h"), encoding="utf-8") as file:
        text = file.read()
    names = re.findall(r"^#define (ERROR_\w+|WAIT_TIMEOUT|E_\w+|DXGI_\w+|D3D12_\w+|CLASS_E_\w+)\s",
                       text, re.M)
    source = os.path.join(folder, "messages.c")
    with open(source, "w", encoding="utf-8") as file:
        file.write(MESSAGES % "\n".join(f'    {{(DWORD){name}, "{name}"}},' for name in names))
    target = os.path.join(folder, "messages")
    if build(cases, "messages", compiler, source, target):
        said = start(target)
        cases.check("every error code has a text", len(names) > 180 and said.endswith("exit 0\n"),
                    said)


def remove(folder):
    """The broker that a sample has started leaves by itself, and takes its files away then."""
    end = time.monotonic() + 20
    while os.path.exists(folder) and time.monotonic() < end:
        shutil.rmtree(folder, ignore_errors=True)
        time.sleep(0.05)


def main():
    cases = Cases()
    if FLAGS is None:
        cases.skip("pkg-config is not installed")
        cases.finish()
    folder = tempfile.mkdtemp(prefix="ntshm-samples-")
    for compiler in present(C_COMPILERS, cases):
        surroundings(cases, folder, compiler, "c")
        wmain_forms(cases, folder, compiler, "c")
        neither(cases, folder, compiler)
        messages(cases, folder, compiler)
    for compiler in present(CXX_COMPILERS, cases):
        surroundings(cases, folder, compiler, "c++")
        wmain_forms(cases, folder, compiler, "c++")
        last_error(cases, folder, compiler)
    remove(folder)
    cases.finish()


FLAGS = flags()
if __name__ == "__main__":
    main()
