"""The privacy policy, made of the data map and of what the operator declares: it can name no less than the tables hold."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from conference_app.config import Settings
from conference_app.models import SQLModel
from conference_app.models.data_map import PersonalTable, personal_tables
from conference_app.purposes import OPPOSABLE, PURPOSES
from conference_app.services.documents.section import Point, Section
from conference_app.services.personal_data.table_names import retention_words, words_of
from conference_app.texts import _


def covered_host(shown: Settings) -> str:
    """The name of the site the policy is about."""
    return urlsplit(shown.public_url).hostname or ""


def sections(shown: Settings) -> Iterator[Section]:
    """The policy in the current language, under these settings."""
    yield _who(shown)
    yield _covers(shown)
    yield Section(
        _("What is kept, and why"),
        (
            _(
                "Only what you give, and what comes about when you use the service. Nothing is bought, guessed or looked up elsewhere."
            ),
            _("These are all the things that are kept:"),
        ),
        tuple(_point(one) for one in personal_tables(SQLModel.metadata)),
    )
    yield _receives(shown)
    yield _where(shown)
    yield _in_meetings()
    yield _mails()
    yield _protected()
    yield _rights(shown)
    yield _objection()
    yield _staff()
    yield Section(
        _("Cookies"),
        (_("Only what the service needs is set before you agree to more. The page about cookies lists each one."),),
    )
    yield Section(
        _("Changes"),
        (
            _("Every version of this text is kept, and the page about changes shows what is new."),
            _("When it changes, you are asked again at your next sign-in, with the changes marked."),
        ),
    )


def _who(shown: Settings) -> Section:
    one = shown.controller
    return Section(
        _("Who answers for your data"),
        (
            _("{name}, {address}, is the controller of your data.", name=one.name, address=one.address),
            _("Write to {email} or call {phone} about anything in this text.", email=one.email, phone=one.phone),
        ),
    )


def _covers(shown: Settings) -> Section:
    return Section(
        _("What this policy covers"),
        (
            _(
                "It covers {host} and the meetings held there: for people with an account, for guests, and for those who only look.",
                host=covered_host(shown),
            ),
            _("Links may lead to other sites. This policy does not cover them: read theirs."),
        ),
    )


def _point(one: PersonalTable) -> Point:
    """What one table holds: a line for the values that serve the same purposes, then the grounds and how long."""
    tags = list(one.tags.values())
    together: dict[str, list[str]] = {}
    for tag in sorted(tags, key=lambda tag: not tag.label):  # what has a name of its own stands first
        together.setdefault(" ".join(tag.reasons), []).append(_(tag.label) if tag.label else _("a keyed hash"))
    bases = dict.fromkeys(words for tag in tags for words in tag.basis_words)
    kept = dict.fromkeys(retention_words(tag.retention.days, tag.retention.words) for tag in tags)
    return Point(
        _(words_of(one.table.name).title),
        (
            *((_listed(labels), reasons) for reasons, labels in together.items()),
            (_("On what ground"), " ".join(bases)),
            (_("Until when"), " ".join(kept)),
        ),
    )


def _listed(labels: list[str]) -> str:
    text = ", ".join(dict.fromkeys(labels))
    return text[0].upper() + text[1:]


def _receives(shown: Settings) -> Section:
    nobody = _("Your data is not sold, rented, lent or given away. No list of addresses leaves this server.")
    asked = _("Nothing is passed to anybody new without asking you first.")
    if not shown.processors:
        return Section(
            _("Who receives it"),
            (nobody, asked, nobody_else(shown)),
        )
    return Section(
        _("Who receives it"),
        (nobody, asked, _("These companies handle it for the operator, and only what is named here:")),
        tuple(processor_words(shown)),
    )


def nobody_else(shown: Settings) -> str:
    """What is true while the operator names no processor: which other servers take part, or that none does."""
    if not shown.other_hosts:
        return _("No other company handles it: everything runs on the operator's own servers.")
    return _(
        "The operator has named no other company. Besides this server, these take part: {hosts}.",
        hosts=", ".join(shown.other_hosts),
    )


def processor_words(shown: Settings) -> list[str]:
    """The operator's processors, a sentence each."""
    return [
        " ".join(
            (
                f"{one.name} ({one.country}): {one.does}.",
                _("It gets: {data}.", data=", ".join(one.data)),
                one.safeguard,
            )
        ).strip()
        for one in shown.processors
    ]


def _where(shown: Settings) -> Section:
    hosting = shown.controller.hosting or _("The operator hosts them.")
    abroad = [one for one in shown.processors if one.country != shown.controller.country]
    transfers = (
        _("Data also goes to: {countries}.", countries=", ".join(dict.fromkeys(one.country for one in abroad)))
        if abroad
        else _("Data is not sent to other countries by us. A mail goes where its recipient's mailbox is.")
    )
    return Section(
        _("Where it is"),
        (_("The servers stand in {country}. {hosting}", country=shown.controller.country, hosting=hosting), transfers),
    )


def _in_meetings() -> Section:
    return Section(
        _("In meetings"),
        (
            _(
                "Calls pass through this server and are not recorded. What you say, show or write there reaches everybody in the room, and others can copy it."
            ),
            _(
                "Guests' names and addresses are confidential to the host of the meeting. They are never used for advertising, by us or by anybody else."
            ),
            _(
                "They are kept only to hold that meeting, and deleted by themselves after it. Guests see and erase them here too, by a link to their address."
            ),
        ),
    )


def _mails() -> Section:
    return Section(
        _("Mails"),
        (
            _("Mails about your account and your meetings come because the service needs them."),
            _(
                "Newsletters and offers come only if you asked for them, and stop at once by one click, in the privacy center, or when you tell us."
            ),
        ),
    )


def _protected() -> Section:
    return Section(
        _("How it is protected"),
        (
            _(
                "The way to the server is encrypted. Names, addresses and what you write are encrypted in the database, passwords cannot be read by anybody."
            ),
            _("No protection is complete. The page about its limits says what is not protected."),
        ),
    )


def _rights(shown: Settings) -> Section:
    return Section(
        _("Your rights"),
        (
            _(
                "You can see all that is kept about you, correct it, take a copy, restrict its use, object, pause your account, and have everything erased. It costs nothing."
            ),
            _("With an account, all of it is in the privacy center. Without one, ask for a link to your address."),
            _("What cannot be done there is done by the operator within 30 days, and you see how far it is."),
            _(
                "An erasure waits {days} days, in which you can take it back. What has to stay, and why, is shown before.",
                days=shown.erasure_days,
            ),
            _("You can complain to the data protection authority of your country."),
        ),
    )


def _objection() -> Section:
    """Apart from all else, as GDPR Art. 21(4) wants it."""
    used = [one for one in PURPOSES.values() if one.interest]
    at_once, weighed = _("It ends at once when you object."), _("If you object, it is weighed anew.")
    return Section(
        _("Your right to object"),
        (
            _("You can object at any time to each use below, in the privacy center or by writing to the operator."),
            _("Newsletters, offers and whatever else you agreed to end at once by an objection, too."),
            _(
                "The uses below stand on a legitimate interest (GDPR Art. 6(1)(f)). Each line says what for, and why that does not outweigh your own interests."
            ),
        ),
        tuple(f"{_(one.reason)} {_(one.interest)} {at_once if one.id in OPPOSABLE else weighed}" for one in used),
    )


def _staff() -> Section:
    return Section(
        _("Staff, courts and authorities"),
        (
            _(
                "Staff look at your data only when they need to, to help you or to keep the service safe. Each time is written down, with the reason, where you can read it."
            ),
            _(
                "A court or an authority may ask for data. Only what is asked for goes out, and only what exists: what was said in meetings is not kept."
            ),
            _("While a law or a dispute needs some of your data, it is held. You see that, and the reason."),
        ),
    )
