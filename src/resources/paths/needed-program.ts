/** What a step says that needs a program, on a host without it. */
import type { Need } from '../../engine/resource.ts'
import { programFolders } from './program-folders.ts'

/** A program, and the package of Debian that brings it where that has another name. */
export function neededProgram(program: string, packageName = program): Need {
  return {
    what: `no ${program}`,
    packages: new RegExp(`^${packageName.replaceAll(/[.+]/g, '\\$&')}$`),
    by: programFolders,
    next: `Put a step before it that installs it: apt({ packages: ['${packageName}'] }).`,
  }
}
