/** A control group for each host: what runs in it is exactly what that host started, and can be ended as a whole. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'

/** Hierarchies in which systemd keeps its tree: version 2, or the named one of version 1, or both. */
function hierarchies(): string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter(line => / - cgroup2 /.test(line) || / - cgroup .*\bname=systemd\b/.test(line))
    .map(line => line.split(' ')[4] ?? '')
}

/** Makes the group `name` in every hierarchy, and returns its folders: a process joins by writing to `cgroup.procs`. */
export function makeGroup(name: string): string[] {
  return hierarchies().map(root => {
    const path = join(root, name)
    mkdirSync(path, { recursive: true })
    return path
  })
}

/** What a group that a service has just left, and that is gone, has to say: nothing. */
function unlessGone<T>(read: () => T, nothing: T): T {
  try {
    return read()
  } catch (error) {
    // ENODEV: it went while its file was open.
    if (/ENOENT|ENODEV/.test(String(error))) return nothing
    throw error
  }
}

function* foldersBelow(path: string): Generator<string> {
  for (const entry of unlessGone(() => readdirSync(path, { withFileTypes: true }), [])) {
    if (entry.isDirectory()) yield* foldersBelow(join(path, entry.name))
  }
  yield path
}

/** Process ids in the group of that name, in any hierarchy. */
export function membersOf(name: string): number[] {
  const members = new Set<number>()
  for (const path of groupFolders(name)) {
    for (const folder of foldersBelow(path)) {
      const text = unlessGone(() => readFileSync(join(folder, 'cgroup.procs'), 'utf8'), '')
      for (const line of text.split('\n')) {
        if (line !== '' && line !== '0') members.add(Number(line))
      }
    }
  }
  return [...members]
}

/** The folders of the group, in all hierarchies that have it. */
export const groupFolders = (name: string): string[] =>
  hierarchies()
    .map(root => join(root, name))
    .filter(path => existsSync(path))

const pauseMs = 5

/** Kills everything in the group and removes it. Blocks: it is also called while this process ends. */
export function endGroup(name: string, deadlineMs = 10_000): void {
  const deadline = Date.now() + deadlineMs
  for (;;) {
    try {
      for (const pid of membersOf(name)) signal(pid)
      for (const path of groupFolders(name)) {
        for (const folder of foldersBelow(path)) rmdirSync(folder)
      }
    } catch (error) {
      if (Date.now() > deadline) throw new Error(`control group ${name} does not end`, { cause: error })
    }
    if (groupFolders(name).length === 0) return
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs)
  }
}

function signal(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // Gone by itself.
  }
}
