import type { GgufValue } from './gguf-cursor.ts';

/** The numbers of one architecture's metadata, by key without its prefix. Negative and infinite ones count as missing. */
export interface GgufNumbers {
  /** positive number, rounded up; null: none, or a list */
  readonly number: (key: string) => number | null;
  /** mean of a list, rounded up */
  readonly mean: (key: string) => number | null;
  readonly largest: (key: string) => number | null;
  readonly list: (key: string) => readonly number[] | null;
  /** number of one layer, 0 included */
  readonly at: (key: string, layer: number) => number | null;
}

export function ggufNumbers(
  values: ReadonlyMap<string, GgufValue>,
  architecture: string | null,
): GgufNumbers {
  const value = (key: string): GgufValue | undefined => values.get(`${architecture}.${key}`);
  const list = (key: string): readonly number[] | null => {
    const found = value(key);
    return typeof found === 'object' && found.every(isValid) ? found : null;
  };
  const number = (key: string): number | null => {
    const found = value(key);
    return typeof found === 'number' && isValid(found) && found > 0 ? Math.ceil(found) : null;
  };
  const positive = (found: number): number | null => (found > 0 ? Math.ceil(found) : null);
  return {
    list,
    number,
    mean: (key) => {
      const found = list(key);
      if (found === null) return number(key);
      return positive(found.reduce((sum, each) => sum + each, 0) / found.length);
    },
    largest: (key) => {
      const found = list(key);
      return found === null ? number(key) : positive(Math.max(0, ...found));
    },
    at: (key, layer) => {
      const found = list(key)?.[layer] ?? value(key);
      return typeof found === 'number' && isValid(found) ? found : null;
    },
  };
}

function isValid(value: number): boolean {
  return Number.isFinite(value) && value >= 0;
}
