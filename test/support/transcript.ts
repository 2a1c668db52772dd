/**
 * What the reader of a scenario sees: each line of the script, and under it what was decided, what was done
 * to the world, and what changed.
 */
import type { HealingWorld } from './healing-world.ts';
import type { NodeHome } from './node-home.ts';

interface Line {
  readonly at: number;
  /** Of what happens at one instant, decisions come before what they cause. */
  readonly rank: number;
  readonly text: string;
}

export class Transcript {
  readonly #world: HealingWorld<NodeHome>;
  readonly #lines: string[] = [];
  /** The last decision recorded of each recovery. */
  readonly #recorded = new Map<string, number>();
  readonly #statuses = new Map<string, string>();
  #cluster = '';
  #cloudCalls = 0;
  #workflowCalls = 0;

  constructor(world: HealingWorld<NodeHome>) {
    this.#world = world;
  }

  say(line: string, indented: string): void {
    this.#lines.push(line === '' || line.startsWith('#') ? line : `> ${line}`);
    if (indented !== '') this.#lines.push(indented.trimEnd());
  }

  /** What a line of the script asked to see. */
  note(text: string): void {
    this.#lines.push(`          = ${text}`);
  }

  /** What is there before the scenario begins is not in the transcript. */
  async begin(): Promise<void> {
    this.#calls();
    await this.#changes();
  }

  /** Everything since the last call. */
  async record(): Promise<void> {
    const news = [...(await this.#decisions()), ...this.#calls()];
    news.sort((one, other) => one.at - other.at || one.rank - other.rank);
    this.#lines.push(...news.map(({ at, text }) => `${time(at)}  ${text}`));
    this.#lines.push(...(await this.#changes()));
  }

  async end(): Promise<string> {
    const { cloud, workflows } = this.#world;
    const cluster = await this.#world.cluster();
    const states = new Map<string, number>();
    for (const { state } of await this.#world.recoveries()) states.set(state, (states.get(state) ?? 0) + 1);
    const recoveries =
      [...states]
        .toSorted(([one], [other]) => one.localeCompare(other))
        .map(([state, count]) => `${count} ${state}`)
        .join(', ') || 'none';
    const status = cluster === undefined ? 'deleted' : cluster.status;
    const end = [
      `cluster ${status}; servers ${cloud.serverCount}; workflows running ${workflows.running}`,
      `recoveries: ${recoveries}`,
    ];
    const text = [...this.#lines, '', 'In the end:', ...end, ''].join('\n');
    return cloud.readable(text).replace(/\n{3,}/g, '\n\n');
  }

  async #decisions(): Promise<Line[]> {
    const { db } = this.#world.store;
    const rows = await db
      .selectFrom('recovery_decision')
      .innerJoin('recovery', 'recovery.id', 'recovery_decision.recovery_id')
      .select(['recovery_id', 'node_name', 'seq', 'at', 'decision', 'reason'])
      .orderBy('recovery.opened_at')
      .orderBy('node_name')
      .orderBy('seq')
      .execute();
    const news = rows.filter((row) => row.seq > (this.#recorded.get(row.recovery_id) ?? 0));
    for (const { recovery_id: id, seq } of news) this.#recorded.set(id, seq);
    return together(news.map((row) => ({ ...row, at: row.at - this.#world.clock.epoch })));
  }

  #calls(): Line[] {
    const { cloud, workflows } = this.#world;
    const inCloud = cloud.calls.slice(this.#cloudCalls);
    const ofWorkflows = workflows.calls.slice(this.#workflowCalls);
    this.#cloudCalls = cloud.calls.length;
    this.#workflowCalls = workflows.calls.length;
    return [
      ...inCloud.map(({ at, text }) => ({ at, rank: 1, text: `-> cloud: ${text}` })),
      ...ofWorkflows.map(({ at, text }) => ({ at, rank: 1, text: `-> workflow: ${text}` })),
    ];
  }

  async #changes(): Promise<string[]> {
    const now = new Map((await this.#world.nodes()).map((node) => [node.name, node]));
    const changed: string[] = [];
    for (const name of this.#statuses.keys()) if (!now.has(name)) changed.push(`${name} is gone`);
    for (const { name, status, statusReason } of now.values()) {
      const known = this.#statuses.get(name);
      if (known !== undefined && known !== `${status} ${statusReason}`)
        changed.push(`${name} is ${status}: ${statusReason}`);
    }
    this.#statuses.clear();
    for (const { name, status, statusReason } of now.values())
      this.#statuses.set(name, `${status} ${statusReason}`);
    const cluster = await this.#world.cluster();
    const status = cluster === undefined ? 'gone' : cluster.status;
    if (this.#cluster !== '' && this.#cluster !== status) changed.push(`the cluster is ${status}`);
    this.#cluster = status;
    return changed.map((text) => `          = ${text}`);
  }
}

/** One line where several nodes meet the same at the same time. */
function together(
  rows: readonly { node_name: string; at: number; decision: string; reason: string }[],
): Line[] {
  const lines = new Map<string, { at: number; nodes: string[]; text: string }>();
  for (const { node_name: node, at, decision, reason } of rows) {
    const text = `${decision}: ${reason}`;
    const line = lines.get(`${at} ${text}`) ?? { at, nodes: [], text };
    line.nodes.push(node);
    lines.set(`${at} ${text}`, line);
  }
  return [...lines.values()].map(({ at, nodes, text }) => ({
    at,
    rank: 0,
    text: `${nodes.join(' ')}  ${text}`,
  }));
}

function time(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`.padStart(10);
}
