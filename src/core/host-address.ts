/** The name under which a container reaches the host; needs the `extra_hosts` line `host.docker.internal:host-gateway`. */
export const HOST_FROM_CONTAINER = 'host.docker.internal';

const ADDRESS = /^([a-z][a-z0-9+.-]*:\/\/)?(?:([^@/]*)@)?(\[[^\]]*\]|[^:/?#]+)(.*)$/i;
const LOOPBACK = /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[(?:::1|(?:0{1,4}:){7}0{0,3}1)\])$/i;

export interface ContainerAddress {
  readonly url: string;
  /** true when it leads to the host and the container needs to know it by name */
  readonly onHost: boolean;
}

/**
 * The address as a container must write it: loopback is the container itself there, so it becomes the host's name.
 * Takes proxies without a scheme (`proxy:3128`) too. A trailing slash goes.
 */
export function fromContainer(address: string): ContainerAddress {
  const [, scheme = '', user, host = '', rest = ''] = ADDRESS.exec(address) ?? [];
  const onHost = isLoopback(host);
  const prefix = user === undefined ? scheme : `${scheme}${user}@`;
  const url = onHost ? `${prefix}${HOST_FROM_CONTAINER}${rest}` : address;
  return { url: url.replace(/\/$/, ''), onHost };
}

/** True for `localhost`, names below it, 127.0.0.0/8 and [::1]. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}

/** True when the address carries a user name or password. */
export function hasCredentials(address: string): boolean {
  return ADDRESS.exec(address)?.[2] !== undefined;
}
