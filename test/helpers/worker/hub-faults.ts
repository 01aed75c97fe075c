import { EXIT, RmaError } from '../../../src/core/errors.ts';

/** A fault that may go away. */
export function passing(): RmaError {
  return new RmaError('RMA_HUB_UNREACHABLE', 'hub 127.0.0.1 is not reachable');
}

/** A fault that waits for a person. */
export function lasting(): RmaError {
  return new RmaError('RMA_HUB_UNAUTHORIZED', 'the hub rejected the token', {
    exitCode: EXIT.denied,
    hint: 'set a token',
  });
}
