import { randomUUID } from "node:crypto";
import { retryHeaders } from "../anthropic/errors.ts";
import { withModel } from "../anthropic/facts.ts";
import type { InboundRequest } from "../anthropic/request.ts";
import type { Price } from "../catalog/types.ts";
import type { Provider, Settings } from "../config/settings.ts";
import { credentialCount } from "../credentials/headers.ts";
import type { BudgetState } from "../journal/budget.ts";
import type { JournalEntry } from "../journal/entry.ts";
import { type PriceAt, settle } from "../journal/settle.ts";
import type { ClientReply } from "../relay/client-reply.ts";
import { relay } from "../relay/relay.ts";
import { healthView } from "../relay/track-record.ts";
import { decide } from "../routing/decide.ts";
import type { Decision, NoRoute } from "../routing/decision.ts";
import { sessionKey } from "../routing/session-key.ts";
import { logBodies } from "./body-log.ts";
import { type Budgeted, withinBudget } from "./budget.ts";
import { refusalHeaders, refusalSentence, warningHeaders } from "./budget-notice.ts";
import type { Asked } from "./comebacks.ts";
import type { ServerContext } from "./context.ts";
import { KEEP_HEADER } from "./exchanges.ts";
import type { HeldReply } from "./held-reply.ts";
import { replyError, withHeaders } from "./reply.ts";
import { logRequest } from "./request-log.ts";
import { SIMULATE_HEADER } from "./simulations.ts";
import { GONE, recordUnserved } from "./unserved.ts";

/** HTTP status of a request for which there is no route. */
const NO_ROUTE_STATUS: Readonly<Record<NoRoute["kind"], number>> = {
  unknown_model: 404,
  unknown_provider: 400,
  no_provider: 503,
  incapable: 400,
};

/** A burst is waited out in a short line; beyond it the client does better to come back by itself. */
const LINE = { waitMs: 5_000, longest: 100 };

/** When who was turned away does well to come back. */
const TURNED_AWAY_MS = 2_000;

const OWN_MACHINE: Price = { input: 0, output: 0 };

/** One request of a client, read and understood. */
export interface Incoming {
  inbound: InboundRequest;
  reply: ClientReply;
  /** Who is behind the reply. */
  client: HeldReply;
  id: string;
  /** On the `performance.now()` clock. */
  arrived: number;
  path: string;
  /** The same as it came, to be told from others. */
  asked: Asked;
}

/** Waits for a place, decides where the request goes, relays it, and writes the journal. */
export async function serve(incoming: Incoming, context: ServerContext): Promise<void> {
  const { settings } = context.config;
  const { reply, client } = incoming;
  const limit = settings.performance.max_concurrent_requests;
  if (!(await context.gate.enter(limit, { ...LINE, onGiveUp: (giveUp) => reply.onGone(giveUp) }))) {
    turnAway(incoming, limit, context);
    return;
  }
  let isInside = true;
  const leave = (): void => {
    if (isInside) context.gate.leave();
    isInside = false;
  };
  // Its place is somebody else's while nobody waits for the answer.
  client.onAwaited(leave);
  try {
    await relayed(incoming, settings, context);
  } finally {
    leave();
  }
}

function turnAway({ inbound, reply, ...incoming }: Incoming, limit: number, context: ServerContext): void {
  const { headers, facts, raw } = inbound;
  const request = { ...incoming, headers, requested: facts.model, stream: facts.stream, bytesIn: raw.length };
  if (reply.gone) {
    recordUnserved(context, request, { status: GONE, message: "the client went away while it waited for its turn" });
    return;
  }
  const message = `${limit} requests are under way already (performance.max_concurrent_requests)`;
  replyError(reply, 429, message, { requestId: incoming.id, headers: retryHeaders(true, TURNED_AWAY_MS) });
  recordUnserved(context, request, { status: 429, message });
}

async function relayed(
  { inbound, reply: plain, client: behind, id, arrived, path, asked }: Incoming,
  settings: Settings,
  context: ServerContext,
): Promise<void> {
  const { log_bodies } = settings.logging;
  const exchange = context.exchanges.begin(id, path, inbound, log_bodies || inbound.headers[KEEP_HEADER] === "1");
  const kept = exchange.watchReply(plain);
  const client = log_bodies ? logBodies(kept, inbound, id, context.log) : kept;
  const { outcome: decision, refused, warn } = budgeted(inbound, settings, context);
  const entry = newEntry(id, inbound, path, decision);
  context.journal.begin(entry);
  const onAttempt = (): void => context.journal.update(entry);
  try {
    const simulate = inbound.headers[SIMULATE_HEADER];
    const wrong = simulate && (await context.simulations.complaint(simulate, settings.providers));
    if (wrong) refuse(client, entry, 400, wrong);
    else if ("kind" in decision) refuse(client, entry, NO_ROUTE_STATUS[decision.kind], decision.message);
    else if (refused) refuseForMoney(client, entry, refused);
    else {
      const reply = warn ? withHeaders(client, warningHeaders(warn)) : client;
      await relay(
        {
          ...{ inbound, decision, settings, sessionKey: sessionKey(inbound), reply, entry, arrived, onAttempt },
          watch: (record) => exchange.watchAttempt(record),
          letGo() {
            behind.forget();
            if (!behind.isKept) asked.letGo();
            inbound.letGo();
          },
        },
        context.relay,
      );
      await behind.present();
      if (behind.gone && entry.outcome === "ok") cancelled(entry);
    }
  } finally {
    if (behind.comebacks > 0) entry.comebacks = behind.comebacks;
    if (entry.totalMs === 0) entry.totalMs = performance.now() - arrived;
    settle(entry, pricesOf(decision));
    context.journal.end(entry);
    logRequest(context.log, entry);
  }
}

/** Where a request would go now, money considered. Sends nothing. */
export function route(inbound: InboundRequest, settings: Settings, context: ServerContext): Decision | NoRoute {
  const { outcome, refused } = budgeted(inbound, settings, context);
  if (!refused) return outcome;
  return { kind: "no_provider", message: refusalSentence(refused), tried: outcome.tried, setAside: outcome.setAside };
}

function budgeted(inbound: InboundRequest, settings: Settings, context: ServerContext): Budgeted {
  return withinBudget(decided(inbound, settings, context), settings, context.journal.files?.spending, (model) => {
    const { "x-ccm-provider": _one, "x-provider": _other, ...headers } = inbound.headers;
    const asked = { ...inbound, headers, facts: withModel(inbound.facts, model) };
    return decided(asked, { ...settings, router: { ...settings.router, enabled: false } }, context);
  });
}

function decided(inbound: InboundRequest, settings: Settings, context: ServerContext): Decision | NoRoute {
  const { health, trackRecord, credentials } = context;
  const of = <T>(read: (provider: Provider) => T, none: T) => {
    return (name: string) => {
      const provider = settings.providers.get(name);
      return provider ? read(provider) : none;
    };
  };
  const missingUntil = of((provider) => credentials.missingUntil(provider), 0);
  const view = healthView(health, trackRecord, of(credentialCount, 0), missingUntil, () => sessionKey(inbound));
  return decide(inbound, settings, view, context.relay.random, context.relay.now());
}

/** What each of those costs who may be asked. One's own machine costs nothing. */
function pricesOf(decision: Decision | NoRoute): PriceAt {
  const mappings = "kind" in decision ? [] : decision.candidates.map(({ mapping }) => mapping);
  return ({ provider, model }) => {
    const mapping = mappings.find((candidate) => candidate.provider.name === provider && candidate.model === model);
    return mapping?.price ?? (mapping?.provider.type.group === "Local" ? OWN_MACHINE : undefined);
  };
}

export function newRequestId(): string {
  return `req_ccm_${randomUUID().replaceAll("-", "").slice(0, 18)}`;
}

function newEntry(id: string, inbound: InboundRequest, path: string, decision: Decision | NoRoute): JournalEntry {
  const { facts, headers, raw } = inbound;
  const session = headers["x-claude-code-session-id"] ?? facts.metadataSession;
  const requestClass = headers["x-claude-code-request-class"];
  const routed = "kind" in decision ? undefined : decision;
  return {
    id,
    time: Date.now(),
    path: path.split("?")[0] ?? path,
    ...(session !== undefined && { session }),
    ...(requestClass !== undefined && { class: requestClass }),
    requested: facts.model,
    rule: routed?.rule ?? "none",
    reason: routed?.reason ?? ("kind" in decision ? decision.message : ""),
    model: routed?.model ?? facts.model,
    stream: facts.stream,
    attempts: [],
    status: 0,
    outcome: "running",
    totalMs: 0,
    bytesIn: raw.length,
    bytesOut: 0,
  };
}

function refuse(reply: ClientReply, entry: JournalEntry, status: number, message: string): void {
  entry.status = status;
  entry.outcome = "failed";
  entry.error = message;
  replyError(reply, status, message, { requestId: entry.id });
}

/** The answer was whole, but nobody came back for it. */
function cancelled(entry: JournalEntry): void {
  entry.outcome = "cancelled";
  entry.status = GONE;
}

function refuseForMoney(reply: ClientReply, entry: JournalEntry, limit: BudgetState): void {
  const message = refusalSentence(limit);
  entry.status = 429;
  entry.outcome = "failed";
  entry.error = message;
  const headers = refusalHeaders(limit, Date.now());
  replyError(reply, 429, message, { type: "billing_error", requestId: entry.id, headers });
}
