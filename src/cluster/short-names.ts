const FEWEST_KEPT = 6;

/**
 * Shortens names that begin alike: `…000009` for `aks-nodepool1-36421985-vmss000009`. At least six characters are kept, and
 * names stay different from each other. Names that share little are returned whole.
 */
export function shortNames(names: readonly string[]): (name: string) => string {
  const [first = ''] = names;
  let shared = names.length < 2 ? 0 : first.length;
  for (const name of names) while (!name.startsWith(first.slice(0, shared))) shared--;
  const shortest = Math.min(...names.map(({ length }) => length));
  const cut = Math.min(shared, shortest - FEWEST_KEPT);
  return (name) => (cut > FEWEST_KEPT && names.includes(name) ? `…${name.slice(cut)}` : name);
}
