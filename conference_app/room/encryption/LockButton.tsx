/** Says at a glance whether all that is said stays among the members, and if not, what is wrong. Opens the sheet. */
import { LockKeyhole, LockKeyholeOpen } from "lucide-react";

import { useWords } from "../shared/words";
import { useEncryption } from "./EncryptionProvider";
import { useProblemWords } from "./problemWords";

export function LockButton({ onOpen }: { onOpen: () => void }) {
  const { t } = useWords();
  const { problems, isAssured } = useEncryption();
  const { short } = useProblemWords();
  const [worst] = problems;
  const label = isAssured ? t("encrypted") : worst ? short(worst) : t("keys_coming");
  const Icon = worst ? LockKeyholeOpen : LockKeyhole;
  const tone = worst ? "bg-danger-soft font-medium text-danger-ink" : "text-on-stage-muted hover:text-on-stage";
  return (
    <button
      type="button"
      onClick={onOpen}
      title={label}
      aria-label={label}
      aria-haspopup="dialog"
      className={`flex min-h-8 min-w-8 shrink-0 items-center justify-center gap-1.5 rounded-control px-1.5 text-xs ${tone}`}
    >
      <Icon size={16} aria-hidden className={`shrink-0 ${isAssured ? "text-ok" : ""}`} />
      <span className={worst ? "max-w-[60vw] truncate" : "max-md:hidden"}>{label}</span>
    </button>
  );
}
