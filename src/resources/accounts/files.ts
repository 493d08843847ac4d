/** Where the accounts of a host stand: a step that writes one of these files moves what is seen of them. */
import type { Claim } from '../../engine/claims.ts'

export const accountFiles: readonly Claim[] = ['passwd', 'group', 'shadow', 'gshadow', 'nsswitch.conf'].map(
  (name): Claim => `path:/etc/${name}`,
)
