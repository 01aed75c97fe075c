/** Something that runs on Docker as it is set, and differently where a project was exported to. */
export interface NotExported {
  readonly what: string;
  readonly instead: string;
}
