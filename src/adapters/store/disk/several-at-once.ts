/** Enough to keep the threads busy that wait for the disk. */
const AT_ONCE = 16;

/**
 * Does a step for each item, several at the same time: a step that waits for the disk takes little CPU time, but a thousand of
 * them in a row take a second. After a failure no further step is begun. Returns or throws the first failure once none is
 * running.
 */
export async function severalAtOnce<T>(items: Iterable<T>, step: (item: T) => Promise<void>): Promise<void> {
  const left = items[Symbol.iterator]();
  let failure: { readonly error: unknown } | null = null;
  const work = async () => {
    for (let next = left.next(); next.done !== true && failure === null; next = left.next()) {
      await step(next.value).catch((error: unknown) => {
        failure ??= { error };
      });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  rethrow(failure);
}

function rethrow(failure: { readonly error: unknown } | null): void {
  if (failure !== null) throw failure.error;
}
