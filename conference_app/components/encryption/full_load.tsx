// The moment between a sign-in and its cookie: the password that was typed is right.

import { useEffect } from "react";

import { confirmTyped } from "./vault_store";

/** However a browser's storage behaves, nobody waits longer to be signed in. */
const PATIENCE_MS = 1000;

/** Leaves the page for the plain route that sets the cookie, with this page's query and the browser's time zone. */
export function FullLoad({ route }: { route: string }) {
  useEffect(() => {
    const query = new URLSearchParams(window.location.search);
    // Shown in the person's own list of sign-ins, in place of an address.
    query.set("zone", Intl.DateTimeFormat().resolvedOptions().timeZone || "");
    const patience = new Promise((done) => window.setTimeout(done, PATIENCE_MS));
    const go = () => window.location.replace(`${route}?${query.toString()}`);
    Promise.race([confirmTyped(), patience]).then(go, go);
  }, [route]);
  return null;
}
