/** Where a job that a host runs by itself has its things there. */
import type { PackedOps } from './packed-ops.ts'

export const units = '/etc/systemd/system'
export const jobsFolder = '/var/lib/ops/jobs'
export const projectOf = (name: string): string => `${jobsFolder}/${name}`
export const folderOf = ({ name }: PackedOps): string => `/opt/ops/${name}`
