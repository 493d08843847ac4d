/** `ops completion bash|zsh|fish`: a script that asks ops itself for the words that fit. */
import { type ErrorData, InputErrors, inputError } from '../../base/errors.ts'
import { helped, parseArgv, verbCommand } from '../argv.ts'
import { completionWords } from '../completion-words.ts'
import type { VerbContext } from '../verb.ts'

const scripts: Readonly<Record<string, string>> = {
  bash: `# eval "$(ops completion bash)"
_ops() {
  local current="\${COMP_WORDS[COMP_CWORD]}" word
  [[ $current != = ]] || current=
  COMPREPLY=()
  while IFS= read -r word; do
    [[ $word != "$current"* ]] || COMPREPLY+=("$(printf %q "$word")")
  done < <(ops completion words -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _ops ops`,
  zsh: `#compdef ops
# eval "$(ops completion zsh)"
_ops() {
  local -a candidates
  candidates=("\${(@f)$(ops completion words -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  candidates=("\${(@)candidates:#}")
  (( $#candidates )) && compadd -a candidates || _files
}
compdef _ops ops`,
  fish: `# ops completion fish | source
function __ops_words
  set -l found (ops completion words -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)
  test (count $found) -eq 0; or printf '%s\\n' $found
  if test (count $found) -eq 0; or string match -q '*/*' -- (commandline -ct)
    __fish_complete_path (commandline -ct)
  end
end
complete -c ops -f -a '(__ops_words)'`,
}

export async function run(argv: readonly string[], { screen }: VerbContext): Promise<number> {
  const command = verbCommand('completion', 'bash|zsh|fish', 'Prints the completion script of a shell.')
  if (helped(command, argv, screen)) return 0
  if (argv[0] === 'words') {
    const words = await completionWords(argv.slice(argv[1] === '--' ? 2 : 1))
    if (words.length > 0) screen.out(`${words.join('\n')}\n`)
    return 0
  }
  const errors: ErrorData[] = []
  const { operands } = parseArgv(command, argv, errors)
  const script = scripts[operands[0] ?? '']
  if (script === undefined) {
    errors.push(
      inputError('name a shell: bash, zsh or fish', { next: 'For bash: eval "$(ops completion bash)"' }).data,
    )
  }
  if (script === undefined || errors.length > 0) throw new InputErrors(errors)
  screen.out(`${script}\n`)
  return 0
}
