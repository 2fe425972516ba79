/** @module Providers: how they are doing, how they are set up, and which there can be. */
import type { FailureReason } from "../../../catalog/failure-reasons.ts";
import type { ProviderType } from "../../../catalog/types.ts";
import type { WireId } from "../../../catalog/wire-ids.ts";
import type { LoginView } from "./logins.ts";

/** How a provider is doing. `needs_login`: its login or key was refused; `no_key`: it has none to send. */
export type ProviderState = "ok" | "cooling" | "needs_login" | "no_key" | "disabled";

export interface ProviderStatus {
  name: string;
  /** Catalogue id. */
  type: string;
  label: string;
  wire: WireId;
  auth_type: string;
  enabled: boolean;
  state: ProviderState;
  /** Epoch ms. */
  cooling_until?: number;
  /** `time` in epoch ms. */
  last_failure?: { reason: FailureReason; label: string; message: string; time: number };
  /** Who is signed in there; absent where a key, or nothing, opens it. */
  login?: LoginView;
  /** Attempts at this provider since the server started. */
  requests: number;
  failures: number;
  /** Oddities of its answers that were mended or put up with: how many answers, by what was odd. */
  oddities?: Readonly<Record<string, number>>;
}

export interface ProviderView extends ProviderStatus {
  group: ProviderType["group"];
  base_url: string;
  priority: number;
  /** Masked, in the order of the file. */
  keys: string[];
  /** The keys as the file gives them where it names an environment variable. */
  key_references: string[];
  /** Environment variable that usually holds the key. */
  key_variable?: string;
  key_url?: string;
  docs?: string;
  note?: string;
  /** Names of extra request headers. */
  headers: string[];
  project?: string;
  location?: string;
  timeouts: Record<string, number>;
  used_by: { model: string; priority: number }[];
}

/** A provider type that can be configured. */
export interface CatalogEntry {
  id: string;
  label: string;
  group: ProviderType["group"];
  wire: WireId;
  /** Empty for types that need one in the configuration. */
  base_url: string;
  auth_types: string[];
  /** Other ids under which users know it. */
  aliases: string[];
  key_variable?: string;
  key_prefix?: string;
  key_url?: string;
  /** Which of its models stands in for a Claude model of that tier. */
  stand_ins?: ProviderType["standIns"];
  docs?: string;
  note?: string;
  /** Of its stand-in for the model that Claude Code asks for mostly; by tokens in US dollars per million. */
  costs:
    | { kind: "tokens"; model: string; input: number; output: number }
    | { kind: "plan" | "own_machine" | "unknown" };
}
