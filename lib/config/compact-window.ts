import type { Mapping, Settings } from "./settings.ts";

/**
 * How large a conversation may grow before it has to be summarised. Claude Code takes every model for one of 1M tokens, so
 * that on a smaller one it would summarise only after a refusal. Facts about the client (2.1.330, measured): it takes the
 * smaller of the model's window and CLAUDE_CODE_AUTO_COMPACT_WINDOW, reads no less than 100,000 there, and summarises
 * earlier at CLAUDE_AUTOCOMPACT_PCT_OVERRIDE per cent of it.
 */

/** What Claude Code assumes of its own models and of those that it does not know. */
const ASSUMED = 1_000_000;
/** The least that CLAUDE_CODE_AUTO_COMPACT_WINDOW can say. */
const LEAST = 100_000;
/** The part of a smaller window that the prompt may fill; the rest is for the answer. */
const PROMPT_PART = 0.8;

/** The variables by which it is told; none where nothing has to be said. */
export function compactVariables(settings: Settings | undefined): Record<string, string> {
  const window = settings && mainWindow(settings);
  if (window === undefined || window >= ASSUMED) return {};
  if (window >= LEAST) return { CLAUDE_CODE_AUTO_COMPACT_WINDOW: String(window) };
  return {
    CLAUDE_CODE_AUTO_COMPACT_WINDOW: String(LEAST),
    CLAUDE_AUTOCOMPACT_PCT_OVERRIDE: String(Math.floor((window * PROMPT_PART * 100) / LEAST)),
  };
}

/**
 * The largest prompt that somebody in the way of the main conversation can take: the default route's providers, or those of
 * `long_context`, which take over when it has grown. Undefined where one of them is not known.
 */
function mainWindow({ router, models }: Settings): number | undefined {
  const routes = [router.default, router.long_context].filter(({ enabled, model }) => enabled && model !== "");
  const windows = routes.flatMap(({ model }) => models.get(model)?.mappings.filter(isOn).map(windowOf) ?? []);
  if (windows.length === 0 || windows.includes(undefined)) return undefined;
  return Math.max(...windows.filter((window) => window !== undefined));
}

function isOn({ provider }: Mapping): boolean {
  return provider.enabled;
}

function windowOf({ capabilities }: Mapping): number | undefined {
  return capabilities.contextWindow;
}
