"""Compile ``_ext/*/*.pyx`` into the ``identify`` package; all metadata is in pyproject.toml.

The sources lie outside the package, the modules inside it (``_ext/expressions/_regex.pyx`` becomes
``identify._compiled._regex``).  So that ``from identify._compiled._regex cimport Regex`` resolves, the ``.pxd``
files are staged under ``build/pxd``, which is the include path.

``IDENTIFY_BUILD`` chooses the build:

release  what users get (the default)
debug    bounds checks, assertions, ``-O0 -g3``
trace    debug with line tracing, for coverage of the Cython sources
asan     debug under AddressSanitizer and UndefinedBehaviorSanitizer
none     no compiled module: for an editable install whose modules ``build_ext --inplace`` makes, as ``make``
         does; setuptools would compile them all twice

With ``IDENTIFY_WERROR=1`` the warnings of Cython and of the C compiler are errors; users' compilers are
not ours, so this is for development only.
"""

import os
import shutil
import sys
from pathlib import Path

from Cython.Build import cythonize
from Cython.Compiler import Options
from setuptools import Extension, setup

# Explicit, so that a lost source file fails the build instead of shipping a wheel without it.
MODULES = [
    "_access",
    "_address_build",
    "_address_check",
    "_address_intervals",
    "_address_masks",
    "_address_trie",
    "_addresses",
    "_answers",
    "_arrival",
    "_arrow",
    "_arrow_columns",
    "_batch",
    "_block",
    "_capture",
    "_collectors",
    "_column",
    "_compile",
    "_datagrams",
    "_decide",
    "_decoder",
    "_doubt",
    "_fast_path",
    "_fragments",
    "_frames",
    "_framing",
    "_header_digest",
    "_header_grammar",
    "_header_lists",
    "_header_names",
    "_header_parameters",
    "_header_print",
    "_headers",
    "_hep",
    "_hep_stream",
    "_image",
    "_indices",
    "_inputs",
    "_matcher",
    "_message",
    "_recent",
    "_record_batch",
    "_records",
    "_regex",
    "_regex_automaton",
    "_regex_characters",
    "_regex_index",
    "_regex_library",
    "_regex_literals",
    "_regex_needs",
    "_regex_positions",
    "_regex_set",
    "_regex_size",
    "_regex_syntax",
    "_replay",
    "_replay_columns",
    "_request",
    "_request_parts",
    "_screening",
    "_sockets",
    "_spans",
    "_splitting",
    "_stages",
    "_streams",
    "_table_check",
    "_text_table",
    "_traffic_columns",
    "_transaction",
    "_uri",
    "_uri_print",
    "_waiting",
]

SOURCES = Path("_ext")
STAGED = Path("build/pxd/identify/_compiled")
BUILD = os.environ.get("IDENTIFY_BUILD", "release")
WARNINGS_ARE_ERRORS = os.environ.get("IDENTIFY_WERROR", "0") == "1"

DIRECTIVES = {
    "language_level": 3,
    "wraparound": False,
    "cdivision": True,
    "embedsignature": False,
    "boundscheck": BUILD != "release",
    "initializedcheck": BUILD != "release",
    "linetrace": BUILD == "trace",
}
SANITIZERS = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer"]
COMPILE_ARGS = {
    "release": ["-O3", "-fno-strict-aliasing"],
    "debug": ["-O0", "-g3", "-UNDEBUG"],
    "trace": ["-O0", "-g3", "-UNDEBUG"],
    "asan": ["-O1", "-g3", "-UNDEBUG", *SANITIZERS],
    "none": [],
}
LINK_ARGS = {"asan": SANITIZERS}
# Older C libraries keep threads in a library of their own.
THREADS = {"_batch": ["-pthread"]}
TRACE_MACROS = [("CYTHON_TRACE_NOGIL", "1"), ("CYTHON_USE_SYS_MONITORING", "0")]

if BUILD not in COMPILE_ARGS:
    raise SystemExit(f"IDENTIFY_BUILD={BUILD!r}: expected one of {', '.join(COMPILE_ARGS)}")
if BUILD == "none" and "bdist_wheel" in sys.argv:
    raise SystemExit("IDENTIFY_BUILD='none' is for editable installs; a wheel has the compiled modules")

compile_args = [*COMPILE_ARGS[BUILD], "-Wall", "-Wextra", "-Wno-unused-parameter"]
if WARNINGS_ARE_ERRORS:
    compile_args.append("-Werror")
    Options.warning_errors = True


def source(name: str) -> str:
    """Return the path of a module's source; which folder it is in is for people only."""
    found = list(SOURCES.glob(f"*/{name}.pyx"))
    if len(found) != 1:
        raise SystemExit(f"{SOURCES}/*/{name}.pyx: {len(found)} sources of the module, expected one")
    return str(found[0])


def extension(name: str) -> Extension:
    """Describe the compiled module ``identify._compiled.<name>``."""
    return Extension(
        f"identify._compiled.{name}",
        [source(name)],
        include_dirs=[str(folder) for folder in sorted(SOURCES.iterdir()) if folder.is_dir()],
        depends=[str(path) for path in sorted(SOURCES.glob("*/*.h"))],
        extra_compile_args=compile_args,
        extra_link_args=[*LINK_ARGS.get(BUILD, []), *THREADS.get(name, [])],
        define_macros=TRACE_MACROS if BUILD == "trace" else [],
    )


STAGED.mkdir(parents=True, exist_ok=True)
for package in (STAGED.parent, STAGED):
    (package / "__init__.pxd").touch()
for pxd in SOURCES.glob("*/*.pxd"):
    staged = STAGED / pxd.name
    if not staged.exists() or staged.stat().st_mtime < pxd.stat().st_mtime:
        shutil.copy2(pxd, staged)

setup(
    ext_modules=cythonize(
        [extension(name) for name in MODULES if BUILD != "none"],
        include_path=[str(STAGED.parent.parent)],
        # Tracing needs the generated C beside its source.
        build_dir=None if BUILD == "trace" else f"build/{BUILD}",
        compiler_directives=DIRECTIVES,
        emit_linenums=BUILD in ("debug", "asan"),
    )
)
