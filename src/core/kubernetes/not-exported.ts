import { KUBERNETES_SETTINGS } from '../config/kubernetes-settings.ts';
import type { RmaConfig } from '../domain/config.ts';
import type { NotExported } from '../domain/not-exported.ts';
import { gpusNotExported, portsNotExported } from '../fleet/machine-settings.ts';
import type { Fleet } from '../fleet/service-spec.ts';
import { HOST_FROM_CONTAINER } from '../host-address.ts';
import { extraClaim } from './extra-volumes.ts';
import { hubAddress, isForChart } from './llm-d-values.ts';

/** Returns the engines that --format kserve leaves out, and settings of downloads that KServe does without. */
export function notInKserve(fleet: Fleet, config: RmaConfig): readonly NotExported[] {
  const instead = 'KServe downloads the models to the nodes, without it';
  const hub = config.kubernetes.strategy === 'pvc' ? null : hubAddress({ fleet });
  return [
    ...withoutVllm(fleet, '--format kserve is for vLLM'),
    ...(hub === null ? [] : [{ what: `hub.endpoint (${hub['value']})`, instead }]),
    ...ofDownloads(config, instead),
  ];
}

/** Returns the engines that the chart llm-d-modelservice cannot run, and settings of downloads that its pods do without. */
export function notInChart(fleet: Fleet, config: RmaConfig): readonly NotExported[] {
  return [
    ...withoutVllm(fleet, 'the chart llm-d-modelservice runs vLLM only'),
    ...ofDownloads(config, 'vLLM downloads the model in each pod, without it'),
  ];
}

function withoutVllm({ services }: Fleet, instead: string): readonly NotExported[] {
  const others = services.filter((spec) => spec.role === 'engine' && !isForChart(spec));
  return others.map(({ name }) => ({ what: name, instead }));
}

/** A Job of rma has these settings; other programs do without. */
function ofDownloads({ network, kubernetes }: RmaConfig, instead: string): readonly NotExported[] {
  const { caFile, maxRate } = network;
  if (kubernetes.strategy === 'pvc') return [];
  return [
    ...(caFile === null ? [] : [{ what: `network.ca_file (${caFile})`, instead }]),
    ...(maxRate === null ? [] : [{ what: 'network.max_rate', instead }]),
  ];
}

export interface ExportedProject {
  readonly config: RmaConfig;
  readonly fleet: Fleet;
  readonly allowHostPath: boolean;
  /** profiles whose files name GPUs, or request all of a machine */
  readonly namedGpus: readonly string[];
  /** of the caller */
  readonly environment: Readonly<Record<string, string>>;
}

type ExportedClaim = Pick<ExportedProject, 'config' | 'allowHostPath'>;

const PROXIES = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY'];

/** Returns what an export cannot express, in the order of the settings. */
export function notExported(project: ExportedProject): readonly NotExported[] {
  return [
    ...ofVolumes(project),
    ...ofMounts(project),
    ...ofImages(project),
    ...ofPorts(project),
    ...ofGpus(project),
    ...ofAddresses(project),
    ...ofLimits(project),
  ];
}

function ofImage({ kubernetes: { strategy, modelsImage } }: RmaConfig): readonly NotExported[] {
  const instead = `the strategy ${strategy} mounts no image`;
  return strategy === 'image' || modelsImage === null
    ? []
    : [{ what: `kubernetes.models_image (${modelsImage})`, instead }];
}

/** Settings of the claim, by their keys. */
function ofClaim({ kubernetes }: RmaConfig): readonly NotExported[] {
  const { strategy, storageClass, volumeName, existingClaim, accessMode, storageBytes } = kubernetes;
  const settings = Object.entries({
    ...{ storage_class: storageClass, volume_name: volumeName, existing_claim: existingClaim },
    ...{ access_mode: accessMode, storage: storageBytes },
  });
  const names = settings.flatMap(([name, value]) => (value === null ? [] : [`kubernetes.${name}`]));
  const instead = `the strategy ${strategy} has no claim`;
  return strategy === 'pvc' || names.length === 0 ? [] : [{ what: names.join(', '), instead }];
}

/** Settings of the Job that are not the default, by their keys, and the option for a volume of the claim. */
function ofJob({ config: { kubernetes }, allowHostPath }: ExportedClaim): readonly NotExported[] {
  const { strategy, backoffLimit, ttlSeconds } = kubernetes;
  const names = [
    ...(backoffLimit === KUBERNETES_SETTINGS.backoffLimit.fallback ? [] : ['kubernetes.backoff_limit']),
    ...(ttlSeconds === KUBERNETES_SETTINGS.ttl.fallback ? [] : ['kubernetes.ttl']),
    ...(allowHostPath ? ['--allow-hostpath'] : []),
  ];
  const instead = `the strategy ${strategy} has no Job and mounts no directory of the nodes`;
  return strategy === 'pvc' || names.length === 0 ? [] : [{ what: names.join(', '), instead }];
}

function ofVolumes({ config, allowHostPath }: ExportedClaim): readonly NotExported[] {
  const { store, cache } = config.volumes;
  const { strategy } = config.kubernetes;
  return [
    ...ofImage(config),
    ...ofClaim(config),
    ...ofJob({ config, allowHostPath }),
    ...(store.type !== 'named' && strategy !== 'pvc'
      ? [{ what: `volumes.store (${store.path})`, instead: `the strategy ${strategy} does not use it` }]
      : []),
    ...(strategy === 'pvc' && store.type === 'host' && !allowHostPath
      ? [
          {
            what: `volumes.store is the directory ${store.path} of this machine`,
            instead:
              'the models are downloaded to a PersistentVolumeClaim; --allow-hostpath mounts that directory of the nodes',
          },
        ]
      : []),
    ...(cache.type === 'named'
      ? []
      : [{ what: `volumes.cache is at ${cache.path}`, instead: 'each pod has an emptyDir for its caches' }]),
  ];
}

function ofMounts({ fleet }: ExportedProject): readonly NotExported[] {
  return fleet.services.flatMap(({ name, extraMounts = [] }) => {
    const others = extraMounts.filter((mount) => extraClaim(mount) === null);
    const paths = others.map(({ path }) => path).join(', ');
    const instead = 'add volumes of the cluster in an overlay';
    return paths === '' ? [] : [{ what: `extra_volumes of ${name} (${paths})`, instead }];
  });
}

function ofImages({ fleet }: ExportedProject): readonly NotExported[] {
  return fleet.services.flatMap(({ name, image: { reference, buildContext } }) => {
    const instead = 'push it to a registry, and set images.engines to its name there';
    return buildContext === undefined
      ? []
      : [{ what: `image of ${name} (${reference}, built here)`, instead }];
  });
}

function ofPorts({ config }: ExportedProject): readonly NotExported[] {
  const instead =
    'services have ClusterIP Services on the ports of their engines; for other ways in, add an Ingress';
  return portsNotExported(config, instead);
}

function ofGpus({ config, namedGpus }: ExportedProject): readonly NotExported[] {
  const assigned = 'Kubernetes assigns the GPUs';
  return gpusNotExported(config, {
    namedGpus,
    assigned,
    visible: `${assigned}; --gpu-product selects nodes`,
  });
}

function ofAddresses({ config, fleet, environment }: ExportedProject): readonly NotExported[] {
  const onHost = fleet.services.flatMap(({ environment: variables }) =>
    Object.entries(variables).filter(
      ([, value]) => value !== HOST_FROM_CONTAINER && value.includes(HOST_FROM_CONTAINER),
    ),
  );
  const names = [...new Set(onHost.map(([name]) => name))].sort();
  const isDownloading = config.kubernetes.strategy !== 'image';
  const proxies = PROXIES.filter(
    (name) => isDownloading && (environment[name] || environment[name.toLowerCase()]),
  );
  return [
    ...(names.length === 0
      ? []
      : [
          {
            what: `${names.join(', ')}: an address of this machine, which pods cannot reach`,
            instead: 'set an address that the cluster can reach',
          },
        ]),
    ...(proxies.length === 0
      ? []
      : [
          {
            what: `${proxies.join(', ')} of this shell`,
            instead:
              'the Job connects to hubs directly; for a proxy, add its variables to the Job in an overlay',
          },
        ]),
  ];
}

function ofLimits({ fleet }: ExportedProject): readonly NotExported[] {
  const limited = fleet.services.filter(({ resources }) => Object.keys(resources.ulimits).length > 0);
  const names = [...new Set(limited.flatMap(({ resources }) => Object.keys(resources.ulimits)))].sort();
  if (limited.length === 0) return [];
  return [
    {
      what: `ulimits (${names.join(', ')}) of ${limited.map(({ name }) => name).join(', ')}`,
      instead: 'the limits of the container runtime apply',
    },
  ];
}
