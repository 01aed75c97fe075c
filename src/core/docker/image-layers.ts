/** Returns how many of the lowest layers of an image are also the lowest ones of another image. */
export function sharedLayers(layers: readonly string[], others: Iterable<readonly string[]>): number {
  let most = 0;
  for (const other of others) {
    const differs = layers.findIndex((layer, at) => other[at] !== layer);
    most = Math.max(most, differs < 0 ? layers.length : differs);
  }
  return most;
}
