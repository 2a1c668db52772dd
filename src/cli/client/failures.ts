/** Several things of which each may fail: what fails does not keep the others from being done, or seen. */
import { UnreachableError } from '../../client/api-client.ts';
import { CliError } from '../cli-error.ts';

export class CollectedFailures {
  readonly #found: { readonly label: string; readonly error: unknown }[] = [];
  #isServerLost = false;

  /**
   * Does it, and keeps its failure. Once the server is lost nothing more is tried.
   * @param label stands before the failure, where it is not the only thing that is done; '': nothing does.
   */
  async collect(label: string, work: () => Promise<void>): Promise<void> {
    if (this.#isServerLost) return;
    try {
      await work();
    } catch (error) {
      this.#isServerLost = error instanceof UnreachableError;
      this.#found.push({ label, error });
    }
  }

  /** @throws what failed: the error itself where it is the only one. */
  throwAny(): void {
    const [first, another] = this.#found;
    if (first === undefined) return;
    if (another === undefined && first.label === '') throw first.error;
    const lines = this.#found.map(({ label, error }) => (label === '' ? '' : `${label}: `) + textOf(error));
    throw new CliError(lines.join('\n'), { cause: first.error });
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
