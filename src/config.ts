/**
 * The configuration: one schema, read once at the start, frozen. What the command line says wins over the
 * file, the file over the defaults. A key that is not known stops the start and says what was expected;
 * nothing is silently ignored.
 */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { MOST_NODES } from './domain/capacity.ts';
import type { Issue } from './domain/errors.ts';
import type { ListenAddress } from './http/listen-address.ts';
import { configIssues } from './config-issues.ts';
import { noConfigFile, readConfigFile, type ConfigFile } from './config-file.ts';
import { authSchema, toAuthSettings, tokenIssues, type AuthSettings } from './authentication/settings.ts';
import { simulatorSettingsSchema, type SimulatorSettings } from './cloud-simulator/settings.ts';
import type { OutboundRules } from './outbound/address-guard.ts';
import { networkForm, parseNetwork } from './outbound/ip-network.ts';
import {
  NotificationTargetIssues,
  readNotificationTargets,
  notificationTargetSchema,
  type NotificationTarget,
} from './notify/notification-target.ts';
import {
  notificationsSchema,
  readNotificationSettings,
  type NotificationSettings,
} from './openstack/notifications/settings.ts';
import { workflowServiceNames, type WorkflowServiceName } from './domain/workflow-service-name.ts';

export const roles = ['api', 'engine', 'health'] as const;
export type ProcessRole = (typeof roles)[number];

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;

const network = z.string().refine((text) => parseNetwork(text) !== null, networkForm);

/** Every key, with its default: docs/howto/configure.md. */
export const configSchema = z.strictObject({
  /** Where the embedded database, the lock and what local nodes write live. */
  data_dir: z.string().min(1).default(defaultDataDirectory),
  /** `host:port` of the API; port 0 takes a free one. */
  listen: z
    .string()
    .regex(/^.+:\d{1,5}$/, 'host:port')
    .refine((address) => Number(address.split(':').at(-1)) <= 65_535, 'host:port, the port from 0 to 65535')
    .default('127.0.0.1:8777'),
  /** What this process does; one process does all of it. */
  roles: z
    .array(z.enum(roles))
    .min(1)
    .default([...roles]),
  /** Who may call the API: docs/howto/authenticate.md. */
  auth: authSchema,
  /**
   * Whether users may run processes on this machine (profile type local.process). Absent: with `auth: none`
   * alone, since they run as the user of the server.
   */
  local_processes: z.boolean().optional(),
  log: z.strictObject({ level: z.enum(logLevels).default('info') }).prefault({}),
  limits: z
    .strictObject({
      /** Senlin's max_nodes_per_cluster. */
      nodes_per_cluster: z.int().min(1).max(MOST_NODES).default(1000),
      /** Executions of workflows that a project has stored, ended ones included; 0: any number. */
      executions_per_project: z.int().min(0).max(10_000_000).default(100_000),
    })
    .prefault({}),
  engine: z
    .strictObject({
      /**
       * Actions that run at once; those that wait do not count. Two thirds of them may be of one project.
       */
      concurrency: z.int().min(1).max(10_000).default(96),
    })
    .prefault({}),
  health: z
    .strictObject({
      /**
       * Seconds: the shortest detection interval that a policy may have (Senlin's
       * health_check_interval_min).
       */
      check_interval_min: z.number().min(0.1).default(1),
      /** Probes under way at once, all clusters together. */
      probes_at_once: z.int().min(2).max(10_000).default(512),
    })
    .prefault({}),
  workflows: z
    .strictObject({
      /**
       * What runs the workflows of recoveries, where the `config` of a cluster does not say: the runner of
       * this server, or a Mistral (docs/howto/use-mistral.md).
       */
      use: z.enum(workflowServiceNames).default('embedded'),
      /** Of Mistral; absent: as the catalog of the cloud says. */
      url: z
        .string()
        .regex(/^https?:\/\/[^@?#]+$/, 'a URL of http or https, without a user')
        .optional(),
      /** Bytes of an answer to std.http; a longer one fails the action. */
      http_response_bytes: z.int().min(1024).max(100_000_000).default(1_048_576),
      /** Days that an execution is kept after its end; 0: for ever. */
      keep_days: z.number().min(0).default(90),
    })
    .prefault({}),
  events: z
    .strictObject({
      /** Days that an event is kept; 0: for ever. */
      keep_days: z.number().min(0).default(365),
    })
    .prefault({}),
  actions: z
    .strictObject({
      /** Days that an action is kept after its end; 0: for ever. */
      keep_days: z.number().min(0).default(365),
    })
    .prefault({}),
  recoveries: z
    .strictObject({
      /** Days that a recovery is kept after its end; 0: for ever. What healing still needs stays. */
      keep_days: z.number().min(0).default(365),
    })
    .prefault({}),
  /**
   * Where requests may go that Coppice makes for a user: poll URLs, std.http, notifications.
   * docs/howto/limit-outbound-requests.md
   */
  outbound: z
    .strictObject({
      /** Link-local and metadata addresses, or networks, that may be reached nevertheless. */
      allow: z.array(network).default([]),
      /** Further addresses and networks that may not. */
      refuse: z.array(network).default([]),
    })
    .prefault({}),
  /** Where servers and stacks are: docs/howto/use-a-cloud.md. */
  cloud: z
    .strictObject({
      /**
       * `openstack`: the one that OS_CLOUD, clouds.yaml or the OS_ variables name; `simulated`: one in this
       * process, without machines.
       */
      use: z.enum(['none', 'openstack', 'simulated']).default('none'),
      /** The entry of clouds.yaml; absent: OS_CLOUD, and without it the variables. */
      name: z.string().min(1).optional(),
      /** clouds.yaml; absent: OS_CLIENT_CONFIG_FILE, and without it the usual places. */
      file: z.string().min(1).optional(),
      /** Connections to each service at once. */
      connections: z.int().min(1).max(1000).default(32),
      /** Seconds that one request to a service may take. */
      request_timeout: z.number().positive().max(3600).default(60),
      /** RabbitMQ, where Nova and Heat publish what happens: docs/howto/use-a-cloud.md. */
      notifications: notificationsSchema.prefault({}),
      simulator: simulatorSettingsSchema.prefault({}),
    })
    .prefault({}),
  /** What rests encrypted in the database: docs/howto/back-up-and-restore.md. */
  secrets: z
    .strictObject({
      /** Absent: COPPICE_SECRET_KEYS, else `secret.key` in the data directory, which is made. */
      key_file: z.string().min(1).optional(),
    })
    .prefault({}),
  /** How others reach the API, for links in what is sent out; absent: the address that it listens on. */
  public_url: z
    .string()
    .regex(/^https?:\/\/[^@?#]+$/, 'a URL of http or https')
    .optional(),
  /** Servers that notifications of recoveries are sent to: docs/howto/receive-notifications.md. */
  notification_targets: z.array(notificationTargetSchema).max(100).default([]),
});

export interface CloudConfig {
  readonly use: 'none' | 'openstack' | 'simulated';
  readonly name: string | undefined;
  readonly file: string | undefined;
  readonly connections: number;
  readonly requestTimeoutMs: number;
  readonly simulator: SimulatorSettings;
  /** undefined: the cloud says nothing, and nodes are polled alone. */
  readonly notifications: NotificationSettings | undefined;
}

export interface Config {
  readonly dataDir: string;
  readonly listen: ListenAddress;
  readonly roles: readonly ProcessRole[];
  readonly auth: AuthSettings;
  readonly localProcesses: boolean;
  readonly logLevel: (typeof logLevels)[number];
  readonly nodesPerCluster: number;
  readonly executionsPerProject: number;
  readonly concurrency: number;
  readonly checkIntervalMin: number;
  readonly probesAtOnce: number;
  readonly workflowHttpResponseBytes: number;
  readonly outbound: OutboundRules;
  readonly workflowKeepDays: number;
  readonly workflowService: WorkflowServiceName;
  /** Of Mistral, without a slash at its end; null: as the catalog says. */
  readonly mistralUrl: string | null;
  readonly eventKeepDays: number;
  readonly actionKeepDays: number;
  readonly recoveryKeepDays: number;
  readonly cloud: CloudConfig;
  /** Without a slash at its end; null: not given. */
  readonly publicUrl: string | null;
  readonly secretKeyFile: string | undefined;
  readonly notificationTargets: readonly NotificationTarget[];
}

/** What is wrong with the configuration, all of it, in sentences for the operator. */
/** What the command line can set; keys as in the file. */
export interface ConfigFlags {
  readonly data_dir?: string;
  readonly listen?: string;
  readonly roles?: readonly string[];
  readonly cloud?: { readonly use: string };
  readonly auth?: { readonly use: string };
  readonly workflows?: { readonly use: string };
}

/** @throws ConfigError, which names the field, what was expected and what was found. */
export function loadConfig(flags: ConfigFlags, path?: string): Config {
  const file = path === undefined ? noConfigFile : readConfigFile(path);
  const merged = { ...file.values, ...flags, ...mergedChoices(file.values, flags) };
  const result = configSchema.safeParse(merged);
  if (!result.success) throw file.refusal(configIssues(result.error, merged, configSchema));
  const issues: Issue[] = [];
  const notifications = readNotificationSettings(result.data.cloud.notifications, process.env, issues);
  if (notifications !== undefined && result.data.cloud.use === 'none' && 'cloud' in merged)
    issues.push(...withoutCloud(result.data.cloud.notifications));
  const config = toConfig(result.data, targetsOf(result.data, file), notifications);
  issues.push(...tokenIssues(config.auth));
  if (issues.length > 0) throw file.refusal(issues);
  return Object.freeze(config);
}

/** In the environment they may be meant for a process that has one. */
function withoutCloud(read: z.infer<typeof notificationsSchema>): Issue[] {
  const given = (['url', 'url_file', 'url_env'] as const).find((key) => read[key] !== undefined);
  const expected = 'cloud.use: openstack beside it, or nothing';
  return given === undefined
    ? []
    : [{ field: `cloud.notifications.${given}`, expected, found: 'no cloud whose notifications they are' }];
}

/** A flag says which cloud, authentication and workflow service; the file says the rest of it. */
function mergedChoices(file: Record<string, unknown>, flags: ConfigFlags): Record<string, unknown> {
  return Object.fromEntries(
    (['cloud', 'auth', 'workflows'] as const).flatMap((key) => {
      const written = file[key];
      const isMap = typeof written === 'object' && written !== null && !Array.isArray(written);
      return flags[key] === undefined || !isMap ? [] : [[key, { ...written, ...flags[key] }] as const];
    }),
  );
}

function targetsOf(read: z.infer<typeof configSchema>, file: ConfigFile): NotificationTarget[] {
  try {
    return readNotificationTargets(read.notification_targets, process.env);
  } catch (error) {
    if (error instanceof NotificationTargetIssues) throw file.refusal(error.issues);
    throw error;
  }
}

function toConfig(
  read: z.infer<typeof configSchema>,
  notificationTargets: readonly NotificationTarget[],
  notifications: NotificationSettings | undefined,
): Config {
  const colon = read.listen.lastIndexOf(':');
  return {
    dataDir: resolve(read.data_dir),
    listen: {
      host: read.listen.slice(0, colon).replace(/^\[|\]$/g, ''),
      port: Number(read.listen.slice(colon + 1)),
    },
    roles: Object.freeze(read.roles),
    auth: toAuthSettings(read.auth),
    localProcesses: read.local_processes ?? read.auth.use === 'none',
    logLevel: read.log.level,
    nodesPerCluster: read.limits.nodes_per_cluster,
    executionsPerProject: read.limits.executions_per_project,
    concurrency: read.engine.concurrency,
    checkIntervalMin: read.health.check_interval_min,
    probesAtOnce: read.health.probes_at_once,
    workflowHttpResponseBytes: read.workflows.http_response_bytes,
    outbound: read.outbound,
    workflowKeepDays: read.workflows.keep_days,
    workflowService: read.workflows.use,
    mistralUrl: read.workflows.url?.replace(/\/+$/, '') ?? null,
    eventKeepDays: read.events.keep_days,
    actionKeepDays: read.actions.keep_days,
    recoveryKeepDays: read.recoveries.keep_days,
    cloud: cloudOf(read.cloud, notifications),
    secretKeyFile: read.secrets.key_file,
    publicUrl: read.public_url?.replace(/\/+$/, '') ?? null,
    notificationTargets,
  };
}

function cloudOf(
  { request_timeout: seconds, name, file, ...rest }: z.infer<typeof configSchema>['cloud'],
  notifications: NotificationSettings | undefined,
): CloudConfig {
  return { ...rest, name, file, notifications, requestTimeoutMs: seconds * 1000 };
}

function defaultDataDirectory(): string {
  return join(process.env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), 'coppice');
}
