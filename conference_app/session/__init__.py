"""Who is signed in. Pages and routes take from here; inside a handler texts are already in the language of its page."""

from conference_app.session.caller import (
    client_address,
    device_hash,
    enter,
    page_language,
    path_end,
    query_value,
    require_account,
    require_staff,
    sent_headers,
    signed_in,
    still_signed_in,
    tab_id,
)
from conference_app.session.cookies import LANGUAGE_COOKIE, TICKET_COOKIE, cookie_value, device_cookie, session_cookie
from conference_app.session.credentials import hide_credentials
from conference_app.session.fresh_pages import StartsAnew
from conference_app.session.gate import Gate
from conference_app.session.local_paths import local_path, next_path
from conference_app.session.marks import before_acceptance, public
from conference_app.session.notices import NoticeState, say
from conference_app.session.state import EntryState, SessionState
from conference_app.session.storable import StorableAddresses, storable

__all__ = [
    "LANGUAGE_COOKIE",
    "TICKET_COOKIE",
    "EntryState",
    "Gate",
    "NoticeState",
    "SessionState",
    "StartsAnew",
    "StorableAddresses",
    "before_acceptance",
    "client_address",
    "cookie_value",
    "device_cookie",
    "device_hash",
    "enter",
    "hide_credentials",
    "local_path",
    "next_path",
    "page_language",
    "path_end",
    "public",
    "query_value",
    "say",
    "require_account",
    "require_staff",
    "sent_headers",
    "session_cookie",
    "signed_in",
    "still_signed_in",
    "storable",
    "tab_id",
]
