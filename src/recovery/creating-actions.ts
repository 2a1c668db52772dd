/** Which recovery actions bring back a node that does not exist. Pure. */
import type { RecoveryRules } from '../domain/health-policy.ts';
import type { FailureClass } from '../domain/verdict.ts';

const failure: FailureClass = 'NOT_CREATED';

/** @param operations of the profile type, by their names in lower case. */
export function actionsThatCreate(
  operations: Readonly<Record<string, { readonly creates?: true }>>,
): ReadonlySet<string> {
  const own = Object.entries(operations).flatMap(([name, { creates }]) =>
    creates === true ? name.toUpperCase() : [],
  );
  return new Set(['RECREATE', ...own]);
}

/** A workflow of a user is no such action: it cannot give a node what it lacks. */
export function canCreate({ items }: Pick<RecoveryRules, 'items'>, creating: ReadonlySet<string>): boolean {
  return items.some(({ name, when }) => creating.has(name) && (when === null || when.includes(failure)));
}
