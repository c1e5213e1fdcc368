// What of an account only the browser can do: speak to its passkeys, and send a chosen photo.

import * as React from "react";
import { useEffect, useRef, useState } from "react";

type Json = Record<string, unknown>;

function bytes(text: string): ArrayBuffer {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0)).buffer;
}

function text(buffer: ArrayBuffer | null): string | undefined {
  if (!buffer) return undefined;
  const signs = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(signs).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

function descriptors(list: Json[] | undefined) {
  return (list ?? []).map((one) => ({ ...one, id: bytes(one.id as string) })) as PublicKeyCredentialDescriptor[];
}

/** Asks for a new passkey; what the server needs to know of it, as JSON. */
async function create(options: Json): Promise<string> {
  const user = options.user as Json;
  const made = (await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge as string),
      user: { ...user, id: bytes(user.id as string) },
      excludeCredentials: descriptors(options.excludeCredentials as Json[]),
    } as unknown as PublicKeyCredentialCreationOptions,
  })) as PublicKeyCredential;
  const response = made.response as AuthenticatorAttestationResponse;
  return JSON.stringify({
    id: made.id,
    rawId: text(made.rawId),
    type: made.type,
    response: { clientDataJSON: text(response.clientDataJSON), attestationObject: text(response.attestationObject) },
  });
}

/** Asks for a passkey of ours; its signature, as JSON. */
async function get(options: Json): Promise<string> {
  const used = (await navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge as string),
      allowCredentials: descriptors(options.allowCredentials as Json[]),
    } as unknown as PublicKeyCredentialRequestOptions,
  })) as PublicKeyCredential;
  const response = used.response as AuthenticatorAssertionResponse;
  return JSON.stringify({
    id: used.id,
    rawId: text(used.rawId),
    type: used.type,
    response: {
      clientDataJSON: text(response.clientDataJSON),
      authenticatorData: text(response.authenticatorData),
      signature: text(response.signature),
      userHandle: text(response.userHandle),
    },
  });
}

type PasskeyProps = { kind: string; options: string; onAnswer: (answer: string) => void; onGiveUp: (why: string) => void };

/** Runs one ceremony each time `options` is another text; an empty one means none. Says how it ended, once. */
export function PasskeyCeremony({ kind, options, onAnswer, onGiveUp }: PasskeyProps) {
  const done = useRef("");
  useEffect(() => {
    if (!options || done.current === options) return;
    done.current = options;
    if (!window.PublicKeyCredential) {
      onGiveUp("unsupported");
      return;
    }
    const asked = JSON.parse(options) as Json;
    (kind === "create" ? create(asked) : get(asked)).then(onAnswer, (error: unknown) =>
      onGiveUp(error instanceof DOMException ? error.name : "failed"),
    );
  }, [kind, options, onAnswer, onGiveUp]);
  return null;
}

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
        aria-describedby={`${describedBy} ${id}_error`}
        onChange={send}
      />
      <p id={`${id}_error`} role="alert" className={errorClass}>
        {problem}
      </p>
    </>
  );
}
