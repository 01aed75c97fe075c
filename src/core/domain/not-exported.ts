/** Something that the target of an export cannot express, and what applies there instead. */
export interface NotExported {
  readonly what: string;
  readonly instead: string;
}
