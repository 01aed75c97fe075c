/** Where `ssh` connects to. */
export interface SshAddress {
  /** null: as the user's ssh configuration says */
  readonly user: string | null;
  /** a name, an alias of the ssh configuration, or an IP address without brackets */
  readonly host: string;
  /** null: as the user's ssh configuration says */
  readonly port: number | null;
}

/** How to reach the Docker Engine of a host. */
export type HostAddress =
  | ({ readonly kind: 'ssh' } & SshAddress)
  | { readonly kind: 'context'; readonly name: string };

/** Names never start with `-`: `ssh` and `docker` would read them as options. */
const SSH =
  /^ssh:\/\/(?:([\w.][\w.-]*)@)?(?:\[([0-9a-f:]+(?:%[\w.]+)?)\]|([\w.][\w.-]*))(?::(\d{1,5}))?\/?$/i;
const CONTEXT = /^context:([a-z0-9][\w.+-]*)$/i;
const LAST_PORT = 65_535;

/** Parses `ssh://[USER@]HOST[:PORT]` or `context:NAME`, the name of a Docker context; null if it is neither. */
export function parseHostAddress(text: string): HostAddress | null {
  const name = CONTEXT.exec(text)?.[1];
  if (name !== undefined) return { kind: 'context', name };
  const [match, user = null, v6, host, port] = SSH.exec(text) ?? [];
  if (match === undefined) return null;
  const number = port === undefined ? null : Number(port);
  if (number !== null && (number < 1 || number > LAST_PORT)) return null;
  return { kind: 'ssh', user, host: v6 ?? host ?? '', port: number };
}

/** Returns an address as `ssh` and people write it: `admin@box1`, without its port. */
export function sshDestination({ user, host }: Pick<SshAddress, 'user' | 'host'>): string {
  return user === null ? host : `${user}@${host}`;
}
