/** What the user needs to go on with a sign-in. Holds no secret. */
export interface SignInStart {
  /** To be opened in a browser. */
  url: string;
  /** Names this sign-in. */
  state: string;
  /** Epoch ms. */
  expires_at: number;
  /** What ends it: the browser's return to this machine, something pasted, or the code that was typed. */
  expects: ("callback" | "paste" | "device")[];
  /** To be typed at `url`. */
  user_code?: string;
  /** Why the browser will not come back by itself, where it should. */
  note?: string;
}
