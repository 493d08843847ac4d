/** The resources that are held to their contract: all of them, or those of OPS_RESOURCE. */
import { describe, test } from 'vitest'
import { resources } from '../../src/resources/index.ts'
import { restoredFile } from '../../src/resources/restored-file.ts'
import { isChosen } from './host-case.ts'
import type { AnyResource } from './resource-texts.ts'

/** What recipes call, and what `ops kept` makes its plans of. */
export const kinds = [...Object.values(resources), restoredFile]
  .map(({ definition }): AnyResource => definition)
  .filter(({ type }) => isChosen(type))

/** A suite of each, by its name; vitest takes no file without a test, so there is one to skip where nothing of these was asked for. */
export function describeKinds(suite: (resource: AnyResource) => void): void {
  if (kinds.length === 0) test.skip('what is made of others is held by its parts')
  for (const resource of kinds) describe(resource.type, () => suite(resource))
}
