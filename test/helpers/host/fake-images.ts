import { imageKey } from '../../../src/core/docker/image-reference.ts';
import { sha256Hex } from '../../../src/core/hash.ts';
import type { EngineImage, EngineImages } from '../../../src/ports/engine-images.ts';
import { refuse } from './refusing.ts';

/** The images of a fake engine. One that was pulled has its id as its digest. */
export class FakeImages implements EngineImages {
  /** references so far */
  readonly loaded: string[] = [];
  readonly registryDigest = refuse('images.registryDigest');
  /** tag, as `imageKey` writes it → id */
  readonly #tags = new Map<string, string>();
  /** id → digests */
  readonly #digests = new Map<string, readonly string[]>();

  /** Adds an image as if it was built or loaded. @param id that of an image which no other tag has by default */
  add(reference: string, id: string = imageIdOf(reference)): void {
    this.#tags.set(imageKey(reference), id);
    if (!this.#digests.has(id)) this.#digests.set(id, []);
  }

  /** Adds an image as if it was pulled. */
  pull(reference: string, digest: string = imageIdOf(reference)): void {
    this.add(reference, digest);
    this.#digests.set(digest, [`${reference.replace(/:[^/:]*$/, '')}@${digest}`]);
  }

  /** Removes an image with all its tags. */
  async remove(reference: string): Promise<void> {
    const id = this.idOf(reference);
    for (const [tag, each] of [...this.#tags]) if (each === id) this.#tags.delete(tag);
    this.#digests.delete(id ?? '');
  }

  /** Returns the id of the image with this reference or id; undefined when it does not exist. */
  idOf(reference: string): string | undefined {
    return this.#digests.has(reference) ? reference : this.#tags.get(imageKey(reference));
  }

  /** Returns the tags and the ids. */
  get keys(): readonly string[] {
    return [...this.#tags.keys(), ...this.#digests.keys()];
  }

  async platform(): Promise<string> {
    return 'linux/amd64';
  }

  async layers(): Promise<readonly (readonly string[])[]> {
    return [...this.#digests.keys()].map((id) => [id]);
  }

  /** Returns the reference and the id of an image instead of its content. */
  async save(reference: string): Promise<AsyncIterable<Uint8Array>> {
    return bytesOf(`${reference} ${this.idOf(reference)}`);
  }

  /** Loads what `save` returns. */
  async load(archive: AsyncIterable<Uint8Array>): Promise<void> {
    let content = '';
    for await (const chunk of archive) content += Buffer.from(chunk).toString();
    const [reference = '', id] = content.split(' ');
    this.loaded.push(reference);
    this.add(reference, id);
  }

  async inspect(reference: string): Promise<EngineImage | null> {
    const id = this.idOf(reference);
    return id === undefined
      ? null
      : { id, platform: 'linux/amd64', digests: this.#digests.get(id) ?? [], layers: [id] };
  }
}

/** Returns the id of the image that has a reference unless a test gives it another one. */
export function imageIdOf(reference: string): string {
  return `sha256:${sha256Hex(imageKey(reference))}`;
}

/** Returns a text as a stream. */
async function* bytesOf(content: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(content);
}
