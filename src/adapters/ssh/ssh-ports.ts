import { isPortTaken, machineHasAddress, readListeners } from '../../core/network/proc-net.ts';
import type { CommandRunner } from '../../ports/command-runner.ts';
import type { PortProbe } from '../../ports/port-probe.ts';

/** Finds ports and addresses of a Linux host in its tables of sockets and addresses. */
export class SshPorts implements PortProbe {
  readonly #runner: Pick<CommandRunner, 'run'>;
  /** the table that is being read; ports are checked many at a time */
  #reading: Promise<string> | null = null;

  constructor(runner: Pick<CommandRunner, 'run'>) {
    this.#runner = runner;
  }

  async isTaken(address: string, port: number): Promise<boolean> {
    this.#reading ??= this.#read('/proc/net/tcp', '/proc/net/tcp6').finally(() => {
      this.#reading = null;
    });
    return isPortTaken(readListeners(await this.#reading), address, port);
  }

  async hasAddress(address: string): Promise<boolean> {
    return machineHasAddress(await this.#read('/proc/net/fib_trie', '/proc/net/if_inet6'), address);
  }

  /** A kernel without IPv6 lacks the tables for it. */
  async #read(...files: readonly string[]): Promise<string> {
    const argv = ['cat', ...files] as const;
    return (await this.#runner.run({ argv })).stdout;
  }
}
