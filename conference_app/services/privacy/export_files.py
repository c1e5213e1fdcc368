"""The copy of a person's data as one zip: JSON and CSV for programs, a page for people.

Makes bytes of rows; reads no database.
"""

from __future__ import annotations

import csv
import html
import io
import json
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from conference_app.config import settings
from conference_app.models.data_map import PersonalTable
from conference_app.services.personal_data.json_values import plain
from conference_app.services.personal_data.table_names import GROUPS, retention_words, words_of
from conference_app.services.privacy import code_words
from conference_app.texts import _, current_language

Row = Mapping[str, Any]
_FORMULA = re.compile(r"(^|[;\t\r\n])(\s*[=+\-@＝＋－＠])")
"""Spreadsheets run a cell that begins like this; in some countries they part cells at a semicolon, whatever stands
around it."""


@dataclass(frozen=True, slots=True)
class TableCopy:
    """The person's rows of one table."""

    described: PersonalTable
    rows: Sequence[Row]

    @property
    def columns(self) -> list[str]:
        """The columns in the copy."""
        return [name for name, tag in self.described.tags.items() if tag.exported]


def make_zip(copies: Sequence[TableCopy], made_at: datetime) -> bytes:
    """The zip, in the current language. Reads nothing, blocks: call it in a thread."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("index.html", _page(copies, made_at))
        archive.writestr("data.json", _json(copies, made_at))
        for copy in (one for one in copies if one.columns):
            archive.writestr(f"csv/{copy.described.table.name}.csv", _csv(copy))
    return out.getvalue()


def _json(copies: Sequence[TableCopy], made_at: datetime) -> str:
    def table(copy: TableCopy) -> dict[str, Any]:
        return {
            "title": _(words_of(copy.described.table.name).title),
            "columns": {name: _described(copy, name) for name in copy.columns},
            "rows": [{name: plain(row[name]) for name in copy.columns} for row in copy.rows],
        }

    whole = {
        "made_at": made_at.isoformat(),
        "made_by": settings().controller.name,
        "language": current_language(),
        "tables": {copy.described.table.name: table(copy) for copy in copies},
    }
    return json.dumps(whole, ensure_ascii=False, indent=1)


def _described(copy: TableCopy, name: str) -> dict[str, str]:
    tag = copy.described.tags[name]
    return {
        "label": _(tag.label),
        "purpose": " ".join(tag.reasons),
        "basis": " ".join(tag.basis_words),
        "kept": retention_words(tag.retention.days, tag.retention.words),
        "recipients": ", ".join(_(who) for who in tag.recipients),
    }


def _csv(copy: TableCopy) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(copy.columns)
    for row in copy.rows:
        writer.writerow([_cell(row[name]) for name in copy.columns])
    return out.getvalue()


def _cell(value: Any) -> Any:
    """The value; where a spreadsheet would run a part of a text, an apostrophe stands in front. The JSON has it exactly."""
    value = plain(value)
    return _FORMULA.sub(r"\1'\2", value) if isinstance(value, str) else value


_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1e293b; }
h1 { letter-spacing: -0.02em; } h2 { margin-top: 3rem; } h3 { margin: 2rem 0 0.25rem; }
.why { color: #475569; margin: 0.25rem 0; } .scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 14px; margin-top: 0.5rem; }
th, td { text-align: left; vertical-align: top; padding: 0.375rem 0.75rem; border: 1px solid #cbd5e1; }
"""


def _page(copies: Sequence[TableCopy], made_at: datetime) -> str:
    controller = settings().controller
    title = _("Your data at {brand}", brand=settings().brand_name)
    intro = _("A copy of everything that is kept about you, made on {when} UTC.", when=f"{made_at:%Y-%m-%d %H:%M}")
    answers = _("{name}, {address}, answers for it.", name=controller.name, address=controller.address)
    body = [f"<h1>{html.escape(title)}</h1><p>{html.escape(intro)} {html.escape(answers)}</p>"]
    for group, words in GROUPS.items():
        inside = [
            copy for copy in copies if words_of(copy.described.table.name).group == group and copy.rows and copy.columns
        ]
        if inside:
            body.append(f"<h2>{html.escape(_(words))}</h2>")
            body += [_table(copy) for copy in inside]
    return (
        f'<!doctype html><html lang="{current_language()}"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{html.escape(title)}</title>'
        f"<style>{_STYLE}</style><body>{''.join(body)}</body></html>"
    )


def _table(copy: TableCopy) -> str:
    tags = [copy.described.tags[name] for name in copy.columns]
    reasons = dict.fromkeys(reason for tag in tags for reason in tag.reasons)
    kept = dict.fromkeys(retention_words(tag.retention.days, tag.retention.words) for tag in tags)
    head = "".join(f"<th>{html.escape(_(tag.label))}</th>" for tag in tags)
    rows = "".join(
        "<tr>" + "".join(f"<td>{_shown(copy, name, row[name])}</td>" for name in copy.columns) + "</tr>"
        for row in copy.rows
    )
    lines = "".join(f'<p class="why">{html.escape(" ".join(line))}</p>' for line in (reasons, kept))
    title = html.escape(_(words_of(copy.described.table.name).title))
    return f'<h3>{title}</h3>{lines}<div class="scroll"><table><tr>{head}</tr>{rows}</table></div>'


def _shown(copy: TableCopy, name: str, value: Any) -> str:
    """A value as HTML: codes in words, a picture as one."""
    match value:
        case None:
            return ""
        case datetime():
            return f"{value:%Y-%m-%d %H:%M} UTC"
        case bool():
            return _("yes") if value else _("no")
        case bytes():
            picture = f"data:image/webp;base64,{plain(value)}"
            return f'<img src="{picture}" alt="{html.escape(_(copy.described.tags[name].label))}">'
        case _other:
            return html.escape(code_words.in_words(copy.described.table.name, name, str(value)))
