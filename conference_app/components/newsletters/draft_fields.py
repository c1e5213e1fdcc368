"""The fields of a newsletter's draft: whom it goes to, and its texts in both languages."""

from __future__ import annotations

import reflex as rx

from conference_app.components.kit.fields import INPUT, LABEL, text_area, text_field
from conference_app.components.newsletters.topic_lines import TopicLine
from conference_app.texts import _


def topic_choice(topics: list[TopicLine], draft: dict[str, str]) -> rx.Component:
    """Everybody who asked for the newsletter, or who asked for one topic."""
    return rx.el.div(
        rx.el.label(_("Goes to"), html_for="topic_id", class_name=LABEL),
        rx.el.select(
            rx.el.option(_("Everybody who asked for the newsletter"), value=""),
            rx.foreach(topics, lambda topic: rx.el.option(topic.name, value=topic.id)),
            id="topic_id",
            name="topic_id",
            class_name=f"{INPUT} truncate",
            default_value=draft["topic_id"],
        ),
    )


def text_fields(draft: dict[str, str], errors: dict[str, str]) -> rx.Component:
    """Subject and text, English beside Polish."""
    hint = _("Markdown: # headings, *emphasis*, lists, links. Pictures and anything else that loads are left out.")
    subjects = {"subject_en": _("Subject in English"), "subject_pl": _("Subject in Polish")}
    bodies = {"body_en": _("Text in English"), "body_pl": _("Text in Polish")}
    return rx.el.div(
        *(text_field(label, name, error=errors[name], default_value=draft[name]) for name, label in subjects.items()),
        *(
            text_area(
                label,
                name,
                error=errors[name],
                rows="12",
                default_value=draft[name],
                help_text=hint if name == "body_en" else "",
            )
            for name, label in bodies.items()
        ),
        class_name="grid gap-5 md:grid-cols-2 items-start",
    )
