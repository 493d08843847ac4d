/** Storage engines that take back what a transaction did that fails. Pure. */
const transactional = ['innodb', 'rocksdb', 'tokudb', 'ndbcluster']

export const rollsBack = (engine: string): boolean => transactional.includes(engine.toLowerCase())
