import type { InboundRequest } from "../anthropic/request.ts";
import type { MessageAnswer, Usage } from "../anthropic/types.ts";
import type { Failure } from "../catalog/failure-reasons.ts";
import { isSecretPath } from "../config/mask.ts";
import type { Provider } from "../config/settings.ts";
import { type Credential, isCredential } from "../credentials/credential.ts";
import type { AttemptRecord } from "../journal/entry.ts";
import { loadWire } from "../wires/index.ts";
import type { Target } from "../wires/wire.ts";
import { type AttemptOutcome, attempt } from "./attempt.ts";
import type { Outlet } from "./outlet.ts";
import { patient, shortened } from "./patience.ts";
import type { Run, Step } from "./run.ts";
import { readRefusedSearch } from "./searches.ts";
import { keyOf } from "./steps.ts";

export interface SendOptions {
  /** On a new connection. */
  fresh: boolean;
  /** Nobody else is left: a place at this provider is worth waiting for. */
  mayWait: boolean;
  /** Beside tries at another provider. */
  hedged?: boolean;
  /** The answer to a request that is a little different goes through something before it gets to the client. */
  rescue?: { inbound: InboundRequest; outlet: Outlet };
}

/**
 * One try; and once more with a newer credential, where there is one and the first was refused. What came of it is told to
 * the provider's health.
 */
export async function send(run: Run, step: Step, how: SendOptions): Promise<Sent> {
  const sent = await sendRenewed(run, step, how);
  const { health } = run.deps;
  const { outcome, counts } = sent;
  const key = keyOf(step);
  if (!counts || outcome.kind === "lost") health.released(...key);
  else if (outcome.kind === "streamed" || outcome.kind === "answered") health.success(...key);
  else if (run.job.reply.gone) health.released(...key);
  else {
    health.failure(...key, outcome.failure);
    if (outcome.kind === "broken")
      run.deps.trackRecord.cut(step.mapping.provider.name, run.job.sessionKey, run.deps.now());
  }
  return sent;
}

async function sendRenewed(run: Run, step: Step, how: SendOptions): Promise<Sent> {
  const { provider } = step.mapping;
  for (let tries = 1; ; tries++) {
    const sent = await sendOnce(run, step, how);
    const { outcome, credential } = sent;
    const refused = outcome.kind === "failed" && outcome.failure.reason === "auth";
    if (!refused || credential?.generation === undefined) return sent;
    // A login that is refused is left alone by its keeper, and known to be good again by it.
    if (provider.authType === "oauth") sent.counts = false;
    const renewed = await run.deps.credentials.renew(provider, step.credential, credential);
    if (!renewed || run.over || tries === MOST_TOKENS) return sent;
  }
}

/** The token that a request began with, and a newer one. */
const MOST_TOKENS = 2;

/** One try, recorded. */
async function sendOnce(run: Run, step: Step, how: SendOptions): Promise<Sent> {
  const { entry, arrived } = run.job;
  const { provider, model } = step.mapping;
  const started = performance.now();
  const record: AttemptRecord = { provider: provider.name, model, wire: provider.wire, at: started - arrived, ms: 0 };
  if (how.hedged) record.hedged = true;
  entry.attempts.push(record);
  if (!run.winner) run.serving = step;
  const sent = await withPlace(run, step, how, record);
  const { credential } = sent;
  record.ms = performance.now() - started;
  if (run.isLost(record)) sent.outcome = lost(sent.outcome);
  const { outcome } = sent;
  if (outcome.kind === "lost") {
    record.lost = true;
    if (outcome.usage) record.usage = outcome.usage;
  }
  if (outcome.notes) record.notes = [...outcome.notes];
  if (outcome.repaired !== undefined) record.repaired = outcome.repaired;
  if (outcome.kind === "failed" || outcome.kind === "broken") {
    if (run.job.reply.gone) outcome.failure = { reason: "client_gone", message: "the client went away" };
    if (isClientsOwn(provider, outcome.failure)) outcome.failure.reason = "client_login";
    const failure = withoutSecrets(outcome.failure, [...(credential?.secrets ?? []), ...secretHeaders(provider)]);
    if (outcome.kind === "failed") readRefusedSearch(run, step, failure);
    record.failure = failure.reason;
    record.message = failure.message;
    if (failure.status !== undefined) record.status = failure.status;
    run.failed.push({ record, failure });
  }
  if (outcome.kind === "failed" && outcome.usage && isBilled(outcome.failure, outcome.usage))
    record.usage = outcome.usage;
  if (outcome.kind === "streamed" || outcome.kind === "answered" || outcome.kind === "broken") {
    entry.provider = provider.name;
    entry.upstreamModel = model;
    entry.usage = outcome.usage;
    record.usage = outcome.usage;
  }
  run.job.onAttempt();
  return sent;
}

/** The outcome of a try that another has outrun. What it has used by then is paid for all the same. */
function lost(outcome: AttemptOutcome): AttemptOutcome {
  const { usage } = { usage: undefined, ...outcome };
  return { kind: "lost", ...(usage && usage.input_tokens + usage.output_tokens > 0 && { usage }) };
}

interface Sent {
  outcome: AttemptOutcome;
  /** The outcome says something about the provider's health. */
  counts: boolean;
  /** What was sent along, if anything was. */
  credential?: Credential;
}

/** The try takes one of the provider's places, where those are limited. */
async function withPlace(run: Run, step: Step, how: SendOptions, record: AttemptRecord): Promise<Sent> {
  const { provider } = step.mapping;
  const leave = await run.deps.places.enter(provider, how.mayWait, (giveUp) => run.onCancel(giveUp));
  if (!leave) {
    const message = `${provider.maxConcurrentRequests} requests are under way there already (max_concurrent_requests)`;
    return { outcome: { kind: "failed", failure: { reason: "overloaded", message } }, counts: false };
  }
  try {
    return await dispatch(run, step, how, record);
  } finally {
    leave();
  }
}

async function dispatch(run: Run, step: Step, how: SendOptions, record: AttemptRecord): Promise<Sent> {
  const { entry } = run.job;
  const inbound = how.rescue?.inbound ?? run.job.inbound;
  const { deps } = run;
  const { provider, capabilities, model } = step.mapping;
  const found = deps.credentials.find(provider, step.credential, inbound);
  const credential = found instanceof Promise ? await found : found;
  if (!isCredential(credential))
    return { outcome: { kind: "failed", failure: { ...credential.failure } }, counts: credential.counts };
  const fault = await deps.simulated(provider.name, inbound);
  if (fault) record.simulated = true;
  const wire = await loadWire(provider.wire);
  const { access } = credential;
  const target: Target = {
    provider: provider.name,
    type: access?.type ?? provider.type,
    baseUrl: fault?.baseUrl ?? access?.baseUrl ?? provider.baseUrl,
    query: fault || access ? undefined : provider.query,
    model,
    capabilities,
    project: access?.project ?? provider.project,
    location: provider.location,
  };
  const local = fault ? undefined : wire.localAnswer?.({ inbound, target, messageId: run.messageId });
  if (local?.when === "at_once") return { outcome: answeredHere(local.message), counts: false };
  if (local) {
    run.lastResort ??= local.message;
    const message = "this provider cannot do it; another may";
    return { outcome: { kind: "failed", failure: { reason: "capability", message } }, counts: false };
  }
  let shown: Record<string, string> = {};
  const claim = (): boolean => {
    if (!run.claim(record, step)) return false;
    run.upstreamHeaders = shown;
    return true;
  };
  const running = attempt({
    inbound,
    wire,
    target,
    // A credential never travels to another place than the provider's.
    headers: fault ? {} : { ...provider.headers, ...credential.headers },
    timeouts: fault ? shortened(provider.timeouts, fault) : patient(run, provider, how.mayWait),
    fresh: how.fresh,
    messageId: run.messageId,
    requestId: entry.id,
    holdWhole: inbound.headers["x-claude-code-request-class"] === "auxiliary",
    holdMs: how.rescue ? 0 : holdMs(run, provider.name),
    outlet: how.rescue?.outlet ?? outletOf(run, claim),
    repairs: deps.repairs,
    pool: deps.pool,
    timers: deps.timers,
    now: deps.now,
    ...(run.job.watch && { watch: run.job.watch(record) }),
    onHeaders: (status, headers) => {
      record.status = status;
      const requestId = headers["request-id"] ?? headers["x-request-id"];
      if (typeof requestId === "string") record.requestId = requestId;
      if (!fault) deps.credentials.saw(provider, headers);
      shown = forClient(headers, provider.authType === "passthrough" || provider.authType === "oauth");
      if (!run.winner) run.upstreamHeaders = shown;
    },
  });
  run.begun(record, running);
  const outcome = await running.outcome;
  run.ended(record);
  if (outcome.kind === "answered") claim();
  return { outcome, counts: fault?.counts ?? !provider.isForSearch, ...(!fault && { credential }) };
}

/** How long the beginning of an answer is held back: longer where answers have broken lately. */
function holdMs({ job, deps }: Run, provider: string): number {
  const ms = job.settings.failover.hold_back_ms;
  return ms === 0 ? 0 : ms * deps.trackRecord.patience(provider, deps.now());
}

/** Claude Code refreshes its own login when it hears of a 401, so it must hear of it, and nobody else is to blame. */
function isClientsOwn({ authType }: Provider, { reason, status }: Failure): boolean {
  return authType === "passthrough" && reason === "auth" && status === 401;
}

/** The client's stream, for the try that is first to have content. */
function outletOf(run: Run, claim: () => boolean): Outlet {
  return {
    claim,
    send: (bytes) => run.sink.send(bytes),
    onDrain: (listener) => run.sink.onDrain(listener),
  };
}

/** An answer that needed no upstream. */
export function answeredHere(message: MessageAnswer): AttemptOutcome {
  const { usage, stop_reason: stopReason } = message;
  return { kind: "answered", body: Buffer.from(JSON.stringify(message)), usage, stopReason };
}

/** The upstream's headers that the client may see; its rate limits only where the quota is the user's own. */
function forClient(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  ownQuota: boolean,
): Record<string, string> {
  const kept: Record<string, string> = {};
  const id = headers["request-id"];
  if (typeof id === "string") kept["request-id"] = id;
  if (!ownQuota) return kept;
  for (const [name, value] of Object.entries(headers))
    if (typeof value === "string" && name.startsWith("anthropic-ratelimit-")) kept[name] = value;
  return kept;
}

/** An answer that is complete, and says nothing, is paid for; an error is not. */
function isBilled({ reason }: Failure, { input_tokens, output_tokens }: Usage): boolean {
  return reason === "empty_answer" && input_tokens + output_tokens > 0;
}

/** Values of the user's own headers that hold a secret, to judge by their names. */
function secretHeaders({ headers }: Provider): string[] {
  return Object.entries(headers).flatMap(([name, value]) =>
    isSecretPath(["headers", name]) ? value.replace(/^Bearer +/i, "") : [],
  );
}

/** An upstream may echo the key that it refuses. */
function withoutSecrets(failure: Failure, secrets: readonly string[]): Failure {
  const clean = (text: string): string =>
    secrets.reduce((rest, secret) => (secret === "" ? rest : rest.replaceAll(secret, "***")), text);
  failure.message = clean(failure.message);
  if (failure.verbatim && secrets.some((secret) => secret !== "" && failure.verbatim?.body.includes(secret)))
    failure.verbatim.body = Buffer.from(clean(failure.verbatim.body.toString("utf8")));
  return failure;
}
