import {
  readForgetRequest,
  readPinRequest,
  readPolicy,
  readUndoRequest,
} from '../../core/cache/worker-messages.ts';
import { EXIT, type ExitCode } from '../../core/errors.ts';
import { createCacheStore } from '../cache-store.ts';
import type { Invocation } from './invocation.ts';

/** Runs `rma-worker prune`: removes what the policy on stdin selects, and prints what it did. */
export async function prune({ env, print, readStdin, stop }: Invocation): Promise<ExitCode> {
  const policy = readPolicy(await readStdin());
  const result = await createCacheStore(env).prune(policy, { onWait: () => undefined, signal: stop });
  print(`${JSON.stringify(result)}\n`);
  return EXIT.ok;
}

/** Runs `rma-worker undo`: restores what the request on stdin names, and prints what it did. */
export async function undo({ env, print, readStdin, stop }: Invocation): Promise<ExitCode> {
  const { names } = readUndoRequest(await readStdin());
  const result = await createCacheStore(env).undo(names, { onWait: () => undefined, signal: stop });
  print(`${JSON.stringify(result)}\n`);
  return EXIT.ok;
}

/** Runs `rma-worker pin`: changes the pins that the request on stdin names, and prints which were changed. */
export async function pin({ env, print, readStdin }: Invocation): Promise<ExitCode> {
  const { models, pinned } = readPinRequest(await readStdin());
  print(`${JSON.stringify(await createCacheStore(env).pin(models, pinned))}\n`);
  return EXIT.ok;
}

/** Runs `rma-worker forget`: removes the records of what the workers on stdin need, and prints their profiles. */
export async function forget({ env, print, readStdin }: Invocation): Promise<ExitCode> {
  const request = readForgetRequest(await readStdin());
  print(`${JSON.stringify(await createCacheStore(env).forget(request))}\n`);
  return EXIT.ok;
}
