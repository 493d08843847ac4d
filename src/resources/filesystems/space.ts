/** Space and inodes that run out. */
import { libraryOf } from '../../shell/library.ts'
import { sh } from '../../shell/sh.ts'
import { type FilesystemLook, filesystemLookLibrary, finding, recordsOf } from './look.ts'
import spaceText from './space.sh'

/** `ops_space_look SPACE INODES` prints `full space|inodes PERCENT FREE SOURCE TARGET` of each local file system at its limit. */
const spaceLibrary = libraryOf('filesystem-space', spaceText)

/** The look. */
export const spaceLook: FilesystemLook = {
  doc: 'no local file system runs out of space or inodes',
  library: [filesystemLookLibrary, spaceLibrary],
  probe: ({ space, inodes, except }) => sh`ops_told ops_space_look ${space} ${inodes} ${except}`,
  findings: (records, { space, inodes }) =>
    recordsOf(records, 'full').map(([what, percent, free = '0', source, target = '']) => {
      const left = what === 'space' ? `${sizeText(Number(free) * 1024)} left` : `${free} inodes left`
      const limit = what === 'space' ? space : inodes
      const next =
        what === 'space'
          ? `\`du -xh ${target} | sort -h | tail\` shows what takes it`
          : `\`du -x --inodes ${target} | sort -n | tail\` shows where the many small files are`
      return finding(
        `${target} (${source}): ${percent} % of its ${what} used, ${left}, the limit is ${limit} %`,
        undefined,
        next,
      )
    }),
}

/** Bytes as people say them: `12 MiB`. */
export function sizeText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10))
  const value = bytes / 1024 ** power
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${units[power]}`
}
