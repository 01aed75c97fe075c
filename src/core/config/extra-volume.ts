import { normalize } from 'node:path/posix';
import type { ExtraVolume } from '../domain/profile.ts';
import { isWithin, overlaps } from '../path-within.ts';
import type { Conflict } from '../schema/conflicts.ts';
import { STORE_MOUNT } from '../store/layout.ts';
import { expected, type Parsed, parsed } from './parsed.ts';
import type { PathScope } from './setting.ts';
import { absolutePath } from './value-parsers.ts';

const VOLUME_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;
/** Paths of every container that belong to rma or to the system. */
const OWN_PATHS = [STORE_MOUNT, '/cache', '/run/secrets', '/etc/rma', '/proc', '/sys', '/dev'];
const SOCKETS = ['/var/run/docker.sock', '/run/docker.sock'];

/**
 * Parses `SOURCE:TARGET[:ro|:rw]` as Compose writes it; a source with a slash is a path on the host, else the name of a
 * Docker volume.
 */
export function parseExtraVolume(text: string, scope: PathScope): Parsed<ExtraVolume> {
  const [from = '', to = '', mode = 'rw', ...rest] = text.split(':');
  if (rest.length > 0 || !['ro', 'rw'].includes(mode)) {
    return expected('SOURCE:TARGET, SOURCE:TARGET:ro or SOURCE:TARGET:rw');
  }
  const source = sourceOf(from, scope);
  if (source === null)
    return expected('a path (/data, ./data, ~/data) or a volume name before the first ":"');
  if (source.type === 'host' && SOCKETS.some((socket) => isWithin(socket, source.path))) {
    return expected('a source without the Docker socket, which controls the whole machine');
  }
  if (!/^\/[^\s:]*$/.test(to) || to.split('/').includes('..')) {
    return expected('an absolute path in the container after the first ":", such as /certs');
  }
  const path = normalize(to).replace(/(?<=.)\/$/, '');
  const taken = OWN_PATHS.find((own) => overlaps(path, own));
  if (taken !== undefined) return expected(`a path in the container other than ${taken}, which is in use`);
  return parsed({ source, path, readOnly: mode === 'ro' });
}

/** Returns a volume as rma.yaml writes it. */
export function extraVolumeText({ source, path, readOnly }: ExtraVolume): string {
  return `${source.type === 'host' ? source.path : source.name}:${path}${readOnly ? ':ro' : ''}`;
}

/** Returns a conflict for each mount at the path of an earlier one. */
export function sameTargets(volumes: readonly string[]): readonly Conflict[] {
  const targets = volumes.map((text) => normalize(text.split(':')[1] ?? '').replace(/(?<=.)\/$/, ''));
  return targets.flatMap((target, index) =>
    targets.indexOf(target) === index ? [] : [{ path: [index], message: `${target} is mounted twice` }],
  );
}

function sourceOf(text: string, scope: PathScope): ExtraVolume['source'] | null {
  if (/^(\/|\.\.?(\/|$)|~(\/|$))/.test(text)) {
    const path = absolutePath(text, scope);
    return path === null ? null : { type: 'host', path };
  }
  return VOLUME_NAME.test(text) ? { type: 'named', name: text } : null;
}
