"""What a message asks for: the request itself counts, a question or a mention does not."""

from __future__ import annotations

import pytest

from conference_app.services.contact.recognised_requests import recognise

UNSUBSCRIBE = [
    "unsubscribe",
    "Unsubscribe me",
    "UNSUBSCRIBE ME!",
    "please unsubscribe me",
    "Please unsubscribe me from this mailing list.",
    "unsubscribe me from your newsletter, thanks",
    "STOP",
    "Stop sending me mails",
    "remove me from your mailing list",
    "Hello, please take me off the list",
    "no more mails please",
    "wypisz mnie",
    "Proszę, wypiszcie mnie z newslettera.",
    "Proszę o wypisanie z listy",
    "Rezygnuję z newslettera",
    "Nie chcę więcej maili",
    "I’d like to unsubscribe",
    "Chcę się wypisać z newslettera",
    "Proszę mnie wypisać",
    "Please unsubscribe me from your\nmailing list",
]
ERASE = [
    "delete my data",
    "Delete my data!",
    "Please delete all my personal data.",
    "please erase my account and data",
    "I want you to delete my account",
    "Forget me.",
    "usuń moje dane",
    "Usuńcie moje dane osobowe.",
    "Proszę usunąć moje konto",
    "Dzień dobry, proszę o usunięcie moich danych osobowych.",
    "Żądam usunięcia moich danych osobowych",
    "Proszę o usunięcie mojego konta i danych",
    "Chcę usunąć moje konto",
    "Prosze usunac\nmoje dane",
]
ACCESS = [
    "Send me a copy of my data",
    "please send me my personal data",
    "Proszę o kopię moich danych",
    "Prześlijcie mi kopię moich danych",
]
NOTHING = [
    "",
    "Hello",
    "How do I unsubscribe?",
    "Unsubscribe?",
    "Can I delete my data?",
    "Do not delete my data!",
    "Don't unsubscribe me.",
    "I do not want to unsubscribe",
    "You said I should write “unsubscribe” but why",
    "How does one delete my data from a phone",
    "The stop button in the room does nothing",
    "We stopped the meeting",
    "Nie usuwajcie moich danych",
    "Jak usunąć moje konto?",
    "Czy mogę usunąć moje dane?",
    "Nie wypisujcie mnie z newslettera",
    "I met a man who said delete my data",
    "stop by whenever you like",
    "> unsubscribe me",
    "Thanks for the talk\n-- \nunsubscribe",
    "Good.\nOn Monday Ann wrote:\nplease delete my data",
    "W poniedziałek Ania napisała:\nusuń moje dane",
    "I do not want you to\ndelete my data",
    "Whatever happens, please do not\nunsubscribe me",
    "Please do not:\nunsubscribe me",
    "Under no circumstances\ndelete my data",
    "Proszę nie usuwać\nmoich danych",
    "Proszę nie\nwypisywać mnie z newslettera",
    "The button says:\nDelete my account",
    "What happens when I press\nDelete my account",
    "1. Open settings\n2. Delete my account",
    "Delete my account. Oh no, please do not delete my account!",
    "Usuńcie moje dane. Albo nie, nie usuwajcie.",
]


@pytest.mark.promise("P58")
@pytest.mark.parametrize("text", UNSUBSCRIBE)
def test_a_stop_is_a_stop(text: str) -> None:
    assert recognise("Hello", text) == "unsubscribe"
    assert recognise(text, "Regards, Ann") == "unsubscribe"


@pytest.mark.promise("P95")
@pytest.mark.parametrize("text", ERASE)
def test_an_erasure_is_an_erasure(text: str) -> None:
    assert recognise("Hello", f"{text}\n\nRegards") == "erase"


@pytest.mark.parametrize("text", ACCESS)
def test_a_copy_is_a_copy(text: str) -> None:
    assert recognise("-", text) == "access"


@pytest.mark.parametrize("text", NOTHING)
def test_what_is_no_request_is_left_to_a_person(text: str) -> None:
    assert recognise("A question", text) is None


@pytest.mark.parametrize("subject", ["unsubscribe", "Delete my data", "Usuńcie moje dane"])
def test_a_text_that_takes_its_subject_back_is_left_to_a_person(subject: str) -> None:
    assert recognise(subject, "Please do not delete my data, and do not unsubscribe me. Nie usuwajcie.") is None


@pytest.mark.parametrize("before", ["", "Hello", "Dear all,", "Dzień dobry", "I was with you for years.\n"])
@pytest.mark.parametrize("after", ["", "Ann", "Regards, Ann", "\nkind regards"])
def test_a_request_on_a_line_of_its_own_needs_no_mark(before: str, after: str) -> None:
    assert recognise("A question", f"{before}\nunsubscribe me\n{after}") == "unsubscribe"


def test_the_subject_of_a_reply_is_ours_not_theirs() -> None:
    assert recognise("Re: unsubscribe", "thanks") is None
    assert recognise("Odp: usuń moje dane", "thanks") is None


def test_a_long_text_takes_no_long_time() -> None:
    assert recognise("a " * 50_000, "please " * 50_000) is None
    assert recognise("-", "remove me from " + "the " * 20_000) is None
