/**
 * The HTTP proxy on the way to the outside, as HTTPS_PROXY, ALL_PROXY and NO_PROXY name it. What is not encrypted never leaves
 * by it: such servers are on this machine or next to it.
 * @module
 */
import { getProxyForUrl } from "proxy-from-env";

const VARIABLES = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];

/** A quick look, before anything is loaded for the sake of a proxy. */
export function namesProxy(): boolean {
  return VARIABLES.some((name) => process.env[name]);
}

/** @returns undefined where the URL is to be reached directly */
export function proxyFor(url: string): URL | undefined {
  const named = url.startsWith("https:") && namesProxy() ? getProxyForUrl(url) : "";
  const proxy = URL.canParse(named) ? new URL(named) : undefined;
  return proxy && isUsable(proxy) ? proxy : undefined;
}

/** What is wrong with the proxy that the environment names; a sentence for the user. */
export function proxyTrouble(): string | undefined {
  const named = namesProxy() ? getProxyForUrl("https://anywhere.invalid") : "";
  const proxy = URL.canParse(named) ? new URL(named) : undefined;
  if (named === "" || (proxy && isUsable(proxy))) return undefined;
  const what = proxy ? `a ${proxy.protocol.slice(0, -1)} proxy` : "something that is no URL";
  return `HTTPS_PROXY or ALL_PROXY names ${what}, which cannot be used: http://HOST:PORT can. Providers are reached directly.`;
}

function isUsable({ protocol }: URL): boolean {
  return protocol === "http:" || protocol === "https:";
}
