/** The secret that a passkey computes for the vault (WebAuthn's PRF extension); it goes to no server. */
import { type Bytes, fromB64, randomBytes, toB64 } from "../../room/encryption/bytes";
import { prfInput } from "./vault_crypto";
import { rememberPasskey } from "./vault_store";

interface Prf {
  prf?: { enabled?: boolean; results?: { first?: BufferSource } };
}

/** What to ask for beside a passkey. */
export async function prfExtension(): Promise<AuthenticationExtensionsClientInputs> {
  return { prf: { eval: { first: await prfInput() } } } as AuthenticationExtensionsClientInputs;
}

const outputOf = (credential: PublicKeyCredential) => (credential.getClientExtensionResults() as Prf).prf;

/** Keep what the passkey has computed for the page that follows, if it has. */
export async function noteSecret(credential: PublicKeyCredential): Promise<void> {
  const secret = outputOf(credential)?.results?.first;
  if (secret) await rememberPasskey(toB64(new Uint8Array(credential.rawId)), secret);
}

/** The same for a passkey just made: many compute only when they are used, so it is used at once. */
export async function noteNewSecret(made: PublicKeyCredential): Promise<void> {
  const output = outputOf(made);
  if (output?.enabled && !output.results?.first) await noteSecret(await asked([new Uint8Array(made.rawId)]));
  else await noteSecret(made);
}

async function asked(ids: Bytes[]): Promise<PublicKeyCredential> {
  const publicKey: PublicKeyCredentialRequestOptions = {
    challenge: randomBytes(32), // nobody checks the signature: only the secret counts
    allowCredentials: ids.map((id) => ({ type: "public-key", id })),
    userVerification: "required",
    extensions: await prfExtension(),
  };
  return (await navigator.credentials.get({ publicKey })) as PublicKeyCredential;
}

/** Ask for one of the passkeys with these credential ids (base64url); an HKDF key of its secret, null if it gives none. */
export async function askSecret(credentials: string[]): Promise<CryptoKey | null> {
  const ids = credentials.map((id) => fromB64(id)).filter((id) => id !== null);
  const secret = outputOf(await asked(ids))?.results?.first;
  return secret ? crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]) : null;
}
