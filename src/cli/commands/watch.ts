/**
 * `coppice watch CLUSTER`: its nodes, what is being done about them, and the latest events, drawn again
 * whenever something happens. Where stdout is no terminal: the events, a line each.
 */
import { Command } from 'commander';
import type { Schemas } from '../../client/api-types.ts';
import { EndedBySignal, endingSignals } from '../cli-error.ts';
import { followEvents } from './follow-events.ts';
import { fullScreen } from '../rendering/full-screen.ts';
import { clusterResource } from './resources.ts';
import { openSession, writeProse } from '../client/session.ts';
import type { CliSession } from '../client/session.ts';
import type { Terminal } from '../rendering/terminal.ts';
import { readWatched } from './watched-cluster.ts';
import { eventWords, renderWatched } from '../rendering/watch-view.ts';

/** A screen without news is read again after this: ages grow, and an event may have been missed. */
const refreshMs = 2000;
/** Many events in a row are drawn once. */
const shortestPauseMs = 200;
const eventsShown = 50;

export function watchCommand(terminal: Terminal): Command {
  return new Command('watch')
    .argument('<cluster>', 'name or id')
    .description('Watch a cluster live: its nodes, the steps of recoveries under way, and what happens.')
    .addHelpText(
      'after',
      '\nExamples:\n  $ coppice watch web\n  $ coppice watch web --json | jq .status_reason',
    )
    .action(async (nameOrId: string, _options: object, command: Command) => {
      const session = openSession(command, terminal);
      const cluster = await clusterResource.show(session.api, nameOrId);
      await watch(session, cluster.id);
    });
}

async function watch(session: CliSession, clusterId: string): Promise<void> {
  const stop = new AbortController();
  let ended: NodeJS.Signals = 'SIGINT';
  const onSignal = (signal: NodeJS.Signals): void => {
    ended = signal;
    stop.abort();
  };
  for (const signal of endingSignals) process.once(signal, onSignal);
  const isScreen = session.terminal.isInteractive && !session.json;
  await (isScreen ? watchOnScreen(session, clusterId, stop) : printEvents(session, clusterId, stop.signal));
  throw new EndedBySignal(ended);
}

async function printEvents(session: CliSession, clusterId: string, signal: AbortSignal): Promise<void> {
  const { api, terminal, json } = session;
  for await (const event of followEvents(api, clusterId, signal)) {
    if (json) terminal.write(`${JSON.stringify(event)}\n`);
    else writeProse(session, [eventWords(event, session.times())]);
  }
}

async function watchOnScreen(session: CliSession, clusterId: string, stop: AbortController): Promise<void> {
  const { signal } = stop;
  const events: Schemas['Event'][] = [];
  const news = newsBell();
  const gathering = gather(session, clusterId, signal, (event) => {
    events.push(event);
    events.splice(0, events.length - eventsShown);
    news.ring();
  });
  // No more events come then: the screen is left, and what failed is said below.
  gathering.catch(() => stop.abort());
  const screen = fullScreen(session.terminal);
  try {
    while (!signal.aborted) {
      const watched = await readWatched(session.api, clusterId, signal).catch((error: unknown) =>
        describeFailure(error),
      );
      if (signal.aborted) break;
      screen.draw(renderWatched(watched, events, session, session.terminal.size()));
      await pause(shortestPauseMs, signal);
      await news.orAfter(refreshMs, signal);
    }
  } finally {
    screen.leave();
    stop.abort();
    await gathering;
  }
}

async function gather(
  { api }: CliSession,
  clusterId: string,
  signal: AbortSignal,
  onEvent: (event: Schemas['Event']) => void,
): Promise<void> {
  for await (const event of followEvents(api, clusterId, signal)) onEvent(event);
}

function describeFailure(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Wakes the waiting caller, now or as soon as it waits. */
function newsBell(): { ring(): void; orAfter(ms: number, signal: AbortSignal): Promise<void> } {
  let rung = false;
  let wake: (() => void) | undefined;
  return {
    ring() {
      rung = true;
      wake?.();
    },
    async orAfter(ms, signal) {
      if (!rung) await Promise.race([pause(ms, signal), new Promise<void>((resolve) => (wake = resolve))]);
      rung = false;
    },
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    if (signal.aborted) done();
    else signal.addEventListener('abort', done);
  });
}
