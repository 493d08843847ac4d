/** Where values end: quotes, brackets, comments, backslashes at the ends of lines. */
import scanningText from './scanning.awk'
export const scanning = scanningText
