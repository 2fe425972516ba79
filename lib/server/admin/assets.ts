import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** One file of the page, ready to be sent. */
export interface Asset {
  body: Uint8Array<ArrayBuffer>;
  contentType: string;
  /** Strong, of the bytes. */
  etag: string;
}

/** The whole page: what is not here is not served, so no request can name a file of ours. */
const FILES = {
  "/": { file: "index.html", contentType: "text/html; charset=utf-8" },
  "/page.js": { file: "page.js", contentType: "text/javascript; charset=utf-8" },
  "/page.css": { file: "page.css", contentType: "text/css; charset=utf-8" },
} as const;

/**
 * Reads the page once.
 * @returns assets by exact request path
 * @throws when a file is missing: the build is incomplete
 */
export function loadAssets(directory: string): ReadonlyMap<string, Asset> {
  return new Map(
    Object.entries(FILES).map(([path, { file, contentType }]) => {
      const body = new Uint8Array(readFileSync(join(directory, file)));
      const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
      return [path, { body, contentType, etag }];
    }),
  );
}
