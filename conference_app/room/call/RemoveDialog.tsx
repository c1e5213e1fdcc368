/** What the host is asked before they send somebody out. */
import type { Participant } from "livekit-client";

import { useNameOf } from "../shared/NamesProvider";
import { Button, Dialog } from "../shared/pieces";
import { useWords } from "../shared/words";

export function RemoveDialog(props: { participant: Participant; onRemove: (identity: string) => void; onClose: () => void }) {
  const { t } = useWords();
  const name = useNameOf()(props.participant);
  const confirm = () => {
    props.onClose();
    props.onRemove(props.participant.identity);
  };
  return (
    <Dialog
      title={t("remove_title", { name })}
      onClose={props.onClose}
      actions={
        <>
          <Button onClick={props.onClose}>{t("cancel")}</Button>
          <Button kind="danger" onClick={confirm}>
            {t("remove")}
          </Button>
        </>
      }
    >
      <p className="text-ink-muted">{t("remove_text", { name })}</p>
    </Dialog>
  );
}
