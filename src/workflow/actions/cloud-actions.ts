/**
 * Actions of OpenStack's services, as the mistral-extra of Mistral has them: `nova.servers_get` calls the
 * method `servers.get` of the service's Python client (`openstack/methods/`), with the rights of the user who
 * started the execution. They are there where the server has a cloud.
 */
import type { Json, JsonObject } from '../../domain/json.ts';
import type { Session } from '../../domain/session.ts';
import { CloudError } from '../../openstack/cloud-error.ts';
import type { Cloud, Clouds } from '../../openstack/cloud.ts';
import { wrongKind } from '../../openstack/methods/argument-kinds.ts';
import { MethodFailure, type ClientMethod } from '../../openstack/methods/client-method.ts';
import { serviceNamespaces, type ServiceNamespace } from '../../openstack/methods/namespaces.ts';
import {
  type ActionCall,
  type ActionOutcome,
  type ActionParameter,
  type PerformedAction,
  raised,
  succeeded,
} from './action-type.ts';

/** mistral-extra adds it to every action: another region than the cloud's own. */
const region: ActionParameter = { name: 'action_region', required: false, default: '' };

/** Characters of one result, as JSON: two thousand servers. */
const MAX_RESULT = 4_000_000;

/** What the definition of a workflow has to know of such an action. */
export interface CloudActionSignature {
  readonly name: string;
  readonly description: string;
  readonly parameters: readonly ActionParameter[];
  /** Whether it takes any other parameter too. */
  readonly takesMore: boolean;
}

/** All that there are, whether the server has a cloud or not. */
export const cloudActionSignatures: readonly CloudActionSignature[] = serviceNamespaces.flatMap((namespace) =>
  namespace.methods.map((method) => signatureOf(namespace, method)),
);

/** `nova.servers_get` */
function actionName(namespace: string, method: string): string {
  return `${namespace}.${method.replaceAll('.', '_')}`;
}

function signatureOf({ name: of }: ServiceNamespace, { name, summary, parameters, takesMore }: ClientMethod) {
  const own = parameters.map((parameter) => ({
    name: parameter.name,
    required: parameter.default === undefined,
    ...(parameter.default === undefined ? {} : { default: parameter.default }),
  }));
  return { name: actionName(of, name), description: summary, parameters: [...own, region], takesMore };
}

export function cloudActions(clouds: Clouds): PerformedAction[] {
  return serviceNamespaces.flatMap((namespace) =>
    namespace.methods.map((method) => ({
      ...signatureOf(namespace, method),
      perform: async (call, signal) => await perform(clouds, namespace, method, call, signal),
    })),
  );
}

async function perform(
  clouds: Clouds,
  namespace: ServiceNamespace,
  method: ClientMethod,
  call: ActionCall,
  signal: AbortSignal,
): Promise<ActionOutcome> {
  const { action_region: wanted, ...given } = call.input;
  try {
    const cloud = cloudFor(clouds, call.session, wanted);
    const service = {
      key: call.id,
      request: async (asked) => await namespace.request(cloud, asked, { signal }),
    } satisfies Parameters<ClientMethod['call']>[1];
    return succeeded(notTooLarge(await method.call(withDefaults(method, given), service)));
  } catch (error) {
    signal.throwIfAborted();
    return raised(actionName(namespace.name, method.name), call, failureOf(namespace, method, error));
  }
}

/** @throws MethodFailure where it is not known for whom the action works. */
function cloudFor(clouds: Clouds, session: Session | null, wanted: Json | undefined): Cloud {
  if (session === null)
    throw new MethodFailure(
      'Coppice does not know who started this execution, which is older than the version that keeps it: start it again',
    );
  checkKind('action_region', wanted);
  const cloud = clouds.of(session);
  return typeof wanted === 'string' && wanted !== '' ? cloud.inRegion(wanted) : cloud;
}

/** @throws MethodFailure for a parameter that is missing, where a definition computed which there are. */
function withDefaults({ parameters }: ClientMethod, given: JsonObject): JsonObject {
  const filled: Record<string, Json> = { ...given };
  for (const { name, default: fallback } of parameters) {
    if (name in filled) continue;
    if (fallback === undefined) throw new MethodFailure(`${name}: expected a value, found nothing`);
    filled[name] = fallback;
  }
  for (const [name, value] of Object.entries(filled)) checkKind(name, value);
  return filled;
}

/** @throws MethodFailure */
function checkKind(name: string, value: Json | undefined): void {
  const problem = wrongKind(name, value);
  if (problem !== undefined) throw new MethodFailure(`${name}: ${problem}`);
}

/** @throws MethodFailure for what would fill the database. */
function notTooLarge(result: Json): Json {
  const length = JSON.stringify(result).length;
  if (length <= MAX_RESULT) return result;
  const [found, most] = [length, MAX_RESULT].map((each) => Math.ceil(each / 1_000_000));
  throw new MethodFailure(
    `the result has ${found} million characters, and ${most} million are kept: ask for less of it, with search_opts, filters, limit and marker`,
  );
}

/** `NovaAction.servers.get failed: Instance X could not be found. (HTTP 404)`, as in mistral-extra. */
function failureOf(namespace: ServiceNamespace, { name }: ClientMethod, error: unknown): string {
  const text =
    error instanceof CloudError && error.status !== null
      ? namespace.errorText(error)
      : error instanceof Error
        ? error.message
        : String(error);
  return `${namespace.className}.${name} failed: ${text}`;
}
