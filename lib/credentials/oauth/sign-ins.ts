import { timingSafeEqual } from "node:crypto";
import type { Provider } from "../../config/settings.ts";
import { authorizeUrl } from "./authorize-url.ts";
import { type CallbackListener, type CallbackVerdict, listenForCallback, portsTaken } from "./callback-listener.ts";
import { type DeviceCode, requestDeviceCode, waitForDevice } from "./device.ts";
import type { Endpoints } from "./endpoints.ts";
import { type Code, exchangeCode } from "./exchange.ts";
import type { SignIn } from "./flows/flow.ts";
import { type Pasted, parsePaste } from "./paste.ts";
import { checkPaste, declined } from "./paste-check.ts";
import { randomToken } from "./pkce.ts";
import type { LoginRecord } from "./record.ts";
import { SignInFailed } from "./sign-in-failed.ts";
import type { SignInStart } from "./sign-in-start.ts";

/**
 * `browser`: the vendor sends the browser back to this machine. `paste`: the vendor shows a code. `device`: the user types
 * a code at the vendor's page.
 */
export const SIGN_IN_METHODS = ["browser", "paste", "device"] as const;
export type SignInMethod = (typeof SIGN_IN_METHODS)[number];

export interface SignInState {
  provider: string;
  state: "waiting" | "done" | "failed";
  /** Why it failed, or what is being waited for. */
  message?: string;
}

/** What a sign-in is for. */
export interface SignInRequest {
  provider: Provider;
  endpoints: Endpoints;
  method: SignInMethod;
  /** The client that was issued to this login before. */
  clientId: string | undefined;
  /** The name of this installation. */
  hostId: string;
  /** The user was shown the vendor's terms and went on. */
  acceptedTerms: boolean;
}

export interface SignInDeps {
  now: () => number;
  /** Takes the login. @throws {SignInFailed} */
  keep: (request: SignInRequest, record: LoginRecord) => Promise<void>;
  changed: () => void;
  /** Tells the log of an error that nobody foresaw. */
  report: (error: unknown) => void;
}

interface Pending {
  request: SignInRequest;
  signIn: SignIn;
  url: string;
  expiresAt: number;
  expects: SignInStart["expects"];
  note: string | undefined;
  device: DeviceCode | undefined;
  listener: CallbackListener | undefined;
  cancel: AbortController;
  timer: NodeJS.Timeout | undefined;
  /** A code was taken; no other one will be. */
  claimed: boolean;
  outcome: { state: "waiting" | "done" | "failed"; message?: string };
}

const NOT_UNDER_WAY: CallbackVerdict = {
  status: 400,
  title: "Not this sign-in",
  message:
    "No sign-in that this answers is under way here: it took too long, was given up, or the server was started anew. Start again there.",
};

const LIFE_MS = 10 * 60_000;
/** How long the outcome can be asked for. */
const REMEMBER_MS = 5 * 60_000;

/** The sign-ins under way. Everything secret about them lives here, and nowhere else. */
export class SignIns {
  readonly #deps: SignInDeps;
  /** By state. */
  readonly #pending = new Map<string, Pending>();

  constructor(deps: SignInDeps) {
    this.#deps = deps;
  }

  /** Begins a sign-in; an earlier one of the same provider is given up. @throws {SignInFailed} */
  async begin(request: SignInRequest): Promise<SignInStart> {
    for (const earlier of this.#of(request.provider.name)) this.#end(earlier, "failed", "a newer sign-in was begun");
    const state = randomToken();
    const pending: Pending = {
      request,
      signIn: {
        clientId: request.clientId ?? request.endpoints.clientId,
        redirectUri: "",
        state,
        nonce: randomToken(),
        verifier: randomToken(),
        hostId: request.hostId,
      },
      url: "",
      expiresAt: this.#deps.now() + LIFE_MS,
      expects: [],
      note: undefined,
      device: undefined,
      listener: undefined,
      cancel: new AbortController(),
      timer: undefined,
      claimed: false,
      outcome: { state: "waiting" },
    };
    if (request.method === "device") await this.#beginDevice(pending);
    else await this.#beginRedirect(pending);
    pending.timer = setTimeout(() => this.#end(pending, "failed", "nobody came back in time; start again"), LIFE_MS);
    pending.timer.unref();
    this.#pending.set(state, pending);
    if (pending.device) void this.#watchDevice(pending, pending.device);
    const { url, expiresAt, expects, device, note } = pending;
    return {
      url,
      state,
      expires_at: expiresAt,
      expects,
      ...(device && { user_code: device.userCode }),
      ...(note !== undefined && { note }),
    };
  }

  /** @returns undefined when there was no such sign-in lately */
  stateOf(state: string): SignInState | undefined {
    const pending = this.#pending.get(state);
    return pending && { provider: pending.request.provider.name, ...pending.outcome };
  }

  /** What the user pasted ends the sign-in of the provider. @throws {SignInFailed} */
  async paste(provider: string, text: string): Promise<void> {
    const [pending] = this.#of(provider);
    if (!pending)
      throw new SignInFailed("No sign-in is under way for this provider, or it took too long. Start again.");
    const pasted = parsePaste(text);
    if (!pasted) throw new SignInFailed("That is neither a code nor an address with one. Paste all of it.", true);
    checkPaste(pending, pasted);
    await this.#finish(pending, pasted);
  }

  /** The browser came back. */
  async callback(query: Pasted): Promise<CallbackVerdict> {
    const pending = this.#find(query.state);
    if (!pending) return NOT_UNDER_WAY;
    if (pending.claimed)
      return {
        status: 409,
        title: "Already done",
        message: "This sign-in has had its answer. You can close this page.",
      };
    if (pending.outcome.state !== "waiting") return NOT_UNDER_WAY;
    try {
      await this.#finish(pending, query);
      return { status: 200, title: "Signed in", message: "You can close this page." };
    } catch (error) {
      if (error instanceof SignInFailed) return { status: 400, title: "Not signed in", message: error.message };
      this.#deps.report(error);
      return { status: 500, title: "Not signed in", message: "The server failed at this; its log says why." };
    }
  }

  /** @returns whether there was one to give up */
  cancel(state: string): boolean {
    const pending = this.#pending.get(state);
    if (pending?.outcome.state !== "waiting") return false;
    this.#end(pending, "failed", "cancelled");
    return true;
  }

  close(): void {
    for (const pending of this.#pending.values()) this.#end(pending, "failed", "the server was stopped");
    this.#pending.clear();
  }

  async #beginRedirect(pending: Pending): Promise<void> {
    const { request, signIn } = pending;
    const { endpoints, provider } = request;
    const { callback, codePage } = endpoints;
    const { redirect_uri: own, callback_port: port, callback_bind: bind } = provider.oauth;
    const wantsPage = request.method === "paste" && codePage !== undefined;
    if (!own && !wantsPage) {
      const ports = port === undefined ? callback.ports : [port];
      pending.listener = await listenForCallback({
        ...callback,
        ports,
        bind,
        onCallback: (query) => this.callback(query),
        onCancel: () => this.#end(pending, "failed", "another program asked for the port"),
      });
      if (!pending.listener) pending.note = portsTaken(ports);
    }
    const here = pending.listener?.port ?? port ?? callback.ports[0];
    const loopback = `http://${callback.host}:${here}${callback.path}`;
    signIn.redirectUri = own || (wantsPage || (!pending.listener && codePage) ? (codePage ?? loopback) : loopback);
    pending.expects = pending.listener ? ["callback", "paste"] : ["paste"];
    pending.url = authorizeUrl(endpoints, signIn);
  }

  async #beginDevice(pending: Pending): Promise<void> {
    const { endpoints } = pending.request;
    pending.device = await requestDeviceCode(endpoints);
    pending.signIn.redirectUri = endpoints.device?.redirectUri ?? "";
    pending.url = pending.device.verifyUrl;
    pending.expects = ["device"];
  }

  async #watchDevice(pending: Pending, device: DeviceCode): Promise<void> {
    const { endpoints } = pending.request;
    try {
      const answer = await waitForDevice(endpoints, device, pending.cancel.signal);
      pending.claimed = true;
      await this.#exchange(pending, { ...pending.signIn, code: answer.code, verifier: answer.verifier });
    } catch (error) {
      if (pending.cancel.signal.aborted) return;
      if (!(error instanceof SignInFailed)) this.#deps.report(error);
      this.#end(pending, "failed", wordsOf(error));
    }
  }

  async #finish(pending: Pending, { error, errorDescription, code, clientId }: Pasted): Promise<void> {
    if (error !== undefined) {
      const message = declined(error, errorDescription);
      this.#end(pending, "failed", message);
      throw new SignInFailed(message);
    }
    if (code === undefined) throw new SignInFailed("There is no code in it.", true);
    if (pending.claimed) throw new SignInFailed("This sign-in has had its answer.");
    const issued = clientId ?? pending.signIn.clientId;
    if (pending.request.endpoints.flow === "chatgpt" && issued === pending.request.endpoints.clientId)
      throw new SignInFailed("The vendor's answer names no client: paste the whole address, not only the code.", true);
    pending.claimed = true;
    try {
      await this.#exchange(pending, { ...pending.signIn, code, clientId: issued });
    } catch (failure) {
      this.#end(pending, "failed", wordsOf(failure));
      throw failure;
    }
  }

  async #exchange(pending: Pending, code: Code): Promise<void> {
    const { request, signIn } = pending;
    const record = await exchangeCode(request.endpoints, signIn, code, this.#deps.now);
    await this.#deps.keep(request, record);
    this.#end(pending, "done");
  }

  #end(pending: Pending, state: "done" | "failed", message?: string): void {
    if (pending.outcome.state !== "waiting") return;
    pending.outcome = { state, ...(message !== undefined && { message }) };
    pending.cancel.abort();
    pending.listener?.close();
    clearTimeout(pending.timer);
    pending.signIn.verifier = "";
    setTimeout(() => this.#pending.delete(pending.signIn.state), REMEMBER_MS).unref();
    this.#deps.changed();
  }

  #of(provider: string): Pending[] {
    return [...this.#pending.values()].filter(
      ({ request, outcome }) => request.provider.name === provider && outcome.state === "waiting",
    );
  }

  /** Compares without telling by the time it takes how much was right. */
  #find(state: string | undefined): Pending | undefined {
    const given = Buffer.from(state ?? "");
    return [...this.#pending.entries()].find(([known]) => {
      const right = Buffer.from(known);
      return right.length === given.length && timingSafeEqual(right, given);
    })?.[1];
  }
}

function wordsOf(error: unknown): string {
  return error instanceof SignInFailed ? error.message : "the server failed at this; its log says why";
}
