import type { Invocation } from '../../ports/invocation.ts';

/** Runs a named piece of work and reports its start and its end. */
export async function step<T>(
  invocation: Pick<Invocation, 'reporter'>,
  text: string,
  work: () => Promise<T>,
): Promise<T> {
  invocation.reporter.emit({ type: 'step', id: text, state: 'start', text });
  try {
    const result = await work();
    invocation.reporter.emit({ type: 'step', id: text, state: 'done', text });
    return result;
  } catch (error) {
    invocation.reporter.emit({ type: 'step', id: text, state: 'fail', text });
    throw error;
  }
}
