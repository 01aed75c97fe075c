/** Names of the secrets: the file below `secrets/` in the state directory, and the file below `/run/secrets` in a container. */
export const HUB_TOKEN_SECRET = 'hf_token';
export const COORDINATOR_KEY_SECRET = 'coordinator_key';
/** private key of the CA of a project */
export const COORDINATOR_CA_KEY_SECRET = 'coordinator_ca_key';
/** certificate of that CA, with which workers verify the coordinator, PEM */
export const COORDINATOR_CA_SECRET = 'coordinator_ca';
/** certificate of the coordinator and its private key, PEM */
export const COORDINATOR_CERTIFICATE_SECRET = 'coordinator_certificate';
export const COORDINATOR_CERTIFICATE_KEY_SECRET = 'coordinator_certificate_key';
/** proxies with a login */
export const PROXY_SECRET = 'proxies';
/** certificates to trust, PEM */
export const CA_SECRET = 'ca_certificates';

/** token for machines that serve their store */
export const PEER_TOKEN_SECRET = 'peer_token';

/** Returns the name of the token with which a profile's worker registers. */
export function workerTokenSecret(profile: string): string {
  return `worker_token_${profile}`;
}

/** Returns the name of the secret with the key that clients of an engine service must send. */
export function apiKeySecret(service: string, file: string): string {
  return `${service}-${file}`;
}

/** Returns where a container finds the value of a secret. Compose and Swarm mount secrets there by default. */
export function secretPath(name: string): string {
  return `/run/secrets/${name}`;
}

/** Returns whether only rma reads a secret. */
export function isOfNoContainer(name: string): boolean {
  return name === COORDINATOR_CA_KEY_SECRET;
}
