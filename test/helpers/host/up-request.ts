import type { UpRequest } from '../../../src/app/plan-up.ts';
import type { UpOptions } from '../../../src/app/up.ts';
import { configOf } from '../builders/render-builders.ts';

/** Returns an `up` request for all profiles of its settings, without prompts or output, changed as given. */
export function upRequest(over: Partial<UpRequest & UpOptions> = {}): UpRequest & UpOptions {
  return {
    config: configOf(),
    profiles: [],
    refresh: false,
    removeOrphans: false,
    waitSeconds: 60,
    confirm: async () => undefined,
    show: () => undefined,
    offersBoot: false,
    ...over,
  };
}
