/** A life of `recovery-process.ts`, as the test that ends it sees it. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const program = join(import.meta.dirname, 'recovery-process.ts');
const compileCache = join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'coppice');

export class RecoveringProcess {
  /** Its output, line by line. */
  readonly said: string[] = [];
  readonly #child: ChildProcess;
  readonly #end: Promise<void>;
  #isOver = false;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#end = new Promise((resolve, reject) => {
      child.once('exit', (code, signal) => {
        this.#isOver = true;
        if (signal === 'SIGKILL') resolve();
        else reject(new Error(`The process ended with ${code ?? signal}.`));
      });
    });
    // The caller that waits for the end gets it; until then no caller does.
    this.#end.catch(() => {});
  }

  /** It has begun its work, or has already killed itself. */
  static async start(
    databasePath: string,
    cloudUrl: string,
    env: Readonly<Record<string, string>> = {},
  ): Promise<RecoveringProcess> {
    const child = spawn(process.execPath, [program, databasePath, cloudUrl], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, NODE_COMPILE_CACHE: compileCache, ...env },
    });
    const life = new RecoveringProcess(child);
    const lines = createInterface({ input: child.stdout });
    const ready = new Promise<void>((resolve) => lines.once('line', () => resolve()));
    lines.on('line', (line) => life.said.push(line));
    await Promise.race([ready, life.#end]);
    return life;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Notifies it that there is more to do. */
  kick(): void {
    this.#child.kill('SIGUSR2');
  }

  /** @throws Error where it has ended by itself before. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#end;
  }
}
