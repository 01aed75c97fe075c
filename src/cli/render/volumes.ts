import type { ListedVolume } from '../../app/volumes/list-volumes.ts';
import type { VolumeReading } from '../../core/domain/volume.ts';
import type { PlanCheck } from '../../core/plan/plan-types.ts';
import type { VolumeEntry } from '../../core/volume/volume-entry.ts';
import { printable } from './printable.ts';
import type { Theme } from './theme.ts';

type Document = Readonly<Record<string, unknown>>;

/** Returns a volume of `rma.volumes/v1`: sizes in bytes, null if unknown. */
export function volumeDocument({ entry, reading, fault }: ListedVolume): Document {
  const { name, role, kind, location, exists, facts, declaredAs, projects, mounts } = entry;
  return {
    name,
    holds: role,
    kind,
    location,
    exists,
    options: facts?.options ?? {},
    labels: facts?.labels ?? {},
    settings: declaredAs.map((each) => `volumes.${each}`),
    projects,
    owner: reading === null ? null : `${reading.uid}:${reading.gid}`,
    mode: reading === null ? null : modeText(reading),
    fileSystem: reading?.fileSystem ?? null,
    mountOptions: reading?.mountOptions ?? null,
    usedBytes: reading?.usedBytes ?? null,
    files: reading?.files ?? null,
    sizeBytes: reading?.sizeBytes ?? null,
    freeBytes: reading?.freeBytes ?? null,
    inodes: reading?.inodes ?? null,
    fault,
    mounts: mounts.map(({ container, project, service, running, path, readOnly }) => {
      return { container, project, service, running, path, readOnly };
    }),
  };
}

/** Returns `1000:1000 2775`; empty if unknown. */
export function ownerText(reading: VolumeReading | null): string {
  return reading === null ? '' : `${reading.uid}:${reading.gid} ${modeText(reading)}`;
}

/** Returns the projects that use a volume, and containers that are not of rma; `missing` where it does not exist. */
export function usersText({ exists, projects, mounts }: VolumeEntry): string {
  if (!exists) return '(does not exist yet)';
  const others = mounts.filter(({ project }) => project === null).map(({ container }) => container);
  return [...new Set([...projects, ...others])].join(', ');
}

/** Returns a finding of `rma.volumes-check/v1`. */
export function findingDocument({ level, code, message, hint, details }: PlanCheck): Document {
  return { level, code, message, hint, details };
}

/** Returns a finding and its fix, in two lines. */
export function findingLines({ level, code, message, hint }: PlanCheck, theme: Theme): readonly string[] {
  const [mark, paint] =
    level === 'error' ? [theme.symbols.fail, theme.red] : [theme.symbols.warn, theme.yellow];
  return [`  ${paint(`${mark} ${printable(message)}`)} (${code})`, `    fix: ${printable(hint)}`];
}

function modeText({ mode }: VolumeReading): string {
  return mode.toString(8).padStart(4, '0');
}
