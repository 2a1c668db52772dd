/** Names in natural sort order: web-2 before web-10. */
const collator = new Intl.Collator('en', { numeric: true });

export function compareNaturally(left: string, right: string): number {
  // Names that the collator holds for equal still have one order.
  return collator.compare(left, right) || Number(left > right) - Number(left < right);
}
