import { dirname } from "node:path";
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { BadBody } from "../../anthropic/request.ts";
import type { ApiError, ConfigFault } from "./views.ts";

/** An answer that is not 2xx. `message` is for the user and says how to mend it. */
export class ApiFault extends Error {
  override readonly name = "ApiFault";
  readonly status: ContentfulStatusCode;
  readonly code: string;
  /** The key of the request that is at fault, dotted. */
  readonly path: string | undefined;
  /** Faults of a configuration that was to be saved. */
  readonly faults: readonly ConfigFault[] | undefined;

  constructor(
    status: ContentfulStatusCode,
    code: string,
    message: string,
    more: { path?: string; faults?: readonly ConfigFault[] } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.path = more.path;
    this.faults = more.faults;
  }
}

/** Turns whatever was thrown into the API's error shape. What nobody foresaw is reported and told without its details. */
export function errorHandler(report: (error: unknown) => void) {
  return (error: Error, c: Context): Response => {
    if (error instanceof ApiFault) return c.json(faultBody(error), error.status);
    if (error instanceof BadBody) return c.json(apiError("bad_request", error.message), 400);
    if (error instanceof HTTPException) return error.getResponse();
    report(error);
    const why = diskTrouble(error);
    if (why !== undefined) return c.json(apiError("not_written", why), 507);
    return c.json(apiError("internal", "The server failed at this; its log says why (ccmctl logs)."), 500);
  };
}

/** What the system says of a disk that takes nothing, in words that complete "It was not saved: …". */
const DISK_TROUBLES: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EDQUOT: "your share of the disk is used up",
  EROFS: "the disk is read-only",
  EACCES: "the server may not write there",
  EPERM: "the server may not write there",
};

/** @returns a sentence for the user when the error is the disk's */
function diskTrouble({ code = "", path }: NodeJS.ErrnoException): string | undefined {
  const what = DISK_TROUBLES[code];
  const where = path === undefined ? code : `${code}, ${dirname(path)}`;
  return what && `It was not saved: ${what} (${where}). What was there before is untouched.`;
}

export function apiError(code: string, message: string, path?: string): ApiError {
  return { error: { code, message, ...(path === undefined ? {} : { path }) } };
}

function faultBody(fault: ApiFault): ApiError {
  return { ...apiError(fault.code, fault.message, fault.path), ...(fault.faults ? { faults: fault.faults } : {}) };
}
