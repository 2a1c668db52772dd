/** `coppice token`: tokens for a server with `auth: token`. */
import { Command } from 'commander';
import { hashOfToken, newToken } from '../../authentication/static-tokens.ts';
import { knownRoles } from '../../domain/model.ts';
import { usageError } from '../cli-error.ts';
import type { GlobalOptions } from '../client/session.ts';
import { writeJson } from '../client/session.ts';
import { renderProse } from '../rendering/prose.ts';
import type { Terminal } from '../rendering/terminal.ts';

interface TokenOptions extends GlobalOptions {
  readonly user?: string;
  readonly project?: string;
  readonly role?: readonly string[];
}

export function tokenCommand(terminal: Terminal): Command {
  const command = new Command('token')
    .description('Make tokens for a server with auth: token')
    .addHelpText('after', '\nExamples:\n  $ coppice token create alice --project web');
  command
    .command('create')
    .argument('<name>', 'by which you tell it from others')
    .description(
      'Make a token, and print it once with the entry for the configuration of the server, which has its hash only; needs no server',
    )
    .option('--user <user>', 'who uses it (default: the name)')
    .option('--project <project>', 'whose objects it sees (default: default)')
    .option('--role <role...>', `what it may do: ${knownRoles.join(', ')} (default: member)`)
    .addHelpText(
      'after',
      '\nExamples:\n  $ coppice token create alice --project web\n  $ coppice token create prometheus --role admin',
    )
    .action((name: string, _options: object, self: Command) => {
      create(name, self.optsWithGlobals<TokenOptions>(), terminal);
    });
  return command;
}

function create(name: string, options: TokenOptions, terminal: Terminal): void {
  const roles = options.role ?? ['member'];
  for (const role of roles)
    if (!knownRoles.some((known) => known === role))
      throw usageError(`--role: expected one of ${knownRoles.join(', ')}, found ${JSON.stringify(role)}`);
  const token = newToken();
  const { user = name, project = 'default' } = options;
  const entry = { name, sha256: hashOfToken(token), user, project, roles };
  if (options.json === true) return writeJson(terminal, { token, entry });
  const columns = options.wide === true ? Infinity : terminal.size().columns;
  const prose = (sentence: string): string => renderProse([sentence], { columns }).trimEnd();
  // Digits and one e are a number in YAML.
  const hash = `'${entry.sha256}'`;
  const hashKey = '        sha256:';
  const lines = [
    prose(`Token of ${name}, which is shown only now:`),
    `  ${token}`,
    '',
    prose('In the configuration of the server (coppice serve --config FILE):'),
    '  auth:',
    '    use: token',
    '    tokens:',
    `      - name: ${JSON.stringify(name)}`,
    ...(hashKey.length + 1 + hash.length <= columns
      ? [`${hashKey} ${hash}`]
      : [hashKey, `          ${hash}`]),
    `        user: ${JSON.stringify(user)}`,
    `        project: ${JSON.stringify(project)}`,
    `        roles: [${roles.join(', ')}]`,
    '',
    prose('Who uses it sets COPPICE_TOKEN to it, or sends it as X-Auth-Token.'),
  ];
  terminal.write(`${lines.join('\n')}\n`);
}
