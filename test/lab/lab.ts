/**
 * The connection to the lab: a real OpenStack whose hypervisors are fakes. Gets tokens for its users, finds
 * its services, and sends one request at a time. Changes what is in the lab; never point it at another cloud.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Types of services, as the catalog of Keystone has them. */
export type ServiceType =
  | 'identity'
  | 'compute'
  | 'image'
  | 'network'
  | 'placement'
  | 'load-balancer'
  | 'orchestration'
  | 'workflowv2';

/** Who sends a request: a user of the lab, one without a token, or the holder of a token. */
export type Sender = 'admin' | 'demo' | 'nobody' | { readonly token: string };

export interface LabRequest {
  readonly as: Sender;
  readonly service: ServiceType;
  readonly method: string;
  /** From the root of the service on: /v2.1/servers. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** What is sent as it is, in the place of a body. */
  readonly bytes?: Uint8Array<ArrayBuffer> | undefined;
}

export interface LabAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON; a text where the answer is not JSON; undefined where it is empty. */
  readonly body: unknown;
}

interface Catalog {
  readonly token: {
    readonly project: { readonly id: string };
    readonly user: { readonly id: string };
    readonly catalog: readonly {
      readonly type: string;
      readonly endpoints: readonly { readonly interface: string; readonly url: string }[];
    }[];
  };
}

interface Login {
  readonly token: string;
  readonly projectId: string;
  readonly userId: string;
}

const howToStart = `Start one with "lab up nova && lab up octavia && lab up heat", on the machine where this runs; see
test/data/openstack/README.md. OS_AUTH_URL says where its Keystone is, if not on http://127.0.0.1:5000/v3.`;

/** The root of a service, from its address in the catalog: without the version and what follows it. */
function rootOf(url: string): string {
  return url.replace(/\/v\d+(\.\d+)?(\/.*)?$/, '').replace(/\/$/, '');
}

export class Lab {
  readonly authUrl: string;
  readonly password: string;
  /** By type of service: the address of its root. */
  readonly endpoints = new Map<ServiceType, string>();
  readonly #logins = new Map<string, Login>();

  /** Without parameters: the lab that the environment names. */
  constructor({
    authUrl = process.env['OS_AUTH_URL'] ?? 'http://127.0.0.1:5000/v3',
    password = process.env['LAB_PASSWORD'] ?? 'lab',
  }: { readonly authUrl?: string; readonly password?: string } = {}) {
    this.authUrl = authUrl;
    this.password = password;
  }

  /** Gets tokens of both users, and the catalog. @throws Error that says how to start a lab. */
  async connect(): Promise<void> {
    this.endpoints.set('identity', rootOf(this.authUrl));
    try {
      for (const user of ['demo', 'admin']) await this.#login(user);
    } catch (error) {
      throw new Error(`No lab is running: ${this.authUrl} does not answer. ${howToStart}`, { cause: error });
    }
  }

  async #login(user: string): Promise<void> {
    const answer = await this.send({
      as: 'nobody',
      service: 'identity',
      method: 'POST',
      path: '/v3/auth/tokens',
      body: { auth: this.passwordOf(user) },
    });
    const { token } = answer.body as Catalog;
    this.#logins.set(user, {
      token: answer.headers.get('x-subject-token') ?? '',
      projectId: token.project.id,
      userId: token.user.id,
    });
    for (const { type, endpoints } of token.catalog)
      for (const { url } of endpoints) this.endpoints.set(type as ServiceType, rootOf(url));
  }

  /** The body of a login by password, scoped to the project of the same name. */
  passwordOf(user: string): unknown {
    return {
      identity: {
        methods: ['password'],
        password: { user: { name: user, domain: { id: 'default' }, password: this.password } },
      },
      scope: { project: { name: user, domain: { id: 'default' } } },
    };
  }

  has(service: ServiceType): boolean {
    return this.endpoints.has(service);
  }

  login(user: 'admin' | 'demo'): Login {
    const login = this.#logins.get(user);
    if (login === undefined) throw new Error(`the lab is not connected: there is no token of ${user}`);
    return login;
  }

  tokenOf(sender: Sender): string | undefined {
    if (sender === 'nobody') return undefined;
    return typeof sender === 'object' ? sender.token : this.login(sender).token;
  }

  async send(request: LabRequest): Promise<LabAnswer> {
    const endpoint = this.endpoints.get(request.service);
    if (endpoint === undefined)
      throw new Error(`the lab has no service of type ${request.service}. ${howToStart}`);
    const token = this.tokenOf(request.as);
    const response = await fetch(`${endpoint}${request.path}`, {
      method: request.method,
      redirect: 'manual',
      headers: {
        Accept: 'application/json',
        ...(token === undefined ? {} : { 'X-Auth-Token': token }),
        ...typeOf(request),
        ...request.headers,
      },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      ...(request.bytes === undefined ? {} : { body: request.bytes }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: parse(text) };
  }

  /** Runs a script of the lab, such as `lab stop nova-compute1`. LAB_HOME says in which folder they are. */
  async script(name: string, ...parameters: readonly string[]): Promise<string> {
    const folder = process.env['LAB_HOME'];
    if (folder === undefined) throw new Error(`set LAB_HOME to the folder of the lab's scripts, for ${name}`);
    const file = join(folder, name);
    const [command, first] = name.endsWith('.py') ? ['/usr/bin/python3', [file]] : [file, []];
    return (await promisify(execFile)(command, [...first, ...parameters])).stdout;
  }
}

function typeOf({ body, bytes }: LabRequest): Record<string, string> {
  if (bytes !== undefined) return { 'Content-Type': 'application/octet-stream' };
  return body === undefined ? {} : { 'Content-Type': 'application/json' };
}

function parse(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
