import type { ShapeName } from './shapes.ts';

/** A process that uses a GPU or MIG device. */
export interface BoxProcess {
  readonly pid: number;
  readonly name: string;
  readonly mib: number;
  /** UUID of a GPU or of a MIG device */
  readonly gpu: string;
}

/** What the stand-in reads each time it is started. */
export interface GpuBoxState {
  readonly shape: ShapeName;
  /** processes that are not of a container of rma */
  readonly foreign?: readonly BoxProcess[];
  /** each running container with the label `rma.gpus` is a process that uses the GPUs named there */
  readonly followDocker?: boolean;
  /** a folder in which processes say what they use (claims.ts) */
  readonly claims?: string;
  /** how much of the label `rma.memory` such a process uses; 0.97 unless told */
  readonly factor?: number;
  /** `-q -x` answers with something that is no XML */
  readonly brokenXml?: boolean;
}
