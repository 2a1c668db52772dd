/**
 * The name of a cluster's node from the cluster's `node.name.format`: `$I` is the index, `$3I` the index with
 * leading zeros, `$R` and `$8R` letters of chance, the rest is taken as it is (senlin/common/utils.py,
 * format_node_name).
 */
export function formatNodeName(
  format: string,
  index: number,
  randomLetters: (count: number) => string,
): string {
  return format.replace(/\$(\d{0,2})([IR])/g, (_, width: string, kind: string) =>
    kind === 'I' ? String(index).padStart(Number(width), '0') : randomLetters(Number(width) || 8),
  );
}

/** Senlin's own default. */
export const DEFAULT_NODE_NAME_FORMAT = 'node-$8R';
