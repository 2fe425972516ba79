/** A sign-in did not work out. `message` is for the user: what happened, and what to do. Holds no secret. */
export class SignInFailed extends Error {
  override readonly name = "SignInFailed";
  /** The sign-in still waits: something else may be pasted. */
  readonly mayGoOn: boolean;
  constructor(message: string, mayGoOn = false) {
    super(message);
    this.mayGoOn = mayGoOn;
  }
}
