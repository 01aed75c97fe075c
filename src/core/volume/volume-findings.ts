import type { Owner, VolumeRole } from '../domain/config.ts';
import type { SomePaths, VolumeProbe, VolumeReading, VolumeStep } from '../domain/volume.ts';
import { EXIT } from '../errors.ts';
import { checkNfsOptions } from '../plan/plan-nfs.ts';
import type { PlanCheck } from '../plan/plan-types.ts';
import { shell } from '../shell-quote.ts';
import { formatBytes } from '../units.ts';
import { fixCommand, holdsMoreThanModels, volumeOption } from './fix-command.ts';
import type { VolumeEntry } from './volume-entry.ts';

/** A volume of the project, and what containers on it found. */
export interface CheckedVolume {
  readonly role: VolumeRole;
  readonly entry: VolumeEntry;
  /** the user who writes there: the worker, or the engines for the cache */
  readonly writer: Owner;
  /** null if it does not exist, or cannot be mounted */
  readonly reading: VolumeReading | null;
  readonly probe: VolumeProbe | null;
  /** why it cannot be mounted; null: it can */
  readonly mountFault: string | null;
  /** the worker image, for commands */
  readonly image: string;
}

/** Returns everything that is wrong with a volume; a volume that does not exist yet has no findings. */
export function volumeFindings(volume: CheckedVolume): readonly PlanCheck[] {
  const { reading, probe } = volume;
  return [
    ...mountFindings(volume),
    ...(reading === null ? [] : readingFindings(volume, reading)),
    ...(probe === null ? [] : probeFindings(volume, probe)),
  ];
}

function mountFindings({ role, entry, mountFault }: CheckedVolume): readonly PlanCheck[] {
  if (mountFault === null) return [];
  const check =
    entry.kind === 'nfs'
      ? `check the server and its options: rma volumes inspect ${role}; on the server: exportfs -v`
      : shell`see what the engine reports: docker volume inspect ${entry.name}`;
  return [
    error(entry, {
      code: 'RMA_VOLUME_UNMOUNTABLE',
      message: `the ${role} ${entry.name} cannot be mounted: ${mountFault}`,
      hint: check,
    }),
  ];
}

function readingFindings(volume: CheckedVolume, reading: VolumeReading): readonly PlanCheck[] {
  const { entry, role } = volume;
  const isNfs = /^nfs4?$/.test(reading.fileSystem);
  return [
    ...persistence(volume, reading),
    ...space(volume, reading),
    ...(reading.unreadable.count === 0
      ? []
      : [
          error(entry, {
            code: 'RMA_VOLUME_UNREADABLE',
            message: `engines cannot read ${somePaths(reading.unreadable)} in the ${role} ${entry.name}`,
            hint: permissionHint(volume, ['chmod', 'a+rX']),
          }),
        ]),
    ...(isNfs ? checkNfsOptions(reading.mountOptions, `the mount of ${entry.name}`) : []),
    ...(isNfs && /(?:^|,)vers=[23](?:,|$|\.)/.test(reading.mountOptions) ? [oldNfs(entry)] : []),
  ];
}

const VOLATILE: readonly string[] = ['tmpfs', 'ramfs'];

function persistence({ entry, role }: CheckedVolume, { fileSystem }: VolumeReading): readonly PlanCheck[] {
  if (VOLATILE.includes(fileSystem)) {
    const message = `the ${role} ${entry.name} is on ${fileSystem}, in memory: its files are lost at the next reboot and downloaded again`;
    return [
      error(entry, {
        code: 'RMA_VOLUME_NOT_PERSISTENT',
        message,
        hint: `use a disk: ${volumeOption(role)} host:/data/models`,
      }),
    ];
  }
  if (fileSystem !== 'overlay' || entry.kind !== 'host') return [];
  const message = `the ${role} ${entry.name} is on an overlay file system, which is usually that of a container: its files are lost with that container`;
  return [
    warning(entry, {
      code: 'RMA_VOLUME_NOT_PERSISTENT',
      message,
      hint: `check where it is: ${shell`findmnt -T ${entry.name}`}`,
    }),
  ];
}

/** Below this, downloads are likely to fail. */
const LITTLE_SPACE_BYTES = 1024 ** 3;
const LITTLE_INODES = 0.01;

function space({ entry, role }: CheckedVolume, reading: VolumeReading): readonly PlanCheck[] {
  const { freeBytes, sizeBytes, inodes } = reading;
  const findings: PlanCheck[] = [];
  const hint = `free space: rma cache prune --dry-run; or use a larger disk: ${volumeOption(role)} host:/data/models`;
  const figures = `${formatBytes(freeBytes)} of ${formatBytes(sizeBytes)} free`;
  const full = `the file system of the ${role} ${entry.name} is full: ${figures}`;
  const almost = `the file system of the ${role} ${entry.name} is almost full: ${figures}`;
  if (sizeBytes > 0 && freeBytes === 0)
    findings.push(error(entry, { code: 'RMA_VOLUME_FULL', message: full, hint }));
  else if (sizeBytes > 0 && freeBytes < LITTLE_SPACE_BYTES)
    findings.push(warning(entry, { code: 'RMA_VOLUME_FULL', message: almost, hint }));
  if (inodes !== null && inodes.free < inodes.total * LITTLE_INODES) {
    const text = `the file system of the ${role} ${entry.name} has ${inodes.free} of ${inodes.total} inodes left; without one no file can be created`;
    const fix = `list directories by number of files: ${shell`sudo du --inodes -d 2 ${entry.location ?? entry.name}`}`;
    findings.push(
      (inodes.free === 0 ? error : warning)(entry, { code: 'RMA_VOLUME_INODES', message: text, hint: fix }),
    );
  }
  return findings;
}

function oldNfs(entry: VolumeEntry): PlanCheck {
  return warning(entry, {
    code: 'RMA_NFS_OPTIONS',
    message: `${entry.name} is mounted with NFS version 3, where locks and permissions need further services on both hosts`,
    hint: 'if the server supports it, use version 4: --nfs-options nfsvers=4.2,hard,noatime,timeo=600,retrans=2',
  });
}

const FAILED: Readonly<Record<VolumeStep, string>> = {
  write: 'create a file',
  link: 'create a hard link',
  symlink: 'create a symbolic link',
  rename: 'rename a file',
  delete: 'delete a file',
};

const DENIED: readonly string[] = ['EACCES', 'EPERM'];

function probeFindings(volume: CheckedVolume, { fault, unwritable }: VolumeProbe): readonly PlanCheck[] {
  const { entry, role, writer } = volume;
  const user = `${writer.uid}:${writer.gid}`;
  const who = role === 'store' ? `the worker (${user})` : `engines (${user})`;
  const owner = permissionHint(volume, ['chown', user]);
  if (fault?.step === 'write' || (fault !== null && DENIED.includes(fault.error) && fault.step !== 'link')) {
    const message = `${who} cannot ${FAILED[fault.step]} in the ${role} ${entry.name} (${fault.error})`;
    return [error(entry, { code: 'RMA_VOLUME_UNWRITABLE', message, hint: writeHint(fault.error, owner) })];
  }
  const findings: PlanCheck[] = [];
  if (fault !== null) {
    const message = `${who} cannot ${FAILED[fault.step]} in the ${role} ${entry.name} (${fault.error}); the store needs links, as Hugging Face caches do`;
    const hint = `use a file system with links (ext4, xfs, btrfs, NFS): ${volumeOption(role)} host:/data/models`;
    findings.push(error(entry, { code: 'RMA_VOLUME_LINKS', message, hint }));
  }
  if (unwritable.count > 0 && role === 'store') {
    const message = `${who} cannot write to ${somePaths(unwritable)} in the ${role} ${entry.name}`;
    findings.push(error(entry, { code: 'RMA_VOLUME_UNWRITABLE', message, hint: owner }));
  }
  return findings;
}

function writeHint(code: string, owner: string): string {
  if (code === 'EROFS')
    return 'the file system is read-only; after disk errors the kernel remounts it so: sudo dmesg | tail';
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'free space: rma cache prune --dry-run';
  return owner;
}

/** Returns the change that gives engines or the worker access; another directory where everything in it is not rma's. */
function permissionHint(
  { entry, role, image }: CheckedVolume,
  change: readonly ['chown' | 'chmod', string],
): string {
  if (holdsMoreThanModels(entry)) {
    return `use a directory that holds nothing else: ${volumeOption(role)} host:/data/rma-${role}`;
  }
  const what = change[0] === 'chown' ? 'change the owner' : 'make everything readable';
  return `${what}: ${fixCommand(entry, image, change)}`;
}

function somePaths({ count, first }: SomePaths): string {
  const names = first.join(', ');
  return count > first.length ? `${names} and ${count - first.length} more` : names;
}

type Finding = (entry: VolumeEntry, text: Pick<PlanCheck, 'code' | 'message' | 'hint'>) => PlanCheck;

const error: Finding = ({ name }, text) => {
  return { level: 'error', ...text, exitCode: EXIT.notReady, details: { volume: name } };
};

const warning: Finding = ({ name }, text) => {
  return { level: 'warning', ...text, exitCode: EXIT.ok, details: { volume: name } };
};
