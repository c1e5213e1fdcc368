// A moment on the clocks of whoever reads it, and how far away it is. Only the browser knows its zone, and keeps it.

import { useSyncExternalStore } from "react";

type Props = { at: string; zone: string; lang: string; pattern: string };

const SECONDS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** `zone`, if this browser knows it, else UTC; the browser's own where none is given. */
function known(zone: string): string {
  if (!zone) return new Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
  try {
    new Intl.DateTimeFormat(undefined, { timeZone: zone });
    return zone; // as it was given: some browsers call Kathmandu by an older name
  } catch {
    return "UTC";
  }
}

/** "in 7 days", "2 hours ago". */
function distance(seconds: number, lang: string): string {
  const [unit, length] = SECONDS.find(([, length]) => Math.abs(seconds) >= length) ?? ["minute", 60];
  const count = Math.round(seconds / length);
  return new Intl.RelativeTimeFormat(lang, { numeric: count ? "always" : "auto" }).format(count, unit);
}

/** "24 Nov 2026, 14:00 Warsaw, in 7 days". */
function inWords({ at, zone, lang, pattern }: Props): string {
  const moment = Date.parse(at);
  const timeZone = known(zone);
  const said = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(lang === "en" ? "en-GB" : lang, { timeZone, ...options }).format(moment);
  const when = pattern
    .replace("{day}", said({ day: "numeric", month: "short", year: "numeric" }))
    .replace("{time}", said({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" }))
    .replace("{city}", timeZone.split("/").pop()?.replaceAll("_", " ") ?? timeZone);
  return `${when}, ${distance((moment - Date.now()) / 1000, lang)}`;
}

const never = () => () => {};

/** The moment `at` (ISO 8601, UTC). Pages made on the server say it in UTC, until a script runs. */
export function Moment(props: Props) {
  const isBrowser = useSyncExternalStore(never, () => true, () => false);
  const { at } = props;
  return <time dateTime={at}>{isBrowser ? inWords(props) : `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`}</time>;
}
