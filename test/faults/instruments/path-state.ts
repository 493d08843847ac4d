/** What a path of a host holds, seen by plain commands and by nothing of ops. */
import { createHash } from 'node:crypto'
import type { Host } from '../../hosts/host.ts'

/** A state in words that can be compared as a whole: kind, mode, owner and a hash of all bytes. */
export interface PathState {
  readonly words: string
  /** The bytes, and the mode, where a test has to make the file. */
  readonly text?: string
  readonly mode?: string
}

/** All states in which a managed path may ever be seen; without `before` it does not exist then. */
export interface PathVersions {
  readonly path: string
  readonly before?: PathState
  /** States that steps before the last one leave. */
  readonly between?: readonly PathState[]
  readonly after: PathState
}

export const absent: PathState = { words: 'absent' }

export function fileIs(text: string, mode: string, owner = 'root:root'): PathState {
  const sum = createHash('sha256').update(text).digest('hex')
  return { words: `file ${mode} ${owner} ${sum}`, text, mode }
}

export function directoryIs(mode: string, owner = 'root:root'): PathState {
  return { words: `directory ${mode} ${owner}` }
}

export function linkIs(to: string): PathState {
  return { words: `link ${to}` }
}

const look = `
while IFS= read -r path; do
if [ -L "$path" ]; then echo "link $(readlink "$path")"
elif [ -d "$path" ]; then echo "directory $(stat -c '%a %U:%G' "$path")"
elif [ -f "$path" ]; then sum=$(sha256sum <"$path"); echo "file $(stat -c '%a %U:%G' "$path") \${sum%% *}"
elif [ -e "$path" ]; then echo other
else echo absent
fi
done`

/** The state of each path, in words, in one look. */
export async function pathsOn(host: Host, paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const lines = (await host.read(look, { input: `${paths.join('\n')}\n` })).trimEnd().split('\n')
  return new Map(paths.map((path, index) => [path, lines[index] ?? '']))
}
