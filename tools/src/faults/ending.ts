/** What is to be stopped at the end of a run, however that comes: the last begun first. */
export class Ending {
  readonly #steps: (() => Promise<unknown> | void)[] = [];
  #all: Promise<void> | null = null;

  add(step: () => Promise<unknown> | void): void {
    this.#steps.push(step);
  }

  /** Takes every step, once. A step that fails keeps none of the others from being taken. */
  all(): Promise<void> {
    this.#all ??= this.#take();
    return this.#all;
  }

  async #take(): Promise<void> {
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) {
      try {
        await step();
      } catch (error) {
        process.stderr.write(
          `faults: could not be stopped: ${error instanceof Error ? error.message : String(error)}\n`,
        );
      }
    }
  }
}
