/** The keys of the room, and the switch that turns them off. */
import { Button, Dialog } from "../shared/pieces";
import { changeSettings, useSettings } from "../shared/settings";
import { Switch } from "../shared/Switch";
import { useWords } from "../shared/words";
import type { Shortcut } from "./shortcuts";

/** What stands on keys whose name is not what they type. */
const PRINTED: Record<string, string> = { Escape: "Esc" };

function Key({ children }: { children: string }) {
  return <kbd className="inline-flex h-7 min-w-7 items-center justify-center rounded-md border border-line-strong/60 bg-surface-sunken px-2 font-sans text-xs font-medium">{children}</kbd>;
}

export function HelpSheet({ shortcuts, onClose }: { shortcuts: Shortcut[]; onClose: () => void }) {
  const { t } = useWords();
  const { hasSingleKeys } = useSettings();
  const printed = (key: string) => (key === " " ? t("space_bar") : (PRINTED[key] ?? key));
  return (
    <Dialog title={t("help_title")} onClose={onClose} actions={<Button onClick={onClose}>{t("close")}</Button>}>
      <Switch
        label={t("single_keys")}
        help={t("single_keys_help")}
        isOn={hasSingleKeys}
        onChange={(isOn) => changeSettings({ hasSingleKeys: isOn })}
      />
      <dl className="flex flex-col">
        {shortcuts.map(({ key, help }) => (
          <div key={key} className="flex items-center justify-between gap-4 border-b border-line py-2 last:border-0">
            <dt className="text-sm">{t(help)}</dt>
            <dd>
              <Key>{printed(key)}</Key>
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
