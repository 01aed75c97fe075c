import type { PlacedServices } from '../../app/desired/place-services.ts';
import type { PlacementDevice, ServicePlacement } from '../../core/domain/placement.ts';
import { needBytes } from '../../core/estimate/need.ts';
import { deviceName } from '../../core/placement/device-name.ts';
import { formatBytes } from '../../core/units.ts';
import { type Column, renderTable } from './table.ts';
import type { Theme } from './theme.ts';

/** Renders the services on GPUs, one per line; null if there are none. */
export function renderPlacement({ placed }: PlacedServices, theme: Theme): string | null {
  const services = onGpus(placed.services);
  if (services.length === 0) return null;
  const width = Math.max(...services.map(({ service }) => service.length));
  const lines = services.map(({ service, devices, bytesPerGpu, need }) => {
    const each = devices.length > 1 ? ' on each' : '';
    const names = devices.map((device) => `${deviceName(device)} ${device.name}`).join(', ');
    return `  ${service.padEnd(width)}  ${names}  ${theme.dim(`${formatBytes(bytesPerGpu)}${each}${basisText(need)}`)}`;
  });
  return [theme.bold('GPUs'), ...lines].join('\n');
}

/** Renders the explanation: needs and their parts, the reason for each chosen or rejected GPU, and rejected variants. */
export function explainPlacement({ placed, devices }: PlacedServices, theme: Theme): string {
  const services = onGpus(placed.services);
  const rows = services.map((service): Row => ({ service, placed, devices }));
  const table = services.length === 0 ? 'No service requests a GPU.' : renderTable(COLUMNS, rows, theme);
  const why = placed.reasons.flatMap(({ service, taken, refused }) => [
    theme.bold(service),
    `  + ${taken}`,
    ...refused.map((each) => `  - ${nameOf(devices, each.uuid)} ${each.why}`),
  ]);
  const variants = placed.refusedVariants.map(
    ({ profile, variant, why: reason }) => `  - ${profile} as ${variant}: ${reason}`,
  );
  return [
    theme.bold('Placement'),
    table,
    ...(why.length === 0 ? [] : ['', ...why]),
    ...(variants.length === 0 ? [] : ['', theme.bold('Rejected variants'), ...variants]),
  ].join('\n');
}

/** Sizes that no header confirms. */
function basisText(need: ServicePlacement['need']): string {
  return need?.basis === 'size' ? ', estimated from file sizes' : '';
}

interface Row {
  readonly service: ServicePlacement;
  readonly placed: PlacedServices['placed'];
  readonly devices: readonly PlacementDevice[];
}

const size = (bytes: number | undefined): string => (bytes === undefined ? '' : formatBytes(bytes));

const COLUMNS: readonly Column<Row>[] = [
  { title: 'SERVICE', value: ({ service }) => service.service },
  {
    title: 'VARIANT',
    value: ({ service, placed }) =>
      placed.reasons.find((reason) => reason.service === service.service)?.variant ?? '',
  },
  { title: 'GPU', value: ({ service }) => service.devices.map(deviceName).join(', ') },
  {
    title: 'NEEDS',
    value: ({ service }) => size(service.need === null ? undefined : needBytes(service.need)),
    align: 'right',
  },
  { title: 'WEIGHTS', value: ({ service }) => size(service.need?.weightsBytes), align: 'right' },
  { title: 'KV', value: ({ service }) => size(service.need?.kvBytes), align: 'right' },
  { title: 'OVERHEAD', value: ({ service }) => size(service.need?.overheadBytes), align: 'right' },
  { title: 'AVAILABLE', value: availableText, align: 'right' },
];

/** Returns the available memory on the GPU with the least, before this project uses it. */
function availableText({ service, devices }: Row): string {
  const own = new Set(service.devices.map(({ uuid }) => uuid));
  const room = devices.filter(({ uuid }) => own.has(uuid)).map(({ availableBytes }) => availableBytes);
  return room.length === 0 ? '' : formatBytes(Math.min(...room));
}

function onGpus(services: readonly ServicePlacement[]): readonly ServicePlacement[] {
  return services.filter(({ devices }) => devices.length > 0);
}

function nameOf(devices: readonly PlacementDevice[], uuid: string): string {
  const device = devices.find((each) => each.uuid === uuid);
  return device === undefined ? uuid : deviceName(device);
}
