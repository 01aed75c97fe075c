import type { GpuInventory } from '../domain/gpu.ts';
import type { GpuReservation, Placed, PlacementDevice } from '../domain/placement.ts';
import { EXIT } from '../errors.ts';
import { processName } from '../gpu/process-name.ts';
import { deviceName } from '../placement/device-name.ts';
import type { Replaced } from '../placement/place-project.ts';
import type { LeftOut } from '../profile/without-models.ts';
import { formatBytes } from '../units.ts';
import type { PlanCheck } from './plan-types.ts';

export interface PlacementFacts {
  readonly placed: Placed;
  /** profile → variant, as requested */
  readonly requested: Readonly<Record<string, string>>;
  readonly devices: readonly PlacementDevice[];
  readonly inventory: GpuInventory;
  readonly reservations: readonly GpuReservation[];
  readonly replaced: readonly Replaced[];
  readonly leftOut: readonly LeftOut[];
}

/** Desktops and monitors use less. */
const LEAST_REPORTED_BYTES = 512 * 2 ** 20;

/** Returns a warning for everything of a placement that the user may not expect. */
export function placementChecks(facts: PlacementFacts): readonly PlanCheck[] {
  return [
    ...facts.inventory.warnings.map(({ code, message, hint }) => warning({ code, message, hint })),
    ...facts.replaced.map(({ profile, by, why }) =>
      warning({
        code: 'RMA_PLAN_CPU',
        message: `${why}; ${by} runs instead of ${profile}`,
        hint: 'to fail instead: --enable-gpu true (gpu.enable in rma.yaml)',
        details: { profile, by },
      }),
    ),
    ...facts.leftOut.map(missingModel),
    ...smallerVariants(facts),
    ...facts.placed.notes.map((note) =>
      warning({ code: 'RMA_PLAN_PLACEMENT', message: note, hint: 'to see why: rma plan --explain' }),
    ),
    ...foreignMemory(facts),
  ];
}

function smallerVariants({ placed, requested }: PlacementFacts): readonly PlanCheck[] {
  return [...placed.variants].flatMap(([profile, variant]) => {
    const better = placed.refusedVariants.find((refused) => refused.profile === profile);
    if (better === undefined || requested[profile] !== undefined) return [];
    return [
      warning({
        code: 'RMA_PLAN_VARIANT',
        message: `${profile} uses variant ${variant} instead of ${better.variant}: ${better.why}`,
        hint: `to see all reasons: rma plan --explain; to force it: --variant ${profile}=${better.variant}`,
        details: { profile, variant, better: better.variant },
      }),
    ];
  });
}

function missingModel({ profile, variant, models, whole }: LeftOut): PlanCheck {
  const names = models.join(', ');
  const what = whole ? `skipping variant ${variant}` : `variant ${variant} runs without it`;
  return warning({
    code: 'RMA_PLAN_MODEL_MISSING',
    message: `profile ${profile}: ${names} not found at the source; ${what}`,
    hint: 'to check the source again: rma up --refresh',
    details: { profile, variant, models: names },
  });
}

function foreignMemory({ devices, inventory, reservations }: PlacementFacts): readonly PlanCheck[] {
  const ours = new Set(reservations.flatMap(({ pids }) => pids ?? []));
  return devices
    .filter(({ foreignBytes, unusable }) => unusable === null && foreignBytes >= LEAST_REPORTED_BYTES)
    .map((device) => {
      const gpu = inventory.gpus.find(({ uuid }) => uuid === device.uuid);
      const others = (gpu?.processes ?? []).filter(({ pid }) => pid === null || !ours.has(pid));
      const names = others.map(({ name, pid }) => `${programOf(name)} (${pid ?? 'unknown pid'})`).join(', ');
      return warning({
        code: 'RMA_PLAN_FOREIGN',
        message: `${deviceName(device)}: ${formatBytes(device.foreignBytes)} in use by other processes${names === '' ? '' : `: ${names}`}`,
        hint: 'they may use more at any time; to list them: rma gpus',
        details: { gpu: device.uuid, bytes: device.foreignBytes },
      });
    });
}

function programOf(name: string): string {
  return processName(name).split('/').at(-1) ?? '';
}

type Warning = Pick<PlanCheck, 'code' | 'message' | 'hint'> & Partial<Pick<PlanCheck, 'details'>>;

function warning({ code, message, hint, details = {} }: Warning): PlanCheck {
  return { level: 'warning', code, message, hint, exitCode: EXIT.ok, details };
}
