/** Tells whoever shares their screen that they do, in place of a picture of it: that would show itself without end. */
import { MonitorUp } from "lucide-react";

import { useWords } from "../shared/words";

export function SharingStrip({ onStop }: { onStop: () => void }) {
  const { t } = useWords();
  return (
    <section aria-label={t("sharing_now")} className="mx-3 mb-2 flex shrink-0 flex-wrap items-center justify-center gap-x-4 gap-y-1 rounded-card border border-accent bg-stage-raised px-4 py-1.5">
      <p className="flex items-center gap-2 text-sm font-medium">
        <MonitorUp size={18} aria-hidden className="shrink-0" />
        {t("sharing_now")}
      </p>
      <button type="button" onClick={onStop} className="min-h-9 rounded-control bg-danger px-3 text-sm font-medium text-on-danger hover:bg-danger-hover pointer-coarse:min-h-11">
        {t("stop")}
      </button>
    </section>
  );
}
