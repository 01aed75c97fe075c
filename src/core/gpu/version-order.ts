/** Returns whether a version such as `8.9` or `580.95.05` is lower than a minimum; false if one of them is unknown. */
export function isBelow(version: string | null, minimum: string | null): boolean {
  if (version === null || minimum === null) return false;
  const [own, least] = [version, minimum].map((text) => text.split('.').map(Number));
  for (const [at, part] of (least ?? []).entries()) {
    const other = own?.[at] ?? 0;
    if (other !== part) return other < part;
  }
  return false;
}
