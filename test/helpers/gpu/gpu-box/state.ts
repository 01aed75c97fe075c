import type { ShapeName } from './shapes.ts';

/** A process that uses a GPU or MIG device. */
export interface BoxProcess {
  readonly pid: number;
  readonly name: string;
  readonly mib: number;
  /** UUID of a GPU or of a MIG device */
  readonly gpu: string;
}

/** The state that the stand-in reads when it starts. */
export interface GpuBoxState {
  readonly shape: ShapeName;
  /** processes outside rma containers */
  readonly foreign?: readonly BoxProcess[];
  /** each running container with the label `rma.gpus` is a process that uses the GPUs named there */
  readonly followDocker?: boolean;
  /** a directory in which processes declare their memory (claims.ts) */
  readonly claims?: string;
  /** fraction of the label `rma.memory` that such a process uses; default 0.97 */
  readonly factor?: number;
  /** `-q -x` prints invalid XML */
  readonly brokenXml?: boolean;
}
