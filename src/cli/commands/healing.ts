/**
 * `coppice cluster health | pause | resume` and `coppice node health | exclude | include | release`: the
 * health, and the operator's commands about it.
 */
import type { Command } from 'commander';
import { ApiError, type ApiClient } from '../../client/api-client.ts';
import type { Schemas } from '../../client/api-types.ts';
import { renderClusterHealth, renderNodeHealth } from '../rendering/health-view.ts';
import { given, timeOption, timeSpan } from '../option-values.ts';
import { usageError } from '../cli-error.ts';
import { CollectedFailures } from '../client/failures.ts';
import { exampleText } from './resource.ts';
import { findAll } from './deletion.ts';
import { nodeResource } from './resources.ts';
import { openSession, writeErrorProse, writeJson, type CliSession } from '../client/session.ts';
import type { Terminal } from '../rendering/terminal.ts';

export function addClusterHealing(clusters: Command, terminal: Terminal): void {
  clusters
    .command('health <cluster>')
    .description('How each node is since when, what is done about it, and what happens next and when.')
    .option('--all', 'all healthy nodes, too, not only the first 100')
    .addHelpText('after', exampleText('cluster health web'))
    .action(
      onCluster<{ readonly all?: boolean }>(terminal, ({ api }, cluster, { all }) =>
        healthOfCluster(api, cluster, all === true ? largestNumber : undefined),
      ),
    );
  pauseRequest(
    clusters
      .command('pause <cluster>')
      .description('Pause healing: what fails is held. A recovery that has begun is completed.'),
    'coppice cluster pause web --for 2h --reason "new switch"',
  ).action(
    onCluster(terminal, async (session, cluster, options) => {
      const { api } = session;
      const pause = pauseBody(options);
      const { maintenance: before } = await healthOfCluster(api, cluster);
      const health = await inOptions(
        api.read('POST /v1/clusters/{cluster}/health/pause', 'health', {
          path: { cluster },
          body: { pause },
        }),
      );
      // What an action pauses is not replaced.
      if (before?.action === null) sayReplaced(session, 'pause', before);
      return health;
    }),
  );
  clusters
    .command('resume <cluster>')
    .description('Resume healing.')
    .addHelpText('after', exampleText('cluster resume web'))
    .action(
      onCluster(terminal, ({ api }, cluster) =>
        api.read('POST /v1/clusters/{cluster}/health/resume', 'health', { path: { cluster } }),
      ),
    );
  clusters
    .command('breaker')
    .description('The breaker: it stops all recoveries of a cluster after too many that did not help.')
    .addHelpText('after', exampleText('cluster breaker reset web'))
    .command('reset <cluster>')
    .description('Close the breaker: recoveries start again, and those that did not help are forgotten.')
    .addHelpText('after', exampleText('cluster breaker reset web'))
    .action(
      onCluster(terminal, ({ api }, cluster) =>
        api.read('POST /v1/clusters/{cluster}/health/breaker/reset', 'health', { path: { cluster } }),
      ),
    );
  clusters
    .command('zone-outage')
    .description('The outage of a zone: it holds the recoveries of its nodes (safety.zone_outage).')
    .addHelpText('after', exampleText('cluster zone-outage release web'))
    .command('release <cluster>')
    .description('The zone is in order again: recover its nodes, although they are still failed.')
    .addHelpText('after', exampleText('cluster zone-outage release web'))
    .action(
      onCluster(terminal, ({ api }, cluster) =>
        api.read('POST /v1/clusters/{cluster}/health/zone-outage/release', 'health', { path: { cluster } }),
      ),
    );
}

export function addNodeHealing(nodes: Command, terminal: Terminal): void {
  nodes
    .command('health <node>')
    .description('How the node is since when, and what happens next and when.')
    .addHelpText('after', exampleText('node health web-3'))
    .action(async (node: string, _options: object, command: Command) => {
      const session = openSession(command, terminal);
      const health = await healthOfNode(session.api, node);
      if (session.json) writeJson(terminal, health);
      else terminal.write(renderNodeHealth(health, { ...session, times: session.times() }));
    });
  pauseRequest(
    nodes
      .command('exclude <node...>')
      .description('Take nodes out of healing; the others are healed as before.'),
    'coppice node exclude web-3 --for 30m --reason "under test"',
  ).action(
    onNodes(terminal, async (session, node, options) => {
      const { api } = session;
      const exclude = pauseBody(options);
      const { excluded: before } = await healthOfNode(api, node);
      const health = await inOptions(
        api.read('POST /v1/nodes/{node}/health/exclude', 'health', { path: { node }, body: { exclude } }),
      );
      sayReplaced(session, 'exclusion', before);
      return health;
    }),
  );
  nodes
    .command('include <node...>')
    .description('Take nodes into healing again.')
    .addHelpText('after', exampleText('node include web-3'))
    .action(
      onNodes(terminal, ({ api }, node) =>
        api.read('POST /v1/nodes/{node}/health/include', 'health', { path: { node } }),
      ),
    );
  nodes
    .command('release <node...>')
    .description('Release nodes from quarantine: they are recovered again, with all their tries.')
    .addHelpText('after', exampleText('node release web-3', 'node release web-3 web-4'))
    .action(
      onNodes(terminal, ({ api }, node) =>
        api.read('POST /v1/nodes/{node}/health/release', 'health', { path: { node } }),
      ),
    );
}

function healthOfCluster(
  api: ApiClient,
  cluster: string,
  healthy?: number,
): Promise<Schemas['ClusterHealth']> {
  return api.read('GET /v1/clusters/{cluster}/health', 'health', {
    path: { cluster },
    query: given({ healthy }),
  });
}

function healthOfNode(api: ApiClient, node: string): Promise<Schemas['NodeHealth']> {
  return api.read('GET /v1/nodes/{node}/health', 'health', { path: { node } });
}

function pauseRequest(command: Command, example: string): Command {
  return command
    .option('--for <time>', 'for so long: 90s, 30m, 2h, 1d', timeSpan)
    .option('--until <time>', 'until this time: 2026-11-22T18:00:00Z, "2026-11-22 18:00"', timeOption)
    .option('--reason <text>', 'shown wherever something is held')
    .addHelpText(
      'after',
      `\nWithout --for and --until it lasts until an operator ends it. A time without a zone is one of this machine.\n\nExample:\n  $ ${example}`,
    );
}

interface PauseOptions {
  readonly for?: number;
  readonly until?: string;
  readonly reason?: string;
}

function pauseBody({ for: seconds, until, reason }: PauseOptions) {
  if (seconds !== undefined && until !== undefined)
    throw usageError('give one of --for and --until, not both');
  return given({ seconds, until, reason });
}

const optionOf: Readonly<Record<string, string>> = { seconds: '--for', until: '--until' };

/** The API names its fields; the user typed options. */
async function inOptions<T>(sent: Promise<T>): Promise<T> {
  try {
    return await sent;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const named = (text: string): string =>
      text.replace(
        /^(?:pause\.|exclude\.)?(seconds|until)\b/,
        (_, field: string) => optionOf[field] ?? field,
      );
    const issues = error.issues.map((issue) => ({ ...issue, field: named(issue.field) }));
    throw new ApiError(error.status, error.type, named(error.message), issues);
  }
}

type Pause = NonNullable<Schemas['NodeHealth']['excluded']>;

/** To stderr: what is gone without a word would be missed. */
function sayReplaced(session: CliSession, what: string, before: Pause | null): void {
  if (before === null) return;
  const end = before.until === null ? 'until an operator ends it' : `until ${before.until}`;
  writeErrorProse(session, [`This replaces the ${what} ${end} (${before.reason}).`]);
}

/** The largest that the API takes: no limit. */
const largestNumber = 2_147_483_647;

type Handler<Options> = (nameOrId: string, options: Options, command: Command) => Promise<void>;

/** Every request about the healing of a cluster is answered with its health as it is then. */
function onCluster<Options = PauseOptions>(
  terminal: Terminal,
  request: (session: CliSession, cluster: string, options: Options) => Promise<Schemas['ClusterHealth']>,
): Handler<Options> {
  return async (nameOrId, options, command) => {
    const session = openSession(command, terminal);
    const health = await request(session, nameOrId, options);
    if (session.json) writeJson(terminal, health);
    else terminal.write(renderClusterHealth(health, { ...session, times: session.times() }));
  };
}

/** As for a cluster, for each of the nodes; with --json a list, also of one. */
function onNodes(
  terminal: Terminal,
  request: (session: CliSession, node: string, options: PauseOptions) => Promise<Schemas['NodeHealth']>,
): (names: readonly string[], options: PauseOptions, command: Command) => Promise<void> {
  return async (names, options, command) => {
    const session = openSession(command, terminal);
    const failures = new CollectedFailures();
    const answered: Schemas['NodeHealth'][] = [];
    for (const [index, { id, label }] of (await findAll(session.api, nodeResource, names)).entries())
      await failures.collect(label, async () => {
        const health = await request(session, id, options);
        answered.push(health);
        if (session.json) return;
        const shown = renderNodeHealth(health, { ...session, times: session.times() });
        terminal.write(index === 0 ? shown : `\n${shown}`);
      });
    if (session.json && answered.length > 0) writeJson(terminal, answered);
    failures.throwAny();
  };
}
