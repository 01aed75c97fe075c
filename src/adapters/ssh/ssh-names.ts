import { isIP } from 'node:net';
import type { CommandRunner } from '../../ports/command-runner.ts';
import type { NameLookup } from '../../ports/name-lookup.ts';

/** Where getent (glibc, musl) is missing, the name counts as one with an address: it cannot be checked. */
const LOOKUP = 'command -v getent >/dev/null 2>&1 || exit 0; getent hosts "$1" >/dev/null';

/** The name resolver of a host. */
export class SshNames implements NameLookup {
  readonly #runner: Pick<CommandRunner, 'run'>;

  constructor(runner: Pick<CommandRunner, 'run'>) {
    this.#runner = runner;
  }

  async hasAddress(name: string): Promise<boolean> {
    if (isIP(name) !== 0) return true;
    const outcome = await this.#runner.run({ argv: ['sh', '-c', LOOKUP, 'sh', name] });
    return outcome.exitCode === 0;
  }
}
