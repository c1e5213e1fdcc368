"""What the server knows of an account's key vault and of its meetings' keys, for the browser that opens them."""

from __future__ import annotations

import dataclasses
import json

import reflex as rx

from conference_app.components.encryption.from_browser import keys_in, wraps_in
from conference_app.errors import ConferenceError
from conference_app.services.encryption import own_meetings
from conference_app.services.sign_in import key_vault, passkeys
from conference_app.session import require_account
from conference_app.texts import error_text


class VaultState(rx.State):
    """The vault as the server keeps it: locked."""

    account: str = ""
    """Whose it is; the number is locked in with the key."""
    vault: str = ""
    """KeptVault in vault_session.ts, as JSON; empty before the first answer."""
    meetings: str = "[]"
    """A list of KeptMeeting in meeting_links.ts, as JSON."""
    has_meeting: bool = False
    proven: int = 0
    """Grows when a new password was taken."""
    problem: str = ""

    @rx.event
    async def load(self) -> None:
        """Show the vault, and what is known of the keys of all meetings."""
        account_id = (await require_account(self)).account_id
        self.problem = ""
        try:
            await self._show(account_id)
        except ConferenceError as error:
            self.problem = error_text(error)

    @rx.event
    async def put(self, vault_id: str, wraps: str) -> None:
        """Keep what the browser has locked; `wraps` is JSON."""
        account_id = (await require_account(self)).account_id
        self.problem = ""
        try:
            await key_vault.put(account_id, vault_id, wraps_in(wraps))
        except ConferenceError as error:
            self.problem = error_text(error)
        await self._show(account_id)

    @rx.event
    async def replace(self, vault_id: str, wraps: str) -> None:
        """Give up the keys for new ones."""
        account_id = (await require_account(self)).account_id
        self.problem = ""
        try:
            await key_vault.replace(account_id, vault_id, wraps_in(wraps))
        except ConferenceError as error:
            self.problem = error_text(error)
        await self._show(account_id)

    @rx.event
    async def put_meetings(self, keys: str) -> None:
        """Keep the public keys of some of the account's meetings; `keys` is JSON."""
        account_id = (await require_account(self)).account_id
        self.problem = ""
        try:
            await own_meetings.put(account_id, keys_in(keys))
        except ConferenceError as error:
            self.problem = error_text(error)
        await self._show(account_id)

    @rx.event
    async def password_taken(self) -> None:
        """What was typed last as a new password is the account's now: the browser may lock the vault with it."""
        account_id = (await require_account(self)).account_id
        self.proven += 1
        await self._show(account_id)

    async def _show(self, account_id: str) -> None:
        vault = await key_vault.get(account_id)
        meetings = await own_meetings.of_account(account_id)
        kept = {
            "account": account_id,
            "vaultId": vault.vault_id if vault else "",
            "wraps": [dataclasses.asdict(one) for one in vault.wraps] if vault else [],
            "passkeys": await passkeys.credentials(account_id),
        }
        self.account, self.vault = account_id, json.dumps(kept)
        self.meetings, self.has_meeting = json.dumps([dataclasses.asdict(one) for one in meetings]), bool(meetings)
