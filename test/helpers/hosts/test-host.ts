import { readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { vi } from 'vitest';
import type { GpuFolder } from '../../standins/gpus/gpu-folder.ts';
import { judgeProgram } from '../judges/judge-program.ts';
import { PATIENCE } from '../patience.ts';
import { CHECKOUT, runProgram, type ScriptResult } from '../stack/engine-script.ts';

export type HostName = 'h1' | 'h2' | 'h3' | 'h4' | 'h5' | 'h6' | 'h7' | 'h8' | 'h9';

/** The size of a disk in memory, which uses none before it has files. */
export const ROOM = '16g';

/** Runs `scripts/hosts.sh …`. Throws when it fails. */
export async function hostsScript(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { code, stdout, stderr } = await runProgram(`${CHECKOUT}/scripts/hosts.sh`, args, {
    ...process.env,
    ...env,
  });
  if (code !== 0) throw new Error(`scripts/hosts.sh ${args.join(' ')} (${code}): ${stdout}${stderr}`);
}

/** A running machine with its own network, processes, SSH server and engine; the user may log in as root with `ssh NAME`. */
export class TestHost {
  readonly name: HostName;
  /** its address in the network of all hosts; containers of others reach it there */
  readonly ip: string;
  readonly ipv6: string;
  /** null: no GPUs */
  readonly gpus: GpuFolder | null;
  readonly #folder: string;
  readonly #env: Readonly<Record<string, string>>;

  constructor(name: HostName, gpus: GpuFolder | null, env: Readonly<Record<string, string>>) {
    this.name = name;
    this.ip = `10.77.0.1${name.slice(1)}`;
    this.ipv6 = `fd00:77::1${name.slice(1)}`;
    this.gpus = gpus;
    this.#env = env;
    this.#folder = join('/tmp', process.env['RMA_HOSTS'] ?? '', name);
  }

  /** the address for `hosts` in rma.yaml */
  get ssh(): string {
    return `ssh://root@${this.ip}`;
  }

  /** the home directory of the user there */
  get home(): string {
    return join(this.#folder, 'home');
  }

  /** Runs a shell command on the host, not over SSH. */
  sh(script: string): Promise<ScriptResult> {
    return runProgram(`${CHECKOUT}/scripts/hosts.sh`, ['in', this.name, 'bash', '-euc', script]);
  }

  /** Returns the trimmed output of a `docker` command on the host. Throws when it fails. */
  async docker(...args: readonly string[]): Promise<string> {
    const argv = ['in', this.name, 'docker', ...args];
    const { code, stdout, stderr } = await runProgram(`${CHECKOUT}/scripts/hosts.sh`, argv);
    if (code !== 0) throw new Error(`docker ${args.join(' ')} on ${this.name}: ${stderr}`);
    return stdout.trim();
  }

  /** Ends all its processes, as a loss of power does. Its disks remain. */
  kill(): Promise<void> {
    return hostsScript(['kill', this.name]);
  }

  /** Starts it again after `kill`, as after a loss of power. */
  start(): Promise<void> {
    return hostsScript(['start', this.name], this.#env);
  }

  /** Pulls the network cable, or plugs it in again. */
  link(state: 'up' | 'down'): Promise<void> {
    return hostsScript(['link', this.name, state]);
  }

  /** Drops all packets of the network silently, or no longer: connections stay open and nothing answers. */
  async packets(state: 'dropped' | 'passed'): Promise<void> {
    const flag = state === 'dropped' ? '--insert' : '--delete';
    const received = `iptables --table raw ${flag} PREROUTING --in-interface eth0 --jump DROP`;
    await this.#expect(
      `${received}; iptables --table mangle ${flag} POSTROUTING --out-interface eth0 --jump DROP`,
    );
  }

  /** Sets lines of sshd_config that win over the usual ones, for new connections. */
  async sshd(...lines: readonly string[]): Promise<void> {
    await writeFile(join(this.#folder, 'sshd.d/test.conf'), `${lines.join('\n')}\n`);
    await this.#reloadSshd();
  }

  /** What bash prints before the output of every command over SSH; empty: nothing. */
  async banner(text: string): Promise<void> {
    await writeFile(join(this.home, '.bashrc'), text === '' ? '' : `echo '${text}'\n`);
  }

  /** Replaces its host key, as a new installation does; the user knows only the old one. */
  async newHostKey(): Promise<void> {
    const key = join(this.#folder, 'host_key');
    await rm(key);
    const argv = ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', key];
    await runProgram(judgeProgram('openssh', 'ssh-keygen'), argv);
    await this.#reloadSshd();
  }

  /** Makes its current host key known to the user, in the place of an earlier one. */
  trust(): Promise<void> {
    return hostsScript(['trust', this.name]);
  }

  /** Leaves no space on the disk of its volumes, or enough again; for hosts with the option `ownDisk`. */
  async disk(state: 'full' | 'free'): Promise<void> {
    const used = `$(df --output=used -k "$volumes" | tail -n 1 | tr -d ' ')k`;
    await this.#expect(`volumes=$(docker info --format {{.DockerRootDir}})/volumes
      mount -o "remount,size=${state === 'full' ? used : ROOM}" "$volumes"`);
  }

  /** Sets the clock of `date` on the host to so many seconds ahead of the others. */
  async clock(offset: number): Promise<void> {
    await writeFile(join(this.#folder, 'clock-offset'), `${offset}`);
  }

  /** Returns the logs of its SSH server and its engine. */
  async logs(): Promise<string> {
    const { stdout } = await runProgram('sh', ['-c', `tail -n 100 '${this.#folder}'/log/*.log`]);
    return stdout;
  }

  async #reloadSshd(): Promise<void> {
    const before = this.#sshdStarts();
    await this.#expect('kill -HUP "$(cat /run/sshd.pid)"');
    await vi.waitUntil(() => this.#sshdStarts() > before, PATIENCE);
  }

  #sshdStarts(): number {
    const log = readFileSync(join(this.#folder, 'log/sshd.log'), 'utf8');
    return log.split(`listening on ${this.ip} `).length;
  }

  async #expect(script: string): Promise<void> {
    const { code, stdout, stderr } = await this.sh(script);
    if (code !== 0) throw new Error(`${script} on ${this.name}: ${stdout}${stderr}`);
  }
}
