"""The links by which a reader stops mails of a kind, or chooses what comes."""

from __future__ import annotations

from conference_app.models import OutgoingEmail
from conference_app.services.emails.messages import ParticipantTemplate
from conference_app.services.emails.rendering import MARKED, Choices
from conference_app.services.emails.template import Template
from conference_app.services.mail.mailboxes import Mailbox, recipient_of, subject_of
from conference_app.services.mail.permission import Withheld
from conference_app.services.people import signed_links
from conference_app.services.people.subjects import Subject


def marked_choices(template: Template) -> Choices:
    """Marks in the places of what `choices` gives."""
    if template.email_class in ("newsletter", "promotion"):
        return MARKED
    stops = isinstance(template, ParticipantTemplate) and template.occasion in ("reminder", "follow_up")
    return Choices(MARKED.unsubscribe) if stops else Choices()


def choices(row: OutgoingEmail, template: Template, mailbox: Mailbox) -> Choices:
    """The links to stop such mails, in every email that can be stopped. Raises Withheld."""
    recipient = recipient_of(row)
    if template.email_class in ("newsletter", "promotion"):
        subject = subject_of(recipient)
        if subject is None:
            raise Withheld("wrong_recipient")
        stop = signed_links.make("unsubscribe", mailbox.key, row.purpose, subject=subject)
        choose = signed_links.make("preferences", mailbox.key, subject=subject)
        return Choices(signed_links.unsubscribe_path(stop), signed_links.preferences_path(choose))
    if isinstance(template, ParticipantTemplate) and template.occasion in ("reminder", "follow_up"):
        subject = Subject("address", row.address_id or "")
        stop = signed_links.make("unsubscribe", mailbox.key, f"meeting:{row.meeting_id}", subject=subject)
        return Choices(signed_links.unsubscribe_path(stop))
    return Choices()
