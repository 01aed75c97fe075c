import type { Dialog } from '../../../src/core/source/source.ts';

/** Returns the result of a dialog whose requests get these bodies, in order, each with status 200. */
export function answerAll<T>(dialog: Dialog<T>, bodies: readonly string[]): T {
  let step = dialog.next();
  for (const text of bodies) {
    if (step.done === true) throw new Error('the dialog ended early');
    step = dialog.next({ status: 200, headers: {}, hops: [], text });
  }
  if (step.done !== true) throw new Error(`an unexpected request: ${step.value.url}`);
  return step.value;
}
