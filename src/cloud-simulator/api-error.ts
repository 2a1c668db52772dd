/** Errors in the shape in which each service sends them. */
import type { JsonObject } from '../domain/json.ts';
import type { ServiceName } from './settings.ts';

export class SimulatorError extends Error {
  readonly status: number;

  /** The name of the error in the service, where it sends that: Heat. */
  readonly type: string | undefined;

  constructor(status: number, message: string, type?: string) {
    super(message);
    this.status = status;
    this.type = type;
  }
}

export function notFoundError(what: string, id: string): SimulatorError {
  return new SimulatorError(404, `${what} ${id} could not be found.`);
}

/** Nova's names for its statuses; others are `computeFault`. */
const novaFaults: Readonly<Record<number, string>> = {
  400: 'badRequest',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'itemNotFound',
  405: 'badMethod',
  409: 'conflictingRequest',
  413: 'overLimit',
  429: 'overLimit',
  501: 'notImplemented',
  503: 'serviceUnavailable',
};

const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  409: 'Conflict',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** Heat's sentences. */
const explanations: Readonly<Record<number, string>> = {
  400: 'The server could not comply with the request since it is either malformed or otherwise incorrect.',
  403: 'Access was denied to this resource.',
  404: 'The resource could not be found.',
  409: 'There was a conflict when trying to complete your request.',
};

/** Answered by the framework below the service: in its shape, not in the service's. */
export class FrameworkError extends SimulatorError {}

/** As the frameworks below OpenStack's services refuse: a message of HTML inside of JSON. */
export function frameworkError(status: number, message: string): JsonObject {
  const title = titles[status] ?? 'Error';
  return { message: `${message}<br /><br />\n\n\n`, code: `${status} ${title}`, title };
}

/** For a path or a method that the service does not have. */
export function routingError(service: ServiceName, status: number): JsonObject | string {
  const title = titles[status] ?? 'Error';
  if (service === 'identity')
    return `<!doctype html>\n<html lang=en>\n<title>${status} ${title}</title>\n<h1>${title}</h1>\n`;
  if (service === 'network') return errorBody(service, status, 'The resource could not be found.');
  return frameworkError(status, 'The resource could not be found.');
}

/** A token that is missing, unknown or expired is refused by the middleware that the services share. */
export function unauthorizedBody(service: ServiceName, message: string): JsonObject | string {
  return service === 'image' ? frameworkError(401, message) : errorBody('identity', 401, message);
}

/** @param type the name of the error, where the service sends it. */
export function errorBody(
  service: ServiceName,
  status: number,
  message: string,
  type?: string,
): JsonObject | string {
  const title = titles[status] ?? 'Error';
  switch (service) {
    case 'compute':
      return { [novaFaults[status] ?? 'computeFault']: { code: status, message } };
    case 'identity':
      return { error: { code: status, message, title } };
    case 'network':
      return { NeutronError: { type: title.replaceAll(' ', ''), message, detail: '' } };
    case 'load-balancer':
      return { faultcode: status < 500 ? 'Client' : 'Server', faultstring: message, debuginfo: null };
    case 'placement':
      return { errors: [{ status, title, detail: message, code: 'placement.undefined_code' }] };
    case 'orchestration':
      return {
        code: status,
        title,
        explanation: explanations[status] ?? title,
        error: { type: type ?? title.replaceAll(' ', ''), traceback: null, message },
      };
    case 'image':
      return frameworkError(status, message);
  }
}
