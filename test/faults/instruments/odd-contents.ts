/** C5-C8: what can be in a file, around it, and what can happen to it between a plan and its use. */
import type { OneStepCase, StepSpec } from './one-step.ts'

const path = '/srv/odd/target'
const fresh = 'rm -rf /srv/odd; mkdir -p /srv/odd; cd /srv/odd'
const file: StepSpec = ['file', { path, content: 'wanted\n' }]
const isText = `[ "$(cat ${path})" = wanted ]`

/** `before` and `after` as printf(1) writes them: nothing else in the file may change. */
interface Edit {
  readonly id: string
  readonly step: StepSpec
  readonly before: string
  readonly after: string
}

const setA: StepSpec = ['option', { path, key: 'a', value: '2' }]
const setInSection: StepSpec = ['option', { path, section: 's', key: 'a', value: '2' }]
const edits: readonly Edit[] = [
  {
    id: 'CRLF',
    step: setA,
    before: '# x\\r\\na = 1\\r\\nb = 1\\r\\n',
    after: '# x\\r\\na = 2\\r\\nb = 1\\r\\n',
  },
  {
    id: 'CRLF on some lines',
    step: setA,
    before: 'b=1\\r\\na=1\\nc=1\\r\\n',
    after: 'b=1\\r\\na=2\\nc=1\\r\\n',
  },
  { id: 'no newline at the end', step: setA, before: 'b = 1\\na = 1', after: 'b = 1\\na = 2' },
  {
    id: 'a byte order mark',
    step: setInSection,
    before: '\\357\\273\\277[s]\\na=1\\n',
    after: '\\357\\273\\277[s]\\na=2\\n',
  },
  {
    id: 'bytes that are no UTF-8',
    step: setA,
    before: '# \\377\\376\\na=1\\n',
    after: '# \\377\\376\\na=2\\n',
  },
  {
    id: 'tabs and trailing blanks',
    step: setA,
    before: '#\\t \\na\\t=\\t1\\nb = 1  \\n',
    after: '#\\t \\na\\t=\\t2\\nb = 1  \\n',
  },
  {
    id: 'a key of another section',
    step: setInSection,
    before: '[t]\\na=1\\n[s]\\na=1\\n',
    after: '[t]\\na=1\\n[s]\\na=2\\n',
  },
  {
    id: 'lines that include',
    step: setInSection,
    before: '!includedir /x\\n[s]\\na=1\\n',
    after: '!includedir /x\\n[s]\\na=2\\n',
  },
  {
    id: 'a line: no newline at the end',
    step: ['line', { path, line: 'two' }],
    before: 'one',
    after: 'one\\ntwo\\n',
  },
  {
    id: 'a line: CRLF',
    step: ['line', { path, line: 'b 2', match: '^b ' }],
    before: 'a 1\\r\\nb 1\\r\\n',
    after: 'a 1\\r\\nb 2\\r\\n',
  },
  {
    id: 'a line: bytes that are no UTF-8',
    step: ['line', { path, line: 'b 2', match: '^b ' }],
    before: '\\377\\nb 1\\n\\376',
    after: '\\377\\nb 2\\n\\376',
  },
  { id: 'a line: no bytes at all', step: ['line', { path, line: 'one' }], before: '', after: 'one\\n' },
]

const sameBytes = (printed: string): string => `printf '${printed}' | cmp - ${path}`

export const editedFiles: readonly OneStepCase[] = [
  ...edits.map(({ id, step, before, after }) => ({
    id,
    before: `${fresh}; printf '${before}' >target; chmod 640 target`,
    steps: [step],
    exits: [0],
    wanted: `${sameBytes(after)}; [ "$(stat -c %a ${path})" = 640 ]`,
  })),
  ...[
    { id: 'content with CRLF', content: 'a\r\nb\r\n', printed: 'a\\r\\nb\\r\\n' },
    { id: 'content without a newline at the end', content: 'a\nb', printed: 'a\\nb' },
    { id: 'content of no bytes', content: '', printed: '' },
    { id: 'content that is one newline', content: '\n', printed: '\\n' },
    { id: 'content with a byte order mark', content: '\ufeffa\n', printed: '\\357\\273\\277a\\n' },
    {
      id: 'content of quotes and dollars',
      content: '\'"$HOME`id`\\\\n%s\n',
      printed: '\\047"$HOME`id`\\\\\\\\n%%s\\n',
    },
    { id: 'content with many newlines at the end', content: 'a\n\n\n\n', printed: 'a\\n\\n\\n\\n' },
  ].map(({ id, content, printed }) => ({
    id,
    before: `${fresh}; echo old >target`,
    steps: [['file', { path, content }] as StepSpec],
    exits: [0],
    wanted: sameBytes(printed),
  })),
]

/** What somebody else does to the file after the plan was saved, and how one sees it. */
const moves = [
  { id: 'is edited', move: `echo theirs >>${path}`, kept: `tail -n 1 ${path} | grep -qx theirs` },
  { id: 'is removed', move: `rm ${path}`, kept: `[ ! -e ${path} ]` },
  {
    id: 'is replaced by a directory',
    move: `rm ${path}; mkdir ${path}`,
    kept: `[ -d ${path} ]`,
    mend: `rmdir ${path}`,
  },
  {
    id: 'is replaced by a link',
    move: `rm ${path}; echo t >/srv/odd/t; ln -s t ${path}`,
    kept: `[ "$(cat /srv/odd/t)" = t ]`,
    mend: `rm ${path}`,
  },
  { id: 'gets another mode', move: `chmod 600 ${path}`, kept: `[ "$(stat -c %a ${path})" = 600 ]` },
  { id: 'gets another owner', move: `chown guest ${path}`, kept: `[ "$(stat -c %U ${path})" = guest ]` },
  {
    id: 'becomes what was wanted, by another mode',
    move: `echo wanted >${path}; chmod 600 ${path}`,
    kept: `[ "$(stat -c %a ${path})" = 600 ]`,
  },
] as const

const dressed: StepSpec = ['file', { path, content: 'wanted\n', mode: '0640', owner: 'root' }]

export const movedSince: readonly OneStepCase[] = [
  ...moves.map(({ id, move, kept, ...more }) => ({
    id: `a file that ${id} after the plan`,
    before: `${fresh}; echo old >target; chmod 644 target`,
    steps: [dressed],
    between: move,
    exits: [8],
    holds: kept,
    mend: 'mend' in more ? more.mend : 'true',
    wanted: `${isText}; [ "$(stat -c %a:%U ${path})" = 640:root ]`,
  })),
  {
    id: 'a file that becomes just what was wanted after the plan',
    before: `${fresh}; echo old >target`,
    steps: [file],
    between: `echo wanted >${path}`,
    exits: [0],
    mend: 'true',
    wanted: isText,
  },
  {
    id: 'one key of two that is edited by hand after the plan',
    before: `${fresh}; printf 'a=1\\nb=1\\n' >target`,
    steps: [setA, ['option', { path, key: 'b', value: '2' }]],
    between: `sed -i s/b=1/b=7/ ${path}`,
    exits: [8],
    holds: `printf 'a=1\\nb=7\\n' | cmp - ${path}`,
    mend: 'true',
    wanted: `printf 'a=2\\nb=2\\n' | cmp - ${path}`,
  },
  {
    id: 'a comment beside the key that is written by hand after the plan, and stays',
    before: `${fresh}; printf 'a=1\\n' >target`,
    steps: [setA],
    between: `sed -i '1i # theirs' ${path}`,
    exits: [0],
    holds: `head -n 1 ${path} | grep -qx '# theirs'`,
    mend: 'true',
    wanted: `printf '# theirs\\na=2\\n' | cmp - ${path}`,
  },
  {
    id: 'a file that somebody edits while it is validated: their edit stays',
    before: `${fresh}; echo old >target; : >editing`,
    steps: [
      [
        'file',
        {
          path,
          content: 'wanted\n',
          validate: `[ ! -e /srv/odd/editing ] || echo theirs >>${path}; test -s %s`,
        },
      ],
    ],
    exits: [8],
    says: /changed by somebody else while it was prepared/,
    holds: `grep -qx theirs ${path}`,
    mend: 'rm /srv/odd/editing',
    wanted: isText,
  },
]

const refusing = (id: string, validate: string, says: RegExp) => ({ id, validate, says })
const validators = [
  refusing('says no', 'echo no such luck; false %s', /no such luck/),
  refusing('is killed', "sh -c 'kill -9 $$' %s", /validator refused/),
  refusing('is not there', 'no-such-program %s', /not found/),
  refusing('is no program', '/etc/hostname %s', /validator refused/),
  refusing('has a syntax error', 'if %s', /validator refused/),
  refusing('exits the shell', 'exit 3 %s', /validator refused/),
  refusing('truncates the new file', ': >%s', /changed the new content/),
  refusing('edits the new file', 'echo more >>%s', /changed the new content/),
  refusing('removes the new file', 'rm %s', /changed the new content/),
  refusing('puts a link in place of the new file', 'ln -sf /etc/hostname %s', /changed the new content/),
  refusing(
    'prints a megabyte and says no',
    "head -c 1000000 /dev/zero | tr '\\\\0' x; false %s",
    /validator refused/,
  ),
  refusing('does not end', 'sleep 1000 %s', /longer than|too long|seconds|s and was ended/),
] as const

export const refusingValidators: readonly OneStepCase[] = [
  ...validators.map(({ id, validate, says }) => ({
    id: `a validator that ${id}`,
    before: `${fresh}; echo old >target; chmod 600 target`,
    steps: [['file', { path, content: 'wanted\n', validate }, { timeoutSeconds: 3 }] as StepSpec],
    exits: [1, 5],
    says,
    watch: [path],
    holds: `[ "$(cat ${path})" = old ]; [ "$(stat -c %a ${path})" = 600 ]; [ "$(ls -A /srv/odd)" = target ]`,
  })),
  {
    id: 'visudo and a rule that is none',
    before: `${fresh}; rm -f /etc/sudoers.d/odd`,
    steps: [
      ['file', { path: '/etc/sudoers.d/odd', content: 'no rule\n', mode: '0440', validate: 'visudo -cf %s' }],
    ],
    exits: [1],
    says: /syntax error/,
    holds: '[ ! -e /etc/sudoers.d/odd ]; runuser -u deploy -- sudo -n true',
  },
  {
    id: 'a validator that reads its input',
    before: `${fresh}; echo old >target`,
    steps: [['file', { path, content: 'wanted\n', validate: 'cat; test -s %s' }]],
    exits: [0],
    wanted: isText,
  },
  {
    id: 'a validator that leaves a program behind',
    before: `${fresh}; echo old >target`,
    steps: [['file', { path, content: 'wanted\n', validate: 'sleep 3 & test -s %s' }]],
    exits: [0],
    wanted: isText,
  },
]

const keeps = (id: string, dress: string, shows: string, isSpecial = false) => ({
  id,
  dress,
  shows,
  isSpecial,
})
const attributes = [
  keeps('a private mode', 'chmod 600 target', 'stat -c %a target'),
  keeps('a mode with set-uid', 'chmod 4755 target', 'stat -c %a target'),
  keeps('a sticky and set-gid mode', 'chown :adm target; chmod 3764 target', 'stat -c %a:%G target'),
  keeps('no rights at all', 'chmod 0 target', 'stat -c %a target'),
  keeps('owner and group', 'chown guest:adm target', 'stat -c %U:%G target'),
  keeps('an owner without a name', 'chown 54321:54321 target', 'stat -c %u:%g target'),
  keeps('an ACL', 'setfacl -m u:guest:r,g:adm:rw target', 'getfacl -c target'),
  keeps('an ACL with a mask', 'setfacl -m u:guest:rwx,m::r target', 'getfacl -c target'),
  keeps('a note of a user', 'setfattr -n user.note -v mine target', 'getfattr -d target', true),
  keeps('a note of root', 'setfattr -n trusted.note -v mine target', 'getfattr -d -m - target', true),
] as const

export const attributesThatStay: readonly OneStepCase[] = attributes.flatMap(({ id, dress, shows }) =>
  (
    [
      { by: 'a new content', step: file },
      { by: 'an option', step: setA },
      { by: 'a line', step: ['line', { path, line: 'wanted' }] },
    ] as const
  ).map(({ by, step }) => ({
    id: `${id}, after ${by}`,
    fault: id,
    before: `${fresh}; echo a=1 >target; ${dress}; ${shows} >/root/odd`,
    steps: [step],
    exits: [0],
    wanted: `cd /srv/odd; ${shows} | cmp - /root/odd`,
  })),
)
