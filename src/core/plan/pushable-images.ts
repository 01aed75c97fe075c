/**
 * Returns which images a host can get from another one: name, in the form of `imageKey` → the first other host that has it.
 * @param images host → its images
 */
export function pushableImages(
  host: string,
  images: ReadonlyMap<string, ReadonlySet<string>>,
): ReadonlyMap<string, string> {
  const from = new Map<string, string>();
  for (const [other, names] of images) {
    if (other === host) continue;
    for (const name of names) if (!from.has(name)) from.set(name, other);
  }
  return from;
}
