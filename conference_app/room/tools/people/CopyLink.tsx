/** The invitation to take away: the address of this page, or the host's whole text. */
import { Check, Copy, Mail } from "lucide-react";
import { useEffect, useRef, useState } from "react";

import { copyText } from "../../../components/kit/copy_text";
import { fragmentOf } from "../../encryption/entrance";
import { type TextKey, useWords } from "../../shared/words";

const SHOWN_MS = 2500;

/** The text by itself, for whoever's browser does not let a page copy. */
function TextToCopy({ text }: { text: string }) {
  const { t } = useWords();
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.select(), []);
  return (
    <label className="flex w-full flex-col gap-1.5 text-left text-sm">
      <span role="alert">{t("copy_failed")}</span>
      <textarea
        ref={field}
        readOnly
        rows={Math.min(5, text.split("\n").length + 1)}
        value={text}
        onFocus={(event) => event.target.select()}
        className="w-full min-w-0 resize-none rounded-control border border-line-strong bg-stage px-3 py-2 text-sm break-all text-on-stage"
      />
    </label>
  );
}

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
  const [isCopied, setIsCopied] = useState<boolean | null>(null);
  useEffect(() => {
    if (!isCopied) return undefined;
    const timer = setTimeout(() => setIsCopied(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  if (isCopied === false) return <TextToCopy text={text} />;
  const copy = () => void copyText(text).then(setIsCopied);
  const Icon = isCopied ? Check : icon;
  const tone = isBright ? "bg-accent text-on-accent hover:bg-accent-hover" : "border border-line-strong text-on-stage hover:bg-stage-line";
  return (
    <button type="button" onClick={copy} className={`inline-flex min-h-11 items-center justify-center gap-2 rounded-control px-4 text-sm font-medium ${tone}`}>
      <Icon size={16} aria-hidden />
      <span aria-live="polite">{t(isCopied ? done : label)}</span>
    </button>
  );
}

/** With the end that holds its keys, unless this browser came without. */
function link(): string {
  const { origin, pathname, href, hash } = window.location;
  return origin + pathname + (fragmentOf(href) ? hash : "");
}

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
