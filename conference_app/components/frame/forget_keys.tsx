// Signing out on purpose: this browser keeps no key of the account's meetings.

import { useEffect, useRef } from "react";

import { forgetAll } from "../encryption/vault_store";

/** However a browser's storage behaves, nobody waits longer to be signed out. */
const PATIENCE_MS = 1000;

/** Inside a form that signs out: the keys go before it is sent. */
export function ForgetKeys() {
  const place = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const form = place.current?.closest("form");
    const leave = (event: Event) => {
      event.preventDefault();
      const patience = new Promise((done) => window.setTimeout(done, PATIENCE_MS));
      const go = () => form?.submit();
      Promise.race([forgetAll(), patience]).then(go, go);
    };
    form?.addEventListener("submit", leave);
    return () => form?.removeEventListener("submit", leave);
  }, []);
  return <span ref={place} hidden />;
}
