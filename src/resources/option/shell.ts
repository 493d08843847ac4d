/** Shell and awk that read and edit single keys of ini-style files, and leave every other byte as it is. */

import { awkWord, library } from '../../shell/library.ts'
import editingText from './editing.awk'
import { finding } from './finding.ts'
import { including, noting } from './including.ts'
import lookingText from './looking.awk'
import { reading } from './reading.ts'
import { scanning } from './scanning.ts'
import takingText from './taking.awk'

/** First comes the mark, the count of fields, then eight fields for each option; then the files. */
const looking = lookingText

/**
 * First comes how many keys are edited, then eleven lines for each: the eight fields, what to do, the separator of new lines, the
 * value; then the final line end of the file. Each edit is read again before the next one, as if it came alone.
 */
const editing = editingText

/** Takes one more line of the file, without what its end and its beginning may hold. */
const taking = takingText

/** `ops_options MARK (FLAGS PATH SECTION KEY SEPARATOR BEFORE INLINE FORMAT)...`: one awk for the keys of all files. */
export const optionLookLibrary = library('option-look')`
  ops_option_reading=${awkWord(reading + scanning + finding + noting + taking)}
  ops_option_looking=${awkWord(including + looking)}
  ops_options() {
    ops_mark=$1 ops_index=-1 ops_seen='
' ops_count=$#
    shift
    ops_all=$(printf '%s\n' "$ops_mark" $# "$@"; echo .)
    while [ $ops_count -gt 1 ]; do
      ops_count=$((ops_count - 8)) ops_index=$((ops_index + 1)) ops_a=$2
      shift 8
      case $ops_seen in *"
$ops_a
"*) continue;; esac
      ops_seen="$ops_seen$ops_a
"
      ops_tread_or_say h "$ops_a" || return 1
      if [ -f "$ops_a" ]; then set -- "$@" "$ops_a"
      elif [ -e "$ops_a" ]; then echo "ops: $ops_a: is not a file" >&2; return 1
      else ops_reach "$ops_a" && ops_tell_way $ops_index "$ops_a" || return 1
      fi
    done
    case $ops_all in
      v*|*"
v"*)
        ops_a=$(printf %s "\${ops_all%.}" | LC_ALL=C awk "$ops_option_reading$ops_option_looking" - "$@") || return 1
        printf '%s\n' "$ops_a" | ops_hide_secrets;;
      *) printf %s "\${ops_all%.}" | LC_ALL=C awk "$ops_option_reading$ops_option_looking" - "$@";;
    esac
  }
  # What is in the place of a secret is told by its hash alone.
  ops_hide_secrets() {
    while IFS= read -r ops_a; do
      case $ops_a in secret=*)
        ops_a=$(printf %s "\${ops_a#secret=}" | sha256sum)
        ops_a=sha256=\${ops_a%% *};;
      esac
      printf '%s\n' "$ops_a"
    done
  }
`

/** `ops_option NEW-MODE FLAGS PATH SECTION KEY SEPARATOR BEFORE INLINE FORMAT present|bare|absent NEW-SEPARATOR VALUE`. */
export const optionEditLibrary = library('option-edit', 'apply')`
  ops_option_editing=${awkWord(editing)}
  ops_option() {
    ops_write "$3" "new=$1" first=ops_option_whole many=ops_option_edits -- ops_option_edit "$@"
  }
  # Whether the file ends with its last line, or is none of text: seen once, as the content is made twice.
  ops_option_whole() {
    ops_whole=
    [ -s "$ops_old" ] || return 0
    if ! tr -d '\000' <"$ops_old" | cmp -s - "$ops_old"; then ops_whole=no-text
    # The dot tells that it was read: else a tail that failed looks like a line end.
    elif ops_a=$(tail -c 1 "$ops_old" && echo .); then [ "$ops_a" != "$ops_newline." ] || ops_whole=1
    else ops_fail "$ops_asked: cannot be read; nothing was changed"
    fi
  }
  ops_option_edit() {
    shift
    ops_edits=$(printf '%s\n' "$@" && echo .)
    ops_edits=\${ops_edits%.}
    ops_option_edits 1
  }
  # COUNT: as many edits as ops_edits holds, one after the other.
  ops_option_edits() {
    if [ ! -s "$ops_old" ]; then
      printf '%s\n%s\n' "$1" "$ops_edits" | LC_ALL=C awk "$ops_option_reading$ops_option_editing" -
      return
    fi
    [ "$ops_whole" != no-text ] || { echo "it is not text" >&2; return 1; }
    printf '%s\n%s%s\n' "$1" "$ops_edits" "$ops_whole" | LC_ALL=C awk "$ops_option_reading$ops_option_editing" - "$ops_old"
  }
`
