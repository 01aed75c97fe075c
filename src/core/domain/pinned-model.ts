/** A hash as published by its source. `git-sha1` is `sha1("blob <bytes>\0" + content)`, the git blob id of plain files on the hub. */
export interface Digest {
  readonly algorithm: 'sha256' | 'git-sha1';
  /** lower-case hexadecimal, 64 or 40 digits */
  readonly hex: string;
}

export interface PinnedFile {
  /** POSIX path inside the repository, or the final file name of a direct URL; checked to stay inside its directory */
  readonly path: string;
  readonly bytes: number;
  /** null if the source publishes none: trusted on first download */
  readonly digest: Digest | null;
}

interface PinnedBase {
  /** canonical model reference that this was resolved from */
  readonly ref: string;
  readonly files: readonly PinnedFile[];
}

/** A Hugging Face repository at one commit, or the part of it that the reference selects. */
export interface PinnedHfModel extends PinnedBase {
  readonly source: 'hf';
  readonly repo: string;
  /** requested branch, tag or commit */
  readonly revision: string;
  /** 40 hex digits */
  readonly commit: string;
  /** true when `files` is the whole repository */
  readonly complete: boolean;
}

/** One file by direct URL, stored flat in a GGUF set. */
export interface PinnedUrlModel extends PinnedBase {
  readonly source: 'url';
  readonly url: string;
  /** directory below `gguf/` */
  readonly set: string;
}

/** A model of an Ollama registry: its layers and its config, as blobs. Each file's path is `sha256-<64 hex>`, its name in the store. */
export interface PinnedOllamaModel extends PinnedBase {
  readonly source: 'ollama';
  /** host[:port], part of its path in the store: `registry.ollama.ai` unless the reference names another */
  readonly registry: string;
  readonly namespace: string;
  readonly model: string;
  readonly tag: string;
  /** the manifest as sent by the registry, byte for byte, and stored as is */
  readonly manifest: string;
}

/** A ModelScope repository, or the part of it that the reference selects. */
export interface PinnedMsModel extends PinnedBase {
  readonly source: 'ms';
  readonly repo: string;
  /** requested branch or tag; ModelScope has no commit for a listing, so the hashes of the files pin it */
  readonly revision: string;
  /** true when `files` is the whole repository */
  readonly complete: boolean;
}

/** A resolved model reference: files with sizes and hashes. */
export type PinnedModel = PinnedHfModel | PinnedUrlModel | PinnedOllamaModel | PinnedMsModel;

/** Returns the sum of the file sizes, bytes. */
export function pinnedBytes(model: PinnedModel): number {
  return model.files.reduce((sum, file) => sum + file.bytes, 0);
}
