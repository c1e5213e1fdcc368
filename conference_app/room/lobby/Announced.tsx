/** Whose meeting it is and when it begins, for those who have its whole invitation. */
import { useWords } from "../shared/words";

export function Announced({ host, when }: { host: string; when: string }) {
  const { t } = useWords();
  if (!host && !when) return null;
  return (
    <p className="font-medium text-ink break-words">
      {host && <bdi>{t("hosted_by", { name: host })}</bdi>}
      {host && when && <span aria-hidden> · </span>}
      {when && <span>{when}</span>}
    </p>
  );
}
