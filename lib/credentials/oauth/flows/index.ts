import type { LoginFlow } from "../../../catalog/logins.ts";
import { chatgpt } from "./chatgpt.ts";
import { claude } from "./claude.ts";
import { codex } from "./codex.ts";
import type { Flow } from "./flow.ts";
import { google } from "./google.ts";

/** Every way to sign in. */
export const FLOWS: Readonly<Record<LoginFlow, Flow>> = { claude, chatgpt, codex, google };
