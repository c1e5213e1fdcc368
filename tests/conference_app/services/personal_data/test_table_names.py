"""What is kept is called by names that a person understands."""

from __future__ import annotations

from conference_app.services.personal_data.personal_rows import tables
from conference_app.services.personal_data.table_names import GROUPS, WORDS, words_of


def test_every_table_that_may_hold_somebody_has_a_title_in_words() -> None:
    assert sorted(set(tables()) - set(WORDS)) == []
    assert {words_of(name).group for name in tables()} == set(GROUPS)
