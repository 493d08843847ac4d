/** A host on which `guarded-backup` copies from one folder into another, and eyes on both that know no ops. */
import { afterAll, beforeAll } from 'vitest'
import { type Folder, folderWith, type Outcome } from '../../cli/run-ops.ts'
import { useHost } from '../../hosts/use-hosts.ts'
import { diskPackages, useLoopDevicesAlone } from '../disks.ts'

export function usePlaces({ loopDevices }: { readonly loopDevices: boolean }) {
  if (loopDevices) useLoopDevicesAlone()
  const host = useHost({ loopDevices, storage: 'disk', withPackages: diskPackages })
  let made: Folder | undefined
  beforeAll(() => {
    made = folderWith({})
  })
  afterAll(() => made?.remove())

  const folder = () => {
    if (made === undefined) throw new Error('the folder is there only while tests run')
    return made
  }

  /** Each test has a source and a destination of its own. */
  const place = async (name: string) => {
    const source = `/srv/${name}`
    const to = `/backup/${name}`
    await host().read(`mkdir -p ${source}/sub && cd ${source}
      for i in 1 2 3 4 5 6 7 8; do head -c 20000 /dev/urandom >f$i; done; ln f1 hard; ln -s f1 link
      echo x >"sub/a b'é"; echo log >app.log; chmod 0640 f3; chown 12345 f4; touch -d 2020-01-01 f5
      # rsync leaves a new link the time it has where that is right to the second.
      touch -h -d 2020-01-01 link`)
    const argv = ['guarded-backup', host().name, '-F', host().sshConfig, '--paths', source, '--to', to]
    return {
      source,
      to,
      argv,
      apply: (...flags: string[]): Promise<Outcome> => folder().answer(['apply', ...argv, '--yes', ...flags]),
      check: (...flags: string[]): Promise<Outcome> => folder().answer(['check', ...argv, ...flags]),
      generations: async (): Promise<string[]> =>
        (await host().read(`ls -A ${to} 2>/dev/null || true`)).split('\n').filter(line => line !== ''),
      /** Everything that can be seen of a tree, without the times of folders. */
      tree: (root: string): Promise<string> =>
        host().read(
          `cd ${root} && find . ! -type d -printf '%p %y %s %m %U %G %T@ %l\\n' | sort; find . -type f -exec sha256sum {} + | sort`,
        ),
    }
  }

  return { host, folder, place }
}
