import { EXIT, type ExitCode } from '../../core/errors.ts';

/** The exit codes for `rma help exit-codes` and the documentation. */
export const EXIT_MEANINGS: readonly { readonly code: ExitCode; readonly meaning: string }[] = [
  { code: EXIT.ok, meaning: 'success, or nothing to do' },
  { code: EXIT.failed, meaning: 'failure: network error, hub not available, object not found' },
  { code: EXIT.usage, meaning: 'invalid command line or configuration' },
  {
    code: EXIT.notReady,
    meaning: 'host not ready: Docker missing or too old, port in use, path not writable',
  },
  { code: EXIT.denied, meaning: 'access denied: token missing or invalid, or gated model' },
  { code: EXIT.doesNotFit, meaning: 'not enough GPU memory or disk space' },
  { code: EXIT.badContent, meaning: 'invalid or unsafe content: hash, path or format' },
  { code: EXIT.waitedTooLong, meaning: 'timeout waiting for a lease or lock of another process' },
  { code: EXIT.partial, meaning: 'partial failure: some items failed, the others succeeded' },
  {
    code: EXIT.changesPending,
    meaning:
      'changes are pending (--detailed-exitcode of rma plan and rma models outdated, rma compose render --check)',
  },
  { code: EXIT.interrupted, meaning: 'stopped by Ctrl-C (SIGINT)' },
  { code: EXIT.terminated, meaning: 'stopped by SIGTERM' },
];
