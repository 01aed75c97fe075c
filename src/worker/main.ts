import { RMA_VERSION } from '../core/version.ts';

process.stdout.write(`rma-worker ${RMA_VERSION}\n`);
