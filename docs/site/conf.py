"""The documents as a site, for Sphinx: ``make docs``.  The source folder is the root of the project.

The Markdown stays what a forge shows: its links are relative to files, and nothing in it is for Sphinx only.
What a site needs besides, the menu and signatures of compiled classes, is made here.
"""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import attrs  # noqa: E402
from docutils import nodes  # noqa: E402

import identify  # noqa: E402
from identify.version import __version__  # noqa: E402

project = "sip-identify"
author = "The sip-identify developers"
project_copyright = author
version = release = __version__
root_doc = "README"
extensions = ["myst_parser", "sphinx.ext.autodoc"]
include_patterns = [
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "_ext/README.md",
    "benchmarks/README.md",
    "docs/*.md",
    "docs/**/*.md",
    "docs/site/api.rst",
    "examples/README.md",
    "examples/**/README.md",
]

# -- Markdown: anchors as forges make them, so that one link is right in both --

myst_heading_anchors = 4
# Every broken link, missing anchor and unknown reference is a warning, and `make docs` takes warnings for errors.
nitpicky = True
# Of types and of references in docstrings, those to public names and their members; others have no page here, and
# nothing is fetched to look at the standard library's.
PUBLIC = "|".join(re.escape(name) for name in identify.__all__)
nitpick_ignore_regex = [(r"py:.*", rf"(?!(?:identify\.[\w.]*)?\b(?:{PUBLIC})(?:\.\w+)?$).*")]

# -- The interface of Python, from the docstrings of the modules as they are built --

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
autodoc_class_signature = "mixed"

# -- The pages --

html_theme = "furo"
html_title = f"sip-identify {__version__}"
html_static_path = ["site.css"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_additional_pages = {"index": "front.html"}
templates_path = ["templates"]
html_theme_options = {"navigation_with_keys": True}
pygments_style = "friendly"
pygments_dark_style = "monokai"

#: The paragraphs of docs/README.md whose links are a part of the menu, and what the part is called.
PARTS = {"Learn": "Learn", "Do": "How to", "Look up": "Reference", "Understand": "Explanation"}
LINK = re.compile(r"\]\(([^)#\s]+\.(?:md|rst))\)")


def menu() -> str:
    """Return the toctrees of the front page: the index of the documents, and what lies beside them."""
    text = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    parts: dict[str, list[str]] = {caption: [] for caption in PARTS.values()}
    caption = ""
    for line in text.split("\n"):
        found = re.match(r"([A-Z][a-z ]+):", line)
        caption = PARTS.get(found[1], "") if found else caption
        if caption:
            parts[caption] += [f"/docs/{target}" for target in LINK.findall(line)]
    parts["Reference"].append("/docs/site/api.rst")
    parts["Project"] = ["/docs/README.md", "/examples/README.md"]
    parts["Project"] += [f"/{name}.md" for name in ("CHANGELOG", "CONTRIBUTING", "SECURITY")]
    parts["Project"] += ["/benchmarks/README.md", "/_ext/README.md"]
    return "".join(
        f"\n```{{toctree}}\n:hidden:\n:caption: {caption}\n\n" + "\n".join(dict.fromkeys(pages)) + "\n```\n"
        for caption, pages in parts.items()
    )


def add_menu(app: Any, docname: str, source: list[str]) -> None:
    """Append the menu to the front page, and to that of the examples the list of them, as Sphinx reads it."""
    if docname == root_doc:
        source[0] += menu()
    elif docname == "examples/README":
        pages = sorted(path.parent.name for path in (ROOT / "examples").glob("*/README.md"))
        source[0] += (
            "\n```{toctree}\n:hidden:\n\n" + "\n".join(f"{name}/README" for name in pages) + "\n```\n"
        )


def in_stub(thing: Any) -> ast.FunctionDef | None:
    """Return what the stub of a compiled module has about a function, a method or a property of it."""
    owner = getattr(thing, "__objclass__", None)
    module = getattr(thing, "__module__", None) or getattr(owner, "__module__", None) or ""
    if not module.startswith("identify._compiled."):
        return None
    name = f"{owner.__name__}.{thing.__name__}" if owner else getattr(thing, "__qualname__", "")
    class_name, _, own = name.rpartition(".")
    stub = ast.parse((ROOT / (module.replace(".", "/") + ".pyi")).read_text(encoding="utf-8"))
    for node in stub.body:
        inside = isinstance(node, ast.ClassDef) and node.name == class_name
        for member in node.body if inside else [node]:
            if isinstance(member, ast.FunctionDef) and member.name == (own or class_name):
                return member
    return None


def default(thing: type, field: str) -> str:
    """Return the default of a field as one would write it, or three dots."""
    value = getattr(attrs.fields_dict(thing)[field], "default", ...)
    return repr(value) if isinstance(value, str | int | tuple | None) else "..."


def signature(
    app: Any, what: str, name: str, thing: Any, options: Any, shown: str | None, returned: str | None
) -> tuple[str | None, str | None] | None:
    """Return a signature with the types that the stub has, and with defaults as one would write them."""
    if what in ("function", "method") and (found := in_stub(thing)):
        arguments = re.sub(r"^(self|cls)(, /)?(, )?", "", ast.unparse(found.args))
        return f"({arguments})", ast.unparse(found.returns) if found.returns else None
    if what in ("class", "exception") and shown and attrs.has(thing):
        # attrs writes an expression of its own for each default.
        shown = re.sub(r"attr_dict\['(\w+)'\]\.default", lambda found: default(thing, found[1]), shown)
        return shown.replace("= NOTHING", "= ..."), returned
    return None


def property_type(app: Any, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Append the type of a compiled property, which its stub has."""
    if what in ("attribute", "property") and (found := in_stub(thing)) and found.returns:
        lines += ["", f":type: {ast.unparse(found.returns)}", ""]


def public_reference(app: Any, env: Any, node: Any, content: nodes.Element) -> nodes.Element | None:
    """Lead a reference to a public name by the module that defines it, or by itself, to where it is described."""
    if node.get("refdomain") != "py":
        return None
    domain = env.get_domain("py")
    found = re.search(rf"\b(?:{PUBLIC})(?:\.\w+)?$", node["reftarget"])
    if not found or not re.match(rf"identify\.|{PUBLIC}", node["reftarget"]):
        return None
    for name, described in domain.objects.items():
        if name.startswith("identify.") and name.endswith(f".{found[0]}"):
            uri = app.builder.get_relative_uri(node["refdoc"], described.docname) + f"#{described.node_id}"
            return nodes.reference("", "", content, internal=True, refuri=uri)
    return None


def setup(app: Any) -> dict[str, bool]:
    """Connect what is made here."""
    app.connect("source-read", add_menu)
    app.connect("autodoc-process-signature", signature)
    app.connect("autodoc-process-docstring", property_type)
    app.connect("missing-reference", public_reference)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
