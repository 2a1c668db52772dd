/**
 * A node that is recovered, where the policies of its cluster register nodes. It is not recovered a second
 * time because a load balancer is away: what could not be done is a note, and is done later.
 */
import { failureInWords, registerOrLater } from '../node/register-or-later.ts';
import {
  deregisterOutside,
  forgetInNode,
  registerMissing,
  registrarsOf,
  turnOf,
  type RegisteringRun,
  type Registrar,
} from '../registrations.ts';
import { attempt } from './attempt-step.ts';
import type { StepRun } from './step-run.ts';

/**
 * A failed node gets no more than this of the time in which it could be recovered, to wait for its turn and
 * again to be removed.
 */
const DEREGISTER_MS = 30_000;

type Recovered = Pick<StepRun, 'context' | 'services' | 'nodeId' | 'name'>;

/** Before it is removed. Where that fails, registering what is made instead of it removes it. */
export async function deregisterFailed(run: Recovered): Promise<void> {
  for (const registrar of await registrarsOf(run.services, run.context.action.clusterId))
    await failureInWords(() => deregister(run, registrar));
}

async function deregister(
  { context, services, nodeId, name }: Recovered,
  registrar: Registrar,
): Promise<void> {
  const turn = turnOf(registrar);
  await context.operation(
    `${name} deregister ${registrar.policy.id}`,
    ({ key, signal }) =>
      attempt(
        async (limited) => {
          await deregisterOutside(services, registrar, nodeId, { key, signal: limited });
          return null;
        },
        DEREGISTER_MS,
        signal,
      ),
    async (tx, { ok }) => {
      if (ok) await forgetInNode(tx, nodeId, registrar.registration);
    },
    turn && { ...turn, withinMs: DEREGISTER_MS },
  );
}

/** What a recovery has done about the node's entry, for its record; null: it is registered. */
type RegistrationNote = Promise<{ readonly note: string } | null>;

export async function registerRecovered(run: Recovered): RegistrationNote {
  return noteOf(await registerOrLater(registering(run)));
}

/**
 * After what changes no address: only where its entry is gone, which the verification would take for a node
 * that cannot be seen.
 */
export async function restoreRecovered(run: Recovered): RegistrationNote {
  return noteOf(await registerOrLater(registering(run), () => registerMissing(registering(run))));
}

function registering({ context, services, nodeId, name }: Recovered): RegisteringRun {
  return { context, services, nodeId, clusterId: context.action.clusterId, name: `${name} register` };
}

function noteOf(why: string | null): { readonly note: string } | null {
  return why === null ? null : { note: `${why}; it is tried again` };
}
