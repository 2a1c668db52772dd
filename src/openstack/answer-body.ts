import type { CloudAnswer } from './cloud-request.ts';

/** The body of an answer, in the shape that the service's API reference gives it; it is not checked. */
export function bodyOf<T>({ body }: CloudAnswer): T {
  return body as T;
}

/** One part of a path. */
export function pathSegment(id: string): string {
  return encodeURIComponent(id);
}
