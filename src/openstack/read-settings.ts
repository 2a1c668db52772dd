/**
 * Makes `CloudSettings` of the options that OpenStack's clients know, wherever they were written: the names
 * are those of `clouds.yaml`, and of the variables without `OS_`.
 */
import { readTextFile } from '../bounded-file.ts';
import { didYouMean } from '../domain/did-you-mean.ts';
import { describeIssue, quoteValue, type Issue } from '../domain/errors.ts';
import { Secret } from '../domain/secret.ts';
import type {
  CloudSettings,
  Credential,
  Domain,
  EndpointInterface,
  Identity,
  TokenScope,
} from './cloud-settings.ts';

/**
 * By the name in `clouds.yaml`: `auth_url`, `user_domain_name`, `region_name`, `compute_endpoint_override`.
 */
export type CloudOptions = Readonly<Record<string, string | undefined>>;

/** Where options were written, for errors. */
export interface OptionSource {
  /** `the environment`, `/etc/openstack/clouds.yaml` */
  readonly name: string;
  /** How an option is called there: `OS_AUTH_URL`, `clouds.mine.auth.auth_url`. */
  field(option: string): string;
  /** Where that is, for an operator: `in /etc/openstack/clouds.yaml`. */
  readonly where: string;
  /** A command that tries the same credential: `openstack --os-cloud mine token issue`. */
  readonly test: string;
}

/** All that is wrong with the settings of a cloud; values are never quoted. */
export class CloudSettingsError extends Error {
  constructor(source: string, issues: readonly Issue[]) {
    super(issues.map((issue) => `${source}: ${describeIssue(issue)}`).join('\n'));
    this.name = 'CloudSettingsError';
  }
}

const authTypes: Readonly<Record<string, Credential['kind']>> = {
  password: 'password',
  v3password: 'password',
  token: 'token',
  v3token: 'token',
  v3applicationcredential: 'application-credential',
};

const interfaces: readonly EndpointInterface[] = ['public', 'internal', 'admin'];

/** @throws CloudSettingsError */
export function readSettings(options: CloudOptions, source: OptionSource): CloudSettings {
  const issues: Issue[] = [];
  const missing = (option: string, expected: string): void =>
    void issues.push({ field: source.field(option), expected, found: 'nothing' });
  const { auth_url: authUrl } = options;
  if (authUrl === undefined) missing('auth_url', 'the URL of Keystone');
  else if (!/^https?:$/.test(URL.parse(authUrl)?.protocol ?? ''))
    issues.push({
      field: source.field('auth_url'),
      expected: 'a URL of http or https',
      found: quoteValue(authUrl),
    });
  const credential = readCredential(options, source, issues);
  const ca = readCa(options['cacert'], source, issues);
  const settings = {
    authUrl: authUrl ?? '',
    credential,
    origin: { where: `${credentialFields(options, source)} ${source.where}`, test: source.test },
    region: options['region_name'] ?? null,
    interface: readInterface(options, source, issues),
    endpointOverrides: readOverrides(options),
    verifyTls: !isTrue(options['insecure']) && options['verify']?.toLowerCase() !== 'false',
    ca,
  };
  if (issues.length > 0 || credential === undefined) throw new CloudSettingsError(source.name, issues);
  return { ...settings, credential };
}

/** `OS_USERNAME and OS_PASSWORD` */
function credentialFields(options: CloudOptions, source: OptionSource): string {
  const first = (...names: readonly string[]): string =>
    names.find((name) => options[name] !== undefined) ?? names[0] ?? '';
  const byKind: Readonly<Record<Credential['kind'], readonly string[]>> = {
    password: [first('username', 'user_id', 'user_name'), 'password'],
    token: ['token'],
    'application-credential': [
      first('application_credential_id', 'application_credential_name'),
      'application_credential_secret',
    ],
  };
  const kind = authTypes[options['auth_type'] ?? ''] ?? kindWithoutType(options);
  return byKind[kind].map((name) => source.field(name)).join(' and ');
}

/** As keystoneauth decides. */
function kindWithoutType(options: CloudOptions): Credential['kind'] {
  if (options['application_credential_secret'] !== undefined) return 'application-credential';
  return options['token'] === undefined || options['password'] !== undefined ? 'password' : 'token';
}

function readCredential(
  options: CloudOptions,
  source: OptionSource,
  issues: Issue[],
): Credential | undefined {
  const kind = credentialKind(options, source, issues);
  const missing = (option: string, expected: string): void =>
    void issues.push({ field: source.field(option), expected, found: 'nothing' });
  switch (kind) {
    case undefined:
      return undefined;
    case 'password': {
      const { password } = options;
      const user = identity(options, 'user');
      if (user === undefined) missing('username', "the user's name");
      if (password === undefined) missing('password', "the user's password");
      return {
        kind,
        user: user ?? {},
        password: new Secret(password ?? ''),
        scope: readScope(options, missing),
      };
    }
    case 'token':
      if (options['token'] === undefined) missing('token', 'a token of Keystone');
      return { kind, token: new Secret(options['token'] ?? ''), scope: readScope(options, missing) };
    case 'application-credential': {
      const {
        application_credential_id: id,
        application_credential_name: name,
        application_credential_secret: secret,
      } = options;
      if (secret === undefined) missing('application_credential_secret', 'its secret');
      if (id === undefined && name === undefined) missing('application_credential_id', 'its id, or its name');
      const user = identity(options, 'user');
      if (id === undefined && user === undefined)
        missing('username', 'the user whose application credential it is, since its id is not given');
      return { kind, id, name, user, secret: new Secret(secret ?? '') };
    }
  }
}

function credentialKind(
  options: CloudOptions,
  source: OptionSource,
  issues: Issue[],
): Credential['kind'] | undefined {
  const { auth_type: written } = options;
  if (written === undefined) return kindWithoutType(options);
  const kind = authTypes[written];
  if (kind !== undefined) return kind;
  const known = Object.keys(authTypes);
  const hint = didYouMean(written, known);
  issues.push({
    field: source.field('auth_type'),
    expected: `one of ${known.join(', ')}`,
    found: JSON.stringify(written),
    ...(hint === undefined ? {} : { hint }),
  });
  return undefined;
}

function readScope(options: CloudOptions, missing: (option: string, expected: string) => void): TokenScope {
  if (options['trust_id'] !== undefined) return { kind: 'trust', trustId: options['trust_id'] };
  const project = identity(options, 'project') ?? identity(options, 'tenant');
  if (project !== undefined) return { kind: 'project', project };
  const domain = domainOf(options['domain_id'], options['domain_name']);
  if (domain !== undefined) return { kind: 'domain', domain };
  if (options['system_scope'] === 'all') return { kind: 'system' };
  missing('project_name', 'the project in which Coppice works');
  return { kind: 'unscoped' };
}

/** A user is `username` by name, and `user_id` by id; a project has `project_name` and `project_id`. */
function identity(options: CloudOptions, what: 'user' | 'project' | 'tenant'): Identity | undefined {
  const id = options[`${what}_id`];
  const name = what === 'user' ? (options['username'] ?? options['user_name']) : options[`${what}_name`];
  if (id !== undefined) return { id };
  if (name === undefined) return undefined;
  const of = what === 'user' ? 'user' : 'project';
  const domain =
    domainOf(options[`${of}_domain_id`], options[`${of}_domain_name`]) ??
    domainOf(options['default_domain_id'] ?? options['default_domain'], options['default_domain_name']);
  return { name, ...(domain === undefined ? {} : { domain }) };
}

function domainOf(id: string | undefined, name: string | undefined): Domain | undefined {
  if (id !== undefined) return { id };
  return name === undefined ? undefined : { name };
}

function readInterface(options: CloudOptions, source: OptionSource, issues: Issue[]): EndpointInterface {
  const name = options['interface'] === undefined ? 'endpoint_type' : 'interface';
  const written = options[name];
  if (written === undefined) return 'public';
  const found = interfaces.find((one) => one === written.replace(/URL$/, ''));
  if (found === undefined)
    issues.push({
      field: source.field(name),
      expected: `one of ${interfaces.join(', ')}`,
      found: JSON.stringify(written),
    });
  return found ?? 'public';
}

function readOverrides(options: CloudOptions): Record<string, string> {
  const entries = Object.entries(options).flatMap(([name, url]) => {
    const service = /^(.+)_endpoint_override$/.exec(name)?.[1];
    return service === undefined || url === undefined ? [] : [[service.replaceAll('_', '-'), url] as const];
  });
  return Object.fromEntries(entries);
}

function readCa(path: string | undefined, source: OptionSource, issues: Issue[]): string | null {
  if (path === undefined) return null;
  try {
    return readTextFile(path);
  } catch (error) {
    issues.push({
      field: source.field('cacert'),
      expected: 'a file with certificates in PEM',
      found: `${path} (${(error as NodeJS.ErrnoException).code ?? 'not readable'})`,
    });
    return null;
  }
}

function isTrue(text: string | undefined): boolean {
  return ['1', 'true', 'yes', 'on'].includes(text?.toLowerCase() ?? '');
}
