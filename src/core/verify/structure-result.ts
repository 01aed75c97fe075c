/** What the first bytes of a file show about its structure. */
export type Structure =
  /** more bytes are needed, at least this length */
  | { readonly state: 'more'; readonly bytes: number }
  | { readonly state: 'done' }
  /** `why` is a sentence without a period */
  | { readonly state: 'broken'; readonly why: string };
