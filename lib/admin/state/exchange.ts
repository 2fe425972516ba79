import type { ExchangeView } from "../../server/admin/views.ts";
import { ApiProblem, getJson } from "./api.ts";

/** @returns how the request travelled; undefined when the server no longer keeps it */
export async function findExchange(id: string): Promise<ExchangeView | undefined> {
  return getJson<ExchangeView>(`/api/exchanges/${encodeURIComponent(id)}`).catch((error: unknown) => {
    if (error instanceof ApiProblem && error.code === "not_kept") return undefined;
    throw error;
  });
}
