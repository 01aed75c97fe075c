/** A model reference, parsed. */
export type ModelRef =
  | {
      readonly source: 'hf';
      readonly repo: string;
      readonly revision: string;
      readonly pattern: string | null;
    }
  | {
      readonly source: 'url';
      readonly url: string;
      readonly sha256: string | null;
      readonly set: string;
      readonly as: string | null;
    };
