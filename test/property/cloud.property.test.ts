/**
 * Healing of servers on the simulated cloud: the real profile type, its clients, store, engine, healer and
 * planner, in virtual time, while answers are lost, requests hang, hosts die, servers are deleted, and
 * Coppice is killed. The cloud is the witness. `COPPICE_SEED=<seed> npx vitest run test/property/cloud` lives
 * through the same stories again.
 */
import fc from 'fast-check';
import { test } from 'vitest';
import { cases, soakTimeout } from '../support/soak.ts';
import { anyCloudStory } from './cloud-arbitraries.ts';
import { liveStory } from './cloud-story.ts';

test(
  'whatever fails in the cloud, no server is changed twice at once, doubled or left behind',
  async () => {
    const limits = { interruptAfterTimeLimit: soakTimeout(100_000) };
    await fc.assert(fc.asyncProperty(anyCloudStory, liveStory), { ...cases(30), ...limits });
  },
  soakTimeout(180_000),
);
