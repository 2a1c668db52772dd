/** `coppice policy simulate`: what would be done if these nodes failed now, decision by decision. */
import { existsSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { isJsonObject } from '../../domain/json.ts';
import type { RequestOf } from '../../client/api-client.ts';
import { CliError } from '../cli-error.ts';
import { exampleText } from './resource.ts';
import { given } from '../option-values.ts';
import { openSession, writeJson } from '../client/session.ts';
import { readSpecFile } from '../files/spec-file.ts';
import { renderSimulation } from '../rendering/simulation-view.ts';
import type { Terminal } from '../rendering/terminal.ts';

interface SimulateOptions {
  readonly cluster: string;
  readonly fail?: readonly FailureOption[];
  readonly failZone?: readonly ZoneOption[];
  readonly failing?: readonly string[];
  readonly nothingHelps?: boolean;
}

interface FailureOption {
  readonly node: string;
  readonly class: string;
}

interface ZoneOption {
  readonly name: string;
  readonly class?: string;
}

export function addSimulate(policy: Command, terminal: Terminal): void {
  policy
    .command('simulate [policy]')
    .description(
      'What would be done if these nodes failed now: by a policy (a file, or the name of one), or by the one that is attached. Nothing is touched.',
    )
    .requiredOption('-c, --cluster <cluster>', 'the cluster whose nodes fail')
    .option(
      '--fail <node=CLASS>',
      'a node that fails, and how; may be given again; those that have failed already are included in any case',
      failure,
    )
    .option(
      '--fail-zone <name[=CLASS]>',
      'all nodes of a zone, host or label fail, as safety.zone_outage of the policy names them (default class: HOST_DOWN); may be given again',
      zone,
    )
    .option(
      '--failing <item>',
      'an action that does not work: its id, or actions[0]; may be given again',
      more,
    )
    .option('--nothing-helps', 'every action works, and the node stays unhealthy')
    .addHelpText(
      'after',
      exampleText(
        'policy simulate --cluster web --fail web-1=HOST_DOWN',
        'policy simulate --cluster web --fail-zone az1',
        'policy simulate health.yaml --cluster web \\\n      --fail web-1=PROCESS_EXITED --failing "actions[0]"',
      ),
    )
    .action(async (named: string | undefined, options: SimulateOptions, command: Command) => {
      await simulate(terminal, command, named, options);
    });
}

const operation = 'POST /v1/clusters/{cluster}/simulate';

async function simulate(
  terminal: Terminal,
  command: Command,
  named: string | undefined,
  { cluster, fail, failZone, failing, nothingHelps }: SimulateOptions,
): Promise<void> {
  const session = openSession(command, terminal);
  const request = {
    failures: (fail ?? []).map((each) => ({ ...each })),
    ...(named === undefined ? {} : await policyIn(named)),
    ...given({
      fail_zones: failZone?.map((each) => ({ ...each })),
      failing: failing && [...failing],
      nothing_helps: nothingHelps,
    }),
  };
  const simulation = await session.api.read(operation, 'simulation', {
    path: { cluster },
    body: { simulate: request },
  });
  if (session.json) writeJson(terminal, simulation);
  else terminal.write(renderSimulation(simulation, session));
}

/** What looks like a file is one; so is what there is as a file. */
async function policyIn(
  named: string,
): Promise<Pick<RequestOf<typeof operation>['body']['simulate'], 'policy_id' | 'spec'>> {
  const isFile = named === '-' || /[/\\]|\.(?:ya?ml|json)$/.test(named) || existsSync(named);
  if (!isFile) return { policy_id: named };
  const { spec } = await readSpecFile(named);
  if (!isJsonObject(spec)) throw new CliError(`${named}: expected a map with type, version and properties`);
  return { spec };
}

function failure(text: string, before: readonly FailureOption[] = []): FailureOption[] {
  const at = text.lastIndexOf('=');
  if (at < 1 || at === text.length - 1)
    throw new InvalidArgumentError(
      `Expected node=CLASS, such as web-1=HOST_DOWN, found ${JSON.stringify(text)}.`,
    );
  return [...before, { node: text.slice(0, at), class: text.slice(at + 1) }];
}

function zone(text: string, before: readonly ZoneOption[] = []): ZoneOption[] {
  const [, name = text, given] = /^(.*)=([A-Z][A-Z0-9_]*)$/.exec(text) ?? [];
  return [...before, given === undefined ? { name } : { name, class: given }];
}

function more(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}
