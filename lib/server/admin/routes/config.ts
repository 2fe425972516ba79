import { type Context, Hono } from "hono";
import * as v from "valibot";
import { listBackups, makeBackup, readBackup } from "../../../config/backups.ts";
import { readTemplate } from "../../../config/create.ts";
import { etagOf, parseConfig } from "../../../config/load.ts";
import { unmaskText } from "../../../config/mask.ts";
import { ConfigConflict, ConfigRefused, saveConfig } from "../../../config/save.ts";
import { readJson } from "../body.ts";
import { appliedChanges, changesEntry } from "../changes.ts";
import type { AdminDeps } from "../deps.ts";
import { ApiFault } from "../errors.ts";
import { History } from "../history.ts";
import { refuseLostSecrets } from "../lost-secrets.ts";
import { configView } from "../present/config.ts";
import { faultViews } from "../present/faults.ts";

const textEntries = { text: v.string("the text of a configuration file is needed") };
const saveSchema = v.union(
  [
    v.strictObject({ changes: changesEntry }),
    v.strictObject(textEntries),
    v.strictObject({ undo_to: v.string() }),
    v.strictObject({ backup: v.string() }),
    v.strictObject({ template: v.literal("custom") }),
  ],
  "either {changes: [{path, value} or {path, delete: true}]}, {text}, {undo_to: ETAG}, {backup: NAME} or {template} is needed",
);
type Save = v.InferOutput<typeof saveSchema>;

/**
 * `GET /api/config`, `POST /api/config/check {text}`, `GET` and `POST /api/config/backups`, and `PUT /api/config` with
 * If-Match and one of: `{changes}`, `{text}`, `{undo_to}` the etag of a text that was replaced since the server started,
 * `{backup}` the name of a backup, `{template}`. The last two make a backup of what they replace.
 * Secrets are masked in every answer; a masked one that comes back stands for the one in the file.
 */
export function configRoutes(deps: AdminDeps): Hono {
  const env = deps.env ?? process.env;
  const history = new History();
  const answer = async (c: Context) => {
    const view = await configView(deps.config());
    c.header("etag", `"${view.etag}"`);
    return c.json(view);
  };
  const backups = async (c: Context) => c.json({ items: await listBackups(deps.config().path) });
  return new Hono()
    .get("/", answer)
    .put("/", async (c) => {
      const ifMatch = readIfMatch(c.req.header("if-match"));
      const save = await readJson(c, saveSchema);
      const { path } = deps.config();
      const change = async (text: string): Promise<string> => {
        const next = await changed(text, save, path, history);
        await refuseLostSecrets(next);
        if ("backup" in save || "template" in save) await makeBackup(path, new Date());
        history.remember(etagOf(text), text);
        return next;
      };
      await saveConfig({ path, env, ifMatch, change }).catch((error: unknown) => {
        throw saveFault(error) ?? error;
      });
      await deps.reload();
      return answer(c);
    })
    .post("/check", async (c) => {
      const { text } = await readJson(c, v.strictObject(textEntries));
      const { path, text: current } = deps.config();
      const { faults, notes } = await parseConfig(await unmaskText(text, current), { path, env });
      return c.json({ faults: faultViews(faults), notes: faultViews(notes) });
    })
    .get("/backups", backups)
    .post("/backups", async (c) => {
      await makeBackup(deps.config().path, new Date());
      return backups(c);
    });
}

/** @returns the text that is to be saved instead of the present one */
async function changed(text: string, save: Save, path: string, history: History): Promise<string> {
  if ("text" in save) return unmaskText(save.text, text);
  if ("template" in save) return readTemplate(save.template);
  if ("undo_to" in save) {
    return history.find(save.undo_to) ?? gone("That version is no longer kept: the server was restarted since.");
  }
  if ("backup" in save) {
    return (await readBackup(path, save.backup)) ?? gone(`There is no backup called "${save.backup}" beside the file.`);
  }
  return appliedChanges(text, save.changes);
}

function gone(message: string): never {
  throw new ApiFault(410, "gone", message);
}

/** @returns undefined for errors that are not the user's */
function saveFault(error: unknown): ApiFault | undefined {
  if (error instanceof ConfigConflict) return new ApiFault(409, "changed_on_disk", error.message);
  if (error instanceof ConfigRefused) {
    return new ApiFault(422, "config_faults", error.message, { faults: faultViews(error.faults) });
  }
  return undefined;
}

/** Without it, a page that was opened yesterday would undo what was saved today. */
function readIfMatch(header: string | undefined): string {
  if (header === undefined) {
    throw new ApiFault(428, "if_match_needed", "Send the etag of GET /api/config as If-Match.");
  }
  return header.trim().replace(/^(?:W\/)?"(.*)"$/, "$1");
}
