import { EXIT, type ExitCode } from '../../core/errors.ts';

/** What each exit code means, for `rma help exit-codes` and the documentation. */
export const EXIT_MEANINGS: readonly { readonly code: ExitCode; readonly meaning: string }[] = [
  { code: EXIT.ok, meaning: 'done, or nothing to do' },
  { code: EXIT.failed, meaning: 'failed: the network, a hub that is down, something not found' },
  { code: EXIT.usage, meaning: 'wrong use of the command line, or a fault in the configuration' },
  {
    code: EXIT.notReady,
    meaning: 'this machine is not ready: no Docker, too old, port taken, path not writable',
  },
  { code: EXIT.denied, meaning: 'the hub refused: no or wrong token, or a gated model' },
  { code: EXIT.doesNotFit, meaning: 'it does not fit: GPU memory or disk' },
  { code: EXIT.badContent, meaning: 'content is wrong or unsafe: hash, path or format' },
  { code: EXIT.waitedTooLong, meaning: 'waited too long for a lease or lock that another process holds' },
  { code: EXIT.partial, meaning: 'part of it failed, the rest is done' },
  {
    code: EXIT.changesPending,
    meaning: 'changes are pending (rma plan --detailed-exitcode, rma compose render --check)',
  },
  { code: EXIT.interrupted, meaning: 'stopped by Ctrl-C (SIGINT)' },
  { code: EXIT.terminated, meaning: 'stopped by SIGTERM' },
];
