"""Codes of the database have words in both languages, and a new column with codes is thought of."""

from __future__ import annotations

import pytest
from sqlalchemy import String

from conference_app.models.columns import EncryptedText
from conference_app.purposes import PURPOSES
from conference_app.services import audit
from conference_app.services.cases import cases
from conference_app.services.consent import ledger
from conference_app.services.documents import registry
from conference_app.services.emails import messages
from conference_app.services.legal import legal_requests
from conference_app.services.mail.outbox import Status
from conference_app.services.people import person_fields
from conference_app.services.personal_data import personal_rows
from conference_app.services.privacy import code_words
from conference_app.services.privacy.code_words import in_words
from conference_app.services.sign_in.account_tokens import TokenKind
from conference_app.texts import language

NO_CODES = {"time_zone", "page", "detail", "code"} | {
    name
    for one in personal_rows.tables().values()
    for name in one.tags
    if name.endswith(("_id", "_sha256")) or name == "id"
}
"""Columns in clear whose values are numbers, fingerprints or names that stand for themselves."""


def test_every_column_with_codes_has_words() -> None:
    plain = {
        (name, column)
        for name, one in personal_rows.tables().items()
        for column, tag in one.tags.items()
        if tag.exported and column not in NO_CODES
        if isinstance(one.table.columns[column].type, String)
    }
    assert {one for one in plain if one[1] not in code_words._ANYWHERE and one not in code_words._COLUMNS} == set()
    assert isinstance(personal_rows.tables()["account"].table.columns["email"].type, EncryptedText)  # and is no String


CODES: dict[tuple[str, str], list[str]] = {
    ("audit_entry", "tag"): list(audit.AuditTag),
    ("account_token", "kind"): list(TokenKind),
    ("outgoing_email", "status"): list(Status),
    ("outgoing_email", "purpose"): list(PURPOSES),
    ("outgoing_email", "template"): list(messages.TEMPLATES),
    ("privacy_case", "kind"): list(cases.KINDS),
    ("privacy_case_event", "status"): list(cases.STATUSES),
    ("consent_event", "reason"): list(ledger.REASONS),
    ("consent_event", "kind"): ["given", "withdrawn", "expired", "objected"],
    ("consent_record", "document"): list(registry.DOCUMENTS),
    ("legal_request", "decision"): list(legal_requests.DECISIONS),
    ("contact_message", "direction"): ["in", "out"],
    ("account", "country"): [code for code, _name in person_fields.countries("en")][:5],
}


@pytest.mark.promise("P92")
@pytest.mark.parametrize(("table", "column"), CODES)
@pytest.mark.parametrize("code", ["en", "pl"])
def test_every_code_is_said_in_words(table: str, column: str, code: str) -> None:
    with language(code):
        said = {value: in_words(table, column, value) for value in CODES[table, column]}
    assert [value for value, words in said.items() if words == value or "{" in words] == []


def test_what_is_no_code_stays_as_it_is() -> None:
    assert in_words("account", "first_name", "given") == "given"
    assert in_words("consent_event", "kind", "of another release") == "of another release"
    assert in_words("consent_event", "purpose", "topic:0123") == "To send you news about a topic, once you agree."
    assert in_words("outgoing_email", "template", "gone") == "gone"
    assert in_words("staff_access", "reason", "") == ""
