// What a page says of the vault: nothing while all is well, how to open it while it is locked, and the recovery phrase.

import { useEffect, useState } from "react";
import { CircleCheck, KeyRound, TriangleAlert } from "lucide-react";

import type { Look, Words } from "./look";
import { useVault } from "./page_vault";
import { PhraseSteps } from "./phrase_steps";
import { Unlock } from "./unlock";
import { hasPutOff, putOff } from "./vault_store";

type PanelProps = {
  account: string;
  /** Whether the account has a meeting: before, there is nothing worth a phrase. */
  hasMeeting: boolean;
  words: Words;
  look: Look;
};

/** Unknown (null) counts as put off: nothing comes up and goes again. */
function usePutOff(account: string): [boolean, () => void] {
  const [isPutOff, setIsPutOff] = useState<boolean | null>(null);
  useEffect(() => {
    if (account) hasPutOff(account).then(setIsPutOff, () => setIsPutOff(true));
  }, [account]);
  const later = () => {
    setIsPutOff(true);
    putOff(account).catch(() => undefined);
  };
  return [isPutOff !== false, later];
}

function Locked({ words, look }: { words: Words; look: Look }) {
  return (
    <section id="vault" tabIndex={-1} aria-label={words.locked} className={`${look.card} outline-none`}>
      <h2 className="text-xl flex items-center gap-2">
        <KeyRound size={20} aria-hidden="true" className="shrink-0 text-warn" />
        {words.locked}
      </h2>
      <div className="mt-3">
        <Unlock words={words} look={look} />
      </div>
    </section>
  );
}

function Unable({ words, look }: { words: Words; look: Look }) {
  return (
    <p className={look.warn}>
      <TriangleAlert size={20} aria-hidden="true" className="shrink-0 mt-0.5" />
      <span className="text-ink text-sm leading-6">{words.unable}</span>
    </p>
  );
}

/** On pages about something else: only what needs the person. */
export function VaultPanel({ account, hasMeeting, words, look }: PanelProps) {
  const { status, ways } = useVault();
  const [isPutOff, later] = usePutOff(account);
  const [isWriting, setIsWriting] = useState(false);
  const [isDone, setIsDone] = useState(false);
  if (status === "locked") return <Locked words={words} look={look} />;
  if (status === "unable") return <Unable words={words} look={look} />;
  if (status !== "open") return null;
  if (isDone) {
    return (
      <p role="status" className={look.info}>
        <CircleCheck size={20} aria-hidden="true" className="shrink-0 mt-0.5 text-ok" />
        <span className="text-ink text-sm leading-6">{words.phrase_done}</span>
      </p>
    );
  }
  if (isWriting) {
    return (
      <section aria-label={words.phrase_title} className={look.card}>
        <h2 className="text-xl mb-3">{words.phrase_title}</h2>
        <PhraseSteps words={words} look={look} onDone={() => setIsDone(true)} onCancel={() => setIsWriting(false)} />
      </section>
    );
  }
  if (ways.phrase || isPutOff || !hasMeeting) return null;
  return (
    <div className={`${look.info} max-sm:flex-wrap`}>
      <KeyRound size={20} aria-hidden="true" className="shrink-0 mt-0.5" />
      <p className="grow text-ink text-sm leading-6 min-w-0 max-sm:basis-[calc(100%-2rem)]">{words.phrase_offer}</p>
      <div className="flex flex-wrap gap-2 shrink-0 max-sm:ml-8">
        <button type="button" className={look.secondary} onClick={() => setIsWriting(true)}>
          {words.phrase_begin}
        </button>
        <button type="button" className={look.quiet} onClick={later}>
          {words.later}
        </button>
      </div>
    </div>
  );
}

/** On the security page: what opens the vault, and a new phrase. */
export function VaultSection({ words, look }: { words: Words; look: Look }) {
  const { status, ways } = useVault();
  const [isWriting, setIsWriting] = useState(false);
  const [isDone, setIsDone] = useState(false);
  if (status === "locked") return <Unlock words={words} look={look} />;
  if (status === "unable") return <Unable words={words} look={look} />;
  if (status !== "open") return <p className={look.hint}>{words.starting}</p>;
  const done = () => {
    setIsWriting(false);
    setIsDone(true);
  };
  const found = [ways.password && words.has_password, ways.passkey && words.has_passkey, ways.phrase && words.has_phrase];
  const opening = found.filter((one) => typeof one === "string");
  return (
    <div className="grid grid-cols-1 gap-4">
      <div>
        <p className="text-sm">{opening.length > 0 ? words.opens : words.opens_nothing}</p>
        <ul className="text-sm text-ink-muted list-disc pl-5 mt-1">
          {opening.map((one) => (
            <li key={one}>{one}</li>
          ))}
        </ul>
      </div>
      {isDone && (
        <p role="status" className="text-sm text-ok">
          {words.phrase_done}
        </p>
      )}
      {isWriting ? (
        <PhraseSteps words={words} look={look} onDone={done} onCancel={() => setIsWriting(false)} />
      ) : (
        <div>
          <button type="button" className={look.secondary} onClick={() => setIsWriting(true)}>
            {ways.phrase ? words.phrase_anew : words.phrase_begin}
          </button>
          {ways.phrase && <p className={`${look.hint} mt-2`}>{words.phrase_anew_help}</p>}
        </div>
      )}
    </div>
  );
}
