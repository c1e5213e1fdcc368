"""Texts that ask for a password, a PIN or a code, and those that only speak of one."""

from __future__ import annotations

import pytest

from conference_app.services.emails import secret_requests


@pytest.mark.parametrize(
    "text",
    [
        "Please send us your password.",
        "Hello,\nto go on, reply with your current\tpassword",
        "Could you tell me the PIN?",
        "We need your **password** to look into it.",
        "What's your password?",
        "Confirm your card number and security code.",
        "E-mail me the one-time code you got.",
        "We never sleep. Write us your password.",
        "Prosimy o podanie hasła do konta.",
        "Podaj nam swoje hasło.",
        "Prześlij numer karty",
        "Proszę odpisz, podając login. Wyślijcie też PIN!",
        "Potrzebujemy kodu weryfikacyjnego z SMS-a.",
    ],
)
def test_a_text_that_asks_for_a_secret_is_seen(text: str) -> None:
    assert secret_requests.asks(text)
    assert secret_requests.problem(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "We never ask for your password by e-mail or phone.",
        "Do not send us your password.",
        "Don’t give anybody your PIN.",
        "Open your account and type in the new password there.",
        "We tell you when your password changes.",
        "We will send you a link to set a new password.",
        "Send your guests the link, and they need no password at all.",
        "Share the link: no password is needed.",
        "Write down your recovery codes.",
        "Send the code of the meeting to your guests.",
        "We can pin a message now. We need your birthday.",
        "Passwords are safer now: sign in with a passkey.",
        "Nigdy nie prosimy o Twoje hasło, ani mailem, ani telefonicznie.",
        "Nie podawaj nikomu hasła.",
        "Ustaw nowe hasło i wpisz kod z aplikacji.",
        "Podaj gościom hasło spotkania.",
        "Prosimy o zmianę hasła.",
    ],
)
def test_a_text_that_only_speaks_of_one_is_let_through(text: str) -> None:
    assert not secret_requests.asks(text)
    assert secret_requests.problem(text) is None
