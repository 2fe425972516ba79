import type { FaultName } from "./faults.ts";
import type { Answer, Ask, Frame, Json, Part, SimulatedWire } from "./wire.ts";

/** All that a provider will send, unless a status or the connection comes first: a stream or one document. */
export interface Script {
  fault?: FaultName;
  stream?: Frame[];
  whole?: Json;
  /** An error answer of this protocol. */
  error: SimulatedWire["error"];
}

const OVERLOADED = ["overloaded_error", "Simulated: overloaded."] as const;

/** The script of an answer to a prompt, already cut where its fault cuts a stream. */
export function scriptOf(wire: SimulatedWire, ask: Ask, answer: Answer): Script {
  const base = { error: wire.error, ...(answer.fault ? { fault: answer.fault } : {}) };
  return ask.stream
    ? { ...base, stream: framesOf(wire, ask, answer) }
    : plainScript(wire, wire.whole(ask, answer.fault === "empty" ? silent(answer) : answer), answer.fault);
}

/** The script of a plain document: a token count, a list of models. */
export function plainScript(wire: SimulatedWire, document: Json, fault: FaultName | undefined): Script {
  const whole = fault === "error-event-first" ? wire.error(529, ...OVERLOADED) : document;
  return { error: wire.error, whole, ...(fault ? { fault } : {}) };
}

function framesOf(wire: SimulatedWire, ask: Ask, answer: Answer): Frame[] {
  switch (answer.fault) {
    case "error-event-first":
      return [{ at: "start", bytes: wire.errorFrame(...OVERLOADED) }];
    case "empty":
      return wire.frames(ask, silent(answer));
    case "cut-before-content":
      return wire.frames(ask, answer).filter((frame) => frame.at === "start");
    case "cut-in-text":
      return untilMiddleOf("text", wire.frames(ask, answer));
    case "cut-in-tool":
      return untilMiddleOf("tool", wire.frames(ask, { ...answer, parts: withCall(ask, answer.parts), stop: "tool" }));
    default:
      return wire.frames(ask, answer);
  }
}

function silent(answer: Answer): Answer {
  return { ...answer, parts: [], stop: "end", usage: { ...answer.usage, output: 0, thinking: 0 } };
}

/** Everything up to the middle of what belongs to `at`; where nothing does, up to the middle of all. */
function untilMiddleOf(at: Frame["at"], frames: Frame[]): Frame[] {
  const places = frames.flatMap((frame, index) => (frame.at === at ? [index] : []));
  const middle = places[places.length >> 1] ?? frames.length >> 1;
  return frames.slice(0, middle + 1);
}

/** A call that can be cut: the answer's own, or one of a tool that the request offers. */
function withCall(ask: Ask, parts: readonly Part[]): readonly Part[] {
  const offered = ask.tools[0];
  if (!offered || parts.some((part) => part.type === "tool")) return parts;
  return [...parts, { type: "tool", name: offered.name, input: { simulated: "a call that will not be complete" } }];
}
