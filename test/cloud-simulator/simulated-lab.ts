/**
 * The cloud simulator in the place of the lab: the scenes that are recorded from a real OpenStack are played
 * against it. Its time stands still but for requests that read, so that what is under way stays so until it
 * is waited for.
 */
import { startCloudSimulator, type CloudSimulator } from '../../src/cloud-simulator/cloud-simulator.ts';
import { memberStatuses } from '../../src/cloud-simulator/balancers.ts';
import type { Clock } from '../../src/cloud-simulator/clock.ts';
import type { SimulatorSettings } from '../../src/cloud-simulator/settings.ts';
import { Lab, type LabAnswer, type LabRequest } from '../lab/lab.ts';

const READ_MS = 40;

export class SimulatedLab extends Lab {
  readonly simulator: CloudSimulator;
  readonly #clock: SteppedClock;

  private constructor(simulator: CloudSimulator, clock: SteppedClock, password: string) {
    super({ authUrl: `${simulator.url}/identity/v3`, password });
    this.simulator = simulator;
    this.#clock = clock;
  }

  static async start(settings: Partial<SimulatorSettings> = {}): Promise<SimulatedLab> {
    const clock = new SteppedClock();
    const password = 'lab';
    const simulator = await startCloudSimulator({ settings, password, clock });
    const lab = new SimulatedLab(simulator, clock, password);
    await lab.connect();
    return lab;
  }

  override send(request: LabRequest): Promise<LabAnswer> {
    if (request.method === 'GET') this.#clock.advance(READ_MS);
    return super.send(request);
  }

  /** What is under way goes on. */
  advance(): void {
    this.#clock.advance(READ_MS);
  }

  /** `lb_status.py member ID STATUS`, `lab stop nova-compute1` and `lab up nova`. */
  override script(name: string, kind?: string, id = '', status = ''): Promise<string> {
    if (name === 'lab') return this.#setHosts(id.replace(/^nova-/, ''), kind === 'up');
    const member = this.simulator.world.balancers.find('member', id);
    const forced = memberStatuses.find((one) => one === status);
    if (name !== 'lb_status.py' || member === undefined || forced === undefined)
      throw new Error(`the simulated lab has no script ${name} for ${id} ${status}`);
    member.forced = forced;
    return Promise.resolve('');
  }

  /** All of them where none is named. */
  #setHosts(wanted: string, isUp: boolean): Promise<string> {
    const { hosts } = this.simulator.world;
    for (const host of hosts.all) if (wanted === host.name || wanted === 'nova') hosts.change(host, { isUp });
    return Promise.resolve('');
  }
}

class SteppedClock implements Clock {
  /** Scenes compare with the time of this machine. */
  #now = Date.now();
  #timers: { readonly at: number; readonly run: () => void }[] = [];
  readonly now = (): number => this.#now;

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.#now + ms, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  }

  advance(ms: number): void {
    this.#now += ms;
    const due = this.#timers.filter(({ at }) => at <= this.#now).toSorted((one, other) => one.at - other.at);
    this.#timers = this.#timers.filter((timer) => !due.includes(timer));
    for (const { run } of due) run();
  }
}
