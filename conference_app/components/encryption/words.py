"""What the browser alone says of the vault: words and the kit's classes."""

from __future__ import annotations

from conference_app.components.kit.buttons import button_class
from conference_app.components.kit.fields import ERROR, HINT, INPUT, LABEL
from conference_app.components.kit.surfaces import TONES
from conference_app.texts import _

_BANNER = "flex items-start gap-3 p-3 rounded-control"


def look() -> dict[str, str]:
    """`Look` in look.ts."""
    return {
        "primary": button_class("primary"),
        "secondary": button_class("secondary"),
        "quiet": button_class("quiet"),
        "danger": button_class("danger"),
        "input": INPUT,
        "mono": f"{INPUT} h-auto min-h-24 py-2 font-mono text-sm",
        "label": LABEL,
        "hint": HINT,
        "error": ERROR,
        "warn": f"{_BANNER} {TONES['warn']}",
        "info": f"{_BANNER} {TONES['accent']}",
        "card": "bg-surface-raised border border-line rounded-card shadow-card p-5 sm:p-6",
        "dialog": "m-auto w-[min(28rem,calc(100vw-2rem))] max-h-none rounded-card bg-surface-raised text-ink shadow-float",
    }


def vault_words() -> dict[str, str]:
    """`Words` of the panel, in the current language."""
    return _opening() | _new_keys() | _phrase() | _section()


def _opening() -> dict[str, str]:
    return {
        "locked": _("The keys of your meetings are locked"),
        "locked_text": _(
            "Your invitation links hold a key that we don't have. This browser can't open the place where your keys "
            "are kept, as happens after you chose a new password."
        ),
        "unable": _(
            "This browser cannot handle the keys of your meetings. Use a current Chrome, Edge, Firefox or Safari."
        ),
        "open": _("Open"),
        "opening": _("Opening…"),
        "password": _("A password you had"),
        "password_help": _("Yours, or the one before it. It stays in this browser."),
        "password_wrong": _("This password does not open the keys."),
        "phrase": _("Recovery phrase"),
        "phrase_help": _("The twelve words, in their order. They stay in this browser."),
        "phrase_wrong": _("These are not the twelve words. Look for a slip, and try again."),
        "by_passkey": _("Open with a passkey"),
        "passkey_wrong": _("This passkey does not open the keys."),
    }


def _new_keys() -> dict[str, str]:
    return {
        "lost": _(
            "Another browser where you are signed in may still have the keys: sign in there with your new password, "
            "then reload this page. If all is lost, make new keys."
        ),
        "new_keys": _("Make new keys"),
        "new_keys_title": _("Make new keys for all your meetings?"),
        "new_keys_text": _(
            "Every meeting gets a new link. The links you sent before no longer let people in by themselves: you would "
            "have to let each guest in, or send the new link. This cannot be undone."
        ),
        "keep": _("Keep it"),
    }


def _phrase() -> dict[str, str]:
    return {
        "phrase_title": _("Your recovery phrase"),
        "phrase_offer": _(
            "Only your browsers have the keys of your meetings. Write down a recovery phrase, so that you can get them "
            "back if you forget your password."
        ),
        "phrase_begin": _("Write down a phrase"),
        "later": _("Not now"),
        "phrase_write": _(
            "Write these twelve words down in this order, and keep them where nobody else looks. We can't show them again."
        ),
        "phrase_written": _("I've written them down"),
        "phrase_check": _("Type two of the words, so that you know that you have them."),
        "word": _("Word {number}"),
        "word_wrong": _("This is another word than the one we showed."),
        "confirm": _("Confirm"),
        "show_again": _("Show the words again"),
        "phrase_done": _("Your recovery phrase works from now on."),
        "copy": _("Copy words"),
        "print": _("Print"),
        "copied": _("Copied"),
        "not_copied": _("Could not copy"),
        "cancel": _("Cancel"),
    }


def _section() -> dict[str, str]:
    return {
        "starting": _("Looking at your keys…"),
        "opens": _("What opens your keys in another browser:"),
        "opens_nothing": _(
            "Your keys are in this browser alone. Sign in here once more with your password, and they follow you."
        ),
        "has_password": _("your password, by itself when you sign in"),
        "has_passkey": _("a passkey, by itself when you sign in with it"),
        "has_phrase": _("your recovery phrase"),
        "phrase_anew": _("Make a new phrase"),
        "phrase_anew_help": _("The phrase you have stops working once you have confirmed the new one."),
    }


def link_words() -> dict[str, str]:
    """`Words` of a meeting's link, in the current language."""
    return {
        "link": _("Invitation link"),
        "link_starting": _("Making the link…"),
        "link_help": _("What stands behind the # is a key that never reaches our server. Send the whole link."),
        "link_locked": _("The keys of your meetings are locked in this browser, and the link holds one of them."),
        "link_unable": _(
            "This browser cannot make the link of an encrypted meeting. Use a current Chrome, Edge, Firefox or Safari."
        ),
        "link_foreign": _("This meeting still has keys that you gave up, so its link cannot be shown."),
        "unlock": _("Unlock the link"),
        "new_link": _("Make a new link"),
        "new_link_title": _("Make a new link for this meeting?"),
        "new_link_text": _("The links you sent before no longer let people in by themselves. This cannot be undone."),
        "keep": _("Keep it"),
    }
