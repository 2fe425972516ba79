import { CodeBox } from "../parts/code-box.tsx";
import type { AnswerBlock } from "./answer.ts";

/** Text as text, thinking folded away once the answer begins, tool calls with their input. */
export function AnswerBlocks({ blocks, growing }: { blocks: readonly AnswerBlock[]; growing: boolean }) {
  const last = blocks.length - 1;
  return (
    <div class="answer-blocks" aria-busy={growing}>
      {blocks.map((block, at) => (
        <BlockView key={at} block={block} open={growing && at === last} />
      ))}
    </div>
  );
}

function BlockView({ block, open }: { block: AnswerBlock; open: boolean }) {
  switch (block.kind) {
    case "text":
      return <p class={open ? "answer-text growing" : "answer-text"}>{block.text}</p>;
    case "thinking":
      return (
        <details class="answer-thinking" open={open}>
          <summary>Thinking</summary>
          <p>{block.text || "(kept to itself by the model)"}</p>
        </details>
      );
    default:
      return (
        <div class="answer-tool">
          <p class="small muted">
            {block.kind === "tool" ? "Calls the tool" : "Block"} <b class="mono">{block.name}</b>
          </p>
          {block.text !== "" && <CodeBox label={`Input of ${block.name}`}>{pretty(block.text)}</CodeBox>}
        </div>
      );
  }
}

/** A tool's input is whole JSON only at its end; until then it is shown as it comes. */
function pretty(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}
