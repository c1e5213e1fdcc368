// Date, time and zone of a meeting, filled with the next half hour in the visitor's own zone, and said in words below.
// Only the browser knows the visitor's zone and the list of zones it can show. The time is a list of our own: the native
// field speaks of 2:00 PM in some browsers, while all our words say 14:00.

import * as React from "react";
import { useEffect, useRef, useState } from "react";

const pad = (value: number) => String(value).padStart(2, "0");

/** The next full or half hour at least five minutes away, as `2026-11-24T14:30` in local time. */
export function nextHalfHour(now: Date): string {
  const at = new Date(now.getTime() + 5 * 60_000);
  at.setMinutes(at.getMinutes() <= 30 && at.getMinutes() > 0 ? 30 : at.getMinutes() === 0 ? 0 : 60, 0, 0);
  return `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}T${pad(at.getHours())}:${pad(at.getMinutes())}`;
}

/** A wall time in words: "Tuesday 24 November 2026 at 14:00". The zone is named beside it, so none is applied here. */
export function inWords(local: string, lang: string): string {
  // Chromium reads a day into ":00Z" and its like.
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(local) ? Date.parse(`${local}:00Z`) : NaN;
  if (Number.isNaN(time)) return "";
  return new Intl.DateTimeFormat(lang === "en" ? "en-GB" : lang, {
    weekday: "long",
    day: "numeric",
    month: "long",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZone: "UTC",
  }).format(time);
}

const ownZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

export const city = (zone: string) => zone.split("/").pop()?.replaceAll("_", " ") ?? zone;

type Props = {
  lang: string;
  value: string;
  zone: string;
  dateLabel: string;
  timeLabel: string;
  zoneLabel: string;
  timesIn: string;
  inputClass: string;
  labelClass: string;
  hintClass: string;
  errorClass: string;
  need: string;
  needClass: string;
  whenError: string;
  zoneError: string;
};

type FieldProps = { props: Props; id: string; label: string; error: string; children: React.ReactNode };

/** A control under its label, its error below. */
function Field({ props, id, label, error, children }: FieldProps) {
  return (
    <div>
      <div className="flex items-baseline justify-between gap-3">
        <label htmlFor={id} className={props.labelClass}>
          {label}
        </label>
        <span aria-hidden="true" className={props.needClass}>
          {props.need}
        </span>
      </div>
      {children}
      <p id={`${id}_error`} className={props.errorClass}>
        {error}
      </p>
    </div>
  );
}

const STEP_MIN = 15;

/** Every quarter of an hour of a day, and `chosen` if it is another time: "00:00", "00:15" … */
export function timesOfDay(chosen: string): string[] {
  const steps = Array.from({ length: (24 * 60) / STEP_MIN }, (_unused, at) => at * STEP_MIN);
  const times = steps.map((minute) => `${pad(Math.floor(minute / 60))}:${pad(minute % 60)}`);
  return !chosen || times.includes(chosen) ? times : [...times, chosen].sort();
}

export function WhenFields(props: Props) {
  const [when, setWhen] = useState(props.value);
  const [day, time = ""] = when.split("T");
  const sent = useRef<HTMLInputElement>(null);
  const [zone, setZone] = useState(props.zone);
  const [zones, setZones] = useState<string[]>(props.zone ? [props.zone] : []);
  useEffect(() => {
    const own = props.zone || ownZone();
    setZones([...new Set([own, "UTC", ...Intl.supportedValuesOf("timeZone")])]);
    setZone(own);
    setWhen(props.value || nextHalfHour(new Date()));
  }, [props.value, props.zone]);
  useEffect(() => {
    sent.current?.dispatchEvent(new Event("input", { bubbles: true })); // who shows what the form holds hears of it
  }, [when, zone]);
  const words = inWords(when, props.lang);
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <input ref={sent} type="hidden" name="starts_at" value={day && when} />
      <Field props={props} id="starts_at" label={props.dateLabel} error={props.whenError}>
        <input
          id="starts_at"
          type="date"
          className={props.inputClass}
          value={day}
          required
          aria-invalid={Boolean(props.whenError)}
          aria-describedby="starts_at_error when_words"
          onChange={(event) => setWhen(`${event.target.value}T${time}`)}
        />
      </Field>
      <Field props={props} id="starts_at_time" label={props.timeLabel} error="">
        <select
          id="starts_at_time"
          className={`${props.inputClass} tabular-nums`}
          value={time}
          required
          aria-describedby="when_words"
          onChange={(event) => setWhen(`${day}T${event.target.value}`)}
        >
          {timesOfDay(time).map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </select>
      </Field>
      <div className="sm:col-span-2">
        <Field props={props} id="time_zone" label={props.zoneLabel} error={props.zoneError}>
          <select
            id="time_zone"
            name="time_zone"
            className={props.inputClass}
            value={zone}
            required
            aria-invalid={Boolean(props.zoneError)}
            aria-describedby="time_zone_error"
            onChange={(event) => setZone(event.target.value)}
          >
            {zones.map((name) => (
              <option key={name} value={name}>
                {name.replaceAll("_", " ")}
              </option>
            ))}
          </select>
        </Field>
      </div>
      <p id="when_words" aria-live="polite" className={`${props.hintClass} sm:col-span-2`}>
        {words && `${words}, ${props.timesIn.replace("{city}", city(zone))}`}
      </p>
    </div>
  );
}
