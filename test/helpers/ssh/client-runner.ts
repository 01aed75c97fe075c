import { delimiter } from 'node:path';
import { LocalRunner } from '../../../src/adapters/exec/local-runner.ts';
import type { CommandRunner } from '../../../src/ports/command-runner.ts';

/** Returns a runner of this machine whose `ssh` is the client's. */
export function clientRunner({ bin }: { readonly bin: string }): CommandRunner {
  return new LocalRunner({ ...process.env, PATH: `${bin}${delimiter}${process.env['PATH']}` });
}
