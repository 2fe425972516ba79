import { FAILURE_REASONS } from "../../catalog/failure-reasons.ts";
import { fetchHealth, reachableUrl } from "../../daemon/health.ts";
import type { ServerRecord } from "../../daemon/pid-file.ts";
import { runningServer } from "../../daemon/restart.ts";
import { stateDir } from "../../daemon/state-dir.ts";
import { type BudgetState, budgetStates, dollars, tightest } from "../../journal/budget.ts";
import type { SessionSums } from "../../journal/sessions.ts";
import { readConfig } from "../configuration.ts";
import { EXIT, type Painter, painter } from "../terminal.ts";
import { openBooks, servedConfig, spendingOf } from "../usage-books.ts";
import type { VerbContext } from "../verb.ts";

/** What we use of that which Claude Code tells its status line; any of it may be missing. */
interface Told {
  session_id?: unknown;
  model?: { id?: unknown; display_name?: unknown };
}

export async function run(context: VerbContext): Promise<number> {
  const { terminal, env } = context;
  const told = await readTold();
  const { books } = openBooks(env);
  const session = typeof told.session_id === "string" ? books.ledger.sessions.get(told.session_id) : undefined;
  const server = runningServer(stateDir(env));
  const { settings } = await readConfig(env, await servedConfig(context));
  const spending = spendingOf(books);
  const budget = settings?.budget;
  const parts = [
    modelWords(told, session),
    ...(session ? [costWords(session)] : []),
    budgetWords(budget && tightest(budgetStates(budget, spending)), painterFor(env)),
    failoverWords(session, painterFor(env)),
    server && (await simulatedWords(server, painterFor(env))),
    server ? undefined : painterFor(env).red("the proxy is not running: ccmctl start"),
  ];
  terminal.out(parts.filter((part) => part !== undefined).join(" · "));
  return EXIT.ok;
}

/** Claude Code reads from a pipe and shows colours. */
function painterFor(env: NodeJS.ProcessEnv): Painter {
  return painter(!env.NO_COLOR);
}

async function readTold(): Promise<Told> {
  if (process.stdin.isTTY) return {};
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  try {
    const value: unknown = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {}; // nothing usable was told: then the line says less
  }
}

function modelWords({ model }: Told, session: SessionSums | undefined): string {
  const asked = [model?.display_name, model?.id].find((name) => typeof name === "string" && name !== "");
  const { provider, model: served, requested } = session?.last ?? {};
  const name = String(asked ?? requested ?? "ccm");
  if (provider === undefined) return name;
  const other = served !== undefined && served !== model?.id && served !== requested ? ` (${served})` : "";
  return `${name} → ${provider}${other}`;
}

function costWords({ cost, unpriced }: SessionSums): string {
  return unpriced > 0 ? `${dollars(cost)} and ${unpriced} of unknown cost` : dollars(cost);
}

const PERIOD_WORDS = { day: "today", week: "this week", month: "this month" } as const;

function budgetWords(state: BudgetState | undefined, paint: Painter): string | undefined {
  if (!state) return undefined;
  const { limit, spent, period, purpose, level } = state;
  const scope = purpose.on === "all" ? "" : ` for ${purpose.name}`;
  if (level === "stop") return paint.red(`budget of ${dollars(limit)}${scope} ${PERIOD_WORDS[period]} used up`);
  const left = `${dollars(limit - spent)} of ${dollars(limit)}${scope} left ${PERIOD_WORDS[period]}`;
  return level === "warn" ? paint.yellow(left) : left;
}

/** Claude Code asks for the line again and again, so nobody waits long for it. */
const PATIENCE_MS = 500;

async function simulatedWords({ host, port }: ServerRecord, paint: Painter): Promise<string | undefined> {
  const failing = (await fetchHealth(reachableUrl(host, port), PATIENCE_MS))?.simulations ?? [];
  if (failing.length === 0) return undefined;
  return paint.yellow(`on purpose: ${failing.map(({ provider, failure }) => `${provider}=${failure}`).join(", ")}`);
}

function failoverWords(session: SessionSums | undefined, paint: Painter): string | undefined {
  const missed = session?.last?.insteadOf;
  if (!missed) return undefined;
  const why = FAILURE_REASONS[missed.failure]?.label ?? missed.failure;
  return paint.yellow(`instead of ${missed.provider}: ${why}`);
}
