/** Formats a size in the largest exact unit, as settings write it. */
export function sizeText(bytes: number): string {
  const units = [
    ['GB', 1e9],
    ['GiB', 2 ** 30],
    ['MB', 1e6],
    ['MiB', 2 ** 20],
  ] as const;
  const [unit, size] = units.find(([, candidate]) => bytes > 0 && bytes % candidate === 0) ?? ['B', 1];
  return `${bytes / size}${unit}`;
}
