/** Packages that bring a MySQL or MariaDB server. */
import type { Claim } from '../../engine/claims.ts'

export const serverPackages: readonly Claim[] = [
  'pkg:mariadb-server',
  'pkg:mysql-server',
  'pkg:default-mysql-server',
]
