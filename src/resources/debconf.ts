/** The answer to a question that a package of Debian asks when it is installed. */
import {
  mask,
  neededProgram,
  neededUnlessAbsent,
  oneLine,
  plainShell,
  presence,
  printed,
  resource,
  Secret,
  secretLine,
  sh,
  z,
} from './written-with.ts'

/** `debconf {package, question, type, value, state}`. */
export const debconf = resource({
  type: 'debconf',
  doc: 'The answer to a question that a package of Debian asks when it is installed, for an `apt` step that comes later.',
  undone: 'The former answer comes back, unless it was a password.',
  params: z
    .strictObject({
      package: z
        .string()
        .regex(/^[a-z0-9][a-z0-9+.-]+$/, 'must be the name of a package, such as tzdata')
        .describe('The package that asks.'),
      question: z
        .string()
        .regex(/^[A-Za-z0-9][\w+.-]*(?:\/[\w+.-]+)+$/, 'must be the name of a question, such as tzdata/Areas')
        .describe('Its name, as `debconf-show PACKAGE` lists it where the package is installed.'),
      type: z
        .enum(['boolean', 'multiselect', 'password', 'select', 'string', 'text'])
        .optional()
        .describe('What kind of question it is; needed unless `absent`.'),
      value: z
        .union([oneLine, secretLine])
        .optional()
        .describe('The answer; a secret param for a password. Needed unless `absent`.'),
      state: presence('`absent`: it is asked again, or the default of the package counts.'),
    })
    .refine(...neededUnlessAbsent('type', 'value'))
    .refine(
      ({ type, value }) => type !== 'password' || typeof value !== 'string',
      'the answer to a `password` must be a secret param',
    )
    .refine(
      ({ type, value }) => type !== 'boolean' || value === 'true' || value === 'false',
      'the answer to a `boolean` must be `true` or `false`, as text',
    ),
  examples: [
    {
      title: 'Who may capture packets',
      params: {
        package: 'wireshark-common',
        question: 'wireshark-common/install-setuid',
        type: 'boolean',
        value: 'true',
      },
    },
    {
      title: 'A password',
      params: { package: 'slapd', question: 'slapd/password1', type: 'password', value: new Secret('x') },
    },
    { title: 'Asked again', params: { package: 'tzdata', question: 'tzdata/Areas', state: 'absent' } },
  ],
  identity: ({ question }) => question,
  library: plainShell,
  refuses: true,
  // Debconf's own modules lock nothing where they only read. A password that is stored is compared here, and never told.
  probe: ({ package: owner, question, value }) => sh`
    ops_tell_program debconf debconf-set-selections
    command -v debconf-set-selections >/dev/null || return 0
    set -- ${owner} ${question} ${value instanceof Secret ? 'password' : 'shown'} ${value ?? ''}
    printf %s "$4" | perl -MDebconf::Db -MDebconf::Question -l -we '
      my ($owner, $name, $kind) = @ARGV;
      my $wanted = <STDIN> // "";
      Debconf::Db->load(readonly => "true");
      my $question = Debconf::Question->get($name);
      my $template = $question && $question->template;
      my $type = $template ? $template->type // "none" : "none";
      my $value = $question ? $question->value // "" : "";
      print "state=", $question && ($question->flag("seen") // "") eq "true" ? "present" : "absent";
      print "type=$type";
      if ($kind eq "password" || $type eq "password") { print "secret=", $value eq $wanted ? "same" : "other" }
      else { print "value=", join " ", split /[[:cntrl:]]/, $value, -1 }
      print "owners=", $question ? join " ", split /, */, $question->owners : "";
      my $seeded = ($template && $template->extended_description // "") =~ /^This is a fake template/;
      print "made=", !$template ? "none" : $seeded ? "seeded" : "package"
    ' "$1" "$2" "$3"`,
  parse: printed('debconf', 'state?', 'type?', 'value?', 'secret!?', 'owners?', 'made?'),
  desired: ({ package: owner, state, type, value }) => ({
    debconf: 'yes',
    state,
    type,
    ...(value instanceof Secret ? { secret: mask } : { value }),
    owners: type && owner,
  }),
  same: (key, actual, desired) =>
    actual === desired || (key === 'owners' && String(actual).split(' ').includes(String(desired))),
  needs: ({ debconf: found }) =>
    found === 'none' ? neededProgram('debconf-set-selections', 'debconf') : undefined,
  impossible: ({ made, type: stored }, { question, type }) =>
    made === 'package' && type !== undefined && stored !== type
      ? `${question} is a ${stored}, not a ${type}: so the package says`
      : undefined,
  apply: ({ actual: { made, owners, type: stored } }, { package: owner, question, type, value }) => {
    // A password has a file of its own, and what was seeded stays in the one that it is in: it is made anew.
    const isDropped = made === 'seeded' && stored !== type
    const communicate = (verb: string, as: string) =>
      sh`echo ${`${verb} ${question}`} | debconf-communicate ${as} >/dev/null`
    const parts = [
      ...(isDropped ? String(owners).split(' ') : []).map(each => communicate('UNREGISTER', each)),
      ...(value === undefined && !isDropped ? [communicate('RESET', owner)] : []),
      ...(value === undefined || type === undefined
        ? []
        : [
            sh`set -- ${owner} ${question} ${type} ${value}; printf '%s %s %s %s\\n' "$@" | debconf-set-selections`,
          ]),
    ]
    const refused = sh`ops_fail 'debconf did not take it: another program may have its database open; nothing was changed'`
    return parts.map((part, at) => (at === 0 ? sh`${part} || ${refused}` : part))
  },
  wayBack: ({ actual: { state, type, value } }, { package: owner, question }) => {
    if (state === 'absent') return { params: { package: owner, question, state } }
    return value === undefined
      ? { cannot: 'the answer that was there before is a secret, which ops has not seen' }
      : { params: { package: owner, question, type, value } }
  },
  owns: ({ question }) =>
    ['config', 'passwords', 'templates'].map(
      each => `path:/var/cache/debconf/${each}.dat#${question}` as const,
    ),
  reads: ({ package: owner }) => ['pkg:debconf', `pkg:${owner}`],
})
