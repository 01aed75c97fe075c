import type { RepoRef } from './repo-ref.ts';

/** A model reference, parsed. */
export type ModelRef =
  | ({ readonly source: 'hf' } & RepoRef)
  | {
      readonly source: 'url';
      readonly url: string;
      readonly sha256: string | null;
      readonly set: string;
      readonly as: string | null;
    }
  | {
      readonly source: 'ollama';
      /** host[:port]; null is the registry of ollama.com, or the mirror that the settings name for it */
      readonly registry: string | null;
      /** http, not https: `http://` was written out, or the host is this machine and no scheme was */
      readonly plainHttp: boolean;
      readonly namespace: string;
      readonly model: string;
      readonly tag: string;
    }
  | ({ readonly source: 'ms' } & RepoRef);
