import type {
  GpuNeed,
  PlacementDevice,
  PlacementProfile,
  PlacementService,
} from '../../../src/core/domain/placement.ts';
import { HIDDEN } from '../../../src/core/placement/devices.ts';
import { device, profile, service } from './placement-builders.ts';

/** A GPU service as its file and the settings request it. */
export interface RequestedService {
  readonly need: GpuNeed;
  /** a number, `all` or a list of GPUs */
  readonly inFile: number | 'all' | readonly string[];
  readonly pin: readonly string[] | null;
  readonly exclusive: boolean;
  readonly heads: number | null;
  /** GPU of a service that runs; null: it does not run */
  readonly runsOn: string | null;
  readonly context?: number;
  readonly concurrency?: number;
}

interface AskedProfile {
  readonly variants: readonly (readonly RequestedService[])[];
  readonly fixed: boolean;
  readonly requested?: string;
  readonly isStopped?: boolean;
}

interface AskedState {
  readonly devices: readonly PlacementDevice[];
  readonly profiles: readonly AskedProfile[];
}

/** Returns the profiles as rma places them: GPUs pinned to one service are all its own (core/placement/placement-profiles.ts). */
export function profilesOf({ devices, profiles }: AskedState): readonly PlacementProfile[] {
  return profiles.flatMap(({ variants, fixed, requested, isStopped }, at) => {
    if (isStopped === true) return [];
    const isAlone = variants.every((services) => services.length <= 1);
    const services = variants.map((some, variant) =>
      some.map((each, number) => placedService(`p${at}-v${variant}-s${number}`, each, { isAlone, devices })),
    );
    const runs = services[0]?.every(({ current }) => current !== null) ?? false;
    return [
      profile(`p${at}`, services, { fixed, requested: requested ?? null, current: runs ? 'best' : null }),
    ];
  });
}

function placedService(
  name: string,
  asked: RequestedService,
  { isAlone, devices }: { readonly isAlone: boolean; readonly devices: readonly PlacementDevice[] },
): PlacementService {
  const { need, inFile, pin, exclusive, heads, runsOn, context = 8192, concurrency = 4 } = asked;
  const list = typeof inFile === 'object' ? inFile : null;
  const own = pin !== null && isAlone && (inFile === 1 || list !== null) ? pin.length : null;
  const current = runsOn !== null && devices.some(({ uuid }) => uuid === runsOn) ? [runsOn] : null;
  const kvBytes = Math.ceil((need.kvBytes * context * concurrency) / (8192 * 4));
  return service(name, 0, {
    need: { ...need, kvBytes },
    gpus: own ?? (typeof inFile === 'object' ? inFile.length : inFile),
    allowed: pin ?? list,
    inFile: typeof inFile === 'object' ? 'list' : inFile,
    exclusive,
    attentionHeads: heads,
    current,
    context,
    concurrency,
  });
}

/** Returns the state after a user followed the text; null if the text suggests nothing. */
export function follow(state: AskedState, text: string): AskedState | null {
  const edit = (name: string, change: (each: AskedProfile) => AskedProfile): AskedState => ({
    ...state,
    profiles: state.profiles.map((each, at) => (`p${at}` === name ? change(each) : each)),
  });
  const services = (name: string, change: (each: RequestedService) => RequestedService): AskedState =>
    edit(name, (each) => ({ ...each, variants: each.variants.map((some) => some.map(change)) }));
  const all = (one: AskedState): AskedState => ({
    ...one,
    profiles: one.profiles.map((each) => ({ ...each, fixed: false })),
  });
  const variant = /^rma up --variant (\w+)=(\w+)$/.exec(text);
  if (variant !== null)
    return all(edit(`${variant[1]}`, (each) => ({ ...each, requested: `${variant[2]}` })));
  if (/^let rma move .* too: rma up$/.test(text)) return all(state);
  const settings = /^set `services: \{ (.*) \}` in rma\.yaml$/.exec(text);
  if (settings !== null) return withSettings(state, `${settings[1]}`);
  const free =
    /^remove gpu\.pins(, --gpu and `gpus`| and --gpu), so that rma chooses the GPUs of (\w+)$/.exec(text);
  if (free !== null) {
    const removesList = free[1]?.includes('gpus`') === true;
    return services(`${free[2]}`, (each) => {
      return {
        ...each,
        pin: null,
        inFile:
          removesList && each.pin !== null
            ? 1
            : removesList && typeof each.inFile === 'object'
              ? 1
              : each.inFile,
      };
    });
  }
  const stop = /^stop (\w+): rma down --profile \1$/.exec(text);
  if (stop !== null) return edit(`${stop[1]}`, (each) => ({ ...each, isStopped: true }));
  const shown = /^add (.*GPU \d.*) to gpu\.visible, --gpus or NVIDIA_VISIBLE_DEVICES$/.exec(text);
  if (shown !== null) {
    return {
      ...state,
      devices: state.devices.map((each) =>
        each.unusable === HIDDEN && new RegExp(`GPU ${each.index}\\b`).test(`${shown[1]}`)
          ? { ...each, unusable: null }
          : each,
      ),
    };
  }
  return added(state, text) ?? promisesNothing(text);
}

/** `p0-v0-s0: { context: 2048 }, p0-v0-s1: …`: the services by their names. */
function withSettings(state: AskedState, entries: string): AskedState {
  const values = new Map(
    [...entries.matchAll(/([\w-]+): \{ (context|concurrency|gpus): (\d+) \}/g)].map(
      ([, name, key, value]) => [`${name}`, { [key === 'gpus' ? 'inFile' : `${key}`]: Number(value) }],
    ),
  );
  const profiles = state.profiles.map((profile, at) => ({
    ...profile,
    variants: profile.variants.map((some, variant) =>
      some.map((each, index) => ({ ...each, ...values.get(`p${at}-v${variant}-s${index}`) })),
    ),
  }));
  return { ...state, profiles };
}

function added(state: AskedState, text: string): AskedState | null {
  const words =
    /^add (?:an? (\d+) GB GPU|(\d+) GPUs with (\d+) GB each)(?:, and select (?:it|them) for (\w+))?(?:, also in gpu\.visible)?$/;
  const more = words.exec(text);
  if (more === null) return null;
  const [, one, count, each, name] = more;
  const bytes = Number(one ?? each) * 1e9;
  const extra = Array.from({ length: Number(count ?? 1) }, (_, at) =>
    device(10 + at, 0, { name: 'New', totalBytes: bytes, availableBytes: Math.floor(bytes * 0.97) }),
  );
  const pin = extra.map(({ uuid }) => uuid);
  const profiles = state.profiles.map((one, at) =>
    `p${at}` !== name
      ? one
      : { ...one, variants: one.variants.map((some) => some.map((asked) => selected(asked, pin))) },
  );
  return { devices: [...state.devices, ...extra], profiles };
}

/** A pin stays one, and a list of the file is replaced by one of these GPUs. */
function selected(asked: RequestedService, pin: readonly string[]): RequestedService {
  if (asked.pin !== null) return { ...asked, pin };
  return typeof asked.inFile === 'object' ? { ...asked, inFile: pin } : asked;
}

function promisesNothing(text: string): null {
  if (/^(?:show what uses each GPU|run cpu-worker instead)/.test(text)) return null;
  throw new Error(`unknown suggestion: ${text}`);
}
