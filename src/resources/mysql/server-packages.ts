/** Packages that bring a MySQL or MariaDB server, and what a step says that needs one. */
import type { Claim } from '../../engine/claims.ts'
import type { Need } from '../../engine/resource.ts'
import { programFolders } from '../paths/program-folders.ts'

export const serverPackages: readonly Claim[] = [
  'pkg:mariadb-server',
  'pkg:mysql-server',
  'pkg:default-mysql-server',
]

export const noServer: Need = {
  what: 'no MySQL or MariaDB server',
  packages: /(mysql|mariadb|percona).*server|^percona-xtradb-cluster(-[\d.]+|-full)?$|^mysql-wsrep-/,
  by: programFolders,
  next: "Put a step before it that installs one, such as apt({ packages: ['mariadb-server'] }); the recipe mysql-remote does with --install.",
}
