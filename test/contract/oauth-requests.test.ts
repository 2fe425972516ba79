import { afterEach, describe, expect, it } from "vitest";
import type { ProviderStatus } from "../../lib/server/admin/views.ts";
import { healthy } from "./house.ts";
import { buildLoginHouse, type LoginHouse, type LoginHouseOptions } from "./login-house.ts";

const houses: LoginHouse[] = [];
afterEach(async () => {
  for (const house of houses.splice(0)) await house.close();
});

async function signedIn(options: LoginHouseOptions = {}): Promise<LoginHouse> {
  const house = await buildLoginHouse(options);
  houses.push(house);
  await house.signIn();
  return house;
}

describe("a request with the plan's login", () => {
  it("carries the token and the beta that it needs, no key, and the body as it came", async () => {
    const house = await signedIn();
    const { status, text } = await house.ask({}, { "anthropic-beta": "claude-code-20250219,fine-grained" });
    expect(status).toBe(200);
    expect(text).toContain("hello ");
    const [request] = house.api.requests;
    expect(house.vendor.isGood(String(request?.headers.authorization).slice("Bearer ".length))).toBe(true);
    expect(request?.headers["x-api-key"]).toBeUndefined();
    expect(request?.headers["anthropic-beta"]).toBe("claude-code-20250219,oauth-2025-04-20,fine-grained");
    expect(house.other.requests).toHaveLength(0);
  });

  it("of another client than Claude Code goes to the next provider, and the plan is not blamed", async () => {
    const house = await signedIn();
    const { status, text } = await house.ask({ system: "You are a helpful assistant." });
    expect({ status, said: text.includes("key") }).toEqual({ status: 200, said: true });
    expect(house.api.requests).toHaveLength(0);
    expect((await planStatus(house)).state).toBe("ok");
  });

  it("goes to the next provider at once while nobody is signed in, and sends nothing to the vendor", async () => {
    const house = await buildLoginHouse();
    houses.push(house);
    const { status, headers } = await house.ask();
    expect(status).toBe(200);
    expect(headers.get("x-ccm-provider")).toBe("key");
    expect(headers.get("x-ccm-attempts")).toBe("1"); // who has no login goes last
    expect(house.api.requests).toHaveLength(0);
    expect((await planStatus(house)).state).toBe("needs_login");
  });
});

describe("a request to Code Assist", () => {
  const chunk = (text: string, more: object = {}) => ({
    response: { candidates: [{ content: { role: "model", parts: [{ text }] }, ...more }], modelVersion: "gemini-x" },
    traceId: "t",
  });
  const answer: NonNullable<LoginHouseOptions["api"]> = (request, reply) => {
    if (request.path.endsWith(":loadCodeAssist"))
      return reply.json({ currentTier: { id: "standard-tier" }, cloudaicompanionProject: { id: "project-1" } });
    const whole = chunk("hello from Google", { finishReason: "STOP" });
    if (request.path.endsWith("alt=sse"))
      return reply.sse([chunk("hello "), whole].map((each) => JSON.stringify(each)));
    return reply.json(whole);
  };

  it.each([true, false])("goes in its envelope, and the answer comes out of one (stream: %s)", async (stream) => {
    const house = await signedIn({ flow: "google", api: answer });
    const { status, headers, text } = await house.ask({ stream });
    expect([status, headers.get("x-ccm-provider")]).toEqual([200, "plan"]);
    expect(text).toContain("hello from Google");
    const request = house.api.requests.at(-1);
    expect(request?.path).toBe(`/v1internal:${stream ? "streamGenerateContent?alt=sse" : "generateContent"}`);
    expect(request?.json()).toMatchObject({
      model: "model-of-the-plan",
      project: "project-1",
      user_prompt_id: expect.any(String),
      request: { contents: [{ role: "user", parts: [{ text: "hi" }] }] },
    });
  });
});

describe("a request to a ChatGPT plan", () => {
  const events = [
    { type: "response.created", response: { id: "r", model: "gpt-x", status: "in_progress" } },
    {
      type: "response.output_item.added",
      output_index: 0,
      item: { type: "message", id: "m", role: "assistant", content: [] },
    },
    {
      type: "response.output_text.delta",
      output_index: 0,
      item_id: "m",
      content_index: 0,
      delta: "hello from the plan",
    },
    {
      type: "response.completed",
      response: {
        id: "r",
        model: "gpt-x",
        status: "completed",
        output: [
          {
            type: "message",
            id: "m",
            role: "assistant",
            content: [{ type: "output_text", text: "hello from the plan" }],
          },
        ],
        usage: { input_tokens: 3, output_tokens: 4 },
      },
    },
  ].map((event) => JSON.stringify(event));
  const TOOLS = [{ name: "Read", description: "reads", input_schema: { type: "object", properties: {} } }];

  it.each([
    ["chatgpt", true],
    ["chatgpt", false],
    ["codex", true],
    ["codex", false],
  ] as const)("by %s has what its backend wants and lacks what it refuses (stream: %s)", async (flow, stream) => {
    const house = await signedIn({ flow, api: (_request, reply) => reply.sse(events, { named: true }) });
    const body = { stream, temperature: 0.5, top_p: 0.9, tools: TOOLS, metadata: { user_id: "u" }, system: undefined };
    const { status, headers, text } = await house.ask(body);
    expect([status, headers.get("x-ccm-provider")]).toEqual([200, "plan"]);
    expect(text).toContain("hello from the plan");
    const request = house.api.requests.at(-1);
    const sent = request?.json() ?? {};
    expect(request?.path).toBe("/responses");
    expect(sent).toMatchObject({ stream: true, store: false });
    for (const field of [
      "max_output_tokens",
      "temperature",
      "top_p",
      "metadata",
      "safety_identifier",
      "user",
      "truncation",
    ])
      expect(sent).not.toHaveProperty(field);
    const [first] = sent.input as { type?: string; tools?: { name: string }[] }[];
    if (flow === "chatgpt") {
      expect(first).toMatchObject({ type: "additional_tools", role: "developer", tools: [{ name: "Read" }] });
      expect(sent).not.toHaveProperty("tools");
    } else {
      expect(sent).toMatchObject({ instructions: expect.stringMatching(/./), tools: [{ name: "Read" }] });
      expect(request?.headers).toMatchObject({ originator: "claude-code-mux", "chatgpt-account-id": "acct-1" });
    }
  });
});

describe("a token that the vendor refuses before its time", () => {
  it("is refreshed once, and the client sees only the answer", async () => {
    const house = await signedIn();
    house.vendor.endAccessTokens();
    const { status, headers } = await house.ask();
    expect(status).toBe(200);
    expect(headers.get("x-ccm-provider")).toBe("plan");
    expect(house.vendor.refreshes).toBe(1);
    expect(house.api.requests).toHaveLength(2);
  });

  it("of fifty requests at once: one refresh, and no 401 for anybody", async () => {
    const house = await signedIn({ delayMs: 100 });
    house.vendor.endAccessTokens();
    const answers = await Promise.all(Array.from({ length: 50 }, () => house.ask()));
    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200));
    expect(new Set(answers.map(({ headers }) => headers.get("x-ccm-provider")))).toEqual(new Set(["plan"]));
    expect({ refreshes: house.vendor.refreshes, reuses: house.vendor.reuses }).toEqual({ refreshes: 1, reuses: 0 });
  });

  it("of a client that leaves meanwhile: the refresh comes to its end and is kept", async () => {
    const house = await signedIn({ delayMs: 300 });
    house.vendor.endAccessTokens();
    const leaving = new AbortController();
    const asked = house.ask({}, {}, leaving.signal);
    await expect.poll(() => house.vendor.count("token"), { timeout: 10_000 }).toBe(2);
    leaving.abort();
    await expect(asked).rejects.toThrow();
    await expect.poll(() => JSON.parse(house.tokenFile()).logins.plan.generation, { timeout: 10_000 }).toBe(2);
    expect((await house.ask()).headers.get("x-ccm-provider")).toBe("plan");
    expect(house.vendor.refreshes).toBe(1);
  });

  it.each(["claude", "chatgpt", "google"] as const)(
    "twice is left alone for a while, and the next provider serves (%s)",
    async (flow) => {
      const house = await signedIn({
        flow,
        api: (request, reply) =>
          request.path.endsWith(":loadCodeAssist")
            ? reply.json({ currentTier: { id: "standard-tier" }, cloudaicompanionProject: { id: "project-1" } })
            : reply.error(401, "authentication_error", "no"),
      });
      const before = house.api.requests.length;
      expect((await house.ask()).headers.get("x-ccm-provider")).toBe("key");
      expect(house.vendor.refreshes).toBe(1);
      const asked = house.api.requests.length;
      expect(asked - before).toBe(2); // with the token that was refused, and with the new one
      expect((await house.ask()).headers.get("x-ccm-provider")).toBe("key");
      expect(house.api.requests).toHaveLength(asked);
      expect(JSON.parse(house.tokenFile()).logins.plan.state).toBe("ok");
    },
  );

  it("shows in no message, though the vendor repeats it in its answer", async () => {
    const house = await signedIn({ config: '[logging]\nlevel = "trace"' });
    const token = JSON.parse(house.tokenFile()).logins.plan.access_token as string;
    house.api.handle((_request, reply) => reply.error(403, "permission_error", `token ${token} is not welcome`));
    house.other.handle((_request, reply) => reply.error(400, "invalid_request_error", "no"));
    const { text } = await house.ask();
    const journal = JSON.stringify((await house.call("GET", "/api/journal")).body);
    expect([text, journal, ...house.mux.log].join("\n")).not.toContain(token.slice(0, 20));
  });
});

describe("a token that is about to end", () => {
  it("of fifty requests at once: one refresh, all wait for it, and all go on with the token that it brought", async () => {
    const arrivals: number[] = [];
    const tokens = new Set<unknown>();
    const house = await signedIn({
      delayMs: 300,
      api: (request, reply) => {
        arrivals.push(performance.now());
        tokens.add(request.headers.authorization);
        return healthy("hello from the plan")(request, reply);
      },
    });
    house.vendor.endAccessTokens();
    const { fetch } = globalThis;
    let refreshed = 0;
    globalThis.fetch = async (...args) => {
      const answer = await fetch(...args);
      if (String(args[0] instanceof Request ? args[0].url : args[0]).startsWith(house.vendor.url))
        refreshed = performance.now();
      return answer;
    };
    try {
      const waiting = Array.from({ length: 50 }, () => house.ask());
      const answers = await Promise.all(waiting);
      expect(new Set(answers.map(({ status, headers }) => `${status} ${headers.get("x-ccm-provider")}`))).toEqual(
        new Set(["200 plan"]),
      );
    } finally {
      globalThis.fetch = fetch;
    }
    expect([house.vendor.refreshes, house.vendor.reuses]).toEqual([1, 0]);
    expect(tokens.size).toBe(1);
    expect(arrivals).toHaveLength(50);
    const beyond = arrivals.map((at) => at - refreshed).sort((a, b) => a - b);
    expect(Math.min(...beyond)).toBeGreaterThan(0); // nobody went before it
    console.info(
      `50 requests whose token was refused reached the vendor again ${Math.round(beyond[25] ?? 0)} ms (half of them) to ${Math.round(beyond[49] ?? 0)} ms (all) after the refresh`,
    );
  });

  it("and a vendor that is too slow and then fails: the next provider serves, and the refresh is still waited for", async () => {
    const house = await signedIn({ lifeS: 1 });
    house.vendor.fail("token", { status: 503, delayMs: 18_000 });
    await expect.poll(() => house.vendor.count("token"), { timeout: 10_000 }).toBe(2);
    await new Promise((resolve) => setTimeout(resolve, 1_000)); // the token has ended by now
    const { status, headers } = await house.ask();
    expect([status, headers.get("x-ccm-provider")]).toEqual([200, "key"]);
    await expect
      .poll(() => JSON.parse(house.tokenFile()).logins.plan.generation, { timeout: 40_000 })
      .toBeGreaterThan(1);
  }, 80_000);
});

describe("a login that the vendor has ended", () => {
  it("is said to be over, is asked for no more, and is good again after the next sign-in", async () => {
    const house = await signedIn();
    house.vendor.endLogins();
    expect((await house.ask()).headers.get("x-ccm-provider")).toBe("key");
    const [login] = await house.tokens();
    expect(login).toMatchObject({ state: "needs_login", message: "refresh token not found" });
    expect(JSON.parse(house.tokenFile()).logins.plan.state).toBe("needs_login");
    const [asked, refreshed] = [house.api.requests.length, house.vendor.count("token")];
    await house.ask();
    expect([house.api.requests.length, house.vendor.count("token")]).toEqual([asked, refreshed]);
    await house.signIn();
    expect((await house.ask()).headers.get("x-ccm-provider")).toBe("plan");
  });

  it("is told to a client that has no other provider, with what to do", async () => {
    const house = await signedIn();
    house.vendor.endLogins();
    house.other.handle((_request, reply) => reply.error(401, "authentication_error", "key revoked"));
    const { status, headers, text } = await house.ask();
    expect(status).toBe(401);
    expect(headers.get("x-should-retry")).toBe("false");
    expect(text).toContain("plan");
  });
});

describe("the plan's limits", () => {
  const LIMITS = {
    "anthropic-ratelimit-unified-status": "allowed",
    "anthropic-ratelimit-unified-5h-utilization": "1.02",
    "anthropic-ratelimit-unified-5h-reset": String(Math.floor(Date.now() / 1000) + 3_600),
    "anthropic-ratelimit-unified-7d-utilization": "0.4",
    "anthropic-ratelimit-unified-overage-status": "allowed",
  };

  it("are shown as the vendor last told them", async () => {
    const house = await signedIn({ api: (request, reply) => answerWith(LIMITS)(request, reply) });
    await house.ask({ stream: false });
    const { usage } = (await house.tokens())[0] ?? {};
    expect(usage?.windows).toMatchObject([
      { window: "5h", used: 1.02, resets_at: expect.any(Number) },
      { window: "7d", used: 0.4 },
    ]);
  });

  it("are kept where the user does not want to go on for money", async () => {
    const house = await buildLoginHouse({
      api: (request, reply) => answerWith(LIMITS)(request, reply),
      oauth: (vendor) => vendor.toml.replace(" }", ", plan_limits_only = true }"),
    });
    houses.push(house);
    await house.signIn();
    expect((await house.ask({ stream: false })).headers.get("x-ccm-provider")).toBe("plan");
    expect((await house.ask({ stream: false })).headers.get("x-ccm-provider")).toBe("key");
    expect(house.api.requests).toHaveLength(1);
  });
});

function answerWith(headers: Record<string, string>): NonNullable<LoginHouseOptions["api"]> {
  return (request, reply) => {
    for (const [name, value] of Object.entries(headers)) reply.response.setHeader(name, value);
    return healthy("hello from the plan")(request, reply);
  };
}

async function planStatus(house: LoginHouse): Promise<ProviderStatus> {
  const { body } = await house.call<{ providers: ProviderStatus[] }>("GET", "/api/status");
  const plan = body.providers.find(({ name }) => name === "plan");
  if (!plan) throw new Error("the plan is not in the status");
  return plan;
}
