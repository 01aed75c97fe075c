import type { Box } from '../../ports/box.ts';

/** Does one named thing and tells when it starts, and how it ended. */
export async function step<T>(box: Box, text: string, work: () => Promise<T>): Promise<T> {
  box.reporter.emit({ type: 'step', id: text, state: 'start', text });
  try {
    const result = await work();
    box.reporter.emit({ type: 'step', id: text, state: 'done', text });
    return result;
  } catch (error) {
    box.reporter.emit({ type: 'step', id: text, state: 'fail', text });
    throw error;
  }
}
