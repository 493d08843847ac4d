/** A column in the words of a contract: `varchar(9) charset utf8mb4 collate utf8mb4_bin not null default 'new'`. Pure. */
import type { Column } from '../../mysql/columns.ts'
import { expressionText } from '../../mysql/expression.ts'
import { closing, isMark, type Token, tokensOf, wordsAt } from '../../mysql/sql-tokens.ts'
import { type ColumnRules, valueEnd } from '../../mysql/table-rules.ts'
import { plainCollation } from './collations.ts'
import { plainType } from './column-type.ts'
import { plainCharset } from './compare-types.ts'

/** A column as a contract knows it. */
export interface AgreedColumn extends ColumnRules {
  readonly type: string
  readonly charset: string | undefined
  readonly collation: string | undefined
  readonly isNullable: boolean
  readonly isAutoIncrement: boolean
  readonly isInvisible: boolean
}

/** Type, character set and nullness; with what the server does to it, where that is given. */
export function columnText(column: Column, rules?: ColumnRules): string {
  const charset = plainCharset(column.characterSet)
  const { defaultText, isStamped, computed, srid } = rules ?? {}
  const clauses = [
    plainType(column.type),
    charset !== undefined && `charset ${charset}`,
    rules && column.collation !== null && `collate ${plainCollation(column.collation)}`,
    !column.isNullable && 'not null',
    defaultText !== undefined && `default ${inBrackets(defaultText)}`,
    isStamped && 'on update current_timestamp',
    rules && column.isAutoIncrement && 'auto_increment',
    computed !== undefined && `as (${computed})`,
    srid !== undefined && `srid ${srid}`,
    rules && column.isInvisible && 'invisible',
  ]
  return clauses.filter(each => typeof each === 'string').join(' ')
}

/** What is no literal and no call: nobody could tell where it ends. */
function inBrackets(text: string): string {
  const tokens = tokensOf(text)
  return valueEnd(tokens, 0) === tokens.length ? text : `(${text})`
}

const clauses = ['charset', 'collate', 'not', 'default', 'on', 'auto_increment', 'as', 'srid', 'invisible']

export function agreedColumn(text: string): AgreedColumn {
  const tokens = tokensOf(text)
  const starts: number[] = []
  for (let index = 0; index < tokens.length; index++) {
    if (isMark(tokens[index], '(')) index = closing(tokens, index)
    else if (clauses.some(each => wordsAt(tokens, index, each))) starts.push(index)
  }
  /** What follows the word, up to the next clause. */
  const clause = (word: string): readonly Token[] | undefined => {
    const at = starts.find(index => wordsAt(tokens, index, word))
    if (at === undefined) return undefined
    return tokens.slice(at + 1, starts.find(index => index > at) ?? tokens.length)
  }
  const [first] = starts
  const [fallback, computed, srid] = [clause('default'), clause('as'), clause('srid')]
  return {
    type: text.slice(0, first === undefined ? undefined : tokens[first]?.at).trim(),
    charset: plainCharset(clause('charset')?.[0]?.text ?? null),
    collation: clause('collate')?.[0]?.text,
    isNullable: clause('not') === undefined,
    isAutoIncrement: clause('auto_increment') !== undefined,
    isInvisible: clause('invisible') !== undefined,
    ...(fallback && { defaultText: expressionText(fallback) }),
    ...(clause('on') && { isStamped: true }),
    ...(computed && { computed: expressionText(computed) }),
    ...(srid?.[0] && { srid: srid[0].text }),
  }
}
