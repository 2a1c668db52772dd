/** `coppice node adopt`: an existing server or stack becomes a node. */
import type { Command } from 'commander';
import { given, keyValue, parseJsonOrText } from '../option-values.ts';
import { warnOfNamesakes } from '../client/namesakes.ts';
import { openSession, writeJson } from '../client/session.ts';
import type { Terminal } from '../rendering/terminal.ts';
import { yamlText } from '../rendering/yaml-text.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { exampleText, printObject } from './resource.ts';
import { nodeResource } from './resources.ts';

interface AdoptOptions {
  readonly type: string;
  readonly name?: string;
  readonly role?: string;
  readonly metadata?: Record<string, string>;
  readonly override?: Record<string, Json>;
  readonly preview?: boolean;
}

export function addAdopt(node: Command, terminal: Terminal): void {
  node
    .command('adopt <id>')
    .description(
      'Make a node of a server or stack that Coppice did not create. Its profile is made from what it is. ' +
        'From then on it is like any other node: deleting the node deletes the server or stack.',
    )
    .option('-t, --type <type>', 'profile type: os.nova.server-1.0, os.heat.stack-1.0', 'os.nova.server-1.0')
    .option('--name <name>', 'name of the node; absent: one is made up')
    .option('--role <role>', 'a word for what it does in the cluster')
    .option('--metadata <key=value>', 'kept with the node; may be given again', keyValue)
    .option(
      '--override <key=value>',
      'a property of the profile that is not taken from what exists: a text, or JSON; may be given again',
      overrideValue,
    )
    .option('--preview', 'show the profile that it would get, and change nothing')
    .addHelpText(
      'after',
      exampleText(
        'node adopt 65e27958-d6dc-4b0e-87bf-78e8f5536cbc --preview > web.yaml',
        'node adopt 65e27958-d6dc-4b0e-87bf-78e8f5536cbc --name web-1',
        'node adopt my-stack --type os.heat.stack-1.0 --override timeout=20',
      ),
    )
    .action(async (identity: string, options: AdoptOptions, command: Command) => {
      const { type, name, role, metadata, override, preview } = options;
      const session = openSession(command, terminal);
      const what = { identity, type, ...given({ overrides: override }) };
      if (preview === true) {
        const { body } = await session.api.send('POST /v1/nodes/adopt-preview', { body: what });
        const spec = body.node_preview as JsonObject;
        if (session.json) writeJson(terminal, spec);
        else terminal.write(`${yamlText(spec, session.columns)}\n`);
        return;
      }
      const whole = { ...what, ...given({ name, role, metadata }) };
      const { body } = await session.api.send('POST /v1/nodes/adopt', { body: whole });
      await warnOfNamesakes(session, nodeResource, name, body.node.id);
      await printObject(session, nodeResource, body.node);
    });
}

/** Gathers `--override key=value`. */
function overrideValue(text: string, before: Readonly<Record<string, Json>> = {}): Record<string, Json> {
  const pairs = Object.entries(keyValue(text));
  return { ...before, ...Object.fromEntries(pairs.map(([key, value]) => [key, parseJsonOrText(value)])) };
}
