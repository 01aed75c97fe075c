import { isPortTaken, machineHasAddress, readListeners } from '../../core/network/proc-net.ts';
import type { CommandRunner } from '../../ports/command-runner.ts';
import type { PortProbe, Reachability } from '../../ports/port-probe.ts';

const REACH_SECONDS = 5;
const READ_MS = 20_000;
const NO_PROGRAM = 127;
/** Connects with bash, which nearly every server has, else with netcat. */
const REACH = `if command -v bash >/dev/null && command -v timeout >/dev/null
then exec timeout ${REACH_SECONDS} bash -c 'exec 3<>"/dev/tcp/$1/$2"' bash "$1" "$2"
elif command -v nc >/dev/null
then exec nc -v -z -w ${REACH_SECONDS} "$1" "$2"
else exit ${NO_PROGRAM}
fi`;

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

  async reach(address: string, port: number): Promise<Reachability> {
    const argv = ['sh', '-c', REACH, 'sh', address, String(port)] as const;
    const { exitCode, stderr } = await this.#runner.run({ argv, timeoutMs: 2 * REACH_SECONDS * 1000 });
    if (exitCode === 0) return 'open';
    if (exitCode === NO_PROGRAM) return 'unknown';
    return /refused/i.test(stderr) ? 'refused' : 'unreachable';
  }

  async hasAddress(address: string): Promise<boolean> {
    return machineHasAddress(await this.#read('/proc/net/fib_trie', '/proc/net/if_inet6'), address);
  }

  /** A kernel without IPv6 lacks the tables for it. */
  async #read(...files: readonly string[]): Promise<string> {
    const argv = ['cat', ...files] as const;
    return (await this.#runner.run({ argv, timeoutMs: READ_MS })).stdout;
  }
}
