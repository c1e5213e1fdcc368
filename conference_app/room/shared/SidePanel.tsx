/** The frame of chat, people and settings: 360 px at the right, the whole screen where that leaves no stage. */
import { X } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";

import { useWords } from "./words";

interface SidePanelProps {
  title: string;
  actions?: ReactNode;
  onClose: () => void;
  children: ReactNode;
}

/** It takes the focus when it opens and gives it back when it closes; the room beside it stays within reach. */
export function SidePanel({ title, actions, onClose, children }: SidePanelProps) {
  const { t } = useWords();
  const ref = useRef<HTMLElement>(null);
  const [before] = useState(() => document.activeElement);
  useEffect(() => {
    // What is inside may have taken the focus already, as the chat's field does.
    if (!ref.current?.contains(document.activeElement)) ref.current?.focus();
    return () => {
      // The focus goes back to where it was, unless it has moved on outside by itself.
      if (before instanceof HTMLElement && before.isConnected && document.activeElement === document.body) before.focus();
    };
  }, [before]);
  return (
    <aside
      ref={ref}
      tabIndex={-1}
      aria-label={title}
      className="fixed inset-0 z-20 flex flex-col bg-stage-raised text-on-stage outline-none md:static md:z-auto md:my-0 md:mr-3 md:w-[360px] md:shrink-0 md:overflow-hidden md:rounded-card"
    >
      <header className="flex h-14 shrink-0 items-center gap-1 pr-2 pl-4">
        <h2 className="flex-1 truncate text-base font-semibold" title={title}>{title}</h2>
        {actions}
        <button
          type="button"
          aria-label={t("close_panel")}
          title={t("close_panel")}
          onClick={onClose}
          className="flex size-11 items-center justify-center rounded-full text-on-stage-muted hover:bg-stage-line hover:text-on-stage"
        >
          <X size={20} aria-hidden />
        </button>
      </header>
      {children}
    </aside>
  );
}
