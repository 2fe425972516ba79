import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import type { ExchangeView, PassageView } from "../../server/admin/views.ts";
import { findExchange } from "../state/exchange.ts";
import { bytes } from "../words/format.ts";
import { headerLines, readable } from "../words/raw-text.ts";
import { CodeBox } from "./code-box.tsx";
import { Note, Problem, Waiting } from "./messages.tsx";

/** A request on the line, fetched when it is looked at. `sides`: all, or only those between the server and the providers. */
export function Exchange({ id, sides }: { id: string; sides: "all" | "upstream" }) {
  const found = useSignal<ExchangeView | "gone" | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);
  useEffect(() => {
    findExchange(id).then(
      (view) => (found.value = view ?? "gone"),
      (error: Error) => (problem.value = error.message),
    );
  }, [id]);
  if (problem.value !== undefined) return <Problem>{problem.value}</Problem>;
  if (found.value === undefined) return <Waiting what="what went over the line" rows={2} />;
  if (found.value === "gone")
    return <Note>What went over the line is no longer kept: only the last requests since the start are.</Note>;
  const { path, request, status, answer, upstream } = found.value;
  return (
    <div class="exchange">
      {sides === "all" && <Passage title={`The client's request: POST ${path}`} passage={request} />}
      {upstream.map((one, at) => (
        <div key={at} class="exchange">
          <Passage title={`To ${one.provider}`} subtitle={one.url} passage={one.sent} />
          {one.answer && <Passage title={`From ${one.provider}: ${one.status ?? ""}`} passage={one.answer} />}
        </div>
      ))}
      {sides === "all" && answer && <Passage title={`The answer to the client: ${status}`} passage={answer} />}
    </div>
  );
}

function Passage({ title, subtitle, passage }: { title: string; subtitle?: string; passage: PassageView }) {
  const { headers, body, whole, bytes: size } = passage;
  return (
    <Unfolding title={title} note={size > 0 ? bytes(size) : ""}>
      {subtitle && <p class="mono small">{subtitle}</p>}
      <CodeBox name="file" label={`${title}: headers`}>
        {headerLines(headers) || "no headers"}
      </CodeBox>
      {body === undefined ? (
        size > 0 && <p class="small muted">Its body was not kept.</p>
      ) : (
        <CodeBox name="file" label={`${title}: body`}>
          {readable(body) || "empty"}
          {whole === false && `\n… the rest of ${bytes(size)} was not kept`}
        </CodeBox>
      )}
    </Unfolding>
  );
}

/** Long texts are not written out before somebody looks. */
function Unfolding({ title, note, children }: { title: string; note: string; children: ComponentChildren }) {
  const open = useSignal(false);
  return (
    <details onToggle={(event) => (open.value = event.currentTarget.open)}>
      <summary>
        {title} <span class="muted">{note}</span>
      </summary>
      {open.value && <div class="exchange">{children}</div>}
    </details>
  );
}
