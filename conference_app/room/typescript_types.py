"""Writes the TypeScript types of what Python hands to the room: `python -m conference_app.room.typescript_types`.

The files are committed, and a test compares them with what is written here.
"""

from __future__ import annotations

import ast
import inspect
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from conference_app.room.page_messages import Answer, Desk, MeetingAccess, Notice, WaitingPerson
from conference_app.room.texts import room_texts

_ROOM = Path(__file__).resolve().parent
_HEAD = "/** {} Written by typescript_types.py: change it there. */\n"
_SIMPLE = {str: "string", int: "number", float: "number", bool: "boolean", NoneType: "null"}


def files() -> dict[Path, str]:
    """Each generated file and what has to stand in it."""
    return {_ROOM / "pageMessages.ts": _page_messages(), _ROOM / "shared" / "textKeys.ts": _text_keys()}


def type_of(hint: Any) -> str:
    """TypeScript's word for a Python type as it looks in JSON. Raises TypeError for one that is not known here."""
    if hint in _SIMPLE:
        return _SIMPLE[hint]
    if is_dataclass(hint) and isinstance(hint, type):
        return hint.__name__
    parts = get_args(hint)
    if get_origin(hint) is Literal:
        return " | ".join(f'"{part}"' for part in parts)
    if get_origin(hint) is UnionType:
        return " | ".join(type_of(part) for part in parts)
    if get_origin(hint) is list:
        return f"Array<{type_of(parts[0])}>"
    raise TypeError(f"no TypeScript for {hint!r}")


def interface(kind: type) -> str:
    """A dataclass as an exported interface, with the docstrings of its fields."""
    hints, said = get_type_hints(kind), _field_docstrings(kind)
    lines = [f"/** {inspect.getdoc(kind)} */", f"export interface {kind.__name__} {{"]
    for one in fields(kind):
        lines += [f"  /** {said[one.name]} */"] if one.name in said else []
        lines.append(f"  {one.name}: {type_of(hints[one.name])};")
    return "\n".join([*lines, "}\n"])


def _field_docstrings(kind: type) -> dict[str, str]:
    """What stands in quotes below the fields of a class; the running program does not keep it."""
    body = [part for one in ast.parse(inspect.getsource(kind)).body for part in getattr(one, "body", [])]
    pairs = zip(body, body[1:], strict=False)
    return {
        field.target.id: " ".join(str(text.value.value).split())
        for field, text in pairs
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant)
    }


def _page_messages() -> str:
    head = _HEAD.format("What the page tells this component; Python's side is page_messages.py.")
    return "\n".join([head, *(interface(kind) for kind in (MeetingAccess, Answer, Notice, WaitingPerson, Desk))])


def _text_keys() -> str:
    texts = room_texts()
    plain = [key for key, text in texts.items() if isinstance(text, str)]
    plural = [key for key, text in texts.items() if not isinstance(text, str)]
    return "\n".join(
        [
            _HEAD.format("The keys of the room's texts, which texts.py holds."),
            _union("Texts with one form.", "TextKey", plain),
            _union("Texts that depend on a count; `{count}` stands for it.", "PluralKey", plural),
        ]
    )


def _union(said: str, name: str, members: list[str]) -> str:
    return "\n".join([f"/** {said} */", f"export type {name} =", *(f'  | "{one}"' for one in sorted(members))]) + ";\n"


if __name__ == "__main__":
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")
