import { afterEach, describe, expect, test } from "vitest";
import type { JournalEntry } from "../../lib/journal/entry.ts";
import { startAuthorizationServer } from "../support/authorization-server.ts";
import { type HttpProxy, startHttpProxy } from "../support/http-proxy.ts";
import { type Mux, spawnMux } from "../support/mux.ts";
import { CERTIFICATE, startTlsFront, type TlsFront } from "../support/tls-front.ts";
import { startUpstream, type Upstream } from "../support/upstream.ts";
import { healthy, MODEL } from "./house.ts";

/** Real providers are encrypted, and in some companies only to be reached through a proxy. */
const open: { close(): Promise<void> }[] = [];
const kept = <T extends { close(): Promise<void> }>(thing: T): T => {
  open.unshift(thing);
  return thing;
};
afterEach(async () => {
  for (const thing of open.splice(0)) await thing.close();
});

interface Street {
  mux: Mux;
  far: Upstream;
  front: TlsFront;
  near: Upstream;
  ask(stream?: boolean): Promise<{ status: number; text: string }>;
  last(): Promise<JournalEntry>;
}

/** `far` is asked first and encrypted, `near` stands behind it and is not. */
async function street(env: Record<string, string>): Promise<Street> {
  const far = kept(await startUpstream(healthy("hello from afar")));
  const front = kept(await startTlsFront(far.port));
  const near = kept(await startUpstream(healthy("hello from here")));
  const provider = (name: string, url: string) => `
[[providers]]
name = "${name}"
type = "anthropic-compatible"
base_url = "${url}"
api_key = "key-of-${name}"
timeouts = { connect_ms = 400 }
`;
  const mux = kept(
    await spawnMux({
      config: `${provider("far", front.url)}${provider("near", near.url)}
[[models]]
name = "${MODEL}"
providers = [{ name = "far", priority = 1 }, { name = "near", priority = 2 }]
`,
      env,
    }),
  );
  return {
    mux,
    far,
    front,
    near,
    async ask(stream = true) {
      const answer = await fetch(`${mux.url}/v1/messages`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ model: MODEL, max_tokens: 50, stream, messages: [{ role: "user", content: "hi" }] }),
      });
      return { status: answer.status, text: await answer.text() };
    },
    async last() {
      const { items } = (await (await fetch(`${mux.url}/api/journal`)).json()) as { items: JournalEntry[] };
      const [newest] = items;
      if (!newest) throw new Error("nothing in the journal");
      return newest;
    },
  };
}

const TRUSTED = { NODE_EXTRA_CA_CERTS: CERTIFICATE };

describe("an encrypted provider", () => {
  test("serves, streaming or not, over connections that are kept", async () => {
    const { ask, far } = await street(TRUSTED);
    for (const stream of [true, false, true]) expect((await ask(stream)).text).toContain("afar");
    expect(far.connections()).toBe(1);
  });

  test("whose certificate cannot be trusted sees no key, and is passed over with a word that says so", async () => {
    const { ask, far, last } = await street({});
    expect(await ask()).toMatchObject({ status: 200, text: expect.stringContaining("here") });
    expect(far.requests).toHaveLength(0);
    const { attempts } = await last();
    expect(attempts[0]).toMatchObject({
      failure: "connect",
      message: expect.stringMatching(/self.signed certificate/i),
    });
  });
});

describe("behind a company's proxy", () => {
  const proxied = async (proxy: HttpProxy, more: Record<string, string> = {}) =>
    street({ ...TRUSTED, HTTPS_PROXY: proxy.url.replace("//", "//me:secret@"), ...more });

  test("encrypted providers are reached through it, over connections that are kept; others directly", async () => {
    const proxy = kept(await startHttpProxy());
    const { ask, front, far } = await proxied(proxy);
    for (const stream of [true, false, true]) expect((await ask(stream)).text).toContain("afar");
    const credentials = `Basic ${Buffer.from("me:secret").toString("base64")}`;
    expect(proxy.asked).toEqual([{ target: `localhost:${front.port}`, credentials }]);
    far.handle((_request, reply) => reply.error(529, "overloaded_error", "busy"));
    expect((await ask()).text).toContain("here");
    expect(proxy.asked.every(({ target }) => target === `localhost:${front.port}`)).toBe(true);
  });

  test("what NO_PROXY names is reached directly", async () => {
    const proxy = kept(await startHttpProxy());
    const { ask } = await proxied(proxy, { NO_PROXY: "localhost" });
    expect((await ask()).text).toContain("afar");
    expect(proxy.asked).toHaveLength(0);
  });

  test.each([
    [407, "connect", "answered 407 when asked to connect"],
    ["silent", "too_slow", "no connection within 400 ms"],
  ] as const)(
    "that refuses (%s), the next provider serves; the journal says why, and no password",
    async (how, failure, words) => {
      const proxy = kept(await startHttpProxy(how));
      const { ask, last, mux } = await proxied(proxy);
      expect(await ask()).toMatchObject({ status: 200, text: expect.stringContaining("here") });
      const { attempts } = await last();
      expect(attempts[0]).toMatchObject({ failure, message: expect.stringContaining(words) });
      expect(JSON.stringify([attempts, mux.log])).not.toContain("secret");
    },
  );

  test("of a kind that cannot be used, providers are reached directly, and status says so", async () => {
    const { ask, mux } = await street({ ...TRUSTED, HTTPS_PROXY: "socks5://127.0.0.1:1080" });
    expect((await ask()).text).toContain("afar");
    const { troubles } = (await (await fetch(`${mux.url}/health`)).json()) as { troubles: string[] };
    expect(troubles).toEqual([
      "HTTPS_PROXY or ALL_PROXY names a socks5 proxy, which cannot be used: http://HOST:PORT can. Providers are reached directly.",
    ]);
  });

  test("one signs in through it, too", async () => {
    const proxy = kept(await startHttpProxy());
    const vendor = kept(await startAuthorizationServer("claude"));
    const front = kept(await startTlsFront(Number(new URL(vendor.url).port)));
    const { token_url, ...oauth } = vendor.overrides;
    const urls = { ...oauth, token_url: String(token_url).replace(vendor.url, front.url) };
    const mux = kept(
      await spawnMux({
        config: `[[providers]]
name = "plan"
type = "anthropic"
auth_type = "oauth"
oauth = { ${Object.entries(urls)
          .map(([key, value]) => `${key} = ${JSON.stringify(value)}`)
          .join(", ")} }
`,
        env: { ...TRUSTED, HTTPS_PROXY: proxy.url },
      }),
    );
    const call = async <T>(path: string, body?: object) => {
      const headers = { "content-type": "application/json" };
      const answer = await fetch(mux.url + path, body && { method: "POST", headers, body: JSON.stringify(body) });
      return (await answer.json()) as T;
    };
    const { url } = await call<{ url: string }>("/api/oauth/authorize", { provider: "plan" });
    await fetch(await vendor.allow(url));
    const { items } = await call<{ items: { provider: string; state: string }[] }>("/api/oauth/tokens");
    expect(items).toMatchObject([{ provider: "plan", state: "ok" }]);
    expect(proxy.asked).toEqual([{ target: `localhost:${front.port}`, credentials: undefined }]);
  });
});
