/** Thrown by an outlet that does not want the answer after all. */
export class OutletClosed extends Error {
  override readonly name = "OutletClosed";
}

/** Where the answer of an attempt goes once there is content. */
export interface Outlet {
  /** Asks to be the one that answers. @returns false when another attempt was faster */
  claim(): boolean;
  /**
   * @returns false when the client is slower than the upstream: wait for `onDrain`
   * @throws {OutletClosed}
   */
  send(bytes: Buffer | string): boolean;
  onDrain(listener: () => void): void;
}
