/** Every step of a health policy with its place in the document. */
import type { HealthPolicy, Runnable } from '../../domain/health-policy.ts';

export type PlacedStep = readonly [field: string, step: Runnable];

/** Every step with its place in the document. */
export function stepsInOrder(policy: HealthPolicy): PlacedStep[] {
  const { chain, onSuccess, onExhausted } = placedSteps(policy);
  return [...chain, ...onSuccess, ...onExhausted];
}

export function placedSteps({ recovery: { items, onSuccess, onExhausted } }: HealthPolicy) {
  const placed = (place: string, steps: readonly Runnable[]): PlacedStep[] =>
    steps.map((step, index) => [`${place}[${index}]`, step]);
  return {
    chain: items.flatMap((item, index): PlacedStep[] => [
      ...placed(`recovery.actions[${index}].before`, item.before),
      [`recovery.actions[${index}]`, item],
      ...placed(`recovery.actions[${index}].after`, item.after),
    ]),
    onSuccess: placed('recovery.on_success', onSuccess),
    onExhausted: placed('recovery.on_exhausted', onExhausted),
  };
}
