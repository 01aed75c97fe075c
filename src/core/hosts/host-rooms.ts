import { canonicalJson } from '../canonical-json.ts';
import type { PlacementDevice } from '../domain/placement.ts';
import type { Catalog } from '../domain/profile.ts';
import { projectGpus } from '../placement/project-gpus.ts';
import { sortDevices } from '../placement/solve.ts';
import { ramOfOthers } from '../placement/used-by-others.ts';
import { findProfile } from '../profile/select-services.ts';
import { withoutModels } from '../profile/without-models.ts';
import type { AssignRequest, ObservedHost } from './assign-types.ts';
import { HostRoom, type RoomMemory } from './host-room.ts';
import { type KnownServices, knownServices } from './known-services.ts';

/**
 * Returns the room of each observed host. What the project runs there of profiles in `leaving` still holds its GPUs.
 * @param leaving host → profiles that run there and will not
 * @throws RmaError RMA_PROFILE_UNKNOWN, RMA_GPU_UNKNOWN, RMA_GPU_AMBIGUOUS (2)
 */
export function hostRooms(
  request: AssignRequest,
  leaving: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, HostRoom> {
  const { catalog } = withoutModels(request.catalog, new Set(request.resolved.missing.keys()));
  const known = remember((names: string) => knownServices(catalog, request.profiles, JSON.parse(names)));
  const memory = remember((_signature: string): RoomMemory => ({ fits: new Map(), profiles: new Map() }));
  const rooms = request.hosts.flatMap(({ name, state }) => {
    if (state.kind !== 'observed') return [];
    const gone = leaving.get(name) ?? [];
    return [[name, roomOf(request, { name, host: state, catalog, gone, known, memory })] as const];
  });
  return new Map(rooms);
}

interface RoomRequest {
  readonly name: string;
  readonly host: ObservedHost;
  readonly catalog: Catalog;
  readonly gone: readonly string[];
  readonly known: (names: string) => KnownServices;
  readonly memory: (signature: string) => RoomMemory;
}

function roomOf(request: AssignRequest, { name, host, catalog, gone, known, memory }: RoomRequest): HostRoom {
  const { project } = request;
  const { serviceNames, snapshot, config } = host;
  const profiles = request.profiles.filter((profile) => !gone.includes(profile));
  const runs = snapshot.allContainers.some((container) => container.project === project);
  const gpus = projectGpus(
    {
      project,
      settings: config.gpu,
      catalog,
      profiles,
      // without containers nothing can be left behind, and the check is slow for many profiles
      named: runs ? request.named.filter((each) => profiles.includes(each)) : [],
      serviceNames,
    },
    snapshot,
  );
  const total = snapshot.engine.memoryBytes;
  const ramBytes = total === null ? null : total - ramOfOthers(project, snapshot);
  const isAlone = runs || namesGpus(request, host);
  const devices = sortDevices(gpus.devices).map(withoutUuid);
  const { gpu, variants } = config;
  const signature = isAlone ? name : canonicalJson({ devices, ramBytes, serviceNames, gpu, variants });
  const services = known(canonicalJson(serviceNames));
  return new HostRoom({
    name,
    request,
    host,
    catalog,
    gpus,
    known: services,
    signature,
    memory: memory(signature),
    ramBytes,
  });
}

/** Whether a setting or a profile names GPUs, which can be different ones on each host. */
function namesGpus({ catalog, profiles }: AssignRequest, { config: { gpu } }: ObservedHost): boolean {
  if (gpu.visible !== null || Object.keys(gpu.pins).length > 0) return true;
  return profiles.some((name) =>
    findProfile(catalog, name).variants.some(({ services }) =>
      services.some(({ gpus }) => typeof gpus === 'object'),
    ),
  );
}

function withoutUuid({ uuid: _, ...device }: PlacementDevice): Omit<PlacementDevice, 'uuid'> {
  return device;
}

function remember<T>(make: (key: string) => T): (key: string) => T {
  const made = new Map<string, T>();
  return (key) => {
    const value = made.get(key) ?? make(key);
    made.set(key, value);
    return value;
  };
}
