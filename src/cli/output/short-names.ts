/**
 * Shortens names that begin alike, so that columns stay narrow: `aks-nodepool1-36421985-vmss000009` -> `…000009`.
 *
 * Names of one word are left as they are, and so is everything when nothing would be gained.
 */
export function shortNames(names: readonly string[]): ReadonlyMap<string, string> {
  const [first = ''] = names;
  let shared = first.length;
  for (const name of names) {
    while (!name.startsWith(first.slice(0, shared))) shared--;
  }
  // Keep the last six characters at least, and never cut in the middle of nothing.
  const cut = Math.min(shared, Math.min(...names.map((name) => name.length)) - 6);
  return new Map(names.map((name) => [name, names.length > 1 && cut > 4 ? `…${name.slice(cut)}` : name]));
}
