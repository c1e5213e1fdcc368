"""The account's own details: everything that is kept about the person, shown and editable."""

from __future__ import annotations

from collections.abc import AsyncIterator

import reflex as rx

from conference_app.components.accounts.account_frame import account_frame
from conference_app.components.accounts.confirm_email import confirm_email_banner
from conference_app.components.accounts.person_inputs import kept_note, person_inputs, why_asked
from conference_app.components.accounts.photo_upload import PhotoUpload
from conference_app.components.accounts.returned_mail import returned_mail_banner
from conference_app.components.frame.own_photo import OwnPhotoState
from conference_app.components.frame.page_registry import page
from conference_app.components.kit.buttons import button, submit_button, text_link
from conference_app.components.kit.fields import ERROR, HINT, field_label, need_mark
from conference_app.components.kit.forms import FormState, checked_form, typed
from conference_app.components.kit.loading import loading, skeleton
from conference_app.components.kit.sentence_slots import slotted
from conference_app.components.kit.surfaces import avatar, badge, banner, card, section_header
from conference_app.errors import ConferenceError
from conference_app.services.accounts import photos, profiles
from conference_app.services.accounts.profiles import Profile
from conference_app.services.people import person_fields
from conference_app.services.people.person_fields import BY_NAME
from conference_app.session import SessionState, require_account, say
from conference_app.texts import _, error_text, localized_path, n_


class AccountState(FormState, rx.State):
    """What is kept about the person."""

    loaded: bool = False
    failure: str = ""
    values: dict[str, str] = {}
    pending_email: str = ""
    is_verified: bool = False

    @rx.event
    async def load(self) -> None:
        account = await require_account(self)
        self._reset_form()
        self.failure = ""
        try:
            await self._show(await profiles.get(account.account_id), account.account_id)
        except ConferenceError as error:
            self.failure = error_text(error)

    @rx.event
    async def submit(self, form: dict[str, object]) -> AsyncIterator[None]:
        account = await require_account(self)
        self._begin()
        yield
        with self._refusing():
            names = [one.name for one in profiles.EDITED]
            changed = await profiles.update(account.account_id, {name: typed(form, name, 400) for name in names})
            await self._show(changed, account.account_id)
            await say(self, _("Your changes are saved."))

    @rx.event
    async def photo_changed(self) -> None:
        account = await require_account(self)
        await self._show(await profiles.get(account.account_id), account.account_id)
        await say(self, _("Your photo is saved."))

    @rx.event
    async def remove_photo(self) -> None:
        account = await require_account(self)
        await photos.remove(account.account_id)
        await self._show(await profiles.get(account.account_id), account.account_id)
        await say(self, _("Your photo is removed."))

    async def _show(self, profile: Profile, account_id: str) -> None:
        self.values = {name: person_fields.as_typed(BY_NAME[name], kept) for name, kept in profile.values.items()}
        self.pending_email, self.is_verified = profile.pending_email, profile.is_verified
        (await self.get_state(OwnPhotoState)).show(profile.photo_version, account_id)
        self.loaded = True


def _photo() -> rx.Component:
    state, field, path = AccountState, BY_NAME["photo"], OwnPhotoState.path
    picture = rx.cond(
        path,
        rx.el.img(src=path, alt=_("Your photo"), class_name="size-20 rounded-full object-cover"),
        avatar(SessionState.initials, "size-20 text-2xl"),
    )
    upload = rx.el.div(
        field_label(_(field.label), "photo", optional=not field.required),
        PhotoUpload.create(
            id="photo",
            csrf_token=SessionState.csrf_token,
            too_large=_("This picture is larger than 2 MB. Choose a smaller one."),
            failed=_("The picture could not be sent. Check your connection and try again."),
            described_by="photo_help",
            class_name=(
                "block w-full text-sm text-ink-muted file:mr-3 file:h-9 pointer-coarse:file:h-11 file:px-3 file:rounded-control file:border "
                "file:border-solid file:border-line-strong file:bg-surface-raised file:text-ink file:font-medium"
            ),
            error_class=ERROR,
            on_done=state.photo_changed,
        ),
        rx.el.p(_("JPEG, PNG or WebP, up to 2 MB."), id="photo_help", class_name=f"{HINT} mt-1.5"),
        why_asked(field),
        rx.cond(
            path,
            button(_("Remove photo"), kind="quiet", size="small", on_click=state.remove_photo, extra="mt-2 -ml-3"),
        ),
        class_name="grow min-w-0",
    )
    return rx.el.div(picture, upload, class_name="flex flex-col sm:flex-row gap-5 items-start")


def _secured(name: str, *shown: rx.Component) -> rx.Component:
    """A field that is changed on the page about safety, as `shown`, with why it is asked."""
    field = BY_NAME[name]
    return rx.el.div(
        rx.el.dt(
            rx.el.span(_(field.label), class_name="text-sm font-medium"),
            need_mark(optional=not field.required),
            class_name="flex items-baseline justify-between gap-3",
        ),
        *[rx.el.dd(one, class_name="mt-1") for one in shown],
        rx.el.dd(why_asked(field)),
    )


def _email() -> rx.Component:
    state = AccountState
    address = rx.el.span(
        rx.el.span(state.values["email"], class_name="wrap-anywhere"),
        rx.cond(state.is_verified, badge(_("Confirmed"), "ok"), badge(_("Not confirmed"), "warn")),
        class_name="flex flex-wrap items-center gap-3",
    )
    waiting = rx.cond(
        state.pending_email,
        rx.el.span(
            slotted(_("Waiting to be confirmed: {email}"), email=state.pending_email),
            class_name=f"{HINT} wrap-anywhere",
        ),
    )
    return _secured("email", address, waiting)


def _sign_in() -> rx.Component:
    """What the person signs in with."""
    change = text_link(_("Change e-mail or password"), localized_path("/account/security"))
    return rx.el.div(
        rx.el.dl(
            _email(),
            _secured(
                "password", rx.el.span(_("Only you know it: nobody can get it back from the check value we keep."))
            ),
            class_name="grid gap-5 sm:grid-cols-2 items-start",
        ),
        rx.el.p(change, class_name="text-sm mt-4"),
        class_name="border-t border-line pt-5 mt-5",
    )


def _form() -> rx.Component:
    state = AccountState
    required = tuple(one for one in profiles.EDITED if one.required)
    optional = tuple(one for one in profiles.EDITED if not one.required)
    return checked_form(
        state,
        rx.el.div(
            *person_inputs(required, state.errors, state.values), class_name="grid gap-5 sm:grid-cols-2 items-start"
        ),
        rx.el.div(
            *person_inputs(optional, state.errors, state.values),
            class_name="grid gap-5 sm:grid-cols-2 items-start border-t border-line pt-5",
        ),
        rx.el.div(submit_button(_("Save changes"), busy=state.busy)),
        on_submit=state.submit,
    )


def _view() -> rx.Component:
    return rx.fragment(
        rx.el.div(kept_note(), class_name="mb-4"),
        card(_photo(), _sign_in(), extra="p-5 sm:p-8"),
        rx.el.section(
            section_header(
                _("Details"),
                detail=_("What you leave empty is not kept. Each field says what it is for."),
            ),
            card(_form(), extra="p-5 sm:p-8"),
            class_name="grid grid-cols-1 gap-4 mt-10",
        ),
        rx.el.p(
            text_link(_("Everything we know about you, and your choices"), localized_path("/privacy-center")),
            class_name="text-sm mt-8",
        ),
    )


@page("/account", title=n_("Your account"), on_load=AccountState.load)
def account() -> rx.Component:
    state = AccountState
    again = button(_("Try again"), kind="secondary", size="small", on_click=state.load)
    waiting = loading(skeleton("h-36 rounded-card"), skeleton("h-80 rounded-card"))
    return account_frame(
        confirm_email_banner(),
        returned_mail_banner(),
        rx.cond(state.failure, banner(state.failure, "danger", again)),
        rx.cond(state.loaded, _view(), rx.cond(state.failure, rx.fragment(), waiting)),
        part="/account",
    )
