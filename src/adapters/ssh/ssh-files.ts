import { randomUUID } from 'node:crypto';
import { posix } from 'node:path';
import type { FileFacts } from '../../core/domain/file-facts.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { lastLine } from '../../core/last-line.ts';
import { shell } from '../../core/shell-quote.ts';
import type { CommandOutcome, CommandRunner } from '../../ports/command-runner.ts';
import type { FileStore } from '../../ports/file-store.ts';
import {
  ABSENT,
  CHOWN,
  CREATE_DIRECTORY,
  FACTS,
  FREE,
  LIST,
  MOUNTS,
  NOT_A_FILE,
  READ,
  REMOVE,
  REMOVE_LEFTOVERS,
  WRITE,
} from './file-scripts.ts';
import { isMountedReadOnly } from './mounts.ts';

/** A script handles one small file; longer, its file system hangs, as that of an NFS server that is gone. */
const SCRIPT_MS = 60_000;

/** The file systems of a host, by short shell scripts there. Contents travel on stdin, never in a command line. */
export class SshFiles implements FileStore {
  readonly #runner: Pick<CommandRunner, 'run'>;
  /** name of the host */
  readonly #host: string;

  readonly #timeoutMs: number;

  constructor(runner: Pick<CommandRunner, 'run'>, host: string, timeoutMs = SCRIPT_MS) {
    this.#timeoutMs = timeoutMs;
    this.#runner = runner;
    this.#host = host;
  }

  async read(path: string): Promise<string | null> {
    return this.#read(READ, path);
  }

  async write(path: string, content: string, mode: number): Promise<void> {
    const bytes = String(Buffer.byteLength(content));
    await this.#change(WRITE, { path, words: [octal(mode), bytes, randomUUID()], content });
  }

  async createDirectory(path: string, mode: number): Promise<void> {
    await this.#change(CREATE_DIRECTORY, { path, words: [octal(mode)] });
  }

  async remove(path: string): Promise<void> {
    await this.#change(REMOVE, { path });
  }

  async removeLeftovers(directory: string): Promise<void> {
    await this.#change(REMOVE_LEFTOVERS, { path: directory });
  }

  async list(directory: string): Promise<readonly string[]> {
    const names = (await this.#read(LIST, directory)) ?? '';
    return names
      .split('\0')
      .filter((name) => name !== '')
      .sort();
  }

  async facts(path: string): Promise<FileFacts | null> {
    const text = await this.#read(FACTS, path);
    if (text === null) return null;
    const [kind = '', uid, gid, mode = '', seconds] = text.trim().split('|');
    return {
      kind: kind === 'directory' ? 'directory' : kind.startsWith('regular') ? 'file' : 'other',
      uid: Number(uid),
      gid: Number(gid),
      mode: Number.parseInt(mode, 8),
      modifiedMs: Number(seconds) * 1000,
    };
  }

  async chown(path: string, uid: number, gid: number): Promise<void> {
    await this.#change(CHOWN, { path, words: [String(uid), String(gid)] });
  }

  async isReadOnly(path: string): Promise<boolean> {
    const { stdout } = await this.#script(MOUNTS, { path });
    return isMountedReadOnly(stdout);
  }

  async freeBytes(path: string): Promise<number | null> {
    const { stdout } = await this.#script(FREE, { path });
    // blocks, used, available, capacity: POSIX.1-2024, df -P
    const [, blocks, available] = /\s(\d+)\s+\d+\s+(-?\d+)\s+\S+\s+\/.*$/.exec(lastLine(stdout) ?? '') ?? [];
    return blocks === undefined || Number(blocks) === 0 ? null : Number(available) * 1024;
  }

  async #read(script: string, path: string): Promise<string | null> {
    const outcome = await this.#script(script, { path });
    if (outcome.exitCode === 0) return outcome.stdout;
    if (outcome.exitCode === ABSENT) return null;
    const why = outcome.exitCode === NOT_A_FILE ? 'not a regular file' : reasonOf(outcome);
    throw new RmaError('RMA_FILE_UNREADABLE', `cannot read ${path} on host ${this.#host} (${why})`, {
      exitCode: EXIT.notReady,
      hint: shell`check its type and permissions there: ls -ld ${path}`,
      details: { host: this.#host },
    });
  }

  async #change(script: string, input: ScriptInput): Promise<void> {
    const outcome = await this.#script(script, input);
    if (outcome.exitCode === 0) return;
    const why = reasonOf(outcome);
    throw FULL.test(outcome.stderr) ? this.#full(input.path) : this.#unwritable(input.path, why);
  }

  #unwritable(path: string, why: string): RmaError {
    return new RmaError('RMA_FILE_UNWRITABLE', `cannot write ${path} on host ${this.#host} (${why})`, {
      exitCode: EXIT.notReady,
      hint: shell`check the permissions there: ls -ld ${posix.dirname(path)}`,
      details: { host: this.#host },
    });
  }

  #full(path: string): RmaError {
    return new RmaError(
      'RMA_DISK_FULL',
      `no space left on device: cannot write ${path} on host ${this.#host}`,
      {
        exitCode: EXIT.doesNotFit,
        hint: shell`free disk space there: df -h ${posix.dirname(path)}`,
        details: { host: this.#host },
      },
    );
  }

  async #script(script: string, { path, words = [], content = '' }: ScriptInput): Promise<CommandOutcome> {
    const argv = ['sh', '-c', script, 'sh', path, ...words] as const;
    try {
      return await this.#runner.run({ argv, stdin: content, timeoutMs: this.#timeoutMs });
    } catch (error) {
      if (error instanceof RmaError && error.code === 'RMA_COMMAND_TIMEOUT') throw this.#late(path);
      throw error;
    }
  }

  #late(path: string): RmaError {
    const seconds = Math.round(this.#timeoutMs / 1000);
    return new RmaError(
      'RMA_FILE_TIMEOUT',
      `${path} on host ${this.#host} cannot be accessed: no response from its file system after ${seconds} s`,
      {
        exitCode: EXIT.notReady,
        hint: 'check the disk or the NFS server of that path, then run the command again; to list mounts: rma hosts exec -- cat /proc/mounts',
        details: { host: this.#host },
      },
    );
  }
}

interface ScriptInput {
  readonly path: string;
  readonly words?: readonly string[];
  readonly content?: string;
}

/** Texts of strerror(3) in glibc and musl for ENOSPC and EDQUOT. */
const FULL = /no space left on device|quota exceeded/i;

/** Programs end their errors with the reason of the system: `cat: /a: Permission denied`. */
function reasonOf(outcome: CommandOutcome): string {
  const line = lastLine(outcome.stderr) ?? `exit code ${outcome.exitCode}`;
  return line
    .slice(line.lastIndexOf(': ') + 1)
    .trim()
    .toLowerCase();
}

function octal(mode: number): string {
  return mode.toString(8);
}
