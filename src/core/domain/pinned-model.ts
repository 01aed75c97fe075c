/** A hash as its source publishes it. `git-sha1` is `sha1("blob <bytes>\0" + content)`, the git blob id of plain files on the hub. */
export interface Digest {
  readonly algorithm: 'sha256' | 'git-sha1';
  /** lower-case hexadecimal, 64 or 40 digits */
  readonly hex: string;
}

export interface PinnedFile {
  /** POSIX path inside the repository, or the final file name of a direct URL; checked to stay inside its folder */
  readonly path: string;
  readonly bytes: number;
  /** null where the source publishes none: trust on first use, and said so */
  readonly digest: Digest | null;
}

interface PinnedBase {
  /** the canonical model reference this was resolved from */
  readonly ref: string;
  readonly files: readonly PinnedFile[];
}

/** A Hugging Face repository at one commit, or the part of it that the reference selects. */
export interface PinnedHfModel extends PinnedBase {
  readonly source: 'hf';
  readonly repo: string;
  /** branch, tag or commit as asked */
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
  /** folder below `gguf/` */
  readonly set: string;
}

/** A model of an Ollama registry: its layers and its config, as blobs. Each file's path is `sha256-<64 hex>`, its name in the store. */
export interface PinnedOllamaModel extends PinnedBase {
  readonly source: 'ollama';
  /** host[:port] that the store files it under: `registry.ollama.ai` unless the reference names another */
  readonly registry: string;
  readonly namespace: string;
  readonly model: string;
  readonly tag: string;
  /** the manifest as the registry sent it, byte for byte: the store keeps exactly this */
  readonly manifest: string;
}

/** A ModelScope repository, or the part of it that the reference selects. */
export interface PinnedMsModel extends PinnedBase {
  readonly source: 'ms';
  readonly repo: string;
  /** branch or tag as asked; ModelScope has no commit of a whole listing, the files' hashes pin it */
  readonly revision: string;
  /** true when `files` is the whole repository */
  readonly complete: boolean;
}

/** What a model reference means, resolved once: exactly these files, bytes and hashes. */
export type PinnedModel = PinnedHfModel | PinnedUrlModel | PinnedOllamaModel | PinnedMsModel;

/** Sum of the file sizes, bytes. */
export function pinnedBytes(model: PinnedModel): number {
  return model.files.reduce((sum, file) => sum + file.bytes, 0);
}
