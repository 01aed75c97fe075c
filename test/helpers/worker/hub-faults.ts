import { EXIT, RmaError } from '../../../src/core/errors.ts';

/** Returns a transient error. */
export function passing(): RmaError {
  return new RmaError('RMA_HUB_UNREACHABLE', 'hub 127.0.0.1 is not reachable');
}

/** Returns an error that requires user action. */
export function lasting(): RmaError {
  return new RmaError('RMA_HUB_UNAUTHORIZED', 'the hub rejected the token', {
    exitCode: EXIT.denied,
    hint: 'set a token',
  });
}
