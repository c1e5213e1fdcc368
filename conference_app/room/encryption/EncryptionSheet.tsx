/** All that can be known about the encryption: what is wrong, the code to read aloud, who is in by which right, what the server sees. */
import { LockKeyhole, LockKeyholeOpen } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";

import { useNameOf } from "../shared/NamesProvider";
import { Button, Dialog } from "../shared/pieces";
import { limitsPath, useWords } from "../shared/words";
import { buildHash } from "./buildHash";
import { useEncryption } from "./EncryptionProvider";
import { useProblemWords } from "./problemWords";
import { rightWords } from "./rightWords";
import { codeFiles } from "./workers";

const CODE_GROUP = 5;

/** Groups of five digits: so people read them to each other. */
export function codeGroups(code: string): string[] {
  return code.replace(/\s/g, "").match(new RegExp(`.{1,${CODE_GROUP}}`, "g")) ?? [];
}

function State() {
  const { t } = useWords();
  const { problems, isAssured } = useEncryption();
  const { long } = useProblemWords();
  const isWrong = problems.length > 0;
  const Icon = isWrong ? LockKeyholeOpen : LockKeyhole;
  return (
    <div role="status" className={`flex items-start gap-3 rounded-control px-3.5 py-3 text-sm leading-6 ${isWrong ? "bg-danger-soft text-danger-ink" : "bg-ok-soft text-ok"}`}>
      <Icon size={20} aria-hidden className="mt-0.5 shrink-0" />
      {isWrong ? (
        <ul className="flex flex-col gap-2">
          {problems.map((problem) => (
            <li key={`${problem.kind} ${problem.identity}`}>{long(problem)}</li>
          ))}
        </ul>
      ) : (
        <p>{t(isAssured ? "encrypted_text" : "keys_coming")}</p>
      )}
    </div>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="flex flex-col gap-1.5">
      <h3 className="text-sm font-semibold">{title}</h3>
      {children}
    </section>
  );
}

function Code({ code, label }: { code: string; label: string }) {
  return (
    <p translate="no" aria-label={label} className="grid w-fit grid-cols-3 gap-x-6 gap-y-1 font-mono text-lg tabular-nums">
      {codeGroups(code).map((digits, index) => (
        <span key={index}>{digits}</span>
      ))}
    </p>
  );
}

function Members() {
  const { t } = useWords();
  const { group, members } = useEncryption();
  const nameOf = useNameOf();
  return (
    <ul className="flex flex-col">
      {[...members.values()].map((member) => (
        <li key={member.identity} className="flex flex-wrap justify-between gap-x-4 border-b border-line py-1.5 text-sm last:border-0">
          <bdi className="min-w-0 font-medium break-words">{member.identity === group.identity ? t("name_you", { name: nameOf(member) }) : nameOf(member)}</bdi>
          <span className="text-ink-muted">{t(rightWords(member))}</span>
        </li>
      ))}
    </ul>
  );
}

/** Of the code that this page runs; empty until it is computed. */
function useBuildHash(): string {
  const [hash, setHash] = useState("");
  useEffect(() => {
    let isShown = true;
    buildHash(codeFiles()).then((found) => isShown && setHash(found), () => undefined);
    return () => void (isShown = false);
  }, []);
  return hash;
}

export function EncryptionSheet({ onClose }: { onClose: () => void }) {
  const { t, n, language } = useWords();
  const { group, members } = useEncryption();
  const hash = useBuildHash();
  return (
    <Dialog title={t("encryption")} onClose={onClose} actions={<Button onClick={onClose}>{t("close")}</Button>}>
      <div className="flex flex-col gap-6">
        <State />
        <Section title={t("meeting_code")}>
          <Code code={group.code} label={t("meeting_code")} />
          <p className="text-sm text-ink-muted">{t("meeting_code_help")}</p>
        </Section>
        <Section title={n("members", members.size)}>
          <Members />
        </Section>
        <Section title={t("server_sees_title")}>
          <p className="text-sm text-ink-muted">{t("server_sees")}</p>
          <p className="text-sm text-ink-muted">{t("server_gives")}</p>
          <p className="text-sm text-ink-muted">
            {t("altered_code")}{" "}
            <a href={limitsPath(language)} target="_blank" rel="noopener" className="font-medium text-accent-ink underline underline-offset-2">
              {t("limits_link")}
            </a>
          </p>
        </Section>
        <details className="text-sm">
          <summary className="min-h-8 cursor-pointer font-semibold">{t("for_experts")}</summary>
          <div className="flex flex-col gap-4 pt-2">
            <Section title={t("epoch_code")}>
              <Code code={group.epochCode} label={t("epoch_code")} />
              <p className="text-ink-muted">{t("epoch_code_help", { epoch: group.epoch })}</p>
            </Section>
            <Section title={t("build_hash")}>
              <p translate="no" className="font-mono break-all">{hash || "…"}</p>
              <p className="text-ink-muted">{t("build_hash_help")}</p>
            </Section>
          </div>
        </details>
      </div>
    </Dialog>
  );
}
