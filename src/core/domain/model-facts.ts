/** Metadata in the files of a model; null: none. */
export interface ModelFacts {
  /** name of the license as its author wrote it: `apache-2.0`, `other` */
  readonly license: string | null;
  readonly architecture: string | null;
  /** number of weights */
  readonly parameters: number | null;
  /** maximum context, tokens */
  readonly contextLength: number | null;
}

export const NO_FACTS: ModelFacts = {
  license: null,
  architecture: null,
  parameters: null,
  contextLength: null,
};
