/** Returns the `extra_hosts` entry, or `--add-host` value, that names the machine which runs the container. */
export function hostGateway(alias: string): string {
  return `${alias}:host-gateway`;
}
