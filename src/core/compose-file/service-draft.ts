import type { DesiredService } from '../domain/desired.ts';

/** Plain data of the Compose file. */
export type ComposeValue =
  | string
  | number
  | boolean
  | readonly ComposeValue[]
  | { readonly [key: string]: ComposeValue };

export type ComposeMapping = Readonly<Record<string, ComposeValue>>;

/** One service before its config hash is known. */
export interface ServiceDraft extends Omit<DesiredService, 'configHash'> {
  /** says in the file what the service is for */
  readonly comment: string;
  readonly definition: ComposeMapping;
  readonly labels: Readonly<Record<string, string>>;
  /** content of the inline config of this service's name; null for none */
  readonly configContent: string | null;
}
