/**
 * The body of an error, as OpenStack's clients read it. Ours are `issues`, each thing that is wrong with
 * field, expected and found, and `detail`, which says more than Senlin's sentence in `message`.
 */
import { CoppiceError } from '../domain/errors.ts';
import type { ErrorAnswer } from './route.ts';
import { MALFORMED } from './sentences.ts';

const byStatus: Readonly<Record<number, { readonly title: string; readonly explanation: string }>> = {
  400: { title: 'Bad Request', explanation: MALFORMED },
  403: { title: 'Forbidden', explanation: 'Access was denied to this resource.' },
  404: { title: 'Not Found', explanation: 'The resource could not be found.' },
  406: { title: 'Not Acceptable', explanation: 'The requested version of the API is not available.' },
  408: { title: 'Request Timeout', explanation: 'The request did not arrive in time.' },
  409: { title: 'Conflict', explanation: 'There was a conflict when trying to complete your request.' },
  413: {
    title: 'Request Entity Too Large',
    explanation: 'The body of your request was too large for this server.',
  },
  429: {
    title: 'Too Many Requests',
    explanation: 'There are too many of what was requested; try again when there are fewer.',
  },
  431: {
    title: 'Request Header Fields Too Large',
    explanation: 'The headers of your request were too large for this server.',
  },
  503: {
    title: 'Service Unavailable',
    explanation: 'The server is currently unavailable. Please try again.',
  },
  507: { title: 'Insufficient Storage', explanation: 'There was not enough space to save the resource.' },
};
const otherwise = {
  title: 'Internal Server Error',
  explanation: 'The server has either erred or is incapable of performing the requested operation.',
};

export function errorAnswer(error: CoppiceError): ErrorAnswer {
  const { status, type, message, senlinMessage = message, details } = error;
  const issues = details?.['issues'];
  const ours = {
    ...(senlinMessage === message ? {} : { detail: message }),
    ...(issues === undefined ? {} : { issues }),
  };
  return {
    status,
    body: {
      code: status,
      error: { code: status, ...ours, message: senlinMessage, type },
      ...(byStatus[status] ?? otherwise),
    },
  };
}

/**
 * As keystonemiddleware answers, which stands before the API in every OpenStack service; `faultstring` is
 * what Mistral's clients show.
 */
export function unauthenticatedAnswer({ message }: CoppiceError): ErrorAnswer {
  const error = { code: 401, title: 'Unauthorized', message };
  return { status: 401, body: { error, faultstring: message } };
}

/** For unexpected errors: the text stays in the log, under the request's id. */
export function unforeseen(requestId: string): CoppiceError {
  return new CoppiceError(
    'internal',
    `Something went wrong in Coppice itself; its log says what, under ${requestId}.`,
  );
}

/** Paths and methods that do not exist are answered as text, or as JSON where the client accepts that. */
export function unknownPathAnswer(accept: string | undefined): { contentType: string; text: string } {
  if (accept?.includes('application/json') === true) {
    const body = {
      message: 'The resource could not be found.<br /><br />\n\n\n',
      code: '404 Not Found',
      title: 'Not Found',
    };
    return { contentType: 'application/json', text: JSON.stringify(body) };
  }
  return {
    contentType: 'text/plain; charset=UTF-8',
    text: '404 Not Found\n\nThe resource could not be found.\n\n   ',
  };
}
