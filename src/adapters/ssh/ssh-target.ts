import { type SshAddress, sshDestination } from '../../core/ssh-address.ts';

/** The machine that `ssh` connects to. */
export interface SshTarget extends SshAddress {
  /** name of the host in rma.yaml */
  readonly name: string;
}

/** Returns the target in a command for people to paste: `-p 2222 admin@box1`. */
export function sshWords(target: SshAddress): string {
  return `${target.port === null ? '' : `-p ${target.port} `}${sshDestination(target)}`;
}
