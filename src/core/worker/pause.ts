/** The pause before the next try, milliseconds: doubles with each failure in a row, up to the cap. `failures` counts from 1. */
export function pauseAfter(failures: number, firstMs: number, capMs: number): number {
  return Math.min(capMs, firstMs * 2 ** Math.min(failures - 1, 30));
}
