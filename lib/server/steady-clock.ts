/**
 * The time of day, except that it never runs backwards. A clock that is set back by an hour would otherwise make a cooldown of
 * twenty seconds last for an hour. Forward jumps, as after a machine's sleep, are real time that has passed.
 */
export class SteadyClock {
  readonly #read: () => number;
  #last = 0;
  #setBack = 0;

  /** @param read epoch ms */
  constructor(read: () => number = Date.now) {
    this.#read = read;
  }

  /** Epoch ms. Bound, so that it can be handed on. */
  readonly now = (): number => {
    const time = this.#read() + this.#setBack;
    if (time >= this.#last) this.#last = time;
    else this.#setBack += this.#last - time;
    return this.#last;
  };

  /** By how many ms the clock has been set back since the server started. */
  get setBackMs(): number {
    return this.#setBack;
  }
}
