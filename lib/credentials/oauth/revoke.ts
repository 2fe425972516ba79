import type { Endpoints } from "./endpoints.ts";
import { issuerOf } from "./endpoints.ts";
import { NoAnswer, post } from "./http.ts";
import type { LoginRecord } from "./record.ts";

/**
 * Has the vendor void a login (RFC 7009).
 * @returns whether the vendor confirmed it; a login that cannot be voided is still forgotten here
 */
export async function revoke(endpoints: Endpoints, record: LoginRecord): Promise<boolean> {
  const { revokeUrl, revokeEncoding = endpoints.encoding } = endpoints;
  const token = record.refresh_token ?? record.access_token;
  if (revokeUrl === undefined || issuerOf(endpoints) !== record.issuer) return false;
  const hint = record.refresh_token === undefined ? "access_token" : "refresh_token";
  try {
    const params = { token, token_type_hint: hint, client_id: record.client_id };
    const { status } = await post(revokeUrl, params, revokeEncoding);
    return status >= 200 && status <= 299;
  } catch (error) {
    if (error instanceof NoAnswer) return false;
    throw error;
  }
}
