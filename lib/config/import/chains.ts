import type { Path } from "../faults.ts";
import type { Account } from "./account.ts";
import type { ImportedProvider } from "./providers.ts";

/** One model at one provider. */
export interface Target {
  provider: string;
  model: string;
}

/**
 * Names that Claude Code asks for of its own accord. There they all mean the default route, so a model that a provider merely
 * lists, or that another route has, may not be called so: it would take requests away from the default.
 */
const ASKED_BY_ITSELF = /^claude-/i;

/** The [[models]] that come of routes and of providers' lists: each is a name and the providers that are asked in turn. */
export class Chains {
  readonly #providers: ReadonlyMap<string, ImportedProvider>;
  readonly #models = new Map<string, readonly Target[]>();

  constructor(providers: readonly ImportedProvider[]) {
    this.#providers = new Map(providers.map((provider) => [provider.entry.name, provider]));
  }

  /**
   * Reads `provider,model` (version 2) or `provider/model` (version 3) at a path.
   * @returns undefined, with a note, when it names no provider of the source
   */
  target(account: Account, ...at: Path): Target | undefined {
    const written = account.text(...at)?.trim();
    if (written === undefined || written === "") return undefined;
    const provider = [...this.#providers.keys()]
      .filter((name) => written.startsWith(`${name},`) || written.startsWith(`${name}/`))
      .sort((a, b) => b.length - a.length)[0];
    if (provider !== undefined) return { provider, model: written.slice(provider.length + 1).trim() };
    account.say(at, `"${written}" names none of the providers, so it was left out.`);
    return undefined;
  }

  targets(account: Account, ...at: Path): Target[] {
    return account.list(...at).flatMap((entry) => this.target(account, ...entry) ?? []);
  }

  /**
   * The name of the model that is served so; it is made if there is none.
   * @param wish how it is to be called, if that is free; default: as the first provider calls it, with the provider's name
   * before it where Claude Code asks for that by itself
   */
  nameFor(chain: readonly Target[], wish?: string): string {
    const targets = chain.filter((target, at) => chain.findIndex((other) => same(other, target)) === at);
    const known = [...this.#models].find(([name, other]) => sameChain(other, targets) && (wish ?? name) === name);
    if (known) return known[0];
    const [first] = targets;
    const atProvider = `${first?.provider}/${first?.model}`;
    const base = wish ?? (first && !ASKED_BY_ITSELF.test(first.model) ? first.model : atProvider);
    const names = [base, atProvider, ...Array.from({ length: 99 }, (_, i) => `${base}-${i + 2}`)];
    const name = names.find((candidate) => !this.#models.has(candidate)) ?? base;
    this.#models.set(name, targets);
    return name;
  }

  /** Gives every model of the providers' lists that no chain begins with a name, so that it can be asked for. */
  addListed(): void {
    for (const { entry, models } of this.#providers.values()) {
      for (const model of models) {
        const target = { provider: entry.name, model };
        const isThere = [...this.#models.values()].some(([first]) => first && same(first, target));
        if (!isThere) this.nameFor([target]);
      }
    }
  }

  /** As they are written into the file. */
  entries(): Record<string, unknown>[] {
    return [...this.#models].map(([name, targets]) => ({
      name,
      providers: targets.map(({ provider, model }, at) => ({
        name: provider,
        model,
        priority: at + 1,
        ...this.#providers.get(provider)?.mappingExtras.get(model),
      })),
    }));
  }
}

function same(a: Target, b: Target): boolean {
  return a.provider === b.provider && a.model === b.model;
}

function sameChain(a: readonly Target[], b: readonly Target[]): boolean {
  return a.length === b.length && a.every((target, at) => same(target, b[at] ?? target));
}
