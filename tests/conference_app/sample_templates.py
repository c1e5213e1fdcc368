"""Emails of the tests' own, of every class. They are the product's only while a test asks for `sample_templates`."""

from __future__ import annotations

from conference_app.purposes import ACCOUNT_MAIL, NEWSLETTER, PROMOTION, REQUESTS
from conference_app.services.emails.blocks import button, paragraph, rich
from conference_app.services.emails.messages import (
    NecessaryTemplate,
    NewsletterTemplate,
    ParticipantTemplate,
    PromotionTemplate,
    ServiceTemplate,
)
from conference_app.services.emails.template import Context, Values

WELCOME = NecessaryTemplate(
    "test_welcome",
    subject="Welcome, {name}",
    purpose=ACCOUNT_MAIL,
    body=(paragraph("Hello {name}."), button("Confirm", "link")),
    compose=None,
    sample={"name": "Ann", "link": "/verify/abc"},
)


async def _welcome(_db: object, context: Context) -> Values | None:
    return {"link": f"/verify/{context.refs['token_id']}"} if context.refs["token_id"] != "gone" else None


WELCOME_LINK = NecessaryTemplate(
    "test_welcome_link",
    subject="Welcome, {name}",
    purpose=ACCOUNT_MAIL,
    body=(paragraph("Hello {name}."), button("Confirm", "link")),
    compose=_welcome,
    sample={"name": "Ann", "link": "/verify/abc"},
)
PLAIN = NecessaryTemplate(
    "test_plain", subject="Your receipt", purpose=REQUESTS, body=(paragraph("Thank you."),), sample={"name": "Ann"}
)
SERVICE = ServiceTemplate("test_service", subject="Maintenance", body=(paragraph("On Sunday."),), sample={})
NEWS = NewsletterTemplate(
    "test_news",
    subject="News",
    purpose=NEWSLETTER,
    body=(rich("body"),),
    compose=None,
    sample={"body": "Some *news*."},
)


async def _news(_db: object, _context: Context) -> Values:
    return {"body": "Some *news*."}


NEWS_BODY = NewsletterTemplate(
    "test_news_body",
    subject="News",
    purpose=NEWSLETTER,
    body=(rich("body"),),
    compose=_news,
    sample={"body": "Some *news*."},
)
OFFER = PromotionTemplate("test_offer", subject="An offer", purpose=PROMOTION, body=(paragraph("Cheap."),), sample={})
REMINDER = ParticipantTemplate(
    "test_reminder", subject="Soon", occasion="reminder", body=(paragraph("It starts soon."),), sample={}
)
CONFIRMATION = ParticipantTemplate(
    "test_confirmation", subject="You are in", occasion="confirmation", body=(paragraph("See you."),), sample={}
)
FOLLOW_UP = ParticipantTemplate(
    "test_follow_up", subject="How was it?", occasion="follow_up", body=(paragraph("Thank you for coming."),), sample={}
)

SAMPLE_TEMPLATES = (WELCOME, WELCOME_LINK, PLAIN, SERVICE, NEWS, NEWS_BODY, OFFER, REMINDER, CONFIRMATION, FOLLOW_UP)
