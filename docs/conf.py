"""How the documentation is built: ``sphinx-build -W --keep-going docs site``."""

import re
from importlib.metadata import version as _version
from typing import Any

from pydantic import BaseModel
from sphinx.application import Sphinx

project = "pledgetrack"
author = "The pledgetrack authors"
copyright = author  # noqa: A001  # Sphinx's own name
release = _version("pledgetrack")

extensions = ["myst_parser", "sphinx.ext.autodoc"]
myst_heading_anchors = 4
# Every name of our own is checked; what other libraries document is not here to be linked to.
nitpicky = True
nitpick_ignore_regex = [("py:.*", r"(?!pledgetrack\.).*")]
myst_enable_extensions = ["deflist"]
# A page works from a folder and without network.
html_theme = "furo"
html_static_path = ["_static"]
html_title = f"pledgetrack {release}"
html_copy_source = False
html_show_sphinx = False
exclude_patterns = ["conf.py"]

autodoc_typehints_format = "short"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
maximum_signature_line_length = 90
python_use_unqualified_type_names = True
autodoc_default_options = {"exclude-members": "model_config"}


def fields(*given: Any) -> tuple[str, str] | None:
    """The fields of a record, in place of a signature that says nothing."""
    _, kind, _, it, *_ = given
    if kind != "class" or not issubclass(it, BaseModel):
        return None
    named = [
        key if field.is_required() else f"{key}={field.get_default(call_default_factory=True)!r}"
        for key, field in it.model_fields.items()
    ]
    return f"(*, {', '.join(named)})", ""


def without_last_blank_line(app: Sphinx, page: str, source: list[str]) -> None:
    """The blank line that ends the output of an example is for the tests, and not for readers."""
    _ = app, page
    source[0] = re.sub(r"\n\n```$", "\n```", source[0], flags=re.MULTILINE)


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    app.connect("source-read", without_last_blank_line)
    app.add_css_file("site.css")
    app.connect("autodoc-process-signature", fields)
