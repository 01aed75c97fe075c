import { isAbsolute, join, normalize } from 'node:path/posix';
import type { Owner, VolumeSpec } from '../domain/config.ts';
import type { DownloadWindow } from '../domain/download-limits.ts';
import { parseWindow } from '../network/download-window.ts';
import { formatPeer, parsePeer } from '../network/peer-address.ts';
import { HUB_SWITCH, REPOSITORY_SOURCES, switchedSource } from '../source/repository-sources.ts';
import { parseBytes, parseDuration } from '../units.ts';
import { expected, type Parsed, parsed } from './parsed.ts';
import { isProjectName, toProjectName } from './project-name.ts';
import type { PathScope } from './setting.ts';

const NAME = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;
const VOLUME_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;
const IPV4 = /^(25[0-5]|2[0-4]\d|1?\d?\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}$/;
const IPV6 = /^(?=.*:)[0-9a-fA-F:]+(?:%\w+)?$/;
const DAY_SECONDS = 86_400;

export function parseProject(text: string): Parsed<string> {
  if (isProjectName(text)) return parsed(text);
  const near = toProjectName(text);
  const rule = 'a name of a-z, 0-9, - and _ that begins with a letter or digit';
  return expected(near === null ? rule : `${rule}, such as "${near}"`);
}

/** The words of YAML 1.1 for true and false, `1` and `0`, whatever their case. */
export function parseSwitch(text: string): Parsed<boolean> {
  const word = text.toLowerCase();
  if (['true', 'yes', 'on', '1'].includes(word)) return parsed(true);
  return ['false', 'no', 'off', '0'].includes(word) ? parsed(false) : expected('true or false');
}

/** Names of profiles, engines, services and hosts. */
export function parseName(text: string): Parsed<string> {
  return NAME.test(text) ? parsed(text) : expected('a name of a-z, 0-9 and -');
}

/** Parses `named:NAME`, `host:PATH` or `nfs:SERVER:/EXPORT`; short forms: a path is a host directory, a name is a named volume. */
export function parseVolume(text: string, scope: PathScope): Parsed<VolumeSpec> {
  const [kind, rest] = splitKind(text);
  if (kind === 'host' && rest !== '') {
    const path = absolutePath(rest, scope);
    return path === null
      ? expected('a path without ~ (no home directory to expand it)')
      : parsed({ type: 'host', path });
  }
  if (kind === 'named' && VOLUME_NAME.test(rest)) return parsed({ type: 'named', name: rest });
  const nfs = kind === 'nfs' ? /^(\[[0-9a-fA-F:]+\]|[^:/\s]+):(\/\S*)$/.exec(rest) : null;
  if (nfs?.[1] !== undefined && nfs[2] !== undefined) {
    return parsed({ type: 'nfs', server: nfs[1], path: normalize(nfs[2]) });
  }
  return expected('named:NAME, host:PATH or nfs:SERVER:/EXPORT');
}

export function parseOwner(text: string): Parsed<Owner> {
  const [uid, gid] = (/^(\d{1,9}):(\d{1,9})$/.exec(text) ?? []).slice(1).map(Number);
  return uid === undefined || gid === undefined
    ? expected('UID:GID in numbers, such as 1000:1000')
    : parsed({ uid, gid });
}

export function parseAddress(text: string): Parsed<string> {
  return IPV4.test(text) || IPV6.test(text)
    ? parsed(text)
    : expected('an IP address, such as 127.0.0.1 or 0.0.0.0');
}

export function parsePort(text: string): Parsed<number> {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? parsed(port) : expected('a port from 1 to 65535');
}

/** Returns the one text of the address of a served store, so that a list has each address once. */
export function parsePeerAddress(text: string): Parsed<string> {
  const peer = parsePeer(text);
  return peer === null
    ? expected('HOST[:PORT] or HOST[:PORT]#SHA256:FINGERPRINT; http:// only for this machine')
    : parsed(formatPeer(peer));
}

/** http or https, without the slash at the end. */
export function parseUrl(text: string): Parsed<string> {
  const url = URL.canParse(text) ? new URL(text) : null;
  const plain = url !== null && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === '';
  return plain ? parsed(text.replace(/\/+$/, '')) : expected('a URL such as https://hub.example');
}

/** The id of a source with repositories. */
/** Reads the id of a hub, or the switch between the two if `from` is its variable. */
export function parseHubSource(text: string, from: string): Parsed<string> {
  if (from === HUB_SWITCH) {
    const use = parseSwitch(text);
    return use.ok ? parsed(switchedSource(use.value)) : use;
  }
  return REPOSITORY_SOURCES.includes(text) ? parsed(text) : expected(REPOSITORY_SOURCES.join(' or '));
}

export function parsePath(text: string, scope: PathScope): Parsed<string> {
  if (text === '') return expected('a path');
  const path = absolutePath(text, scope);
  return path === null ? expected('a path without ~ (no home directory to expand it)') : parsed(path);
}

export function parseImage(text: string): Parsed<string> {
  return /^[a-zA-Z0-9][^\s=]*$/.test(text) ? parsed(text) : expected('an image reference such as name:tag');
}

/** Whole seconds, a day at most. */
export function parseSeconds(text: string): Parsed<number> {
  const seconds = parseDuration(text);
  const fits = seconds !== null && Number.isInteger(seconds) && seconds <= DAY_SECONDS;
  return fits ? parsed(seconds) : expected('a duration in whole seconds such as 30s or 2m (maximum 24h)');
}

/** Parses bytes a second such as `50MiB` or `50MiB/s`. */
export function parseRate(text: string): Parsed<number> {
  const bytes = parseBytes(text.replace(/\/s$/, '')) ?? 0;
  return bytes > 0 ? parsed(bytes) : expected('a size per second such as 50MiB');
}

export function parseConnections(text: string): Parsed<number> {
  const count = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  return count >= 1 && count <= 128 ? parsed(count) : expected('a number from 1 to 128');
}

/** Parses the times of a window; `always` is null. */
export function parseDownloadWindow(text: string): Parsed<DownloadWindow | null> {
  const window = text === 'always' ? null : parseWindow(text);
  if (window !== null || text === 'always') return parsed(window);
  return expected('times of day such as 22:00-06:00, or always');
}

/** Parses how several hosts get models; `hub` is null. */
export function parseDistribute(text: string): Parsed<'lan' | 'nfs' | null> {
  if (text === 'hub') return parsed(null);
  return text === 'lan' || text === 'nfs' ? parsed(text) : expected('hub, lan or nfs');
}

function splitKind(text: string): readonly [kind: string, rest: string] {
  if (/^(\/|\.\.?(\/|$)|~(\/|$))/.test(text)) return ['host', text];
  const split = text.indexOf(':');
  return split === -1 ? ['named', text] : [text.slice(0, split), text.slice(split + 1)];
}

/** Returns null if the path starts with `~` and there is no home directory. */
export function absolutePath(text: string, { base, home }: PathScope): string | null {
  const inHome = /^~(?:\/(.*))?$/.exec(text);
  if (inHome !== null) return home === null ? null : join(home, inHome[1] ?? '');
  const path = isAbsolute(text) ? normalize(text) : join(base, text);
  return path.length > 1 ? path.replace(/\/$/, '') : path;
}
