"""Every text of the lobby and the room, in the language of the page being built.

The page hands them to the TypeScript part as one prop; typescript_types.py writes the types of their keys.
"""

from __future__ import annotations

from collections.abc import Callable

from conference_app.services.personal_data import personal_rows
from conference_app.texts import _, current_language, plural

PLURAL_SAMPLES = {"en": {"one": 1, "other": 2}, "pl": {"one": 1, "few": 2, "many": 5}}
"""A number for each plural form (CLDR's names, which Intl.PluralRules uses) of each language."""


class _Sample(int):
    """A number that chooses a plural form and then stands in the text as its placeholder again."""

    def __format__(self, spec: str) -> str:
        return "{count}"


def _forms(text: Callable[[int], str]) -> dict[str, str]:
    """All plural forms of the current language that `text` has, the count left open."""
    return {form: text(_Sample(count)) for form, count in PLURAL_SAMPLES[current_language()].items()}


def _name_help() -> str:
    """Who gets the name that is typed in the lobby, and when the last trace of coming in is gone: from the data map."""
    timer = personal_rows.tables()["admission"].timer
    return _(
        "The host and the others in this meeting see it. It is kept only while you wait to be let in. That somebody came in is noted, and forgotten after {days} days.",
        days=timer.days if timer else 0,
    )


def room_texts() -> dict[str, str | dict[str, str]]:
    """All texts by key; call it inside `texts.language(...)`."""
    return {
        **_lobby(),
        **_refusals(),
        **_devices(),
        **_call(),
        **_chat(),
        **_people(),
        **_waiting(),
        **_keys(),
        **_farewells(),
        **_encryption(),
    }


def _lobby() -> dict[str, str | dict[str, str]]:
    return {
        "lobby_title": _("Ready to join?"),
        "lobby_guest": _("Check how you look and sound, then come in."),
        "lobby_host": _("You are the host. Guests are let in as soon as you join."),
        "preview_section": _("Camera and microphone"),
        "devices_section": _("Your devices"),
        "join_section": _("Join the meeting"),
        "your_name": _("Your name"),
        "your_name_help": _name_help(),
        "pass_phrase": _("Pass-phrase"),
        "pass_phrase_help": _("The host has set one. It is usually in the invitation."),
        "join": _("Join"),
        "joining": _("Joining…"),
        "join_here": _("Join here instead"),
        "elsewhere_now": _("You are already in this meeting in another tab. If you join here, that tab leaves."),
        "encryption_line": _("End-to-end encrypted: only the people in the meeting see, hear and read it."),
        "waiting_title": _("The host has not opened the room yet"),
        "waiting_for": _("{name} has not opened the room yet", name="{name}"),
        "waiting_text": _("You'll be let in automatically."),
        "asked_title": _("The host has been asked to let you in"),
        "asked_text": _("You'll come in as soon as they say yes."),
        "hosted_by": _("Host: {name}", name="{name}"),
        "waiting_hint": _("Keep this page open. You can still change your camera and microphone."),
        "stop_waiting": _("Stop waiting"),
        "connecting_title": _("Connecting…"),
        "connecting_retry": _("The meeting can't be reached right now. We keep trying."),
        "cancel": _("Cancel"),
        "try_again": _("Try again"),
        "close": _("Close"),
        "connecting_blocked": _(
            "Your network lets this page through, but blocks the call itself. Try another network, such as your phone's hotspot, or turn off your VPN. We keep trying."
        ),
    }


def _refusals() -> dict[str, str | dict[str, str]]:
    return {
        "refused_ended": _("This meeting has ended. Ask the host for a new link."),
        "refused_full": _("Every place in this meeting is taken. Try again when somebody has left."),
        "refused_removed": _("The host has removed you from this meeting. If that was a mistake, ask them."),
        "refused_unavailable": _(
            "Meetings cannot be reached right now. What you typed is kept: try again in a minute."
        ),
        "refused_unknown": _("No meeting has this address. Check the link, or ask for it again."),
    }


def _devices() -> dict[str, str | dict[str, str]]:
    return {
        "microphone": _("Microphone"),
        "camera": _("Camera"),
        "speaker": _("Speaker"),
        "no_device": _("None found"),
        "microphone_level": _("Microphone level"),
        "test_sound": _("Test sound"),
        "test_sound_playing": _("Playing…"),
        "mute_microphone": _("Mute microphone"),
        "unmute_microphone": _("Unmute microphone"),
        "camera_off": _("Turn camera off"),
        "camera_on": _("Turn camera on"),
        "camera_is_off": _("Your camera is off"),
        "camera_opening": _("Starting your camera…"),
        "devices_denied": _(
            "Your browser does not let this page use the camera and microphone. Allow them with the icon beside "
            "the address."
        ),
        "devices_insecure": _("Browsers give camera and microphone to secure (https) pages only. Tell the operator."),
        "microphone_denied": _(
            "Your browser does not let this page use the microphone. Allow it with the icon beside the address."
        ),
        "microphone_missing": _("No microphone was found. Plug one in and turn it on here."),
        "microphone_busy": _(
            "Your microphone could not be started. Another program may be using it: close it there, then turn it on here."
        ),
        "microphone_failed": _("Your microphone did not start. Unplug it and plug it in again, or choose another."),
        "camera_denied": _(
            "Your browser does not let this page use the camera. Allow it with the icon beside the address."
        ),
        "camera_missing": _("No camera was found. Plug one in and turn it on here."),
        "camera_busy": _(
            "Your camera could not be started. Another program may be using it: close it there, then turn it on here."
        ),
        "camera_failed": _("Your camera did not start. Unplug it and plug it in again, or choose another."),
        "join_anyway": _("You can join all the same, and turn it on later."),
        "microphone_unplugged": _("Your microphone was unplugged. Now using {name}.", name="{name}"),
        "microphone_gone": _("Your microphone was unplugged. Nobody hears you until you plug one in."),
        "camera_unplugged": _("Your camera was unplugged. Now using {name}.", name="{name}"),
        "camera_gone": _("Your camera was unplugged. Nobody sees you until you plug one in."),
        "speaker_unplugged": _("Your speaker was unplugged. Now using {name}.", name="{name}"),
        "speaker_gone": _("Your speaker was unplugged. Plug one in to hear the others."),
        "device_failed": _("That device did not start. The previous one is in use again."),
        "share_failed": _("Your screen could not be shared. Try again, or choose a window instead."),
        "turn_sound_on": _("Turn sound on"),
        "devices_starting": _("Starting…"),
        "devices_hidden": _("Allow access to choose"),
        "devices_system": _(
            "Your system does not let the browser use the camera and microphone. Allow both in the system's privacy settings, then reload this page."
        ),
        "microphone_system": _(
            "Your system does not let the browser use the microphone. Allow it in the system's privacy settings, then turn it on here."
        ),
        "camera_system": _(
            "Your system does not let the browser use the camera. Allow it in the system's privacy settings, then turn it on here."
        ),
        "microphone_stopped": _(
            "Your microphone has stopped, so nobody hears you. Another program may have taken it: close it there, then turn it on here."
        ),
        "camera_stopped": _(
            "Your camera has stopped, so nobody sees you. Another program may have taken it: close it there, then turn it on here."
        ),
        "microphone_silenced": _(
            "Your system or headset has muted the microphone. Nobody hears you until you unmute it there."
        ),
        "camera_silenced": _("Your system is holding the camera back. Nobody sees you until it is free again."),
        "speaker_failed": _("That speaker did not start. Choose another one."),
        "share_system": _(
            "Your system does not let the browser record the screen. Allow it in the system's privacy settings, then share again."
        ),
        "share_lost": _("The connection was lost, so your screen is no longer shared. You can share it again."),
    }


def _call() -> dict[str, str | dict[str, str]]:
    return {
        "room_title": _("Meeting"),
        "controls": _("Meeting controls"),
        "share_screen": _("Share screen"),
        "stop_sharing": _("Stop sharing"),
        "more": _("More"),
        "more_title": _("Devices and more"),
        "grid_view": _("Gallery view"),
        "speaker_view": _("Speaker view"),
        "leave": _("Leave"),
        "end_for_all": _("End for all"),
        "leave_title": _("Leave the meeting"),
        "leave_text": _(
            "The others can go on without a host. The room closes ten minutes after the last one has left."
        ),
        "leave_to_host": _("The others go on: somebody else is host too."),
        "just_leave": _("Leave, others go on"),
        "new_host": _("New host"),
        "hand_over": _("Hand over and leave"),
        "end_text": _("Or close the room: everyone is sent out."),
        "stay": _("Stay"),
        "sounds": _("Sounds"),
        "sounds_help": _("When somebody comes, goes or writes."),
        "reconnecting": _("Reconnecting…"),
        "you_are_in": _("You are in the meeting."),
        "alone": _("You are the only one here. Send the link to those you want to meet."),
        "name_you": _("{name} (you)", name="{name}"),
        "screen_of": _("{name}'s screen", name="{name}"),
        "pin_name": _("Pin {name}", name="{name}"),
        "unpin_name": _("Unpin {name}", name="{name}"),
        "is_muted": _("Muted"),
        "is_unmuted": _("Microphone on"),
        "connection_poor": _("Weak connection"),
        "connection_lost": _("No connection"),
        "pages": _("Pages of people"),
        "page_before": _("Previous page"),
        "page_next": _("Next page"),
        "page_of": _("{page} of {pages}", page="{page}", pages="{pages}"),
        "one_joined": _("{name} joined.", name="{name}"),
        "one_left": _("{name} left.", name="{name}"),
        "many_joined": _forms(
            lambda n: plural("{name} and {count} other joined.", "{name} and {count} others joined.", n, name="{name}")
        ),
        "many_left": _forms(
            lambda n: plural("{name} and {count} other left.", "{name} and {count} others left.", n, name="{name}")
        ),
        "share_started": _("{name} is sharing their screen.", name="{name}"),
        "share_stopped": _("{name} has stopped sharing.", name="{name}"),
        "muted_by_host": _("The host has muted you. Unmute yourself when you want to speak."),
        "muted_by_server": _("The server has muted you, not a host. Unmute yourself when you want to speak."),
        "reconnecting_blocked": _("Reconnecting… Your network blocks calls. Try another one."),
        "sharing_now": _("You are sharing your screen"),
        "name_reconnecting": _("{name}: reconnecting…", name="{name}"),
        "stop": _("Stop"),
    }


def _chat() -> dict[str, str | dict[str, str]]:
    return {
        "chat": _("Chat"),
        "chat_title": _("Chat with everyone"),
        "chat_messages": _("Messages"),
        "chat_empty": _("Nothing has been said here yet."),
        "chat_notice": _(
            "Everyone in the meeting reads this, and others can copy what you type. "
            "It is not stored here: it is gone when you close this page."
        ),
        "message_field": _("Write to everyone"),
        "message_left": _forms(lambda n: plural("{count} character left", "{count} characters left", n)),
        "message_too_long": _forms(
            lambda n: plural(
                "{count} character too long: a message has 4,000 at most",
                "{count} characters too long: a message has 4,000 at most",
                n,
            )
        ),
        "message_sending": _("Sending…"),
        "message_failed": _("Not sent."),
        "message_from": _("{name}: {text}", name="{name}", text="{text}"),
        "send": _("Send"),
        "you": _("You"),
        "someone": _("Someone"),
        "unread": _forms(lambda n: plural("{count} unread message", "{count} unread messages", n)),
        "download_chat": _("Save as a text file"),
        "transcript_file": _("meeting-chat.txt"),
        "transcript_title": _("What was written in the meeting"),
        "close_panel": _("Close panel"),
    }


def _people() -> dict[str, str | dict[str, str]]:
    return {
        "people": _("People"),
        "people_count": _forms(lambda n: plural("{count} person here", "{count} people here", n)),
        "host": _("Host"),
        "mute_name": _("Mute {name}", name="{name}"),
        "remove_name": _("Remove {name}", name="{name}"),
        "remove": _("Remove"),
        "remove_title": _("Remove {name}?", name="{name}"),
        "remove_text": _("{name} is sent out and cannot come back to this meeting.", name="{name}"),
        "lock_meeting": _("Lock the meeting"),
        "lock_help": _("New people wait until you let them in."),
        "locked_now": _("Locked"),
        "copy_link": _("Copy link"),
        "link_copied": _("Link copied"),
        "copy_invitation": _("Copy invitation"),
        "invitation_copied": _("Invitation copied"),
        "copy_failed": _("This browser does not let the page copy. Copy it from here:"),
    }


def _waiting() -> dict[str, str | dict[str, str]]:
    return {
        "waiting_people": _("Waiting to be let in"),
        "one_waits": _("{name} is waiting to be let in.", name="{name}"),
        "two_wait": _("{name} and {other} are waiting to be let in.", name="{name}", other="{other}"),
        "many_wait": _forms(
            lambda n: plural(
                "{name} and {count} other are waiting to be let in.",
                "{name} and {count} others are waiting to be let in.",
                n,
                name="{name}",
            )
        ),
        "waiting_count": _forms(lambda n: plural("{count} person is waiting", "{count} people are waiting", n)),
        "admit": _("Admit"),
        "admit_name": _("Admit {name}", name="{name}"),
        "admit_all": _("Admit all"),
        "refuse": _("Refuse"),
        "refuse_name": _("Refuse {name}", name="{name}"),
        "see_waiting": _("See who"),
        "notify_me": _("Notify me when somebody waits"),
    }


def _keys() -> dict[str, str | dict[str, str]]:
    return {
        "help_title": _("Keyboard shortcuts"),
        "single_keys": _("Use these keys"),
        "single_keys_help": _("Turn them off if you dictate, or press keys by accident. Esc always works."),
        "key_microphone": _("Microphone on or off"),
        "key_camera": _("Camera on or off"),
        "key_share": _("Share your screen, or stop"),
        "key_chat": _("Open or close the chat"),
        "key_people": _("Open or close the list of people"),
        "key_layout": _("Gallery view or speaker view"),
        "key_help": _("This list"),
        "key_escape": _("Close what is open"),
        "key_talk": _("Hold to speak while muted"),
        "space_bar": _("Space"),
    }


def _farewells() -> dict[str, str | dict[str, str]]:
    return {
        "left_title": _("You have left the meeting"),
        "left_text": _("Your camera and microphone are off."),
        "join_again": _("Join again"),
        "removed_title": _("The host has removed you"),
        "removed_text": _(
            "You cannot come back to this meeting. If that was a mistake, ask the host to invite you again."
        ),
        "ended_title": _("The meeting has ended"),
        "ended_text": _("Your camera and microphone are off. Nothing that was said is kept here."),
        "elsewhere_title": _("You went on in another tab"),
        "elsewhere_text": _("You can be in this meeting in one tab at a time, so this one has left."),
        "come_back_here": _("Go on here"),
        "full_title": _("The meeting is full"),
        "refused_title": _("The host hasn't let you in"),
        "refused_text": _("They can't have you join right now. You can ask again in a minute."),
        "unknown_title": _("No meeting here"),
        "too_many_title": _("Too many attempts"),
        "too_many_text": _("Wait a moment, then try again."),
        "unavailable_title": _("Meetings can't be reached"),
        "to_start": _("Back to the start"),
        "unsupported_title": _("This browser can't take part"),
        "unsupported_text": _(
            "It cannot encrypt video calls from end to end, or they are switched off. Open the link in Firefox 130, Chrome or Edge 137, Safari 17.4, or anything newer."
        ),
        "meet_again": _("Meet again"),
        "my_meetings": _("My meetings"),
        "save_chat": _("Save the chat"),
    }


def _encryption() -> dict[str, str | dict[str, str]]:
    return {**_lock(), **_encryption_sheet()}


def _lock() -> dict[str, str | dict[str, str]]:
    """What the lock says in few words, and the sheet in a sentence with what to do."""
    return {
        "encrypted": _("End-to-end encrypted"),
        "keys_coming": _("Exchanging keys…"),
        "lock_forked": _("Interference"),
        "lock_other_self": _("Not end-to-end encrypted: mistaken identity"),
        "lock_not_sealed": _("Not end-to-end encrypted yet"),
        "lock_stranger": _("Somebody is connected without keys"),
        "lock_unmarked": _("{name} sends without encryption", name="{name}"),
        "lock_unreadable": _("{name} cannot be decrypted", name="{name}"),
        "lock_plain": _("Messages without encryption were dropped"),
        "told_other_self": _(
            "The server takes this browser for somebody else. Leave the meeting, come back, and tell the operator if it happens again."
        ),
        "told_not_sealed": _(
            "What you send is not encrypted yet, so nothing is sent. If this stays, leave and join again."
        ),
        "told_stranger": _(
            "Somebody is connected to the server who holds no keys of this meeting. They see and hear nothing of it, and you see nothing of them. The host can lock the meeting."
        ),
        "told_unmarked": _(
            "{name} sends something that is not encrypted. It is not shown to you. Ask them to leave and join again.",
            name="{name}",
        ),
        "told_unreadable": _(
            "What {name} sends does not fit their key, so it is not shown to you. Ask them to leave and join again.",
            name="{name}",
        ),
        "told_plain": _("Messages arrived that were not encrypted. They were dropped: nobody saw them here."),
    }


def _encryption_sheet() -> dict[str, str | dict[str, str]]:
    return {
        "encryption": _("Encryption"),
        "encrypted_text": _(
            "Everything you say, show and write here is encrypted in your browser and opened only in the browsers of those listed below."
        ),
        "meeting_code": _("Meeting code"),
        "meeting_code_help": _(
            "Let the host read it aloud. If all see the same digits, nobody has slipped in between."
        ),
        "members": _forms(lambda n: plural("{count} person holds the keys", "{count} people hold the keys", n)),
        "right_root": _("Organizer"),
        "right_cohost": _("Appointed by the organizer"),
        "right_link": _("Came with the link"),
        "right_admitted": _("Let in by a host"),
        "right_introduced": _("Let in by a host, link from a mail of this server"),
        "server_sees_title": _("What the server can see"),
        "server_sees": _(
            "Who is here and under which name, when, from which address, and how much is sent. It also decides who is locked out or removed, and can end the meeting. It cannot see, hear or read what happens in it."
        ),
        "server_gives": _(
            "Names and rights are signed and checked by your browser. Photos, titles and companies come from the server."
        ),
        "altered_code": _(
            "This protects from whoever runs the network or steals what is stored. It does not protect from a server that sends your browser altered code."
        ),
        "limits_link": _("What no protection covers"),
        "for_experts": _("For experts"),
        "epoch_code": _("Code of this moment"),
        "epoch_code_help": _(
            "Epoch {epoch}. It changes whenever somebody comes or goes. If two people see different codes for longer than a moment, the server keeps them apart.",
            epoch="{epoch}",
        ),
        "build_hash": _("Hash of the encryption's code"),
        "build_hash_help": _("The operator compares it with what “make doctor” prints on the server."),
        "forked_title": _("Stopped for your safety"),
        "forked_text": _(
            "The people in this meeting no longer agree on who is in it. Somebody may have interfered, so your browser stopped sending. Join again, and compare the meeting code."
        ),
        "other_root_title": _("This link no longer fits"),
        "other_root_text": _(
            "The meeting has other keys than your link says. The organizer may have made a new link: ask them for it, not by way of this server."
        ),
        "no_ticket_title": _("Something is missing from your link"),
        "no_ticket_text": _("Its end was lost or changed. Ask the organizer for the whole link, and open it again."),
        "link_broken": _(
            "The end of your link was lost or changed on its way. Open the whole link, or join like this: then a host has to let you in."
        ),
        "outdated_title": _("This page is out of date"),
        "outdated_text": _("The others use another version of the encryption. Reload the page to get it."),
        "reload": _("Reload"),
    }
