/** Where the hosts of the tests keep their files on this machine. */
import { join } from 'node:path'

/** Images and downloaded packages, kept between runs. */
export const cacheFolder = process.env.OPS_TEST_CACHE ?? '/var/cache/ops-test'

/** One folder for each live test process, named by the number of its network. */
export const stateFolder = '/run/ops-test'

/** The folder of one network. */
export const networkFolder = (number: number): string => join(stateFolder, String(number))

/** What the hosts of one network write, where a test asked for a disk instead of memory. */
export const diskFolder = (number: number): string => join(cacheFolder, 'disks', String(number))
