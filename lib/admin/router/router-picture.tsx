import type { ConfigTree } from "../../config/schema.ts";
import type { ModelView, RouteView } from "../../server/admin/views.ts";
import { CodeBox } from "../parts/code-box.tsx";
import { Empty } from "../parts/messages.tsx";
import { addressOf } from "../state/place.ts";
import { type Picture, pictureOf, pictureWords } from "./picture.ts";

/** In units of the drawing. */
const ROW = 36;
const BOX = 26;
const WIDTH = 900;
const STEP = { x: 34, width: 190 };
const MODEL = { x: 330, width: 270 };
const PROVIDERS_X = 622;

/** The order as a picture; the way of the request that was explained last stands out. */
export function RouterPicture(props: {
  router: ConfigTree["router"];
  models: readonly ModelView[];
  answer: RouteView | undefined;
}) {
  const picture = pictureOf(props.router, props.models);
  if (picture.models.length === 0) return <NothingToDraw />;
  const rows = Math.max(picture.steps.length, picture.models.length, 1);
  const fired = props.answer?.outcome === "routed" ? props.answer.rule : undefined;
  const taken = picture.steps.find(({ rule }) => rule === fired)?.leadsTo;
  return (
    <CodeBox label="The router as a picture" name="router-picture">
      <svg viewBox={`0 0 ${WIDTH} ${rows * ROW}`} role="img" aria-label={pictureWords(picture)}>
        <Rail steps={picture.steps} fired={fired} />
        {picture.steps.map(
          ({ rule, leadsTo }, at) =>
            leadsTo !== undefined && (
              <path
                key={rule}
                class={rule === fired ? "way taken" : "way"}
                d={curve(middle(at), modelMiddle(picture, leadsTo, rows))}
              />
            ),
        )}
        {picture.steps.map(({ rule, title }, at) => (
          <g key={rule} class={rule === fired ? "box taken" : "box"}>
            <rect x={STEP.x} y={middle(at) - BOX / 2} width={STEP.width} height={BOX} rx="7" />
            <text x={STEP.x + 12} y={middle(at) + 4.5}>
              {title}
            </text>
          </g>
        ))}
        {picture.models.map(({ name, providers }, at) => {
          const y = modelMiddle(picture, at, rows);
          return (
            <g key={name} class={at === taken ? "box model taken" : "box model"}>
              <rect x={MODEL.x} y={y - BOX / 2} width={MODEL.width} height={BOX} rx="7" />
              <text x={MODEL.x + 12} y={y + 4.5}>
                {shortened(name, 34)}
              </text>
              <text x={PROVIDERS_X} y={y + 4.5} class="served">
                {shortened(providers.length === 0 ? "nobody serves it" : `→ ${providers.join(" → ")}`, 42)}
              </text>
            </g>
          );
        })}
      </svg>
    </CodeBox>
  );
}

function NothingToDraw() {
  return (
    <Empty title="No route leads to a model yet">
      <p>
        Define one under <a href={addressOf("models")}>Models</a>, then choose it as the default below. Until then only
        names that are defined are answered.
      </p>
    </Empty>
  );
}

/** The line along which a request goes down, as far as the step that fires. */
function Rail({ steps, fired }: { steps: Picture["steps"]; fired: string | undefined }) {
  const last = steps.length - 1;
  const stop = steps.findIndex(({ rule }) => rule === fired);
  return (
    <>
      <path class="rail" d={`M14 ${middle(0)} V${middle(last)}`} />
      {stop >= 0 && <path class="rail taken" d={`M14 ${middle(0)} V${middle(stop)} H${STEP.x}`} />}
      {steps.map(({ rule }, at) => (
        <circle key={rule} class={at <= stop ? "stop taken" : "stop"} cx="14" cy={middle(at)} r="4" />
      ))}
    </>
  );
}

function middle(row: number): number {
  return row * ROW + ROW / 2;
}

/** Models stand spread over the height that the steps need. */
function modelMiddle({ models }: Picture, at: number, rows: number): number {
  return ((at + 0.5) * rows * ROW) / models.length;
}

function curve(from: number, to: number): string {
  const [left, right] = [STEP.x + STEP.width, MODEL.x];
  const half = (left + right) / 2;
  return `M${left} ${from} C${half} ${from} ${half} ${to} ${right} ${to}`;
}

function shortened(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
