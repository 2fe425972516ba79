/** @module Who is never asked beside a provider that is late: a second login at the same vendor. */
import { afterEach, expect, test } from "vitest";
import { type Handler, startUpstream, type Upstream } from "../support/upstream.ts";
import { healthy } from "./house.ts";
import { buildLoginHouse, IDENTITY, type LoginHouse } from "./login-house.ts";

let house: LoginHouse | undefined;
let second: Upstream | undefined;
afterEach(async () => {
  await house?.close();
  await second?.close();
  house = second = undefined;
});

let asked = 0;
/** Each is a conversation of its own, so that no prompt cache is warm. */
const question = (model: string) => ({
  model,
  stream: true,
  system: [IDENTITY],
  messages: [{ role: "user", content: `question ${asked++}` }],
});

/** Later than anything that a busy machine does. */
const LATE_MS = 3_000;

/** The plan answers at once until it is usual, and then takes its time. */
const lateFrom =
  (number: number): Handler =>
  async (request, reply) => {
    if (request.number > number) await new Promise((resolve) => setTimeout(resolve, LATE_MS));
    return healthy("hello from the plan")(request, reply);
  };

const WARM_UP = 12;

/**
 * A house with two more models: `logins` is served by the plan and, behind it, by another login at the same vendor; `mixed` by
 * these two and then by a key.
 * @param own how the second login is configured, its address left open
 */
async function build(own: string): Promise<LoginHouse> {
  second = await startUpstream(healthy("hello from the second login"));
  house = await buildLoginHouse({
    api: lateFrom(WARM_UP),
    config: `[failover]
hedge = true
[[providers]]
name = "second"
type = "anthropic"
base_url = "${second.url}"
${own}
[[models]]
name = "logins"
providers = [{ name = "plan", priority = 1, model = "model-of-the-plan" }, { name = "second", priority = 2, model = "b" }]
[[models]]
name = "mixed"
providers = [{ name = "plan", priority = 1, model = "model-of-the-plan" }, { name = "second", priority = 2, model = "b" }, { name = "key", priority = 3, model = "c" }]
`,
  });
  await house.signIn();
  for (let i = 0; i < WARM_UP; i++) await house.ask(question("logins"), OWN_LOGIN);
  for (let i = 0; i < 100; i++) house.mux.server.context.trackRecord.hedges.count();
  return house;
}

const OWN_LOGIN = { authorization: "Bearer sk-ant-oat01-of-the-client" };

test.each([
  ["that we keep", 'auth_type = "oauth"\noauth_provider = "plan"'],
  ["that the client sends along", 'auth_type = "passthrough"'],
])(
  "a login that is late is not helped out by another at the same vendor: one %s",
  { timeout: 30_000 },
  async (_which, own) => {
    const { ask, lastEntry } = await build(own);
    const mixed = await ask(question("mixed"), OWN_LOGIN);
    expect(mixed.text).toContain("key");
    expect((await lastEntry()).attempts).toMatchObject([
      { provider: "plan", lost: true },
      { provider: "key", hedged: true },
    ]);
    const alone = await ask(question("logins"), OWN_LOGIN);
    expect([alone.status, (await lastEntry()).attempts.map(({ provider }) => provider)]).toEqual([200, ["plan"]]);
    expect(second?.requests).toHaveLength(0);
  },
);
