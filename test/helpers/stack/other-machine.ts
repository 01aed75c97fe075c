import { chmod, cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { CHECKOUT, runProgram, type ScriptResult } from './engine-script.ts';

/** Returns a copy of the scripts that any user of the machine may read; deleted with the test. */
export async function publicCopy(): Promise<string> {
  const folder = await temporaryFolder();
  await cp(join(CHECKOUT, 'scripts'), join(folder, 'scripts'), { recursive: true });
  await chmod(folder, 0o755);
  return folder;
}

/** Runs a command with this /etc/os-release, in its own mount namespace. */
export async function runOn(osRelease: string, command: readonly string[]): Promise<ScriptResult> {
  const file = join(await temporaryFolder(), 'os-release');
  await writeFile(file, osRelease);
  return runInNamespace('mount --bind "$0" /etc/os-release; exec "$@"', [file, ...command]);
}

const EMPTY_APT =
  'mount -t tmpfs none /etc/apt; mkdir /etc/apt/apt.conf.d /etc/apt/sources.list.d; touch /etc/apt/sources.list';

/** Runs a command without apt sources. */
export const runWithoutAptSources = (command: readonly string[]): Promise<ScriptResult> =>
  runInNamespace(`${EMPTY_APT}; exec "$@"`, ['bash', ...command]);

/** Runs a command while this program cannot be executed. */
export const runHiding = (program: string, command: readonly string[]): Promise<ScriptResult> =>
  runInNamespace('if [ -e "$0" ]; then mount --bind /dev/null "$0"; fi; exec "$@"', [program, ...command]);

/** Runs a command as the user nobody. */
export const runAsNobody = (command: readonly string[]): Promise<ScriptResult> =>
  runProgram('setpriv', ['--reuid', '65534', '--regid', '65534', '--clear-groups', ...command]);

/** Runs a command as root without CAP_SYS_ADMIN, as in a container. */
export const runUnprivileged = (command: readonly string[]): Promise<ScriptResult> =>
  runProgram('setpriv', ['--bounding-set', '-sys_admin', ...command]);

/** Runs a command with every program of this machine except one on PATH. */
export async function runWithoutProgram(name: string, command: readonly string[]): Promise<ScriptResult> {
  return runWithPath(await pathWithout(name), command);
}

/** Runs a command with a Node.js of this version. */
export async function runWithNode(version: string, command: readonly string[]): Promise<ScriptResult> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'node'), `#!/bin/sh\necho v${version}\n`, { mode: 0o755 });
  return runWithPath(`${folder}:${process.env['PATH']}`, command);
}

const runWithPath = (path: string, [file = '', ...args]: readonly string[]): Promise<ScriptResult> =>
  runProgram(file, args, { ...process.env, PATH: path });

const runInNamespace = (script: string, args: readonly string[]): Promise<ScriptResult> =>
  runProgram('unshare', ['--mount', 'bash', '-euc', script, ...args]);

/** Creates a directory of links to every program on PATH except one; earlier directories win. */
async function pathWithout(name: string): Promise<string> {
  const links = join(await temporaryFolder(), 'bin');
  await mkdir(links);
  const made = new Set([name]);
  for (const folder of (process.env['PATH'] ?? '').split(':')) {
    const programs = await readdir(folder).catch(() => []);
    for (const program of programs.filter((each) => !made.has(each))) {
      made.add(program);
      await symlink(join(folder, program), join(links, program));
    }
  }
  return links;
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rma-elsewhere-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}
