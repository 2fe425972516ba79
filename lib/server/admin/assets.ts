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
  "/chart.js": { file: "chart.js", contentType: "text/javascript; charset=utf-8" },
  "/page.css": { file: "page.css", contentType: "text/css; charset=utf-8" },
} as const;

export type AssetPath = keyof typeof FILES;

/** The exact paths at which the page's files are served. */
export const ASSET_PATHS = Object.keys(FILES) as readonly AssetPath[];

/** @throws the file system's error: the build is incomplete */
export function readAsset(directory: string, path: AssetPath): Asset {
  const { file, contentType } = FILES[path];
  const body = new Uint8Array(readFileSync(join(directory, file)));
  return { body, contentType, etag: `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"` };
}
