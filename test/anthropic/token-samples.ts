/**
 * @module Texts of the kinds that Claude Code sends, with the tokens that real tokenizers make of them: an offline
 * reconstruction of Claude's two vocabularies (ctok 1.3: families 3 and 5, without the frame of the message), and o200k.
 */
import { numberedListing, prose } from "../support/words.ts";

export interface TokenSample {
  kind: string;
  text: string;
  tokens: { claude: number; "claude-4.7": number; other: number };
}

const SCHEMA = JSON.stringify({
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  properties: {
    command: { type: "string", description: "The command to run, in one line or several." },
    timeout: {
      type: "number",
      description: "Milliseconds to wait before the command is ended, at most 600000.",
      maximum: 600_000,
    },
    run_in_background: { type: "boolean", default: false, description: "Return at once and tell when it has ended." },
    paths: {
      type: "array",
      items: { type: "string", minLength: 1 },
      description: "Files that the command may change.",
    },
  },
  required: ["command"],
  additionalProperties: false,
});

const DIFF = `diff --git a/lib/anthropic/scan.ts b/lib/anthropic/scan.ts
index 8c1f0aa..27d3b91 100644
--- a/lib/anthropic/scan.ts
+++ b/lib/anthropic/scan.ts
@@ -61,7 +61,9 @@ function skipSpace(raw: Buffer, from: number): number {
   let at = from;
   for (;;) {
     const byte = raw[at];
-    if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) at++;
+    // JSON knows four kinds of space and no others.
+    if (byte === SPACE || byte === LINE_FEED || byte === RETURN || byte === TAB) at++;
     else return at;
   }
 }
`;

const SHELL = `total 48
drwxr-xr-x  9 user user 4096 Nov 22 10:41 .
drwxr-xr-x 14 user user 4096 Nov 21 08:12 ..
-rw-r--r--  1 user user  812 Nov 22 10:40 README.md
-rw-r--r--  1 user user 2391 Nov 22 10:41 package.json
drwxr-xr-x  3 user user 4096 Nov 20 17:03 src
 ✓ test/scan.test.ts (14 tests) 86ms
 × test/facts.test.ts > reads the tag 12ms
   → expected 'glm-4.6' to be undefined
Tests  1 failed | 213 passed (214)
`;

const CHINESE =
  "请在修改文件之前先阅读它，并保持周围代码的风格。命令失败时，先看输出，不要用同样的参数再运行一次。" +
  "如果用户要求提交，请写一条简短的信息，说明为什么，而不是做了什么。不要打印任何密钥或密码。";

const JAPANESE =
  "ファイルを変更する前に必ず読んでください。コマンドが失敗したときは、まず出力を確認し、同じ引数で再実行しないでください。" +
  "テストはソースの隣にあります。秘密の値は表示しないでください。";

const RUSSIAN =
  "Прочитайте файл, прежде чем менять его, и сохраняйте стиль окружающего кода. Если команда завершилась с ошибкой, " +
  "сначала посмотрите на её вывод и не запускайте её снова с теми же аргументами.";

const LOG = `2026-11-22T10:41:03.114Z info  req_01J9 POST /v1/messages 200 1843ms model=claude-opus-5-5 tokens=20179
2026-11-22T10:41:07.902Z warn  req_01JA anthropic-main answered 529 after 412ms, trying openrouter
2026-11-22T10:41:08.377Z info  req_01JA POST /v1/messages 200 5284ms model=anthropic/claude-opus-5.5 tokens=20466
`;

const sample = (kind: string, text: string, claude: number, newer: number, other: number): TokenSample => ({
  kind,
  text,
  tokens: { claude, "claude-4.7": newer, other },
});

export const TOKEN_SAMPLES: readonly TokenSample[] = [
  sample("instructions", prose(2_000), 504, 639, 477),
  sample("a numbered listing", numberedListing(2_000), 702, 827, 639),
  sample("a JSON schema", SCHEMA, 155, 201, 135),
  sample("a diff", DIFF, 211, 270, 180),
  sample("a shell's output", SHELL, 212, 239, 172),
  sample("Chinese", CHINESE, 97, 96, 63),
  sample("Japanese", JAPANESE, 78, 78, 66),
  sample("Russian", RUSSIAN, 81, 81, 47),
  sample("a log", LOG, 142, 167, 134),
];
