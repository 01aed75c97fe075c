import * as z from 'zod/mini';
import type { VolumeFacts } from '../domain/docker-engine.ts';
import type { LockClaim, LockKey, LockOwner } from '../domain/lock.ts';
import { LABEL, LOCK_LABEL } from '../labels.ts';
import { type Schema, valueOrNull } from '../schema/parse.ts';

type Labels = Readonly<Record<string, string>>;

/** Returns the name of the volume of one generation of a lock. */
export function lockVolume(key: LockKey, generation: number): string {
  return `rma-lock${key.kind === 'project' ? `-${key.project}` : ''}.${generation}`;
}

/** Returns the labels of a lock's volume. */
export function lockLabels(key: LockKey, nonce: string, owner: LockOwner): Labels {
  return {
    [LOCK_LABEL.lock]: key.kind,
    ...(key.kind === 'project' && { [LABEL.project]: key.project }),
    [LOCK_LABEL.nonce]: nonce,
    ...ownerLabels(owner),
  };
}

/** Returns the labels that name the holder of a lock or reservation; unknown facts are left out. */
export function ownerLabels(owner: LockOwner): Labels {
  const { command, user, host, pid, since, machine, boot, pidNamespace, startTime } = owner;
  return {
    [LOCK_LABEL.command]: command,
    [LOCK_LABEL.user]: user,
    [LOCK_LABEL.host]: host,
    [LOCK_LABEL.pid]: String(pid),
    [LOCK_LABEL.since]: new Date(since).toISOString(),
    ...(machine !== null && { [LOCK_LABEL.machine]: machine }),
    ...(boot !== null && { [LOCK_LABEL.boot]: boot }),
    ...(pidNamespace !== null && { [LOCK_LABEL.pidNamespace]: pidNamespace }),
    ...(startTime !== null && { [LOCK_LABEL.startTime]: startTime }),
  };
}

/** Returns the locks among volumes, by generation. Volumes without the label of a lock are left out, whatever their name. */
export function lockClaims(volumes: Iterable<VolumeFacts>): readonly LockClaim[] {
  return [...volumes].flatMap((volume) => claimOf(volume) ?? []).sort((a, b) => a.generation - b.generation);
}

/** Returns whether a claim is of this lock. */
export function isOf(key: LockKey): (claim: Pick<LockClaim, 'key'>) => boolean {
  return (claim) => lockVolume(claim.key, 0) === lockVolume(key, 0);
}

/** Returns the generation in the name of a lock's volume, also of one without labels; null for other volumes. */
export function generationOf(key: LockKey, volume: string): number | null {
  const prefix = lockVolume(key, 0).slice(0, -1);
  const number = volume.startsWith(prefix) ? volume.slice(prefix.length) : '';
  return /^[1-9]\d{0,14}$/.test(number) ? Number(number) : null;
}

/** Returns a generation for a new claim: above those among these volumes, or the lowest unused one if garbage has the highest. */
export function nextGeneration(key: LockKey, volumes: Iterable<string>): number {
  const used = new Set([...volumes].flatMap((name) => generationOf(key, name) ?? []));
  const next = 1 + Math.max(0, ...used);
  if (generationOf(key, lockVolume(key, next)) !== null) return next;
  let lowest = 1;
  while (used.has(lowest)) lowest += 1;
  return lowest;
}

function claimOf({ name, labels, createdAt }: VolumeFacts): LockClaim | null {
  const key = keyOf(labels);
  const generation = key === null ? null : generationOf(key, name);
  if (key === null || generation === null) return null;
  const nonce = labels[LOCK_LABEL.nonce] ?? '';
  return { volume: name, key, generation, nonce, owner: readOwner(labels), createdAt: createdAt ?? null };
}

function keyOf(labels: Labels): LockKey | null {
  const project = labels[LABEL.project];
  switch (labels[LOCK_LABEL.lock]) {
    case 'planning':
      return { kind: 'planning' };
    case 'project':
      return project === undefined ? null : { kind: 'project', project };
    default:
      return null;
  }
}

const text = z.string();
const textOrNull = z._default(z.nullable(z.string()), null);

const owner: Schema<Omit<LockOwner, 'since'> & { readonly since: string }> = z.object({
  command: text,
  user: text,
  host: text,
  pid: z.pipe(
    z.string().check(z.regex(/^[1-9]\d{0,9}$/)),
    z.transform((digits: string) => Number(digits)),
  ),
  since: z.string().check(z.refine((value) => !Number.isNaN(Date.parse(value)))),
  machine: textOrNull,
  boot: textOrNull,
  pidNamespace: textOrNull,
  startTime: textOrNull,
});

/** Returns the holder that the labels of a volume name; null if they are broken. */
export function readOwner(labels: Labels): LockOwner | null {
  const keys = [
    'command',
    'user',
    'host',
    'pid',
    'since',
    'machine',
    'boot',
    'pidNamespace',
    'startTime',
  ] as const;
  const found = valueOrNull(owner, Object.fromEntries(keys.map((key) => [key, labels[LOCK_LABEL[key]]])));
  return found === null ? null : { ...found, since: Date.parse(found.since) };
}
