import * as z from 'zod/mini';
import type { ContainerFacts, ContainerState } from '../../core/domain/container.ts';
import { describeIssue, parseValue, type Schema } from '../../core/schema/parse.ts';
import { wholeNumber } from '../../core/schema/rules.ts';
import { unexpectedAnswer } from './docker-errors.ts';
import { type EngineEndpoint, endpointName } from './endpoint.ts';

// The API of the Docker Engine as far as rma reads it: https://docs.docker.com/reference/api/engine/
const STATES = ['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead'] as const;
const HEALTH = ['starting', 'healthy', 'unhealthy', 'none'] as const;

const texts = z.record(z.string(), z.string());
const listOrNull = <T>(item: Schema<T>) => z.nullish(z.array(item));

// engines compatible with Docker's API have more states; a container in one of them is not running
const state: Schema<ContainerState> = z.catch(z.enum(STATES), 'exited');
const health: Schema<ContainerFacts['health']> = z.catch(z.enum(HEALTH), 'none');

export const versionAnswer = z.object({ Version: z.string(), ApiVersion: z.string() });

export const infoAnswer = z.object({
  Name: z.string(),
  DockerRootDir: z.string(),
  MemTotal: z.optional(wholeNumber(0)),
  SystemTime: z.optional(z.string()),
});

const mount = z.object({
  Type: z.string(),
  Name: z.optional(z.string()),
  Source: z.optional(z.string()),
  Destination: z.string(),
  RW: z.optional(z.boolean()),
});

export const containerList = z.array(
  z.object({
    Id: z.string(),
    Names: listOrNull(z.string()),
    State: state,
    Labels: z.nullish(texts),
    Ports: listOrNull(z.object({ PublicPort: z.optional(wholeNumber(0)) })),
    Mounts: listOrNull(mount),
  }),
);

export const containerDetails = z.object({
  Id: z.string(),
  Name: z.string(),
  Image: z.string(),
  RestartCount: wholeNumber(0),
  Config: z.object({ Image: z.string(), Labels: z.nullish(texts) }),
  State: z.object({
    Status: state,
    Running: z.boolean(),
    ExitCode: z.int(),
    StartedAt: z.string(),
    Error: z.optional(z.string()),
    Health: z.nullish(z.object({ Status: health })),
  }),
  Mounts: listOrNull(mount),
  NetworkSettings: z.nullish(
    z.object({
      Networks: z.nullish(z.record(z.string(), z.nullish(z.object({ NetworkID: z.nullish(z.string()) })))),
    }),
  ),
  HostConfig: z.object({
    NetworkMode: z.optional(z.string()),
    PortBindings: z.nullish(
      z.record(z.string(), listOrNull(z.object({ HostIp: z.optional(z.string()), HostPort: z.string() }))),
    ),
  }),
});

export const imageList = z.array(
  z.object({ Id: z.string(), RepoTags: listOrNull(z.string()), RepoDigests: listOrNull(z.string()) }),
);

const volume = z.object({
  Name: z.string(),
  Driver: z.string(),
  Mountpoint: z.optional(z.string()),
  Options: z.nullish(texts),
  Labels: z.nullish(texts),
  CreatedAt: z.nullish(z.string()),
});

export const volumeList = z.object({ Volumes: listOrNull(volume) });

export const networkList = z.array(z.object({ Id: z.string(), Name: z.string(), Labels: z.nullish(texts) }));

const processorTimes = z.object({
  cpu_usage: z.optional(z.object({ total_usage: z.optional(z.number()) })),
  system_cpu_usage: z.optional(z.number()),
  online_cpus: z.optional(z.number()),
});

/** `GET /containers/{id}/stats`. Counters are missing for a container that is not running, and where cgroups lack them. */
export const statsAnswer = z.object({
  cpu_stats: processorTimes,
  precpu_stats: processorTimes,
  memory_stats: z.object({
    usage: z.optional(z.number()),
    stats: z.nullish(z.record(z.string(), z.number())),
  }),
});

/** The output of `ps`, as `GET /containers/{id}/top` passes it on. */
export const processTable = z.object({
  Titles: z._default(z.array(z.string()), []),
  Processes: listOrNull(z.array(z.string())),
});

export type ContainerEntry = z.output<typeof containerList>[number];
export type ContainerDetails = z.output<typeof containerDetails>;
export type VolumeAnswer = z.output<typeof volume>;

/**
 * Parses a response of the engine by its schema.
 * @throws RmaError RMA_DOCKER_FAILED exit 1
 */
export function readAnswer<T>(schema: Schema<T>, answer: unknown, endpoint: EngineEndpoint): T {
  const parsed = parseValue(schema, answer);
  if (parsed.ok) return parsed.value;
  throw unexpectedAnswer(endpointName(endpoint), parsed.faults.slice(0, 1).map(describeIssue).join());
}
