import { beforeAll } from 'vitest';

/** Registers work for the end of a test, as `onTestFinished` does, or of a file. */
export type AtEnd = (work: () => Promise<void> | void) => void;

/**
 * Makes an object before the first test of a file, for all of them. What it registers runs after the last test, the latest
 * first. The returned object has its properties when the first test runs.
 */
export function beforeTests<T extends object>(make: (atEnd: AtEnd) => Promise<T>): T {
  const made: Partial<T> = {};
  beforeAll(async () => {
    const ends: (() => Promise<void> | void)[] = [];
    const end = async () => {
      for (const work of ends.reverse()) await work();
    };
    try {
      Object.assign(made, await make((work) => ends.push(work)));
    } catch (error) {
      await end();
      throw error;
    }
    return end;
  });
  return made as T;
}
