"""Topics of newsletters in a line of a list or a choice."""

from __future__ import annotations

from dataclasses import dataclass

from conference_app.components.kit.times import instant
from conference_app.services.newsletters import topics
from conference_app.services.newsletters.topics import Topic
from conference_app.texts import current_language


@dataclass
class TopicLine:
    """A topic as the pages of staff show it."""

    id: str = ""
    name: str = ""
    until: str = ""
    """An `instant`; empty for one that runs until staff end it."""


def _line(topic: Topic) -> TopicLine:
    name = topic.name_pl if current_language() == "pl" else topic.name_en
    return TopicLine(topic.id, name, instant(topic.ends_at))


async def topic_lines() -> list[TopicLine]:
    """The topics that run now, in the page's language."""
    return [_line(topic) for topic in await topics.running()]
