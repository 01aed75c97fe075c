import { pinnedBytes } from '../domain/pinned-model.ts';
import type { PlacementDevice, PlacementProfile, PlacementService } from '../domain/placement.ts';
import type { Catalog } from '../domain/profile.ts';
import { EXIT, RmaError } from '../errors.ts';
import { needBytes } from '../estimate/need.ts';
import { reservedOn } from '../placement/demand.ts';
import { PLACEMENT_STEPS } from '../placement/place.ts';
import { type Choices, type PlacementRound, placeProject, spansOf } from '../placement/place-project.ts';
import { placementProfiles } from '../placement/placement-profiles.ts';
import type { ProjectGpus } from '../placement/project-gpus.ts';
import { withRoomForRunning } from '../placement/room-for-running.ts';
import { type Solution, solve, sortDevices, variantsToTry } from '../placement/solve.ts';
import { formatBytes } from '../units.ts';
import type { AssignRequest, ObservedHost } from './assign-types.ts';
import type { KnownServices } from './known-services.ts';

/** How a set of profiles fits on a host. */
export interface Fit {
  /** running profiles that change their GPUs or their variant */
  readonly moved: number;
  /** positions that variants are behind the best one, of all profiles */
  readonly loss: number;
  /** GPU memory that remains available, bytes */
  readonly freeGpuBytes: number;
  /** profile → variant */
  readonly variants: ReadonlyMap<string, string>;
}

/** Why profiles do not fit on a host. */
export interface HostFault {
  readonly message: string;
  readonly hint: string | null;
  readonly bytes: number;
}

/** What one search may still do. */
export interface Effort {
  /** sets of profiles that are still tried on a host */
  tries: number;
}

/** What hosts with one signature share. */
export interface RoomMemory {
  /** set of profiles → how it fits */
  readonly fits: Map<string, Fit | null>;
  readonly profiles: Map<string, PlacementProfile>;
}

export interface RoomParts {
  readonly name: string;
  readonly request: AssignRequest;
  readonly host: ObservedHost;
  /** without the variants whose models are missing */
  readonly catalog: Catalog;
  readonly gpus: ProjectGpus;
  readonly known: KnownServices;
  /** of hosts that take the same profiles in the same way */
  readonly signature: string;
  readonly memory: RoomMemory;
  /** RAM for the services on the CPU, bytes; null: unknown */
  readonly ramBytes: number | null;
}

/** The most rounds until the variants no longer change, which one more profile can do by its service names. */
const MAX_ROUNDS = 5;

/** More than a profile has variants. */
const REPLACED_LOSS = 100;

/** The room of one host: which profiles fit on it together. Sets are in the order of the project. */
export class HostRoom {
  readonly name: string;
  readonly signature: string;
  readonly hasGpus: boolean;
  readonly ramBytes: number | null;
  readonly #parts: RoomParts;

  constructor(parts: RoomParts) {
    this.#parts = parts;
    this.name = parts.name;
    this.signature = parts.signature;
    this.ramBytes = parts.ramBytes;
    this.hasGpus = parts.host.snapshot.gpus.gpus.length > 0;
  }

  /** Returns how the profiles fit together; null when they do not. A set that was not tried before takes one try. */
  fit(profiles: readonly string[], effort: Effort = { tries: 0 }): Fit | null {
    const { fits } = this.#parts.memory;
    const key = profiles.join(' ');
    const known = fits.get(key);
    if (known !== undefined) return known;
    effort.tries -= 1;
    const fit = this.#try(profiles);
    fits.set(key, fit);
    return fit;
  }

  /** Records that the profiles do not fit, which only the whole placement showed. */
  exclude(profiles: readonly string[]): void {
    this.#parts.memory.fits.set(profiles.join(' '), null);
  }

  /** Returns the placement of the profiles, as the plan of the host will have it. @throws RmaError as `placeProject`, RMA_PLAN_NO_RAM (5) */
  round(profiles: readonly string[]): PlacementRound {
    const { request, host, gpus } = this.#parts;
    const { catalog, named, resolved } = request;
    const project = { config: host.config, catalog, named, serviceNames: host.serviceNames, gpus, resolved };
    const known = this.#parts.memory.fits.get(profiles.join(' '));
    let choices: Choices = { profiles, replaced: [], variants: known?.variants ?? new Map() };
    for (let rounds = 1; ; rounds++) {
      const round = placeProject(project, choices);
      choices = round.choices;
      if (!round.isStable && rounds < MAX_ROUNDS) continue;
      for (const [profile, variant] of round.placed.variants) this.#requireRam(profile, variant);
      return round;
    }
  }

  /** Returns the GPU memory that the best variant of a profile needs, bytes; 0: no GPU, or an invalid request. */
  gpuBytesOf(profile: string): number {
    try {
      const known = this.#profile(profile);
      const [best] = variantsToTry(known);
      return sum((best?.services ?? []).map(bytesOf));
    } catch (error) {
      if (error instanceof RmaError) return 0;
      throw error;
    }
  }

  /** Returns why the profiles do not fit together, what would help, and the GPU memory that is available, bytes. */
  faultOf(profiles: readonly string[]): HostFault {
    const bytes = availableBytes(this.#parts.gpus.devices);
    try {
      this.round(profiles);
      return { message: 'fits, but not with the other profiles', hint: null, bytes };
    } catch (error) {
      if (!(error instanceof RmaError)) throw error;
      return { message: error.message, hint: error.hint ?? null, bytes };
    }
  }

  #try(names: readonly string[]): Fit | null {
    try {
      const profiles = names.map((name) => this.#profile(name));
      const devices = sortDevices(withRoomForRunning(this.#parts.gpus.devices, profiles));
      const solution = solve(devices, profiles, { nodes: PLACEMENT_STEPS, cutShort: false });
      if (solution === null) return this.#tryReplaced(names);
      for (const { profile, variant } of solution.choice) this.#requireRam(profile.profile, variant.name);
      return fitOf(solution, profiles);
    } catch (error) {
      if (error instanceof RmaError) return null;
      throw error;
    }
  }

  /** With `enable-gpu auto`, the CPU worker replaces a profile: any GPU elsewhere is better. */
  #tryReplaced(names: readonly string[]): Fit | null {
    if (this.#parts.host.config.gpu.use !== 'auto') return null;
    const { placed, choices } = this.round(names);
    const reserved = placed.services.map(({ devices, bytesPerGpu }) => devices.length * bytesPerGpu);
    return {
      moved: 0,
      loss: choices.replaced.length * REPLACED_LOSS,
      freeGpuBytes: availableBytes(this.#parts.gpus.devices) - sum(reserved),
      variants: new Map(),
    };
  }

  #profile(name: string): PlacementProfile {
    const { request, host, catalog, gpus, known: services, memory } = this.#parts;
    const known = memory.profiles.get(name);
    if (known !== undefined) return known;
    const { named, resolved } = request;
    const [profile] = placementProfiles({
      catalog,
      profiles: [name],
      chosen: new Map(),
      names: services.names.get(name) ?? {},
      gpu: host.config.gpu,
      requested: host.config.variants,
      spans: spansOf(host.config),
      inventory: gpus.inventory,
      resolved,
      running: gpus.running,
      fixed: new Set(named.length === 0 || named.includes(name) ? [] : [name]),
    });
    if (profile === undefined) throw new Error(`no placement for profile ${name}`);
    memory.profiles.set(name, profile);
    return profile;
  }

  #requireRam(profile: string, variant: string): void {
    const { known, ramBytes, request } = this.#parts;
    if (ramBytes === null) return;
    for (const { service, gpus, models } of known.services.get(profile)?.get(variant) ?? []) {
      if (gpus !== 0) continue;
      const sizes = models.map(({ ref }) => request.resolved.pinned.get(ref));
      const needed = Math.max(0, ...sizes.map((model) => (model === undefined ? 0 : pinnedBytes(model))));
      if (needed <= ramBytes) continue;
      const message = `${service} needs at least ${formatBytes(needed)} of RAM; ${formatBytes(ramBytes)} is available`;
      throw new RmaError('RMA_PLAN_NO_RAM', message, {
        exitCode: EXIT.doesNotFit,
        hint: 'choose a smaller variant, or a host with more RAM',
        details: { service, neededBytes: needed },
      });
    }
  }
}

function bytesOf({ gpus, need }: PlacementService): number {
  return needBytes(need) * (gpus === 'all' ? 1 : gpus);
}

function fitOf(solution: Solution, profiles: readonly PlacementProfile[]): Fit {
  const { devices, demands, assignment, choice, kept } = solution;
  const running = profiles.filter(({ current }) => current !== null);
  const loss = choice.map(({ profile, variant }) => variantsToTry(profile).indexOf(variant));
  const reserved = demands.map((demand) => {
    const own = devices.filter(({ uuid }) => assignment.get(demand.service.service)?.includes(uuid));
    return sum(own.map((device) => reservedOn(demand, device)));
  });
  return {
    moved: running.filter(({ profile }) => !kept.has(profile)).length,
    loss: sum(loss),
    freeGpuBytes: availableBytes(devices) - sum(reserved),
    variants: new Map(choice.map(({ profile, variant }) => [profile.profile, variant.name])),
  };
}

function availableBytes(devices: readonly PlacementDevice[]): number {
  return sum(devices.map(({ availableBytes: available, unusable }) => (unusable === null ? available : 0)));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
