/** Something that went wrong in an expected way. Its message is for the user, as the last line. */
export class Failure extends Error {
  name = "Failure";

  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}
