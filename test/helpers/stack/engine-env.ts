import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** What `scripts/engine.sh env` says, set by test/e2e/global-setup.ts. */
    readonly engineEnv: Readonly<Record<string, string>>;
  }
}

/** The environment in which `docker` and rma reach the engine of this test run; `extra` wins. */
export const engineEnv = (extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv => ({
  ...process.env,
  ...inject('engineEnv'),
  ...extra,
});
