/** Variables that configure the connection to the Docker Engine, as for the docker command. */
const DOCKER_VARIABLES = [
  'DOCKER_HOST',
  'DOCKER_CONTEXT',
  'DOCKER_CONFIG',
  'DOCKER_CERT_PATH',
  'DOCKER_TLS_VERIFY',
];

/** Returns these variables and those with more names, for a command that runs without the environment of the user's shell. */
export function dockerEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  more: readonly string[] = [],
): Readonly<Record<string, string>> {
  const entries = [...DOCKER_VARIABLES, ...more].flatMap((name): (readonly [string, string])[] => {
    const value = env[name];
    return value === undefined || value === '' ? [] : [[name, value]];
  });
  return Object.fromEntries(entries);
}
