/**
 * Coppice put together: the only place that knows every part. What each part does is said in its own folder.
 *
 *     port -> data directory -> store -> membership -> workflows -> engine (actions)
 *         -> healer (health, recovery) -> HTTP
 *
 * It starts in this order and stops in the opposite one; a start that fails stops what it had started and
 * lets go of the data directory. A process that is killed needs no stop: the next start takes over what it
 * left.
 */
import { hostname } from 'node:os';
import { Registry } from 'prom-client';
import { actionEnded, actionStarted } from './clusters/action-events.ts';
import { loadNodesOfType } from './clusters/managed-node.ts';
import { recoveryProbe } from './actions/recovery-probe.ts';
import { closeAbandonedRecovery } from './recovery-record/recovery-record.ts';
import { lifecycleMessages } from './actions/node/lifecycle-hook.ts';
import { actionDefinitions } from './actions/registry.ts';
import { ConfigError } from './config-error.ts';
import type { Config } from './config.ts';
import { Engine } from './engine/engine.ts';
import { Healer } from './healing/healer.ts';
import { UserStops } from './healing/user-stops.ts';
import { AddressGuard } from './outbound/address-guard.ts';
import { HttpClient } from './outbound/http-client.ts';
import type { Authentication } from './authentication/authentication.ts';
import { noAuthentication } from './authentication/loopback-only.ts';
import { openAuthentication } from './authentication/open-authentication.ts';
import { openCloud } from './open-cloud.ts';
import { openKeystone } from './open-keystone.ts';
import { createHttpServer } from './http/http-server.ts';
import { Port } from './http/port.ts';
import { createLog } from './log.ts';
import { Membership } from './membership/membership.ts';
import { actionMetrics } from './metrics/action-metrics.ts';
import { notificationMetrics } from './metrics/notification-metrics.ts';
import { recoveryMetrics } from './metrics/recovery-metrics.ts';
import { roundsMetrics } from './metrics/rounds-metrics.ts';
import { Notifier } from './notify/notifier.ts';
import type { Clouds } from './openstack/cloud.ts';
import type { NotificationConsumer } from './openstack/notifications/consumer.ts';
import { receiveNotifications } from './receive-notifications.ts';
import { OperatorLog } from './operator-log/operator-log.ts';
import { policyTypes } from './policies/registry.ts';
import {
  profileTypes as knownProfileTypes,
  withoutLocalProcesses,
  type ProfileTypes,
} from './profiles/registry.ts';
import { retentionMetrics } from './metrics/retention-metrics.ts';
import { startRetention } from './start-retention.ts';
import type { CloudView, RequestTools, SimulatedCloud } from './requests/request-tools.ts';
import { checkDatabaseIsExpected } from './start-new.ts';
import { UnknownNodes } from './unknown-nodes.ts';
import { checkSchema } from './store/check-schema.ts';
import { heldBesidePort, openDataDirectory } from './store/data-directory.ts';
import { migrate } from './store/migrate.ts';
import { protectStoredSecrets } from './secrets/stored-secrets.ts';
import { openSecretBox } from './store/secret-keys.ts';
import { openSqlite } from './store/sqlite.ts';
import type { Store } from './store/store.ts';
import { embeddedWorkflows, type EmbeddedWorkflows } from './workflow/runner/embedded-workflows.ts';
import { WorkflowServices } from './workflow/workflow-services.ts';
import { openMistral } from './open-mistral.ts';

export interface Coppice {
  /** `http://127.0.0.1:8777`; the empty text where the role `api` is not among this process's. */
  readonly url: string;
  /** Where it was started with one. */
  readonly simulatedCloud: SimulatedCloud | undefined;
  readonly log: Log;
  stop(): Promise<void>;
}

export interface StartOptions {
  /** The operator knows that there is no database, and wants a new one. */
  readonly startNew?: boolean;
}

type Log = ReturnType<typeof createLog>;

/**
 * @throws Error with a sentence for the operator: the directory is held or not writable, the port is taken,
 * ...
 */
export async function startCoppice(config: Config, options: StartOptions = {}): Promise<Coppice> {
  const started: Started = { stops: [] };
  try {
    const log = createLog(config.logLevel);
    const parts = await startParts(config, options, log, started);
    return { ...parts, log, stop: () => stopAll(started) };
  } catch (error) {
    await stopAll(started);
    throw error;
  }
}

interface Started {
  /** How to stop what was started, in the order of the start. */
  readonly stops: (() => void | Promise<void>)[];
}

/** All of them, also where one fails. @throws what the first of those threw. */
async function stopAll({ stops }: Started): Promise<void> {
  const errors: unknown[] = [];
  for (const stop of stops.splice(0).toReversed()) {
    await Promise.resolve()
      .then(stop)
      .catch((error: unknown) => errors.push(error));
  }
  if (errors.length > 0) throw errors[0];
}

async function startParts(
  config: Config,
  { startNew = false }: StartOptions,
  log: Log,
  { stops }: Started,
): Promise<Pick<Coppice, 'url' | 'simulatedCloud'>> {
  if (config.auth.use === 'none') checkListen(noAuthentication(), config);
  // The port is taken before anything is made: a second server that finds it taken has changed nothing.
  const port = config.roles.includes('api') ? new Port() : undefined;
  await port?.listen(config.listen).catch((error: unknown) => {
    const { host, port: number } = config.listen;
    const held = heldBesidePort(config.dataDir, `${host}:${number}`);
    throw held === undefined ? error : new Error(held, { cause: error });
  });
  stops.push(() => port?.close());
  const listen = port === undefined ? 'no address' : new URL(port.url).host;
  const directory = openDataDirectory(config.dataDir, { pid: process.pid, started: new Date(), listen });
  stops.push(() => directory.release());
  const guard = new AddressGuard(config.outbound);
  const cloud = await openCloud(config, guard, log, stops);
  const keystone = openKeystone(config, cloud, guard, stops);
  const clouds = keystone?.clouds ?? cloud?.clouds;
  const profileTypes = knownProfileTypes({
    dataDir: directory.path,
    clouds,
    notifications: cloud?.notifications,
  });
  await checkDatabaseIsExpected(directory, profileTypes, { startNew });
  const store = openSqlite(directory.databasePath, {
    secrets: openSecretBox({ dataDir: directory.path, keyFile: config.secretKeyFile, env: process.env }),
    onWriteFailure: (sentence) =>
      sentence === undefined
        ? log.info('The database takes what is recorded again.')
        : log.error({ data_dir: directory.path }, sentence),
    onListenerError: (error) => log.error({ err: error }, 'what follows a change of the database failed'),
  });
  stops.push(() => store.close());
  await migrate(store, Date.now());
  await checkSchema(store);
  const lostKeys = await protectStoredSecrets({ store, profileTypes, policyTypes, log });
  for (const sentence of lostKeys.sentences()) log.warn(sentence);
  const authentication = openAuthentication(config.auth, keystone, store);
  const unknownNodes = await UnknownNodes.find(store.db, profileTypes);
  await logUnknownNodes(unknownNodes, log);
  const operatorLog = new OperatorLog(store, log);
  stops.push(() => operatorLog.stop());
  await operatorLog.start();

  const registry = new Registry();
  const http = new HttpClient({ guard });
  const membership = new Membership({
    store,
    host: hostname(),
    roles: config.roles,
    failed: (error) => log.error({ err: error }, 'the lease of this process could not be renewed'),
  });
  await membership.join();
  stops.push(() => membership.leave());
  const workflows = embeddedWorkflows({
    store,
    membership,
    log,
    apiUrl: () => port?.url,
    httpPolicy: { http, maxResponseBytes: config.workflowHttpResponseBytes },
    keepDays: config.workflowKeepDays,
    clouds,
    carriesOut: config.roles.includes('engine'),
  });
  const mistral = openMistral(config, clouds, guard, stops);
  const workflowServices = new WorkflowServices({
    embedded: workflows,
    ...(mistral === undefined ? {} : { mistral }),
    standard: config.workflowService,
  });
  const definitions = actionDefinitions({
    store,
    profileTypes,
    clouds,
    workflows: workflowServices,
    probe: recoveryProbe({ http }),
    sendLifecycleMessage: lifecycleMessages(http),
    limits: { maxNodesPerCluster: config.nodesPerCluster },
  });
  const parts: Parts = {
    config,
    log,
    store,
    membership,
    registry,
    http,
    profileTypes,
    workflows,
    workflowServices,
    warnings: [() => unknownNodes.warning(), () => lostKeys.warning()],
    cloud: cloud?.view,
    clouds,
    userStops: new UserStops({ store, profileTypes, now: Date.now }),
    healer: undefined,
    onPurged: retentionMetrics(registry),
  };
  const actionNames = new Set(definitions.map((definition) => definition.action));
  if (port !== undefined) await startHttp(parts, port, actionNames, authentication, stops);
  stops.push(recoveryMetrics(registry, store, () => parts.healer?.countOutdated()));
  if (config.roles.includes('engine')) {
    startRetention(parts, stops);
    await startNotifier(parts, () => config.publicUrl ?? port?.url ?? null, stops);
    stops.push(() => workflows.runner.stop());
    await workflows.runner.start();
    await startEngine(parts, definitions, stops);
  }
  if (config.roles.includes('health')) await startHealer(parts, cloud?.notifications, stops);
  return { url: port?.url ?? '', simulatedCloud: cloud?.view.simulated };
}

async function logUnknownNodes(unknownNodes: UnknownNodes, log: Log): Promise<void> {
  for (const { nodeId, directory, running } of await unknownNodes.running()) {
    for (const { name, end } of running)
      log.warn(
        { node_id: nodeId, directory },
        `A ${name} runs for a node that the database does not have, and nothing watches it. ${end} ends it.`,
      );
  }
  const warning = await unknownNodes.warning();
  if (warning !== undefined) log.warn(warning);
}

function checkListen(authentication: Authentication, { listen }: Config): void {
  try {
    authentication.checkAddress(listen.host);
  } catch (error) {
    throw new ConfigError((error as Error).message, { cause: error });
  }
}

interface Parts {
  readonly config: Config;
  readonly log: Log;
  readonly store: Store;
  readonly membership: Membership;
  readonly registry: Registry;
  readonly http: HttpClient;
  readonly profileTypes: ProfileTypes;
  readonly workflows: EmbeddedWorkflows;
  readonly workflowServices: WorkflowServices;
  /** Of the server, for operators. */
  readonly warnings: readonly (() => Promise<string | undefined>)[];
  readonly cloud: CloudView | undefined;
  readonly clouds: Clouds | undefined;
  /** Of requests and of the healer, where this process has one. */
  readonly userStops: UserStops;
  /** Once it is started. */
  healer: Healer | undefined;
  readonly onPurged: ReturnType<typeof retentionMetrics>;
}

async function startHttp(
  parts: Parts,
  port: Port,
  actionNames: ReadonlySet<string>,
  authentication: Authentication,
  stops: Started['stops'],
): Promise<void> {
  const { config, log, store, registry, http, profileTypes, workflows, cloud, clouds, warnings } = parts;
  const tools: RequestTools = {
    store,
    profileTypes: config.localProcesses ? profileTypes : withoutLocalProcesses(profileTypes),
    policyTypes,
    workflows: parts.workflowServices,
    runner: workflows.runner,
    checkSettings: {
      healthCheckIntervalMin: config.checkIntervalMin,
      objectionTo: (address) => http.guard.objection(address),
    },
    actionNames,
    limits: {
      maxNodesPerCluster: config.nodesPerCluster,
      maxExecutionsPerProject: config.executionsPerProject,
    },
    lastRecord: (nodeId) => parts.healer?.lastRecord(nodeId),
    userStops: parts.userStops,
    outdatedBecause: (nodeId) => parts.healer?.outdatedBecause(nodeId) ?? null,
    serverWarning: () => allWarnings(warnings),
    log: (details, message) => log.info(details, message),
    onPurged: parts.onPurged,
    ...(cloud === undefined ? {} : { cloud }),
    ...(clouds === undefined ? {} : { clouds }),
    now: Date.now,
  };
  const server = await createHttpServer({
    port,
    tools,
    authentication,
    rules: config.auth.rules,
    registry,
    log,
    publicUrl: config.publicUrl,
  });
  stops.push(() => server.close());
}

/** Registered before the parts that publish news start. */
async function startNotifier(
  { config, log, store, membership, registry, http }: Parts,
  publicUrl: () => string | null,
  stops: Started['stops'],
): Promise<void> {
  const targets = config.notificationTargets;
  const names = targets.map(({ name }) => name);
  const counted = notificationMetrics(registry, store, names);
  const notifier = new Notifier({ store, membership, targets, http, publicUrl, log, counted });
  stops.push(() => notifier.stop());
  await notifier.start();
}

async function startEngine(
  { config, log, store, membership, registry, profileTypes }: Parts,
  definitions: ReturnType<typeof actionDefinitions>,
  stops: Started['stops'],
): Promise<void> {
  const observe = actionMetrics(registry, () => engine.running);
  const engine: Engine = new Engine({
    store,
    definitions,
    concurrency: config.concurrency,
    membership,
    observer: {
      started: (tx, action) => actionStarted(tx, action, Date.now()),
      async ended(tx, action, ending) {
        await closeAbandonedRecovery(tx, action, ending.reason, Date.now());
        await actionEnded(tx, action, ending, Date.now());
        observe(action, ending, Date.now());
      },
      failed: (error, action) =>
        log.error({ err: error, action_id: action?.id }, 'the engine met an error of its own'),
    },
  });
  for (const type of profileTypes.all) {
    const upkeep = type.start?.(() => loadNodesOfType(store, type));
    if (upkeep !== undefined) stops.push(() => upkeep.stop());
  }
  stops.push(() => engine.stop());
  await engine.start();
}

async function allWarnings(warnings: Parts['warnings']): Promise<string | undefined> {
  const found = (await Promise.all(warnings.map((warning) => warning()))).filter(
    (each) => each !== undefined,
  );
  return found.length === 0 ? undefined : found.join(' ');
}

async function startHealer(
  parts: Parts,
  notifications: NotificationConsumer | undefined,
  stops: Started['stops'],
): Promise<void> {
  const { config, log, store, membership, registry, http, profileTypes, cloud } = parts;
  const total = config.probesAtOnce;
  const healer = new Healer({
    store,
    membership,
    http,
    profileTypes,
    cloud,
    userStops: parts.userStops,
    onFoundByPolling: (failureClass) => notifications?.foundByPolling(failureClass),
    log,
    metrics: roundsMetrics(registry),
    limits: { total, perCluster: Math.max(1, Math.ceil(total / 2)) },
  });
  stops.push(() => healer.stop());
  parts.healer = healer;
  await healer.start();
  if (notifications === undefined) return;
  stops.push(() => notifications.close());
  await receiveNotifications(notifications, store, registry);
}
