import type { LockReport, LocksReport, ReservationReport } from '../../app/lock/lock-report.ts';
import type { LockOwner } from '../../core/domain/lock.ts';
import { formatBytes } from '../../core/units.ts';
import { type Column, renderTable } from './table.ts';
import type { Theme } from './theme.ts';

const LOCK_COLUMNS: readonly Column<LockReport>[] = [
  { title: 'LOCK', value: ({ key }) => (key.kind === 'project' ? key.project : '(planning)') },
  { title: 'STATE', value: ({ state }) => STATES[state] },
  { title: 'COMMAND', value: ({ owner }) => (owner === null ? '' : `rma ${owner.command}`) },
  { title: 'USER', value: ({ owner }) => owner?.user ?? '' },
  { title: 'HOST', value: ({ owner }) => owner?.host ?? '' },
  { title: 'PID', value: ({ owner }) => (owner === null ? '' : String(owner.pid)), align: 'right' },
  { title: 'SINCE', value: ({ owner }) => sinceOf(owner) ?? '' },
];

const STATES: Readonly<Record<LockReport['state'], string>> = {
  running: 'held',
  remote: 'held (other host)',
  ended: 'abandoned',
};

const RESERVATION_COLUMNS: readonly Column<ReservationReport>[] = [
  { title: 'RESERVED FOR', value: ({ project, service }) => `${project}/${service}` },
  { title: 'STATE', value: ({ valid }) => (valid ? 'valid' : 'abandoned') },
  { title: 'GPU', value: ({ devices }) => devices.map((uuid) => uuid.slice(0, 12)).join(' ') },
  { title: 'GPU MEMORY', value: ({ bytesPerGpu }) => sizeOf(bytesPerGpu), align: 'right' },
  { title: 'RAM', value: ({ ramBytes }) => sizeOf(ramBytes), align: 'right' },
];

/** Renders locks and reservations as two tables; an empty one is left out. */
export function renderLocks({ locks, reservations }: LocksReport, theme: Theme): string {
  if (locks.length + reservations.length === 0) return 'No locks and no reservations.';
  return [
    ...(locks.length === 0 ? [] : [renderTable(LOCK_COLUMNS, locks, theme)]),
    ...(reservations.length === 0 ? [] : [renderTable(RESERVATION_COLUMNS, reservations, theme)]),
  ].join('\n\n');
}

/** Returns a lock of `rma.lock-status/v1`. */
export function lockDocument({ key, owner, state }: LockReport): Readonly<Record<string, unknown>> {
  return {
    lock: key.kind,
    project: key.kind === 'project' ? key.project : null,
    state: state === 'ended' ? 'abandoned' : 'held',
    ...ownerDocument(owner),
  };
}

/** Returns a reservation of `rma.lock-status/v1`; sizes in bytes. */
export function reservationDocument(report: ReservationReport): Readonly<Record<string, unknown>> {
  const { project, service, valid, devices, bytesPerGpu, exclusive, ramBytes, owner } = report;
  return {
    project,
    service,
    state: valid ? 'valid' : 'abandoned',
    gpus: devices,
    bytesPerGpu,
    exclusive,
    ram: ramBytes,
    ...ownerDocument(owner),
  };
}

function ownerDocument(owner: LockOwner | null): Readonly<Record<string, unknown>> {
  return {
    command: owner?.command ?? null,
    user: owner?.user ?? null,
    host: owner?.host ?? null,
    pid: owner?.pid ?? null,
    since: sinceOf(owner),
  };
}

function sinceOf(owner: LockOwner | null): string | null {
  return owner === null ? null : new Date(owner.since).toISOString().replace(/\.\d+Z$/, 'Z');
}

function sizeOf(bytes: number): string {
  return bytes === 0 ? '' : formatBytes(bytes);
}
