import type { RmaConfig } from '../model/config.ts';

/** The variables by which a container finds the hubs, each with the address as the host has it. */
export function hubAddresses(
  config: RmaConfig,
  environment: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const ollama = environment['RMA_OLLAMA_ENDPOINT'];
  return {
    HF_ENDPOINT: config.hub.endpoint,
    ...(ollama ? { RMA_OLLAMA_ENDPOINT: ollama } : {}),
  };
}
