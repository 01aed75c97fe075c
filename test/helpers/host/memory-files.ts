import { dirname } from 'node:path';
import type { FileFacts } from '../../../src/core/domain/file-facts.ts';
import type { FileStore } from '../../../src/ports/file-store.ts';
import type { Recorder } from './recorder.ts';

interface Entry extends FileFacts {
  readonly content: string;
}

const OWNER = { uid: 1001, gid: 1001 };

/** Files in memory. Records every change. */
export class MemoryFiles implements FileStore {
  readonly #entries = new Map<string, Entry>();
  readonly #recorder: Recorder;

  constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  /** Creates a file without recording it. */
  put(path: string, content: string, over: Partial<FileFacts> = {}): void {
    this.#parents(path);
    const modifiedMs = this.#recorder.tick();
    this.#entries.set(path, { kind: 'file', mode: 0o644, modifiedMs, ...OWNER, ...over, content });
  }

  /** Returns the paths of all files, sorted. */
  get paths(): readonly string[] {
    return [...this.#entries]
      .filter(([, { kind }]) => kind === 'file')
      .map(([path]) => path)
      .sort();
  }

  /** Returns path, mode and content of all files, sorted. */
  get contents(): readonly string[] {
    return this.paths.map((path) => {
      const { mode, content } = this.#entries.get(path) ?? { mode: 0, content: '' };
      return `${path} ${mode} ${content}`;
    });
  }

  async read(path: string): Promise<string | null> {
    return this.#entries.get(path)?.content ?? null;
  }

  /** The history is no part of a plan, and is not recorded. */
  async write(path: string, content: string, mode: number): Promise<void> {
    if (path.includes('/history/')) this.put(path, content, { mode });
    else await this.#recorder.change(`write ${path}`, () => this.put(path, content, { mode }));
  }

  async createDirectory(path: string, mode: number): Promise<void> {
    await this.#recorder.change(`create-directory ${path}`, () => {
      this.#parents(path);
      this.#directory(path, mode);
    });
  }

  async remove(path: string): Promise<void> {
    if (path.includes('/history/')) this.forget(path);
    else await this.#recorder.change(`remove-path ${path}`, () => this.forget(path));
  }

  /** Removes a path with its content, without recording it. */
  forget(path: string): void {
    for (const each of [...this.#entries.keys()]) {
      if (each === path || each.startsWith(`${path}/`)) this.#entries.delete(each);
    }
  }

  async list(directory: string): Promise<readonly string[]> {
    return this.paths
      .filter((path) => dirname(path) === directory)
      .map((path) => path.slice(directory.length + 1));
  }

  async removeLeftovers(directory: string): Promise<void> {
    const leftovers = (await this.list(directory)).filter((name) => name.endsWith('.tmp'));
    for (const name of leftovers) this.forget(`${directory}/${name}`);
  }

  async facts(path: string): Promise<FileFacts | null> {
    const entry = this.#entries.get(path);
    if (entry === undefined) return null;
    const { content: _, ...facts } = entry;
    return facts;
  }

  async chown(path: string, uid: number, gid: number): Promise<void> {
    await this.#recorder.change(`chown ${path} ${uid}:${gid}`, () => {
      const entry = this.#entries.get(path);
      if (entry !== undefined) this.#entries.set(path, { ...entry, uid, gid });
    });
  }

  async isReadOnly(): Promise<boolean> {
    return false;
  }

  async freeBytes(): Promise<number> {
    return 2 ** 42;
  }

  #parents(path: string): void {
    const parent = dirname(path);
    if (parent === path) return;
    this.#parents(parent);
    if (!this.#entries.has(parent)) this.#directory(parent, 0o755);
  }

  #directory(path: string, mode: number): void {
    const modifiedMs = this.#recorder.tick();
    this.#entries.set(path, { kind: 'directory', mode, modifiedMs, ...OWNER, content: '' });
  }
}
