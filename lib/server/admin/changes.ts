import * as v from "valibot";
import { ApiFault } from "./errors.ts";

const pathSchema = v.pipe(v.array(v.union([v.string(), v.number()])), v.minLength(1, "at least one key is needed"));
const changeSchema = v.union(
  [
    v.strictObject({ path: pathSchema, value: v.unknown() }),
    v.strictObject({ path: pathSchema, delete: v.literal(true) }),
  ],
  "each change is {path, value} or {path, delete: true}",
);

/** `changes` of a request: what shall stand elsewhere, or not at all, in the configuration file. */
export const changesEntry = v.pipe(v.array(changeSchema), v.minLength(1));

/**
 * The file's text with the changes in it, everything else byte for byte.
 * @throws {ApiFault} 422 when one of them leads nowhere
 */
export async function appliedChanges(text: string, changes: v.InferOutput<typeof changesEntry>): Promise<string> {
  // The parser behind the editor of single settings is heavy, so it is loaded when somebody saves.
  const { applyChanges, EditError } = await import("../../config/edit/index.ts");
  try {
    return applyChanges(text, changes);
  } catch (error) {
    if (!(error instanceof EditError)) throw error;
    throw new ApiFault(422, "config_faults", error.message, {
      faults: [{ path: error.path.join("."), message: error.message }],
    });
  }
}
