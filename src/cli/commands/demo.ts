/** `coppice demo` */
import { Argument, Command } from 'commander';
import { CliError, EndedBySignal, endingSignals } from '../cli-error.ts';
import type { GlobalOptions } from '../client/session.ts';
import type { Terminal } from '../rendering/terminal.ts';

interface DemoOptions extends GlobalOptions {
  readonly keep?: boolean;
  readonly end?: string;
}

export function demoCommand(terminal: Terminal): Command {
  return new Command('demo')
    .description(
      'See it work: servers that fail in several ways, and a crash of Coppice itself. Takes half a minute to a minute.',
    )
    .addArgument(
      new Argument(
        '[story]',
        'processes: five small servers on this machine. cloud: ten servers on two hosts of a simulated cloud',
      )
        .choices(['processes', 'cloud'] satisfies StoryName[])
        .default('processes' satisfies StoryName),
    )
    .option('--keep', 'leave all of it running at the end, to try commands on')
    .option('--end <directory>', 'end what --keep left running, and remove what a demo that failed has kept')
    .addHelpText(
      'after',
      '\nExamples:\n  $ coppice demo\n  $ coppice demo cloud\n  $ coppice demo --keep\n  $ coppice demo --json | tail -n 1 | jq .summary',
    )
    .action(async (story: StoryName, _options: object, command: Command) => {
      const options = command.optsWithGlobals<DemoOptions>();
      if (options.end === undefined) await demo(story, options, terminal);
      else await endKept(options.end, terminal);
    });
}

const stories = {
  processes: async () => (await import('../demo/processes/story.ts')).processStory,
  cloud: async () => (await import('../demo/cloud/story.ts')).cloudStory,
} as const;

type StoryName = keyof typeof stories;

async function demo(name: StoryName, options: DemoOptions, terminal: Terminal): Promise<void> {
  const { runDemo } = await import('../demo/run-demo.ts');
  const { jsonNarrator } = await import('../demo/json-narrator.ts');
  const { textNarrator } = await import('../demo/text-narrator.ts');
  const story = await stories[name]();
  const stop = new AbortController();
  let ended: NodeJS.Signals | undefined;
  // They stay taken until the end: a second Ctrl-C (npm passes the first one on, too) must not cut the
  // cleaning up short.
  const end = (signal: NodeJS.Signals): void => {
    ended ??= signal;
    stop.abort();
  };
  for (const signal of endingSignals) process.on(signal, end);
  terminal.onOutputLost(() => end('SIGPIPE'));
  const narrator = options.json === true ? jsonNarrator(terminal) : textNarrator(terminal, story);
  const ok = await runDemo({ story, narrator, keep: options.keep === true, signal: stop.signal });
  if (ended !== undefined) throw new EndedBySignal(ended);
  if (!ok) throw new CliError('the demo did not end as it should; what went wrong stands above');
}

async function endKept(directory: string, terminal: Terminal): Promise<void> {
  const { endWorkspace, isWorkspace } = await import('../demo/workspace.ts');
  if (!(await isWorkspace(directory))) {
    throw new CliError(
      `${directory}: expected the directory of a demo that was left running with --keep, or that failed`,
    );
  }
  await endWorkspace(directory);
  terminal.write(`Ended the demo, and removed ${directory}.\n`);
}
