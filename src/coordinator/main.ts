import { RMA_VERSION } from '../core/version.ts';

process.stdout.write(`rma-coordinator ${RMA_VERSION}\n`);
