// The secret of a mailed link, which only the browser sees: it stands behind the # of the address.

import { useEffect, useRef } from "react";

declare global {
  interface Window {
    parleyLinkToken?: string;
  }
}

/** Hands over the secret that the script in <head> has taken out of the address, also when the address changes again. */
export function LinkToken({ onToken }: { onToken: (token: string) => void }) {
  const report = useRef(onToken);
  report.current = onToken;
  useEffect(() => {
    const hand = () => {
      const token = window.parleyLinkToken ?? "";
      delete window.parleyLinkToken;
      report.current(token);
    };
    hand();
    const another = () => window.parleyLinkToken && hand();
    window.addEventListener("hashchange", another);
    return () => window.removeEventListener("hashchange", another);
  }, []);
  return null;
}
