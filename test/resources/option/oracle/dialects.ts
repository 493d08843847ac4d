/** Every format that is compared with its program. */
import type { Dialect } from './dialect.ts'
import { flatDialects } from './flat-dialects.ts'
import { nestedDialects } from './nested-dialects.ts'
import { sectionDialects } from './section-dialects.ts'

export const dialects: Readonly<Record<string, Dialect>> = {
  ...flatDialects,
  ...sectionDialects,
  ...nestedDialects,
}
