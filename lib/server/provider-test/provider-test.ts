import { readRequest } from "../../anthropic/request.ts";
import { explicitMapping } from "../../config/mapping.ts";
import type { Mapping, Provider, Settings } from "../../config/settings.ts";
import { type Credential, isCredential } from "../../credentials/credential.ts";
import { type AttemptOutcome, attempt } from "../../relay/attempt.ts";
import type { RelayDeps } from "../../relay/run.ts";
import { loadWire } from "../../wires/index.ts";
import type { Target } from "../../wires/wire.ts";
import type { ProviderCheck, ProviderTestView } from "../admin/views.ts";
import { askModelList } from "./model-list.ts";
import { QUESTIONS, type Question, questionBody } from "./questions.ts";
import { keyCheck, listCheck, named, summary } from "./summary.ts";
import { type Verdict, verdict, words } from "./verdict.ts";

type Deps = Pick<RelayDeps, "pool" | "timers" | "repairs" | "credentials" | "now">;

/** Nobody waits longer for a word. */
const PATIENCE_MS = 30_000;

/**
 * Tries out what a provider can do: each thing by a real, tiny request, past routing and failover, so that health and journal
 * know nothing of it.
 * @param wanted id of the model to ask; default: the cheapest that is mapped there, else the vendor's small one
 */
export async function testProvider(
  provider: Provider,
  wanted: string | undefined,
  settings: Settings,
  deps: Deps,
): Promise<ProviderTestView> {
  const began = performance.now();
  const told = (model: string | undefined, checks: ProviderCheck[]) =>
    summary(provider, model, checks, Math.round(performance.now() - began));
  const credential = await credentialOf(provider, deps);
  if ("detail" in credential) return told(undefined, [named("key", credential)]);
  const list = await timed(() => askModelList(provider, credential, deps));
  const mapping = mappingOf(provider, wanted, settings, list.result.ids);
  const checks = mapping ? await askAll(mapping, credential, deps) : [NOBODY];
  const all = [keyCheck(provider, list.result, checks[0]), listCheck(list.result, list.ms, mapping?.model), ...checks];
  return told(
    mapping?.model,
    all.map((check) => masked(check, credential)),
  );
}

const NOBODY = named("answer", { outcome: "skipped", detail: "no model is mapped to it; name one to go on" });

/** One after the other: a small plan may allow no more. */
async function askAll(mapping: Mapping, credential: Credential, deps: Deps): Promise<ProviderCheck[]> {
  const checks: ProviderCheck[] = [];
  for (const question of Object.keys(QUESTIONS) as Question[])
    checks.push(named(question, await ask(question, mapping, credential, deps, checks[0])));
  return checks;
}

async function credentialOf(provider: Provider, { credentials }: Deps): Promise<Credential | Verdict> {
  if (provider.authType === "passthrough") {
    const detail = "it gets the login of each client, so there is nothing to try out without one";
    return { outcome: "skipped", detail };
  }
  const found = await credentials.find(provider, 0, readRequest(questionBody("answer", "none"), {}));
  return isCredential(found) ? found : { outcome: "failed", ...words(found.failure) };
}

/** What was asked for, else what is mapped there (the cheapest), else what the vendor has. */
function mappingOf(
  provider: Provider,
  wanted: string | undefined,
  settings: Settings,
  listed: readonly string[] | undefined,
): Mapping | undefined {
  const mapped = [...settings.models.values()]
    .flatMap((model) => model.mappings.map((mapping) => ({ mapping, name: model.name })))
    .filter(({ mapping }) => mapping.provider.name === provider.name);
  if (wanted !== undefined) {
    const known = mapped.find(({ mapping, name }) => name === wanted || mapping.model === wanted);
    return known?.mapping ?? explicitMapping(provider, wanted);
  }
  const price = ({ mapping }: { mapping: Mapping }) => mapping.price?.output ?? Number.POSITIVE_INFINITY;
  const [cheapest] = mapped.toSorted((a, b) => (price(a) === price(b) ? 0 : price(a) - price(b)));
  if (cheapest) return cheapest.mapping;
  const { standIns } = provider.type;
  const id = standIns?.haiku ?? standIns?.sonnet ?? listed?.[0];
  return id === undefined ? undefined : explicitMapping(provider, id);
}

/** @param answer what became of the first question; where even that failed, the others are not worth asking */
async function ask(
  question: Question,
  { provider, model, capabilities }: Mapping,
  credential: Credential,
  deps: Deps,
  answer: ProviderCheck | undefined,
): Promise<Verdict> {
  if (answer?.outcome === "failed") return { outcome: "skipped", detail: "not asked, as it gave no answer" };
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

function impatient({ timeouts }: Provider): Provider["timeouts"] {
  const atMost = (ms: number): number => (ms === 0 ? PATIENCE_MS : Math.min(ms, PATIENCE_MS));
  return {
    ...timeouts,
    first_byte_ms: atMost(timeouts.first_byte_ms),
    first_event_ms: atMost(timeouts.first_event_ms),
    total_ms: PATIENCE_MS,
  };
}

/** A vendor may echo the key that it refuses. */
function masked(check: ProviderCheck, { secrets }: Credential): ProviderCheck {
  const clean = secrets.reduce((text, secret) => (secret === "" ? text : text.replaceAll(secret, "***")), check.detail);
  return { ...check, detail: clean };
}

async function timed<T>(work: () => Promise<T>): Promise<{ result: T; ms: number }> {
  const began = performance.now();
  const result = await work();
  return { result, ms: Math.round(performance.now() - began) };
}
