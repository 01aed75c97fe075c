/** Plain data of a Compose file. */
export type ComposeValue =
  | string
  | number
  | boolean
  | readonly ComposeValue[]
  | { readonly [key: string]: ComposeValue };

export type ComposeMapping = Readonly<Record<string, ComposeValue>>;
