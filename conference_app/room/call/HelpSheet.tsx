/** The keys of the room. */
import { Button, Dialog } from "../shared/pieces";
import { type TextKey, useWords } from "../shared/words";
import { type Action, KEYS } from "./shortcuts";

const LABELS: Record<Exclude<Action, "talk">, TextKey> = {
  microphone: "key_microphone",
  camera: "key_camera",
  share: "key_share",
  chat: "key_chat",
  people: "key_people",
  layout: "key_layout",
  help: "key_help",
  escape: "key_escape",
};

function Key({ children }: { children: string }) {
  return <kbd className="inline-flex h-7 min-w-7 items-center justify-center rounded-md border border-line-strong/60 bg-surface-sunken px-2 font-sans text-xs font-medium">{children}</kbd>;
}

export function HelpSheet({ onClose }: { onClose: () => void }) {
  const { t } = useWords();
  const rows = [...KEYS.map(([action, key]) => [t(LABELS[action]), key]), [t("key_talk"), t("space_bar")]];
  return (
    <Dialog title={t("help_title")} onClose={onClose} actions={<Button onClick={onClose}>{t("close")}</Button>}>
      <dl className="flex flex-col">
        {rows.map(([label, key]) => (
          <div key={key} className="flex items-center justify-between gap-4 border-b border-line py-2 last:border-0">
            <dt className="text-sm">{label}</dt>
            <dd>
              <Key>{key}</Key>
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
