/** `coppice cluster health | pause | resume` and `coppice node health | exclude | include | release`: how it is, and what a person says about it. */
import type { Command } from 'commander';
import { isJsonObject } from '../../domain/json.ts';
import type { JsonObject } from '../../domain/json.ts';
import { CliError } from '../cli-error.ts';
import { renderClusterHealth, renderNodeHealth } from '../rendering/health-view.ts';
import { given, timeSpan } from '../option-values.ts';
import { exampleText, pathOf } from './resource.ts';
import type { Resource } from './resource.ts';
import { clusterResource, nodeResource } from './resources.ts';
import { openSession, writeJson } from '../client/session.ts';
import type { Terminal } from '../rendering/terminal.ts';

export function addClusterHealing(cluster: Command, terminal: Terminal): void {
  cluster
    .command('health <cluster>')
    .description('How each node is since when, what is done about it, and what happens next and when.')
    .addHelpText('after', exampleText('cluster health web'))
    .action(asking(terminal, clusterResource, { method: 'GET', path: '' }));
  pauseRequest(
    cluster
      .command('pause <cluster>')
      .description('Let healing rest: what fails is held. A recovery that has begun is brought to its end.'),
    'coppice cluster pause web --for 2h --reason "new switch"',
  ).action(asking(terminal, clusterResource, { method: 'POST', path: '/pause', key: 'pause' }));
  cluster
    .command('resume <cluster>')
    .description('Let healing go on.')
    .addHelpText('after', exampleText('cluster resume web'))
    .action(asking(terminal, clusterResource, { method: 'POST', path: '/resume' }));
}

export function addNodeHealing(node: Command, terminal: Terminal): void {
  node
    .command('health <node>')
    .description('How the node is since when, and what happens next and when.')
    .addHelpText('after', exampleText('node health web-3'))
    .action(asking(terminal, nodeResource, { method: 'GET', path: '' }));
  pauseRequest(
    node
      .command('exclude <node>')
      .description('Take the node out of healing; the others are healed as before.'),
    'coppice node exclude web-3 --for 30m --reason "under test"',
  ).action(asking(terminal, nodeResource, { method: 'POST', path: '/exclude', key: 'exclude' }));
  node
    .command('include <node>')
    .description('Take the node into healing again.')
    .addHelpText('after', exampleText('node include web-3'))
    .action(asking(terminal, nodeResource, { method: 'POST', path: '/include' }));
  node
    .command('release <node>')
    .description('Release the node from quarantine: it is recovered again, with all its tries.')
    .addHelpText('after', exampleText('node release web-3'))
    .action(asking(terminal, nodeResource, { method: 'POST', path: '/release' }));
}

function pauseRequest(command: Command, example: string): Command {
  return command
    .option('--for <time>', 'for so long: 90s, 30m, 2h, 1d', timeSpan)
    .option('--until <time>', 'until this time: 2026-11-22T18:00:00Z')
    .option('--reason <text>', 'shown wherever something is held')
    .addHelpText(
      'after',
      `\nWithout --for and --until it lasts until somebody ends it.\n\nExample:\n  $ ${example}`,
    );
}

interface PauseOptions {
  readonly for?: number;
  readonly until?: string;
  readonly reason?: string;
}

interface Asked {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Of the body. */
  readonly key?: string;
}

/** Every one of these requests is answered with the health as it is then. */
function asking(
  terminal: Terminal,
  resource: Resource,
  { method, path, key }: Asked,
): (nameOrId: string, options: PauseOptions, command: Command) => Promise<void> {
  return async (nameOrId, options, command) => {
    const session = openSession(command, terminal);
    const { for: seconds, until, reason } = options;
    const body = key === undefined ? {} : { body: { [key]: given({ seconds, until, reason }) } };
    const answer = await session.api.send(method, `${pathOf(resource, nameOrId)}/health${path}`, body);
    const health = healthIn(answer.body, session.api.url);
    const { json, style } = session;
    if (json) writeJson(terminal, health);
    else if (resource === clusterResource) terminal.write(renderClusterHealth(health, style, terminal.now()));
    else terminal.write(renderNodeHealth(health, style, terminal.now()));
  };
}

function healthIn(body: unknown, url: string): JsonObject {
  const health = isJsonObject(body) ? body['health'] : undefined;
  if (!isJsonObject(health)) throw new CliError(`${url} answered without a health`);
  return health;
}
