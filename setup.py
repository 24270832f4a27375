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

``IDENTIFY_JOBS`` says how many modules are translated and compiled at a time (default: one per processor), and
``IDENTIFY_OPTIMIZE`` how far release builds are optimised, from 0 to 3 (default: 3), where only answers count.

With ``IDENTIFY_WERROR=1`` the warnings of Cython and of the C compiler are errors; users' compilers are
not ours, so this is for development only.
"""

import multiprocessing
import os
import runpy
import shutil
import sys
from collections.abc import Iterator
from multiprocessing.connection import Connection, wait
from pathlib import Path

from Cython.Build import cythonize
from Cython.Compiler import Options
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.command.build_py import build_py

sys.path.insert(0, str(Path(__file__).parent / ".ci"))

from progress import Progress

# Explicit, so that a lost source file fails the build instead of shipping a wheel without it.
MODULES = [
    "_acceptance",
    "_access",
    "_address_build",
    "_address_check",
    "_address_intervals",
    "_address_masks",
    "_address_rules",
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
    "_file_lines",
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
    "_line_index",
    "_match_items",
    "_matcher",
    "_message",
    "_plain_identifies",
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
    "_section_lines",
    "_section_names",
    "_section_types",
    "_sections",
    "_sockets",
    "_spans",
    "_splitting",
    "_stages",
    "_streams",
    "_table_check",
    "_text_table",
    "_texts",
    "_traffic_columns",
    "_transaction",
    "_tried_order",
    "_tunnels",
    "_uri",
    "_uri_print",
    "_waiting",
]

SOURCES = Path("_ext")
STAGED = Path("build/pxd/identify/_compiled")
BUILD = os.environ.get("IDENTIFY_BUILD", "release")
WARNINGS_ARE_ERRORS = os.environ.get("IDENTIFY_WERROR", "0") == "1"
JOBS = int(os.environ.get("IDENTIFY_JOBS") or min(8, len(os.sched_getaffinity(0))))
OPTIMIZE = os.environ.get("IDENTIFY_OPTIMIZE", "3")
#: Processor time for one module, roughly, which is what a user is told beforehand.
SECONDS_PER_MODULE = {"release": 3, "debug": 2, "trace": 3, "asan": 5}
#: What `sip-identify examples` writes; a wheel has copies, a checkout the files themselves.
MATERIALS = runpy.run_path("identify/commands/ask/materials.py")

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
    # Most Pythons compile with -g, which would make wheels five times as large.
    "release": [f"-O{OPTIMIZE}", "-g0", "-fno-strict-aliasing"],
    "debug": ["-O0", "-g3", "-UNDEBUG"],
    "trace": ["-O0", "-g3", "-UNDEBUG"],
    # Lines of the sources are what its reports need.
    "asan": ["-O1", "-g1", "-UNDEBUG", *SANITIZERS],
    "none": [],
}
LINK_ARGS = {"asan": SANITIZERS}
# Older C libraries keep threads in a library of their own.
THREADS = {"_batch": ["-pthread"]}
TRACE_MACROS = [("CYTHON_TRACE_NOGIL", "1"), ("CYTHON_USE_SYS_MONITORING", "0")]

if BUILD not in COMPILE_ARGS:
    raise SystemExit(f"IDENTIFY_BUILD={BUILD!r}: expected one of {', '.join(COMPILE_ARGS)}")
if OPTIMIZE not in ("0", "1", "2", "3"):
    raise SystemExit(f"IDENTIFY_OPTIMIZE={OPTIMIZE!r}: expected 0, 1, 2 or 3")
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


def stage() -> None:
    """Put the ``.pxd`` files where cimports find them."""
    STAGED.mkdir(parents=True, exist_ok=True)
    for package in (STAGED.parent, STAGED):
        (package / "__init__.pxd").touch()
    for pxd in SOURCES.glob("*/*.pxd"):
        staged = STAGED / pxd.name
        if not staged.exists() or staged.stat().st_mtime < pxd.stat().st_mtime:
            shutil.copy2(pxd, staged)


def translate(names: list[str], told: Connection) -> None:
    """Translate modules to C, unless a C file is newer than everything it is made of; tell the C file of each."""
    for name in names:
        (made,) = cythonize(
            [extension(name)],
            include_path=[str(STAGED.parent.parent)],
            # Tracing needs the generated C beside its source.
            build_dir=None if BUILD == "trace" else f"build/{BUILD}",
            compiler_directives=DIRECTIVES,
            emit_linenums=BUILD in ("debug", "asan"),
            quiet=True,
        )
        told.send((name, made.sources))


def translated(names: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield each module with its C file, from several processes: forked, so that they have what was set above."""
    context = multiprocessing.get_context("fork")
    # The largest first, so that the processes end at about the same time.
    names = sorted(names, key=lambda name: -Path(source(name)).stat().st_size)
    running: dict[Connection, set[str]] = {}
    for number in range(min(JOBS, len(names))):
        listening, telling = context.Pipe(duplex=False)
        share = names[number::JOBS]
        context.Process(target=translate, args=(share, telling), daemon=True).start()
        # Only the process has it now, so that its end is seen here.
        telling.close()
        running[listening] = set(share)
    while running:
        for listening in wait(list(running)):
            try:
                name, sources = listening.recv()
            except EOFError:
                if missing := running.pop(listening):
                    raise SystemExit(f"not translated to C: {', '.join(sorted(missing))}") from None
                continue
            running[listening].discard(name)
            yield name, sources


class BuildModules(build_ext):
    """Translates and compiles several modules at a time, and says how far it is."""

    def build_extensions(self) -> None:
        """Build all of them; only here, so that metadata and the sdist don't wait for Cython."""
        if not self.extensions:
            return
        stage()
        self.parallel = self.parallel or JOBS
        minutes = max(1, round(len(self.extensions) * SECONDS_PER_MODULE[BUILD] / JOBS / 60))
        at_a_time = f"{JOBS} at a time, about" if JOBS > 1 else "about"
        print(  # noqa: T201  Who builds is told.
            f"Compiling {len(self.extensions)} modules, {at_a_time} {minutes} minute{'s' if minutes > 1 else ''} "
            "on an idle machine; those that haven't changed are left as they are",
            flush=True,
        )
        by_name = {one.name.rpartition(".")[2]: one for one in self.extensions}
        with Progress("translating to C", len(by_name)) as progress:
            for name, sources in translated(list(by_name)):
                by_name[name].sources = sources
                progress.end(name)
        with Progress("compiling", len(by_name)) as self.progress:
            super().build_extensions()

    def build_extension(self, ext: Extension) -> None:
        """Compile one module."""
        name = ext.name.rpartition(".")[2]
        self.progress.begin(name)
        super().build_extension(ext)
        self.progress.end(name)


class BuildPackage(build_py):
    """Adds the examples and the documents, which stand beside the package, to what a wheel has."""

    def run(self) -> None:
        """Copy what every build has, then these; an editable install finds them in the checkout."""
        super().run()
        for source, target in self.materials():
            self.mkpath(str(target.parent))
            self.copy_file(str(source), str(target), preserve_mode=False)

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        """Return the files of a build."""
        return [*super().get_outputs(include_bytecode), *(str(target) for _, target in self.materials())]

    def materials(self) -> list[tuple[Path, Path]]:
        """Return each file with its place in the build; none if nothing is copied."""
        if self.editable_mode:
            return []
        target = Path(self.build_lib, "identify", "commands", MATERIALS["FOLDER"])
        found = [path for name in MATERIALS["NAMES"] for path in (Path(name), *sorted(Path(name).rglob("*")))]
        return [
            (path, target / path)
            for path in found
            if path.is_file() and not MATERIALS["LEFT_OUT"] & set(path.parts)
        ]


setup(
    cmdclass={"build_ext": BuildModules, "build_py": BuildPackage},
    ext_modules=[extension(name) for name in MODULES if BUILD != "none"],
)
