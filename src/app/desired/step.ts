import type { Invocation } from '../../ports/invocation.ts';

/** Does one named thing and tells when it starts, and how it ended. */
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
