// The order of the directories in src/core. A directory may import itself, the files at the top of src/core, and the
// directories of the rows above its own; not those of its own row.
module.exports = [
  ['domain', 'schema'],
  ['boot', 'cluster', 'docker', 'gpu', 'network', 'reservation', 'store', 'yaml'],
  ['reference'],
  ['hub'],
  ['source'],
  ['estimate', 'import', 'inventory', 'profile'],
  ['config'],
  ['bundle', 'cache', 'verify'],
  ['placement', 'schedule'],
  ['hosts'],
  ['fleet'],
  ['compose-file', 'coordinator', 'kubernetes', 'plan', 'worker'],
  ['history', 'init', 'swarm', 'volume'],
];
