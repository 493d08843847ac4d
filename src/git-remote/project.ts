/** What is true of the project's own repository, and of its place among what the host holds. */

export interface Branch {
  readonly name: string
  readonly commit: string
  /** The full name of the ref it follows, such as `refs/remotes/origin/main`; undefined when it follows none. */
  readonly upstream: string | undefined
}

/** Settings of one remote, as they stand in the config. */
export interface LocalRemote {
  readonly urls: readonly string[]
  readonly pushUrls: readonly string[]
  /** Made by `ops git-remote`. */
  readonly isOurs: boolean
}

export interface Project {
  /** The top of the working tree; for a bare repository itself. */
  readonly folder: string
  readonly isBare: boolean
  readonly isShallow: boolean
  /** The branch that is checked out, whether or not it has a commit; undefined when HEAD is detached. */
  readonly checkedOut: string | undefined
  readonly branches: ReadonlyMap<string, Branch>
  /** Object names by tag. */
  readonly tags: ReadonlyMap<string, string>
  readonly remotes: ReadonlyMap<string, LocalRemote>
  /** Paths that differ from the last commit, untracked ones too. */
  readonly changedPaths: number
  readonly hasSubmodules: boolean
  readonly lfsFiles: number
}

/** Commits of a branch that only one side has. */
export interface Distance {
  readonly here: number
  readonly there: number
}

/** How the host's refs relate to what is here. */
export interface Kinship {
  /** Objects of the host that are here too, with their types. */
  readonly known: ReadonlyMap<string, string>
  /** By branch that differs from the host's: how far. Left out where neither side knows. */
  readonly apart: ReadonlyMap<string, Distance>
  /** False when the two histories have no first commit in common; only asked where something is unknown. */
  readonly isRelated: boolean
  /** Refs of the host whose commits no branch or tag here holds: what an undo would lose. */
  readonly unsaved: readonly string[]
}
