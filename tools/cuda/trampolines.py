#!/usr/bin/env python3
"""Makes static stand-ins for the shared libraries of CUDA: trampolines.py CUDARC_SOURCE OUT

Why: candle has cudarc link to libcuda and its kin as shared libraries, so the program would not even start on a machine
without NVIDIA's driver, and could not be linked on one without the libraries. The stand-ins have every function that cudarc
declares. When the program starts, they look for the real libraries. A function that is found is jumped to, at the price
of one indirect jump; one that is not returns its library's code for "not there", so the caller gets an ordinary error.

OUT receives libcuda.a, which holds everything, and empty archives for the other libraries that the linker will ask for.
Linux on x86-64 only.
"""

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Library:
    """A shared library that cudarc wants to link to."""

    module: str  # cudarc's folder for it
    name: str  # what the linker calls it
    sonames: tuple[str, ...]  # what it is called at run time, best first
    missing: int  # what its functions return where there is none
    prefix: str  # what the names of its functions begin with


LIBRARIES = (
    Library("driver", "cuda", ("libcuda.so.1",), 100, "cu"),  # CUDA_ERROR_NO_DEVICE
    Library("cublas", "cublas", ("libcublas.so.13",), 1, "cublas"),  # CUBLAS_STATUS_NOT_INITIALIZED
    Library("cublaslt", "cublasLt", ("libcublasLt.so.13",), 1, "cublasLt"),  # likewise
    Library("curand", "curand", ("libcurand.so.10",), 203, "curand"),  # CURAND_STATUS_INITIALIZATION_FAILED
    Library("nvrtc", "nvrtc", ("libnvrtc.so.13",), 2, "nvrtc"),  # NVRTC_ERROR_PROGRAM_CREATION_FAILURE
)

# Driver functions that say what an error code means. Without a driver the stand-in says it.
ERROR_TEXTS = ("cuGetErrorName", "cuGetErrorString")

TABLE = "proxyrank_cuda_functions"

HEAD = f"""\
#include <dlfcn.h>
#include <stddef.h>

__attribute__((visibility("hidden"))) void *{TABLE}[%(count)d];

static int no_driver(int code, const char **text) {{
    (void)code;
    *text = "no NVIDIA driver (libcuda.so.1) on this machine";
    return 0;
}}

static void *opened(const char *const *sonames) {{
    void *library = NULL;
    for (; *sonames && !library; sonames++) library = dlopen(*sonames, RTLD_LAZY | RTLD_LOCAL);
    return library;
}}

static void fill(void *library, const char *const *names, size_t count, void **table, void *missing) {{
    for (size_t i = 0; i < count; i++) {{
        void *found = library ? dlsym(library, names[i]) : NULL;
        table[i] = found ? found : missing;
    }}
}}
"""


def functions(cudarc: Path, library: Library, known: set[str]) -> list[str]:
    """The functions that cudarc declares for a library, but for those of the libraries before it."""
    text = (cudarc / "src" / library.module / "sys" / "mod.rs").read_text()
    names = set(re.findall(rf"\bfn ({library.prefix}[A-Z]\w*)\s*\(", text)) - known
    if not names:
        sys.exit(f"error: cudarc's {library.module} declares no function; is {cudarc} its source?")
    return sorted(names)


def source(cudarc: Path) -> str:
    """The stand-ins as C."""
    known: dict[str, int] = {}
    data, calls = [], []
    for library in LIBRARIES:
        names = functions(cudarc, library, set(known))
        first = len(known)
        known |= {name: first + index for index, name in enumerate(names)}
        it = library.name
        data.append(f"static long {it}_missing(void) {{ return {library.missing}; }}")
        data.append(f"static const char *const {it}_files[] = {{{quoted(library.sonames)}, NULL}};")
        data.append(f"static const char *const {it}_names[] = {{{quoted(names)}}};")
        # The other libraries are large and of no use without a driver.
        find = f"opened({it}_files)" if it == "cuda" else f"driver ? opened({it}_files) : NULL"
        calls.append(f"    {'void *driver' if it == 'cuda' else f'void *{it}'} = {find};")
        handle = "driver" if it == "cuda" else it
        calls.append(f"    fill({handle}, {it}_names, {len(names)}, {TABLE} + {first}, (void *){it}_missing);")
    for name in ERROR_TEXTS:
        calls.append(f"    if (!driver) {TABLE}[{known[name]}] = (void *)no_driver;")
    jumps = [
        f'__asm__(".text\\n.globl {name}\\n.type {name},@function\\n{name}: jmp *{TABLE}+{8 * index}(%rip)\\n");'
        for name, index in known.items()
    ]
    # Early, so that the table is full before any other constructor runs.
    begin = "__attribute__((constructor(101))) static void find_libraries(void) {"
    return "\n".join([HEAD % {"count": len(known)}, *data, *jumps, begin, *calls, "}", ""])


def quoted(names) -> str:
    return ", ".join(f'"{name}"' for name in names)


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit("usage: trampolines.py CUDARC_SOURCE OUT")
    cudarc, out = Path(sys.argv[1]), Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    code, compiled = out / "trampolines.c", out / "trampolines.o"
    code.write_text(source(cudarc))
    subprocess.run(["cc", "-O1", "-fPIC", "-Wall", "-Werror", "-c", "-o", compiled, code], check=True)
    for library in LIBRARIES:
        archive = out / f"lib{library.name}.a"
        archive.unlink(missing_ok=True)
        members = [compiled] if library.name == "cuda" else []
        subprocess.run(["ar", "rcs", archive, *members], check=True)


if __name__ == "__main__":
    main()
