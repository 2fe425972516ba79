import { type Context, Hono } from "hono";
import * as v from "valibot";
import { flowOf } from "../../catalog/logins.ts";
import type { Provider } from "../../config/settings.ts";
import { readJson } from "../admin/body.ts";
import type { AdminDeps } from "../admin/deps.ts";
import { ApiFault } from "../admin/errors.ts";
import { knownProvider } from "../admin/routes/known-provider.ts";
import type { LoginItem, SignedOutView, SignInStateView, SignInView } from "../admin/views.ts";
import { loginView, termsView } from "./login-view.ts";

const providerEntries = { provider: v.pipe(v.string("a provider's name is needed"), v.minLength(1)) };
const authorizeSchema = v.strictObject({
  ...providerEntries,
  method: v.optional(v.picklist(["browser", "paste", "device"]), "browser"),
  accept_terms: v.optional(v.boolean(), false),
});
const exchangeSchema = v.strictObject({
  ...providerEntries,
  code: v.pipe(v.string("what the vendor's page shows, or the address that the browser ended at"), v.minLength(1)),
});

/**
 * - `POST /authorize {provider, method?, accept_terms?}` begins a sign-in
 * - `GET /authorize/STATE` tells what became of it, `DELETE` gives it up
 * - `POST /exchange {provider, code}` ends it with what was pasted
 * - `GET /tokens`, `POST /tokens/refresh {provider}`, `POST /tokens/delete {provider}`
 */
export function oauthRoutes(deps: AdminDeps): Hono {
  const { credentials } = deps;
  const item = (provider: Provider): LoginItem[] => {
    const login = loginView(provider, credentials);
    return login ? [{ provider: provider.name, ...login }] : [];
  };
  return new Hono()
    .post("/authorize", async (c) => {
      const { provider: name, method, accept_terms } = await readJson(c, authorizeSchema);
      const provider = loginProvider(deps, name);
      const logins = await credentials.logins();
      const begun = await logins.signIn(provider, method, accept_terms).catch(userFault);
      const flow = flowOf(provider.type.id, begun.user_code === undefined ? provider.oauth.flow : "codex");
      return c.json({ ...begun, ...(flow && { terms: termsView(flow) }) } satisfies SignInView);
    })
    .get("/authorize/:state", async (c) => c.json(await stateOf(deps, c.req.param("state"))))
    .delete("/authorize/:state", async (c) => {
      const state = c.req.param("state");
      await stateOf(deps, state);
      (await credentials.logins()).signIns.cancel(state);
      return c.json(await stateOf(deps, state));
    })
    .post("/exchange", async (c) => {
      const { provider: name, code } = await readJson(c, exchangeSchema);
      const provider = loginProvider(deps, name);
      await (await credentials.logins()).signIns.paste(name, code).catch(userFault);
      return c.json(item(provider)[0]);
    })
    .get("/tokens", (c) => c.json({ items: [...deps.config().settings.providers.values()].flatMap(item) }))
    .post("/tokens/refresh", async (c) => {
      const provider = loginProvider(deps, (await readJson(c, v.strictObject(providerEntries))).provider);
      await (await credentials.logins()).refresh(provider).catch(userFault);
      return c.json(item(provider)[0]);
    })
    .post("/tokens/delete", async (c) => {
      const provider = loginProvider(deps, (await readJson(c, v.strictObject(providerEntries))).provider);
      const { revoked, flow } = await (await credentials.logins()).signOut(provider).catch(userFault);
      const manage = flow && termsView(flow).manage;
      return c.json({ revoked, ...(!revoked && manage && { manage }) } satisfies SignedOutView);
    });
}

async function stateOf({ credentials }: AdminDeps, state: string): Promise<SignInStateView> {
  const known = (await credentials.logins()).signIns.stateOf(state);
  if (known) return known;
  throw new ApiFault(404, "unknown_sign_in", "There is no such sign-in, or it was over some time ago. Start again.");
}

/**
 * `GET /api/oauth/callback` ends a sign-in with what the browser brought, where the vendor sends it here. It comes from the
 * vendor's page, so the answer is a page too, with headers of its own; its state says that we sent it there.
 */
export async function oauthCallback(c: Context, { credentials }: AdminDeps): Promise<Response> {
  const { callbackPage, PAGE_HEADERS } = await import("../../credentials/oauth/callback-listener.ts");
  const { fromQuery } = await import("../../credentials/oauth/paste.ts");
  const query = new URL(c.req.url).searchParams;
  const { status, title, message } = await (await credentials.logins()).signIns.callback(fromQuery(query));
  return c.body(callbackPage(title, message), status, PAGE_HEADERS);
}

/** @throws {ApiFault} when nobody can sign in there */
function loginProvider(deps: AdminDeps, name: string): Provider {
  const provider = knownProvider(deps, name);
  if (provider.authType === "oauth") return provider;
  throw new ApiFault(
    422,
    "no_login",
    `"${name}" is not signed in to: its auth_type is ${provider.authType}. For a login, set auth_type = "oauth".`,
    { path: "provider" },
  );
}

/** What did not work out at the vendor's is told in its own words; anything else is a fault of ours. */
function userFault(error: unknown): never {
  if (!(error instanceof Error)) throw error;
  if (error.name === "SignInFailed") throw new ApiFault(422, "sign_in_failed", error.message);
  if (error.name === "TokenRefused") throw new ApiFault(502, "refresh_failed", error.message);
  if (error.name === "StoreUnusable") throw new ApiFault(500, "store_unusable", error.message);
  throw error;
}
