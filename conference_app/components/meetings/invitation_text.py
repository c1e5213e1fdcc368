"""The invitation as a text to paste into a mail or a chat."""

from __future__ import annotations

from conference_app.components.kit.times import whole_moment_in_words
from conference_app.services.meetings.meetings import OwnMeeting
from conference_app.texts import _


def invitation_text(meeting: OwnMeeting, host: str, *, tells_pass_phrase: bool = False) -> str:
    """Subject, host, time in words, link and what else is needed, a line each, in the current language.

    The link is the path of the meeting alone: who copies the text completes it with the page's own origin.
    """
    what = [meeting.subject, _("Host: {name}", name=host) if host else "", _when(meeting)]
    how = [meeting.path, _pass_phrase(meeting, tells_pass_phrase), _("You need no account: a browser is enough.")]
    return "\n\n".join("\n".join(line for line in lines if line) for lines in (what, how))


def _when(meeting: OwnMeeting) -> str:
    if meeting.starts_at is None:
        return ""
    return _("When: {when}", when=whole_moment_in_words(meeting.starts_at, meeting.time_zone))


def _pass_phrase(meeting: OwnMeeting, tells_it: bool) -> str:
    if meeting.pass_phrase and tells_it:
        return _("Pass-phrase: {phrase}", phrase=meeting.pass_phrase)
    return _("You also need a pass-phrase, which you get separately.") if meeting.pass_phrase else ""
