/**
 * A node that is recovered, where the policies of its cluster register nodes. It is not recovered a second
 * time because a load balancer is away: what could not be done is a note, and is done later.
 */
import { failureInWords, registerOrLater } from '../node/register-or-later.ts';
import { deregisterOutside, forgetInNode, registrarsOf, turnOf, type Registrar } from '../registrations.ts';
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

/** @returns a note for the record where it is not registered yet; null: it is. */
export async function registerRecovered(run: Recovered): Promise<{ readonly note: string } | null> {
  const { context, services, nodeId, name } = run;
  const { clusterId } = context.action;
  const why = await registerOrLater({ context, services, nodeId, clusterId, name: `${name} register` });
  return why === null ? null : { note: `${why}; it is tried again` };
}
