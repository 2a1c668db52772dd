/** Which id of ours stands for which id of the recording. */
import type { Json } from '../../src/domain/json.ts';

const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const whole = new RegExp(`^${uuid.source}$`);
/** As Keystone writes them: projects, users, trusts. */
const hexId = /^[0-9a-f]{32}$/;

export function isId(text: string): boolean {
  return whole.test(text) || hexId.test(text);
}

export class RecordedIds {
  readonly #ours = new Map<string, string>();
  readonly #names: readonly (readonly [string, string])[];

  /** @param names what stands in the recording for the project and the user. */
  constructor(names: Readonly<Record<string, string>>) {
    this.#names = Object.entries(names);
  }

  bind(recorded: string, ours: string): void {
    this.#ours.set(recorded, ours);
  }

  isBound(recorded: string): boolean {
    return this.#ours.has(recorded);
  }

  /** Of two texts that stand at the same place: an id that was not known yet is the one of the other. */
  learn(recorded: string, ours: string): void {
    if (isId(recorded) && isId(ours) && !this.#ours.has(recorded)) this.bind(recorded, ours);
    const theirs = recorded.match(uuid) ?? [];
    const own = ours.match(uuid) ?? [];
    if (theirs.length !== own.length) return;
    for (const [place, id] of theirs.entries()) if (!this.#ours.has(id)) this.bind(id, own[place] ?? id);
  }

  /** Ids that are not known yet stay as they are. */
  inText(text: string): string {
    let result = text.replaceAll(uuid, (id) => this.#ours.get(id) ?? id);
    for (const [recorded, ours] of this.#ours) {
      if (whole.test(recorded)) result = result.replaceAll(recorded.slice(0, 8), ours.slice(0, 8));
      else result = result.replaceAll(recorded, ours);
    }
    for (const [recorded, ours] of this.#names) if (result === recorded) result = ours;
    return result;
  }

  inValue<T extends Json | undefined>(value: T): T {
    if (typeof value === 'string') return this.inText(value) as T;
    if (Array.isArray(value)) return value.map((one) => this.inValue(one)) as unknown as T;
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).map(([key, one]) => [this.inText(key), this.inValue(one)]);
    return Object.fromEntries(entries) as T;
  }
}
