/** The invitation to take away: the address of this page, or the host's whole text. */
import { Check, Copy, Mail } from "lucide-react";
import { useEffect, useState } from "react";

import { type TextKey, useWords } from "../../shared/words";

const SHOWN_MS = 2500;

interface CopyButtonProps {
  /** What is copied. */
  text: string;
  label: TextKey;
  done: TextKey;
  icon: typeof Copy;
  isBright?: boolean;
}

function CopyButton({ text, label, done, icon, isBright }: CopyButtonProps) {
  const { t } = useWords();
  const [said, setSaid] = useState<TextKey | null>(null);
  useEffect(() => {
    if (!said) return undefined;
    const timer = setTimeout(() => setSaid(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = () =>
    void Promise.resolve()
      .then(() => navigator.clipboard.writeText(text))
      .then(() => setSaid(done), () => setSaid("not_copied"));
  const Icon = said === done ? Check : icon;
  const tone = isBright ? "bg-accent text-on-accent hover:bg-accent-hover" : "border border-line-strong text-on-stage hover:bg-stage-line";
  return (
    <button type="button" onClick={copy} className={`inline-flex min-h-11 items-center justify-center gap-2 rounded-control px-4 text-sm font-medium ${tone}`}>
      <Icon size={16} aria-hidden />
      <span aria-live="polite">{t(said ?? label)}</span>
    </button>
  );
}

const link = () => window.location.origin + window.location.pathname;

export function CopyLink({ isBright }: { isBright?: boolean }) {
  return <CopyButton text={link()} label="copy_link" done="link_copied" icon={Copy} isBright={isBright} />;
}

/** `invitation` names the page by its path, which stands in the address with the language before it, or without. */
export function CopyInvitation({ invitation }: { invitation: string }) {
  const code = window.location.pathname.split("/").pop() ?? "";
  return (
    <CopyButton text={invitation.replace(`/m/${code}`, link())} label="copy_invitation" done="invitation_copied" icon={Mail} />
  );
}
