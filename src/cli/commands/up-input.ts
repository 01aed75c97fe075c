import type { Endpoint } from '../../app/desired/endpoints.ts';
import { shell } from '../../core/shell-quote.ts';

export interface UpInput {
  readonly dryRun: boolean;
  /** of a dry run */
  readonly explain: boolean;
  readonly refresh: boolean;
  readonly removeOrphans: boolean;
  /** seconds */
  readonly waitTimeout: number;
  /** places the profiles of hosts that do not respond on others */
  readonly replanLost: boolean;
  /** sends images to hosts that lack them */
  readonly pushImages: boolean;
  /** replaces all tokens */
  readonly rotate?: boolean;
}

/** Returns a request to the first engine with a chat endpoint. */
export function tryCommand(endpoints: readonly Endpoint[]): string | null {
  const engine = endpoints.find(({ chatPath, models }) => chatPath !== null && models.length > 0);
  if (engine === undefined) return null;
  const body = { model: engine.models[0], messages: [{ role: 'user', content: 'Hello!' }] };
  return shell`curl ${`${engine.url}${engine.chatPath}`} -H 'content-type: application/json' -d ${JSON.stringify(body)}`;
}
