import { useEffect, useRef } from "preact/hooks";
import { outcome, type SaveBody, settle, type View } from "../state/edit.ts";
import { pathText, valueAt, valueText } from "../words/config-path.ts";
import { CodeBox } from "./code-box.tsx";

/** The file was changed by somebody else: what it says now, what the user wanted, and the choice between the two. */
export function Conflict() {
  const last = outcome.value;
  const heading = useRef<HTMLHeadingElement>(null);
  const open = last?.phase === "conflict";
  useEffect(() => {
    if (open) heading.current?.focus();
  }, [open]);
  if (last?.phase !== "conflict") return null;
  return (
    <section class="message warn conflict" aria-labelledby="conflict-title">
      <div>
        <h2 id="conflict-title" ref={heading} tabIndex={-1}>
          Not saved: the file was changed in the meantime
        </h2>
        <p>
          Your change: {last.what}. Somebody else, perhaps an editor or another tab, saved the file after you had loaded
          it.
        </p>
        <Versions body={last.body} theirs={last.theirs} />
        <p class="buttons">
          <button type="button" class="button" onClick={() => settle("theirs")}>
            Keep what is in the file
          </button>
          <button type="button" class="button primary" onClick={() => settle("mine")}>
            Save mine
          </button>
        </p>
      </div>
    </section>
  );
}

function Versions({ body, theirs }: { body: SaveBody; theirs: View }) {
  if ("changes" in body) {
    return (
      <table class="versions">
        <thead>
          <tr>
            <th scope="col">Setting</th>
            <th scope="col">In the file now</th>
            <th scope="col">Yours</th>
          </tr>
        </thead>
        <tbody>
          {body.changes.map((change) => (
            <tr key={pathText(change.path)}>
              <th scope="row">
                <code>{pathText(change.path)}</code>
              </th>
              <td>{valueText(valueAt(theirs.config, change.path))}</td>
              <td>{"delete" in change ? "taken out" : valueText(change.value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    );
  }
  return (
    <div class="both-texts">
      <div>
        <h3>In the file now</h3>
        <CodeBox name="file" label="The file as it is now">
          {theirs.text}
        </CodeBox>
      </div>
      <div>
        <h3>Yours</h3>
        <CodeBox name="file" label="The file as you want it">
          {"text" in body ? body.text : "an earlier version of the file"}
        </CodeBox>
      </div>
    </div>
  );
}
