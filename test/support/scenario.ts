/**
 * Scenarios of healing that an operator can read: a script of what happens to a cluster, and the transcript
 * of what Coppice decides and does about it. The script's lines are repeated in the transcript, each followed
 * by what came of it.
 *
 *     # words for the reader                        cluster 10
 *     policy  (properties in YAML follow, indented) workflow drain succeeds after 3s
 *     fail 6 nodes SERVER_ERROR, cured by RECREATE  operation reboot of web-1 hangs
 *     wait 60s                                      crash for 5s
 *
 * What a line may say is in `sentences`. An unknown one is a mistake, and is refused.
 */
import { parse as parseYaml } from 'yaml';
import { isJsonObject } from '../../src/domain/json.ts';
import type { Json, JsonObject } from '../../src/domain/json.ts';
import { failureClasses } from '../../src/domain/verdict.ts';
import type { FailureClass } from '../../src/domain/verdict.ts';
import { cancelAction } from '../../src/requests/actions.ts';
import { detaching, updatingAttached } from '../../src/requests/cluster-policies.ts';
import { enqueueOnCluster, recovering, resizing } from '../../src/requests/cluster-actions.ts';
import { clusterHealth } from '../../src/requests/cluster-health.ts';
import { deleteCluster, updateCluster } from '../../src/requests/clusters.ts';
import {
  excludeNode,
  includeNode,
  pauseHealing,
  releaseFromQuarantine,
  releaseZoneOutages,
  resumeHealing,
} from '../../src/requests/healing.ts';
import { deleteNode, recoverNode, updateNode } from '../../src/requests/nodes.ts';
import { deleteRetained, listVisibleRetained } from '../../src/requests/retained.ts';
import { createProfile } from '../../src/requests/profiles.ts';
import { listEvents } from '../../src/store/events.ts';
import { listActions } from '../../src/store/action-listing.ts';
import { cloudSentences } from './cloud-sentences.ts';
import { HealingWorld } from './healing-world.ts';
import type { NodeHome } from './node-home.ts';
import { SimulatedCloud, truthOf } from './simulated-cloud.ts';
import type { Course, OperationName } from './simulated-cloud.ts';
import type { SimulatedWorkflow } from './simulated-workflows.ts';
import { milliseconds as ms } from './scenario-time.ts';
import { Transcript } from './transcript.ts';
import { VirtualOpenStack } from './virtual-openstack.ts';

/** What a test holds to be true at the end of every scenario. */
export interface ScenarioResult {
  readonly transcript: string;
  readonly complaints: readonly string[];
  readonly overlaps: readonly string[];
  readonly locks: number;
}

export async function playScenario(script: string): Promise<ScenarioResult> {
  const world = await openWorld(script);
  try {
    const run = new ScenarioRun(world);
    for (const line of blocksOf(script)) await run.play(line);
    const locks = await world.store.db.selectFrom('resource_lock').selectAll().execute();
    return {
      transcript: await run.transcript.end(),
      complaints: world.complaints,
      overlaps: world.cloud.overlaps,
      locks: locks.length,
    };
  } finally {
    await world.close();
  }
}

/**
 * Nodes live in a cloud of the test's own, or (`servers 3 on compute1`, `servers 3 on az1:compute1`) in the
 * simulated OpenStack.
 */
function openWorld(script: string): Promise<HealingWorld<NodeHome>> {
  const hosts = /^servers \d+ on (.*)$/m.exec(script)?.[1]?.split(' ');
  if (hosts === undefined) return HealingWorld.open();
  return HealingWorld.openWith((clock) => VirtualOpenStack.strict(clock, hosts));
}

interface Block {
  readonly line: string;
  /** The indented lines after it. */
  readonly indented: string;
}

function blocksOf(script: string): Block[] {
  const blocks: { line: string; indented: string }[] = [];
  for (const line of script.trimEnd().split('\n')) {
    const last = blocks.at(-1);
    if (/^\s+\S/.test(line) && last !== undefined) last.indented += `${line}\n`;
    else blocks.push({ line: line.trimEnd(), indented: '' });
  }
  return blocks;
}

export type Sentence = (
  run: ScenarioRun,
  words: Record<string, string>,
  indented: string,
) => Promise<void> | void;

export class ScenarioRun {
  readonly world: HealingWorld<NodeHome>;
  readonly transcript: Transcript;
  readonly courses = new Map<string, Course>();
  readonly hidden = new Set<string>();

  constructor(world: HealingWorld<NodeHome>) {
    this.world = world;
    this.transcript = new Transcript(world);
    const { cloud } = world;
    if (!(cloud instanceof SimulatedCloud)) return;
    cloud.see = (node, server) =>
      this.hidden.has(node.name)
        ? { health: 'unknown', reason: 'the cloud does not answer' }
        : truthOf(server);
  }

  /** Where the nodes are not servers of OpenStack. */
  get own(): SimulatedCloud {
    const { cloud } = this.world;
    if (cloud instanceof SimulatedCloud) return cloud;
    throw new Error('this line needs nodes that are no servers: cluster 3');
  }

  get openstack(): VirtualOpenStack {
    const { cloud } = this.world;
    if (cloud instanceof VirtualOpenStack) return cloud;
    throw new Error('this line needs servers: servers 3 on compute1 compute2');
  }

  async play({ line, indented }: Block): Promise<void> {
    this.transcript.say(line, indented);
    if (line === '' || line.startsWith('#')) return;
    for (const [pattern, sentence] of [...sentences, ...cloudSentences]) {
      const words = pattern.exec(line);
      if (words === null) continue;
      await sentence(this, words.groups ?? {}, indented);
      await this.world.clock.settle();
      await this.transcript.record();
      return;
    }
    throw new Error(`this line says nothing that a scenario understands: ${line}`);
  }

  async nodesNamed(words: string): Promise<{ id: string; name: string }[]> {
    const nodes = await this.world.nodes();
    if (words === 'all nodes') return nodes;
    const count = /^(\d+) nodes$/.exec(words)?.[1];
    if (count !== undefined) return nodes.slice(0, Number(count));
    return await Promise.all(words.split(/,? /).map((name) => this.world.node(name)));
  }
}

/** Seconds, so that a reader sees an operation begin and end. */
const usualCourse: Course = { takesMs: 2000, ends: 'works' };

export const nodes = '(?<nodes>all nodes|\\d+ nodes|web-\\d+(?:,? web-\\d+)*)';

const sentences: readonly (readonly [RegExp, Sentence])[] = [
  [
    /^cluster (?<size>\d+)$/,
    async (run, { size }) => {
      await run.world.createCluster(Number(size), null);
      await run.transcript.begin();
      run.own.course = (name, node) => run.courses.get(`${name} ${node.name}`) ?? usualCourse;
    },
  ],
  [
    /^zones (?<zones>[\w ]+)$/,
    (run, { zones = '' }) => {
      run.own.zones = zones.split(' ');
    },
  ],
  [
    new RegExp(`^label ${nodes} (?<label>\\w+)=(?<value>\\w+)$`),
    async (run, { nodes: named = '', label = '', value = '' }) => {
      const { tools, caller } = run.world;
      const change = { metadata: { [label]: value } };
      for (const { name } of await run.nodesNamed(named))
        await ask(run.world, () => updateNode(tools, caller, name, change));
    },
  ],
  [
    /^release the zone$/,
    ({ world }) => ask(world, () => releaseZoneOutages(world.tools, world.caller, 'web')),
  ],
  [/^policy$/, ({ world }, _words, indented) => world.attach(policyOf(indented))],
  [
    /^workflow (?<name>\w+) (?<ends>succeeds|fails|hangs|is cancelled)(?: after (?<after>[\d.]+\w+))?(?: with (?<output>\{.*\}))?(?:, takes (?<input>\w+))?$/,
    ({ world }, { name = '', ends = '', after, output, input }) => {
      const state = workflowEnds[ends] ?? 'SUCCESS';
      const inputs = input === undefined ? [] : [{ name: input, required: true }];
      const made = output === undefined ? {} : { output: parseYaml(output) as JsonObject };
      world.workflows.known.set(name, {
        ends: state,
        takesMs: after === undefined ? 1000 : ms(after),
        inputs,
        ...made,
      });
    },
  ],
  [
    new RegExp(`^fail ${nodes} (?<failure>[A-Z_]+)(?:, cured by (?<by>nothing|[A-Z ]+(?: or [A-Z]+)*))?$`),
    async (run, { nodes: named = '', failure = '', by }) => {
      const curedBy = by === undefined ? null : by === 'nothing' ? [] : by.split(' or ');
      for (const { id } of await run.nodesNamed(named)) run.own.break(id, failureClass(failure), curedBy);
    },
  ],
  [
    new RegExp(`^from now on ${nodes} fails? (?<failure>[A-Z_]+) (?<after>\\S+) after each operation$`),
    async (run, { nodes: named = '', failure = '', after = '' }) => {
      const relapse = { afterMs: ms(after), failure: failureClass(failure) };
      for (const { id } of await run.nodesNamed(named)) run.own.relapses.set(id, relapse);
    },
  ],
  [
    new RegExp(`^nothing fails again on ${nodes}$`),
    async (run, { nodes: named = '' }) => {
      for (const { id } of await run.nodesNamed(named)) run.own.relapses.delete(id);
    },
  ],
  [
    new RegExp(`^heal ${nodes}$`),
    async (run, { nodes: named = '' }) => {
      for (const { id } of await run.nodesNamed(named)) run.own.heal(id);
    },
  ],
  [
    new RegExp(`^(?<what>hide|show) ${nodes}$`),
    async (run, { what, nodes: named = '' }) => {
      for (const { name } of await run.nodesNamed(named)) {
        if (what === 'hide') run.hidden.add(name);
        else run.hidden.delete(name);
      }
    },
  ],
  [
    new RegExp(`^an event arrives of ${nodes}$`),
    async (run, { nodes: named = '' }) => {
      for (const { id } of await run.nodesNamed(named)) run.own.sendEvent(id);
    },
  ],
  [
    new RegExp(`^an operator deletes the server of ${nodes}$`),
    async (run, { nodes: named = '' }) => {
      for (const { id } of await run.nodesNamed(named)) run.world.cloud.lose(id);
    },
  ],
  [
    new RegExp(
      `^operation (?<name>create|remove|reboot|rebuild|stop|remove kept) of ${nodes} (?<ends>works|fails|is refused|is not answered|hangs)(?: after (?<after>\\S+))?$`,
    ),
    async (run, { name = '', nodes: named = '', ends = '', after }) => {
      const takesMs = after === undefined ? usualCourse.takesMs : ms(after);
      // A node that is still to be created may be named.
      const names = named.startsWith('web-')
        ? named.split(/,? /)
        : (await run.nodesNamed(named)).map((node) => node.name);
      for (const node of names)
        run.courses.set(`${name as OperationName} ${node}`, {
          takesMs,
          ends: courseEnds[ends] ?? 'works',
        });
    },
  ],
  [/^wait (?<time>\S+)$/, ({ world }, { time = '' }) => world.clock.advance(ms(time))],
  [/^clock (?<time>[+-]\S+)$/, ({ world }, { time = '' }) => world.clock.setWall(ms(time))],
  [
    /^crash(?: for (?<time>\S+))?$/,
    async ({ world }, { time }) => {
      world.life.kill();
      await world.clock.advance(time === undefined ? 0 : ms(time));
      await world.restart();
    },
  ],
  [
    /^detach the policy$/,
    ({ world }) => ask(world, () => enqueueOnCluster(world.tools, world.caller, 'web', detaching('health'))),
  ],
  [
    /^(?<what>enable|disable) the policy$/,
    ({ world }, { what }) => {
      const change = { policy: 'health', enabled: what === 'enable' };
      return ask(world, () => enqueueOnCluster(world.tools, world.caller, 'web', updatingAttached(change)));
    },
  ],
  [/^delete the cluster$/, ({ world }) => ask(world, () => deleteCluster(world.tools, world.caller, 'web'))],
  [
    /^delete (?<node>web-\d+)$/,
    ({ world }, { node = '' }) => ask(world, () => deleteNode(world.tools, world.caller, node)),
  ],
  [
    /^pause for (?<time>\S+): (?<reason>.*)$/,
    ({ world }, { time = '', reason = '' }) => {
      const rest = { seconds: ms(time) / 1000, reason };
      return ask(world, () => pauseHealing(world.tools, world.caller, 'web', rest));
    },
  ],
  [/^resume$/, ({ world }) => ask(world, () => resumeHealing(world.tools, world.caller, 'web'))],
  [
    /^exclude (?<node>web-\d+): (?<reason>.*)$/,
    ({ world }, { node = '', reason = '' }) =>
      ask(world, () => excludeNode(world.tools, world.caller, node, { reason })),
  ],
  [
    /^include (?<node>web-\d+)$/,
    ({ world }, { node = '' }) => ask(world, () => includeNode(world.tools, world.caller, node)),
  ],
  [
    /^release (?<node>web-\d+)$/,
    ({ world }, { node = '' }) => ask(world, () => releaseFromQuarantine(world.tools, world.caller, node)),
  ],
  [
    /^cancel the recovery of (?<node>web-\d+)$/,
    async ({ world }, { node = '' }) => {
      const open = (await world.recoveries()).find((each) => each.nodeName === node && each.state === 'OPEN');
      await ask(world, () => cancelAction(world.tools, world.caller, open?.actionId ?? '', 'CANCELLED'));
    },
  ],
  [
    /^show what is kept$/,
    async ({ world, transcript }) => {
      const all = await world.request(() => listVisibleRetained(world.tools, world.caller, {}));
      for (const { retained, location } of all) {
        const left = Math.round((retained.until - Date.now()) / 1000);
        transcript.note(`kept of ${retained.nodeName}: ${location}, for ${left} s more`);
      }
      if (all.length === 0) transcript.note('nothing is kept');
    },
  ],
  [
    /^remove what is kept of (?<node>web-\d+)$/,
    async ({ world }, { node = '' }) => {
      for (const { retained } of await world.request(() =>
        listVisibleRetained(world.tools, world.caller, { node }),
      ))
        await ask(world, () => deleteRetained(world.tools, world.caller, retained.id));
    },
  ],
  [
    /^resize by (?<by>[+-]?\d+)$/,
    ({ world }, { by }) => {
      const change = { adjustmentType: 'CHANGE_IN_CAPACITY', number: Number(by) } as const;
      return ask(world, () => enqueueOnCluster(world.tools, world.caller, 'web', resizing(change)));
    },
  ],
  [
    /^update the cluster to a new profile$/,
    async ({ world }) => {
      const { tools, caller } = world;
      const profile = {
        name: 'new',
        spec: { ...world.cloud.profileSpec, properties: { new: true } },
        metadata: {},
      };
      await world.request(() => createProfile(tools, caller, profile));
      await world.request(() => updateCluster(tools, caller, 'web', { profile: 'new' }));
    },
  ],
  [
    /^show how the nodes stand$/,
    async ({ world, transcript }) => {
      const { nodes: known } = await world.request(() => clusterHealth(world.tools, world.caller, 'web'));
      for (const { node, standing, knowledge } of known) {
        const { state, failure, reason } = knowledge;
        transcript.note(
          `${node.name} is ${standing}: ${state}, ${failure?.class ?? 'no failure'}: ${reason}`,
        );
      }
    },
  ],
  [
    /^show what an operator is told$/,
    async ({ world, transcript }) => {
      const { explanation } = await world.request(() => clusterHealth(world.tools, world.caller, 'web'));
      for (const problem of explanation.problems) transcript.note(`wrong: ${problem}`);
      for (const doing of explanation.doing) transcript.note(`under way: ${doing}`);
      for (const { reason } of explanation.waiting) transcript.note(`waits: ${reason}`);
      for (const { reason, command, steps } of explanation.operator) {
        transcript.note(`to do: ${steps === undefined ? `${command} (${reason})` : reason}`);
        for (const [index, step] of (steps ?? []).entries())
          transcript.note(`${index + 1}. ${step.command} (${step.text})`);
      }
      if (explanation.problems.length === 0) transcript.note('nothing is wrong');
    },
  ],
  [
    /^show the zones of the nodes$/,
    async ({ world, transcript }) => {
      for (const { name, data } of await world.nodes())
        transcript.note(`${name} is in ${JSON.stringify(data['zone'])}`);
    },
  ],
  [
    /^show the events of the cluster$/,
    async ({ world, transcript }) => {
      const all = await listEvents(world.store.db, { limit: 1000 });
      for (const { otype, action, status, statusReason } of all)
        if (otype === 'CLUSTER' && action.startsWith('ZONE'))
          transcript.note(`${action} ${status}: ${statusReason}`);
    },
  ],
  [
    /^show the last action on the cluster$/,
    async ({ world, transcript }) => {
      const actions = await listActions(world.store.db);
      const last = actions.filter(({ target }) => target === world.clusterId).at(-1);
      transcript.note(`${last?.action} is ${last?.status}: ${last?.statusReason}`);
    },
  ],
  [
    /^recover (?<what>web-\d+|the cluster)(?: by (?<operation>[A-Z]+))?(?<check> with a check)?$/,
    ({ world }, { what = '', operation, check }) => {
      const asked = {
        ...(operation === undefined ? {} : { operation }),
        ...(check === undefined ? {} : { check: true }),
      };
      const { tools, caller } = world;
      return ask(world, () =>
        what === 'the cluster'
          ? enqueueOnCluster(tools, caller, 'web', recovering(asked))
          : recoverNode(tools, caller, what, asked),
      );
    },
  ],
];

async function ask(world: HealingWorld<NodeHome>, request: () => Promise<unknown>): Promise<void> {
  await world.request(request);
}

const workflowEnds: Readonly<Record<string, SimulatedWorkflow['ends']>> = {
  succeeds: 'SUCCESS',
  fails: 'ERROR',
  'is cancelled': 'CANCELLED',
  hangs: 'hangs',
};

const courseEnds: Readonly<Record<string, Course['ends']>> = {
  works: 'works',
  fails: 'fails',
  'is refused': 'refused',
  'is not answered': 'unanswered',
  hangs: 'hangs',
};

/** Polls the status every 10 s without grace, unless the scenario says otherwise. */
function policyOf(text: string): JsonObject {
  const given = parseYaml(text) as Json;
  if (!isJsonObject(given)) throw new Error('a policy has properties');
  const detection = {
    interval: 10,
    node_update_timeout: 0,
    detection_modes: [{ type: 'NODE_STATUS_POLLING' }],
    ...(isJsonObject(given['detection']) ? given['detection'] : {}),
  };
  return { ...given, detection };
}

function failureClass(word: string): FailureClass {
  const found = failureClasses.find((each) => each === word);
  if (found === undefined) throw new Error(`${word} is no class of failure`);
  return found;
}
