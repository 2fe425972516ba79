/** The client's side of one request, as the relay sees it: Node's response behind a few words. */
export interface ClientReply {
  /** The client closed its connection before the answer was whole. */
  readonly gone: boolean;
  /** Calls once when the client goes away; the returned function takes the listener off. */
  onGone(listener: () => void): () => void;
  /** Status and headers; once, before the first write. */
  begin(status: number, headers: Record<string, string>): void;
  /** @returns false when the client is slower than the upstream: wait for `onDrain` */
  write(bytes: Buffer | string): boolean;
  onDrain(listener: () => void): void;
  end(bytes?: Buffer | string): void;
}
