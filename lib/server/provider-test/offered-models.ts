import { readRequest } from "../../anthropic/request.ts";
import { knownModels, modelCapabilities, modelPrice } from "../../catalog/index.ts";
import type { Provider } from "../../config/settings.ts";
import { isCredential } from "../../credentials/credential.ts";
import type { RelayDeps } from "../../relay/run.ts";
import { capabilityViews } from "../admin/present/models.ts";
import type { OfferedModelsView } from "../admin/views.ts";
import { askModelList, type ModelList } from "./model-list.ts";
import { questionBody } from "./questions.ts";
import { words } from "./verdict.ts";

type Deps = Pick<RelayDeps, "pool" | "timers" | "credentials" | "now">;

/** Vendors add models every few weeks, and a page asks for the list at every click. */
const FRESH_MS = 10 * 60_000;

/**
 * A provider object is replaced when its configuration changes, so its list goes with it. Only lists that came are kept:
 * what went wrong may be mended in the next moment.
 */
const kept = new WeakMap<Provider, { list: ModelList; at: number }>();

/** The models that a provider serves, as it says itself; where it does not say, those that the catalogue knows. */
export async function offeredModels(provider: Provider, deps: Deps): Promise<OfferedModelsView> {
  const { ids, verdict } = await vendorsList(provider, deps);
  const from = ids ? "vendor" : "catalogue";
  return {
    from,
    ...(!ids && { why: verdict.detail }),
    items: [...(ids ?? knownModels(provider.type))].sort().map((id) => ({
      id,
      ...capabilityViews(modelCapabilities(provider.type, id), modelPrice(provider.type, id)),
    })),
  };
}

async function vendorsList(provider: Provider, deps: Deps): Promise<ModelList> {
  const old = kept.get(provider);
  if (old && deps.now() - old.at < FRESH_MS) return old.list;
  if (provider.authType === "passthrough") {
    return { verdict: { outcome: "skipped", detail: "it is asked with the login of each client" } };
  }
  const credential = await deps.credentials.find(provider, 0, readRequest(questionBody("answer", "none"), {}));
  if (!isCredential(credential)) return { verdict: { outcome: "failed", ...words(credential.failure) } };
  const list = await askModelList(provider, credential, deps);
  if (list.ids && list.ids.length > 0) kept.set(provider, { list, at: deps.now() });
  const detail = credential.secrets.reduce(
    (text, one) => (one ? text.replaceAll(one, "***") : text),
    list.verdict.detail,
  );
  return { ...list, verdict: { ...list.verdict, detail } };
}
