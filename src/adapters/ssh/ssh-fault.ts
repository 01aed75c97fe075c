import { EXIT, RmaError } from '../../core/errors.ts';
import { lastLine, shortened } from '../../core/last-line.ts';
import { shell } from '../../core/shell-quote.ts';
import { type SshTarget, sshWords } from './ssh-target.ts';

interface Refusal {
  readonly pattern: RegExp;
  readonly fault: (target: SshTarget, why: string) => RmaError;
}

/**
 * Texts of `ssh`, which has one exit code (255) for all of its errors and never translates them. Read from OpenSSH 7.4 to
 * 10.0: sshconnect.c, sshconnect2.c, packet.c and misc.c. The order matters: a changed key is followed by a failed
 * verification.
 */
const REFUSALS: readonly Refusal[] = [
  { pattern: /REMOTE HOST IDENTIFICATION HAS CHANGED|host key .* has changed/i, fault: keyChanged },
  { pattern: /Host key verification failed|No .* host key is known/i, fault: keyUnknown },
  {
    // a warning about a key file contains "Permission denied" too
    pattern: /Permission denied \(|Too many authentication failures|No supported authentication methods/i,
    fault: notAuthenticated,
  },
  { pattern: /(kex|ssh)_exchange_identification|Not allowed at this time/, fault: turnedAway },
];

/** Returns the error for an `ssh` that could not connect, by its output on stderr. */
export function connectFault(target: SshTarget, stderr: string): RmaError {
  // the last line of a failed jump only reports that its end is closed
  const lines = stderr.split('\n').filter((line) => !line.includes('UNKNOWN port'));
  const why = shortened(lastLine(lines) ?? 'ssh returned no reason');
  const refusal = REFUSALS.find(({ pattern }) => pattern.test(stderr));
  return (refusal?.fault ?? unreachable)(target, why);
}

/** Returns the error for a machine that does not complete the login in time. */
export function connectTimeout(target: SshTarget, seconds: number): RmaError {
  return new RmaError('RMA_HOST_TIMEOUT', `host ${target.name}: ssh login timed out after ${seconds} s`, {
    hint: `see where it waits: ssh -v ${sshWords(target)}`,
    details: { host: target.name },
  });
}

/** Returns the error for a connection that ended while it was in use. */
export function hostLost(target: SshTarget, stderr: string): RmaError {
  const why = lastLine(stderr);
  return new RmaError(
    'RMA_HOST_LOST',
    `lost the connection to host ${target.name}${why === null ? '' : `: ${shortened(why)}`}`,
    {
      hint: `check the machine and the network (ssh ${sshWords(target)}), then run the command again`,
      details: { host: target.name },
    },
  );
}

/** Returns the error for a login that does not run commands: a restricted shell, or `nologin`. */
export function noShell(target: SshTarget, output: string): RmaError {
  const why = lastLine(output);
  return new RmaError(
    'RMA_HOST_SHELL',
    `host ${target.name} accepts the login but runs no commands${why === null ? '' : `: ${shortened(why)}`}`,
    {
      exitCode: EXIT.notReady,
      hint: `check it: ssh ${sshWords(target)} echo ok; the user needs a login shell`,
      details: { host: target.name },
    },
  );
}

/** Returns the error for a server that allows no second session on a connection (MaxSessions 1 of sshd_config). */
export function noSessions(target: SshTarget): RmaError {
  return new RmaError('RMA_HOST_SESSIONS', `host ${target.name} allows only one session per ssh connection`, {
    exitCode: EXIT.notReady,
    hint: 'set MaxSessions to 10 (the default) in /etc/ssh/sshd_config there, then: sudo systemctl reload ssh',
    details: { host: target.name },
  });
}

/** Returns the error for a program that the machine does not have. */
export function commandMissing(target: SshTarget, program: string): RmaError {
  const install = program === 'docker' ? ' (https://docs.docker.com/engine/install/)' : '';
  return new RmaError('RMA_COMMAND_MISSING', `command "${program}" not found on host ${target.name}`, {
    exitCode: EXIT.notReady,
    hint: `install ${program} there${install}, or add its directory to the PATH of shells that are not interactive`,
    details: { host: target.name },
  });
}

function keyChanged(target: SshTarget): RmaError {
  return new RmaError(
    'RMA_HOST_KEY_CHANGED',
    `the host key of ${target.name} (${target.host}) does not match your known_hosts file: the machine was reinstalled, or the connection is intercepted`,
    {
      exitCode: EXIT.notReady,
      hint: `if the machine was reinstalled, compare its key with ssh-keyscan ${scanWords(target)}, then remove the old one: ${shell`ssh-keygen -R ${knownName(target)}`}`,
      details: { host: target.name },
    },
  );
}

function keyUnknown(target: SshTarget): RmaError {
  return new RmaError(
    'RMA_HOST_KEY_UNKNOWN',
    `the host key of ${target.name} (${target.host}) is not in your known_hosts file`,
    {
      exitCode: EXIT.notReady,
      hint: `connect once and compare the fingerprint that ssh shows: ssh ${sshWords(target)}`,
      details: { host: target.name },
    },
  );
}

function notAuthenticated(target: SshTarget, why: string): RmaError {
  return new RmaError('RMA_HOST_AUTH', `host ${target.name} did not accept the login: ${why}`, {
    exitCode: EXIT.notReady,
    hint: `rma never prompts for a password; install your public key there: ssh-copy-id ${sshWords(target)}`,
    details: { host: target.name },
  });
}

/** A server does so with too many logins at a time; with an address that it blocks, too. */
function turnedAway(target: SshTarget, why: string): RmaError {
  return new RmaError('RMA_HOST_BUSY', `host ${target.name} closed the connection before the login: ${why}`, {
    exitCode: EXIT.notReady,
    hint: `run the command again; if it fails again, check MaxStartups in sshd_config there, and whether it blocks this address: ssh ${sshWords(target)}`,
    details: { host: target.name },
  });
}

function unreachable(target: SshTarget, why: string): RmaError {
  return new RmaError('RMA_HOST_UNREACHABLE', `cannot connect to host ${target.name}: ${why}`, {
    exitCode: EXIT.notReady,
    hint: `check the address and that the machine is up: ssh ${sshWords(target)}`,
    details: { host: target.name },
  });
}

function scanWords({ host, port }: SshTarget): string {
  return port === null ? host : `-p ${port} ${host}`;
}

/** Returns the name of a machine in known_hosts: sshd(8), SSH_KNOWN_HOSTS FILE FORMAT. */
function knownName({ host, port }: SshTarget): string {
  return port === null || port === 22 ? host : `[${host}]:${port}`;
}
