// The language of the page: the way to another one, and what the document says of itself.

import * as React from "react";
import { useEffect } from "react";

type LinkProps = { code: string; children?: React.ReactNode; [prop: string]: unknown };

/** A link to this same page in another language; the choice is remembered by the route it goes through. */
export function LanguageLink({ code, children, ...rest }: LinkProps) {
  const go = (event: React.MouseEvent) => {
    event.preventDefault();
    const next = window.location.pathname + window.location.search;
    window.location.assign(`/auth/language/${code}?next=${encodeURIComponent(next)}`);
  };
  return (
    <a {...rest} href={`/auth/language/${code}`} hrefLang={code} lang={code} rel="nofollow" onClick={go}>
      {children}
    </a>
  );
}

/** Tells the document its language, also after moving between pages without a load. */
export function PageLanguage({ code }: { code: string }) {
  useEffect(() => {
    document.documentElement.lang = code || (window.location.pathname.split("/")[1] === "pl" ? "pl" : "en");
  }, [code]);
  return null;
}
