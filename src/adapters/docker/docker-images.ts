import { Readable } from 'node:stream';
import Docker from 'dockerode';
import * as z from 'zod/mini';
import { RmaError } from '../../core/errors.ts';
import { shortened } from '../../core/last-line.ts';
import { parseJson } from '../../core/schema/parse.ts';
import { shell } from '../../core/shell-quote.ts';
import type { EngineImage, EngineImages } from '../../ports/engine-images.ts';
import { dockerFault } from './docker-errors.ts';
import { connection, type EngineEndpoint } from './endpoint.ts';
import { readAnswer } from './engine-answers.ts';

// https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Image
const imageAnswer = z.object({
  Id: z.string(),
  Os: z.string(),
  Architecture: z.string(),
  RepoDigests: z.nullish(z.array(z.string())),
  RootFS: z.nullish(z.object({ Layers: z.nullish(z.array(z.string())) })),
});
const platformAnswer = z.object({ Os: z.string(), Arch: z.string() });
// https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Distribution
const registryAnswer = z.object({ Descriptor: z.object({ digest: z.string() }) });
const loadLine = z.object({ error: z.string() });

const imageIds = z.array(z.object({ Id: z.string() }));

const NOT_FOUND = 404;
const CONFLICT = 409;

/** The images of one Docker Engine, over its API. */
export class DockerImages implements EngineImages {
  readonly #docker: Docker;
  readonly #endpoint: EngineEndpoint;

  constructor(endpoint: EngineEndpoint) {
    this.#endpoint = endpoint;
    // without a deadline: the engine may take minutes to respond
    this.#docker = new Docker(connection(endpoint));
  }

  async inspect(reference: string): Promise<EngineImage | null> {
    try {
      const answer = await this.#docker.getImage(reference).inspect();
      const { Id, Os, Architecture, RepoDigests, RootFS } = readAnswer(imageAnswer, answer, this.#endpoint);
      const layers = RootFS?.Layers ?? [];
      return { id: Id, platform: `${Os}/${Architecture}`, digests: RepoDigests ?? [], layers };
    } catch (error) {
      if ((error as { statusCode?: number }).statusCode === NOT_FOUND) return null;
      throw this.#fault(error);
    }
  }

  async layers(): Promise<readonly (readonly string[])[]> {
    try {
      const listed = readAnswer(imageIds, await this.#docker.listImages(), this.#endpoint);
      const images = await Promise.all(listed.map(({ Id }) => this.inspect(Id)));
      return images.flatMap((image) => (image === null ? [] : [image.layers]));
    } catch (error) {
      throw this.#fault(error);
    }
  }

  async remove(id: string): Promise<void> {
    try {
      await this.#docker.getImage(id).remove();
    } catch (error) {
      const { statusCode } = error as { statusCode?: number };
      // in use, or a child image exists: it is then needed
      if (statusCode !== NOT_FOUND && statusCode !== CONFLICT) throw this.#fault(error);
    }
  }

  async registryDigest(reference: string): Promise<string> {
    try {
      // the engine follows its own mirrors, proxies and certificates
      const answer = await this.#docker.getImage(reference).distribution();
      return readAnswer(registryAnswer, answer, this.#endpoint).Descriptor.digest;
    } catch (error) {
      const { statusCode } = error as { statusCode?: number };
      throw statusCode === undefined ? this.#fault(error) : registryFault(reference, error);
    }
  }

  async platform(): Promise<string> {
    try {
      const { Os, Arch } = readAnswer(platformAnswer, await this.#docker.version(), this.#endpoint);
      return `${Os}/${Arch}`;
    } catch (error) {
      throw this.#fault(error);
    }
  }

  async save(reference: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    try {
      const stream = await this.#docker.getImage(reference).get();
      signal.throwIfAborted();
      return stream as NodeJS.ReadableStream & AsyncIterable<Buffer>;
    } catch (error) {
      signal.throwIfAborted();
      throw this.#fault(error);
    }
  }

  async load(archive: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
    const stop = new AbortController();
    const source = Readable.from(archive);
    let fault: { readonly error: unknown } | null = null;
    // the client would wait for the end of a request whose body has failed
    source.once('error', (error) => {
      fault = { error };
      stop.abort(error);
    });
    try {
      const abortSignal = AbortSignal.any([signal, stop.signal]);
      const answer = await this.#docker.loadImage(source, { quiet: true, abortSignal });
      await this.#requireLoaded(answer);
    } catch (error) {
      signal.throwIfAborted();
      throw fault === null ? this.#fault(error) : (fault as { readonly error: unknown }).error;
    } finally {
      source.destroy();
    }
  }

  /** The engine sends its errors as lines of a response with status 200. */
  async #requireLoaded(answer: NodeJS.ReadableStream): Promise<void> {
    let text = '';
    for await (const chunk of answer) text += String(chunk);
    for (const line of text.split('\n')) {
      const parsed = parseJson(loadLine, line);
      if (parsed.ok) throw loadFailed(parsed.value.error);
    }
  }

  #fault(error: unknown): unknown {
    return dockerFault(error, this.#endpoint);
  }
}

function registryFault(reference: string, cause: unknown): RmaError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new RmaError(
    'RMA_IMAGE_REGISTRY',
    `the registry of ${reference} did not return its digest: ${shortened(why)}`,
    { hint: shell`check the registry: docker manifest inspect ${reference}`, cause },
  );
}

function loadFailed(why: string): RmaError {
  return new RmaError(
    'RMA_IMAGE_LOAD_FAILED',
    `the Docker Engine could not load an image: ${shortened(why)}`,
    {
      hint: 'check the free disk space of the engine (docker system df) and its log: sudo journalctl -u docker -n 50',
    },
  );
}
