import { Hono } from "hono";
import * as v from "valibot";
import { parseConfig } from "../../../config/load.ts";
import { readJson } from "../body.ts";
import type { AdminDeps } from "../deps.ts";
import { configView, faultViews } from "../present/config.ts";

const checkSchema = v.strictObject({ text: v.string("the text of a configuration file is needed") });

/** `GET /api/config` and `POST /api/config/check {text}`. Secrets are masked in every answer. */
export function configRoutes(deps: AdminDeps): Hono {
  return new Hono()
    .get("/", async (c) => {
      const view = await configView(deps.config());
      c.header("etag", `"${view.etag}"`);
      return c.json(view);
    })
    .post("/check", async (c) => {
      const { text } = await readJson(c, checkSchema);
      const { path } = deps.config();
      const { faults, notes } = await parseConfig(text, { path, env: deps.env ?? process.env });
      return c.json({ faults: faultViews(faults), notes: faultViews(notes) });
    });
}
