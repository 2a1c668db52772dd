/**
 * Limits on the sub-workflows of one root execution, all levels together. The limit on the data of a single
 * execution (`language/state/data-size.ts`) is not enough: ten thousand sub-workflows, each of them within
 * it, would fill the disk. An execution whose step would exceed a limit ends in ERROR, and nothing of the
 * step is written: a failure of the task alone could be handled by on-error, and repeated without an end.
 */
import type { TreeTotals } from '../../store/workflow-tree.ts';

/** Far above what workflows use on purpose. */
export const maxSubExecutions = 10_000;
/** In characters: four times what one execution may hold. */
const maxTreeData = 200_000_000;

/**
 * The data of each sub-workflow are counted in whole units of this, rounded down: one with a handful of
 * tasks writes the total at no step. What is not counted is at most another 200 million characters.
 */
const unit = 20_000;

export function countedSize(size: number): number {
  return size - (size % unit);
}

/** The limit that more sub-workflows, or more data of them, would exceed, as an error message; null: none. */
export function treeLimitExceeded(rootId: string, totals: TreeTotals, growth: TreeTotals): string | null {
  if (growth.executions > 0 && totals.executions + growth.executions > maxSubExecutions)
    return (
      `No more sub-workflows can be started: ${totals.executions} were started below the execution ${rootId}, ` +
      `all levels together, ${growth.executions} more were to start, and the limit is ${maxSubExecutions}. ` +
      'Check for a workflow that starts itself endlessly, or split the work into several executions.'
    );
  if (growth.data > 0 && totals.data + growth.data > maxTreeData)
    return (
      `The sub-workflows below the execution ${rootId} would together hold more than ` +
      `${maxTreeData / 1_000_000} million characters of data: keep less of it, set keep-result to false, ` +
      'or split the work into several executions.'
    );
  return null;
}
