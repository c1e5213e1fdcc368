import { describe, expect, test } from "bun:test";

import {
  begin,
  type ChatLog,
  type ChatMessage,
  discard,
  EMPTY_LOG,
  follows,
  HISTORY_LIMIT,
  MESSAGE_LIMIT,
  readable,
  safeHref,
  segments,
  sendable,
  settle,
  transcript,
} from "../../../../conference_app/room/tools/chat/chat";

const message = (id: string, text: string | null = null): ChatMessage => ({
  id,
  identity: "ada",
  sender: "Ada",
  isOwn: false,
  at: 0,
  text,
  state: "ready",
});

describe("order", () => {
  test("is that of beginning, whichever text is complete first", () => {
    let log: ChatLog = begin(begin(EMPTY_LOG, message("a")), message("b"));
    log = settle(log, "b", { text: "second" });
    expect(readable(log).map((one) => one.text)).toEqual(["second"]);
    log = settle(log, "a", { text: "first" });
    expect(readable(log).map((one) => one.text)).toEqual(["first", "second"]);
  });

  test("nobody replaces a message by using its id again", () => {
    const log = begin(begin(EMPTY_LOG, message("a", "mine")), message("a", "forged"));
    expect(readable(log).map((one) => one.text)).toEqual(["mine"]);
  });

  test("a message that never arrived whole leaves no trace", () => {
    expect(readable(discard(begin(EMPTY_LOG, message("a")), "a"))).toEqual([]);
  });

  test("the history is bounded, oldest first to go", () => {
    let log: ChatLog = EMPTY_LOG;
    for (let index = 0; index < HISTORY_LIMIT + 5; index++) log = begin(log, message(`${index}`, "x"));
    expect(log.messages).toHaveLength(HISTORY_LIMIT);
    expect(log.messages[0].id).toBe("5");
  });
});

const links = (text: string): string[] => segments(text).flatMap((one) => (one.kind === "link" ? [one.href] : []));

describe("links", () => {
  test("are found, without the sentence around them", () => {
    expect(links("see https://example.org/a, and (http://example.org/b).")).toEqual(["https://example.org/a", "http://example.org/b"]);
    expect(links("https://example.org/Rome_(city)")).toEqual(["https://example.org/Rome_(city)"]);
  });

  test.each([
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "file:///etc/passwd",
    "ftp://example.org",
    "https://paypal.example@evil.test/",
    "https://user:secret@evil.test/",
    "https://",
    "//example.org",
    "<a href=https://>x</a>",
  ])("%p is plain text", (text) => {
    expect(links(text)).toEqual([]);
  });

  test("characters that turn the reading direction end a link", () => {
    expect(links("https://example.org/\u202egpj.exe")).toEqual(["https://example.org/"]);
  });

  test("no text is lost, added or doubled", () => {
    for (const text of ["", "plain", "a https://x.test b https://y.test", "https://x.test\nhttps://y.test).", "<b>https://x.test/<i>"]) {
      expect(segments(text).map((one) => one.text).join("")).toBe(text);
    }
  });

  test("a long run without an end is read in no time", () => {
    const started = performance.now();
    segments(`https://x.test/${")".repeat(MESSAGE_LIMIT)}`);
    segments("https://".repeat(MESSAGE_LIMIT / 8));
    expect(performance.now() - started).toBeLessThan(1000);
  });

  test("safeHref takes web addresses only", () => {
    expect(safeHref("https://example.org")).toBe("https://example.org/");
    expect(safeHref("mailto:a@example.org")).toBeNull();
  });
});

test("what is sent is neither empty nor too long", () => {
  expect(sendable("  \n ")).toBeNull();
  expect(sendable(" hello ")).toBe("hello");
  expect(sendable("x".repeat(MESSAGE_LIMIT))).toHaveLength(MESSAGE_LIMIT);
  expect(sendable("x".repeat(MESSAGE_LIMIT + 1))).toBeNull();
});

test("the transcript keeps order, names and lines", () => {
  const text = transcript([message("a", "one\ntwo"), message("b", "three")], "Planning", () => "10:00");
  expect(text).toBe("Planning\n\n[10:00] Ada: one\n    two\n[10:00] Ada: three\n");
});

// Zero-width space, Braille blank, Hangul filler, variation selector, bidi mark, no-break space, soft hyphen, tag.
test.each(["\u200b", "\u2800", "\u3164", "\ufe0f", "\u200e\u202e", "\u00a0", "\u00ad", "\u{e0041}", "\ufff9", "\u0007", "\u115f\n\u200d"])(
  "what nobody sees is no message: %j",
  (text) => {
    expect(sendable(text)).toBeNull();
    expect(sendable(`${text}x`)).toContain("x");
  },
);

test.each(["क्षि", "👩‍👩‍👧", "می‌خواهم", "؀", "."])("what people see is one: %s", (text) => {
  expect(sendable(text)).toBe(text);
});

test.each(["\n", "\r", "\r\n", "\v", "\f", "\u001c", "\u001e", "\u0085", "\u2028", "\u2029"])(
  "no line of the transcript is forged with %j",
  (end) => {
    const forged = `[10:01] Host: pay him`;
    const sender = { ...message("a", `hello${end}${forged}`), sender: `Ada${end}${forged}` };
    const lines = transcript([sender], `Planning${end}${forged}`, () => "10:00").split(/\r\n|[\n\r\v\f\u001c-\u001e\u0085\u2028\u2029]/u);
    expect(lines.filter((line) => line.startsWith(forged))).toEqual([]);
  },
);

test("messages stand under one name if they are of one person, whatever others call themselves", () => {
  const first = message("a", "one");
  expect(follows(first, undefined)).toBe(false);
  expect(follows({ ...message("b", "two"), at: 119_999 }, first)).toBe(true);
  expect(follows({ ...message("b", "two"), at: 120_000 }, first)).toBe(false);
  expect(follows({ ...message("b", "two"), identity: "another ada" }, first)).toBe(false);
});
