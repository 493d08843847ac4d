/** What others have to bear while a job runs: how long the slowest hundredth of a steady stream of transactions takes (sysbench). */
import type { Host } from '../test/hosts/host.ts'
import { median } from './median.ts'

/** So many transactions a second come, however long one takes. */
const sysbench = `sysbench oltp_read_write --mysql-socket=/run/mysqld/mysqld.sock --mysql-user=root --mysql-db=sb --table-size=20000`
const log = '/var/tmp/bench-foreground.log'

/** The host needs the packages mariadb-server and sysbench, and a database `sb`. */
export async function prepareForeground(host: Host): Promise<void> {
  await host.read(`${sysbench} prepare`)
}

/** The median over its seconds of the time under which 99 % of the foreground's transactions stayed, in milliseconds. */
export async function withForeground<T>(
  host: Host,
  work: () => Promise<T>,
  cpu?: number,
): Promise<{ readonly p99Ms: number; readonly result: T }> {
  const pinned = cpu === undefined ? '' : `taskset -c ${cpu} `
  const argv = `${pinned}stdbuf -oL ${sysbench} --threads=2 --rate=40 --percentile=99 --report-interval=1 --time=7200 run`
  await host.read(`systemd-run --quiet --collect --unit=foreground sh -c '${argv} >${log}'`)
  let result: T
  try {
    result = await work()
  } finally {
    await host.read('systemctl stop foreground')
  }
  const each = [...(await host.read(`cat ${log}`)).matchAll(/lat \(ms,99%\): ([\d.]+)/g)].map(([, text]) =>
    Number(text),
  )
  if (each.length < 3) throw new Error(`the foreground ran for ${each.length} s: take more rows`)
  return { p99Ms: median(each), result }
}
