import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** The output of `scripts/engine.sh env`, set by test/e2e/global-setup.ts. */
    readonly engineEnv: Readonly<Record<string, string>>;
  }
}

/** Returns the environment for `docker` and rma to reach the engine of this run; `extra` overrides it. */
export const engineEnv = (extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv => ({
  ...process.env,
  ...inject('engineEnv'),
  ...extra,
});

/** Returns the image with the real llama-server. */
export function llamaServerImage(): string {
  return /(?:^|,)llamacpp=([^,]+)/.exec(engineEnv()['RMA_IMAGES'] ?? '')?.[1] ?? '';
}
