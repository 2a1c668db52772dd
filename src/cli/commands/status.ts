/** `coppice status`: what is wrong anywhere, and what an operator has to do about it. */
import { Command } from 'commander';
import type { Schemas } from '../../client/api-types.ts';
import { SilentExit } from '../cli-error.ts';
import { openSession, writeJson } from '../client/session.ts';
import { renderStatus } from '../rendering/status-view.ts';
import type { Terminal } from '../rendering/terminal.ts';
import { exampleText } from './resource.ts';

/** Of its own: 1 says that the server was not reached, or refused to answer. */
const NEEDS_OPERATOR = 3;

export function statusCommand(terminal: Terminal): Command {
  return new Command('status')
    .description(
      'Every cluster, the worst first: what is wrong, what you have to do, what is done, what it waits for.',
    )
    .option('--exit-code', `exit with ${NEEDS_OPERATOR} if something needs an operator`)
    .addHelpText(
      'after',
      exampleText('status', 'status --exit-code > report.txt', 'status --json | jq .counts.needs_operator'),
    )
    .action(async ({ exitCode }: { exitCode?: boolean }, command: Command) => {
      const session = openSession(command, terminal);
      const health = await session.api.read('GET /v1/health', 'health');
      if (session.json) writeJson(terminal, health);
      else terminal.write(renderStatus(health, { ...session, times: session.times() }));
      if (exitCode === true && needsOperator(health))
        throw new SilentExit(NEEDS_OPERATOR, 'an operator is needed');
    });
}

/** Of a cluster, the cloud or the server itself. */
function needsOperator({ counts, cloud, server_problem: problem }: Schemas['HealthOverview']): boolean {
  return counts.needs_operator > 0 || (cloud?.needs_operator ?? false) || problem !== null;
}
