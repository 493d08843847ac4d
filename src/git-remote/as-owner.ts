/** Shell that runs git in a repository on the host as whoever owns it. */
import { library } from '../shell/library.ts'

/**
 * `ops_git_as_owner PATH WORD...`, with the way library. The settings of a repository can name programs, so that root reads none
 * that another user has written; that it is theirs is asked from inside, where nobody can put another one in its place.
 */
export const gitAsOwnerLibrary = library('git-owner')`
  ops_git_as_owner() (
    [ "$(id -u)" = 0 ] || exec git --git-dir="$@"
    ops_go "$1" || { echo "$1: $ops_why" >&2; exit 1; }
    shift
    ops_owner=$(stat -c %U .) || exit 1
    [ "$ops_owner" != root ] || exec git --git-dir=. "$@"
    exec runuser -u "$ops_owner" -- git --git-dir=. "$@"
  )
`
