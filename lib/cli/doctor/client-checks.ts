import { type Connection, STAND_IN_KEY } from "../client-env.ts";
import { type Finding, hint, ok, wrong } from "./finding.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Client switches that make it talk to a cloud of its own, whatever the base URL says. */
const CLOUD_SWITCHES = ["CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_USE_VERTEX", "CLAUDE_CODE_USE_FOUNDRY"];

const USE_ENV = 'eval "$(ccmctl env)"';

/** Would Claude Code, started from this shell, come to us, and with a credential that works? */
export function checkClientEnvironment(env: Environment, connection: Connection): Finding[] {
  const base = env.ANTHROPIC_BASE_URL;
  const findings: Finding[] = [];
  if (!base) findings.push(hint("This shell does not point Claude Code at the server", `${USE_ENV}, or: ccmctl code`));
  else if (!sameAddress(base, connection.url)) {
    findings.push(wrong(`ANTHROPIC_BASE_URL is ${base}, but the server is at ${connection.url}`, USE_ENV));
  } else findings.push(ok(`ANTHROPIC_BASE_URL points at ${connection.url}`), ...checkCredential(env, connection));

  for (const name of CLOUD_SWITCHES) {
    if (env[name] && env[name] !== "0") {
      findings.push(wrong(`${name} is set, so Claude Code ignores ANTHROPIC_BASE_URL`, `unset ${name}`));
    }
  }
  return [...findings, ...checkProxy(env, connection)];
}

function checkCredential(env: Environment, { serverKey, profile }: Connection): Finding[] {
  const key = env.ANTHROPIC_API_KEY;
  const token = env.ANTHROPIC_AUTH_TOKEN;
  const findings: Finding[] = [];
  if (profile === "subscription" && (key || token)) {
    const name = key ? "ANTHROPIC_API_KEY" : "ANTHROPIC_AUTH_TOKEN";
    findings.push(
      wrong(
        `${name} is set, so Claude Code does not send its own login, which a passthrough provider needs`,
        'eval "$(ccmctl env --profile subscription)"',
      ),
    );
  }
  if (profile === "proxy" && !key && !token) {
    findings.push(
      hint("Neither ANTHROPIC_API_KEY nor ANTHROPIC_AUTH_TOKEN is set: Claude Code asks for a login", USE_ENV),
    );
  }
  if (key && token) {
    findings.push(
      hint(
        "ANTHROPIC_API_KEY and ANTHROPIC_AUTH_TOKEN are both set: Claude Code warns of it",
        "unset ANTHROPIC_AUTH_TOKEN",
      ),
    );
  }
  if (serverKey !== undefined && profile === "proxy" && key !== serverKey && token !== serverKey) {
    const what = key === STAND_IN_KEY ? `it is still ${STAND_IN_KEY}` : "it is another one";
    findings.push(
      wrong(`The server asks for one of server.api_keys, and ANTHROPIC_API_KEY holds none: ${what}`, USE_ENV),
    );
  }
  return findings;
}

/** A proxy for the outer world must not get what is meant for this machine. */
function checkProxy(env: Environment, { url }: Connection): Finding[] {
  const proxy = env.http_proxy || env.HTTP_PROXY;
  const exceptions = (env.no_proxy || env.NO_PROXY || "").split(",").map((entry) => entry.trim());
  const host = new URL(url).hostname;
  if (!proxy || exceptions.some((entry) => entry === "*" || entry === host)) return [];
  return [
    wrong(
      `HTTP_PROXY is set and NO_PROXY does not name ${host}: Claude Code may look for the server at the proxy`,
      `export NO_PROXY="${[...exceptions.filter(Boolean), host].join(",")}"`,
    ),
  ];
}

/** One file in which Claude Code finds settings. */
export interface SettingsFile {
  path: string;
  text: string;
}

/** Claude Code's own settings win over the shell. */
export function checkClaudeSettings(files: readonly SettingsFile[], connection: Connection): Finding[] {
  return files.flatMap(({ path, text }) => {
    const settings = parse(text);
    if (!settings) return [wrong(`${path} is not valid JSON, so Claude Code may ignore it`, `Mend or remove ${path}`)];
    const env = (settings.env ?? {}) as Record<string, unknown>;
    const base = env.ANTHROPIC_BASE_URL;
    const findings: Finding[] = [];
    if (typeof base === "string" && !sameAddress(base, connection.url)) {
      findings.push(
        wrong(
          `${path} sends Claude Code to ${base}, whatever the shell says`,
          `Take env.ANTHROPIC_BASE_URL out of ${path}`,
        ),
      );
    }
    for (const name of CLOUD_SWITCHES) {
      if (env[name] !== undefined && env[name] !== "0") {
        findings.push(
          wrong(`${path} sets ${name}, so Claude Code ignores ANTHROPIC_BASE_URL`, `Take env.${name} out of ${path}`),
        );
      }
    }
    if (settings.apiKeyHelper !== undefined && connection.profile === "subscription") {
      findings.push(
        wrong(
          `${path} has an apiKeyHelper: it counts as a key and hides the login`,
          `Take apiKeyHelper out of ${path}`,
        ),
      );
    }
    return findings;
  });
}

/** Start-up files of shells: a later, different value there means that new shells go elsewhere. */
export function checkShellFiles(files: readonly SettingsFile[], connection: Connection): Finding[] {
  return files.flatMap(({ path, text }) => {
    const assignment = /^\s*(?:export\s+|set\s+-gx\s+)ANTHROPIC_BASE_URL[= ]\s*["']?([^"'\s;]+)/gm;
    const last = [...text.matchAll(assignment)].at(-1)?.[1];
    if (last === undefined || last.includes("$") || sameAddress(last, connection.url)) return [];
    return [
      wrong(
        `${path} exports ANTHROPIC_BASE_URL=${last}, so new shells do not come to the server`,
        `Change that line in ${path}`,
      ),
    ];
  });
}

/** `localhost`, a trailing slash or a different spelling of loopback make no difference. */
export function sameAddress(one: string, other: string): boolean {
  const [a, b] = [normal(one), normal(other)];
  return a !== undefined && a === b;
}

function normal(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, hostname, port, pathname } = new URL(url);
  const host = hostname === "localhost" || hostname === "[::1]" ? "127.0.0.1" : hostname;
  return `${protocol}//${host}:${port}${pathname.replace(/\/+$/, "")}`;
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined; // told as a finding
  }
}
