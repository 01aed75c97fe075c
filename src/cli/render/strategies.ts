import type { Explanation, StrategyCosts } from '../../core/kubernetes/explain-strategies.ts';
import { formatBytes, formatDuration } from '../../core/units.ts';
import { type Column, renderTable } from './table.ts';
import type { Theme } from './theme.ts';

/** One line of the decision matrix: a factor, and what each strategy means for it. */
interface Factor {
  readonly factor: string;
  readonly value: (costs: StrategyCosts) => string;
}

/** By what downloads the models; null: nothing does. */
const UPDATE = { job: 'a new Job', pods: 'new pods', nodes: 'a new image', null: 'another copy' } as const;
const NETWORK = {
  job: 'the Job',
  pods: 'every engine pod',
  nodes: 'your machine',
  null: 'nothing',
} as const;

const FACTORS: readonly Factor[] = [
  {
    factor: 'first start',
    value: ({ firstDownload, firstSeconds }) => download(firstDownload, firstSeconds),
  },
  {
    factor: 'restart of a pod',
    value: ({ restartDownload, restartSeconds }) => download(restartDownload, restartSeconds),
  },
  {
    factor: 'disk',
    value: ({ disk, accessMode }) =>
      `${formatBytes(disk)} ${accessMode === null ? 'on the nodes' : 'in the claim'}`,
  },
  { factor: 'access mode', value: ({ accessMode }) => accessMode ?? 'none' },
  { factor: 'changed model', value: ({ downloadedBy }) => UPDATE[`${downloadedBy}`] },
  { factor: 'connects to hubs', value: ({ downloadedBy }) => NETWORK[`${downloadedBy}`] },
];

/** Renders the decision matrix with the chosen strategy, and why it fits. */
export function renderStrategies(explanation: Explanation, theme: Theme): string {
  const { chosen, modelBytes, pods, bytesPerSecond, strategies, reasons } = explanation;
  const columns: readonly Column<Factor>[] = [
    { title: 'FACTOR', value: ({ factor }) => factor },
    ...strategies.map((costs) => ({
      title: `${costs.strategy.toUpperCase()}${costs.strategy === chosen ? ' (CHOSEN)' : ''}`,
      value: ({ value }: Factor) => value(costs),
    })),
  ];
  return [
    `Models: ${formatBytes(modelBytes)}, for ${pods} ${pods === 1 ? 'engine pod' : 'engine pods'}. Times at ${formatBytes(bytesPerSecond)}/s (--download-rate).`,
    '',
    renderTable(columns, FACTORS, theme),
    '',
    ...reasons,
  ].join('\n');
}

function download(bytes: number, seconds: number): string {
  return bytes === 0 ? 'no download' : `${formatBytes(bytes)}, ${formatDuration(seconds)}`;
}
