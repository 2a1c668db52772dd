/**
 * All nodes of a tree of YAQL or Jinja, in no order. Without recursion: a long chain of operators is a deep
 * tree.
 */
export function treeNodes<Node extends { readonly kind: string }>(tree: Node | readonly Node[]): Node[] {
  const nodes: Node[] = [];
  const waiting: unknown[] = [tree];
  while (waiting.length > 0) {
    const part = waiting.pop();
    if (typeof part !== 'object' || part === null) continue;
    if (isNode<Node>(part)) nodes.push(part);
    // The contents of a constant are data.
    if (!isNode(part) || part.kind !== 'constant')
      for (const inner of Object.values(part)) waiting.push(inner);
  }
  return nodes;
}

/** Children may also be inside lists, pairs, and the arguments of a call. */
function isNode<Node extends { readonly kind: string }>(part: object): part is Node {
  return 'kind' in part;
}
