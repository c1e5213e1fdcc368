// A password that can be looked at while it is typed.

import { useState } from "react";

type PasswordProps = { show: string; hide: string; buttonClass: string; id: string; [prop: string]: unknown };

/** A password field with a button that shows what was typed. */
export function PasswordInput({ show, hide, buttonClass, ...rest }: PasswordProps) {
  const [shown, setShown] = useState(false);
  return (
    <div className="relative">
      <input {...rest} type={shown ? "text" : "password"} spellCheck={false} autoCapitalize="none" />
      <button
        type="button"
        className={buttonClass}
        aria-label={shown ? hide : show}
        title={shown ? hide : show}
        aria-controls={rest.id}
        onClick={() => setShown(!shown)}
      >
        <svg viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" strokeWidth="1.75" aria-hidden="true">
          <path d="M2 12s3.5-7 10-7 10 7 10 7-3.5 7-10 7S2 12 2 12Z" strokeLinejoin="round" />
          <circle cx="12" cy="12" r="3" />
          {shown && <path d="m4 20 16-16" strokeLinecap="round" />}
        </svg>
      </button>
    </div>
  );
}
