/** A development machine for OCaml, proved by what a programmer does first: hello, world in three ways, and a filter. */
import { apt, assertion, command, inputError, recipe, sh, z } from 'ops-recipes'

export default recipe({
  summary: 'OCaml: compiler, tools and an editor mode, of the distribution or by opam; proved with programs.',
  description: `The compiler is the distribution's own, or one that opam builds for a user: \`--user ada --compiler 5.2.1\`.
With \`--compiler ocaml-system\` opam takes that of the distribution as its first switch, which is done in seconds.
A compiler of its own takes minutes, and opam fetches it from \`--repository\`.

Whether it works is not left to the names of packages: each look runs hello, world by the interpreter, compiles it to
bytecode and to a program of its own, and sends lines through a filter that reads its standard input. All of that
happens in a folder that is gone afterwards.

\`--editor emacs\` brings Emacs without windows and tuareg, its mode for OCaml; \`--editor vim\` a vim whose own files
know OCaml.`,
  examples: [
    { title: 'The compiler of the distribution, with dune and findlib', params: {} },
    { title: 'With Emacs and its mode for OCaml', params: { editor: 'emacs' } },
    { title: 'A compiler of her own for a user, built by opam', params: { compiler: '5.2.1', user: 'ada' } },
  ],
  params: {
    compiler: z
      .string()
      .regex(/^(debian|ocaml-system|\d+\.\d+\.\d+)$/, 'write debian, ocaml-system or a version such as 5.2.1')
      .default('debian')
      .describe(
        'debian: that of the distribution; else what opam makes a switch of: ocaml-system or a version.',
      ),
    user: z
      .string()
      .regex(/^[a-z_][a-z0-9_-]*$/)
      .optional()
      .describe('Whose switch it is, with opam; the account must be there.'),
    repository: z
      .string()
      .min(1)
      .default('https://opam.ocaml.org')
      .describe('Where opam fetches from: an address, or a folder on the host.'),
    sandbox: z
      .boolean()
      .default(true)
      .describe('opam builds shut in by bubblewrap; containers often cannot.'),
    tools: z.boolean().default(true).describe('findlib, dune, and rlwrap for the interpreter.'),
    editor: z.enum(['none', 'emacs', 'vim']).default('none').describe('An editor that knows OCaml.'),
  },
  steps: ({ params }) => {
    const { compiler, user, editor, tools } = params
    const isOpam = compiler !== 'debian'
    if (isOpam !== (user !== undefined)) {
      throw inputError(isOpam ? `--compiler ${compiler} is made by opam, for a user` : '--user is for opam', {
        next: isOpam
          ? 'Add --user NAME.'
          : 'Add --compiler 5.2.1, or leave --user out: all use the compiler of the distribution.',
      })
    }
    const needsSystem = !isOpam || compiler === 'ocaml-system'
    return [
      needsSystem && apt({ packages: ['ocaml'] }),
      tools && apt({ packages: ['ocaml-findlib', 'ocaml-dune | dune', 'rlwrap'], recommends: false }),
      editor === 'emacs' && apt({ packages: ['emacs-nox', 'elpa-tuareg | tuareg-mode'], recommends: false }),
      editor === 'vim' && apt({ packages: ['vim | vim-nox'] }),
      user !== undefined && [
        apt({ packages: ['opam', 'git', 'm4', 'rsync', 'ca-certificates'], recommends: false }),
        command({
          run: asUser(
            user,
            sh`opam init --bare --no-setup --yes ${params.sandbox ? [] : ['--disable-sandboxing']} -- ${params.repository}`
              .shell,
          ),
          unless: asUser(user, 'test -s "$HOME/.opam/config"'),
        }),
        command({
          run: asUser(
            user,
            `opam switch create ${switchName} ${compiler === 'ocaml-system' ? compiler : `ocaml-base-compiler.${compiler}`} --yes`,
          ),
          unless: asUser(user, `opam switch list --short | grep -qx ${switchName}`),
        }),
      ],
      assertion({
        name: 'programs in OCaml run',
        probe: user === undefined ? proof('') : asUser(user, proof(`opam exec --switch=${switchName} -- `)),
        expect: {
          interpreter: 'hello, world',
          bytecode: 'hello, world',
          native: 'hello, world',
          filter: 'ONE,TWO,',
        },
      }),
    ]
  },
})

const switchName = 'ops'

/** With the home of the account, wherever the run itself is at home. */
function asUser(user: string, script: string): string {
  return sh`cd / && home=$(getent passwd ${user} | cut -d: -f6) && [ -n "$home" ] || { echo 'there is no account' ${user} >&2; exit 1; }
runuser -u ${user} -- env HOME="$home" OPAMCOLOR=never /bin/sh -c ${script}`.shell
}

/** Leaves nothing behind; what fails says why on stderr. `run` is put before each program. */
function proof(run: string): string {
  return `work=$(mktemp -d) && cd "$work" || exit 1
echo 'let () = print_endline "hello, world"' >hello.ml
echo 'let () = try while true do print_endline (String.uppercase_ascii (input_line stdin)) done with End_of_file -> ()' >filter.ml
echo "interpreter=$(${run}ocaml hello.ml)"
${run}ocamlc -o hello.byte hello.ml && echo "bytecode=$(${run}./hello.byte)"
${run}ocamlopt -o hello.native hello.ml && echo "native=$(./hello.native)"
echo "filter=$(printf 'one\\ntwo\\n' | ${run}ocaml filter.ml | tr '\\n' ,)"
cd / && rm -rf "$work"`
}
