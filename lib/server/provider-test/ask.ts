import { readRequest } from "../../anthropic/request.ts";
import type { Mapping, Provider } from "../../config/settings.ts";
import type { Credential } from "../../credentials/credential.ts";
import { type AttemptOutcome, attempt } from "../../relay/attempt.ts";
import { type Limits, limitsOf } from "../../relay/patience.ts";
import type { RelayDeps } from "../../relay/run.ts";
import { loadWire } from "../../wires/index.ts";
import type { Target } from "../../wires/wire.ts";
import { type Question, questionBody } from "./questions.ts";
import { type Verdict, verdict } from "./verdict.ts";

/** Nobody waits longer for a word. */
const PATIENCE_MS = 30_000;

/** Asks the model something, and says what that tells of the provider. */
export async function ask(
  question: Question,
  { provider, model, capabilities }: Mapping,
  credential: Credential,
  deps: Pick<RelayDeps, "pool" | "timers" | "repairs" | "now">,
): Promise<Verdict> {
  const lacks =
    (question === "vision" && capabilities.vision === false) || (question === "tools" && capabilities.tools === false);
  if (lacks) return { outcome: "skipped", detail: `the catalogue knows that ${model} has none` };
  const inbound = readRequest(questionBody(question, model), {});
  const wire = await loadWire(provider.wire);
  const { access } = credential;
  const target: Target = {
    provider: provider.name,
    type: access?.type ?? provider.type,
    baseUrl: access?.baseUrl ?? provider.baseUrl,
    query: access ? undefined : provider.query,
    model,
    capabilities,
    project: access?.project ?? provider.project,
    location: provider.location,
  };
  let streamed = "";
  const { ms, result } = await timed<AttemptOutcome>(
    () =>
      attempt({
        inbound,
        wire,
        target,
        headers: { ...provider.headers, ...credential.headers },
        timeouts: impatient(provider),
        fresh: true,
        messageId: "msg_test",
        requestId: "test",
        holdWhole: false,
        holdMs: 0,
        outlet: {
          claim: () => true,
          send(bytes) {
            streamed += bytes.toString();
            return true;
          },
          onDrain: () => undefined,
        },
        ...deps,
        onHeaders: () => undefined,
      }).outcome,
  );
  return { ...verdict(question, result, streamed), ms };
}

function impatient({ timeouts }: Provider): Limits {
  const atMost = (ms: number): number => (ms === 0 ? PATIENCE_MS : Math.min(ms, PATIENCE_MS));
  return {
    ...limitsOf(timeouts),
    first_byte_ms: atMost(timeouts.first_byte_ms),
    first_event_ms: atMost(timeouts.first_event_ms),
    total_ms: PATIENCE_MS,
  };
}

/** Does the work; `ms` is how long it took. */
export async function timed<T>(work: () => Promise<T>): Promise<{ result: T; ms: number }> {
  const began = performance.now();
  const result = await work();
  return { result, ms: Math.round(performance.now() - began) };
}
