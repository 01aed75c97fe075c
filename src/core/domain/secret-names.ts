/** Names of the secrets: the file below `secrets/` in the state folder, the Compose secret, and the file below `/run/secrets`. */
export const HUB_TOKEN_SECRET = 'hf_token';
export const MS_TOKEN_SECRET = 'modelscope_token';
export const COORDINATOR_KEY_SECRET = 'coordinator_key';

/** The token by which the worker of a profile registers. */
export function workerTokenSecret(profile: string): string {
  return `worker_token_${profile}`;
}
