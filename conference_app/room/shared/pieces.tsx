/** Small pieces the lobby and the room share: buttons, icon buttons, dialog, notice. */
import type { LucideIcon } from "lucide-react";
import { type ReactNode, useEffect, useRef } from "react";

import { useSettings } from "./settings";

type ButtonKind = "primary" | "secondary" | "danger";

const KINDS: Record<ButtonKind, string> = {
  primary: "bg-accent text-on-accent hover:bg-accent-hover",
  secondary: "border border-line-strong/60 bg-surface-raised text-ink hover:bg-surface-sunken",
  danger: "bg-danger text-on-danger hover:bg-danger-hover",
};

interface ButtonProps {
  children: ReactNode;
  kind?: ButtonKind;
  type?: "button" | "submit";
  onClick?: () => void;
  isBusy?: boolean;
  isWide?: boolean;
  autoFocus?: boolean;
}

export function Button({ children, kind = "secondary", type = "button", onClick, isBusy, isWide, autoFocus }: ButtonProps) {
  return (
    <button
      type={type}
      onClick={isBusy ? undefined : onClick}
      aria-disabled={isBusy || undefined}
      autoFocus={autoFocus}
      className={`inline-flex min-h-[var(--control-height)] items-center justify-center gap-2 rounded-control px-4 py-2 text-sm font-medium transition-colors duration-150 ${KINDS[kind]} ${isWide ? "w-full" : ""} ${isBusy ? "opacity-70" : ""}`}
    >
      {children}
    </button>
  );
}

/** A link that looks like a button, for going to another page. */
export function ButtonLink({ href, kind = "secondary", children }: { href: string; kind?: ButtonKind; children: ReactNode }) {
  return (
    <a
      href={href}
      className={`inline-flex min-h-[var(--control-height)] items-center justify-center rounded-control px-4 py-2 text-sm font-medium ${KINDS[kind]}`}
    >
      {children}
    </a>
  );
}

interface RoundButtonProps {
  label: string;
  icon: LucideIcon;
  onClick: () => void;
  /** Key of the shortcut, shown in the tooltip. */
  shortcut?: string;
  tone?: keyof typeof TONES;
  isExpanded?: boolean;
  describedBy?: string;
  /** The state shown is on its way, or the last one known. */
  isFaint?: boolean;
  children?: ReactNode;
}

const TONES = {
  normal: "bg-stage-raised text-on-stage hover:bg-stage-line",
  off: "bg-danger text-on-danger hover:bg-danger-hover",
  on: "bg-accent text-on-accent hover:bg-accent-hover",
};

/** A round button of the dark control bar: an icon, named for screen readers and by a tooltip. */
export function RoundButton(props: RoundButtonProps) {
  const { label, icon: Icon, tone = "normal" } = props;
  const shortcut = useSettings().hasSingleKeys ? props.shortcut : undefined;
  return (
    <button
      type="button"
      onClick={props.onClick}
      aria-label={label}
      title={shortcut ? `${label} (${shortcut})` : label}
      aria-expanded={props.isExpanded}
      aria-describedby={props.describedBy}
      aria-keyshortcuts={shortcut}
      className={`relative inline-flex size-11 shrink-0 items-center justify-center rounded-full transition-colors duration-150 sm:size-12 ${TONES[tone]} ${props.isFaint ? "opacity-60" : ""}`}
    >
      <Icon size={20} aria-hidden />
      {props.children}
    </button>
  );
}

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ReactNode;
  actions?: ReactNode;
}

/* Stays in sight when the dialog is higher than the window; what is above it fades where there is more to come. */
const ACTIONS =
  "sticky bottom-0 -mx-6 mt-2 flex flex-wrap justify-end gap-2 bg-surface-raised px-6 pt-1 pb-6 " +
  "before:pointer-events-none before:absolute before:inset-x-0 before:bottom-full before:h-6 before:content-[''] " +
  "before:bg-[linear-gradient(to_top,var(--surface-raised),transparent)]";

/** A modal dialog of the browser's own kind: it traps the focus, closes on Esc and gives the focus back. */
export function Dialog({ title, onClose, children, actions }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = ref.current;
    if (dialog && !dialog.open) dialog.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={ref}
      aria-labelledby="room-dialog-title"
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => event.target === ref.current && onClose()}
      className="m-auto w-[min(28rem,calc(100vw-2rem))] scroll-pb-24 rounded-card bg-surface-raised p-0 text-ink shadow-float"
    >
      <div className={`flex flex-col gap-4 px-6 pt-6 ${actions ? "" : "pb-6"}`}>
        <h2 id="room-dialog-title" className="text-xl font-semibold">
          {title}
        </h2>
        {children}
        {actions && <div className={ACTIONS}>{actions}</div>}
      </div>
    </dialog>
  );
}

const NOTICE_TONES = { info: "bg-surface-sunken text-ink", warn: "bg-warn-soft text-warn", danger: "bg-danger-soft text-danger-ink" };

/** A sentence that needs reading, with room for a next step. */
export function Notice({ tone = "info", children }: { tone?: keyof typeof NOTICE_TONES; children: ReactNode }) {
  return <div className={`rounded-control px-3.5 py-3 text-sm leading-relaxed ${NOTICE_TONES[tone]}`}>{children}</div>;
}
