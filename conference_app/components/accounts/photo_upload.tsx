// Sends a chosen photo.

import * as React from "react";
import { useState } from "react";

type PhotoProps = {
  id: string;
  csrfToken: string;
  tooLarge: string;
  failed: string;
  className: string;
  errorClass: string;
  describedBy: string;
  onDone: () => void;
};

const LARGEST = 2 * 1024 * 1024;

/** A file field that sends what is chosen at once, and says beside it why a file was not taken. */
export function PhotoUpload({ id, csrfToken, tooLarge, failed, className, errorClass, describedBy, onDone }: PhotoProps) {
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const send = async (event: React.ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0];
    if (!file) return;
    setProblem(file.size > LARGEST ? tooLarge : "");
    if (file.size > LARGEST) return;
    setBusy(true);
    try {
      const answer = await fetch("/account/photo", {
        method: "POST",
        body: file,
        headers: { "content-type": file.type || "application/octet-stream", "x-csrf-token": csrfToken },
      });
      if (answer.ok) onDone();
      else setProblem((await answer.text()).slice(0, 300) || failed);
    } catch {
      setProblem(failed);
    }
    setBusy(false);
  };
  return (
    <>
      <input
        id={id}
        type="file"
        accept="image/jpeg,image/png,image/webp"
        className={className}
        disabled={busy}
        aria-invalid={problem ? true : undefined}
        aria-describedby={`${id}_error ${describedBy}`}
        onChange={send}
      />
      <p id={`${id}_error`} role="alert" className={errorClass}>
        {problem}
      </p>
    </>
  );
}
