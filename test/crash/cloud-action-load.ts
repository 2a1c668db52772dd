/**
 * A process that runs workflows in a simulated cloud, and is killed (see `cloud-actions.crash.test.ts`). It
 * starts the execution whose id it is given; a repeated start changes nothing.
 */
import { ServiceClouds } from '../../src/openstack/cloud.ts';
import { findSettings } from '../../src/openstack/find-settings.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { embeddedWorkflows } from '../../src/workflow/runner/embedded-workflows.ts';
import { joined } from '../support/membership.ts';
import { testSession } from '../support/session.ts';

const [databasePath = '', workflowName = '', id = ''] = process.argv.slice(2);
const store = openSqlite(databasePath);
const log = {
  error({ err }: { err: unknown }): void {
    process.stderr.write(`${String(err)}\n`);
    process.exit(1);
  },
};
const clouds = new ServiceClouds(findSettings({ env: process.env }));
const workflows = embeddedWorkflows({ store, membership: await joined(store), log, clouds });
await workflows.runner.start();
await workflows.start({ id, workflowName, input: {}, env: {}, description: '', session: testSession });
setInterval(() => {}, 1000);
