/**
 * What goes wrong in the simulated cloud, as it was ordered through the admin API: faults that hit the next
 * `count` requests of an operation, and services that are away until they are back.
 */
import { z } from 'zod';
import { services, type ServiceName } from './settings.ts';

export const faultSchema = z.strictObject({
  service: z.enum(services),
  /** `create`, `delete`, `reboot`, `list`, ...; `*`: any. */
  operation: z.string().min(1).default('*'),
  /**
   * `error`: refused with `status`; `lost-answer`: carried out, and the connection is closed without an
   * answer; `hang`: neither carried out nor answered; `slow`: answered after `delay_ms`; `fail`: taken, and
   * the server or stack ends in ERROR.
   */
  kind: z.enum(['error', 'lost-answer', 'hang', 'slow', 'fail']),
  /** How many requests it hits; 0: all, until it is removed. */
  count: z.int().min(0).default(1),
  status: z.int().min(400).max(599).default(500),
  message: z.string().default('The simulated cloud was told to fail.'),
  delay_ms: z.number().min(0).default(5000),
  /** Only of this server or stack. */
  target: z.string().optional(),
});

export type Fault = z.infer<typeof faultSchema>;

export class Faults {
  #faults: (Fault & { left: number })[] = [];
  readonly #away = new Set<ServiceName>();

  add(fault: Fault): void {
    this.#faults.push({ ...fault, left: fault.count === 0 ? Infinity : fault.count });
  }

  clear(): void {
    this.#faults = [];
    this.#away.clear();
  }

  get all(): readonly Fault[] {
    return this.#faults.map(({ left, ...fault }) => ({ ...fault, count: left === Infinity ? 0 : left }));
  }

  /** The fault that hits this request, used up by one. */
  take(service: ServiceName, operation: string, target?: string): Fault | undefined {
    const hit = this.#faults.find(
      (fault) =>
        fault.service === service &&
        (fault.operation === '*' || fault.operation === operation) &&
        (fault.target === undefined || fault.target === target),
    );
    if (hit === undefined) return undefined;
    hit.left -= 1;
    if (hit.left <= 0) this.#faults = this.#faults.filter((fault) => fault !== hit);
    return hit;
  }

  setAway(service: ServiceName, isAway: boolean): void {
    if (isAway) this.#away.add(service);
    else this.#away.delete(service);
  }

  isAway(service: ServiceName): boolean {
    return this.#away.has(service);
  }

  get away(): readonly ServiceName[] {
    return [...this.#away];
  }
}
