import { afterEach, describe, expect, it } from "vitest";
import { codeAssistProject } from "../../lib/credentials/oauth/code-assist.ts";
import { type Handler, startUpstream, type Upstream } from "../support/upstream.ts";

let google: Upstream | undefined;
afterEach(async () => google?.close());

async function projectWith(handler: Handler, project = ""): Promise<string> {
  google = await startUpstream(handler);
  return codeAssistProject({ apiBase: google.url, accessToken: "ya29.x", project, pollMs: 1 });
}

const NEW_USER = { allowedTiers: [{ id: "free-tier", isDefault: true }] };

describe("the project of Code Assist", () => {
  it("is the one that Google knows", async () => {
    const answer = { currentTier: { id: "standard-tier" }, cloudaicompanionProject: { id: "p-1" } };
    expect(await projectWith((_request, reply) => reply.json(answer))).toBe("p-1");
    expect(google?.requests[0]?.headers.authorization).toBe("Bearer ya29.x");
  });

  it("is made for a new user, without one of the user's own, and waited for", async () => {
    let polls = 0;
    const project = await projectWith((request, reply) => {
      if (request.path.endsWith(":loadCodeAssist")) return reply.json(NEW_USER);
      if (request.path.endsWith(":onboardUser")) return reply.json({ name: "operations/1", done: false });
      const done = ++polls === 2;
      return reply.json({
        name: "operations/1",
        done,
        ...(done && { response: { cloudaicompanionProject: { id: "new" } } }),
      });
    });
    expect([project, polls]).toEqual(["new", 2]);
    const onboard = google?.requests[1]?.json();
    expect(onboard).toMatchObject({ tierId: "free-tier" });
    expect(onboard).not.toHaveProperty("cloudaicompanionProject");
  });

  it.each([
    [
      "has to be given for a licence",
      { allowedTiers: [{ id: "standard-tier", isDefault: true }] },
      "",
      "give `project`",
    ],
    ["is no number", NEW_USER, "123456", "not its number"],
    [
      "is not to be had by a client that Google shuts out",
      { ineligibleTiers: [{ reasonCode: "UNSUPPORTED_CLIENT" }] },
      "",
      "personal accounts",
    ],
    [
      "may want a look at a page first",
      { ineligibleTiers: [{ reasonCode: "VALIDATION_REQUIRED", validationUrl: "https://g.example/v" }] },
      "",
      "https://g.example/v",
    ],
  ])("%s", async (_name, loaded, project, words) => {
    await expect(projectWith((_request, reply) => reply.json(loaded), project)).rejects.toThrow(words);
  });

  it("is refused in Google's own words", async () => {
    const body = { error: { code: 403, message: "This service has been disabled in this account" } };
    await expect(projectWith((_request, reply) => reply.json(body, { status: 403 }))).rejects.toThrow(
      "has been disabled",
    );
  });
});
