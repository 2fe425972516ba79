import { timingSafeEqual } from "node:crypto";
import { Hono } from "hono";
import * as v from "valibot";
import { endedSessionCookie, sessionCookie } from "../../page-session.ts";
import { readJson } from "../body.ts";
import type { AdminDeps } from "../deps.ts";
import { ApiFault } from "../errors.ts";

/** `POST /api/session {token}` signs the page in by a cookie, `DELETE` signs it out. The guard lets both through. */
export function sessionRoutes(deps: AdminDeps): Hono {
  return new Hono()
    .post("/", async (c) => {
      const { token } = await readJson(c, v.strictObject({ token: v.string("the token is needed") }));
      const { admin_token } = deps.config().settings.server;
      if (admin_token === "") return c.json({ ok: true });
      if (!same(token.trim(), admin_token)) {
        throw new ApiFault(401, "wrong_token", "That is not server.admin_token.", { path: "token" });
      }
      c.header("set-cookie", sessionCookie(admin_token));
      return c.json({ ok: true });
    })
    .delete("/", (c) => {
      c.header("set-cookie", endedSessionCookie());
      return c.json({ ok: true });
    });
}

function same(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
