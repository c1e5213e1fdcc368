// Speaks to the passkeys of the browser.

import { useEffect, useRef } from "react";

import { noteNewSecret, noteSecret, prfExtension } from "../encryption/passkey_secret";

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

/** A credential as the server takes it: JSON, its bytes as base64url. */
function told(credential: PublicKeyCredential, response: Record<string, ArrayBuffer | null>): string {
  const parts = Object.entries(response).map(([name, buffer]) => [name, text(buffer)]);
  const { id, rawId, type } = credential;
  return JSON.stringify({ id, rawId: text(rawId), type, response: Object.fromEntries(parts) });
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
      extensions: { ...(options.extensions as Json), ...(await prfExtension()) },
    } as unknown as PublicKeyCredentialCreationOptions,
  })) as PublicKeyCredential;
  await noteNewSecret(made).catch(() => undefined); // the passkey signs in all the same
  const { clientDataJSON, attestationObject } = made.response as AuthenticatorAttestationResponse;
  return told(made, { clientDataJSON, attestationObject });
}

/** Asks for a passkey of ours; its signature, as JSON. */
async function get(options: Json): Promise<string> {
  const used = (await navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge as string),
      allowCredentials: descriptors(options.allowCredentials as Json[]),
      extensions: { ...(options.extensions as Json), ...(await prfExtension()) },
    } as unknown as PublicKeyCredentialRequestOptions,
  })) as PublicKeyCredential;
  await noteSecret(used).catch(() => undefined);
  const { clientDataJSON, authenticatorData, signature, userHandle } = used.response as AuthenticatorAssertionResponse;
  return told(used, { clientDataJSON, authenticatorData, signature, userHandle });
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
