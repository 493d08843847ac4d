/**
 * The shell functions by which a run leaves a record on the host: a line as a step begins, one as it is proved, and at the end of
 * each batch what the files are that it changed. Below /var/lib/ops/runs, for root alone; no trip more, and no run fails for it.
 */
import { bareShell } from '../../shell/library.ts'
import { accountStateFunction } from './account-state.ts'
import batchRecordText from './batch-record.sh'

/** Part of each batch. `ops_record_name` and `ops_record_head` are what the file is called and begins with, `ops_record_accounts` whom it may change. */
export const recordFunctions = `${accountStateFunction}${bareShell(batchRecordText)}`
