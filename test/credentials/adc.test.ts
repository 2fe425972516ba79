import { createVerify, generateKeyPairSync } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readRequest } from "../../lib/anthropic/request.ts";
import { type Credential, isCredential } from "../../lib/credentials/credential.ts";
import { Credentials } from "../../lib/credentials/credentials.ts";
import { readClaims } from "../../lib/credentials/oauth/jwt.ts";
import { settingsOf } from "../support/settings.ts";
import { type Handler, startUpstream, type Upstream } from "../support/upstream.ts";

const INBOUND = readRequest(Buffer.from('{"model":"m","messages":[]}'), {});
const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const PEM = privateKey.export({ type: "pkcs8", format: "pem" });

let home = "";
let google: Upstream;
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), "ccm-adc-"));
  google = await startUpstream((request, reply) =>
    reply.json({ access_token: `ya29.${request.number}`, expires_in: 3600 }),
  );
});
afterEach(async () => {
  await google.close();
  rmSync(home, { recursive: true, force: true });
});

function form(raw: Buffer | undefined): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(raw?.toString("utf8")));
}

/** A provider of Vertex AI whose tokens come from this test's Google. */
async function vertex(env: Record<string, string>, more = "") {
  const settings = await settingsOf(
    `[[providers]]\nname = "v"\ntype = "vertex-ai"\noauth = { token_url = "${google.url}/token", metadata_url = "${google.url}" }\n${more}`,
    env,
  );
  const provider = settings.providers.get("v");
  if (!provider) throw new Error("no provider");
  const credentials = new Credentials({
    dir: home,
    env: { HOME: home, ...env },
    log: () => undefined,
    signedIn: () => undefined,
  });
  const find = () => credentials.find(provider, 0, INBOUND);
  const good = async (): Promise<Credential> => {
    const found = await find();
    if (!isCredential(found)) throw new Error(found.failure.message);
    return found;
  };
  return { provider, credentials, find, good };
}

function adcFile(content: object, name = "adc.json"): string {
  const path = join(home, name);
  writeFileSync(path, JSON.stringify(content));
  return path;
}

const USER = {
  type: "authorized_user",
  client_id: "c",
  client_secret: "s",
  refresh_token: "r",
  quota_project_id: "quota-1",
};

describe("application default credentials", () => {
  it("of a user: the refresh token for an access token, once for many requests", async () => {
    const { good } = await vertex({ GOOGLE_APPLICATION_CREDENTIALS: adcFile(USER) }, 'project = "p"');
    const found = await Promise.all(Array.from({ length: 20 }, good));
    expect(google.requests).toHaveLength(1);
    expect(form(google.requests[0]?.raw)).toEqual({
      grant_type: "refresh_token",
      client_id: "c",
      client_secret: "s",
      refresh_token: "r",
    });
    expect(found[0]?.headers).toEqual({ authorization: "Bearer ya29.1", "x-goog-user-project": "quota-1" });
  });

  it("of a service account: an assertion that Google can verify", async () => {
    const file = {
      type: "service_account",
      client_email: "sa@p.iam",
      private_key: PEM,
      private_key_id: "k1",
      project_id: "p1",
    };
    const { good } = await vertex({ GOOGLE_APPLICATION_CREDENTIALS: adcFile(file) });
    const { access } = await good();
    expect(access?.project).toBe("p1");
    const { assertion = "", grant_type } = form(google.requests[0]?.raw);
    expect(grant_type).toBe("urn:ietf:params:oauth:grant-type:jwt-bearer");
    const [head = "", body = "", signature = ""] = assertion.split(".");
    expect(
      createVerify("RSA-SHA256").update(`${head}.${body}`).verify(publicKey, Buffer.from(signature, "base64url")),
    ).toBe(true);
    const claims = readClaims(assertion);
    expect(claims).toMatchObject({ iss: "sa@p.iam", aud: "https://oauth2.googleapis.com/token" });
    expect(Number(claims?.exp) - Number(claims?.iat)).toBe(3_600);
  });

  it("of a service account on a machine whose clock is off: once more with Google's time", async () => {
    google.handle((request, reply) => {
      if (request.number === 1)
        return reply.json(
          { error: "invalid_grant", error_description: "Invalid JWT: iat and exp must be in a reasonable timeframe" },
          { status: 400, headers: { date: "Mon, 01 Jan 2035 00:00:00 GMT" } },
        );
      reply.json({ access_token: "ya29.x", expires_in: 3600 });
    });
    const file = { type: "service_account", client_email: "sa@p.iam", private_key: PEM, project_id: "p1" };
    await (await vertex({ GOOGLE_APPLICATION_CREDENTIALS: adcFile(file) })).good();
    expect(readClaims(form(google.requests[1]?.raw).assertion)?.iat).toBe(Date.parse("2035-01-01T00:00:00Z") / 1000);
  });

  it("that stand for another account: its token for the wanted one", async () => {
    const url = `${google.url}/v1/projects/-/serviceAccounts/x:generateAccessToken`;
    google.handle((request, reply) =>
      request.path.endsWith(":generateAccessToken")
        ? reply.json({ accessToken: "ya29.other", expireTime: new Date(Date.now() + 3_600_000).toISOString() })
        : reply.json({ access_token: "ya29.source", expires_in: 3600 }),
    );
    const file = {
      type: "impersonated_service_account",
      service_account_impersonation_url: url,
      source_credentials: USER,
    };
    const { headers } = await (await vertex({ GOOGLE_APPLICATION_CREDENTIALS: adcFile(file) })).good();
    expect(headers.authorization).toBe("Bearer ya29.other");
    expect(google.requests[1]?.headers.authorization).toBe("Bearer ya29.source");
  });

  it("of another cloud: a token from a file is exchanged, a program is never run", async () => {
    writeFileSync(join(home, "subject"), "subject-token\n");
    const file = {
      type: "external_account",
      audience: "//iam",
      subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
      credential_source: { file: join(home, "subject") },
    };
    await (await vertex({ GOOGLE_APPLICATION_CREDENTIALS: adcFile(file) })).good();
    expect(form(google.requests[0]?.raw)).toMatchObject({ subject_token: "subject-token", audience: "//iam" });
    const program = { ...file, credential_source: { executable: { command: "touch /tmp/never" } } };
    const { find } = await vertex({ GOOGLE_APPLICATION_CREDENTIALS: adcFile(program, "b.json") });
    expect(JSON.stringify(await find())).toContain("run no program");
  });

  it("of the machine: asked with the header that Google wants, and only where no file is", async () => {
    const metadata: Handler = (request, reply) => {
      if (request.headers["metadata-flavor"] !== "Google") return reply.error(403, "e", "no flavour");
      reply.response.setHeader("metadata-flavor", "Google");
      if (request.path.endsWith("/project-id")) return reply.bytes("machine-project");
      return reply.json({ access_token: "ya29.machine", expires_in: 3600 });
    };
    google.handle(metadata);
    const { good } = await vertex({});
    const { headers, access } = await good();
    expect([headers.authorization, access?.project]).toEqual(["Bearer ya29.machine", "machine-project"]);
    mkdirSync(join(home, ".config", "gcloud"), { recursive: true });
    adcFile(USER, ".config/gcloud/application_default_credentials.json");
    google.handle((_request, reply) => reply.json({ access_token: "ya29.user", expires_in: 3600 }));
    expect((await (await vertex({})).good()).headers.authorization).toBe("Bearer ya29.user");
  });

  it("that are nowhere: said with the mend, and not looked for at every request", async () => {
    google.handle((_request, reply) => reply.json({ access_token: "from a stranger" }));
    const { find } = await vertex({});
    expect(await find()).toMatchObject({
      failure: { reason: "no_credential", message: expect.stringContaining("Run gcloud auth") },
    });
    const asked = google.requests.length;
    await find();
    expect(google.requests).toHaveLength(asked);
  });

  it("in a file that is not there: said with its path", async () => {
    const { find } = await vertex({ GOOGLE_APPLICATION_CREDENTIALS: "/nowhere/adc.json" });
    expect(await find()).toMatchObject({
      failure: {
        reason: "no_credential",
        message: expect.stringMatching(/\/nowhere\/adc\.json .*ENOENT.*gcloud auth/),
      },
    });
  });

  it("of the machine, where the user says that there are none: nobody is asked", async () => {
    const { find } = await vertex({ METADATA_SERVER_DETECTION: "none" }, "").then(({ credentials, provider }) => {
      const { metadata_url: _none, ...oauth } = provider.oauth;
      return { find: () => credentials.find({ ...provider, oauth }, 0, INBOUND) };
    });
    expect(await find()).toMatchObject({ failure: { message: expect.stringContaining("no Google credentials") } });
    expect(google.requests).toHaveLength(0);
  });

  it("of the machine are asked for once, though many requests need them", async () => {
    google.handle((_request, reply) => {
      reply.response.setHeader("metadata-flavor", "Google");
      return reply.json({ access_token: "ya29.machine", expires_in: 3600 });
    });
    const { good } = await vertex({ GEMINI_API_KEY: "never-for-this", GOOGLE_API_KEY: "nor-this" }, 'project = "p"');
    for (let i = 0; i < 20; i++) expect((await good()).headers).toEqual({ authorization: "Bearer ya29.machine" });
    expect(google.requests).toHaveLength(1);
  });

  it("that Google takes no more: sign in again; what passes by itself is another matter", async () => {
    google.handle((_request, reply) =>
      reply.json({ error: "invalid_grant", error_subtype: "invalid_rapt" }, { status: 400 }),
    );
    const env = { GOOGLE_APPLICATION_CREDENTIALS: adcFile(USER) };
    expect(await (await vertex(env)).find()).toMatchObject({
      failure: { reason: "auth", message: expect.stringContaining("gcloud auth application-default login") },
    });
    google.handle((_request, reply) => reply.json({ error: "backend" }, { status: 503 }));
    expect(await (await vertex(env)).find()).toMatchObject({ failure: { reason: "overloaded" } });
  });

  it("a refused token is replaced once; another file is seen", async () => {
    const path = adcFile(USER);
    const { provider, credentials, good } = await vertex({ GOOGLE_APPLICATION_CREDENTIALS: path });
    const refused = await good();
    expect(await credentials.renew(provider, 0, refused)).toBe(true);
    expect((await good()).headers.authorization).toBe("Bearer ya29.2");
    adcFile({ ...USER, refresh_token: "r2" });
    utimesSync(path, 1, 1);
    expect(await credentials.renew(provider, 0, await good())).toBe(true);
    expect(form(google.requests[2]?.raw).refresh_token).toBe("r2");
  });
});
