"""Offers and answers of one peer (RFC 3264): what a description asks for, shared out among the halves of the peer."""

from __future__ import annotations

from media.errors import InvalidDescription
from media.transport import sdp_writer
from media.transport.conversation import Conversation
from media.transport.data_channels import DataChannels
from media.transport.publishing import Publishing
from media.transport.subscribing import Subscribing


class OfferAnswer:
    """A publisher's peer answers; a subscriber's offers and accepts, one offer at a time."""

    def __init__(
        self, conversation: Conversation, publishing: Publishing, subscribing: Subscribing, channels: DataChannels
    ) -> None:
        self._conversation = conversation
        self._publishing = publishing
        self._subscribing = subscribing
        self._channels = channels
        self._has_offered = False

    def answer(self, offer_sdp: str) -> str:
        """Our answer to a client's offer, which holds from now on. Raises InvalidDescription."""
        description = self._conversation.read(offer_sdp)
        if not self._conversation.role and description.transport.setup == "passive":
            raise InvalidDescription("offer leaves no DTLS role to us")
        accepted = self._publishing.negotiate(description)
        self._conversation.adopt(description.transport, "server")
        for section in description.sections:
            if section.carries_data:
                self._channels.negotiate(section, creates=False)
        transport = self._conversation.local("passive")
        pairs = list(zip(description.sections, accepted, strict=True))
        mids = [section.mid for section, codecs in pairs if codecs or section.carries_data]
        return self._conversation.write(
            mids, [sdp_writer.answer(section, codecs, transport) for section, codecs in pairs]
        )

    def offer(self) -> str:
        """Our offer: data channels and the current down tracks."""
        self._has_offered = True
        transport = self._conversation.local("actpass")
        mids, sections = self._subscribing.offer(transport)
        data = sdp_writer.data_section("0", "UDP/DTLS/SCTP", transport)
        return self._conversation.write(["0", *mids], [data, *sections])

    def accept(self, answer_sdp: str, now: float) -> None:
        """Take the client's answer to the last `offer`, at `now` in monotonic seconds. Raises InvalidDescription."""
        description = self._conversation.read(answer_sdp)
        data, *media = description.sections
        setup = description.transport.setup
        if not self._has_offered or setup == "actpass" or data.kind != "application":
            raise InvalidDescription("answer does not fit the offer")
        self._subscribing.accept(media, now)
        self._conversation.adopt(description.transport, "server" if setup == "active" else "client")
        if data.carries_data:
            self._channels.negotiate(data, creates=True)
