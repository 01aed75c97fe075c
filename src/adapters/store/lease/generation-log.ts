import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { EXIT, RmaError } from '../../../core/errors.ts';
import type { Schema } from '../../../core/schema/parse.ts';
import { matching } from '../../../core/schema/rules.ts';
import { shell } from '../../../core/shell-quote.ts';
import { type Disk, errnoOf, NO_SPACE, unless } from '../disk/disk.ts';
import { createDir, readJson, writeNew, writeQuick } from '../disk/files.ts';

/** The process that created a generation. Immutable. */
export interface LeaseRecord {
  readonly schema: 'rma.lease/v1';
  readonly host: string;
  /** boot ID of the holder's kernel; null if unknown */
  readonly boot: string | null;
  readonly pid: number;
  /** random; unlike a pid, unique across containers */
  readonly token: string;
  /** file name of the holder's liveness socket; null if it has none */
  readonly witness: string | null;
  /** device number of the leases' file system as the holder has it mounted; null: unknown */
  readonly device?: string | null | undefined;
}

/** State that a running holder rewrites. */
export interface Heartbeat {
  readonly token: string;
  readonly beat: number;
  readonly released: boolean;
  readonly doneBytes: number;
  readonly totalBytes: number;
  readonly reserved?: ReservedSpace | undefined;
}

/** Disk space that a holder still needs. */
export interface ReservedSpace {
  readonly bytes: number;
  /** device number of the file system; null: that of the leases */
  readonly device: string | null;
}

export interface Generation {
  readonly number: number;
  readonly record: LeaseRecord | null;
  readonly heartbeat: Heartbeat | null;
}

const leaseRecord: Schema<LeaseRecord> = z.object({
  schema: z.literal('rma.lease/v1'),
  host: z.string(),
  boot: z.nullable(z.string()),
  pid: z.number(),
  token: z.string(),
  witness: z.nullable(matching(/^[\w.-]+$/, 'a file name')),
  device: z.optional(z.nullable(z.string())),
});

const heartbeat: Schema<Heartbeat> = z.object({
  token: z.string(),
  beat: z.number(),
  released: z.boolean(),
  doneBytes: z.number(),
  totalBytes: z.number(),
  reserved: z.optional(z.object({ bytes: z.number(), device: z.nullable(z.string()) })),
});

/** Largest number of a generation: far above what is ever reached, and far below the numbers that a double cannot distinguish. */
const MAX_NUMBER = 1e15;

/** Number of old generations that are kept, so that a late claim of one of them fails. */
const KEPT = 2;

/**
 * A lease as a growing list of numbered generations `g<N>`; the highest is valid. A generation is written under another
 * name and then linked, which fails if the number exists, on every file system with hard links, including NFS.
 */
export class GenerationLog {
  readonly #disk: Disk;
  readonly #dir: string;
  readonly #staging: string;

  constructor(disk: Disk, dir: string, staging: string) {
    this.#disk = disk;
    this.#dir = dir;
    this.#staging = staging;
  }

  /** Returns the number of the highest generation, 0 if there is none. @throws RmaError RMA_STORE_LEASE_INVALID exit 1 */
  async highest(): Promise<number> {
    return (await this.#numbers()).reduce((highest, number) => Math.max(highest, number), 0);
  }

  async read(number: number): Promise<Generation> {
    const record = await readJson(this.#disk, join(this.#dir, `g${number}`), leaseRecord);
    const heartbeat = await this.heartbeat(number);
    // if the log was removed meanwhile, a late heartbeat may belong to an earlier holder of this number
    const isOther = record !== null && heartbeat !== null && record.token !== heartbeat.token;
    return { number, record, heartbeat: isOther ? null : heartbeat };
  }

  /** Returns the last heartbeat of a generation; null if there is none. */
  heartbeat(number: number): Promise<Heartbeat | null> {
    return readJson(this.#disk, join(this.#dir, `hb${number}`), heartbeat);
  }

  /**
   * Tries to create the generation after `previous`, the last one, whose lease has ended (null: the log is empty). Returns
   * false if another process did, or removed the log meanwhile. On a full disk its record may be empty: then others rely on
   * the heartbeats of its holder only.
   */
  async claim(record: LeaseRecord, previous: Generation | null): Promise<boolean> {
    const number = (previous?.number ?? 0) + 1;
    const temp = join(this.#staging, `${randomUUID()}.lease`);
    const target = join(this.#dir, `g${number}`);
    const fault = await this.#write(temp, record);
    try {
      // check before the link, too: a late generation would end the lease of another holder, even if removed at once
      if (!(await this.#has(previous)) || !(await this.#link(temp, target))) return false;
      // a late process may claim a number that was removed long ago, or in a log that was created again
      if ((await this.highest()) === number && (await this.#has(previous))) return true;
      await this.#disk.rm(target, { force: true });
      return false;
    } catch (error) {
      // without a file there is nothing to link
      throw fault ?? error;
    } finally {
      await this.#disk.rm(temp, { force: true });
    }
  }

  async beat(number: number, heartbeat: Heartbeat): Promise<void> {
    await writeQuick(this.#disk, {
      staging: this.#staging,
      path: join(this.#dir, `hb${number}`),
      text: `${JSON.stringify(heartbeat)}\n`,
    });
  }

  /** Removes the last generation `number`, if it cannot be marked as released; called by its holder only. */
  async withdraw(number: number): Promise<void> {
    // the heartbeat first: the next holder of this number must not find it
    await this.#disk.rm(join(this.#dir, `hb${number}`), { force: true });
    await this.#disk.rm(join(this.#dir, `g${number}`), { force: true });
  }

  /**
   * Removes the log with its last generation `number`, which ends the lease; called by its holder only. A waiting process
   * creates the log again. Returns false if the generation is no longer the last one or belongs to another holder.
   */
  async remove(number: number, token: string): Promise<boolean> {
    const { record } = await this.read(number);
    if ((await this.highest()) !== number || record?.token !== token) return false;
    // the holder's own generation last: while it exists, no other process claims one
    await this.#clear((old) => old < number);
    await this.withdraw(number);
    await unless(['ENOENT', 'ENOTEMPTY', 'EEXIST'], this.#disk.rmdir(this.#dir));
    return true;
  }

  /** Removes old generations before `number`; called by its holder only. */
  clearBefore(number: number): Promise<void> {
    return this.#clear((old) => old < number - KEPT);
  }

  async #clear(isOld: (number: number) => boolean): Promise<void> {
    for (const old of (await this.#numbers()).filter(isOld)) {
      // recursive: there may be a directory instead of a record
      await this.#disk.rm(join(this.#dir, `g${old}`), { force: true, recursive: true });
      await this.#disk.rm(join(this.#dir, `hb${old}`), { force: true, recursive: true });
    }
  }

  /** Returns whether this generation still exists; another one may have its number. */
  async #has(generation: Generation | null): Promise<boolean> {
    const token = generation?.record?.token;
    return token === undefined || (await this.read(generation?.number ?? 0)).record?.token === token;
  }

  /** Writes a record. Returns the fault if there is no space for it. */
  async #write(path: string, record: LeaseRecord): Promise<unknown> {
    try {
      await writeNew(this.#disk, path, { text: `${JSON.stringify(record)}\n`, sync: false });
      return null;
    } catch (error) {
      if (NO_SPACE.includes(errnoOf(error) ?? '')) return error;
      throw error;
    }
  }

  /**
   * Links a file in the directory of the log. Returns false if the name exists, or a holder removed the directory. On NFS the
   * reply of link(2) may be lost although the link exists: then the file has two names.
   */
  async #link(temp: string, target: string): Promise<boolean> {
    try {
      // not `ensureDir`, which fails if the directory is removed before it is checked
      await createDir(this.#disk, this.#dir);
      await this.#disk.link(temp, target);
      return true;
    } catch (error) {
      if (['ENOENT', 'ESTALE'].includes(errnoOf(error) ?? '')) return false;
      if (errnoOf(error) !== 'EEXIST') throw error;
      return (await this.#disk.stat(temp)).nlink === 2;
    }
  }

  async #numbers(): Promise<readonly number[]> {
    const names = (await unless(['ENOENT', 'ESTALE'], this.#disk.readdir(this.#dir))) ?? [];
    const numbers = names.flatMap((name) => (/^g[1-9]\d*$/.test(name) ? [Number(name.slice(1))] : []));
    if (numbers.some((number) => number > MAX_NUMBER)) throw this.#corrupt();
    return numbers;
  }

  #corrupt(): RmaError {
    return new RmaError(
      'RMA_STORE_LEASE_INVALID',
      `the lease ${this.#dir} is corrupt: a generation has a number above ${MAX_NUMBER}`,
      { exitCode: EXIT.failed, hint: shell`stop all workers that use the store, then: rm -r ${this.#dir}` },
    );
  }
}
