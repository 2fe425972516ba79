import { readRequest } from "../../anthropic/request.ts";
import { explicitMapping } from "../../config/mapping.ts";
import { maskSecret } from "../../config/mask.ts";
import type { Mapping, Provider, Settings } from "../../config/settings.ts";
import { type Credential, isCredential } from "../../credentials/credential.ts";
import { credentialCount } from "../../credentials/headers.ts";
import type { RelayDeps } from "../../relay/run.ts";
import type { ProviderCheck, ProviderTestView } from "../admin/views.ts";
import { ask, timed } from "./ask.ts";
import { askModelList } from "./model-list.ts";
import { QUESTIONS, type Question, questionBody } from "./questions.ts";
import { keyCheck, listCheck, named, summary } from "./summary.ts";
import { type Verdict, words } from "./verdict.ts";

type Deps = Pick<RelayDeps, "pool" | "timers" | "repairs" | "credentials" | "now">;

/** What is to be tried out. */
interface Trial {
  provider: Provider;
  /** Id of the model to ask, where the user named one. */
  wanted: string | undefined;
  settings: Settings;
  deps: Deps;
}

/** What became of one of the provider's keys, or of its login. */
interface TriedKey {
  key: ProviderCheck;
  /** Absent where there is nothing to send. */
  found?: { credential: Credential; mapping: Mapping | undefined; list: ProviderCheck; answer: ProviderCheck };
}

/**
 * Tries out what a provider can do: each thing by a real, tiny request, past routing and failover, so that health and journal
 * know nothing of it. Of several keys each is asked for an answer, and the first that gives one for everything else.
 * @param wanted id of the model to ask; default: the cheapest that is mapped there, else the vendor's small one
 */
export async function testProvider(
  provider: Provider,
  wanted: string | undefined,
  settings: Settings,
  deps: Deps,
): Promise<ProviderTestView> {
  const { result, ms } = await timed(() => tryAll({ provider, wanted, settings, deps }));
  return summary(provider, result.model, result.checks, ms);
}

/** One after the other: a small plan may allow no more. */
async function tryAll(trial: Trial): Promise<{ model: string | undefined; checks: ProviderCheck[] }> {
  const tried: TriedKey[] = [];
  for (let index = 0; index < Math.max(1, credentialCount(trial.provider)); index++)
    tried.push(await tryKey(trial, index));
  const checks = tried.map(({ key }) => key);
  const { found } = tried.find((one) => answers(one)) ?? tried.find((one) => one.found) ?? {};
  if (!found) return { model: undefined, checks };
  const { credential, mapping, list, answer } = found;
  checks.push(list, answer);
  for (const question of MORE) {
    if (mapping && answer.outcome !== "failed")
      checks.push(masked(named(question, await ask(question, mapping, credential, trial.deps)), credential));
    else if (mapping) checks.push(named(question, { outcome: "skipped", detail: "not asked, as it gave no answer" }));
  }
  return { model: mapping?.model, checks };
}

/** What is asked once it has answered at all. */
const MORE = (Object.keys(QUESTIONS) as Question[]).filter((question) => question !== "answer");

async function tryKey(trial: Trial, index: number): Promise<TriedKey> {
  const { provider, wanted, settings, deps } = trial;
  const credential = await credentialOf(provider, index, deps);
  if ("detail" in credential) return { key: keyNamed(provider, index, named("key", credential)) };
  const { result: listed, ms } = await timed(() => askModelList(provider, credential, deps));
  const mapping = mappingOf(provider, wanted, settings, listed.ids);
  const answer = mapping ? named("answer", await ask("answer", mapping, credential, deps)) : NOBODY;
  // Of several keys one that gives no answer is passed over, whatever the reason: so that is what there is to tell of it.
  const isOfMany = credentialCount(provider) > 1 && answer.outcome === "failed";
  const check = isOfMany ? { ...answer, id: "key" as const } : keyCheck(provider, listed, answer);
  const key = keyNamed(provider, index, check, credential);
  return {
    key: masked(key, credential),
    found: {
      credential,
      mapping,
      list: masked(listCheck(listed, ms, mapping?.model), credential),
      answer: masked(answer, credential),
    },
  };
}

const NOBODY = named("answer", { outcome: "skipped", detail: "no model is mapped to it; name one to go on" });

function answers({ found }: TriedKey): boolean {
  return found?.answer.outcome === "ok" || found?.answer.outcome === "unclear";
}

/** Which of several keys it is, so that its owner knows it. */
function keyNamed(provider: Provider, index: number, check: ProviderCheck, credential?: Credential): ProviderCheck {
  const count = credentialCount(provider);
  if (count < 2) return check;
  const shown = maskSecret(credential?.secrets[0] ?? provider.apiKeys[index] ?? "");
  return { ...check, label: `key ${index + 1} of ${count} (${shown})` };
}

async function credentialOf(provider: Provider, index: number, { credentials }: Deps): Promise<Credential | Verdict> {
  if (provider.authType === "passthrough") {
    const detail = "it gets the login of each client, so there is nothing to try out without one";
    return { outcome: "skipped", detail };
  }
  const found = await credentials.find(provider, index, readRequest(questionBody("answer", "none"), {}));
  return isCredential(found) ? found : { outcome: "failed", ...words(found.failure) };
}

/**
 * What was asked for, else what is mapped there (the cheapest), else what the vendor has: always at the provider as it is to
 * be tried out, which may be another than the one in use.
 */
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
    return known ? { ...known.mapping, provider } : explicitMapping(provider, wanted);
  }
  const price = ({ mapping }: { mapping: Mapping }) => mapping.price?.output ?? Number.POSITIVE_INFINITY;
  const [cheapest] = mapped.toSorted((a, b) => (price(a) === price(b) ? 0 : price(a) - price(b)));
  if (cheapest) return { ...cheapest.mapping, provider };
  const { standIns } = provider.type;
  const id = standIns?.haiku ?? standIns?.sonnet ?? listed?.[0];
  return id === undefined ? undefined : explicitMapping(provider, id);
}

/** A vendor may echo the key that it refuses. */
function masked(check: ProviderCheck, { secrets }: Credential): ProviderCheck {
  const clean = secrets.reduce((text, secret) => (secret === "" ? text : text.replaceAll(secret, "***")), check.detail);
  return { ...check, detail: clean };
}
