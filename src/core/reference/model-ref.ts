import type { RepoRef } from './repo-ref.ts';

/** A parsed model reference. */
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
      /** host[:port]; null is the registry of ollama.com, or the mirror from the settings */
      readonly registry: string | null;
      /** http, not https: for an explicit `http://`, or for a host on this machine without a scheme */
      readonly plainHttp: boolean;
      readonly namespace: string;
      readonly model: string;
      readonly tag: string;
    }
  | ({ readonly source: 'ms' } & RepoRef);
