/** What a saved plan may hold: all that comes with ops, and what a run itself puts among the steps. */
import { elsewhere } from '../engine/across/elsewhere.ts'
import { outputStep } from '../engine/across/output-step.ts'
import { resources } from '../resources/index.ts'

export const savedResources = { ...resources, elsewhere, output: outputStep }
