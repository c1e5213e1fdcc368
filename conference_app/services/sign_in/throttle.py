"""How often a password may be tried: by whom is not known yet, so a stranger's tries must not keep the owner out.

Three counts: of one network on one account, of one network on all, and of everybody on one account. The last one only
makes each further try wait longer, up to five minutes. A browser the account was opened with before passes them by, and
has a count of its own.
"""

from __future__ import annotations

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute, RateLimitItemPerSecond

from conference_app.errors import ConferenceError, TooManyAttempts
from conference_app.services.limits import rate_limits
from conference_app.services.people.email_addresses import check_email, email_key
from conference_app.services.people.typed_text import typed_email

PER_ACCOUNT_AND_NETWORK = RateLimitItemPerMinute(10, 15, "sign-in-account-network")
PER_DEVICE = RateLimitItemPerMinute(10, 15, "sign-in-device")
_TRIES = RateLimitItemPerHour(10_000, 1, "sign-in-tries")
FREE_TRIES = 10
"""Tries of everybody on one account within an hour before the first one has to wait."""
_FREE = RateLimitItemPerHour(FREE_TRIES, 1, "sign-in-free")
LONGEST_WAIT_S = 300


def account_key(email: str) -> str:
    """What is counted as one account, however the address is written; unknown ones are counted alike."""
    try:
        return email_key(check_email(email)).hex()
    except ConferenceError:
        return typed_email(email).casefold()


def _pause(step: int) -> RateLimitItem:
    """One try in 2, 4, 8 … seconds."""
    return RateLimitItemPerSecond(1, min(2 ** (min(step, 10) + 1), LONGEST_WAIT_S), "sign-in-pause")


async def count_stranger(account: str, network: str) -> None:
    """Count a try from a browser that is not known. Raises TooManyAttempts."""
    await rate_limits.count(rate_limits.SIGN_IN_PER_ADDRESS, network)
    await rate_limits.count(PER_ACCOUNT_AND_NETWORK, f"{account} {network}")
    step = await _passed(account)
    if step >= -1:
        await _let_wait(_pause(step + 1), account)  # before the try counts: who reads the new count finds the pause
    await rate_limits.count(_TRIES, account)


async def _passed(account: str) -> int:
    """The number of this try among everybody's, from 0 on when it is no free one. Raises TooManyAttempts.

    Of many at once all read the same number. So each takes a free try or the pause, and neither is given twice.
    """
    step = await rate_limits.counted(_TRIES, account) - FREE_TRIES
    if step < 0:
        try:
            await rate_limits.count(_FREE, account)
        except TooManyAttempts:
            step = 0
        else:
            return step
    await rate_limits.count(_pause(step), account)
    return step


async def _let_wait(pause: RateLimitItem, account: str) -> None:
    try:
        await rate_limits.count(pause, account)
    except TooManyAttempts:
        return  # the longest pause runs already


async def count_known(device: str) -> None:
    """Count a try from a browser that the account was opened with before. Raises TooManyAttempts."""
    await rate_limits.count(PER_DEVICE, device)


async def forgive_stranger(account: str, network: str) -> None:
    """The password was right: what was tried before no longer counts."""
    await rate_limits.forgive(PER_ACCOUNT_AND_NETWORK, f"{account} {network}")
    await rate_limits.forgive(_FREE, account)
    await rate_limits.forgive(_TRIES, account)


async def forgive_known(device: str) -> None:
    """The same for a known browser; a stranger's tries on the account keep counting."""
    await rate_limits.forgive(PER_DEVICE, device)
