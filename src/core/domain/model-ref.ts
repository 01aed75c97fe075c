/** A parsed model reference: the source's id, and the fields of that source (`src/core/source`). */
export interface ModelRef {
  readonly source: string;
  readonly [field: string]: unknown;
}
