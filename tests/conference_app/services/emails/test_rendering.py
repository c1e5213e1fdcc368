"""Every email in every language, read as a mail program, a filter and a stranger would read it."""

from __future__ import annotations

import re
from email import message_from_bytes
from html.parser import HTMLParser
from pathlib import Path

import mrml
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conference_app import services, texts
from conference_app.config import LANGUAGES, settings
from conference_app.purposes import NEWSLETTER
from conference_app.services.emails import blocks, colors, messages, rendering, secret_requests
from conference_app.services.emails.colors import contrast
from conference_app.services.emails.messages import ParticipantTemplate
from conference_app.services.emails.rendering import Choices, render, rich_html, sample
from conference_app.services.emails.template import TEMPLATES, Template
from conference_app.services.mail import message as mail_message
from conference_app.services.mail import stop_links
from tests.fakes import NOON

services.load_all()

NAMES = sorted(TEMPLATES)
FREE_TEXT = {"newsletter", "newsletter_test"}
"""The emails whose body staff write."""
FOLDER = Path(rendering.__file__).parent / "templates"
KNOWN_TAGS = {
    *("mjml", "mj-head", "mj-title", "mj-preview", "mj-raw", "mj-attributes", "mj-all", "mj-text", "mj-section"),
    *("mj-column", "mj-button", "mj-table", "mj-style", "mj-body"),
}
MARKETING = re.compile(r"(?i)\b(offer|discount|upgrade|newsletter|subscribe to|buy|promocj|ofert|zniżk|kup teraz)")


class Reader(HTMLParser):
    """What a mail program would load and link to."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.words: list[str] = []
        self.skipping = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.skipping = tag in ("style", "title")
        for name, value in attrs:
            if tag == "a" and name == "href":
                self.links.append(value or "")
            elif name in ("src", "srcset", "background", "poster", "data") or (tag == "link" and name == "href"):
                self.loads.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        self.skipping = False

    def handle_data(self, data: str) -> None:
        if not self.skipping:
            self.words.append(data)


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    return reader


def flat(text: str) -> str:
    return " ".join(text.split())


def test_there_are_messages() -> None:
    assert len(NAMES) >= 5


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
class TestEveryMessage:
    """The lint: no email leaves that does not pass."""

    def test_says_the_same_in_html_and_text(self, name: str, code: str) -> None:
        made = sample(TEMPLATES[name], code)
        words = flat(" ".join(read(made.html).words))
        assert len(made.text) > 80
        for line in made.text.splitlines():
            if name not in FREE_TEXT and not set(line) <= set("=- ") and not line.startswith("http"):
                for piece in re.split(r"https?://\S+|:\s*$|:\s", line):
                    assert flat(piece) in words
        assert not re.search(r"\{\w*\}|\[\[|@blocks@|@footer@|\{%", made.html + made.text + made.subject)

    @pytest.mark.promise("P65")
    def test_links_home_and_loads_nothing(self, name: str, code: str) -> None:
        reader = read(sample(TEMPLATES[name], code).html)
        assert reader.loads == []
        assert not set(reader.tags) & {"img", "script", "iframe", "form", "input", "link", "object", "video", "base"}
        assert reader.links
        assert all(link.startswith(f"{settings().public_url}/") for link in reader.links)

    def test_loads_nothing_by_style_either(self, name: str, code: str) -> None:
        html = sample(TEMPLATES[name], code).html
        assert not re.search(r"(?i)url\(|@import|@font-face", html)

    @pytest.mark.promise("P80")
    def test_never_asks_for_a_password_and_says_so(self, name: str, code: str) -> None:
        made = sample(TEMPLATES[name], code)
        sentence = {"en": "We never ask for your password", "pl": "Nigdy nie prosimy o Twoje hasło"}[code]
        assert sentence in flat(made.text)
        assert sentence in flat(made.html)
        rest = flat(made.text).replace(sentence, "")
        assert not secret_requests.asks(rest)
        assert "<input" not in made.html

    @pytest.mark.promise("P42")
    def test_says_who_sends_it(self, name: str, code: str) -> None:
        made = sample(TEMPLATES[name], code)
        for part in (settings().controller.name, settings().controller.address):
            assert part in flat(made.text)
            assert part in flat(made.html)

    @pytest.mark.promise("P60")
    def test_can_be_stopped_where_it_can_be_stopped(self, name: str, code: str) -> None:
        template = TEMPLATES[name]
        made = sample(template, code)
        has_link = f"{settings().public_url}{texts.localized_path('/u/sample', code)}" in made.text
        assert has_link == (template.email_class in ("newsletter", "promotion"))
        assert ("/u/sample" in made.html) == has_link

    @pytest.mark.promise("P60")
    def test_says_so_to_mail_programs_as_well(self, name: str, code: str) -> None:
        template = TEMPLATES[name]
        choices = stop_links.marked_choices(template)
        made = render(template, template.sample, code, choices)
        sheet = mail_message.sheet(template, made, {}, code, NOON)
        mail = message_from_bytes(mail_message.addressed(sheet, "a" * 32, "ann@example.com", choices))
        occasion = template.occasion if isinstance(template, ParticipantTemplate) else ""
        can_be_stopped = template.email_class in ("newsletter", "promotion") or occasion in ("reminder", "follow_up")
        link = f"{settings().public_url}{choices.unsubscribe}" if can_be_stopped else ""
        assert mail["List-Unsubscribe"] == (f"<{link}>" if link else None)
        assert mail["List-Unsubscribe-Post"] == ("List-Unsubscribe=One-Click" if link else None)

    @pytest.mark.promise("P55")
    def test_necessary_and_service_messages_advertise_nothing(self, name: str, code: str) -> None:
        template = TEMPLATES[name]
        if template.email_class in ("necessary", "service") and template.name not in (
            "newsletter_test",
            "newsletter_confirm",
        ):
            assert not any(block.kind == "rich" for block in template.body)
            body = sample(template, code).text.partition("\n-- \n")[0]
            assert not MARKETING.search(body)

    def test_is_made_for_dark_and_for_phones(self, name: str, code: str) -> None:
        html = sample(TEMPLATES[name], code).html
        assert '<meta name="color-scheme" content="light dark"' in html
        assert "prefers-color-scheme: dark" in html
        assert 'name="viewport"' in html
        assert f'lang="{code}"' in html

    def test_is_translated(self, name: str, code: str) -> None:
        template = TEMPLATES[name]
        written = [template.subject, template.summary, *(block.text for block in template.body)]
        for message in written:
            if re.search(r"[A-Za-z]{3}", re.sub(r"\{\w*\}", "", message)) and code != "en":
                with texts.language(code):
                    assert texts._(message) != message


def test_free_text_stands_where_staff_write_and_nowhere_else() -> None:
    with_rich = {name for name in NAMES if any(block.kind == "rich" for block in TEMPLATES[name].body)}
    assert with_rich <= FREE_TEXT


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.mjml")), ids=lambda path: path.stem)
def test_the_compiler_knows_every_tag(path: Path) -> None:
    """It says nothing about a misspelt tag: it leaves it out of the mail."""
    source = path.read_text()
    assert set(re.findall(r"<(mj[\w-]*)", source)) <= KNOWN_TAGS
    places = set(re.findall(r"\{\{ ([\w.]+) \}\}", source))
    inside = (
        source.replace("@blocks@", "<mj-button>Go</mj-button>")
        if path.stem == "frame"
        else f"<mjml><mj-body><mj-section><mj-column>{source}</mj-column></mj-section></mj-body></mjml>"
    )
    compiled = mrml.to_html(inside)
    assert compiled.warnings == []
    assert all(f"{{{{ {place} }}}}" in compiled.content for place in places)


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=1>',
    "{{ 7*7 }}",
    "{% for x in y %}",
    "{name}",
    "& < >",
    "</td>",
)


def _one(body: tuple[blocks.Block, ...]) -> Template:
    return messages.NewsletterTemplate("test_hostile", purpose=NEWSLETTER, subject="To {name}", body=body, sample={})


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_people_are_called_stays_text(hostile: str) -> None:
    body = (
        blocks.paragraph("Hello {name}."),
        blocks.facts("facts"),
        blocks.plain("words"),
        blocks.code("code"),
        blocks.button("Go"),
    )
    values = {"name": hostile, "facts": [(hostile, hostile)], "words": hostile, "code": hostile, "link": "/x"}
    made = render(_one(body), values, "en", Choices("/u/t"))
    reader = read(made.html)
    assert " ".join(reader.words).count(hostile) >= 4
    assert not set(reader.tags) & {"script", "img"}
    assert hostile in made.text
    assert hostile in made.subject


def test_the_label_of_a_fact_stays_in_one_line() -> None:
    facts = [("Nazwa użytkownika", "words that may go on in the next line " * 5)]
    html = render(_one((blocks.facts("facts"),)), {"name": "", "facts": facts}, "pl", Choices()).html
    [label] = re.findall(r'<td style="([^"]*)">Nazwa użytkownika</td>', html)
    assert "white-space:nowrap" in label


@pytest.mark.parametrize(
    "link", ["https://evil.example/", "//evil.example", "javascript:1", "/a b", "\\\\evil", "", "/x\\y"]
)
def test_a_button_never_leads_away(link: str) -> None:
    with pytest.raises(ValueError, match="path of this site"):
        render(_one((blocks.button("Go"),)), {"name": "", "link": link}, "en", Choices())


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(KeyError):
        render(_one((blocks.paragraph("{nothing}"),)), {"name": ""}, "en", Choices())


def test_a_block_can_depend_on_a_value() -> None:
    body = (blocks.paragraph("Always."), blocks.paragraph("Sometimes.", when="wanted"))
    for wanted in (True, False):
        made = render(_one(body), {"name": "", "wanted": wanted}, "en", Choices())
        assert ("Sometimes." in made.html, "Sometimes." in made.text) == (wanted, wanted)


def test_what_staff_write_is_cleaned() -> None:
    html = str(
        rich_html(
            "## Title\n\n*em* **strong** [link](https://a.example/) [bad](javascript:alert(1)) ![pixel](https://t.example/p.gif)\n\n"
            '- one\n\n> said\n\n<img src="https://t.example/p.gif"><script>1</script>\n\n`code`'
        )
    )
    reader = read(html)
    assert set(reader.tags) <= {"h2", "p", "em", "strong", "a", "ul", "li", "blockquote", "code", "br"}
    assert "https://a.example/" in reader.links
    assert all(link.startswith("https://") for link in reader.links)
    assert 'rel="noopener noreferrer"' in html


@given(st.text(max_size=300))
def test_no_markdown_makes_a_mail_load_anything(source: str) -> None:
    reader = read(str(rich_html(source)))
    assert reader.loads == []
    assert set(reader.tags) <= {"p", "br", "strong", "em", "a", "ul", "ol", "li", "h2", "h3", "blockquote", "code"}


@given(st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}"))
def test_every_accent_can_be_read(accent: str) -> None:
    palette = colors._palette(accent)
    assert contrast(palette["accent_ink"], "#ffffff") >= 4.5
    assert contrast(palette["accent_dark"], "#161a23") >= 4.5
    assert contrast(palette["on_accent"], accent) >= 4.5
