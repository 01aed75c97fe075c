const GIB = 2 ** 30;

/** Returns bytes as a quantity of Kubernetes, in the largest unit that divides them. */
export function byteQuantity(bytes: number): string {
  const units = [
    ['Gi', GIB],
    ['Mi', 2 ** 20],
    ['Ki', 2 ** 10],
  ] as const;
  const [unit, size] = units.find(([, candidate]) => bytes % candidate === 0) ?? ['', 1];
  return `${bytes / size}${unit}`;
}

/** Returns bytes rounded up to whole GiB. */
export function wholeGib(bytes: number): number {
  return Math.ceil(bytes / GIB) * GIB;
}
