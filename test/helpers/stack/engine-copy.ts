import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { CHECKOUT, engineScript, evaluatedEnv, runProgram, type ScriptResult } from './engine-script.ts';

const VICTIMS = {
  dockerd: /^process \d+ dockerd /,
  helpers: /slirp4netns --configure|forwarder\.mjs/,
  everything: /^process /,
};

/** A copy of the scripts in a path with a space, with its own engine. Deleted after the test. */
export class EngineCopy {
  readonly checkout: string;

  private constructor(checkout: string) {
    this.checkout = checkout;
  }

  /** Creates a copy with the unpacked packages of this checkout. */
  static async create(): Promise<EngineCopy> {
    const top = await mkdtemp(join(tmpdir(), 'rma copy '));
    const copy = new EngineCopy(join(top, 'the checkout'));
    onTestFinished(async () => {
      await copy.engine('purge');
      await rm(top, { recursive: true, force: true });
    });
    await mkdir(join(copy.checkout, '.engine'), { recursive: true });
    await cp(join(CHECKOUT, 'scripts'), join(copy.checkout, 'scripts'), { recursive: true });
    await copy.#takePackages();
    return copy;
  }

  engine(...args: readonly string[]): Promise<ScriptResult> {
    return engineScript(this.checkout, ...args);
  }

  env(...args: readonly string[]): Promise<Record<string, string>> {
    return evaluatedEnv(this.checkout, ...args);
  }

  /** Returns the trimmed output of a `docker` command on this engine. Throws when it fails. */
  async docker(...args: readonly string[]): Promise<string> {
    const env = { ...process.env, ...(await this.env('env')) };
    const { code, stdout, stderr } = await runProgram('docker', args, env);
    if (code !== 0) throw new Error(`docker ${args.join(' ')}: ${stderr}`);
    return stdout.trim();
  }

  /** Imports an image with only busybox, from the packages of this machine. */
  async importBusybox(from: NodeJS.ProcessEnv, image: string): Promise<void> {
    const script =
      'docker run --rm --pull never "$1" tar -c -C / usr/bin/busybox | (eval "$("$2" env)"; docker import - busybox)';
    const args = ['-euo', 'pipefail', '-c', script, 'bash', image, `${this.checkout}/scripts/engine.sh`];
    const { code, stderr } = await runProgram('bash', args, from);
    if (code !== 0) throw new Error(`import of busybox: ${stderr}`);
  }

  /** Returns the kinds of leftovers that `scripts/engine.sh leftovers` lists. */
  async leftovers(): Promise<readonly string[]> {
    const { stdout } = await this.engine('leftovers');
    const kinds = stdout.split('\n').map((line) => line.split(' ')[0] ?? '');
    return [...new Set(kinds.filter((kind) => kind !== ''))].sort();
  }

  /** Kills processes of this engine with SIGKILL; killing only `dockerd` leaves the containers running. */
  async kill(what: keyof typeof VICTIMS): Promise<void> {
    const { stdout } = await this.engine('leftovers');
    const lines = stdout.split('\n').filter((line) => line.startsWith('process '));
    const chosen = lines.filter((line) => VICTIMS[what].test(line));
    for (const line of chosen) process.kill(Number(line.split(' ')[1]), 'SIGKILL');
  }

  /** Uses hard links to avoid a copy of several hundred megabytes. */
  async #takePackages(): Promise<void> {
    const parts = ['root', 'bin', 'cli', 'get.done'].map((name) => join(CHECKOUT, '.engine', name));
    await runProgram('cp', ['-al', ...parts, join(this.checkout, '.engine')]);
  }
}
