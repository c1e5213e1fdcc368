// The invitation while its meeting is being made: what stands in the form, in the words that guests will read.

import { useEffect, useState } from "react";
import { city, inWords } from "./when";

type Typed = { subject: string; startsAt: string; zone: string; hasPhrase: boolean };

type Props = {
  form: string;
  lang: string;
  noSubject: string;
  host: string;
  hostName: string;
  when: string;
  timesIn: string;
  link: string;
  phrase: string;
  account: string;
};

const NOTHING: Typed = { subject: "", startsAt: "", zone: "", hasPhrase: false };

function typedIn(form: HTMLFormElement): Typed {
  const data = new FormData(form);
  const text = (name: string) => String(data.get(name) ?? "").trim();
  return {
    subject: text("subject"),
    startsAt: text("starts_at"),
    zone: text("time_zone"),
    hasPhrase: text("pass_phrase") !== "",
  };
}

/** What the form with this id holds, now and whenever something in it changes. */
function useTyped(id: string): Typed {
  const [typed, setTyped] = useState(NOTHING);
  useEffect(() => {
    const form = document.getElementById(id);
    if (!(form instanceof HTMLFormElement)) return undefined;
    const read = () => setTyped(typedIn(form));
    const drawn = new MutationObserver(read); // the fields of a time come and go
    drawn.observe(form, { childList: true, subtree: true });
    form.addEventListener("input", read);
    read();
    return () => {
      drawn.disconnect();
      form.removeEventListener("input", read);
    };
  }, [id]);
  return typed;
}

export function InvitationPreview(props: Props) {
  const { subject, startsAt, zone, hasPhrase } = useTyped(props.form);
  const words = inWords(startsAt, props.lang);
  const when = words && `${words}, ${props.timesIn.replace("{city}", city(zone))}`;
  return (
    <div className="grid grid-cols-1 gap-4 text-sm leading-6">
      <div>
        <p className={`font-medium wrap-anywhere ${subject ? "text-ink" : "text-ink-faint"}`}>{subject || props.noSubject}</p>
        <p className="text-ink-muted wrap-anywhere empty:hidden">
          {props.hostName && props.host.replace("{name}", props.hostName)}
        </p>
        <p className="text-ink-muted empty:hidden">{when && props.when.replace("{when}", when)}</p>
      </div>
      <div>
        <p className="text-ink-faint" translate="no">
          {props.link}
        </p>
        <p className="text-ink-muted empty:hidden">{hasPhrase && props.phrase}</p>
        <p className="text-ink-muted">{props.account}</p>
      </div>
    </div>
  );
}
