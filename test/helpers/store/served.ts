export interface ServedFile {
  readonly path: string;
  readonly content: Buffer;
  readonly lfs: boolean;
}

export interface ServedRepo {
  readonly repo: string;
  readonly commit: string;
  readonly files: readonly ServedFile[];
}
