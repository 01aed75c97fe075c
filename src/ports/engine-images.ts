export interface EngineImage {
  /** `sha256:…` */
  readonly id: string;
  /** `linux/amd64` */
  readonly platform: string;
  /** in registries, as `NAME@sha256:…`; none for an image that was built or loaded */
  readonly digests: readonly string[];
  /** from the lowest: `sha256:…` of the uncompressed content of each */
  readonly layers: readonly string[];
}

/** The images of a Docker Engine, and of the registries that it reaches. Every method throws RmaError as those of ContainerEngine. */
export interface EngineImages {
  /** Returns an image by its name or id; null if the engine does not have it. */
  inspect(reference: string): Promise<EngineImage | null>;
  /** Returns the layers of every image, also of those without a name. */
  layers(): Promise<readonly (readonly string[])[]>;
  /** Removes an image by its id, unless a container uses it. A missing image is not an error. */
  remove(id: string): Promise<void>;
  /** Returns the digest (`sha256:…`) that the registry of an image has for it now. @throws RmaError RMA_IMAGE_REGISTRY (1) */
  registryDigest(reference: string): Promise<string>;
  /** Returns the platform of the engine: `linux/amd64`. */
  platform(): Promise<string>;
  /** Returns the bytes of an archive with one image, as `docker save` writes it. */
  save(reference: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  /** Loads an archive, as `docker load` does. @throws RmaError RMA_IMAGE_LOAD_FAILED (1), the fault of the archive */
  load(archive: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void>;
}
