/** One thing that was looked at. `hint`: worth knowing, but it does not stop anything. */
export interface Finding {
  level: "ok" | "hint" | "wrong";
  /** What was found, one sentence without a full stop. */
  what: string;
  /** How to mend it: a command or an instruction. */
  mend?: string;
}

export function ok(what: string): Finding {
  return { level: "ok", what };
}

export function hint(what: string, mend?: string): Finding {
  return { level: "hint", what, ...(mend !== undefined && { mend }) };
}

export function wrong(what: string, mend: string): Finding {
  return { level: "wrong", what, mend };
}
