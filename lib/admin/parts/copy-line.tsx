import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { CodeBox } from "./code-box.tsx";
import { Icon } from "./icons.tsx";

const SHOWN_MS = 1_600;

/** Lines for a terminal, with a button that copies them. */
export function CopyLine({ text, label }: { text: string; label: string }) {
  const state = useSignal<"ready" | "copied" | "refused">("ready");
  const code = useRef<HTMLElement>(null);
  const copy = async () => {
    state.value = (await copyText(text)) ? "copied" : "refused";
    if (state.value === "refused" && code.current) getSelection()?.selectAllChildren(code.current);
    setTimeout(() => (state.value = "ready"), SHOWN_MS);
  };
  return (
    <div class="copy-line">
      <CodeBox label={label}>
        <code ref={code}>{text}</code>
      </CodeBox>
      <button type="button" class="quiet-button" onClick={copy} aria-label={`Copy ${label}`}>
        <Icon name={state.value === "copied" ? "check" : "copy"} />
        <span aria-live="polite">{WORDS[state.value]}</span>
      </button>
    </div>
  );
}

const WORDS = { ready: "Copy", copied: "Copied", refused: "Selected: press Ctrl+C" } as const;

/** Browsers offer the clipboard on loopback and https only. */
async function copyText(text: string): Promise<boolean> {
  if (!navigator.clipboard) return false;
  return navigator.clipboard.writeText(text).then(
    () => true,
    () => false,
  );
}
