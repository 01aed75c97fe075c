/** Returns a method that fails the test which calls it. */
export function refuse(what: string): (...args: readonly unknown[]) => Promise<never> {
  return async () => {
    throw new Error(`${what} was not expected`);
  };
}
