import { type Loose, listOf, loose } from "./parts.ts";

/** A tool that the client offers. */
export interface Offer {
  type: string;
  /** Where in the request it stands. */
  where: string;
  /** As the client calls it; undefined for tools that have no name, and where it was forgotten. */
  name: string | undefined;
  /** The group in which the client calls it so. */
  namespace: string | undefined;
  /** The name under which the model knows it. */
  key: string;
  /** Description, parameters and so on. */
  about: Loose;
  /** What the whole group is for. */
  groupWords: string | undefined;
}

/** In this group stands what would stand in none. */
const DEFAULT_NAMESPACE = "functions";

/**
 * All tools of a request of either protocol, those in groups one by one, and those that Codex offers at the head of its input.
 * @see https://platform.openai.com/docs/api-reference/responses/create#responses-create-tools
 */
export function offersOf(body: Loose): Offer[] {
  const inInput = listOf(body.input).flatMap(({ type, tools }, at) =>
    type === "additional_tools" ? offersIn(tools, `input.${at}.tools`) : [],
  );
  const older = listOf(body.functions).map((fn) => ({ type: "function", function: fn }));
  return [...offersIn(body.tools, "tools"), ...inInput, ...offersIn(older, "functions")];
}

/** The same by the names under which the model knows them. */
export function offersByKey(body: Loose): ReadonlyMap<string, Offer> {
  return new Map(offersOf(body).map((offer) => [offer.key, offer]));
}

/** One name for a tool and its group: other protocols have no groups. */
export function keyOf(name: unknown, namespace: unknown): string {
  const isGrouped = typeof namespace === "string" && namespace !== "" && namespace !== DEFAULT_NAMESPACE;
  const group = isGrouped ? namespace.replace(/[^\w-]/g, "_").replace(/_*$/, "__") : "";
  return `${group}${String(name ?? "")}`;
}

function offersIn(tools: unknown, where: string, group: Loose = {}): Offer[] {
  return listOf(tools).flatMap((tool, at) => {
    const place = `${where}.${at}`;
    const type = String(tool.type ?? "function");
    if (type === "namespace") return offersIn(tool.tools, `${place}.tools`, tool);
    // Chat Completions wraps what a tool is, Responses does not.
    const about = loose(tool.function ?? tool.custom ?? tool);
    const name = typeof about.name === "string" ? about.name : undefined;
    const namespace = typeof group.name === "string" ? group.name : undefined;
    const groupWords =
      typeof group.description === "string" && group.description !== "" ? group.description : undefined;
    return [{ type, where: place, name, namespace, key: keyOf(name, namespace), about, groupWords }];
  });
}
