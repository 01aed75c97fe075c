import type { RmaConfig } from '../model/config.ts';

/** The addresses of the hubs, by the variables that a worker reads; one that nobody named is left to the worker. */
export function hubAddresses(
  config: RmaConfig,
  environment: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const modelscope = environment['MODELSCOPE_ENDPOINT'];
  return {
    HF_ENDPOINT: config.hub.endpoint,
    ...(modelscope ? { MODELSCOPE_ENDPOINT: modelscope } : {}),
  };
}
