/** Where a step puts a program that comes in no package. */
import type { Claim } from '../../engine/claims.ts'

export const programFolders: readonly Claim[] = ['path:/usr/', 'path:/opt/', 'path:/bin/', 'path:/sbin/']
