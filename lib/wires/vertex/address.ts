import { CannotCarry, type Target } from "../wire.ts";

/** Google's name for a location that is none. */
const EVERYWHERE = "global";

/**
 * Everything that belongs to a project in a location, below the host.
 * @throws {CannotCarry} when the provider names no project
 * @see https://cloud.google.com/vertex-ai/docs/reference/rest
 */
export function projectUrl({ provider, baseUrl, project, location }: Target): string {
  if (!project)
    throw new CannotCarry(`project: the provider ${provider} has none; set its project, or GOOGLE_CLOUD_PROJECT`);
  return `${baseUrl.replace(/\/v1$/, "")}/v1/projects/${encodeURIComponent(project)}/locations/${location || EVERYWHERE}`;
}

/** A model of a publisher, with what is wanted of it. */
export function modelUrl(target: Target, publisher: string, model: string, method: string): string {
  return `${projectUrl(target)}/publishers/${publisher}/models/${encodeURI(model).replace(/[?#]/g, encodeURIComponent)}:${method}`;
}
